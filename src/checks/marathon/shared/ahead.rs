//! Pieces of the checks that hold constraints against the Marathon to be reached: every constraint with what becomes of it.
//!
//! Holds no rule of its own: those stand in `facts::constraints`. A way that is not known is said, never taken for harmless.

use super::guide::target;
use super::{Instance, few, instances, place};
use crate::checks::{Context, Saw};
use crate::facts::cluster::Kind as Cluster;
use crate::facts::constraints::{Disk, Effect, Kind, Outlook, Passage};
use crate::model::{EvidenceRef, Finding, SubjectKind, Version};
use crate::snapshot::{App, ConstrainedVolume, Constraint, Pod};

/// Most constraints of one app that are corrected together.
const TOGETHER: usize = 32;

/// One instance on its way to another release.
pub struct Ahead<'a> {
    /// The instance.
    pub instance: Instance<'a>,
    /// What it runs.
    pub version: &'a Version,
    /// What it becomes.
    pub target: Version,
    passage: Passage,
    apps: &'a [App],
    pods: &'a [Pod],
}

/// One constraint, where it stands, and what becomes of it.
pub struct Seen<'a> {
    kind: Kind,
    id: &'a str,
    owner: &'a EvidenceRef,
    siblings: &'a [Constraint],
    volume: Option<&'a ConstrainedVolume>,
    pointer: String,
    /// The constraint.
    pub constraint: &'a Constraint,
    /// What becomes of it.
    pub outlook: Outlook,
}

/// Every instance that goes to the Marathon to be reached, with its apps and pods; what hinders is said.
///
/// On DC/OS nested instances are judged as if they were brought to the same release; one that is ahead of it stays.
pub fn ahead<'a>(context: &Context<'a>, saw: &mut Saw) -> Vec<Ahead<'a>> {
    if context.pair.is_some() {
        saw.skip(
            "the stored state is migrated when the new release first starts; app-constraints-lost looks at what is after that",
        );
        return Vec::new();
    }
    let Some(target) = target(context, saw) else {
        return Vec::new();
    };
    let dcos = context.facts.cluster.kind.known() != Some(&Cluster::Mesos);
    let mut all = Vec::new();
    for instance in instances(context, saw) {
        let Some(version) = instance.version_or_unknown(saw) else {
            // What is listed cannot be judged, but that it may not be all is still said.
            let _ = (instance.apps(saw), instance.pods(saw));
            continue;
        };
        if dcos && !instance.marathon.root && *version >= target {
            continue;
        }
        all.push(Ahead {
            instance,
            version,
            passage: Passage::new(version, Some(&target)),
            target: target.clone(),
            apps: instance.apps(saw),
            pods: instance.pods(saw),
        });
    }
    all
}

impl<'a> Ahead<'a> {
    /// Looks at every constraint, of volumes too.
    pub fn each(&self, mut look: impl FnMut(Seen<'a>)) {
        for app in self.apps {
            self.list(Kind::App, &app.id, &app.at, &app.constraints, &mut look);
            self.volumes(Kind::App, &app.id, &app.at, &app.volumes, &mut look);
        }
        for pod in self.pods {
            self.list(Kind::Pod, &pod.id, &pod.at, &pod.constraints, &mut look);
            self.volumes(Kind::Pod, &pod.id, &pod.at, &pod.volumes, &mut look);
        }
    }

    fn list(
        &self,
        kind: Kind,
        id: &'a str,
        owner: &'a EvidenceRef,
        siblings: &'a [Constraint],
        look: &mut impl FnMut(Seen<'a>),
    ) {
        let base = match kind {
            Kind::App => "constraints",
            Kind::Pod => "scheduling/placement/constraints",
        };
        for (ordinal, constraint) in siblings.iter().enumerate() {
            look(Seen {
                kind,
                id,
                owner,
                siblings,
                volume: None,
                pointer: format!("{base}/{ordinal}"),
                constraint,
                outlook: self.passage.look(constraint, kind),
            });
        }
    }

    fn volumes(
        &self,
        kind: Kind,
        id: &'a str,
        owner: &'a EvidenceRef,
        volumes: &'a [ConstrainedVolume],
        look: &mut impl FnMut(Seen<'a>),
    ) {
        for volume in volumes {
            for (ordinal, constraint) in volume.constraints.iter().enumerate() {
                look(Seen {
                    kind,
                    id,
                    owner,
                    siblings: &[],
                    volume: Some(volume),
                    pointer: format!("{}/{ordinal}", volume_pointer(kind, volume.index)),
                    constraint,
                    outlook: self.passage.look_volume(constraint, Disk::of(volume), kind),
                });
            }
        }
    }

    /// A finding about one constraint, with where it stands and how it is corrected.
    pub fn finding(&self, seen: &Seen<'_>) -> Finding {
        let subject = match seen.kind {
            Kind::App => SubjectKind::App,
            Kind::Pod => SubjectKind::Pod,
        };
        let which = match seen.volume {
            None => "the constraint".to_owned(),
            Some(volume) => format!("in volume {} ({}) the constraint", volume.index, volume.name),
        };
        let raw = seen.constraint.raw.as_str();
        let mut finding = Finding::about(self.instance.workload(subject, &place(seen.id, seen.owner)))
            .with("key", format!("{} {raw}", seen.pointer))
            .with("constraint", raw)
            .with("which", which)
            .with("effect", seen.outlook.effect.as_str())
            .with("marathon", self.instance.name())
            .with("version", self.version.to_string())
            .with("target", self.target.to_string())
            .with("correction", self.correction(seen));
        if let Some(rule) = seen.outlook.rule_id() {
            finding = finding.with("rule", rule);
        }
        if let Some(elements) = &seen.outlook.rewritten_to {
            finding = finding.with("rewritten_to", elements.clone());
        }
        if matches!(seen.outlook.effect, Effect::Rewritten | Effect::Dropped)
            && seen.siblings.len() <= TOGETHER
            && let Some(left) = self.passage.left(seen.siblings, seen.kind)
        {
            finding = finding.with("left", left);
        }
        if let (Some(why), Some(source)) = (&seen.outlook.why, seen.outlook.source) {
            finding = finding.with("why", why.as_str()).with("source", source);
        }
        let at = seen.owner.at(format!("{}/{}", seen.owner.pointer, seen.pointer));
        finding.seen_at(at.quoting(raw))
    }

    fn correction(&self, seen: &Seen<'_>) -> String {
        if seen.volume.is_some() {
            return "Constraints of a volume are changed in the whole definition, and a volume that exists keeps its disk"
                .to_owned();
        }
        // Every finding of an app holds its fragment: one with very many constraints would hold it very many times.
        let all = seen.siblings.len();
        let (list, label) = if all <= TOGETHER {
            (seen.siblings, "Corrected".to_owned())
        } else {
            (
                std::slice::from_ref(seen.constraint),
                format!("Corrected, this one of {all}"),
            )
        };
        match self.passage.correct(seen.id, list, seen.kind) {
            Ok(Some(correction)) => format!("{label}: {}", correction.sentence()),
            Ok(None) => "Nothing is to be corrected".to_owned(),
            Err(why) => format!("How to correct it is not known: {why}"),
        }
    }
}

fn volume_pointer(kind: Kind, index: usize) -> String {
    match kind {
        Kind::App => format!("container/volumes/{index}/persistent/constraints"),
        Kind::Pod => format!("volumes/{index}/persistent/constraints"),
    }
}

impl Seen<'_> {
    /// Whether an effect is possible at all: no migration looks at pods.
    fn meets(&self, effect: Effect) -> bool {
        self.kind == Kind::App || effect == Effect::Refused
    }
}

/// What was looked at.
#[derive(Default)]
pub struct Tally {
    constraints: usize,
    workloads: usize,
    instances: usize,
}

impl Tally {
    /// Counts an instance.
    pub fn add(&mut self, one: &Ahead<'_>, constraints: usize) {
        self.instances += 1;
        self.workloads += one.apps.len() + one.pods.len();
        self.constraints += constraints;
    }

    /// Says it; nothing where no instance goes anywhere.
    pub fn tell(self, saw: &mut Saw) {
        if self.instances > 0 {
            saw.judged(self.constraints, "constraints");
            saw.judged(self.workloads, "apps and pods");
            saw.judged(self.instances, "Marathon instances");
        }
    }
}

/// Fires for every constraint to which the upgrade does this.
pub fn run(context: &Context<'_>, saw: &mut Saw, effect: Effect) {
    let mut tally = Tally::default();
    for one in ahead(context, saw) {
        let mut undecided = Vec::new();
        let mut count = 0;
        one.each(|seen| {
            count += 1;
            if seen.outlook.effect == effect {
                saw.fire(one.finding(&seen));
            } else if seen.outlook.effect == Effect::Unknown && one.passage.can(effect) && seen.meets(effect) {
                undecided.push(format!(
                    "{} {}: {}",
                    place(seen.id, seen.owner),
                    seen.constraint.raw,
                    seen.outlook.why.as_deref().unwrap_or("not known")
                ));
            }
        });
        if !undecided.is_empty() {
            one.instance.unknown(
                format!("what becomes of these constraints is not known: {}", few(&undecided)),
                saw,
            );
        }
        tally.add(&one, count);
    }
    tally.tell(saw);
}
