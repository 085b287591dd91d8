//! Rules of the Marathon guide held against one Marathon instance: its settings, its apps and pods, its deployments.
//!
//! `/v2/info` shows a fixed set of settings, so that one it does not list is unknown, never absent. An app without a field
//! is known to be without it. Never judges flags of the Marathon that DC/OS starts itself: the release brings its own.

mod paths;
mod questions;

use crate::knowledge::rule::{Condition, Place, Rule, RuleKind, Side};
use crate::model::{EvidenceRef, Subject, SubjectKind};
use crate::snapshot::{App, Marathon, Pod};

use super::{Judged, Looked, Sighting, holds};
use crate::facts::Facts;
use crate::facts::cluster::Kind;
use crate::facts::marathons::Listing;

/// One Marathon instance and the facts around it.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    /// Facts about the cluster.
    pub facts: &'a Facts<'a>,
    /// The instance.
    pub marathon: &'a Marathon,
    /// What speaks for and against its list of apps.
    pub listing: &'a Listing,
}

/// Every instance that is there, in the order of the snapshot.
pub fn scenes<'a>(facts: &'a Facts<'a>) -> Vec<Scene<'a>> {
    facts
        .snapshot
        .marathons
        .iter()
        .zip(&facts.marathons.listings)
        .filter(|(_, listing)| **listing != Listing::NotThere)
        .map(|(marathon, listing)| Scene {
            facts,
            marathon,
            listing,
        })
        .collect()
}

/// Whether a rule about `side` is looked at before the hop (`after` = false) or after it.
pub fn is_due(rule: &Rule, after: bool) -> bool {
    match rule.side {
        Side::Both => true,
        Side::Pre => !after,
        Side::Post => after,
    }
}

impl Scene<'_> {
    /// Holds a rule against this instance.
    pub fn judge(&self, rule: &Rule) -> Judged {
        let mut judged = Judged {
            manual: rule.manual,
            ..Judged::default()
        };
        if self.is_brought_by_release(rule) {
            return judged;
        }
        let Some(condition) = &rule.fires else {
            return judged;
        };
        let looked = self.look(condition);
        judged.unknown = looked.unknown;
        for sighting in looked.sightings {
            match holds(condition, sighting.value.as_deref()) {
                Ok(fires) => {
                    judged.judged += 1;
                    if fires {
                        judged.fires.push(sighting);
                    }
                }
                Err(why) => judged.unknown.push(self.about(&format!("{}: {why}", sighting.subject))),
            }
        }
        judged
    }

    /// Whether the rule is about how Marathon is started, and DC/OS starts this one with what its own release brings.
    ///
    /// dcos/dcos packages/marathon (tags 1.8.8 to 1.13.0): DC/OS 1.12 gives `enable_features` a value that Marathon 1.8
    /// refuses, and 1.13 does not.
    pub fn is_brought_by_release(&self, rule: &Rule) -> bool {
        self.marathon.root && self.facts.cluster.kind.known() == Some(&Kind::Dcos) && is_about_start(rule.kind)
    }

    /// Looks at the places of a condition.
    pub fn look(&self, condition: &Condition) -> Looked {
        let mut looked = Looked::default();
        for place in std::iter::once(&condition.on).chain(&condition.also_on) {
            for path in std::iter::once(&condition.path).chain(&condition.also) {
                self.look_at(*place, path, &mut looked);
            }
        }
        looked
    }

    fn look_at(&self, place: Place, path: &str, looked: &mut Looked) {
        match place {
            Place::MarathonInfo => self.info(path, looked),
            Place::MarathonApps => self.apps(path, looked),
            Place::MarathonPods => self.pods(path, looked),
            Place::MarathonDeployments => self.deployments(path, looked),
            Place::HostFile => {}
            place => looked.unknown.push(self.about(&format!("{place:?} is not collected"))),
        }
    }

    fn info(&self, path: &str, looked: &mut Looked) {
        let (info, at) = match self.marathon.info.get() {
            Ok(known) => known,
            Err(why) => return looked.unknown.push(self.about(&why.sentence())),
        };
        if let Some(question) = path.strip_prefix('@') {
            return questions::info(self, question, info, at, looked);
        }
        let (key, inner) = path.split_once("[]").map_or((path, ""), |(key, _)| (key, "[]"));
        let Some(text) = info.settings.get(key) else {
            return looked.unknown.push(self.about(&format!(
                "{} of version {} does not list {key}",
                at.item, info.version_text
            )));
        };
        let place = at.at(format!("/{}", key.replace('.', "/")));
        match paths::walk(text, inner) {
            Ok(found) => {
                for one in found {
                    let at = place.at(format!("{}{}", place.pointer, one.pointer));
                    looked.sightings.push(sighting(self.subject(), path, one.value, at));
                }
            }
            Err(why) => looked.unknown.push(self.about(&format!("{} {key}: {why}", at.item))),
        }
    }

    fn apps(&self, path: &str, looked: &mut Looked) {
        let (apps, at) = match self.marathon.apps.get() {
            Ok(known) => known,
            Err(why) => return looked.unknown.push(self.about(&why.sentence())),
        };
        if let Some(doubt) = self.listing.doubt(apps.len(), &at.item) {
            looked.unknown.push(self.about(&doubt));
        }
        if let Some(question) = path.strip_prefix('@') {
            return questions::apps(self, question, apps, looked);
        }
        for app in apps {
            let subject = self.app(app);
            if path == "id" {
                self.identifier(&app.id, subject, &app.at, looked);
                continue;
            }
            let text = app.definition.get(paths::top(path).0).map_or("null", String::as_str);
            self.field(text, path, &subject, &app.at, looked);
        }
    }

    fn pods(&self, path: &str, looked: &mut Looked) {
        let version = self.marathon.info.known().and_then(|info| info.version.as_ref());
        let pods = match (self.marathon.pods.get(), version) {
            (Ok((pods, _)), _) => pods,
            // Marathon before 1.4 has no pods.
            (Err(why), Some(version)) if why.is_absent() && version.line() < (1, 4) => return,
            (Err(why), _) => return looked.unknown.push(self.about(&why.sentence())),
        };
        if let Some(question) = path.strip_prefix('@') {
            return questions::pods(self, question, pods, looked);
        }
        for pod in pods {
            let subject = self.pod(pod);
            if path == "id" {
                self.identifier(&pod.id, subject, &pod.at, looked);
                continue;
            }
            let text = pod.definition.get(paths::top(path).0).map_or("null", String::as_str);
            self.field(text, path, &subject, &pod.at, looked);
        }
    }

    fn deployments(&self, path: &str, looked: &mut Looked) {
        match self.marathon.deployments.get() {
            Ok((all, at)) if path == "@count" => {
                let count = Some(all.len().to_string());
                looked.sightings.push(sighting(self.subject(), path, count, at.clone()));
            }
            Ok(_) => looked
                .unknown
                .push(self.about(&format!("{path} of a deployment is not read"))),
            Err(why) => looked.unknown.push(self.about(&why.sentence())),
        }
    }

    /// The identifier of an app or pod; one without cannot be judged.
    fn identifier(&self, id: &str, subject: Subject, at: &EvidenceRef, looked: &mut Looked) {
        if id.is_empty() {
            looked
                .unknown
                .push(self.about(&format!("{} {} has no id", at.item, at.pointer)));
            return;
        }
        let at = at.at(format!("{}/id", at.pointer));
        looked.sightings.push(sighting(subject, "id", Some(id.to_owned()), at));
    }

    /// What stands at a path of a definition, of which `text` is the field that the path begins with.
    fn field(&self, text: &str, path: &str, subject: &Subject, at: &EvidenceRef, looked: &mut Looked) {
        let (top, rest) = paths::top(path);
        match paths::walk(text, rest) {
            Ok(found) => {
                for one in found {
                    let at = at.at(format!("{}/{top}{}", at.pointer, one.pointer));
                    looked.sightings.push(sighting(subject.clone(), path, one.value, at));
                }
            }
            Err(why) => looked.unknown.push(self.about(&format!("{subject}: {top}: {why}"))),
        }
    }

    /// The instance as a subject.
    pub fn subject(&self) -> Subject {
        Subject::named(SubjectKind::Marathon, &self.marathon.name)
    }

    fn app(&self, app: &App) -> Subject {
        self.workload(SubjectKind::App, &app.id, &app.at)
    }

    fn pod(&self, pod: &Pod) -> Subject {
        self.workload(SubjectKind::Pod, &pod.id, &pod.at)
    }

    /// An app or pod: its path; in a nested instance the identifier begins with the instance's name.
    fn workload(&self, kind: SubjectKind, path: &str, at: &EvidenceRef) -> Subject {
        let name = if path.is_empty() { &at.pointer } else { path };
        if self.marathon.root {
            Subject::named(kind, name)
        } else {
            Subject::new(kind, format!("{}:{name}", self.marathon.name), name)
        }
    }

    fn about(&self, what: &str) -> String {
        format!("Marathon {}: {what}", self.marathon.name)
    }
}

/// A sighting whose place quotes the value.
fn sighting(subject: Subject, name: &str, value: Option<String>, at: EvidenceRef) -> Sighting {
    Sighting {
        subject,
        name: name.to_owned(),
        at: match &value {
            Some(value) => at.quoting(value),
            None => at,
        },
        value,
    }
}

/// Looks at a place of every instance that is there; instances that were not asked are said.
pub(super) fn everywhere(place: Place, path: &str, facts: &Facts<'_>) -> Looked {
    let mut looked = Looked {
        unknown: facts.marathons.gaps.clone(),
        ..Looked::default()
    };
    for scene in scenes(facts) {
        scene.look_at(place, path, &mut looked);
    }
    looked
}

/// Whether rules of this kind are about flags, the environment or the package.
fn is_about_start(kind: RuleKind) -> bool {
    matches!(
        kind,
        RuleKind::FlagNew
            | RuleKind::FlagRequired
            | RuleKind::FlagRemoved
            | RuleKind::FlagRenamed
            | RuleKind::FlagDeprecated
            | RuleKind::FlagDefault
            | RuleKind::FlagMeaning
            | RuleKind::Environment
            | RuleKind::Packaging
    )
}
