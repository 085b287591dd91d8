//! `gonogo compare`: two archives of one cluster, what changed, the verdict. Reads both at the same time.

use std::path::PathBuf;

use super::judge::{self, Found, JudgeArgs};
use super::{Ctx, Failure, load};
use crate::checks::{Context, Pair};
use crate::compare::compare;
use crate::facts::Facts;
use crate::model::{Verdict, Version};
use crate::report::Hop;

/// Arguments.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  gonogo compare pre.tar.gz post.tar.gz
  gonogo compare pre.tar.gz post.tar.gz -o window.html -o window.json
  gonogo compare pre.tar.gz post.tar.gz --format junit > gonogo.xml

Runs the checks of pairs, and those of single archives on POST. Works offline, from the archives alone; expiry of waivers
is judged by the time at which POST was finished.
Exit codes: 0 GO (also with warnings), 3 NO-GO, 4 GO WITH WARNINGS under --strict, 5 CANNOT SAY, 6 archive refused,
2 usage (also: same archive twice, swapped, two different clusters), 1 failure.")]
pub struct Args {
    /// The archive taken before the maintenance window
    #[arg(value_name = "PRE")]
    pub pre: PathBuf,
    /// The archive taken after it
    #[arg(value_name = "POST")]
    pub post: PathBuf,
    /// Version that was to be reached [default: the version of POST]
    #[arg(long, value_name = "VERSION", value_parser = judge::version)]
    pub target: Option<Version>,
    /// Marathon that was to be reached [default: the one that the target release of DC/OS ships]
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
    let prepared = args.judge.prepare(ctx, &[&args.pre, &args.post], true)?;
    let (pre, post) = (load::open(&args.pre)?, load::open(&args.post)?);
    if pre.digest() == post.digest() {
        return Err(Failure::usage(format!(
            "PRE and POST are the same archive (digest {}); expected one taken before the window and one taken after it",
            pre.digest()
        ))
        .into());
    }
    let (pre_name, post_name) = (pre.name.clone(), post.name.clone());
    let (before, after) = load::both((pre, &args.pre), (post, &args.post))?;
    let (facts_before, facts_after) = (Facts::new(&before), Facts::new(&after));
    let comparison = compare(&facts_before, &facts_after, prepared.knowledge)?;
    let to = args.target.clone().or_else(|| comparison.to.clone());
    let archives = [
        ("pre", pre_name.as_str(), &facts_before),
        ("post", post_name.as_str(), &facts_after),
    ];
    let moved = args.target.is_some() || comparison.from != comparison.to;
    let mut context = Context {
        facts: &facts_after,
        pair: Some(Pair {
            before: &facts_before,
            comparison: &comparison,
        }),
        target: to.clone(),
        target_marathon: args.target_marathon.clone(),
        signoffs: &[],
        policy: &prepared.policy,
        knowledge: prepared.knowledge,
    };
    let signoffs = judge::answered(&archives, context.hop(), moved, prepared.ground());
    context.signoffs = &signoffs;
    let found = Found {
        command: "compare",
        archives: &archives,
        shown: Hop {
            from: comparison.from.as_ref().map(ToString::to_string),
            to: to.as_ref().map(ToString::to_string),
        },
        hop: context.hop(),
        moved,
        results: judge::run_checks(&prepared.selected, &context),
        changes: comparison.changes.clone(),
        ledger: comparison.ledger.clone(),
        workloads: comparison.workloads.clone(),
        not_compared: &comparison.unknown,
    };
    let report = judge::conclude(found, prepared.ground())?;
    judge::deliver(&report, &prepared.plan, &prepared.catalogue, ctx)
}
