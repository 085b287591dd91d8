//! `gonogo explain`: the documentation of one check, from the check itself.

use std::fmt::Write as _;

use super::{Ctx, Failure, exit, text};
use crate::checks;
use crate::model::{CheckMeta, Stage};

/// Arguments.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  gonogo explain agents-inactive
  gonogo checks                     lists every id")]
pub struct Args {
    /// Id of the check, as reports show it
    pub id: String,
}

/// Runs the command.
pub fn run(args: &Args, ctx: &mut Ctx<'_>) -> anyhow::Result<u8> {
    let check = checks::find(&args.id).ok_or_else(|| unknown_check(&args.id))?;
    ctx.out
        .write_all(page(check.meta()).as_bytes())
        .map_err(|error| Failure::io("standard output", &error))?;
    Ok(exit::GO)
}

/// The usage error for an id that no check has, with the nearest one.
pub fn unknown_check(id: &str) -> Failure {
    let all = checks::all();
    let known: Vec<&str> = all.iter().map(|check| check.meta().id).collect();
    unknown_id(id, &known)
}

/// The usage error for an id that is none of `known`, with the nearest one.
pub fn unknown_id(id: &str, known: &[&str]) -> Failure {
    let hint = text::nearest(id, known.iter().copied()).map_or_else(
        || "`gonogo checks` lists every id".to_owned(),
        |near| format!("did you mean `{near}`? `gonogo checks` lists every id"),
    );
    Failure::usage(format!("there is no check `{}`", text::sanitized(id))).hint(hint)
}

/// The whole page, in the order in which somebody with a finding in hand reads it.
pub fn page(meta: &CheckMeta) -> String {
    let stage = match meta.stage {
        Stage::Single => "one archive (`check`, and the second one of `compare`)",
        Stage::Pair => "a pair of archives (`compare`)",
    };
    let mut page = format!(
        "{}\n{}\n\nGood state:   {}\nArea:         {}\nSeverity:     {}\nLooks at:     {stage}\n",
        meta.id,
        "=".repeat(meta.id.chars().count()),
        meta.title,
        meta.area.as_str(),
        meta.severity.as_str(),
    );
    if !meta.requirements.is_empty() {
        let _ = writeln!(page, "Requirements: {}", meta.requirements.join(", "));
    }
    if !meta.needs.is_empty() {
        let _ = writeln!(page, "Needs:        {}", meta.needs.join("\n              "));
    }
    for (heading, body) in [
        ("What", meta.doc.what),
        ("Why", meta.doc.why),
        ("By hand", meta.doc.by_hand),
        ("Remedy", meta.doc.remedy),
    ] {
        let _ = writeln!(page, "\n{heading}");
        for line in body.trim().lines() {
            let _ = writeln!(page, "  {}", line.trim_end());
        }
    }
    page.push_str("\nSources\n");
    for source in meta.doc.sources {
        let _ = writeln!(page, "  - {source}");
    }
    page
}
