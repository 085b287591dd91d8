//! `key-not-changeable`: while the version stays, a setting changes that is none of those that may. Never judges a hop between versions.

use crate::checks::{Check, Context, Saw};
use crate::model::{Area, CheckMeta, ConfigClass, Doc, Severity, Stage};

use super::shared::{BY_HAND, NEEDS, differs, gate};

/// The check.
pub struct KeyNotChangeable;

static META: CheckMeta = CheckMeta {
    id: "key-not-changeable",
    area: Area::Config,
    title: "a change of configuration touches only settings that may change",
    finding: "{name} changes: {old} -> {new}; {why} ({source})",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: NEEDS,
    requirements: &["S0-25", "S0-62", "S0-68", "S2-6"],
    doc: Doc {
        what: "Where the target is the version that runs, the hop is a change of configuration: the two files may differ in dns_search, \
               docker_remove_delay, gc_delay, resolvers, telemetry_enabled, use_proxy, http_proxy, https_proxy, no_proxy, and from 1.12 \
               on in enable_mesos_input_plugin. What the target requires or no longer has, custom checks, the security mode, frozen \
               settings and the masters have rules of their own. Where the security mode changes, nothing else may. Files are compared \
               as the installer reads them: quotes, order and comments make no difference.",
        why: "The vendor supports a change of these settings only; any other may leave nodes of one cluster with configurations that \
              do not fit together.",
        by_hand: BY_HAND,
        remedy: "Put the old value back, or agree the change with the vendor's support and waive the finding with the ticket's number.",
        sources: &[
            "DC/OS 1.11 patching page: Modifying DC/OS configuration",
            "DC/OS 2.1 patching page: Modifying DC/OS configuration (enable_mesos_input_plugin)",
            "table in src/knowledge/data/config.toml",
        ],
    },
};

impl Check for KeyNotChangeable {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some(gate) = gate(context, saw) else { return };
        if gate.changes_version() {
            saw.skip(format!(
                "the version changes ({} to {}): config-changed-with-version judges every setting",
                gate.hop.from, gate.hop.to
            ));
            return;
        }
        let Some((old, new)) = gate.both(saw) else { return };
        let differences = gate.differences(old, new);
        let secured = differences
            .iter()
            .any(|difference| difference.class == ConfigClass::Security);
        let sources = gate.rules.changeable.first().map(|keys| keys.sources.join("; "));
        for difference in &differences {
            let why = match difference.class {
                ConfigClass::Other => "it is none of the settings that may change",
                ConfigClass::Changeable | ConfigClass::Addable if secured => {
                    "with a change of the security mode nothing else may change"
                }
                _ => continue,
            };
            saw.fire(
                differs(difference, &old, &new)
                    .with("why", why)
                    .with("source", sources.clone().unwrap_or_default()),
            );
        }
        saw.judged(
            old.config.entries.len().max(new.config.entries.len()),
            "settings, compared",
        );
    }
}
