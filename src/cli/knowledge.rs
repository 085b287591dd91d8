//! `gonogo knowledge`: what the tables hold, in numbers or listed. Never judges a cluster.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use super::checks::ListFormat;
use super::{Ctx, Failure, exit, judge};
use crate::knowledge::summary::Count;
use crate::knowledge::{Document, Knowledge, Release, Site};

/// Arguments.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  gonogo knowledge
  gonogo knowledge --list releases
  gonogo knowledge --list sources --format json
  gonogo knowledge --knowledge site.toml         is the site's own file in order, and what does it change?")]
pub struct Args {
    /// List one table instead of counting all
    #[arg(long, value_enum, value_name = "TABLE")]
    pub list: Option<List>,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub format: ListFormat,
}

/// Tables that can be listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum List {
    /// DC/OS releases, their dates and what they ship
    Releases,
    /// Documents, and how many statements cite each
    Sources,
}

#[derive(Serialize)]
struct Whole<'a> {
    format: &'static str,
    revision: &'a str,
    site: Option<&'a Site>,
    tables: Vec<Count>,
}

#[derive(Serialize)]
struct ReleaseRow<'a> {
    dcos: String,
    released: Option<String>,
    mesos: &'a [String],
    marathon: &'a [String],
    /// Every other component that a source names: each version with its source.
    components: BTreeMap<&'a str, Vec<(&'a str, String)>>,
    /// Components that no source names for this release.
    unknown: Vec<&'a str>,
    sources: &'a [String],
    remark: Option<&'a str>,
}

#[derive(Serialize)]
struct SourceRow<'a> {
    #[serde(flatten)]
    document: &'a Document,
    cited: usize,
}

/// Runs the command.
pub fn run(args: &Args, ctx: &mut Ctx<'_>) -> anyhow::Result<u8> {
    let knowledge = judge::knowledge_of(ctx)?;
    let text = match (args.list, args.format) {
        (None, ListFormat::Json) => json(&Whole {
            format: "gonogo-knowledge/1",
            revision: knowledge.revision(),
            site: knowledge.site.as_ref(),
            tables: knowledge.summary(),
        })?,
        (Some(List::Releases), ListFormat::Json) => {
            let rows: Vec<ReleaseRow<'_>> = knowledge.releases.iter().map(|one| row(knowledge, one)).collect();
            json(&rows)?
        }
        (Some(List::Sources), ListFormat::Json) => json(&sources(knowledge))?,
        (list, format) => {
            let (head, rows) = match list {
                None => counts(knowledge),
                Some(List::Releases) => releases(knowledge),
                Some(List::Sources) => documents(knowledge),
            };
            let table = if format == ListFormat::Markdown {
                markdown(&head, &rows)
            } else {
                table(&head, &rows, ctx.terminal.width)
            };
            format!(
                "{}{table}",
                if list.is_none() {
                    heading(knowledge)
                } else {
                    String::new()
                }
            )
        }
    };
    ctx.out
        .write_all(text.as_bytes())
        .map_err(|error| Failure::io("standard output", &error))?;
    Ok(exit::GO)
}

type Rows = Vec<Vec<String>>;

fn heading(knowledge: &Knowledge) -> String {
    let mut text = format!("knowledge {}\n", knowledge.revision());
    for remark in judge::site_remarks(knowledge) {
        let _ = writeln!(text, "{}", super::text::sanitized_lines(&remark));
    }
    text.push('\n');
    text
}

fn counts(knowledge: &Knowledge) -> (Vec<&'static str>, Rows) {
    let rows = knowledge.summary().into_iter();
    (
        vec!["TABLE", "COUNT", "WHAT"],
        rows.map(|one| vec![one.table.to_owned(), one.count.to_string(), one.what])
            .collect(),
    )
}

fn releases(knowledge: &Knowledge) -> (Vec<&'static str>, Rows) {
    let rows = knowledge.releases.iter().map(|release| {
        let shipped = |component: &str| {
            let mut versions: Vec<&str> = knowledge
                .shipped(&release.dcos, component)
                .into_iter()
                .map(|(version, _)| version)
                .collect();
            versions.dedup();
            if versions.is_empty() {
                "unknown".to_owned()
            } else {
                versions.join(" or ")
            }
        };
        vec![
            release.dcos.to_string(),
            release
                .released
                .map_or_else(|| "unknown".to_owned(), |day| day.to_string()),
            release.mesos.join(" or "),
            release.marathon.join(" or "),
            shipped("metronome"),
            shipped("zookeeper"),
            shipped("cosmos"),
        ]
    });
    (
        vec![
            "DC/OS",
            "RELEASED",
            "MESOS",
            "MARATHON",
            "METRONOME",
            "ZOOKEEPER",
            "COSMOS",
        ],
        rows.collect(),
    )
}

fn row<'a>(knowledge: &'a Knowledge, release: &'a Release) -> ReleaseRow<'a> {
    let mut names: Vec<&str> = knowledge
        .components
        .iter()
        .flat_map(|table| table.columns.iter().map(String::as_str))
        .collect();
    names.sort_unstable();
    names.dedup();
    let mut components = BTreeMap::new();
    let mut unknown = Vec::new();
    for name in names {
        let shipped = knowledge.shipped(&release.dcos, name);
        if shipped.is_empty() {
            unknown.push(name);
        } else {
            components.insert(name, shipped);
        }
    }
    ReleaseRow {
        dcos: release.dcos.to_string(),
        released: release.released.map(|day| day.to_string()),
        mesos: &release.mesos,
        marathon: &release.marathon,
        components,
        unknown,
        sources: &release.sources,
        remark: release.remark.as_deref(),
    }
}

fn sources(knowledge: &Knowledge) -> Vec<SourceRow<'_>> {
    let cited = knowledge.citations();
    let count = |document: &Document| cited.get(document.id.as_str()).copied().unwrap_or_default();
    knowledge
        .documents
        .iter()
        .map(|document| SourceRow {
            cited: count(document),
            document,
        })
        .collect()
}

fn documents(knowledge: &Knowledge) -> (Vec<&'static str>, Rows) {
    let rows = sources(knowledge).into_iter().map(|source| {
        vec![
            source.document.id.clone(),
            source.cited.to_string(),
            super::text::sanitized_lines(&source.document.name),
        ]
    });
    (vec!["SOURCE", "CITED", "DOCUMENT"], rows.collect())
}

fn table(head: &[&str], rows: &Rows, width: u16) -> String {
    let mut table = comfy_table::Table::new();
    table
        .load_style(comfy_table::presets::NOTHING)
        .set_content_arrangement(comfy_table::ContentArrangement::Dynamic)
        .set_width(width)
        .set_header(head.iter().copied());
    for row in rows {
        table.add_row(row);
    }
    format!("{}\n", table.trim_fmt())
}

fn markdown(head: &[&str], rows: &Rows) -> String {
    let cells = |cells: &[String]| {
        let escaped: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
        format!("| {} |\n", escaped.join(" | "))
    };
    let head: Vec<String> = head.iter().map(|name| (*name).to_owned()).collect();
    let mut text = cells(&head);
    text.push_str(&cells(&vec!["---".to_owned(); head.len()]));
    for row in rows {
        text.push_str(&cells(row));
    }
    text
}

fn json(value: &impl Serialize) -> anyhow::Result<String> {
    Ok(format!("{}\n", serde_json::to_string_pretty(value)?))
}
