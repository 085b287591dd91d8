//! `gonogo.toml`: raw text in, valid configuration out, with all problems reported at once, each with file and line.
//!
//! Order of strength: flag, environment (`GONOGO_…`), file, default. Secrets are never in the file, only names of files.

pub mod file;
pub mod inventory;
pub mod reader;
pub mod settings;

use std::path::{Path, PathBuf};

use super::Failure;
use crate::facts::workloads::Settings;
use crate::model::Policy;
use reader::Problems;

/// The commented default file.
pub const DEFAULT_FILE: &str = include_str!("default.toml");
/// Name looked for in the current folder.
const DEFAULT_NAME: &str = "gonogo.toml";

/// Reads the configuration file: the named one, else `gonogo.toml` of the current folder, else nothing.
///
/// # Errors
/// [`Failure`] with code 2 when the named file is not there; problems inside it are noted, not returned.
pub fn read(named: Option<&Path>, problems: &mut Problems) -> Result<file::File, Failure> {
    let path = named.map_or_else(|| PathBuf::from(DEFAULT_NAME), Path::to_owned);
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(file::read(&path, &text, problems)),
        Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => Ok(file::File::default()),
        Err(error) => Err(Failure::usage(format!("{}: {error}", path.display()))
            .hint("--config (or GONOGO_CONFIG) must name a readable gonogo.toml")),
    }
}

/// The error that lists every problem.
pub fn failure(problems: &Problems) -> Failure {
    Failure::usage(format!("the configuration cannot be used:\n{}", problems.lines()))
}

/// Only the `[policy]` of the configuration, for commands that do not collect.
///
/// # Errors
/// [`Failure`] with every problem of the file.
pub fn policy(named: Option<&Path>) -> Result<Policy, Failure> {
    let mut problems = Problems::default();
    let file = read(named, &mut problems)?;
    if problems.is_empty() {
        Ok(file.policy)
    } else {
        Err(failure(&problems))
    }
}

/// Only `[workloads]`.
///
/// # Errors
/// [`Failure`] with every problem of the file.
pub fn workloads(named: Option<&Path>) -> Result<Settings, Failure> {
    let mut problems = Problems::default();
    let file = read(named, &mut problems)?;
    if problems.is_empty() {
        Ok(file.workloads)
    } else {
        Err(failure(&problems))
    }
}

/// Only the file of `[knowledge]`.
///
/// # Errors
/// [`Failure`] with every problem of the configuration.
pub fn knowledge_file(named: Option<&Path>) -> Result<Option<PathBuf>, Failure> {
    let mut problems = Problems::default();
    let file = read(named, &mut problems)?;
    if problems.is_empty() {
        Ok(file.knowledge)
    } else {
        Err(failure(&problems))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems_of(text: &str) -> String {
        let mut problems = Problems::default();
        file::read(Path::new("gonogo.toml"), text, &mut problems);
        problems.lines()
    }

    /// The default file, and the same with every example line made real.
    #[test]
    fn the_default_file_is_valid_as_it_is_and_with_every_line_uncommented() {
        assert_eq!(problems_of(DEFAULT_FILE), "");
        let uncommented: Vec<&str> = DEFAULT_FILE
            .lines()
            .map(|line| {
                let bare = line.strip_prefix("# ").unwrap_or(line);
                let key = bare.split_once('=').map_or("", |(key, _)| key.trim());
                let is_example = bare.starts_with('[') || (!key.is_empty() && !key.contains(' '));
                if is_example { bare } else { line }
            })
            .collect();
        assert_eq!(problems_of(&uncommented.join("\n")), "");
        assert!(
            uncommented
                .iter()
                .filter(|line| line.contains(" = ") && !line.starts_with('#'))
                .count()
                > 25
        );
    }

    #[test]
    fn all_problems_come_at_once_with_file_and_line() {
        let text = "[cluster]\nmaster = [\"10.0.0.1\"]\nkind = 3\n[[cluster.marathon]]\nname = \"root\"\n\
                    [collect]\ntimeout = \"soon\"\nconcurrency = 0\n[polcy]\n[policy]\nagents_missing_one_in = \"five\"\n";
        let listed = problems_of(text);
        for expected in [
            "gonogo.toml:2: unknown key `cluster.master`; did you mean `masters`?",
            "gonogo.toml:3: cluster.kind: expected text in quotes, found a number",
            "gonogo.toml:5: cluster.marathon: every [[cluster.marathon]] needs `name` and `url`",
            "gonogo.toml:7: collect.timeout: `soon` is no duration",
            "gonogo.toml:8: collect.concurrency: expected a whole number of at least 1, found a number",
            "gonogo.toml:9: unknown key `polcy`; did you mean `policy`?",
            "gonogo.toml:11: policy.agents_missing_one_in: expected a whole number of at least 1, found a text",
        ] {
            assert!(listed.contains(expected), "{expected}\n---\n{listed}");
        }
        assert_eq!(listed.lines().count(), 7, "{listed}");
    }

    #[test]
    fn what_would_soften_the_verdict_is_refused() {
        let listed = problems_of(
            "[policy]\nagents_missing_one_in = 0\nmax_evidence_age_hours = 0\nunknown_blocks = false\nsurvive = \"all\"\n",
        );
        for word in [
            "agents_missing_one_in",
            "max_evidence_age_hours",
            "unknown_blocks",
            "policy.survive",
        ] {
            assert!(listed.contains(word), "{listed}");
        }
        assert_eq!(
            problems_of("[policy]\nagents_missing_one_in = 500\nunknown_blocks = true\nsurvive = \"rack\"\n"),
            ""
        );
    }

    #[test]
    fn minimums_and_critical_agents_are_checked_all_at_once() {
        let text = "[workloads]\ncritical_agents = [\"10.0.0.9\", \" \"]\nmax_wave = \"0%\"\ncritical = []\n\
                    [workloads.minimum]\n\"/web\" = 2\n\"/batch/*\" = 0\n\"/x*y\" = 1\n\"/z\" = \"two\"\n\"/n\" = -1\n";
        let listed = problems_of(text);
        for expected in [
            "gonogo.toml:2: workloads.critical_agents: an empty name names no agent",
            "gonogo.toml:3: workloads.max_wave: `0%` is no share (1 to 100 percent)",
            "gonogo.toml:4: unknown key `workloads.critical`; did you mean `critical_agents`?",
            "gonogo.toml:8: workloads.minimum: `/x*y` has a `*` before its end; only the last character may be one",
            "gonogo.toml:9: workloads.minimum: `/z`: expected a whole number of at least 0, found a text",
            "gonogo.toml:10: workloads.minimum: `/n`: expected a whole number of at least 0, found a number",
        ] {
            assert!(listed.contains(expected), "{expected}\n---\n{listed}");
        }
        assert_eq!(listed.lines().count(), 6, "{listed}");
        let text = "[workloads]\ncritical_agents = \"10.0.0.9\"\nminimum = { \"/web\" = 2, \"/batch/*\" = 0 }\nmax_wave = 10\n";
        let mut problems = Problems::default();
        let read = file::read(Path::new("gonogo.toml"), text, &mut problems).workloads;
        assert_eq!(problems.lines(), "");
        assert_eq!(read.critical, ["10.0.0.9"]);
        assert_eq!(
            (read.minimum("/web"), read.minimum("/batch/a")),
            (Some(("/web", 2)), Some(("/batch/*", 0)))
        );
        assert_eq!(read.max_wave, 10);
    }

    #[test]
    fn broken_toml_is_said_with_its_line() {
        assert!(problems_of("[cluster]\nmasters = [\n").starts_with("gonogo.toml:"));
    }
}
