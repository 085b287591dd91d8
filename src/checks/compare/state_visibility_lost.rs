//! What the account of the later archive may see less of than the account of the earlier one.

use super::shared;
use crate::checks::{Check, Context, Saw};
use crate::facts::Facts;
use crate::model::{Area, CheckMeta, Doc, EvidenceRef, Finding, Outcome, Severity, Stage, Subject, Why};
use crate::snapshot::Snapshot;

/// The check.
pub struct StateVisibilityLost;

const META: CheckMeta = CheckMeta {
    id: "state-visibility-lost",
    area: Area::Compare,
    title: "both archives were read with the same sight of the cluster",
    finding: "{what}: {reason}",
    severity: Severity::Warning,
    stage: Stage::Pair,
    needs: &[
        "data/mesos-master/*/state.json",
        "data/mesos-master/*/state_summary.json",
        "data/mesos-master/*/metrics_snapshot.json",
    ],
    requirements: &["S1-112", "S1-136"],
    doc: Doc {
        what: "Four signs: another kind of credential than before; flags that /state showed before and does not show after; requests that were answered before and are refused after (401, 403); lists that agreed with the master's counters before and do not after. Parts that are doubtful for that reason are UNKNOWN in the checks that need them, and make the verdict CANNOT SAY; this check says why, and only warns.",
        why: "Mesos leaves out what an account may not see and still answers 200: a smaller list then looks like a loss, or hides one.",
        by_hand: "curl -H \"Authorization: token=…\" http://<leader>:5050/state | jq '.flags | length', and compare frameworks with master/frameworks_active of /metrics/snapshot.",
        remedy: "Collect both archives with the same account, one that may see everything.",
        sources: &["apache/mesos docs/authorization.md (VIEW_FRAMEWORK, VIEW_TASK, VIEW_FLAGS)"],
    },
};

impl Check for StateVisibilityLost {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some(pair) = shared::pair(context, saw) else { return };
        let (before, after) = (pair.before, context.facts);
        credentials(before.snapshot, after.snapshot, saw);
        flags(before.snapshot, after.snapshot, saw);
        refused(before.snapshot, after.snapshot, saw);
        counters(before, after, saw);
        for (side, facts) in [("before", before), ("after", after)] {
            if let Some(why) = facts.snapshot.state.why() {
                saw.unknown_because(format!("{side}: {}", why.sentence()));
            }
        }
        saw.judged(2, "archives");
    }
}

fn sign(what: &str, reason: String, at: EvidenceRef) -> Finding {
    Finding::about(Subject::cluster())
        .with("what", what)
        .with("reason", reason)
        .with("key", what)
        .seen_at(at)
}

fn credentials(before: &Snapshot, after: &Snapshot, saw: &mut Saw) {
    let (old, new) = (&before.origin.manifest.auth, &after.origin.manifest.auth);
    // An imported archive does not know how its files were fetched.
    let imported = [before, after]
        .iter()
        .any(|snapshot| snapshot.origin.manifest.made_by == "import");
    if old != new && !imported {
        let at = EvidenceRef::item("gonogo.json").at("/auth").quoting(new);
        saw.fire(sign(
            "another kind of credential",
            format!("`{old}` before, `{new}` after"),
            at,
        ));
    }
}

fn flags(before: &Snapshot, after: &Snapshot, saw: &mut Saw) {
    let (Ok((old, _)), Ok((new, at))) = (before.state.get(), after.state.get()) else {
        return;
    };
    if old.flags.is_some() && new.flags.is_none() {
        let reason = "/state showed the flags before and does not after";
        saw.fire(sign("flags are hidden", reason.to_owned(), at.at("/flags")));
    }
}

fn refused(before: &Snapshot, after: &Snapshot, saw: &mut Saw) {
    let captured = |item: &str| {
        let record = before.origin.manifest.evidence_for(item);
        record.is_some_and(|record| record.outcome == Outcome::Captured)
    };
    let items: Vec<String> = after
        .origin
        .manifest
        .evidence
        .iter()
        .filter(|record| record.outcome == Outcome::Refused && matches!(record.status, Some(401 | 403)))
        .filter(|record| captured(&record.item))
        .map(|record| record.item.clone())
        .collect();
    if let Some(first) = items.first() {
        let reason = format!("{} requests that were answered before, such as {first}", items.len());
        let at = EvidenceRef::item(first);
        saw.fire(sign("requests are refused", reason, at).with("items", items));
    }
}

fn counters(before: &Facts<'_>, after: &Facts<'_>, saw: &mut Saw) {
    let (old, new) = (&before.cluster, &after.cluster);
    if new.state_doubt.is_some() {
        // Then nothing that is listed can be believed, for reasons that have nothing to do with the account.
        return;
    }
    for (what, was, is) in [
        ("agents", &old.agents_doubt, &new.agents_doubt),
        ("frameworks", &old.frameworks_doubt, &new.frameworks_doubt),
        ("tasks", &old.tasks_doubt, &new.tasks_doubt),
    ] {
        if let (None, Some(why)) = (was, is) {
            let at = after.snapshot.state.get().map(|(_, at)| at.clone());
            let at = at.unwrap_or_else(|_| EvidenceRef::item("data/mesos-master"));
            saw.fire(sign(&format!("not all {what} may be listed"), Why::sentence(why), at));
        }
    }
}
