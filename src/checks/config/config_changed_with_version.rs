//! `config-changed-with-version`: version and configuration change in one step. The strict rule; never weighs which change is harmless.

use crate::checks::{Check, Context, Saw};
use crate::model::{Area, CheckMeta, ConfigClass, Doc, Severity, Stage};

use super::shared::{BY_HAND, NEEDS, differs, gate};

/// The check.
pub struct ConfigChangedWithVersion;

static META: CheckMeta = CheckMeta {
    id: "config-changed-with-version",
    area: Area::Config,
    title: "no setting changes together with the version",
    finding: "{name} changes together with the version: {old} -> {new}{note}. Forbidden by {sources}",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: NEEDS,
    requirements: &[
        "S0-23", "S0-24", "S0-52", "S0-54", "S1-19", "S1-60", "S1-91", "S2-4", "S3-5",
    ],
    doc: Doc {
        what: "Where the target is another version than the one that runs, the two files may differ in nothing but what the target \
               requires, what it no longer has or calls otherwise, and custom checks that are added. Files are compared as the installer \
               reads them: quotes, order, comments, anchors and `yes` for `true` make no difference. Secret values are compared and \
               not shown. The security mode, frozen settings and the masters have checks of their own.",
        why: "With both in one step nobody can tell which of them broke the cluster, and wrong settings can take down every node. The \
              pages disagree: one allows some settings while patching, the others and the workbook forbid all. The stricter rule counts.",
        by_hand: BY_HAND,
        remedy: "Make the change a step of its own, before or after, by an update to the version that runs then. Where support agreed \
                 to a change of a permitted setting while patching, waive the finding with the ticket's number.",
        sources: &[
            "DC/OS Upgrade FAQ & Workbook: configuration changes and upgrade",
            "DC/OS 1.11 patching page: step 3, no differences in pathways or configurations",
            "DC/OS 1.11 patching and upgrading pages (Chinese editions)",
            "DC/OS 1.11 patching page: Modifying DC/OS configuration (allows a subset)",
        ],
    },
};

impl Check for ConfigChangedWithVersion {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some(gate) = gate(context, saw) else { return };
        if !gate.changes_version() {
            saw.skip(format!(
                "the version stays {}: key-not-changeable judges the configuration",
                gate.hop.to
            ));
            return;
        }
        let Some((old, new)) = gate.both(saw) else { return };
        let together = &gate.rules.together;
        for difference in gate.differences(old, new) {
            let note = match difference.class {
                ConfigClass::Changeable => format!(
                    " (it may change on its own; {} allows it, and the stricter rule counts)",
                    together.allowing.join("; ")
                ),
                ConfigClass::Other => String::new(),
                _ => continue,
            };
            saw.fire(
                differs(&difference, &old, &new)
                    .with("note", note)
                    .with("sources", together.sources.join("; ")),
            );
        }
        saw.judged(
            old.config.entries.len().max(new.config.entries.len()),
            "settings, compared",
        );
    }
}
