//! `masters-even`: a number of masters that wastes one, or a quorum that does not belong to it. Never counts who answers: that is `masters-missing`.

use crate::checks::shared::short;
use crate::checks::{Check, Context, Saw};
use crate::facts::leader::{Names, Target};
use crate::model::{
    Area, CheckMeta, Doc, EvidenceRef, Finding, Observed, Severity, Stage, Subject, SubjectKind, items,
};
use crate::snapshot::Snapshot;

use super::masters_missing::ensemble;

/// The check.
pub struct MastersEven;

static META: CheckMeta = CheckMeta {
    id: "masters-even",
    area: Area::Cluster,
    title: "the number of masters is odd and fits the quorum",
    finding: "{name}: {masters} masters with a quorum of {quorum}; a sound cluster has an odd number of masters, and {masters} need a quorum of {needed}",
    severity: Severity::Warning,
    stage: Stage::Single,
    needs: &["data/mesos-master/*/flags.json"],
    requirements: &["S4-9"],
    doc: Doc {
        what: "The number of masters (expected, asked, or named by the registrar's ensemble, whichever is larger) is odd, \
               and the flag `quorum` of every master is more than half of it.",
        why: "An even number tolerates no more failures than one less and needs a larger quorum: of two masters none may \
              be restarted without losing the leader. A quorum that is too small lets two halves of a split \
              cluster both write the registry.",
        by_hand: "curl -s http://MASTER:5050/flags | jq -r .flags.quorum   # for N masters: floor(N/2)+1",
        remedy: "Run 1, 3, 5 or 7 masters and set `quorum` to floor(N/2)+1 on all of them, in a change of its own before \
                 the window.",
        sources: &[
            "apache/mesos docs/operational-guide.md (choosing the quorum)",
            "apache/mesos docs/upgrades.md 0.18 to 0.19: the quorum must match the number of masters",
        ],
    },
};

impl Check for MastersEven {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let snapshot = context.facts.snapshot;
        let masters = number(snapshot);
        if masters == 0 {
            saw.unknown_because("no master was asked, and none is expected");
            return;
        }
        for target in context.facts.cluster.leadership.redirects.iter().flatten() {
            if let Target::Stranger(name) = target {
                saw.unknown_because(format!("{name} is named as leader, and may be one more master"));
            }
        }
        let needed = masters / 2 + 1;
        // Nobody said how many there are: one that is missing makes an odd number even, and fits no quorum.
        let stated = !snapshot.origin.manifest.expected.masters.is_empty();
        let missing = |quorum: usize| !stated && masters < (2 * quorum).saturating_sub(1);
        let mut quorum_shown = "unknown".to_owned();
        let mut uncertain = false;
        for master in &snapshot.masters {
            match &master.flags {
                Observed::Known(flags, at) => match flags.get("quorum").map(|text| text.parse::<usize>()) {
                    Some(Ok(quorum)) => {
                        quorum_shown = quorum.to_string();
                        if missing(quorum) {
                            saw.unknown_because(format!(
                                "{masters} masters are known, and a quorum of {quorum} belongs to more: state the expected masters"
                            ));
                            uncertain = true;
                        } else if quorum != needed {
                            saw.fire(
                                finding(
                                    Subject::new(SubjectKind::Master, &master.host, short(&master.host, "5050")),
                                    masters,
                                    &quorum_shown,
                                )
                                .seen_at(at.at("/flags/quorum").quoting(quorum)),
                            );
                        }
                    }
                    // A master that keeps its registry in memory has no quorum; it can only be alone.
                    None if masters == 1 && !flags.contains_key("zk") && flags.contains_key("port") => {}
                    _ => saw.unknown_because(format!("{} shows no usable flag `quorum`", master.host)),
                },
                Observed::Unknown(why) => saw.unknown(why),
            }
        }
        if masters.is_multiple_of(2) && !uncertain {
            let at = snapshot.masters.first().map_or_else(
                || EvidenceRef::item("gonogo.json").at("/expected/masters"),
                |master| EvidenceRef::item(items::path(items::MESOS_MASTER, &master.host, items::FLAGS)),
            );
            saw.fire(finding(Subject::cluster(), masters, &quorum_shown).seen_at(at));
        }
        saw.judged(masters, "masters");
    }
}

fn finding(subject: Subject, masters: usize, quorum: &str) -> Finding {
    Finding::about(subject)
        .with("masters", masters)
        .with("quorum", quorum)
        .with("needed", masters / 2 + 1)
}

/// Masters expected or asked, counted once under all their names, or replicas of the registry if those are more.
fn number(snapshot: &Snapshot) -> usize {
    let names = Names::new(snapshot);
    let unasked = snapshot
        .origin
        .manifest
        .expected
        .masters
        .iter()
        .filter(|name| names.index(name).is_none())
        .count();
    (snapshot.masters.len() + unasked).max(ensemble(snapshot).unwrap_or_default())
}
