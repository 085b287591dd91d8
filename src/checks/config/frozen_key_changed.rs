//! `frozen-key-changed`: a setting that may never change differs between the old and the new config.yaml, under whichever of its names.

use crate::checks::{Check, Context, Saw};
use crate::facts::config::File;
use crate::model::{Area, CheckMeta, Doc, Finding, Severity, Stage};

use super::shared::{ABSENT, BY_HAND, NEEDS, gate, setting};

/// The check.
pub struct FrozenKeyChanged;

static META: CheckMeta = CheckMeta {
    id: "frozen-key-changed",
    area: Area::Config,
    title: "settings that may never change are the same in both files",
    finding: "{name} changes: {old} -> {new}. {text} ({source})",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: NEEDS,
    requirements: &["S0-53", "S3-12"],
    doc: Doc {
        what: "The storage of Exhibitor's configuration (exhibitor_storage_backend, which most pages call exhibitor_zk_backend: both names \
               are one setting), its ensemble and path, and how agents find the masters are compared between the two files. A \
               setting that only moves to its other name has not changed.",
        why: "Exhibitor keeps the list of the ZooKeeper ensemble there. With another backend the masters start an ensemble of their own \
              and the cluster's state is out of sight.",
        by_hand: BY_HAND,
        remedy: "Put the old value back. Moving to another backend is a reinstallation, not an upgrade.",
        sources: &[
            "DC/OS 1.11 patching page: exhibitor_zk_backend cannot change during a patch",
            "DC/OS 2.1 upgrading page: exhibitor_storage_backend",
            "table in src/knowledge/data/config.toml",
        ],
    },
};

impl Check for FrozenKeyChanged {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some(gate) = gate(context, saw) else { return };
        let Some((old, new)) = gate.both(saw) else { return };
        for frozen in &gate.rules.frozen {
            let (before, after) = (values(&old, &frozen.names), values(&new, &frozen.names));
            let same = |a: &str, b: &str| {
                let entries = old.config.get(a).zip(new.config.get(b));
                entries.is_some_and(|(a, b)| a.same(b))
            };
            // Each value that one side has is what the other side has, under one name or another.
            let held = before.iter().all(|a| after.iter().any(|b| same(a, b)))
                && after.iter().all(|b| before.iter().any(|a| same(a, b)));
            if held {
                continue;
            }
            let shown = |file: &File<'_>, names: &[&str]| {
                let all: Vec<String> = names
                    .iter()
                    .map(|name| format!("{name}: {}", file.config.text(name).unwrap_or_default()))
                    .collect();
                if all.is_empty() {
                    ABSENT.to_owned()
                } else {
                    all.join(", ")
                }
            };
            let first = |names: &[&str]| names.first().map(|name| (*name).to_owned());
            let key = first(&after).or_else(|| first(&before)).unwrap_or_default();
            saw.fire(
                Finding::about(setting(&key))
                    .with("old", shown(&old, &before))
                    .with("new", shown(&new, &after))
                    .with("text", frozen.text.as_str())
                    .with("source", frozen.sources.join("; "))
                    .seen_at(old.place(before.first().copied().unwrap_or(&key)))
                    .seen_at(new.place(&key)),
            );
        }
        saw.judged(gate.rules.frozen.len(), "settings that may never change");
    }
}

/// Those of some names that a file has.
fn values<'n>(file: &File<'_>, names: &'n [String]) -> Vec<&'n str> {
    names
        .iter()
        .map(String::as_str)
        .filter(|name| file.config.get(name).is_some())
        .collect()
}
