//! `gonogo report`: renders a saved JSON report again. Judges nothing, but refuses a verdict better than its own results.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::output::OutputArgs;
use super::{Ctx, Failure, exit, judge};
use crate::report::{Report, json};
use crate::verdict::{Basis, decide, rank};

/// Arguments.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  gonogo report result.json                       on the terminal
  gonogo report result.json -o result.html        as a page
  gonogo report --schema > report.schema.json     JSON Schema of the reports

Ends with the code of the verdict that the report states (0, 3 or 5), with 4 under --strict.")]
pub struct Args {
    /// A report saved with --format json (`-` for standard input)
    #[arg(value_name = "RESULT", required_unless_present = "schema")]
    pub result: Option<PathBuf>,
    /// Print the JSON Schema (2020-12) of reports
    #[arg(long, conflicts_with_all = ["result", "format", "output", "template"])]
    pub schema: bool,
    /// Where reports go.
    #[command(flatten)]
    pub output: OutputArgs,
    /// End with 4, not 0, on GO WITH WARNINGS
    #[arg(long)]
    pub strict: bool,
}

/// Largest report that is read.
const LIMIT: u64 = 1 << 30;

/// Runs the command.
pub fn run(args: &Args, ctx: &mut Ctx<'_>) -> anyhow::Result<u8> {
    let Some(path) = &args.result else {
        ctx.out
            .write_all(json::SCHEMA.as_bytes())
            .map_err(|error| Failure::io("standard output", &error))?;
        return Ok(exit::GO);
    };
    let plan = args.output.plan(ctx, &[path])?;
    let report = read(path)?;
    plan.deliver(&report, &judge::catalogue(), ctx)?;
    Ok(exit::of_verdict(report.verdict, args.strict))
}

fn read(path: &Path) -> anyhow::Result<Report> {
    let place = path.display().to_string();
    let mut bytes = Vec::new();
    let read = if path.as_os_str() == "-" {
        std::io::stdin().take(LIMIT).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(LIMIT).read_to_end(&mut bytes))
    };
    read.map_err(|error| Failure::io(&place, &error))?;
    let report = json::read(&bytes).map_err(|error| {
        Failure::refused(format!("{place}: {error}")).hint("expected what `gonogo check ARCHIVE --format json` writes")
    })?;
    let follows = decide(&Basis {
        results: &report.results,
        changes: &report.changes,
        waivers: &report.waivers,
        signoffs: &report.signoffs,
        remarks: &report.remarks,
        policy: &report.policy,
    });
    if rank(follows) > rank(report.verdict) {
        return Err(Failure::refused(format!(
            "{place} says {}, but its own results give {follows}: it was changed, or a gonogo with laxer rules made it",
            report.verdict
        ))
        .hint("run the command again on the archives")
        .into());
    }
    Ok(report)
}
