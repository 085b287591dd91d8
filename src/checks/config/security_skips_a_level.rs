//! `security-skips-a-level`: the security mode goes up by more than one step. Never judges a downgrade.

use crate::checks::{Check, Context, Saw};
use crate::model::{Area, CheckMeta, Doc, Severity, Stage};

use super::shared::{BY_HAND, NEEDS, gate, source};

/// The check.
pub struct SecuritySkipsALevel;

static META: CheckMeta = CheckMeta {
    id: "security-skips-a-level",
    area: Area::Config,
    title: "the security mode goes up by one level at most",
    finding: "the security mode goes from {old} to {new} in one step; between them lies {between} ({source})",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: NEEDS,
    requirements: &["S0-27", "S0-60", "S0-65"],
    doc: Doc {
        what: "The setting `security` of the two files is compared on the ladder disabled, permissive, strict: one update goes up one \
               level. Where one file does not name a mode, Enterprise's default permissive counts.",
        why: "Services get their credentials while the cluster is permissive. A cluster that goes to strict without that refuses them.",
        by_hand: BY_HAND,
        remedy: "Update to permissive first, let every service register with its credentials, then update to strict.",
        sources: &[
            "DC/OS 1.11 patching page: Modifying DC/OS configuration",
            "DC/OS 1.11 patching page: Patching in strict mode, prerequisites",
        ],
    },
};

impl Check for SecuritySkipsALevel {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some(gate) = gate(context, saw) else { return };
        let Some(modes) = gate.security(saw) else { return };
        let security = &gate.rules.security;
        if modes.after.0 > modes.before.0 + security.steps {
            let between: Vec<String> = security
                .ladder
                .iter()
                .skip(modes.before.0 + 1)
                .take(modes.after.0 - modes.before.0 - 1)
                .cloned()
                .collect();
            saw.fire(
                modes
                    .finding(&security.key)
                    .with("between", between)
                    .with("source", source(&security.sources)),
            );
        }
        saw.judged(2, "security modes, compared");
    }
}
