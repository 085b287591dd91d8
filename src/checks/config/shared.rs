//! What the checks of config.yaml have in common: the hop, the two files, the security modes, one finding about a setting.
//! Holds no rule of its own.

use crate::checks::shared::only_on_dcos;
use crate::checks::{Context, Saw};
use crate::facts::config::{Difference, File, Files, differences};
use crate::facts::hop::{Hop, NoHop};
use crate::knowledge::config::ConfigRules;
use crate::model::{Finding, Line, Subject, SubjectKind};

/// Items that most of these checks need.
pub const NEEDS: &[&str] = &[
    "data/input/files/config.yaml",
    "data/input/files/new-config.yaml",
    "data/dcos/*/dcos_version.json",
];

/// Items that a check of the new file alone needs.
pub const NEEDS_NEW: &[&str] = &["data/input/files/new-config.yaml", "data/dcos/*/dcos_version.json"];

/// How to see by hand what most of these checks see.
pub const BY_HAND: &str = "diff -u genconf/config.yaml genconf-new/config.yaml; what the installer makes of a file: \
                           python3 -c 'import json,sys,yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1])), indent=1, sort_keys=True))' FILE";

/// What stands for a setting that a file does not have.
pub const ABSENT: &str = "not there";

/// What these checks judge by.
pub struct Gate<'a> {
    /// From where to where.
    pub hop: Hop,
    /// Line of the target.
    pub line: Line,
    /// What the documents say.
    pub rules: &'a ConfigRules,
    /// The two files.
    pub files: Files<'a>,
}

/// Opens the gate; a reason why not is said.
pub fn gate<'a>(context: &Context<'a>, saw: &mut Saw) -> Option<Gate<'a>> {
    if context.target.is_none() {
        saw.skip("no target was stated (--target)");
        return None;
    }
    if !only_on_dcos(context, "config.yaml", saw) {
        return None;
    }
    match context.hop() {
        Ok(hop) => Some(Gate {
            line: Line::from(&hop.to),
            hop,
            rules: &context.knowledge.config,
            files: Files::of(context.pair.map(|pair| pair.before), context.facts),
        }),
        Err(NoHop::NoTarget) => {
            saw.skip("no target was stated (--target)");
            None
        }
        Err(NoHop::Unknown(why)) => {
            saw.unknown_because(why);
            None
        }
    }
}

impl<'a> Gate<'a> {
    /// Whether the version changes.
    pub fn changes_version(&self) -> bool {
        let numbers = |version: &crate::model::Version| (version.major, version.minor, version.patch);
        numbers(&self.hop.from) != numbers(&self.hop.to)
    }

    /// The file for the target.
    pub fn new_file(&self, saw: &mut Saw) -> Option<File<'a>> {
        take(&self.files.new, saw)
    }

    /// Both files.
    pub fn both(&self, saw: &mut Saw) -> Option<(File<'a>, File<'a>)> {
        let old = take(&self.files.old, saw);
        let new = take(&self.files.new, saw);
        old.zip(new)
    }

    /// What differs between them.
    pub fn differences(&self, old: File<'a>, new: File<'a>) -> Vec<Difference<'a>> {
        differences(old.config, new.config, self.rules, Some(self.line))
    }

    /// The security modes of both files, each with its level; nothing where neither names one, or one cannot be judged.
    pub fn security(&self, saw: &mut Saw) -> Option<Security<'a>> {
        let (old, new) = self.both(saw)?;
        let security = &self.rules.security;
        if old.config.get(&security.key).is_none() && new.config.get(&security.key).is_none() {
            saw.judged(2, "files, none of which names a security mode");
            return None;
        }
        let mut mode = |file: &File<'_>| {
            let said = file.config.text(&security.key);
            let mode = said.clone().unwrap_or_else(|| security.default.clone());
            let level = security.level(&mode);
            if level.is_none() {
                saw.unknown_because(format!(
                    "{} has the security mode `{mode}`; known are {}",
                    file.name,
                    security.ladder.join(", ")
                ));
            }
            let said = if said.is_some() {
                mode.clone()
            } else {
                format!("{mode} (by default)")
            };
            Some((level?, said))
        };
        let before = mode(&old);
        let after = mode(&new);
        let (before, after) = before.zip(after)?;
        Some(Security {
            old,
            new,
            before,
            after,
        })
    }
}

/// Security modes of two files: level on the ladder, and the mode in words.
pub struct Security<'a> {
    /// The old file.
    pub old: File<'a>,
    /// The new file.
    pub new: File<'a>,
    /// Before.
    pub before: (usize, String),
    /// After.
    pub after: (usize, String),
}

impl Security<'_> {
    /// A finding about the mode.
    pub fn finding(&self, key: &str) -> Finding {
        Finding::about(setting(key))
            .with("old", self.before.1.as_str())
            .with("new", self.after.1.as_str())
            .seen_at(self.old.place(key))
            .seen_at(self.new.place(key))
    }
}

fn take<'a>(file: &Result<File<'a>, String>, saw: &mut Saw) -> Option<File<'a>> {
    match file {
        Ok(file) => {
            saw.looked_at(file.at);
            Some(*file)
        }
        Err(why) => {
            saw.unknown_because(why);
            None
        }
    }
}

/// A setting as a subject.
pub fn setting(key: &str) -> Subject {
    Subject::named(SubjectKind::Config, key)
}

/// A finding about a setting that differs. A hidden value is said to have changed, and no more.
pub fn differs(difference: &Difference<'_>, old: &File<'_>, new: &File<'_>) -> Finding {
    let text = |entry: Option<&crate::snapshot::dcos_config::Entry>| {
        entry.map_or_else(|| ABSENT.to_owned(), crate::snapshot::dcos_config::Entry::text)
    };
    Finding::about(setting(difference.key))
        .with("old", text(difference.old))
        .with("new", text(difference.new))
        .with("class", difference.class.as_str())
        .seen_at(old.place(difference.key))
        .seen_at(new.place(difference.key))
}

/// The first of some sources.
pub fn source(sources: &[String]) -> String {
    sources.join("; ")
}
