//! `keys-missing-for-target`: a setting that the target requires is not in its config.yaml. Never guesses what no document asks for.

use crate::checks::{Check, Context, Saw};
use crate::model::{Area, CheckMeta, Doc, Finding, Severity, Stage};

use super::shared::{BY_HAND, NEEDS_NEW, gate, setting, source};

/// The check.
pub struct KeysMissingForTarget;

static META: CheckMeta = CheckMeta {
    id: "keys-missing-for-target",
    area: Area::Config,
    title: "config.yaml declares every setting that the target requires",
    finding: "DC/OS {target} wants {name} declared ({values}), and the new config.yaml does not have it; recommended: {recommended} ({source})",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: NEEDS_NEW,
    requirements: &["S0-8", "S0-9", "S0-10"],
    doc: Doc {
        what: "Every setting that the documents say must be declared for the line of the target is looked for in the new config.yaml. \
               For lines for which no document lists any, the check does not apply. A setting is asked for in both editions where \
               the documents disagree about that.",
        why: "A configuration that installed the old version is not complete for the new one. The installer then takes a default that \
              nobody chose, or stops in the window.",
        by_hand: BY_HAND,
        remedy: "Add the setting to the new config.yaml, with the value that describes the cluster as it is. enable_ipv6 is recommended \
                 to be false; fault_domain_enabled is false where no fault domain script is used.",
        sources: &[
            "DC/OS 1.11 patching page: Important guidelines",
            "table in src/knowledge/data/config.toml",
        ],
    },
};

impl Check for KeysMissingForTarget {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some(gate) = gate(context, saw) else { return };
        let asked: Vec<_> = gate
            .rules
            .declare
            .iter()
            .filter(|declare| declare.lines().hold(gate.line) && declare.when.is_none())
            .collect();
        if asked.is_empty() {
            saw.skip(format!(
                "no document lists settings that must be newly declared for DC/OS {}",
                gate.line
            ));
            return;
        }
        let Some(new) = gate.new_file(saw) else { return };
        for declare in &asked {
            if new.config.get(&declare.key).is_some() {
                continue;
            }
            saw.fire(
                Finding::about(setting(&declare.key))
                    .with("target", gate.hop.to.to_string())
                    .with("values", declare.values.join(" or "))
                    .with(
                        "recommended",
                        declare.recommended.as_deref().unwrap_or("as the cluster is"),
                    )
                    .with("source", source(&declare.sources))
                    .seen_at(new.at.clone()),
            );
        }
        saw.judged(asked.len(), "settings that the target requires");
    }
}
