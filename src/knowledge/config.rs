//! What the documents say about config.yaml: which settings may change, which a target requires, which values are refused.
//! Never looks at a cluster or a file: `facts::config` does.

use serde::{Deserialize, Serialize};

use crate::model::Line;

/// Everything about config.yaml.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigRules {
    /// Version of this table's form.
    pub schema: u32,
    /// Settings that may change while the version stays.
    pub changeable: Vec<Keys>,
    /// Settings that may be added together with a version change.
    pub addable: Vec<Keys>,
    /// Whether settings may change together with the version.
    pub together: Together,
    /// Settings that never change.
    pub frozen: Vec<Frozen>,
    /// Rules about the masters.
    pub masters: Masters,
    /// Settings that a target requires.
    pub declare: Vec<Declare>,
    /// IPv6.
    pub ipv6: Ipv6,
    /// Security modes.
    pub security: Security,
    /// Licence keys.
    pub license: License,
    /// Settings that a target no longer has.
    pub removed: Vec<Removed>,
    /// Rules about values.
    #[serde(rename = "value")]
    pub values: Vec<ValueRule>,
    /// Settings that only Enterprise has.
    pub enterprise: Keys,
    /// Settings whose values are never shown.
    pub secret: Keys,
    /// Settings that name places.
    pub paths: Keys,
}

/// Lines of a target, both ends included; none = open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lines {
    /// First line.
    pub since: Option<Line>,
    /// Last line.
    pub until: Option<Line>,
}

impl Lines {
    /// Whether a line is among them.
    pub fn hold(self, line: Line) -> bool {
        self.since.is_none_or(|since| since <= line) && self.until.is_none_or(|until| line <= until)
    }
}

/// Some settings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// Their names.
    pub keys: Vec<String>,
    /// First line.
    pub since: Option<Line>,
    /// Last line.
    pub until: Option<Line>,
    /// Where it stands.
    pub sources: Vec<String>,
}

/// Whether settings may change together with the version.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Together {
    /// What counts.
    pub allowed: bool,
    /// Who forbids it.
    pub sources: Vec<String>,
    /// Who allows some of it.
    pub allowing: Vec<String>,
    /// Why the one counts.
    pub remark: String,
}

/// One setting, under one or more names, that never changes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frozen {
    /// Its names: the same setting under each.
    pub names: Vec<String>,
    /// Why, in words.
    pub text: String,
    /// Where it stands.
    pub sources: Vec<String>,
    /// Where sources disagree.
    pub remark: Option<String>,
}

/// Rules about the masters.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Masters {
    /// Setting that lists them.
    pub list: String,
    /// Setting that counts them, where they are not listed.
    pub number: String,
    /// How many there may be.
    pub allowed: Vec<usize>,
    /// Where it stands.
    pub sources: Vec<String>,
}

/// A setting with a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// Its name.
    pub key: String,
    /// The value, as text.
    pub value: String,
}

/// A setting that a target requires.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Declare {
    /// Its name.
    pub key: String,
    /// First line that requires it.
    pub since: Option<Line>,
    /// Last line that requires it.
    pub until: Option<Line>,
    /// What it may be.
    pub values: Vec<String>,
    /// What the documents recommend.
    pub recommended: Option<String>,
    /// Edition that a source restricts it to; asked for in both where sources disagree.
    pub edition: Option<String>,
    /// Required only where another setting has this value.
    pub when: Option<Setting>,
    /// Where it stands.
    pub sources: Vec<String>,
    /// Where sources disagree.
    pub remark: Option<String>,
}

/// IPv6.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ipv6 {
    /// The setting.
    pub key: String,
    /// First line that has it.
    pub since: Line,
    /// What holds where it is absent.
    pub default: String,
    /// What the documents recommend.
    pub recommended: String,
    /// Where it stands.
    pub sources: Vec<String>,
}

/// Security modes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Security {
    /// The setting.
    pub key: String,
    /// Modes, the least strict first.
    pub ladder: Vec<String>,
    /// What holds in Enterprise where it is absent.
    pub default: String,
    /// How many steps up one update may make.
    pub steps: usize,
    /// Where it stands.
    pub sources: Vec<String>,
    /// A mode that went.
    pub removed: RemovedMode,
}

impl Security {
    /// Place of a mode on the ladder.
    pub fn level(&self, mode: &str) -> Option<usize> {
        self.ladder.iter().position(|step| step == mode)
    }
}

/// A security mode that went.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemovedMode {
    /// Its name.
    pub mode: String,
    /// First line without it.
    pub since: Line,
    /// Where it stands.
    pub sources: Vec<String>,
    /// Where sources disagree.
    pub remark: String,
}

/// Licence keys.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct License {
    /// First line that enforces them.
    pub since: Line,
    /// Setting that holds the key itself.
    pub key: String,
    /// File that holds it.
    pub file: String,
    /// Where it stands.
    pub sources: Vec<String>,
}

/// A setting that a target no longer has.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Removed {
    /// Its name.
    pub key: String,
    /// First line without it.
    pub since: Option<Line>,
    /// Last line without it.
    pub until: Option<Line>,
    /// What stands in its place.
    pub instead: Option<String>,
    /// Where it stands.
    pub sources: Vec<String>,
    /// Where sources disagree.
    pub remark: Option<String>,
}

/// A rule about values.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValueRule {
    /// Stable id.
    pub id: String,
    /// First line.
    pub since: Option<Line>,
    /// Last line.
    pub until: Option<Line>,
    /// The rule.
    pub rule: Rule,
    /// What is expected, in words.
    pub text: String,
    /// Where it stands.
    pub sources: Vec<String>,
    /// Where sources disagree.
    pub remark: Option<String>,
}

/// What must hold.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Rule {
    /// Every value is of a kind that the installer takes.
    TextKind,
    /// Where given, each is one of the values.
    OneOf {
        /// Settings.
        keys: Vec<String>,
        /// What they may be.
        values: Vec<String>,
    },
    /// Where one setting has a value, another has one of some values.
    Implies {
        /// The one.
        when: Setting,
        /// The other.
        key: String,
        /// What it must be.
        values: Vec<String>,
        /// What holds where it is absent.
        default: String,
    },
    /// At least one is true.
    AnyTrue {
        /// Settings.
        keys: Vec<String>,
        /// What holds where they are absent, in the same order.
        defaults: Vec<String>,
    },
    /// All are given and not empty, or none is.
    BothOrNeither {
        /// Settings.
        keys: Vec<String>,
    },
    /// At most one is given and not empty.
    NotTogether {
        /// Settings.
        keys: Vec<String>,
    },
    /// Where one setting has one of some values, another does not have a value.
    Excludes {
        /// The one.
        when: AnyOf,
        /// The other.
        key: String,
        /// What it must not be.
        value: String,
    },
    /// Where given, each is an absolute path.
    AbsolutePath {
        /// Settings.
        keys: Vec<String>,
    },
    /// A network overlaps none of the overlay's.
    NoOverlap {
        /// Setting that holds the network.
        key: String,
        /// What holds where it is absent.
        default: String,
        /// Setting that holds the overlay.
        overlay: String,
        /// Networks of the overlay where that is absent.
        overlay_defaults: Vec<String>,
        /// Range of the VXLAN backend where that is absent.
        vtep_default: String,
        /// Settings that make the rule void.
        unless: Vec<Setting>,
    },
}

/// A setting with any of some values.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnyOf {
    /// Its name.
    pub key: String,
    /// The values, as text.
    pub values: Vec<String>,
}

macro_rules! lines {
    ($($kind:ty),*) => {
        $(impl $kind {
            /// Lines of a target for which it holds.
            pub fn lines(&self) -> Lines {
                Lines { since: self.since, until: self.until }
            }
        })*
    };
}
lines!(Keys, Declare, Removed, ValueRule);

impl ConfigRules {
    /// Whether a setting may change while the version stays on that line.
    pub fn may_change(&self, key: &str, line: Line) -> bool {
        named(&self.changeable, key, line)
    }

    /// Whether a setting may be added together with a change to that line.
    pub fn may_be_added(&self, key: &str, line: Line) -> bool {
        named(&self.addable, key, line)
    }

    /// The group of names that a frozen setting has.
    pub fn frozen(&self, key: &str) -> Option<&Frozen> {
        self.frozen
            .iter()
            .find(|frozen| frozen.names.iter().any(|name| name == key))
    }

    /// What that line requires of a setting.
    pub fn declared(&self, key: &str, line: Line) -> Option<&Declare> {
        self.declare
            .iter()
            .find(|declare| declare.key == key && declare.lines().hold(line))
    }

    /// Whether that line no longer has a setting.
    pub fn removed(&self, key: &str, line: Line) -> Option<&Removed> {
        self.removed
            .iter()
            .find(|removed| removed.key == key && removed.lines().hold(line))
    }

    /// Whether a setting is one of the masters'.
    pub fn of_masters(&self, key: &str) -> bool {
        key == self.masters.list || key == self.masters.number
    }
}

fn named(groups: &[Keys], key: &str, line: Line) -> bool {
    groups
        .iter()
        .any(|group| group.lines().hold(line) && group.keys.iter().any(|name| name == key))
}

/// Reads the table.
///
/// # Errors
/// What is wrong with it, in words.
pub fn read(text: &str) -> Result<ConfigRules, String> {
    let rules: ConfigRules = toml::from_str(text).map_err(|error| error.to_string())?;
    if rules.schema != 1 {
        return Err(format!("schema {}, this program reads 1", rules.schema));
    }
    Ok(rules)
}
