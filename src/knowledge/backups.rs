//! How each DC/OS release is backed up, as data with sources. Never takes a backup.

use serde::Deserialize;

use super::Knowledge;
use super::signoffs::Edition;
use crate::model::Version;

/// Where something is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum On {
    /// On each master, the leading one last.
    EveryMaster,
    /// On the leading master.
    OneMaster,
    /// On the bootstrap node.
    Bootstrap,
    /// Wherever the DC/OS command line is.
    Anywhere,
}

/// What a script does with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// Does it.
    Take,
    /// Does it only when told to: it changes something.
    Ask,
    /// Prints it with its warning.
    Print,
    /// Says that no document tells how.
    Unknown,
}

/// Releases from one (inclusive) to another (exclusive).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// First release.
    pub since: Option<Version>,
    /// First release that does not belong to it any more.
    pub before: Option<Version>,
}

impl Span {
    fn holds(&self, release: &Version) -> bool {
        self.since.as_ref().is_none_or(|since| since <= release)
            && self.before.as_ref().is_none_or(|before| release < before)
    }
}

/// One way of taking one backup.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Way {
    /// Stable, kebab-case.
    pub id: String,
    /// One line.
    pub title: String,
    /// Why and how.
    pub text: String,
    /// What the record beside the backup calls it.
    pub way: String,
    /// Beginning and ending of the file's name.
    pub file: (String, String),
    /// The line, with `{root}` and `{file}`; empty where no document names one.
    #[serde(default)]
    pub run: String,
    /// What the line prints is the backup.
    #[serde(default)]
    pub redirect: bool,
    /// A file or folder without which it cannot be done.
    pub needs: Option<String>,
    /// A folder as large as the backup at most.
    pub room: Option<String>,
    /// Where.
    pub on: On,
    /// What the script does with it.
    pub how: How,
    /// Variable that must be `yes` for it to be done.
    pub switch: Option<String>,
    /// Service that is stopped meanwhile.
    pub stops: Option<String>,
    /// Edition; none = both.
    pub edition: Option<Edition>,
    /// Releases; none = all.
    #[serde(default)]
    pub spans: Vec<Span>,
    /// Where it stands.
    pub sources: Vec<String>,
}

impl Way {
    /// Whether it is for that release; where the edition is not known, ways of both are.
    pub fn is_for(&self, release: &Version, edition: Option<Edition>) -> bool {
        (self.spans.is_empty() || self.spans.iter().any(|span| span.holds(release)))
            && edition.zip(self.edition).is_none_or(|(asked, own)| asked == own)
    }
}

impl Knowledge {
    /// The ways of one release, in the order in which they are taken.
    pub fn backups_of(&self, release: &Version, edition: Option<Edition>) -> Vec<&Way> {
        self.backups.iter().filter(|way| way.is_for(release, edition)).collect()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    schema: u32,
    way: Vec<Way>,
}

/// Reads the table.
///
/// # Errors
/// What is wrong with it, in words.
pub fn read(text: &str) -> Result<Vec<Way>, String> {
    let table: Table = toml::from_str(text).map_err(|error| error.to_string())?;
    if table.schema != 1 {
        return Err(format!("schema {}, this program reads 1", table.schema));
    }
    Ok(table.way)
}

/// What is wrong with the table, one sentence each.
pub(super) fn lint(ways: &[Way]) -> Vec<String> {
    let mut wrong = Vec::new();
    for way in ways {
        let mut say = |what: &str| wrong.push(format!("backup {}: {what}", way.id));
        if way.sources.is_empty() || way.sources.iter().any(|source| source.trim().is_empty()) {
            say("no source");
        }
        if way.run.is_empty() != (way.how == How::Unknown) {
            say("a line and `unknown` exclude each other");
        }
        if way.switch.is_some() != (way.how == How::Ask) {
            say("a switch belongs to what is asked for, and to nothing else");
        }
        if way.stops.is_some() && way.how != How::Ask {
            say("stops a service without being asked");
        }
        if way.how != How::Print && !way.run.is_empty() && way.redirect == way.run.contains("{file}") {
            say("its file is neither named in its line nor what the line prints, or both");
        }
        // The lines stand in single quotes and in YAML, too.
        if way.run.contains("{{") || way.run.contains("{#") || way.run.contains('\n') {
            say("its line cannot stand in a playbook");
        }
        let upside_down = |span: &Span| {
            span.since
                .as_ref()
                .zip(span.before.as_ref())
                .is_some_and(|(a, b)| a >= b)
        };
        if way.spans.iter().any(upside_down) {
            say("its releases are upside down");
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(release: &str, edition: Option<Edition>) -> Vec<String> {
        let knowledge = Knowledge::builtin().unwrap();
        knowledge
            .backups_of(&release.parse().unwrap(), edition)
            .into_iter()
            .map(|way| way.id.clone())
            .collect()
    }

    #[test]
    fn dcos_zk_is_named_exactly_where_the_release_has_it() {
        for (release, has) in [
            ("1.11.13", false),
            ("1.12.3", false),
            ("1.12.4", true),
            ("1.12.5", true),
            ("1.13.0", false),
            ("1.13.1", false),
            ("1.13.2", true),
            ("2.0.0", true),
            ("2.2.1", true),
        ] {
            let ids = ids(release, Some(Edition::Enterprise));
            assert_eq!(ids.iter().any(|id| id == "zookeeper-stopped"), has, "{release}");
        }
    }

    #[test]
    fn the_iam_database_has_one_way_or_none_in_each_release() {
        let knowledge = Knowledge::builtin().unwrap();
        for release in &knowledge.releases {
            for edition in [Edition::Enterprise, Edition::Open] {
                let dumps: Vec<String> = knowledge
                    .backups_of(&release.dcos, Some(edition))
                    .iter()
                    .filter(|way| way.file.0 == "iam")
                    .map(|way| way.id.clone())
                    .collect();
                let expected = match (edition, release.dcos.line()) {
                    (Edition::Open, line) if line < (1, 13) => None,
                    (Edition::Open, _) => Some("iam-database-backup-open"),
                    (Edition::Enterprise, line) if line < (1, 10) => Some("iam-none"),
                    (Edition::Enterprise, line) if line < (1, 12) => Some("iam-cockroach-dump"),
                    (Edition::Enterprise, _) => Some("iam-database-backup"),
                };
                assert_eq!(
                    dumps.iter().map(String::as_str).collect::<Vec<_>>(),
                    expected.into_iter().collect::<Vec<_>>(),
                    "{} {edition:?}",
                    release.dcos
                );
            }
        }
    }

    #[test]
    fn one_place_of_zookeeper_each() {
        assert!(ids("1.8.8", None).contains(&"zookeeper-old-place".to_owned()));
        assert!(!ids("1.8.8", None).contains(&"zookeeper-directory".to_owned()));
        assert!(ids("1.9.0", None).contains(&"zookeeper-directory".to_owned()));
        assert!(!ids("1.9.0", None).contains(&"zookeeper-old-place".to_owned()));
    }
}
