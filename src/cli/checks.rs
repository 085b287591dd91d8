//! `gonogo checks`: the list of checks as a table, JSON or Markdown. The list itself stands in `crate::checks`.

use std::fmt::Write as _;

use serde::Serialize;

use super::{Ctx, Failure, exit};
use crate::checks;
use crate::model::{Area, CheckMeta, Severity, Stage};

/// Arguments.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  gonogo checks
  gonogo checks --format json | jq -r '.[].id'
  gonogo checks --format markdown > checks.md")]
pub struct Args {
    /// How to print the list
    #[arg(long, value_enum, default_value_t)]
    pub format: ListFormat,
}

/// Forms of the list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum ListFormat {
    /// A table
    #[default]
    Terminal,
    /// A JSON array
    Json,
    /// A Markdown table
    Markdown,
}

/// Runs the command.
pub fn run(args: &Args, ctx: &mut Ctx<'_>) -> anyhow::Result<u8> {
    let all = checks::all();
    let metas: Vec<&CheckMeta> = all.iter().map(|check| check.meta()).collect();
    let text = match args.format {
        ListFormat::Terminal => table(&metas, ctx.terminal.width),
        ListFormat::Json => json(&metas)?,
        ListFormat::Markdown => markdown(&metas),
    };
    ctx.out
        .write_all(text.as_bytes())
        .map_err(|error| Failure::io("standard output", &error))?;
    Ok(exit::GO)
}

fn stage(meta: &CheckMeta) -> &'static str {
    match meta.stage {
        Stage::Single => "one archive",
        Stage::Pair => "a pair",
    }
}

fn table(metas: &[&CheckMeta], width: u16) -> String {
    let mut table = comfy_table::Table::new();
    table
        .load_style(comfy_table::presets::NOTHING)
        .set_content_arrangement(comfy_table::ContentArrangement::Dynamic)
        .set_width(width)
        .set_header(["AREA", "CHECK", "SEVERITY", "LOOKS AT", "GOOD STATE"]);
    for meta in metas {
        table.add_row([
            meta.area.as_str(),
            meta.id,
            meta.severity.as_str(),
            stage(meta),
            meta.title,
        ]);
    }
    format!(
        "{}\n\n{} checks; `gonogo explain ID` says more\n",
        table.trim_fmt(),
        metas.len()
    )
}

/// One check in the JSON list.
#[derive(Serialize)]
struct Entry<'a> {
    id: &'a str,
    area: Area,
    title: &'a str,
    severity: Severity,
    stage: Stage,
    needs: &'a [&'a str],
    requirements: &'a [&'a str],
    sources: &'a [&'a str],
}

fn json(metas: &[&CheckMeta]) -> anyhow::Result<String> {
    let entries: Vec<Entry<'_>> = metas
        .iter()
        .map(|meta| Entry {
            id: meta.id,
            area: meta.area,
            title: meta.title,
            severity: meta.severity,
            stage: meta.stage,
            needs: meta.needs,
            requirements: meta.requirements,
            sources: meta.doc.sources,
        })
        .collect();
    Ok(serde_json::to_string_pretty(&entries)? + "\n")
}

fn markdown(metas: &[&CheckMeta]) -> String {
    let mut text =
        String::from("| Area | Check | Severity | Looks at | Good state | Requirements |\n|---|---|---|---|---|---|\n");
    for meta in metas {
        let _ = writeln!(
            text,
            "| {} | `{}` | {} | {} | {} | {} |",
            meta.area.as_str(),
            meta.id,
            meta.severity.as_str(),
            stage(meta),
            meta.title.replace('|', "\\|"),
            meta.requirements.join(", "),
        );
    }
    text
}
