//! `security-changed-with-version`: security mode and version change in one step. Never judges a change of configuration alone.

use crate::checks::{Check, Context, Saw};
use crate::model::{Area, CheckMeta, Doc, Severity, Stage};

use super::shared::{BY_HAND, NEEDS, gate, source};

/// The check.
pub struct SecurityChangedWithVersion;

static META: CheckMeta = CheckMeta {
    id: "security-changed-with-version",
    area: Area::Config,
    title: "the security mode does not change together with the version",
    finding: "the security mode changes from {old} to {new} together with the version ({from} to {to}); these are two steps ({source})",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: NEEDS,
    requirements: &["S0-22", "S0-50", "S1-24"],
    doc: Doc {
        what: "Where the target is another version than the one that runs, the setting `security` of the two files is the same. Where one \
               file does not name a mode, Enterprise's default permissive counts.",
        why: "The vendor supports a change of the mode on the installed version only. Together with an upgrade, services lose their \
              access while masters of two versions and two modes stand side by side.",
        by_hand: BY_HAND,
        remedy: "Upgrade first and change the mode afterwards, or the other way round: each a step of its own.",
        sources: &[
            "DC/OS Upgrade FAQ & Workbook: moving between permissive and strict during an upgrade",
            "DC/OS 1.11 patching page: Modifying DC/OS configuration",
        ],
    },
};

impl Check for SecurityChangedWithVersion {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some(gate) = gate(context, saw) else { return };
        if !gate.changes_version() {
            saw.skip(format!("the version stays {}", gate.hop.to));
            return;
        }
        let Some(modes) = gate.security(saw) else { return };
        let security = &gate.rules.security;
        if modes.after.0 != modes.before.0 {
            saw.fire(
                modes
                    .finding(&security.key)
                    .with("from", gate.hop.from.to_string())
                    .with("to", gate.hop.to.to_string())
                    .with("source", source(&security.sources)),
            );
        }
        saw.judged(2, "security modes, compared");
    }
}
