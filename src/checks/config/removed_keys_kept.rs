//! `removed-keys-kept`: the new config.yaml still has a setting that the target no longer has. Never says that a setting is misspelt.

use crate::checks::{Check, Context, Saw};
use crate::model::{Area, CheckMeta, Doc, Finding, Severity, Stage};

use super::shared::{BY_HAND, NEEDS_NEW, gate, setting, source};

/// The check.
pub struct RemovedKeysKept;

static META: CheckMeta = CheckMeta {
    id: "removed-keys-kept",
    area: Area::Config,
    title: "config.yaml has no setting that the target dropped",
    finding: "{name} is in the new config.yaml, and DC/OS {target} has it no more{instead} ({source})",
    severity: Severity::Warning,
    stage: Stage::Single,
    needs: NEEDS_NEW,
    requirements: &["S0-52"],
    doc: Doc {
        what: "Settings that the installer's generator of an older line had and the one of the target's line no longer has are looked for in \
               the new config.yaml, with the name that took their place where there is one.",
        why: "The generator takes settings that it does not know without a word: the value is simply no longer in force.",
        by_hand: BY_HAND,
        remedy: "Rename the setting where it has a new name; else decide without it and take it out.",
        sources: &[
            "dcos/dcos gen/calc.py, tags 1.10.8 to 2.2.1, compared",
            "DC/OS 1.11 patching page: Bootstrap node, step 2 (merge into the new format)",
        ],
    },
};

impl Check for RemovedKeysKept {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some(gate) = gate(context, saw) else { return };
        let Some(new) = gate.new_file(saw) else { return };
        for removed in gate
            .rules
            .removed
            .iter()
            .filter(|removed| removed.lines().hold(gate.line))
        {
            if new.config.get(&removed.key).is_none() {
                continue;
            }
            let instead = removed.instead.as_ref().map(|name| format!("; it is now {name}"));
            saw.fire(
                Finding::about(setting(&removed.key))
                    .with("target", gate.hop.to.to_string())
                    .with("instead", instead.unwrap_or_default())
                    .with("source", source(&removed.sources))
                    .seen_at(new.place(&removed.key)),
            );
        }
        saw.judged(new.config.entries.len(), "settings");
    }
}
