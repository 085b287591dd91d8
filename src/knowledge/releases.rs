//! DC/OS releases and the Mesos and Marathon they ship. Never looks at a cluster, never guesses a release that is not in the table.

use chrono::NaiveDate;
use serde::Deserialize;

use crate::model::Version;

/// One DC/OS release.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// Version as dcos-version.json says it.
    pub dcos: Version,
    /// Date printed in its release notes; `None` = no source gives one.
    pub released: Option<NaiveDate>,
    /// Date of the tagged commit: no later than the release, and not its date.
    pub tagged: Option<NaiveDate>,
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

/// Reads the table.
///
/// # Errors
/// What is wrong with it, in words; of the table compiled into the program a defect of the program.
pub fn read(text: &str) -> Result<Vec<Release>, String> {
    let table: Table = toml::from_str(text).map_err(|error| error.to_string())?;
    if table.schema != 1 {
        return Err(format!("schema {}, this program reads 1", table.schema));
    }
    Ok(table.release)
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
