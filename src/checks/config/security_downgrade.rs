//! `security-downgrade`: the new config.yaml has a less strict security mode. Never judges steps upwards.

use crate::checks::{Check, Context, Saw};
use crate::model::{Area, CheckMeta, Doc, Severity, Stage};

use super::shared::{BY_HAND, NEEDS, gate, source};

/// The check.
pub struct SecurityDowngrade;

static META: CheckMeta = CheckMeta {
    id: "security-downgrade",
    area: Area::Config,
    title: "the security mode does not become less strict",
    finding: "the security mode goes down: {old} -> {new}; that takes a reinstallation and ends every workload ({source})",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: NEEDS,
    requirements: &["S0-26", "S0-50"],
    doc: Doc {
        what: "The setting `security` of the two files is compared on the ladder disabled, permissive, strict. Where one file does not \
               name a mode, Enterprise's default permissive counts. Files that both name none have no mode to compare.",
        why: "A downgrade is not supported: the cluster must be reinstalled, and all workloads end.",
        by_hand: BY_HAND,
        remedy: "Put the old mode back.",
        sources: &[
            "DC/OS 1.11 patching page: Modifying DC/OS configuration",
            "DC/OS 1.11 configuration reference: security",
        ],
    },
};

impl Check for SecurityDowngrade {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some(gate) = gate(context, saw) else { return };
        let Some(modes) = gate.security(saw) else { return };
        let security = &gate.rules.security;
        if modes.after.0 < modes.before.0 {
            saw.fire(modes.finding(&security.key).with("source", source(&security.sources)));
        }
        saw.judged(2, "security modes, compared");
    }
}
