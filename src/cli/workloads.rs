//! `gonogo workloads`: what runs where, what is risky about it, what stops with an agent, and in which waves agents can go.

use std::path::{Path, PathBuf};

use super::config::{self, reader::percent};
use super::{Ctx, Failure, Terminal, exit, load, output};
use crate::facts::Facts;
use crate::facts::workloads::settings::RACK;
use crate::facts::workloads::{Settings, overview};
use crate::report::terminal::Style;
use crate::report::workloads::{self as render, Part, Source};

/// Arguments.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  gonogo workloads pre.tar.gz                                  risks, what stops with each agent, waves
  gonogo workloads pre.tar.gz --show waves --critical 10.0.1.9 only the waves; that agent goes last and alone
  gonogo workloads pre.tar.gz --show waves --assume-scaled     as if the apps that hold agents were scaled up
  gonogo workloads pre.tar.gz --show agents --format csv       for a spreadsheet
  gonogo workloads pre.tar.gz --format json -o workloads.json  everything, format gonogo-workloads/1

No wave takes an app below its declared minimum: minimumHealthCapacity of its definition, or `minimum` of [workloads] in
gonogo.toml. Only instances outside of a wave count; nothing is credited for tasks that may be started elsewhere.
Exit codes: 0 done (whatever the risks), 5 lists are missing or cannot be trusted (then there are no waves), 2 usage,
6 archive refused, 1 failure.")]
pub struct Args {
    /// The archive
    #[arg(value_name = "ARCHIVE", required_unless_present = "schema")]
    pub archive: Option<PathBuf>,
    /// Show these parts only (repeatable) [default: apps, agents, racks and waves, each shortened]
    #[arg(long, value_enum, value_name = "PART", value_delimiter = ',')]
    pub show: Vec<Show>,
    /// Form; csv needs one --show, json always holds every part [default: as the ending of -o says, else terminal]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub format: Option<Form>,
    /// Write it to FILE instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Share of the private (or public) agents that one wave may hold; never less than one agent [default: 25%]
    #[arg(long, value_name = "N%", value_parser = percent)]
    pub max_wave: Option<u8>,
    /// Critical agents beside those of gonogo.toml, by host name, address or id (repeatable): last and alone
    #[arg(long, value_name = "AGENT", value_delimiter = ',')]
    pub critical: Vec<String>,
    /// Plan as if the apps that hold agents had been scaled up as advised
    #[arg(long)]
    pub assume_scaled: bool,
    /// Attribute that names the rack of agents without a zone
    #[arg(long, value_name = "ATTRIBUTE", default_value = RACK)]
    pub rack: String,
    /// Print the JSON Schema (2020-12) of the JSON form
    #[arg(long, conflicts_with_all = ["archive", "show", "format", "output", "max_wave", "critical", "assume_scaled"])]
    pub schema: bool,
}

/// Parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Show {
    /// Workloads and their risks
    Apps,
    /// What stops with an agent
    Agents,
    /// What stops with a rack, and what it has left
    Racks,
    /// Waves, and agents that none may hold
    Waves,
}

impl From<Show> for Part {
    fn from(show: Show) -> Self {
        match show {
            Show::Apps => Self::Apps,
            Show::Agents => Self::Agents,
            Show::Racks => Self::Racks,
            Show::Waves => Self::Waves,
        }
    }
}

/// Forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Form {
    /// Text
    Terminal,
    /// The contract (gonogo-workloads/1)
    Json,
    /// One table
    Csv,
}

/// Runs the command.
pub fn run(args: &Args, ctx: &mut Ctx<'_>) -> anyhow::Result<u8> {
    let Some(path) = &args.archive else {
        return printed(ctx, render::SCHEMA).map(|()| exit::GO);
    };
    let form = form(args)?;
    if form == Form::Csv && args.show.len() != 1 {
        return Err(Failure::usage("CSV is one table")
            .hint("add one of --show apps, --show agents, --show racks, --show waves")
            .into());
    }
    if let Some(file) = &args.output {
        output::probe(file, &[path.as_path()])?;
    }
    let settings = settings(args, ctx.config.as_deref())?;
    let opened = load::open(path)?;
    let (name, digest) = (opened.name.clone(), opened.digest().to_owned());
    let snapshot = opened.snapshot(path)?;
    let source = Source {
        archive: name,
        digest,
        collected_at: snapshot
            .origin
            .manifest
            .finished_at
            .to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
    };
    let found = overview(&Facts::new(&snapshot), &settings);
    let parts: Vec<Part> = if args.show.is_empty() {
        vec![Part::Apps, Part::Agents, Part::Racks, Part::Waves]
    } else {
        args.show.iter().map(|show| (*show).into()).collect()
    };
    let text = match form {
        Form::Json => render::json(&found, &source)
            .map_err(|error| Failure::new(exit::FAILURE, format!("it cannot be written as JSON: {error}")))?,
        Form::Csv => parts.iter().map(|part| render::csv(&found, *part)).collect(),
        Form::Terminal => {
            let terminal = if args.output.is_some() {
                Terminal::NONE
            } else {
                ctx.terminal
            };
            let style = Style {
                width: terminal.width,
                color: terminal.color,
                all: ctx.verbosity > 0,
            };
            render::text(&found, &source, &parts, style)
        }
    };
    match &args.output {
        Some(file) => {
            output::write(file, &text)?;
            ctx.say(&format!(
                "workloads: {}",
                super::text::sanitized(&file.display().to_string())
            ));
        }
        None => printed(ctx, &text)?,
    }
    if found.waves.is_some() {
        return Ok(exit::GO);
    }
    if form != Form::Terminal || args.output.is_some() {
        for doubt in &found.doubts {
            ctx.say(&format!("CANNOT SAY: {}", super::text::sanitized(doubt)));
        }
    }
    Ok(exit::CANNOT_SAY)
}

fn printed(ctx: &mut Ctx<'_>, text: &str) -> anyhow::Result<()> {
    ctx.out
        .write_all(text.as_bytes())
        .map_err(|error| Failure::io("standard output", &error).into())
}

fn form(args: &Args) -> Result<Form, Failure> {
    let by_name = args
        .output
        .as_ref()
        .and_then(|path| path.extension()?.to_str().map(str::to_lowercase));
    match (args.format, by_name.as_deref()) {
        (Some(form), _) => Ok(form),
        (None, Some("json")) => Ok(Form::Json),
        (None, Some("csv")) => Ok(Form::Csv),
        (None, None | Some("txt")) => Ok(Form::Terminal),
        (None, Some(other)) => Err(Failure::usage(format!("`.{other}` says no form of the workloads"))
            .hint("use .txt, .json or .csv, or add --format")),
    }
}

/// Configuration, with flags over it; critical agents are those of both.
fn settings(args: &Args, config: Option<&Path>) -> Result<Settings, Failure> {
    let mut settings = config::workloads(config)?;
    settings.rack.clone_from(&args.rack);
    settings.critical.extend(args.critical.iter().cloned());
    settings.max_wave = args.max_wave.unwrap_or(settings.max_wave);
    settings.assume_scaled = args.assume_scaled;
    Ok(settings)
}
