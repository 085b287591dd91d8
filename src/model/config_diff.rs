//! Two configurations side by side, setting by setting. Holds texts as they may be shown: a secret is in none of them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What the documents say about a setting that differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConfigClass {
    /// It may never change.
    Frozen,
    /// It lists or counts the masters, which never change.
    Masters,
    /// The security mode: changes by rules of its own.
    Security,
    /// Nothing says that it may change.
    Other,
    /// It may change, but not together with the version.
    Changeable,
    /// The target requires it.
    RequiredByTarget,
    /// The target no longer has it, or has it under another name.
    RemovedByTarget,
    /// It may be added together with a version change.
    Addable,
}

impl ConfigClass {
    /// The name used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Frozen => "frozen",
            Self::Masters => "masters",
            Self::Security => "security",
            Self::Other => "other",
            Self::Changeable => "changeable",
            Self::RequiredByTarget => "required-by-target",
            Self::RemovedByTarget => "removed-by-target",
            Self::Addable => "addable",
        }
    }
}

impl fmt::Display for ConfigClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One setting that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigChange {
    /// Its name.
    pub key: String,
    /// Its text before; none = not there. Untrusted, without secrets.
    pub old: Option<String>,
    /// Its text after.
    pub new: Option<String>,
    /// What the documents say about it.
    pub class: ConfigClass,
    /// A secret is in it: the texts do not show what differs.
    pub secret: bool,
}

/// Two configurations side by side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigDiff {
    /// Which file is the old one (`config.yaml of pre`).
    pub old: String,
    /// Which file is the new one.
    pub new: String,
    /// How many settings are the same in both.
    pub same: u64,
    /// Those that differ, sorted by name.
    pub changes: Vec<ConfigChange>,
}
