//! Policy: the table `[policy]` of `gonogo.toml`. Reads nothing else of that file.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{Ctx, Failure};
use crate::model::Policy;

/// File that is read where it stands in the current folder.
const DEFAULT: &str = "gonogo.toml";

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    policy: Policy,
}

/// The policy in force: of `--config`, else of `gonogo.toml` in the current folder, else the default. Every report shows it.
pub fn read(ctx: &Ctx<'_>) -> anyhow::Result<Policy> {
    let path = match &ctx.config {
        Some(path) => path.clone(),
        None if Path::new(DEFAULT).is_file() => PathBuf::from(DEFAULT),
        None => return Ok(Policy::default()),
    };
    let place = path.display().to_string();
    let text = std::fs::read_to_string(&path).map_err(|error| {
        Failure::usage(format!("the configuration {place} cannot be read: {error}"))
            .hint("give another file with --config")
    })?;
    parse(&text, &place).map_err(anyhow::Error::new)
}

/// The policy in a configuration text; all that is wrong with its values at once.
fn parse(text: &str, place: &str) -> Result<Policy, Failure> {
    let file: File = toml::from_str(text).map_err(|error| Failure::usage(format!("{place}: {error}")))?;
    let policy = file.policy;
    let mut wrong = Vec::new();
    if policy.agents_missing_one_in == Some(0) {
        wrong.push(
            "agents_missing_one_in is 0; expected a number such as 500 (one agent in 500), or leave it out (none)",
        );
    }
    if policy.max_evidence_age_hours == 0 {
        wrong.push("max_evidence_age_hours is 0; expected at least 1");
    }
    if !policy.unknown_blocks {
        wrong.push("unknown_blocks is false; missing evidence of a blocking check always gives CANNOT SAY");
    }
    if wrong.is_empty() {
        Ok(policy)
    } else {
        Err(Failure::usage(format!("{place}, [policy]: {}", wrong.join("; "))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_tables_are_left_alone() {
        let text = "[cluster]\nmasters = [\"10.0.0.1\"]\n[policy]\nagents_missing_one_in = 500\n";
        assert_eq!(parse(text, "gonogo.toml").unwrap().agents_missing_one_in, Some(500));
        assert_eq!(parse("", "gonogo.toml").unwrap(), Policy::default());
    }

    #[test]
    fn what_would_soften_the_verdict_is_refused() {
        let text = "[policy]\nagents_missing_one_in = 0\nmax_evidence_age_hours = 0\nunknown_blocks = false\n";
        let told = parse(text, "gonogo.toml").unwrap_err().message;
        for word in ["agents_missing_one_in", "max_evidence_age_hours", "unknown_blocks"] {
            assert!(told.contains(word), "{told}");
        }
        assert!(parse("[policy]\nagents_mising = 1\n", "gonogo.toml").is_err());
    }
}
