//! `ipv6-kernel-mismatch`: IPv6 is enabled in the new config.yaml and switched off in a node's kernel. Without a look at a node nothing
//! is concluded about it.

use std::collections::BTreeSet;

use crate::checks::shared::{few, listed, short};
use crate::checks::{Check, Context, Saw};
use crate::model::{Area, CheckMeta, Doc, Finding, Severity, Stage, Subject, SubjectKind};

use super::shared::{gate, source};

/// The check.
pub struct Ipv6KernelMismatch;

static META: CheckMeta = CheckMeta {
    id: "ipv6-kernel-mismatch",
    area: Area::Config,
    title: "IPv6 in config.yaml fits the kernel of every node",
    finding: "IPv6 is switched off in the kernel of {name}, and the new config.yaml has {key} {value}: it must be false ({source})",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &[
        "data/input/files/new-config.yaml",
        "data/dcos/*/dcos_version.json",
        "data/node/*/disable_ipv6.txt",
    ],
    requirements: &["S0-11"],
    doc: Doc {
        what: "enable_ipv6: false fits every kernel. With true, or where it is absent (then true is the default), the kernel of each master \
               and agent must have IPv6: what /proc/sys/net/ipv6/conf/all/disable_ipv6 says is read from data/node/NODE/disable_ipv6.txt \
               of the archive. A node that nobody looked at is not known.",
        why: "Where IPv6 is off in the kernel and on in config.yaml, the patch or upgrade of that node fails.",
        by_hand: "on every node: cat /proc/sys/net/ipv6/conf/all/disable_ipv6 (1, or no such file: off)",
        remedy: "Set enable_ipv6: false in the new config.yaml, which is recommended anyway.",
        sources: &[
            "DC/OS 1.11 patching page: Important guidelines (IPv6 disabled in the kernel)",
            "DC/OS 1.12, 1.13 and 2.1 upgrading and patching pages: Important guidelines",
        ],
    },
};

impl Check for Ipv6KernelMismatch {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some(gate) = gate(context, saw) else { return };
        let ipv6 = &gate.rules.ipv6;
        if gate.line < ipv6.since {
            saw.skip(format!("DC/OS {} has no setting {}", gate.line, ipv6.key));
            return;
        }
        let Some(new) = gate.new_file(saw) else { return };
        let said = new.config.text(&ipv6.key);
        if said.as_deref() == Some("false") {
            saw.judged(1, "file, which switches IPv6 off");
            return;
        }
        let value = said.unwrap_or_else(|| format!("absent, so {} by default", ipv6.default));
        let snapshot = context.facts.snapshot;
        let mut nodes: BTreeSet<String> = snapshot
            .masters
            .iter()
            .map(|master| short(&master.host, "5050"))
            .collect();
        if let Some(agents) = listed(context.facts.agents_seen(), saw) {
            nodes.extend(agents.items.iter().map(|agent| agent.hostname.clone()));
        }
        let mut looked_at = 0;
        for (node, off) in &snapshot.dcos.ipv6_off {
            match off.get() {
                Ok((off, at)) => {
                    looked_at += 1;
                    nodes.remove(node);
                    saw.looked_at(at);
                    if *off {
                        saw.fire(
                            Finding::about(Subject::named(SubjectKind::Node, node))
                                .with("key", ipv6.key.as_str())
                                .with("value", value.as_str())
                                .with("source", source(&ipv6.sources))
                                .seen_at(at.clone())
                                .seen_at(new.place(&ipv6.key)),
                        );
                    }
                }
                Err(why) => saw.unknown(why),
            }
        }
        if !nodes.is_empty() {
            let nodes: Vec<String> = nodes.into_iter().collect();
            saw.unknown_because(format!(
                "{} is {value}, and nobody looked into the kernel of {} (cat /proc/sys/net/ipv6/conf/all/disable_ipv6); \
                 false would fit every kernel",
                ipv6.key,
                few(&nodes)
            ));
        }
        if looked_at > 0 {
            saw.judged(looked_at, "kernels");
        }
    }
}
