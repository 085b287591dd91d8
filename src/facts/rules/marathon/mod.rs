//! Rules of the Marathon guide held against one Marathon instance: its settings, its apps and pods, its deployments.
//!
//! `/v2/info` shows a fixed set of settings, so that one it does not list is unknown, never absent. An app without a field
//! is known to be without it. Never judges flags of the Marathon that DC/OS starts itself: the release brings its own.

mod paths;
mod questions;

use crate::knowledge::rule::{Condition, Place, Rule, RuleKind, Side};
use crate::knowledge::{Guide, GuideHop};
use crate::model::{EvidenceRef, Line, Subject, SubjectKind, Version};
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

/// The rules that a way from one version of Marathon to another meets, with the hop they belong to, in the guide's order.
///
/// Within one line these are the rules that came with a release between the two. `None`: the guide does not know the way.
pub fn rules<'g>(guide: &'g Guide, from: &Version, to: &Version) -> Option<Vec<(&'g GuideHop, &'g Rule)>> {
    let crossed = guide.between(from, to)?;
    let (first, last) = (Line::from(from), Line::from(to));
    let mut met = Vec::new();
    for hop in &guide.hops {
        let whole = crossed.iter().any(|one| std::ptr::eq(*one, hop));
        if !whole && hop.to != first {
            continue;
        }
        for rule in &hop.rules {
            let reached = |since: &Version| hop.to != last || *since <= *to;
            let meets = match &rule.since {
                None => whole,
                Some(since) if whole => reached(since),
                // The line that runs: what came later in it is still ahead.
                Some(since) => *since > *from && reached(since),
            };
            if meets {
                met.push((hop, rule));
            }
        }
    }
    Some(met)
}

/// Whether a rule about `side` is looked at before the hop (`after` = false) or after it.
pub fn is_due(rule: &Rule, after: bool) -> bool {
    match rule.side {
        Side::Both => true,
        Side::Pre => !after,
        Side::Post => after,
    }
}

impl<'a> Scene<'a> {
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

    /// Looks at the place of a condition.
    pub fn look(&self, condition: &Condition) -> Looked {
        let mut looked = Looked::default();
        match condition.on {
            Place::MarathonInfo => self.info(condition, &mut looked),
            Place::MarathonApps => self.apps(condition, &mut looked),
            Place::MarathonPods => self.pods(condition, &mut looked),
            Place::MarathonDeployments => self.deployments(condition, &mut looked),
            Place::HostFile => {}
            place => looked.unknown.push(self.about(&format!("{place:?} is not collected"))),
        }
        looked
    }

    fn info(&self, condition: &Condition, looked: &mut Looked) {
        let (info, at) = match self.marathon.info.get() {
            Ok(known) => known,
            Err(why) => return looked.unknown.push(self.about(&why.sentence())),
        };
        if let Some(question) = condition.path.strip_prefix('@') {
            return questions::info(self, question, info, at, looked);
        }
        let (key, inner) = condition
            .path
            .split_once("[]")
            .map_or((condition.path.as_str(), ""), |(key, _)| (key, "[]"));
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
                    looked
                        .sightings
                        .push(self.sighting(self.subject(), condition, one.value, at));
                }
            }
            Err(why) => looked.unknown.push(self.about(&format!("{} {key}: {why}", at.item))),
        }
    }

    fn apps(&self, condition: &Condition, looked: &mut Looked) {
        let (apps, at) = match self.marathon.apps.get() {
            Ok(known) => known,
            Err(why) => return looked.unknown.push(self.about(&why.sentence())),
        };
        if let Some(doubt) = self.listing.doubt(apps.len(), &at.item) {
            looked.unknown.push(self.about(&doubt));
        }
        if let Some(question) = condition.path.strip_prefix('@') {
            return questions::apps(self, question, apps, looked);
        }
        for app in apps {
            let subject = self.app(app);
            if condition.path == "id" {
                self.identifier(&app.id, subject, condition, &app.at, looked);
                continue;
            }
            let (top, rest) = paths::top(&condition.path);
            let text = app.definition.get(top).map_or("null", String::as_str);
            self.field(text, (top, rest), &subject, condition, &app.at, looked);
        }
    }

    fn pods(&self, condition: &Condition, looked: &mut Looked) {
        let version = self.marathon.info.known().and_then(|info| info.version.as_ref());
        let pods = match (self.marathon.pods.get(), version) {
            (Ok((pods, _)), _) => pods,
            // Marathon before 1.4 has no pods.
            (Err(why), Some(version)) if why.is_absent() && version.line() < (1, 4) => return,
            (Err(why), _) => return looked.unknown.push(self.about(&why.sentence())),
        };
        if let Some(question) = condition.path.strip_prefix('@') {
            return questions::pods(self, question, pods, looked);
        }
        for pod in pods {
            let subject = self.pod(pod);
            if condition.path == "id" {
                self.identifier(&pod.id, subject, condition, &pod.at, looked);
                continue;
            }
            let (top, rest) = paths::top(&condition.path);
            let text = pod.definition.get(top).map_or("null", String::as_str);
            self.field(text, (top, rest), &subject, condition, &pod.at, looked);
        }
    }

    fn deployments(&self, condition: &Condition, looked: &mut Looked) {
        match self.marathon.deployments.get() {
            Ok((all, at)) if condition.path == "@count" => {
                let count = Some(all.len().to_string());
                looked
                    .sightings
                    .push(self.sighting(self.subject(), condition, count, at.clone()));
            }
            Ok(_) => looked
                .unknown
                .push(self.about(&format!("{} of a deployment is not read", condition.path))),
            Err(why) => looked.unknown.push(self.about(&why.sentence())),
        }
    }

    /// The identifier of an app or pod; one without cannot be judged.
    fn identifier(&self, id: &str, subject: Subject, condition: &Condition, at: &EvidenceRef, looked: &mut Looked) {
        if id.is_empty() {
            looked
                .unknown
                .push(self.about(&format!("{} {} has no id", at.item, at.pointer)));
            return;
        }
        let at = at.at(format!("{}/id", at.pointer));
        looked
            .sightings
            .push(self.sighting(subject, condition, Some(id.to_owned()), at));
    }

    /// What stands in one field of a definition.
    fn field(
        &self,
        text: &str,
        (top, rest): (&str, &str),
        subject: &Subject,
        condition: &Condition,
        at: &EvidenceRef,
        looked: &mut Looked,
    ) {
        match paths::walk(text, rest) {
            Ok(found) => {
                for one in found {
                    let at = at.at(format!("{}/{top}{}", at.pointer, one.pointer));
                    looked
                        .sightings
                        .push(self.sighting(subject.clone(), condition, one.value, at));
                }
            }
            Err(why) => looked.unknown.push(self.about(&format!("{subject}: {top}: {why}"))),
        }
    }

    /// A sighting, its place quoting the value.
    fn sighting(&self, subject: Subject, _condition: &Condition, value: Option<String>, at: EvidenceRef) -> Sighting {
        Sighting {
            subject,
            at: match &value {
                Some(value) => at.quoting(value),
                None => at,
            },
            value,
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
