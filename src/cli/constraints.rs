//! `gonogo constraints`: what a Marathon release, and the way to another one, does with every placement constraint.
//!
//! Reads a saved body of Marathon or an archive, asks nobody. Never says that all is well of a file in which no app could
//! be found, and never shows a part of a body that could not be read to its end.

mod archive;
mod fix;
mod forms;
mod input;
mod judge;
mod lines;
mod placed;
mod placement;
mod row;

use std::io::{Read as _, Seek as _};
use std::path::{Path, PathBuf};

use super::output::{probe, write_from};
use super::text::sanitized;
use super::{Ctx, Failure, exit, judge as common};
use crate::model::Version;

use input::Input;
use judge::Judge;
use lines::Lines;

/// JSON Schema (2020-12) of the answer.
pub const SCHEMA: &str = include_str!("../../report-templates/constraints.schema.json");

/// Arguments.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
FILE is a saved answer of /v2/apps, /v2/apps/<id>, /v2/groups or /v2/pods, the definition of an app or pod, or a list of
them, also compressed with gzip; `-` reads standard input. Or an archive: then every Marathon in it is judged by the
version it runs.

Examples:
  curl -s http://MASTER:8080/v2/apps | gonogo constraints - --marathon 1.4.7
  gonogo constraints apps.json --marathon 1.4.7 --target-marathon 1.5.8      what does the upgrade do to them?
  gonogo constraints apps.json --marathon 1.5.8 --all --format json
  gonogo constraints pre.tar.gz --target-marathon 1.5.8 -o constraints.csv
  gonogo constraints pre.tar.gz --without 10.0.0.7 --without 10.0.0.8        what has no room without these agents?
  gonogo constraints pre.tar.gz --each-rack                                  and without each rack in turn?

Exit codes: 0 none is or will be invalid, rewritten or lost, 3 some are, or have no room where that was asked, 5 none that is
known, but some cannot be judged, 2 usage, 6 FILE is no such body or archive, 1 failure.")]
pub struct Args {
    /// Saved answer of Marathon, or an archive; `-` for standard input
    #[arg(value_name = "FILE", required_unless_present = "schema")]
    pub file: Option<PathBuf>,
    /// Marathon that runs: the rules differ between releases [archives: what each instance says]
    #[arg(long, value_name = "VERSION", value_parser = common::version)]
    pub marathon: Option<Version>,
    /// Marathon to be reached: what its validator says, and what the migration does to stored constraints
    #[arg(long, value_name = "VERSION", value_parser = common::version)]
    pub target_marathon: Option<Version>,
    /// List every constraint, also those that stay as they are
    #[arg(long)]
    pub all: bool,
    /// Form of the answer [default: terminal, or what the ending of -o says]
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// Write the answer to FILE, complete or not at all (.txt .json .csv); standard output then has the summary
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Print the JSON Schema (2020-12) of the answer
    #[arg(long, conflicts_with_all = ["file", "marathon", "target_marathon", "all", "format", "output"])]
    pub schema: bool,
    /// Room on the agents.
    #[command(flatten)]
    pub placement: placement::PlacementArgs,
}

/// Forms of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// One line for each constraint, for people
    Terminal,
    /// One JSON object
    Json,
    /// A table with a heading
    Csv,
}

impl Format {
    fn of_file(path: &Path) -> Result<Self, Failure> {
        let ending = path.extension().map(std::ffi::OsStr::to_ascii_lowercase);
        match ending.as_deref().and_then(|ending| ending.to_str()) {
            Some("txt") => Ok(Self::Terminal),
            Some("json") => Ok(Self::Json),
            Some("csv") => Ok(Self::Csv),
            _ => Err(Failure::usage(format!(
                "`{}` does not say which format it is",
                sanitized(&path.display().to_string())
            ))
            .hint("end it in .txt, .json or .csv, or give --format")),
        }
    }
}

/// Runs the command.
pub fn run(args: &Args, ctx: &mut Ctx<'_>) -> anyhow::Result<u8> {
    let Some(path) = &args.file else {
        ctx.out
            .write_all(SCHEMA.as_bytes())
            .map_err(|error| Failure::io("standard output", &error))?;
        return Ok(exit::GO);
    };
    let file = args.output.as_deref().filter(|output| output.as_os_str() != "-");
    let format = match (args.format, file) {
        (Some(format), _) => format,
        (None, Some(file)) => Format::of_file(file)?,
        (None, None) => Format::Terminal,
    };
    if let Some(file) = file {
        probe(file, &[path.as_path()])?;
    }
    if args.placement.asked() && format == Format::Csv {
        return Err(
            Failure::usage("a table of constraints has no place for room on the agents")
                .hint("--format json holds both")
                .into(),
        );
    }
    let mut lines = Lines::new(format, args.all, ctx.verbosity > 0);
    match input::open(path)? {
        Input::Archive => archive::judge(path, args, &mut lines, ctx)?,
        Input::Body(_) if args.placement.asked() => {
            return Err(
                Failure::usage("a saved body of Marathon names no agents, so nothing can be placed")
                    .hint("give an archive: `gonogo collect` or `gonogo import` makes one")
                    .into(),
            );
        }
        Input::Body(body) => {
            let Some(marathon) = &args.marathon else {
                return Err(no_version().into());
            };
            lines.head(Some(marathon), args.target_marathon.as_ref());
            let judge = Judge::new(Ok(marathon), args.target_marathon.as_ref(), args.all);
            input::read(path, body, judge, &mut lines)?;
        }
    }
    deliver(lines, file, ctx)
}

fn no_version() -> Failure {
    Failure::usage(
        "which Marathon runs was not said: the rules of constraints differ between releases (CLUSTER without a value is refused \
         by 1.3.0 to 1.3.12 and 1.4.0 to 1.4.7 only, UNIQUE with an empty value from 1.5 on), so the version decides",
    )
    .hint("add --marathon VERSION; `curl -s http://MASTER:8080/v2/info` says which one runs")
}

/// What messages call the answer while it is being made.
const SPOOL: &str = "the answer, kept aside until it is complete";

/// Shows what was found. Nothing was shown before: a body that cannot be read to its end shows nothing of itself.
fn deliver(lines: Lines, file: Option<&Path>, ctx: &mut Ctx<'_>) -> anyhow::Result<u8> {
    let code = lines.exit_code();
    let summary = lines.summary();
    let mut spool = lines.finish().map_err(|error| Failure::io(SPOOL, &error))?;
    spool.rewind().map_err(|error| Failure::io(SPOOL, &error))?;
    let shown = |error: std::io::Error| Failure::io("standard output", &error);
    if let Some(file) = file {
        write_from(file, &mut spool)?;
        if ctx.verbosity >= 0 {
            ctx.out.write_all(summary.as_bytes()).map_err(shown)?;
        }
        ctx.say(&format!("report: {}", sanitized(&file.display().to_string())));
    } else {
        let mut buffer = vec![0; 64 << 10];
        loop {
            let count = spool.read(&mut buffer).map_err(|error| Failure::io(SPOOL, &error))?;
            if count == 0 {
                break;
            }
            ctx.out
                .write_all(buffer.get(..count).unwrap_or_default())
                .map_err(shown)?;
        }
    }
    Ok(code)
}
