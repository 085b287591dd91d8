//! `gonogo check`: one archive, the verdict. Reads nothing but the archive and the files named.

use std::path::PathBuf;

use super::judge::{self, Found, JudgeArgs};
use super::{Ctx, load};
use crate::checks::Context;
use crate::facts::Facts;
use crate::model::{Verdict, Version};
use crate::report::Hop;

/// Arguments.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  gonogo check pre.tar.gz --target 1.11.3
  gonogo check pre.tar.gz --target 1.11.3 -o readiness.html -o readiness.json
  gonogo check pre.tar.gz --target 1.7.3 --target-marathon 1.8.244
  gonogo check pre.tar.gz --waivers waivers.toml --strict
  gonogo check pre.tar.gz --format json | jq -r .verdict

Works offline, from the archive alone. Age of evidence and expiry of waivers are judged by the time at which the archive
was finished, not by the clock of this machine: the same archive gives the same verdict whenever it is computed.
Exit codes: 0 GO (also with warnings), 3 NO-GO, 4 GO WITH WARNINGS under --strict, 5 CANNOT SAY, 6 archive refused,
2 usage, 1 failure.")]
pub struct Args {
    /// The archive: tar.gz, zip or folder
    #[arg(value_name = "ARCHIVE")]
    pub archive: PathBuf,
    /// Version that the maintenance window is to reach
    #[arg(long, value_name = "VERSION", value_parser = judge::version)]
    pub target: Option<Version>,
    /// Marathon that is to be reached [default: the one that the target release of DC/OS ships]
    #[arg(long, value_name = "VERSION", value_parser = judge::version)]
    pub target_marathon: Option<Version>,
    /// What both commands have in common.
    #[command(flatten)]
    pub judge: JudgeArgs,
}

/// Runs the command.
pub fn run(args: &Args, ctx: &mut Ctx<'_>) -> anyhow::Result<u8> {
    let ended = judge(args, ctx);
    args.judge.code(ended, ctx)
}

fn judge(args: &Args, ctx: &mut Ctx<'_>) -> anyhow::Result<Verdict> {
    let prepared = args.judge.prepare(ctx, &[&args.archive], false)?;
    let opened = load::open(&args.archive)?;
    let name = opened.name.clone();
    let snapshot = opened.snapshot(&args.archive)?;
    let facts = Facts::new(&snapshot);
    let archives = [("only", name.as_str(), &facts)];
    let moved = args.target.is_some();
    let mut context = Context {
        facts: &facts,
        pair: None,
        target: args.target.clone(),
        target_marathon: args.target_marathon.clone(),
        signoffs: &[],
        policy: &prepared.policy,
        knowledge: prepared.knowledge,
    };
    let signoffs = judge::answered(&archives, context.hop(), moved, prepared.ground());
    context.signoffs = &signoffs;
    let found = Found {
        command: "check",
        archives: &archives,
        shown: Hop {
            from: facts.running_version().map(|version| version.to_string()),
            to: args.target.as_ref().map(ToString::to_string),
        },
        hop: context.hop(),
        moved,
        results: judge::run_checks(&prepared.selected, &context),
        changes: Vec::new(),
        ledger: Vec::new(),
        workloads: Vec::new(),
        not_compared: &[],
    };
    let report = judge::conclude(found, prepared.ground())?;
    judge::deliver(&report, &prepared.plan, &prepared.catalogue, ctx)
}
