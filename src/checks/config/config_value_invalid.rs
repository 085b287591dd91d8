//! `config-value-invalid`: a value in the new config.yaml that the installer of the target refuses. Knows only rules with a source.

use crate::checks::{Check, Context, Saw};
use crate::facts::config::judge;
use crate::model::{Area, CheckMeta, Doc, Finding, Severity, Stage};

use super::shared::{NEEDS_NEW, gate, setting, source};

/// The check.
pub struct ConfigValueInvalid;

static META: CheckMeta = CheckMeta {
    id: "config-value-invalid",
    area: Area::Config,
    title: "the installer takes every value of config.yaml",
    finding: "{name}: found {found}; expected: {expected} (rule {key}, {source})",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: NEEDS_NEW,
    requirements: &["S0-52", "S1-91"],
    doc: Doc {
        what: "The values of the new config.yaml are held against the rules of the installer's generator for the line of the target: booleans, \
               settings that need one another (IPv6 of the load balancer, the superuser's account), at least one TLS version, Calico's \
               network and the overlay's, absolute paths, kinds of values that the installer refuses. Enterprise's own rules are not \
               public: nothing is said about them.",
        why: "The installer stops in the window, or builds a configuration that takes nodes down.",
        by_hand: "Build with the target's installer on the bootstrap machine: dcos_generate_config.sh --genconf stops at the first value \
                  that it refuses.",
        remedy: "Correct the value as the rule says; the finding names the rule, and the table has it with its source.",
        sources: &[
            "dcos/dcos gen/calc.py and gen/__init__.py, tags 1.9.9 to 2.2.1",
            "DC/OS 1.11 and 2.1 configuration reference",
            "table in src/knowledge/data/config.toml",
        ],
    },
};

impl Check for ConfigValueInvalid {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some(gate) = gate(context, saw) else { return };
        let Some(new) = gate.new_file(saw) else { return };
        let mut held = 0;
        for rule in gate.rules.values.iter().filter(|rule| rule.lines().hold(gate.line)) {
            let judged = judge(new.config, &rule.rule);
            for what in judged.unknown {
                saw.unknown_because(format!("rule {}: {what}", rule.id));
            }
            for broken in judged.broken {
                saw.fire(
                    Finding::about(setting(&broken.key))
                        .with("key", rule.id.as_str())
                        .with("found", broken.found)
                        .with("expected", rule.text.as_str())
                        .with("source", source(&rule.sources))
                        .seen_at(new.place(&broken.key)),
                );
            }
            held += 1;
        }
        saw.judged(held, "rules about values");
    }
}
