//! `gonogo workbook`: the vendor's upgrade workbook, filled in from one archive or two. Judges as `check` and `compare` do.

use std::path::{Path, PathBuf};

use super::judge::{self, Found, Ground};
use super::select::Selection;
use super::signoffs::Overlay;
use super::{Ctx, Failure, config, exit, load, output, signoffs, waivers};
use crate::checks::{Context, Pair};
use crate::compare::compare;
use crate::facts::Facts;
use crate::facts::workloads::Settings;
use crate::facts::workloads::settings::RACK;
use crate::knowledge::Knowledge;
use crate::model::{Policy, Version, Waiver};
use crate::report::words::Catalogue;
use crate::report::{Hop, Report, workbook as render};
use crate::workbook::build::{Material, workbook};
use crate::workbook::state::Side;

/// Arguments.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  gonogo workbook pre.tar.gz --target 1.11.3 -o workbook.html
  gonogo workbook pre.tar.gz --target 1.11.3 --signoffs gonogo-signoffs.toml > workbook.md
  gonogo workbook pre.tar.gz --post post.tar.gz -o workbook.html

Cluster state, versions, worksheets of nodes and racks with pinned and unique tasks, workload risks, what stops with each
agent, waves of agents (`gonogo workloads` says more of these), constraints, things to fix, the
pre-upgrade checklist, metrics, and every requirement of the vendor's documents with what answers it. What is not in the
evidence is written as unknown, with the reason. The verdict is that of `check` (with --post: of `compare`); the exit code
is 0 whatever it says.")]
pub struct Args {
    /// The archive taken before the maintenance window
    #[arg(value_name = "ARCHIVE")]
    pub archive: PathBuf,
    /// The archive taken after it: side by side
    #[arg(long, value_name = "ARCHIVE")]
    pub post: Option<PathBuf>,
    /// Version that the maintenance window is to reach
    #[arg(long, value_name = "VERSION", value_parser = judge::version)]
    pub target: Option<Version>,
    /// Sign-offs beside those in the archives
    #[arg(long, value_name = "FILE")]
    pub signoffs: Option<PathBuf>,
    /// Waivers
    #[arg(long, value_name = "FILE")]
    pub waivers: Option<PathBuf>,
    /// Attribute that names the rack of agents without a zone
    #[arg(long, value_name = "ATTRIBUTE", default_value = RACK)]
    pub rack: String,
    /// Form of the workbook [default: as the ending of -o says, else markdown]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub format: Option<Form>,
    /// Write it to FILE instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Forms of the workbook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Form {
    /// Markdown
    Markdown,
    /// One self-contained page
    Html,
}

/// Everything that was read before the archives.
struct Prepared {
    waivers: Vec<Waiver>,
    signoffs: Option<Overlay>,
    policy: Policy,
    workloads: Settings,
    catalogue: Catalogue,
    knowledge: &'static Knowledge,
}

/// Runs the command.
pub fn run(args: &Args, ctx: &mut Ctx<'_>) -> anyhow::Result<u8> {
    let form = form(args)?;
    let inputs: Vec<&Path> = std::iter::once(args.archive.as_path())
        .chain(args.post.as_deref())
        .collect();
    if let Some(path) = &args.output {
        output::probe(path, &inputs)?;
    }
    let prepared = Prepared {
        waivers: args
            .waivers
            .as_deref()
            .map(waivers::read)
            .transpose()?
            .unwrap_or_default(),
        signoffs: args.signoffs.as_deref().map(signoffs::overlay).transpose()?,
        policy: config::policy(ctx.config.as_deref())?,
        workloads: Settings {
            rack: args.rack.clone(),
            ..config::workloads(ctx.config.as_deref())?
        },
        catalogue: judge::catalogue(),
        knowledge: judge::knowledge_of(ctx)?,
    };
    let text = made(args, form, &prepared)?;
    match &args.output {
        Some(path) => {
            output::write(path, &text)?;
            ctx.say(&format!("workbook: {}", path.display()));
        }
        None => ctx
            .out
            .write_all(text.as_bytes())
            .map_err(|error| Failure::io("standard output", &error))?,
    }
    Ok(exit::GO)
}

fn form(args: &Args) -> Result<Form, Failure> {
    let by_name = args
        .output
        .as_ref()
        .and_then(|path| path.extension()?.to_str().map(str::to_lowercase));
    match (args.format, by_name.as_deref()) {
        (Some(form), _) => Ok(form),
        (None, Some("html" | "htm")) => Ok(Form::Html),
        (None, None | Some("md" | "markdown" | "txt")) => Ok(Form::Markdown),
        (None, Some(other)) => Err(Failure::usage(format!("`.{other}` says no form of a workbook"))
            .hint("use .md or .html, or add --format markdown or --format html")),
    }
}

fn made(args: &Args, form: Form, prepared: &Prepared) -> anyhow::Result<String> {
    let knowledge = prepared.knowledge;
    let ground = Ground {
        waivers: &prepared.waivers,
        signoffs: prepared.signoffs.as_ref(),
        policy: &prepared.policy,
        catalogue: &prepared.catalogue,
        knowledge,
    };
    let selected = Selection::default().apply(args.post.is_some())?;
    let context = |facts, pair, target: Option<Version>| Context {
        facts,
        pair,
        target,
        target_marathon: None,
        signoffs: &[],
        policy: &prepared.policy,
        knowledge,
    };
    let pre = load::open(&args.archive)?;
    let pre_name = pre.name.clone();
    let shown = |from: Option<&Version>, to: Option<&Version>| Hop {
        from: from.map(ToString::to_string),
        to: to.map(ToString::to_string),
    };
    let Some(post_path) = &args.post else {
        let snapshot = pre.snapshot(&args.archive)?;
        let facts = Facts::new(&snapshot);
        let archives = [("only", pre_name.as_str(), &facts)];
        let moved = args.target.is_some();
        let mut context = context(&facts, None, args.target.clone());
        let signoffs = judge::answered(&archives, context.hop(), moved, ground);
        context.signoffs = &signoffs;
        let report = judge::conclude(
            Found {
                command: "check",
                archives: &archives,
                shown: shown(facts.running_version().as_ref(), args.target.as_ref()),
                hop: context.hop(),
                moved,
                results: judge::run_checks(&selected, &context),
                changes: Vec::new(),
                ledger: Vec::new(),
                workloads: Vec::new(),
                not_compared: &[],
            },
            ground,
        )?;
        let sides = [("now", &facts)];
        return rendered(&prepared.workloads, form, &sides, args.target.as_ref(), &report, ground);
    };
    let post = load::open(post_path)?;
    if pre.digest() == post.digest() {
        return Err(Failure::usage("ARCHIVE and --post are the same archive").into());
    }
    let post_name = post.name.clone();
    let (before, after) = load::both((pre, &args.archive), (post, post_path))?;
    let (facts_before, facts_after) = (Facts::new(&before), Facts::new(&after));
    let comparison = compare(&facts_before, &facts_after, knowledge)?;
    let target = args.target.clone().or_else(|| comparison.to.clone());
    let pair = Pair {
        before: &facts_before,
        comparison: &comparison,
    };
    let archives = [
        ("pre", pre_name.as_str(), &facts_before),
        ("post", post_name.as_str(), &facts_after),
    ];
    let moved = args.target.is_some() || comparison.from != comparison.to;
    let mut context = context(&facts_after, Some(pair), target.clone());
    let signoffs = judge::answered(&archives, context.hop(), moved, ground);
    context.signoffs = &signoffs;
    let report = judge::conclude(
        Found {
            command: "compare",
            archives: &archives,
            shown: shown(comparison.from.as_ref(), target.as_ref()),
            hop: context.hop(),
            moved,
            results: judge::run_checks(&selected, &context),
            changes: comparison.changes.clone(),
            ledger: comparison.ledger.clone(),
            workloads: comparison.workloads.clone(),
            not_compared: &comparison.unknown,
        },
        ground,
    )?;
    let sides = [("before", &facts_before), ("after", &facts_after)];
    rendered(&prepared.workloads, form, &sides, target.as_ref(), &report, ground)
}

fn rendered(
    workloads: &Settings,
    form: Form,
    sides: &[Side<'_>],
    target: Option<&Version>,
    report: &Report,
    ground: Ground<'_>,
) -> anyhow::Result<String> {
    let filled = workbook(&Material {
        sides,
        target,
        knowledge: ground.knowledge,
        results: &report.results,
        signoffs: &report.signoffs,
        requirements: &report.requirements,
        workloads,
    });
    let text = match form {
        Form::Markdown => render::markdown(report, &filled, ground.catalogue),
        Form::Html => render::html(report, &filled, ground.catalogue),
    };
    text.map_err(|error| Failure::new(exit::FAILURE, error.to_string()).into())
}
