//! `constraints-invalid`: placement constraints that the running Marathon would refuse. Never judges what a valid one does.

use crate::checks::marathon::shared::{Instance, few, instances, place};
use crate::checks::{Check, Context, Saw};
use crate::facts::constraints::{Disk, Judgement, Kind, Rules};
use crate::model::{Area, CheckMeta, Doc, EvidenceRef, Finding, Severity, Stage, SubjectKind};
use crate::snapshot::{ConstrainedVolume, Constraint};

/// The check.
pub struct ConstraintsInvalid;

static META: CheckMeta = CheckMeta {
    id: "constraints-invalid",
    area: Area::Marathon,
    title: "every placement constraint is valid for its Marathon",
    finding: "{name} of Marathon {marathon} ({version}) has the constraint {constraint}: {broken} [{source}]",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &[
        "data/marathon/*/apps.json",
        "data/marathon/*/pods.json",
        "data/marathon/*/info.json",
    ],
    requirements: &["S0-47", "S1-55"],
    doc: Doc {
        what: "Every constraint of every app, of its volumes and of every pod of every Marathon is one that the release it runs would take. The \
               rules changed between releases (CLUSTER without a value is refused by 1.3.0-1.3.12 and 1.4.0-1.4.7 only, \
               UNIQUE with an empty value from 1.5 on, IS exists from 1.6), so the version of each instance decides. \
               Expressions are judged as Java reads them. One that cannot be judged is UNKNOWN, never valid.",
        why: "An upgrade runs stored apps through the validator of the new release: Marathon 1.3 and 1.4 silently remove a \
              constraint they do not understand, so that the app comes back anywhere; 1.5.0 to 1.5.11 abort the \
              migration at the first one.",
        by_hand: "curl -s http://MASTER:8080/v2/apps | jq -c '.apps[] | select(.constraints != null) | [.id, .constraints]'\n\
                  curl -s http://MASTER:8080/v2/pods | jq -c '.[] | [.id, .scheduling.placement.constraints]'\n\
                  The published script check-constraints.py knows the rules of 1.3.0 only and prints nothing when run.",
        remedy: "Correct the constraint in the app or pod definition (the finding names the rule), deploy, and collect again. \
                 Keep the definitions from before: compare reports constraints that are gone afterwards.",
        sources: &[
            "mesosphere/marathon SchedulingValidation.scala, AppDefinition.scala, PodsValidation.scala, Formats.scala (v0.8.2 to v1.10.26)",
            "mesosphere/marathon storage/migration/MigrationTo15.scala (v1.5.11): aborts on an invalid constraint",
            "DC/OS 1.11 patching page: all Marathon application constraints valid",
        ],
    },
};

impl Check for ConstraintsInvalid {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let mut tally = Tally::default();
        let all = instances(context, saw);
        for instance in &all {
            judge_instance(*instance, &mut tally, saw);
        }
        if !all.is_empty() {
            saw.judged(tally.apps, "apps");
            saw.judged(tally.pods, "pods");
            saw.judged(tally.constraints, "constraints");
        }
    }
}

#[derive(Default)]
struct Tally {
    apps: usize,
    pods: usize,
    constraints: usize,
}

fn judge_instance(instance: Instance<'_>, tally: &mut Tally, saw: &mut Saw) {
    let apps = instance.apps(saw);
    let pods = instance.pods(saw);
    let Some(version) = instance.version_or_unknown(saw) else {
        return;
    };
    let rules = match Rules::of(version) {
        Ok(rules) => rules,
        Err(why) => {
            instance.unknown(why, saw);
            return;
        }
    };
    let mut room = Room {
        instance,
        rules,
        version: version.to_string(),
        undecided: Vec::new(),
    };
    for app in apps {
        room.judge(SubjectKind::App, &app.id, &app.constraints, &app.at, "constraints", saw);
        room.judge_volumes(
            SubjectKind::App,
            &app.id,
            &app.volumes,
            &app.at,
            "container/volumes",
            saw,
        );
    }
    for pod in pods {
        let pointer = "scheduling/placement/constraints";
        room.judge(SubjectKind::Pod, &pod.id, &pod.constraints, &pod.at, pointer, saw);
        room.judge_volumes(SubjectKind::Pod, &pod.id, &pod.volumes, &pod.at, "volumes", saw);
    }
    if !room.undecided.is_empty() {
        instance.unknown(
            format!("constraints that cannot be judged: {}", few(&room.undecided)),
            saw,
        );
    }
    tally.apps += apps.len();
    tally.pods += pods.len();
    let of_volumes = |volumes: &[ConstrainedVolume]| volumes.iter().map(|one| one.constraints.len()).sum::<usize>();
    let of_apps = apps.iter().map(|app| app.constraints.len() + of_volumes(&app.volumes));
    let of_pods = pods.iter().map(|pod| pod.constraints.len() + of_volumes(&pod.volumes));
    tally.constraints += of_apps.chain(of_pods).sum::<usize>();
}

struct Room<'a> {
    instance: Instance<'a>,
    rules: Rules,
    version: String,
    undecided: Vec<String>,
}

impl Room<'_> {
    fn judge(
        &mut self,
        kind: SubjectKind,
        id: &str,
        constraints: &[Constraint],
        at: &EvidenceRef,
        pointer: &str,
        saw: &mut Saw,
    ) {
        let form = form(kind);
        for (ordinal, constraint) in constraints.iter().enumerate() {
            let judgement = self.rules.judge(constraint, form);
            self.tell(
                kind,
                id,
                constraint,
                judgement,
                at,
                &format!("{pointer}/{ordinal}"),
                saw,
            );
        }
    }

    fn judge_volumes(
        &mut self,
        kind: SubjectKind,
        id: &str,
        volumes: &[ConstrainedVolume],
        at: &EvidenceRef,
        pointer: &str,
        saw: &mut Saw,
    ) {
        for volume in volumes {
            for (ordinal, constraint) in volume.constraints.iter().enumerate() {
                let judgement = self.rules.judge_volume(constraint, Disk::of(volume), form(kind));
                let pointer = format!("{pointer}/{}/persistent/constraints/{ordinal}", volume.index);
                self.tell(kind, id, constraint, judgement, at, &pointer, saw);
            }
        }
    }

    #[allow(clippy::too_many_arguments, reason = "what is told, of what, and where it stands")]
    fn tell(
        &mut self,
        kind: SubjectKind,
        id: &str,
        constraint: &Constraint,
        judgement: Judgement,
        at: &EvidenceRef,
        pointer: &str,
        saw: &mut Saw,
    ) {
        match judgement {
            Judgement::Valid => {}
            Judgement::Unknown { why } => {
                self.undecided
                    .push(format!("{} {}: {why}", place(id, at), constraint.raw));
            }
            Judgement::Invalid { rule, source, detail } => {
                let broken = match detail {
                    Some(detail) => format!("{} ({detail})", rule.text()),
                    None => rule.text().to_owned(),
                };
                let seen = at.at(format!("{}/{pointer}", at.pointer));
                saw.fire(
                    Finding::about(self.instance.workload(kind, &place(id, at)))
                        .with("key", constraint.raw.as_str())
                        .with("constraint", constraint.raw.as_str())
                        .with("rule", rule.id())
                        .with("broken", broken)
                        .with("source", source)
                        .with("marathon", self.instance.name())
                        .with("version", self.version.as_str())
                        .seen_at(seen.quoting(&constraint.raw)),
                );
            }
        }
    }
}

fn form(kind: SubjectKind) -> Kind {
    if kind == SubjectKind::Pod { Kind::Pod } else { Kind::App }
}
