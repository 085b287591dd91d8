//! `security-mode-removed`: the new config.yaml has a security mode that the target no longer has. Takes the stricter of two documents.

use crate::checks::{Check, Context, Saw};
use crate::model::{Area, CheckMeta, Doc, Finding, Severity, Stage};

use super::shared::{BY_HAND, NEEDS_NEW, gate, setting, source};

/// The check.
pub struct SecurityModeRemoved;

static META: CheckMeta = CheckMeta {
    id: "security-mode-removed",
    area: Area::Config,
    title: "the target has the security mode",
    finding: "the new config.yaml says security: {mode}, which DC/OS {target} no longer has ({source}; {remark})",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: NEEDS_NEW,
    requirements: &["S0-50"],
    doc: Doc {
        what: "The mode disabled is gone from DC/OS Enterprise 1.12 on. The 1.13 page says 1.13: the stricter one counts. Targets before \
               1.12 have every mode.",
        why: "The installer of the target refuses the configuration, or the masters come up in another mode than their agents.",
        by_hand: BY_HAND,
        remedy: "Take the cluster from disabled to permissive as a step of its own, on the version that runs, and upgrade afterwards.",
        sources: &[
            "DC/OS 1.12 upgrading page: disabled has been removed from Enterprise 1.12",
            "DC/OS 1.13 upgrading page: disabled has been removed from Enterprise 1.13",
        ],
    },
};

impl Check for SecurityModeRemoved {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some(gate) = gate(context, saw) else { return };
        let security = &gate.rules.security;
        if gate.line < security.removed.since {
            saw.skip(format!("DC/OS {} has every security mode", gate.line));
            return;
        }
        let Some(new) = gate.new_file(saw) else { return };
        if new.config.text(&security.key).as_ref() == Some(&security.removed.mode) {
            saw.fire(
                Finding::about(setting(&security.key))
                    .with("mode", security.removed.mode.as_str())
                    .with("target", gate.hop.to.to_string())
                    .with("source", source(&security.removed.sources))
                    .with("remark", security.removed.remark.as_str())
                    .seen_at(new.place(&security.key)),
            );
        }
        saw.judged(1, "file");
    }
}
