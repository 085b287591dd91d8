//! `gonogo demo`: the one-command start. A simulated cluster is served, collected, upgraded, collected again, compared.
//!
//! Touches nothing but loopback and its own folder, and only a folder that it made itself.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use chrono::{SubsecRound as _, Utc};
use clap::Parser as _;

use super::args::{Cli, Command};
use super::{Ctx, Failure, compare, exit, signoffs};
use crate::archive::{Container, Target};
use crate::demo::net::Net;
use crate::demo::places::Places;
use crate::demo::play::{self, Archives, Event, PlayError, Taken};
use crate::demo::scenario::{Planted, Scenario};
use crate::knowledge::requirements::Product;
use crate::knowledge::signoffs::Edition;
use crate::model::{Answer, HopOf, Phase, Signoff};

/// Arguments.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  gonogo demo
  gonogo demo --scenario regressed --keep regressed

Scenarios:
  clean       a DC/OS 1.10.8 cluster is upgraded to 1.11.3 and everything comes back: GO (exit code 0)
  regressed   an agent is lost, one keeps the old version, an app loses its constraint, a deployment hangs: NO-GO (3)
  blind       the window may have gone well, but some of the evidence cannot be had: CANNOT SAY (5)

Needs no cluster and touches none: everything is served on loopback by this program.")]
pub struct Args {
    /// What happens in the maintenance window
    #[arg(
        long,
        value_enum,
        default_value_t,
        value_name = "SCENARIO",
        hide_possible_values = true
    )]
    pub scenario: Story,
    /// Folder for the archives and reports; a folder of an earlier demo is written anew
    #[arg(long, value_name = "DIR", default_value = "gonogo-demo")]
    pub keep: PathBuf,
}

/// Names of the scenarios.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Story {
    /// A clean upgrade
    #[default]
    Clean,
    /// A handful of planted regressions
    Regressed,
    /// Evidence is withheld
    Blind,
}

impl From<Story> for Scenario {
    fn from(story: Story) -> Self {
        match story {
            Story::Clean => Self::Clean,
            Story::Regressed => Self::Regressed,
            Story::Blind => Self::Blind,
        }
    }
}

/// Says that the folder is ours.
const MARKER: &str = "DEMO.txt";
const MARKER_TEXT: &str = "\
Made by `gonogo demo`, from a simulated cluster: nothing in here is about a real one.
Running it again writes these files anew:

  pre.tar.gz    evidence taken before the simulated maintenance window
  post.tar.gz   evidence taken after it
  signoffs.toml answers to the items that only people can answer, made up by the demo
  report.html   the comparison, for a browser
  report.md     the same as Markdown
  report.json   the same for programs
";
/// Every other file of ours.
const OWN: [&str; 6] = [
    "pre.tar.gz",
    "post.tar.gz",
    SIGNOFFS,
    "report.html",
    "report.md",
    "report.json",
];
/// Simulated answers to manual items.
const SIGNOFFS: &str = "signoffs.toml";

/// Runs the command.
pub fn run(args: &Args, ctx: &mut Ctx<'_>) -> anyhow::Result<u8> {
    let folder = &args.keep;
    prepare(folder)?;
    let archive = |name: &str| Target::new(&folder.join(name), Container::TarGz, true).map_err(writing);
    let archives = Archives {
        pre: archive("pre.tar.gz")?,
        post: archive("post.tar.gz")?,
    };
    let scenario = Scenario::from(args.scenario);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("the runtime cannot be started")?;
    let played = runtime.block_on(async {
        let mut tell = |event: Event<'_>| narrate(scenario, &event, ctx);
        tokio::select! {
            biased;
            _ = tokio::signal::ctrl_c() => Err(Failure::new(exit::INTERRUPTED, "interrupted; nothing half-written is left")),
            played = play::play(scenario, Net::Auto, &archives, &mut tell) => played.map_err(|error| playing(&error)),
        }
    });
    runtime.shutdown_timeout(Duration::from_secs(1));
    let played = played?;

    signoffs::write(&folder.join(SIGNOFFS), &simulated_signoffs()?)?;
    ctx.say(&format!(
        "Manual items are answered by the demo itself (who = \"demo\") -> {}",
        folder.join(SIGNOFFS).display()
    ));
    ctx.say("Now the two archives are compared; nothing is asked of the cluster any more.\n");
    let code = judge(folder, ctx)?;
    // The report comes before what is said about it, also where standard output waits for a full buffer.
    ctx.out
        .flush()
        .map_err(|error| Failure::io("standard output", &error))?;
    for line in closing(args.scenario, folder, &played.planted) {
        ctx.say(&line);
    }
    Ok(code)
}

fn writing(error: crate::archive::WriteError) -> Failure {
    playing(&PlayError::Write(error))
}

fn playing(error: &PlayError) -> Failure {
    let code = match error {
        PlayError::Write(error) if error.is_usage() => exit::USAGE,
        _ => exit::FAILURE,
    };
    Failure::new(code, error.to_string())
}

/// Makes the folder, or clears an earlier demo out of it. A folder that is not ours is not touched.
fn prepare(folder: &Path) -> anyhow::Result<()> {
    let place = folder.display().to_string();
    let io = |error: std::io::Error| Failure::io(&place, &error);
    match fs::read_dir(folder) {
        Ok(mut entries) => {
            let ours = folder.join(MARKER).is_file();
            if !ours && entries.next().is_some() {
                return Err(
                    Failure::usage(format!("{place} holds files that are not from `gonogo demo`"))
                        .hint("name another folder with --keep DIR")
                        .into(),
                );
            }
            for name in OWN {
                match fs::remove_file(folder.join(name)) {
                    Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(io(error).into()),
                    _ => {}
                }
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => fs::create_dir_all(folder).map_err(io)?,
        Err(error) => return Err(io(error).into()),
    }
    Ok(fs::write(folder.join(MARKER), MARKER_TEXT).map_err(io)?)
}

/// Compares, exactly as `gonogo compare` does from its own arguments.
fn judge(folder: &Path, ctx: &mut Ctx<'_>) -> anyhow::Result<u8> {
    let file = |name: &str| folder.join(name).into_os_string();
    let mut words = vec![
        "gonogo".into(),
        "compare".into(),
        file("pre.tar.gz"),
        file("post.tar.gz"),
        "--signoffs".into(),
        file(SIGNOFFS),
    ];
    for report in ["report.html", "report.md", "report.json"] {
        words.push("--output".into());
        words.push(file(report));
    }
    let Command::Compare(args) = Cli::try_parse_from(words).context("arguments of compare")?.command else {
        anyhow::bail!("`compare` was read as another command");
    };
    compare::run(&args, ctx)
}

/// An answer to every manual item of a DC/OS window, each said to be simulated.
///
/// # Errors
/// The tables of knowledge are broken.
pub fn simulated_signoffs() -> anyhow::Result<Vec<Signoff>> {
    let at = Utc::now().trunc_subsecs(0);
    let hop: HopOf = "1.10.8..1.11.3".parse().map_err(anyhow::Error::msg)?;
    let items = &super::judge::knowledge()?.signoffs;
    let asked = items.iter().filter(|item| item.product != Product::Mesos);
    Ok(asked
        .map(|item| {
            let (answer, note) = match item.edition {
                Some(Edition::Enterprise) => (Answer::NotApplicable, "simulated: the demo's cluster is Open Source"),
                _ => (Answer::Yes, "simulated: nobody looked, the demo has no nodes"),
            };
            Signoff {
                item: item.id.clone(),
                hop: hop.clone(),
                answer,
                who: "demo".to_owned(),
                at,
                note: Some(note.to_owned()),
                cluster: None,
            }
        })
        .collect())
}

/// What happens, in words.
fn narrate(scenario: Scenario, event: &Event<'_>, ctx: &mut Ctx<'_>) {
    match event {
        Event::Serving(places) => {
            ctx.say(&format!(
                "Scenario `{}`: a simulated DC/OS 1.10.8 cluster runs on this machine",
                scenario.as_str()
            ));
            ctx.say(&format!("  {}", serving(places)));
        }
        Event::Taken(phase, taken) => {
            ctx.say(&format!("  {}", took(*phase, taken)));
            for missing in &taken.missing {
                ctx.say(&format!("    missing: {missing}"));
            }
        }
        Event::Upgraded(planted, withheld) => {
            ctx.say("The maintenance window: every master and agent is upgraded to DC/OS 1.11.3");
            for one in *planted {
                ctx.say(&format!("  planted: {}", one.what));
            }
            for one in *withheld {
                ctx.say(&format!("  withheld: {one}"));
            }
        }
    }
}

fn serving(places: &Places) -> String {
    let first = |address: Option<&crate::demo::places::Address>| address.map(ToString::to_string).unwrap_or_default();
    format!(
        "3 masters (the first at {}), {} agents in 3 racks (2 of them public), two Marathons, Metronome, Exhibitor, ZooKeeper",
        first(places.masters.first().map(|place| &place.mesos)),
        places.agents.len(),
    )
}

fn took(phase: Phase, taken: &Taken) -> String {
    format!(
        "collected `{phase}`: {} of {} items in {:.1} s -> {}",
        taken.captured,
        taken.asked,
        taken.took.as_secs_f64(),
        taken.path.display()
    )
}

/// How this program was called, for commands to be repeated.
fn program() -> String {
    let called = std::env::args_os().next().unwrap_or_default();
    let called = PathBuf::from(called);
    let here = std::env::current_dir().ok();
    let short = here.and_then(|here| called.strip_prefix(here).ok().map(Path::to_owned));
    let shown = short.unwrap_or(called).display().to_string();
    if shown.contains('/') {
        shown
    } else {
        "gonogo".to_owned()
    }
}

/// Where the reports are, and what to try next.
fn closing(story: Story, folder: &Path, planted: &[Planted]) -> Vec<String> {
    let gonogo = program();
    let at = |name: &str| folder.join(name).display().to_string();
    let check = planted
        .first()
        .and_then(|one| one.finds.first())
        .map_or("tasks-lost", |find| find.check);
    let next = match story {
        Story::Clean => "regressed",
        Story::Regressed => "blind",
        Story::Blind => "clean",
    };
    let commands = [
        (
            format!(
                "{gonogo} check {} --target 1.11.3 --signoffs {}",
                at("pre.tar.gz"),
                at(SIGNOFFS)
            ),
            "was the cluster ready for the window?",
        ),
        (
            format!(
                "{gonogo} compare {} {} --signoffs {}",
                at("pre.tar.gz"),
                at("post.tar.gz"),
                at(SIGNOFFS)
            ),
            "the same verdict again, from the archives alone",
        ),
        (
            format!("{gonogo} explain {check}"),
            "why a check exists, how to see it by hand, what to do",
        ),
        (format!("{gonogo} demo --scenario {next}"), "another story"),
    ];
    let width = commands
        .iter()
        .map(|(command, _)| command.chars().count())
        .max()
        .unwrap_or_default();
    let mut lines = vec![
        String::new(),
        format!("Open {} in a browser. Try next:", at("report.html")),
    ];
    lines.extend(commands.map(|(command, why)| format!("  {command:width$}  {why}")));
    lines
}
