//! Two configurations side by side, as people read them: what may not change first. Decides nothing; shows no secret.

use serde::Serialize;

use super::{Budget, clean, counted};
use crate::model::{ConfigChange, ConfigClass, ConfigDiff};

/// One setting that differs.
#[derive(Debug, Clone, Serialize)]
pub struct ConfigRow {
    /// Its name.
    pub key: String,
    /// Before; absent = not there.
    pub old: Option<String>,
    /// After.
    pub new: Option<String>,
    /// What the documents say about it, in words.
    pub says: &'static str,
    /// Class for colours.
    pub class: &'static str,
}

/// Two configurations side by side.
#[derive(Debug, Clone, Serialize)]
pub struct ConfigTable {
    /// Which file is the old one.
    pub old: String,
    /// Which file is the new one.
    pub new: String,
    /// "2 settings differ, 11 are the same".
    pub sentence: String,
    /// Settings that differ, those that may never change first.
    pub rows: Vec<ConfigRow>,
    /// Those not listed.
    pub more: usize,
}

/// Builds the table.
pub(super) fn of(diff: &ConfigDiff, budget: &mut Budget) -> ConfigTable {
    let mut sorted: Vec<&ConfigChange> = diff.changes.iter().collect();
    sorted.sort_by_key(|change| change.class);
    let (rows, more) = budget.take(&sorted, |change| {
        let row = row(change);
        let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        let size = row.key.len() + length(&row.old) + length(&row.new) + 96;
        (row, size)
    });
    let differ = if diff.changes.len() == 1 { "differs" } else { "differ" };
    ConfigTable {
        old: clean(&diff.old),
        new: clean(&diff.new),
        sentence: format!(
            "{} {differ}, {} the same",
            counted(diff.changes.len(), "setting"),
            diff.same
        ),
        rows,
        more,
    }
}

fn row(change: &ConfigChange) -> ConfigRow {
    let (says, class) = match change.class {
        ConfigClass::Frozen => ("may never change", "fail"),
        ConfigClass::Masters => ("the masters stay", "fail"),
        ConfigClass::Security => ("changes by rules of its own", "warn"),
        ConfigClass::Other => ("is not said to be changeable", "fail"),
        ConfigClass::Changeable => ("may change, but not together with the version", "warn"),
        ConfigClass::RequiredByTarget => ("required by the target", "pass"),
        ConfigClass::RemovedByTarget => ("no longer known to the target, or renamed", "pass"),
        ConfigClass::Addable => ("may be added", "pass"),
    };
    // Of a secret only this is said where nothing else differs.
    let hidden = change.secret && change.old.is_some() && change.old == change.new;
    ConfigRow {
        key: clean(&change.key),
        old: change.old.as_deref().map(clean),
        new: if hidden {
            Some("changed (secret)".to_owned())
        } else {
            change.new.as_deref().map(clean)
        },
        says,
        class,
    }
}
