//! `license-missing`: Enterprise goes to a line that enforces licences, and there is none. Never sees the licence, only its size.

use crate::checks::{Check, Context, Saw};
use crate::facts::config::{Edition, edition, missing};
use crate::model::{Area, CheckMeta, Doc, Finding, Severity, Stage};

use super::shared::{gate, setting, source};

/// The check.
pub struct LicenseMissing;

static META: CheckMeta = CheckMeta {
    id: "license-missing",
    area: Area::Config,
    title: "the licence that Enterprise asks for is there",
    finding: "{name} is empty, and DC/OS Enterprise {target} enforces licence keys: the installation fails without one ({source})",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &[
        "data/input/files/license.json",
        "data/dcos/*/license_status.json",
        "data/dcos/*/dcos_version.json",
    ],
    requirements: &["S0-12"],
    doc: Doc {
        what: "From 1.11 on DC/OS Enterprise wants a licence key in genconf/license.txt, or in the setting license_key_contents, which \
               overrides the file. The archive holds the file's size, not the licence. An empty file is no licence. Open Source has none: \
               that is concluded only where a cluster of 1.11 or later says that it has no licensing service.",
        why: "Without a licence key a patch or upgrade of Enterprise fails.",
        by_hand: "wc -c genconf/license.txt; curl -s http://MASTER/licensing/v1/status",
        remedy: "Put the licence key that the vendor gave into genconf/license.txt on the bootstrap machine, and name it: [inputs] license.",
        sources: &[
            "DC/OS 1.11 patching page: Important guidelines",
            "DC/OS 1.11 configuration reference: license_key_contents",
        ],
    },
};

impl Check for LicenseMissing {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some(gate) = gate(context, saw) else { return };
        let rules = &gate.rules.license;
        if gate.line < rules.since {
            saw.skip(format!("DC/OS {} enforces no licence keys", gate.line));
            return;
        }
        let edition = edition(context.facts, gate.rules);
        if let Ok((Edition::Open, at)) = &edition {
            saw.skip(format!("{} says that this is not Enterprise", at.item));
            return;
        }
        let empty = |saw: &mut Saw, name: &str, at| {
            saw.fire(
                Finding::about(setting(name))
                    .with("target", gate.hop.to.to_string())
                    .with("source", source(&rules.sources))
                    .seen_at(at),
            );
            saw.judged(1, "licence");
        };
        // The setting overrides the file.
        if let Ok(new) = &gate.files.new
            && let Some(entry) = new.config.get(&rules.key)
        {
            if entry.empty {
                empty(saw, &rules.key, new.at.at(format!("line {}", entry.line)));
            } else {
                saw.looked_at(new.at);
                saw.judged(1, "licence");
            }
            return;
        }
        match context.facts.snapshot.dcos.license_file.get() {
            Ok((file, at)) if file.empty => empty(saw, "license.txt", at.clone()),
            Ok((_, at)) => {
                saw.looked_at(at);
                saw.judged(1, "licence");
            }
            Err(why) => {
                if let Err(edition) = edition {
                    saw.unknown_because(edition);
                }
                saw.unknown_because(missing(why, "license.txt", "license"));
            }
        }
    }
}
