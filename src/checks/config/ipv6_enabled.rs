//! `ipv6-enabled`: the new config.yaml leaves IPv6 enabled, against the vendor's recommendation. Never looks at a node's kernel.

use crate::checks::{Check, Context, Saw};
use crate::model::{Area, CheckMeta, Doc, Finding, Severity, Stage};

use super::shared::{BY_HAND, NEEDS_NEW, gate, setting, source};

/// The check.
pub struct Ipv6Enabled;

static META: CheckMeta = CheckMeta {
    id: "ipv6-enabled",
    area: Area::Config,
    title: "enable_ipv6 is false, as recommended",
    finding: "the new config.yaml has {name} {value}; recommended is {recommended}{nodes} ({source})",
    severity: Severity::Warning,
    stage: Stage::Single,
    needs: NEEDS_NEW,
    requirements: &["S0-6", "S0-7"],
    doc: Doc {
        what: "From 1.11 on the vendor recommends enable_ipv6: false, because of an error in the configuration of overlay networks. Absent \
               means true. Where the target is 1.11.0 to 1.11.2, no node may be added until 1.11.3.",
        why: "With IPv6 enabled, agents that are added or restarted may lose their overlay network. Nodes whose kernel has IPv6 switched \
              off do not come up at all.",
        by_hand: BY_HAND,
        remedy: "Set enable_ipv6: false in the new config.yaml, and from 1.13 on dcos_l4lb_enable_ipv6: false as well. Where IPv6 is in use, \
                 ask the vendor's support first.",
        sources: &[
            "DC/OS 1.11 patching page: Important guidelines",
            "DC/OS 1.12, 1.13 and 2.1 upgrading and patching pages: Important guidelines",
        ],
    },
};

impl Check for Ipv6Enabled {
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
        if said.as_ref() != Some(&ipv6.recommended) {
            let early = gate.line == ipv6.since && !gate.hop.to.at_least(1, 11, 3);
            saw.fire(
                Finding::about(setting(&ipv6.key))
                    .with(
                        "value",
                        said.unwrap_or_else(|| format!("absent, so {} by default", ipv6.default)),
                    )
                    .with("recommended", ipv6.recommended.as_str())
                    .with(
                        "nodes",
                        if early {
                            "; no node may be added before 1.11.3"
                        } else {
                            ""
                        },
                    )
                    .with("source", source(&ipv6.sources))
                    .seen_at(new.place(&ipv6.key)),
            );
        }
        saw.judged(1, "file");
    }
}
