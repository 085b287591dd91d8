//! What `check` and `compare` have in common: choose checks, run them, apply waivers, assemble the report, deliver it.

use std::path::{Path, PathBuf};

use super::output::{OutputArgs, Plan};
use super::select::{Selected, Selection};
use super::{Ctx, Failure, config, exit, signoffs, waivers};
use crate::checks::{self, Check, Context};
use crate::facts::Facts;
use crate::facts::config::Files;
use crate::facts::hop::{Hop, NoHop};
use crate::knowledge::Knowledge;
use crate::model::{
    AppliedSignoff, Change, CheckMeta, CheckResult, LedgerEntry, Line, Manifest, MarathonWorkloads, Policy, Verdict,
    Version, Waiver, Why,
};
use crate::report::Report;
use crate::report::assemble::{Parts, Side, assemble};
use crate::report::words::Catalogue;
use crate::verdict::signoffs::{Asked, apply};
use crate::verdict::{Basis, decide};
use crate::workbook::answers::{Run, answers};

/// Arguments of both commands.
#[derive(Debug, Clone, clap::Args)]
pub struct JudgeArgs {
    /// Where reports go.
    #[command(flatten)]
    pub output: OutputArgs,
    /// Waivers: findings that do not stop the window, with owner, reason and last day
    #[arg(long, value_name = "FILE")]
    pub waivers: Option<PathBuf>,
    /// Sign-offs beside those in the archives: answers to manual items, as `gonogo signoff` writes them
    #[arg(long, value_name = "FILE")]
    pub signoffs: Option<PathBuf>,
    /// Which checks run.
    #[command(flatten)]
    pub selection: Selection,
    /// End with 4, not 0, on GO WITH WARNINGS
    #[arg(long)]
    pub strict: bool,
    /// Meaning of the exit code: gonogo (see --help of gonogo), or check (DC/OS checks: 0 ok, 1 warning, 2 critical, 3 unknown)
    #[arg(long, value_enum, default_value_t, hide_possible_values = true, value_name = "STYLE")]
    pub exit_style: ExitStyle,
}

/// Meaning of the exit code.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum ExitStyle {
    /// 0 GO, 3 NO-GO, 4 warnings under --strict, 5 CANNOT SAY
    #[default]
    Gonogo,
    /// 0 ok, 1 warning, 2 critical, 3 unknown
    Check,
}

/// Everything that can be wrong with the arguments, found out before an archive is read.
pub struct Prepared {
    /// Where reports go.
    pub plan: Plan,
    /// Which checks run.
    pub selected: Selected,
    /// Waivers as written.
    pub waivers: Vec<Waiver>,
    /// Sign-offs of `--signoffs`.
    pub signoffs: Option<signoffs::Overlay>,
    /// Thresholds.
    pub policy: Policy,
    /// What the checks say about themselves.
    pub catalogue: Catalogue,
    /// What the documents say.
    pub knowledge: &'static Knowledge,
}

impl JudgeArgs {
    /// Reads the small files and checks the arguments.
    pub fn prepare(&self, ctx: &Ctx<'_>, inputs: &[&Path], pair: bool) -> anyhow::Result<Prepared> {
        Ok(Prepared {
            selected: self.selection.apply(pair)?,
            waivers: self
                .waivers
                .as_deref()
                .map(waivers::read)
                .transpose()?
                .unwrap_or_default(),
            signoffs: self.signoffs.as_deref().map(signoffs::overlay).transpose()?,
            policy: config::policy(ctx.config.as_deref())?,
            plan: self.output.plan(ctx, inputs)?,
            catalogue: catalogue(),
            knowledge: knowledge_of(ctx)?,
        })
    }

    /// The exit code of what the command ended with. Under `--exit-style check` an error is told here and is 3: none of the others may mean it.
    pub fn code(&self, ended: anyhow::Result<Verdict>, ctx: &mut Ctx<'_>) -> anyhow::Result<u8> {
        match (self.exit_style, ended) {
            (ExitStyle::Gonogo, ended) => Ok(exit::of_verdict(ended?, self.strict)),
            (ExitStyle::Check, Ok(verdict)) => Ok(exit::of_verdict_as_check(verdict)),
            (ExitStyle::Check, Err(error)) => {
                let _ = writeln!(ctx.err, "{}", super::failure::message(&error));
                Ok(exit::CHECK_UNKNOWN)
            }
        }
    }
}

/// What the documents say, as compiled into the program.
pub fn knowledge() -> anyhow::Result<&'static Knowledge> {
    Knowledge::builtin().map_err(|error| {
        Failure::new(
            exit::FAILURE,
            format!("a table of knowledge compiled into gonogo is broken ({error}); please report this"),
        )
        .into()
    })
}

/// What the documents say, with the site's own file where one is named (`--knowledge`, else `[knowledge] file`).
///
/// # Errors
/// The file cannot be read, or every problem inside it, with its lines.
pub fn knowledge_of(ctx: &Ctx<'_>) -> anyhow::Result<&'static Knowledge> {
    let builtin = knowledge()?;
    let file = match &ctx.knowledge {
        Some(file) => Some(file.clone()),
        None => config::knowledge_file(ctx.config.as_deref())?,
    };
    let Some(file) = file else { return Ok(builtin) };
    let name = file.display().to_string();
    let text = std::fs::read_to_string(&file).map_err(|error| {
        Failure::usage(format!("{name}: {error}"))
            .hint("--knowledge (or [knowledge] file in gonogo.toml) must name a readable file")
    })?;
    let with = builtin.with_site(&name, &text).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(|problem| format!("{name}:{problem}")).collect();
        Failure::usage(format!("the site's knowledge cannot be used:\n{}", lines.join("\n")))
    })?;
    // Once in a run of the program, and needed until it ends.
    Ok(Box::leak(Box::new(with)))
}

/// What a report must say about the site's own file; empty without one.
pub fn site_remarks(knowledge: &Knowledge) -> Vec<String> {
    let Some(site) = &knowledge.site else { return Vec::new() };
    let mut remarks = vec![format!(
        "the site's own knowledge was used: {} (sha256 {}), {} statements added, {} replaced",
        site.file,
        site.digest,
        site.adds.len(),
        site.replaces.len()
    )];
    let said = |what: &str, statements: &[String]| -> Vec<String> {
        statements
            .iter()
            .map(|one| format!("the site's file {what} {one}"))
            .collect()
    };
    remarks.extend(said("adds", &site.adds));
    remarks.extend(said("replaces", &site.replaces));
    remarks
}

/// What the checks of this program say about themselves.
pub fn catalogue() -> Catalogue {
    Catalogue::new(checks::all().into_iter().map(checks::Check::meta))
}

/// Runs the chosen checks; results in the order of the list, those left out in their places.
pub fn run_checks(selected: &Selected, context: &Context<'_>) -> Vec<CheckResult> {
    let mut results = checks::runner::run(&selected.run, context);
    results.extend(selected.left_out.iter().cloned());
    let order: Vec<&str> = checks::all().iter().map(|check| check.meta().id).collect();
    results.sort_by_key(|result| order.iter().position(|id| *id == result.check));
    results
}

/// What was found out, before people's answers and the verdict.
pub struct Found<'a> {
    /// `check` or `compare`.
    pub command: &'a str,
    /// Role, file name and facts of every archive, in order.
    pub archives: &'a [(&'a str, &'a str, &'a Facts<'a>)],
    /// Versions as the report shows them.
    pub shown: crate::report::Hop,
    /// The hop.
    pub hop: Result<Hop, NoHop>,
    /// Whether a hop is judged: a target was stated, or versions moved between the archives.
    pub moved: bool,
    /// Results, waivers not yet applied.
    pub results: Vec<CheckResult>,
    /// Differences.
    pub changes: Vec<Change>,
    /// What the hop changes by itself, and whether it was seen.
    pub ledger: Vec<LedgerEntry>,
    /// Apps and pods of each Marathon; empty for `check`.
    pub workloads: Vec<MarathonWorkloads>,
    /// Parts that could not be compared.
    pub not_compared: &'a [(String, Why)],
}

/// What a judgement rests on beside the archives.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    /// Waivers as written.
    pub waivers: &'a [Waiver],
    /// Sign-offs of `--signoffs`.
    pub signoffs: Option<&'a signoffs::Overlay>,
    /// Thresholds.
    pub policy: &'a Policy,
    /// What the checks say about themselves.
    pub catalogue: &'a Catalogue,
    /// What the documents say.
    pub knowledge: &'static Knowledge,
}

impl Prepared {
    /// What a judgement rests on beside the archives.
    pub fn ground(&self) -> Ground<'_> {
        Ground {
            waivers: &self.waivers,
            signoffs: self.signoffs.as_ref(),
            policy: &self.policy,
            catalogue: &self.catalogue,
            knowledge: self.knowledge,
        }
    }
}

/// What became of the items that people answer for a hop; for checks that ask less where somebody signed.
pub fn answered(
    archives: &[(&str, &str, &Facts<'_>)],
    hop: Result<Hop, NoHop>,
    moved: bool,
    ground: Ground<'_>,
) -> Vec<AppliedSignoff> {
    let (Some((_, _, first)), Some((_, _, last))) = (archives.first(), archives.last()) else {
        return Vec::new();
    };
    let asked = Asked::of(first, last, hop, moved);
    apply(&asked, &signoffs::given(archives, ground.signoffs), ground.knowledge)
}

/// Applies waivers and sign-offs and assembles the report.
pub fn conclude(found: Found<'_>, prepared: Ground<'_>) -> anyhow::Result<Report> {
    let (Some((_, _, first)), Some((_, _, last))) = (found.archives.first(), found.archives.last()) else {
        anyhow::bail!("no archive was judged");
    };
    let mut results = found.results;
    let judged_at = last.snapshot.origin.manifest.finished_at;
    let waivers = crate::verdict::waivers::apply(&mut results, prepared.waivers, judged_at);
    let line = found.hop.as_ref().ok().map(|hop| Line::from(&hop.to));
    let before = (found.archives.len() > 1).then_some(*first);
    let config = Files::of(before, last).side_by_side(&prepared.knowledge.config, line);
    let asked = Asked::of(first, last, found.hop, found.moved);
    let given = signoffs::given(found.archives, prepared.signoffs);
    let signoffs = apply(&asked, &given, prepared.knowledge);
    let manifests: Vec<&Manifest> = found
        .archives
        .iter()
        .map(|(_, _, facts)| &facts.snapshot.origin.manifest)
        .collect();
    let metas: Vec<&'static CheckMeta> = checks::all().into_iter().map(Check::meta).collect();
    let every: Vec<&Facts<'_>> = found.archives.iter().map(|(_, _, facts)| *facts).collect();
    let unknown_tables = crate::workbook::build::unknown(&every);
    let requirements = answers(&Run {
        knowledge: prepared.knowledge,
        checks: &metas,
        kind: asked.kind,
        edition: asked.edition,
        hop: asked.hop.as_ref(),
        after: asked.after,
        results: &results,
        signoffs: &signoffs,
        archives: &manifests,
        unknown_tables: &unknown_tables,
    });
    let sides: Vec<Side<'_>> = found
        .archives
        .iter()
        .map(|(role, name, facts)| Side {
            role,
            name,
            digest: &facts.snapshot.origin.digest,
            manifest: &facts.snapshot.origin.manifest,
        })
        .collect();
    let mut report = assemble(Parts {
        command: found.command,
        archives: &sides,
        hop: found.shown,
        results,
        changes: found.changes,
        ledger: found.ledger,
        not_compared: found.not_compared,
        waivers,
        signoffs,
        requirements,
        policy: prepared.policy.clone(),
        knowledge: prepared.knowledge.revision().to_owned(),
        catalogue: prepared.catalogue,
    });
    report.config = config;
    report.workloads = found.workloads;
    report.remarks.extend(site_remarks(prepared.knowledge));
    // A remark keeps a GO from being a plain one: the verdict must follow from everything that the report says.
    report.verdict = decide(&Basis {
        results: &report.results,
        changes: &report.changes,
        waivers: &report.waivers,
        signoffs: &report.signoffs,
        remarks: &report.remarks,
        policy: &report.policy,
    });
    Ok(report)
}

/// Gives the report to whoever asked, and the verdict back.
pub fn deliver(
    report: &Report,
    prepared_plan: &Plan,
    catalogue: &Catalogue,
    ctx: &mut Ctx<'_>,
) -> anyhow::Result<Verdict> {
    prepared_plan.deliver(report, catalogue, ctx)?;
    Ok(report.verdict)
}

/// A version given on the command line.
pub fn version(text: &str) -> Result<Version, String> {
    text.parse::<Version>().map_err(|error| error.to_string())
}
