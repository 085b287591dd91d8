//! DC/OS releases and the Mesos and Marathon they ship. Never looks at a cluster, never guesses a release that is not in the table.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::model::Version;

/// One DC/OS release.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// Version as dcos-version.json says it.
    pub dcos: Version,
    /// Accepted versions of Mesos masters and agents.
    pub mesos: Vec<String>,
    /// Accepted versions of the root Marathon.
    pub marathon: Vec<String>,
    /// Where the row comes from.
    pub sources: Vec<String>,
    /// Where sources disagree.
    pub remark: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    schema: u32,
    release: Vec<Release>,
}

static TABLE: LazyLock<Result<Vec<Release>, String>> = LazyLock::new(|| {
    let table: Table = toml::from_str(include_str!("data/releases.toml")).map_err(|error| error.to_string())?;
    if table.schema != 1 {
        return Err(format!(
            "releases.toml has schema {}, this program reads 1",
            table.schema
        ));
    }
    Ok(table.release)
});

/// Every release, in order. An error means that the table compiled into the program is broken.
pub fn all() -> Result<&'static [Release], &'static str> {
    TABLE.as_deref().map_err(String::as_str)
}

/// The release of that version; its suffix (`1.7-open`) does not count.
pub fn find(version: &Version) -> Result<Option<&'static Release>, &'static str> {
    let numbers = |version: &Version| (version.major, version.minor, version.patch);
    Ok(all()?.iter().find(|release| numbers(&release.dcos) == numbers(version)))
}

/// Whether two versions have the same numbers (`1.5.1.2` and `1.5.1.2-SNAPSHOT`); text without numbers is equal to nothing.
pub fn same_numbers(left: &str, right: &str) -> bool {
    let numbers = |text: &str| -> Option<Vec<u32>> {
        let text = text.trim();
        let text = text.strip_prefix('v').unwrap_or(text);
        let end = text
            .find(|c: char| !(c.is_ascii_digit() || c == '.'))
            .unwrap_or(text.len());
        let (text, _) = text.split_at(end);
        text.trim_end_matches('.')
            .split('.')
            .map(|part| part.parse().ok())
            .collect()
    };
    numbers(left).is_some_and(|left| Some(left) == numbers(right))
}
