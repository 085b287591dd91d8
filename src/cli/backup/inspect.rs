//! `gonogo backup inspect`: proves backups without an archive. Writes its answer only, and nothing of what is in them.

mod terminal;

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::backup::{self, CannotRead, Inspected};
use crate::cli::output::{probe, write};
use crate::cli::text::sanitized;
use crate::cli::{Ctx, Failure, exit};
use crate::model::backup::FORMAT;
use crate::model::{BackupStatus, Proof};
use crate::report::safe::json_escaped;

/// JSON Schema (2020-12) of the answer.
pub const SCHEMA: &str = include_str!("../../../report-templates/backups.schema.json");

/// Arguments.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
PATH is a folder, a tar, a tar.gz or a single file: a data directory of ZooKeeper (snapshots and transaction logs), a guano
dump, a SQL dump of the IAM database. What it is, is told by what is in it. A folder may hold several of them, and the record
that the script of `gonogo backup script` wrote beside each.

Examples:
  gonogo backup inspect zk-backup.tar.gz iam-backup.sql
  gonogo backup inspect /var/lib/dcos/exhibitor/zookeeper
  gonogo backup inspect backups/ --format json

Exit codes: 0 all can be restored, 3 one cannot, 5 of one it cannot be said, 6 one cannot be read as a backup at all (3 before
6 before 5), 2 usage, 1 failure of the tool or of I/O.")]
pub struct Args {
    /// Folder, tar, tar.gz or single file
    #[arg(value_name = "PATH", required_unless_present = "schema")]
    pub paths: Vec<PathBuf>,
    /// Form of the answer [default: terminal, or what the ending of -o says]
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// Write the answer to FILE, complete or not at all (.txt .json)
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Print the JSON Schema (2020-12) of the answer
    #[arg(long, conflicts_with_all = ["paths", "format", "output"])]
    pub schema: bool,
}

/// Forms of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// A block for each backup, for people
    Terminal,
    /// One JSON object
    Json,
}

impl Format {
    fn of_file(path: &Path) -> Result<Self, Failure> {
        let ending = path.extension().map(std::ffi::OsStr::to_ascii_lowercase);
        match ending.as_deref().and_then(|ending| ending.to_str()) {
            Some("txt") => Ok(Self::Terminal),
            Some("json") => Ok(Self::Json),
            _ => Err(Failure::usage(format!(
                "`{}` does not say which format it is",
                sanitized(&path.display().to_string())
            ))
            .hint("end it in .txt or .json, or give --format")),
        }
    }
}

/// The JSON answer: [`Proofs`](crate::model::Proofs), with what was no backup beside them.
#[derive(Debug, Serialize)]
struct Answer<'a> {
    format: &'a str,
    backups: Vec<&'a Proof>,
    /// What could not be read as a backup at all.
    unreadable: Vec<Unreadable<'a>>,
    /// What was seen and not looked into.
    left_out: Vec<LeftOut<'a>>,
}

#[derive(Debug, Serialize)]
struct Unreadable<'a> {
    path: &'a str,
    reason: &'a str,
}

#[derive(Debug, Serialize)]
struct LeftOut<'a> {
    path: &'a str,
    what: &'a [String],
}

/// Runs the command.
pub fn run(args: &Args, ctx: &mut Ctx<'_>) -> anyhow::Result<u8> {
    if args.schema {
        ctx.out
            .write_all(SCHEMA.as_bytes())
            .map_err(|error| Failure::io("standard output", &error))?;
        return Ok(exit::GO);
    }
    let file = args.output.as_deref().filter(|output| output.as_os_str() != "-");
    let format = match (args.format, file) {
        (Some(format), _) => format,
        (None, Some(file)) => Format::of_file(file)?,
        (None, None) => Format::Terminal,
    };
    if let Some(file) = file {
        let inputs: Vec<&Path> = args.paths.iter().map(PathBuf::as_path).collect();
        probe(file, &inputs)?;
    }
    let options = backup::Options::default();
    let mut all = Vec::new();
    for path in &args.paths {
        all.push(backup::prove(path, &options).map_err(|error| failed(&error))?);
    }
    let text = match format {
        Format::Json => json(&all)?,
        Format::Terminal => terminal::render(&all, file.is_none() && ctx.terminal.color),
    };
    if let Some(file) = file {
        write(file, &text)?;
        ctx.say(&format!("report: {}", sanitized(&file.display().to_string())));
    } else {
        ctx.out
            .write_all(text.as_bytes())
            .map_err(|error| Failure::io("standard output", &error))?;
    }
    Ok(code(&all))
}

/// A path that cannot be read: nothing is said of any backup then.
pub(super) fn failed(error: &CannotRead) -> Failure {
    Failure::io(&error.place, &error.source)
}

fn json(all: &[Inspected]) -> anyhow::Result<String> {
    let answer = Answer {
        format: FORMAT,
        backups: all.iter().flat_map(|one| &one.proofs).collect(),
        unreadable: all
            .iter()
            .filter_map(|one| {
                Some(Unreadable {
                    path: &one.path,
                    reason: one.unreadable.as_deref()?,
                })
            })
            .collect(),
        left_out: all
            .iter()
            .filter(|one| !one.left_out.is_empty())
            .map(|one| LeftOut {
                path: &one.path,
                what: &one.left_out,
            })
            .collect(),
    };
    let mut text = json_escaped(&serde_json::to_string_pretty(&answer)?);
    text.push('\n');
    Ok(text)
}

/// The worst decides: not restorable before unreadable before cannot say.
fn code(all: &[Inspected]) -> u8 {
    let any = |status| {
        all.iter()
            .flat_map(|one| &one.proofs)
            .any(|proof| proof.status == status)
    };
    if any(BackupStatus::NotRestorable) {
        exit::NO_GO
    } else if all.iter().any(|one| one.unreadable.is_some()) {
        exit::ARCHIVE_REFUSED
    } else if any(BackupStatus::CannotSay) || all.iter().all(|one| one.proofs.is_empty()) {
        exit::CANNOT_SAY
    } else {
        exit::GO
    }
}
