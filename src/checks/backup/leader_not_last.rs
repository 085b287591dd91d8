//! `leader-not-last`: the leading master was not backed up last.

use super::shared::{ZOOKEEPER, about, asked};
use crate::checks::{Check, Context, Saw};
use crate::facts::backups::{Backup, Owner};
use crate::facts::cluster::Kind;
use crate::model::{Area, CheckMeta, Doc, Observed, Severity, Stage};

/// The check.
pub struct LeaderNotLast;

static META: CheckMeta = CheckMeta {
    id: "leader-not-last",
    area: Area::Backup,
    title: "the leading master was backed up last",
    finding: "backup {name} of the leading master was taken {taken}, before {later}",
    severity: Severity::Warning,
    stage: Stage::Single,
    needs: &["data/backup/*/proof.json"],
    requirements: &["S1-109"],
    doc: Doc {
        what: "Of the newest copies of the masters' files, the one of the leading Mesos master is the last by time. Who led \
               is what the records beside the copies say, else what the archive shows. Fewer than two copies with an \
               owner, copies without time, and two that both say they were of the leader are UNKNOWN.",
        why: "The leading master writes on while the others are copied: its copy, taken last, holds everything that theirs \
              hold. Stopping it earlier makes the cluster elect once more, in the middle of the copies.",
        by_hand: "gonogo backup inspect BACKUP… --format json | jq -r '.backups[] | [.taken_at, .path] | @tsv' | sort\n\
                  curl -sI http://MASTER:5050/redirect | grep -i location",
        remedy: "Take the copy of the leading master once more.",
        sources: &["DC/OS Upgrade FAQ & Workbook: Pre-Upgrade Checklist (leading master last)"],
    },
};

impl Check for LeaderNotLast {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        if !asked(context, ZOOKEEPER, saw) {
            return;
        }
        if let Observed::Known(Kind::Mesos, at) = &context.facts.cluster.kind {
            saw.skip(format!(
                "{} says that this is Mesos without DC/OS: no document asks for an order of its backups",
                at.item
            ));
            return;
        }
        let facts = &context.facts.backups;
        let copies: Vec<&Backup<'_>> = (0..facts.servers.len()).flat_map(|at| facts.newest_of(at)).collect();
        for (backup, why) in facts.unassigned() {
            saw.unknown_because(format!("of which master {} is, is not told: {why}", backup.proof.path));
        }
        if copies.is_empty() {
            saw.unknown_because("no copy of a master's files with its owner was given");
            return;
        }
        if facts.servers.len() == 1 {
            saw.judged(1, "masters");
            return;
        }
        let leading = match leading(context, &copies) {
            Ok(leading) => leading,
            Err(why) => {
                saw.unknown_because(why);
                return;
            }
        };
        let mut later = Vec::new();
        for backup in &copies {
            match (backup.proof.taken_at, leading.proof.taken_at) {
                (Some(other), Some(own)) if other > own => later.push(*backup),
                (Some(_), Some(_)) => saw.looked_at(&backup.field("taken_at")),
                (None, _) => saw.unknown_because(format!("when {} was taken is not known", backup.proof.path)),
                (_, None) => saw.unknown_because(format!("when {} was taken is not known", leading.proof.path)),
            }
        }
        if let Some(taken) = leading.proof.taken_at.filter(|_| !later.is_empty()) {
            let names: Vec<String> = later.iter().map(|backup| facts.label(backup)).collect();
            let finding = about(context, leading)
                .with("taken", taken.format("%Y-%m-%d %H:%M:%S UTC").to_string())
                .with("later", names)
                .seen_at(leading.field("taken_at").quoting(taken.format("%Y-%m-%dT%H:%M:%SZ")));
            saw.fire(
                later
                    .iter()
                    .fold(finding, |finding, backup| finding.seen_at(backup.field("taken_at"))),
            );
        }
        saw.judged(copies.len(), "backups of masters");
    }
}

/// The copy of the master that led when the copies were taken.
fn leading<'a, 's>(context: &Context<'_>, copies: &[&'a Backup<'s>]) -> Result<&'a Backup<'s>, String> {
    let recorded = |backup: &Backup<'_>| backup.proof.taken.as_ref().and_then(|taken| taken.leading);
    let led: Vec<&'a Backup<'s>> = copies
        .iter()
        .copied()
        .filter(|backup| recorded(backup) == Some(true))
        .collect();
    match led.as_slice() {
        [one] => return Ok(*one),
        [] => {}
        many => {
            let names: Vec<&str> = many.iter().map(|backup| backup.proof.path.as_str()).collect();
            return Err(format!(
                "the records of {} all say that their master led",
                names.join(" and ")
            ));
        }
    }
    let facts = &context.facts.backups;
    let Some(leader) = facts.leading else {
        return Err("which master leads is not known".to_owned());
    };
    let own: Vec<&'a Backup<'s>> = copies
        .iter()
        .copied()
        .filter(|backup| backup.owner == Owner::Server(leader))
        .collect();
    match own.as_slice() {
        // What was recorded then counts more than who leads now.
        [one] if recorded(one) != Some(false) => Ok(*one),
        [one] => Err(format!(
            "the record of {} says that its master did not lead then, and no other says that its own did",
            one.proof.path
        )),
        [] => Err(format!(
            "no copy of the leading master {} was given",
            facts.server_name(leader)
        )),
        _ => Err(format!(
            "which copy of the leading master {} is the newest is not known",
            facts.server_name(leader)
        )),
    }
}
