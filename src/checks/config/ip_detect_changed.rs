//! `ip-detect-changed`: the ip-detect script of the target is another one. Compares digests; never runs a script.

use crate::checks::{Check, Context, Saw};
use crate::facts::config::{given, missing};
use crate::model::{Area, CheckMeta, Doc, EvidenceRef, Finding, Observed, Severity, Stage};

use super::shared::{gate, setting};

/// The check.
pub struct IpDetectChanged;

static META: CheckMeta = CheckMeta {
    id: "ip-detect-changed",
    area: Area::Config,
    title: "ip-detect is the same script as before",
    finding: "{name} is another script than before (sha256 {old} -> {new})",
    severity: Severity::Warning,
    stage: Stage::Single,
    needs: &["data/input/files/ip-detect", "data/input/files/new-ip-detect"],
    requirements: &["S0-34", "S0-55", "S1-95"],
    doc: Doc {
        what: "The ip-detect script in force and the one for the target are compared by digest; of two archives, the later one's with the \
               earlier one's. A change is allowed and shown.",
        why: "The script decides by which address a node is known. A script that prints another address makes a node a stranger: the agent \
              registers anew and its tasks are lost, a master leaves the ensemble.",
        by_hand: "sha256sum genconf/ip-detect genconf-new/ip-detect; on every node: bash ip-detect, against /opt/mesosphere/bin/detect_ip",
        remedy: "Run the new script on every node before the window and compare its output with the address that the node is known by.",
        sources: &[
            "DC/OS 1.11 patching page: Bootstrap node, step 4 (modify ip-detect as desired)",
            "DC/OS Upgrade FAQ & Workbook: qualification of config.yaml and ip-detect",
        ],
    },
};

impl Check for IpDetectChanged {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        if gate(context, saw).is_none() {
            return;
        }
        let dcos = &context.facts.snapshot.dcos;
        let before = context.pair.map(|pair| &pair.before.snapshot.dcos);
        // After the window the script in force then is the new one, unless a new one is still named.
        let old = before.map_or(&dcos.ip_detect, |before| &before.ip_detect);
        let new = if before.is_some() && !given(&dcos.new_ip_detect) {
            (&dcos.ip_detect, "ip-detect", "ip_detect")
        } else {
            (&dcos.new_ip_detect, "new-ip-detect", "new_ip_detect")
        };
        let old = take((old, "ip-detect", "ip_detect"), saw);
        let new = take(new, saw);
        let (Some((old, old_at)), Some((new, new_at))) = (old, new) else {
            return;
        };
        if old != new {
            saw.fire(
                Finding::about(setting("ip-detect"))
                    .with("old", old.as_str())
                    .with("new", new.as_str())
                    .seen_at(old_at.clone())
                    .seen_at(new_at.clone()),
            );
        }
        saw.judged(2, "scripts");
    }
}

fn take<'a>(
    (script, name, input): (&'a Observed<String>, &str, &str),
    saw: &mut Saw,
) -> Option<(&'a String, &'a EvidenceRef)> {
    match script.get() {
        Ok((digest, at)) => {
            saw.looked_at(at);
            Some((digest, at))
        }
        Err(why) => {
            saw.unknown_because(missing(why, name, input));
            None
        }
    }
}
