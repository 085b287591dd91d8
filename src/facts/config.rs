//! The configuration before and for the target, out of one archive or two; what differs, and what the documents say about each
//! difference. Never decides whether that is good.

mod edition;
mod values;

use std::collections::BTreeSet;

use crate::knowledge::config::ConfigRules;
use crate::model::{ConfigChange, ConfigClass, ConfigDiff, EvidenceRef, Line, Observed, Why};
use crate::snapshot::dcos_config::{Config, Entry};

use super::Facts;

pub use edition::{Edition, edition};
pub use values::{Broken, Judged, judge};

/// One config.yaml.
#[derive(Debug, Clone, Copy)]
pub struct File<'a> {
    /// What it holds.
    pub config: &'a Config,
    /// Where it stands.
    pub at: &'a EvidenceRef,
    /// Which one it is, in words.
    pub name: &'static str,
}

impl File<'_> {
    /// Where a setting stands in it, with its text; the whole file where it has none of that name.
    pub fn place(&self, key: &str) -> EvidenceRef {
        match self.config.get(key) {
            Some(entry) => self.at.at(format!("line {}", entry.line)).quoting(entry.text()),
            None => self.at.clone(),
        }
    }
}

/// The configuration before and the one for the target; where one is not known, why.
#[derive(Debug)]
pub struct Files<'a> {
    /// The one in force before.
    pub old: Result<File<'a>, String>,
    /// The one for the target; after the window, the one in force then.
    pub new: Result<File<'a>, String>,
}

impl<'a> Files<'a> {
    /// Out of one archive: config.yaml and new-config.yaml. Out of two: what the later one says is the target's, or in force,
    /// against the config.yaml of the earlier one. Where both archives name the same two files, those are compared.
    pub fn of(before: Option<&'a Facts<'a>>, facts: &'a Facts<'a>) -> Self {
        let dcos = &facts.snapshot.dcos;
        let Some(before) = before.map(|before| &before.snapshot.dcos) else {
            return Self {
                old: file(&dcos.config, "config.yaml", "config_yaml"),
                new: file(&dcos.new_config, "new-config.yaml", "new_config_yaml"),
            };
        };
        let old = if given(&before.config) || !given(&dcos.new_config) {
            file(&before.config, "config.yaml before the window", "config_yaml")
        } else {
            file(&dcos.config, "config.yaml after the window", "config_yaml")
        };
        let new = if given(&dcos.new_config) {
            file(&dcos.new_config, "new-config.yaml after the window", "new_config_yaml")
        } else {
            file(&dcos.config, "config.yaml after the window", "config_yaml")
        };
        Self { old, new }
    }

    /// Side by side; none where one of the two is not known.
    pub fn side_by_side(&self, rules: &ConfigRules, line: Option<Line>) -> Option<ConfigDiff> {
        let (old, new) = (self.old.as_ref().ok()?, self.new.as_ref().ok()?);
        let changes: Vec<ConfigChange> = differences(old.config, new.config, rules, line)
            .into_iter()
            .map(|difference| ConfigChange {
                secret: [difference.old, difference.new]
                    .iter()
                    .flatten()
                    .any(|entry| entry.secret),
                old: difference.old.map(Entry::text),
                new: difference.new.map(Entry::text),
                class: difference.class,
                key: difference.key.to_owned(),
            })
            .collect();
        let all: BTreeSet<&String> = old.config.entries.keys().chain(new.config.entries.keys()).collect();
        Some(ConfigDiff {
            old: old.name.to_owned(),
            new: new.name.to_owned(),
            same: (all.len() - changes.len()) as u64,
            changes,
        })
    }
}

/// Whether a file was named at all.
pub fn given<T>(part: &Observed<T>) -> bool {
    !matches!(part, Observed::Unknown(Why::NotCollected { .. }))
}

/// Why an input is not known: what to name, where nothing was named.
pub fn missing(why: &Why, name: &str, input: &str) -> String {
    match why {
        Why::NotCollected { .. } => format!("{name} was not given: [inputs] {input}"),
        why => why.sentence(),
    }
}

fn file<'a>(part: &'a Observed<Config>, name: &'static str, input: &str) -> Result<File<'a>, String> {
    match part.get() {
        Ok((config, at)) => Ok(File { config, at, name }),
        Err(why) => Err(missing(why, name, input)),
    }
}

/// One setting that differs.
#[derive(Debug, Clone, Copy)]
pub struct Difference<'a> {
    /// Its name.
    pub key: &'a str,
    /// Before.
    pub old: Option<&'a Entry>,
    /// After.
    pub new: Option<&'a Entry>,
    /// What the documents say about it.
    pub class: ConfigClass,
}

/// Every setting that the installer reads differently, sorted by name. Without a line nothing is required or removed.
pub fn differences<'a>(
    old: &'a Config,
    new: &'a Config,
    rules: &ConfigRules,
    line: Option<Line>,
) -> Vec<Difference<'a>> {
    let keys: BTreeSet<&'a String> = old.entries.keys().chain(new.entries.keys()).collect();
    keys.into_iter()
        .filter_map(|key| {
            let (before, after) = (old.get(key), new.get(key));
            if before.zip(after).is_some_and(|(before, after)| before.same(after)) {
                return None;
            }
            Some(Difference {
                key,
                old: before,
                new: after,
                class: class(key, (old, new), rules, line),
            })
        })
        .collect()
}

fn class(key: &str, (old, new): (&Config, &Config), rules: &ConfigRules, line: Option<Line>) -> ConfigClass {
    if rules.frozen(key).is_some() {
        return ConfigClass::Frozen;
    }
    if rules.of_masters(key) {
        return ConfigClass::Masters;
    }
    if key == rules.security.key {
        return ConfigClass::Security;
    }
    let Some(line) = line else { return ConfigClass::Other };
    let (before, after) = (old.get(key), new.get(key));
    if after.is_none() && rules.removed(key, line).is_some() {
        return ConfigClass::RemovedByTarget;
    }
    // The same value under the name that the target has for it.
    let renamed = rules.removed.iter().any(|removed| {
        removed.lines().hold(line)
            && removed.instead.as_deref() == Some(key)
            && old.get(&removed.key).zip(after).is_some_and(|(old, new)| old.same(new))
    });
    if before.is_none() && renamed {
        return ConfigClass::RemovedByTarget;
    }
    if let (Some(declare), Some(after)) = (rules.declared(key, line), after) {
        let asked = declare
            .when
            .as_ref()
            .is_none_or(|when| new.text(&when.key).as_deref() == Some(when.value.as_str()));
        if asked && (before.is_none() || declare.recommended == Some(after.text())) {
            return ConfigClass::RequiredByTarget;
        }
    }
    if before.is_none() && rules.may_be_added(key, line) {
        return ConfigClass::Addable;
    }
    if rules.may_change(key, line) {
        return ConfigClass::Changeable;
    }
    ConfigClass::Other
}
