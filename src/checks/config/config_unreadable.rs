//! `config-unreadable`: a config.yaml that is no YAML, holds two documents, or gives a setting twice. Never repairs one.

use crate::checks::shared::only_on_dcos;
use crate::checks::{Check, Context, Saw};
use crate::facts::config::{given, missing};
use crate::model::{Area, CheckMeta, Doc, EvidenceRef, Finding, Observed, Severity, Stage, Why};
use crate::snapshot::dcos_config::Config;

use super::shared::setting;

/// The check.
pub struct ConfigUnreadable;

static META: CheckMeta = CheckMeta {
    id: "config-unreadable",
    area: Area::Config,
    title: "each config.yaml is one mapping, with each setting once",
    finding: "{name}: {problem}",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &["data/input/files/config.yaml", "data/input/files/new-config.yaml"],
    requirements: &["S0-34", "S1-91", "S1-95"],
    doc: Doc {
        what: "config.yaml and new-config.yaml, as far as they were given, are read as the installer reads them: UTF-8, one YAML document, one \
               mapping, keys that are text. A key that is given twice is a finding, because the installer takes the last one without a \
               word. An empty file is a finding. With a target, both must have been given before the window, and one after it.",
        why: "A file that cannot be read cannot be compared, and a setting that is given twice is not the one that people see.",
        by_hand: "python3 -c 'import sys,yaml; print(type(yaml.safe_load(open(sys.argv[1]))))' FILE; grep -oE '^[a-z0-9_]+:' FILE | sort | uniq -d",
        remedy: "Correct the file at the line that is named. Keep the file that the cluster was installed with: it is asked for again.",
        sources: &[
            "dcos/dcos pkgpanda/util.py load_yaml, dcos_installer/config.py (tag 1.11.3): one document, one mapping",
            "DC/OS 1.11 patching page: Prerequisites (copies of config.yaml)",
        ],
    },
};

impl Check for ConfigUnreadable {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let dcos = &context.facts.snapshot.dcos;
        let files = [
            ("config.yaml", &dcos.config, "config_yaml"),
            ("new-config.yaml", &dcos.new_config, "new_config_yaml"),
        ];
        let (named, absent): (Vec<_>, Vec<_>) = files.into_iter().partition(|(_, file, _)| given(*file));
        if context.target.is_none() && named.is_empty() {
            saw.skip("no target was stated (--target), and no config.yaml was given");
            return;
        }
        // Before the window both are asked for; after it the one in force is enough.
        if context.target.is_some() && (context.pair.is_none() || named.is_empty()) && !absent.is_empty() {
            if !only_on_dcos(context, "config.yaml", saw) {
                return;
            }
            for (name, file, input) in absent {
                if let Some(why) = file.why() {
                    saw.unknown_because(missing(why, name, input));
                }
            }
        }
        let mut read = 0;
        for (name, file, _) in named {
            match file {
                Observed::Known(config, at) => {
                    read += 1;
                    saw.looked_at(at);
                    oddities(name, config, at, saw);
                }
                Observed::Unknown(Why::Malformed { item, detail }) => saw.fire(
                    Finding::about(setting(name))
                        .with("problem", detail.as_str())
                        .seen_at(EvidenceRef::item(item.clone())),
                ),
                Observed::Unknown(why) => saw.unknown(why),
            }
        }
        if read > 0 {
            saw.judged(read, "files");
        }
    }
}

fn oddities(name: &str, config: &Config, at: &EvidenceRef, saw: &mut Saw) {
    let repeated = config
        .repeated
        .iter()
        .map(|(key, line)| (key, line, "is given twice; the installer takes the last one"));
    let not_text = config.not_text.iter().map(|(key, line)| {
        (
            key,
            line,
            "is a key that is no text; the installer knows no such setting",
        )
    });
    for (key, line, what) in repeated.chain(not_text) {
        saw.fire(
            Finding::about(setting(name))
                .with("problem", format!("line {line}: `{key}` {what}"))
                .with("key", format!("{key} {line}"))
                .seen_at(at.at(format!("line {line}"))),
        );
    }
}
