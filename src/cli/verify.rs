//! `gonogo verify`: is this archive what was written, and what does it hold? Reads every byte, judges no evidence.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use serde::Serialize;

use super::backup::kept::{self, Copy, State};
use super::text::sanitized;
use super::{Ctx, Failure, exit};
use crate::archive::{Refused, Verified};
use crate::model::{Evidence, Outcome};

/// Missing items that are listed without `-v`.
const LISTED: usize = 20;

/// Arguments.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Every byte is read and compared with the archive's own manifests: names, order, sizes, SHA-256. Sealed copies of backups and
sealed contents of znodes that stand beside the archive are compared with the hashes in it; of those that do not it is said.
Exit codes: 0 intact, 6 refused (says why), 1 cannot be read.

Examples:
  gonogo verify pre.tar.gz
  gonogo verify pre.tar.gz --format json | jq -r .digest")]
pub struct Args {
    /// The archive: tar.gz, zip or folder (told by its contents, not its name)
    #[arg(value_name = "ARCHIVE")]
    pub archive: PathBuf,
    /// How to print what was found
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Forms of the answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Lines for people
    #[default]
    Terminal,
    /// One JSON object
    Json,
}

/// Runs the command.
pub fn run(args: &Args, ctx: &mut Ctx<'_>) -> anyhow::Result<u8> {
    let name = args.archive.display().to_string();
    let read = kept::read_or_refuse(&args.archive);
    let copies = match &read {
        Ok(held) => kept::copies(&args.archive, held)
            .map_err(|error| Failure::io(&format!("{name}: a sealed copy beside it"), &error))?,
        Err(_) => Vec::new(),
    };
    let text = match (&read, args.format) {
        (Ok(held), Format::Terminal) => lines(&name, &held.verified, &copies, ctx.verbosity > 0),
        (Ok(held), Format::Json) => json(&Answer::of(&name, &held.verified, &copies))?,
        (Err(refused), Format::Json) if refused.is_archive() => json(&Rejection::of(&name, refused))?,
        (Err(_), _) => String::new(),
    };
    ctx.out
        .write_all(text.as_bytes())
        .map_err(|error| Failure::io("standard output", &error))?;
    match read {
        Ok(_) => match copies.iter().find(|copy| copy.state == State::Altered) {
            None => Ok(exit::GO),
            Some(copy) => Err(Failure::refused(format!(
                "{name}: the archive is intact; its sealed copy {} is not what was sealed",
                copy.file
            ))
            .hint("copy it again from where it was made, or take another backup")
            .into()),
        },
        Err(refused) => Err(anyhow::Error::new(refused).context(name)),
    }
}

/// How many records ended how, by name of the outcome.
fn outcomes(verified: &Verified) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for evidence in &verified.manifest.evidence {
        *counts.entry(evidence.outcome.as_str()).or_insert(0) += 1;
    }
    counts
}

/// Records without their item, in the order of the manifest.
fn missing(verified: &Verified) -> impl Iterator<Item = &Evidence> {
    let records = verified.manifest.evidence.iter();
    records.filter(|evidence| evidence.outcome != Outcome::Captured)
}

fn lines(name: &str, verified: &Verified, copies: &[Copy], all: bool) -> String {
    let manifest = &verified.manifest;
    let mut text = format!("{}: intact\n", sanitized(name));
    let mut line = |label: &str, value: &str| {
        let _ = writeln!(text, "  {label:<10} {value}");
    };
    line("digest", &format!("sha256 {}", verified.digest));
    line("signature", "not signed: says nothing about who made it");
    line(
        "format",
        &format!("{} in a {}", sanitized(&manifest.format), verified.container),
    );
    line(
        "made by",
        &format!("{} ({})", sanitized(&manifest.tool), sanitized(&manifest.made_by)),
    );
    line("phase", &manifest.phase.to_string());
    let time = |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    line("from", &time(manifest.started_at));
    line("to", &time(manifest.finished_at));
    for (label, value) in [
        ("reason", &manifest.reason),
        ("ticket", &manifest.ticket),
        ("operator", &manifest.operator),
    ] {
        if let Some(value) = value {
            line(label, &sanitized(value));
        }
    }
    line(
        "payload",
        &format!("{} files, {} bytes", verified.members, verified.bytes),
    );
    let counts = outcomes(verified);
    let counts: Vec<String> = counts.iter().map(|(name, count)| format!("{count} {name}")).collect();
    line(
        "evidence",
        &if counts.is_empty() {
            "none".to_owned()
        } else {
            counts.join(", ")
        },
    );
    for copy in copies {
        let state = match copy.state {
            State::Intact => "intact",
            State::Absent => "not beside the archive: nothing is said of it",
            State::Altered => "ALTERED: not what was sealed",
        };
        line("sealed", &format!("{}: {state}", sanitized(&copy.file)));
    }
    if let Some(because) = &manifest.backups_in_clear {
        line("in clear", &format!("backups were not sealed: {}", sanitized(because)));
    }
    let left = missing(verified).count();
    let most = if all { left } else { LISTED };
    for evidence in missing(verified).take(most) {
        let required = if evidence.required { " (required)" } else { "" };
        let reason = evidence.reason.as_deref().unwrap_or("no reason recorded");
        let _ = writeln!(
            text,
            "  - {} {}{required}: {}",
            sanitized(&evidence.item),
            evidence.outcome.as_str(),
            sanitized(reason)
        );
    }
    if left > most {
        let _ = writeln!(text, "  - and {} more; -v lists all", left - most);
    }
    text
}

fn json(value: &impl Serialize) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(value)? + "\n")
}

/// The JSON answer for an intact archive.
#[derive(Serialize)]
struct Answer<'a> {
    format: &'static str,
    archive: &'a str,
    intact: bool,
    digest: &'a str,
    signature: &'static str,
    archive_format: &'a str,
    container: String,
    tool: &'a str,
    made_by: &'a str,
    phase: String,
    started_at: chrono::DateTime<chrono::Utc>,
    finished_at: chrono::DateTime<chrono::Utc>,
    members: usize,
    bytes: u64,
    sealed: &'a [Copy],
    backups_in_clear: Option<&'a str>,
    outcomes: BTreeMap<&'static str, usize>,
    missing: Vec<Missing<'a>>,
}

#[derive(Serialize)]
struct Missing<'a> {
    item: &'a str,
    outcome: &'static str,
    reason: Option<&'a str>,
    required: bool,
}

impl<'a> Answer<'a> {
    fn of(archive: &'a str, verified: &'a Verified, sealed: &'a [Copy]) -> Self {
        let manifest = &verified.manifest;
        Self {
            format: "gonogo-verify/1",
            archive,
            intact: true,
            digest: &verified.digest,
            signature: "not signed",
            archive_format: &manifest.format,
            container: verified.container.to_string(),
            tool: &manifest.tool,
            made_by: &manifest.made_by,
            phase: manifest.phase.to_string(),
            started_at: manifest.started_at,
            finished_at: manifest.finished_at,
            members: verified.members,
            bytes: verified.bytes,
            sealed,
            backups_in_clear: manifest.backups_in_clear.as_deref(),
            outcomes: outcomes(verified),
            missing: missing(verified)
                .map(|evidence| Missing {
                    item: &evidence.item,
                    outcome: evidence.outcome.as_str(),
                    reason: evidence.reason.as_deref(),
                    required: evidence.required,
                })
                .collect(),
        }
    }
}

/// The JSON answer for a refused archive.
#[derive(Serialize)]
struct Rejection<'a> {
    format: &'static str,
    archive: &'a str,
    intact: bool,
    refused: String,
    place: &'a str,
    seen: &'a str,
    expected: &'a str,
    advice: &'a str,
}

impl<'a> Rejection<'a> {
    fn of(archive: &'a str, refused: &'a Refused) -> Self {
        let (place, seen, expected, advice) = refused.complaint().map_or(("", "", "", ""), |c| {
            (c.place.as_str(), c.seen.as_str(), c.expected.as_str(), c.advice)
        });
        Self {
            format: "gonogo-verify/1",
            archive,
            intact: false,
            refused: refused.to_string(),
            place,
            seen,
            expected,
            advice,
        }
    }
}
