//! `gonogo signoff`: lists the manual items of a window, and writes answers to them into a file. Keeps every answer that was there.

use std::fmt::Write as _;
use std::path::PathBuf;

use chrono::{SubsecRound as _, Utc};

use super::{Ctx, Failure, exit, judge, signoffs, text};
use crate::knowledge::requirements::Product;
use crate::knowledge::signoffs::{SignoffItem, When};
use crate::model::{Answer, HopOf, Line, Signoff, Version};

/// Arguments.
#[derive(Debug, clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "\
Examples:
  gonogo signoff list
  gonogo signoff list --target 1.11.3 gonogo-signoffs.toml
  gonogo signoff systemd-218-everywhere --hop 1.10.8..1.11.3 --answer yes --who 'operations on duty' --note '219 on all 15'
  gonogo signoff strict-mode-prepared security-mode-decided --hop 1.10.8..1.11.3 --answer not-applicable --who 'operations on duty' --note 'Open Source'
  gonogo check pre.tar.gz --target 1.11.3 --signoffs gonogo-signoffs.toml

`gonogo collect` takes gonogo-signoffs.toml along where it stands beside gonogo.toml (or [inputs] signoffs = FILE).
An answer counts for the hop it names and for no other; of several answers to one item the latest counts.
A blocking item without answer gives CANNOT SAY, a `no` to it NO-GO."
)]
pub struct Args {
    /// List the items
    #[command(subcommand)]
    pub list: Option<Sub>,
    /// The items that are answered
    #[arg(value_name = "ITEM", required = true)]
    pub items: Vec<String>,
    /// The window: version before and version after
    #[arg(long, value_name = "FROM..TO", required = true)]
    pub hop: Option<HopOf>,
    /// Who answers
    #[arg(long, value_name = "NAME", required = true)]
    pub who: Option<String>,
    /// The answer
    #[arg(long, value_enum, value_name = "ANSWER", required = true)]
    pub answer: Option<Given>,
    /// What was seen, or why; needed for `no` and `not-applicable`
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    /// Cluster id (or name) that the answer is for [default: the one whose archive it is judged with]
    #[arg(long, value_name = "ID")]
    pub cluster: Option<String>,
    /// File of sign-offs
    #[arg(short, long, value_name = "FILE", default_value = signoffs::DEFAULT_NAME)]
    pub output: PathBuf,
}

/// What else can be done.
#[derive(Debug, clap::Subcommand)]
pub enum Sub {
    /// List the items: what they ask, how to find out, and what was answered in FILE
    List(ListArgs),
}

/// Arguments of `list`.
#[derive(Debug, clap::Args)]
pub struct ListArgs {
    /// Only items that a window to this version may ask
    #[arg(long, value_name = "VERSION", value_parser = judge::version)]
    pub target: Option<Version>,
    /// Items of plain Mesos instead of DC/OS
    #[arg(long)]
    pub mesos: bool,
    /// File of sign-offs whose answers are shown
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
}

/// Answers as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Given {
    /// It is so
    Yes,
    /// It is not so: NO-GO for a blocking item
    No,
    /// The question does not arise here; say why with --note
    NotApplicable,
}

impl From<Given> for Answer {
    fn from(given: Given) -> Self {
        match given {
            Given::Yes => Self::Yes,
            Given::No => Self::No,
            Given::NotApplicable => Self::NotApplicable,
        }
    }
}

/// Runs the command.
pub fn run(args: &Args, ctx: &mut Ctx<'_>) -> anyhow::Result<u8> {
    if let Some(Sub::List(list)) = &args.list {
        return show(list, ctx);
    }
    let (Some(hop), Some(who), Some(given)) = (&args.hop, &args.who, args.answer) else {
        return Err(Failure::usage("--hop, --who and --answer are needed").into());
    };
    let knowledge = judge::knowledge()?;
    for item in &args.items {
        signoffs::known(item, knowledge)?;
    }
    let said = |text: &Option<String>| {
        text.as_ref()
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty())
    };
    let (note, cluster) = (said(&args.note), said(&args.cluster));
    let answer = Answer::from(given);
    if who.trim().is_empty() {
        return Err(Failure::usage("--who is empty: an answer has somebody who gives it").into());
    }
    if answer != Answer::Yes && note.is_none() {
        return Err(Failure::usage(format!("`{}` needs a reason", answer.as_str()))
            .hint("add --note TEXT")
            .into());
    }
    if hop.from > hop.to {
        return Err(Failure::usage(format!("the hop {hop} goes back"))
            .hint("write the older version first")
            .into());
    }
    let mut entries = match args.output.try_exists() {
        Ok(false) => Vec::new(),
        _ => signoffs::read(&args.output)?,
    };
    let at = Utc::now().trunc_subsecs(0);
    for item in &args.items {
        entries.push(Signoff {
            item: item.clone(),
            hop: hop.clone(),
            answer,
            who: who.trim().to_owned(),
            at,
            note: note.clone(),
            cluster: cluster.clone(),
        });
    }
    signoffs::write(&args.output, &entries)?;
    let noun = if args.items.len() == 1 { "item" } else { "items" };
    ctx.say(&format!(
        "{} {noun} of {hop} answered with `{}` in {} ({} answers in all)",
        args.items.len(),
        answer.as_str(),
        args.output.display(),
        entries.len()
    ));
    Ok(exit::GO)
}

fn show(args: &ListArgs, ctx: &mut Ctx<'_>) -> anyhow::Result<u8> {
    let knowledge = judge::knowledge()?;
    let answers = args.file.as_deref().map(signoffs::read).transpose()?;
    let product = if args.mesos { Product::Mesos } else { Product::Dcos };
    let wanted: Vec<&SignoffItem> = knowledge
        .signoffs
        .iter()
        .filter(|item| item.product == product || item.product == Product::Both)
        .filter(|item| fits(item, args.target.as_ref()))
        .collect();
    let mut page = String::new();
    for (when, heading) in [(When::Pre, "Before the window"), (When::Post, "After the window")] {
        let _ = writeln!(page, "{heading}");
        for item in wanted.iter().filter(|item| item.when == when) {
            let requirements: Vec<&str> = knowledge
                .requirements
                .of_signoff(&item.id)
                .map(|one| one.id.as_str())
                .collect();
            let weight = if item.blocking { "blocking" } else { "warning" };
            let _ = writeln!(page, "\n  {}  ({weight}{})", item.id, edition(item));
            let _ = writeln!(page, "    {}", item.text);
            let _ = writeln!(page, "    how: {}", item.how);
            let _ = writeln!(page, "    requirements: {}", requirements.join(", "));
            for line in answered(item, answers.as_deref()) {
                let _ = writeln!(page, "    {line}");
            }
        }
        page.push('\n');
    }
    let _ = writeln!(
        page,
        "{} items; answer one with: gonogo signoff ITEM --hop FROM..TO --answer yes|no|not-applicable --who NAME [--note TEXT]",
        wanted.len()
    );
    ctx.out
        .write_all(text::sanitized_lines(&page).as_bytes())
        .map_err(|error| Failure::io("standard output", &error))?;
    Ok(exit::GO)
}

/// Whether a window to that version may ask the item, whatever it starts from.
fn fits(item: &SignoffItem, target: Option<&Version>) -> bool {
    let Some(target) = target.map(Line::from) else {
        return true;
    };
    item.since.is_none_or(|since| since <= target)
        && (item.crosses.is_empty() || item.crosses.iter().any(|crossing| crossing.to <= target))
}

fn edition(item: &SignoffItem) -> String {
    let Some(edition) = item.edition else {
        return String::new();
    };
    let name = format!("{edition:?}");
    let since = item.both_since.map(|line| format!(", from {line} on every edition"));
    format!(", {name}{}", since.unwrap_or_default())
}

/// The answers to an item, one line each.
fn answered(item: &SignoffItem, answers: Option<&[Signoff]>) -> Vec<String> {
    let Some(answers) = answers else { return Vec::new() };
    let mut lines: Vec<String> = answers
        .iter()
        .filter(|answer| answer.item == item.id)
        .map(|answer| {
            let note = answer.note.as_ref().map(|note| format!(": {note}")).unwrap_or_default();
            format!(
                "{} for {} by {}, {}{note}",
                answer.answer.as_str(),
                answer.hop,
                answer.who,
                answer.at.format("%Y-%m-%d %H:%M UTC")
            )
        })
        .collect();
    if lines.is_empty() {
        lines.push("open".to_owned());
    }
    lines
}
