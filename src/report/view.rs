//! The view: what people are shown of a report, in the order in which they read it. Terminal, Markdown and HTML all show this.
//!
//! Every text in a view is harmless (`safe::sanitized`) and of limited length, every table of limited rows, and what is left
//! out is counted. A view decides nothing: verdict, statuses and words are those of the report.

pub mod apps;
pub mod changes;
pub mod config;
pub mod headline;
pub mod ledger;
pub mod results;
pub mod signoffs;

use std::fmt::Write as _;

use serde::Serialize;

use super::safe::{limited, sanitized, sanitized_lines};
use super::words::Catalogue;
use super::{ArchiveRef, Coverage, Report};
use crate::model::policy::Loss;
use crate::model::{OpenSignoffs, Outcome};

pub use changes::{ChangeGroup, ChangeView};
pub use headline::{Headline, Reason};
pub use results::{AreaView, Count, FindingView, ResultView};
pub use signoffs::{RequirementView, RequirementsView, SignoffView, SignoffsView};

/// Everything a renderer for people shows.
#[derive(Debug, Clone, Serialize)]
pub struct View {
    /// Verdict, why, and what to do.
    pub headline: Headline,
    /// `check` or `compare`.
    pub command: String,
    /// "1.10.8 → 1.11.3", "1.10.8", "not known".
    pub hop: String,
    /// The archives.
    pub archives: Vec<ArchiveView>,
    /// What was asked and what arrived.
    pub coverage: CoverageView,
    /// Results by status, worst first; zero counts left out.
    pub counts: Vec<Count>,
    /// Number of results.
    pub checks: usize,
    /// Results, worst first, for lists.
    pub results: Vec<ResultView>,
    /// The same results by area, for documents: positions in `results`.
    pub areas: Vec<AreaView>,
    /// Changes by expectation, unexpected first; empty for `check`.
    pub changes: Vec<ChangeGroup>,
    /// What the hop should have changed by itself; empty for `check`.
    pub ledger: ledger::LedgerTable,
    /// Apps and pods of each Marathon, before and after; empty for `check`.
    pub workloads: Vec<apps::AppsTable>,
    /// config.yaml before and for the target.
    pub config: Option<config::ConfigTable>,
    /// What keeps a GO from being a plain one.
    pub remarks: Vec<String>,
    /// Waivers.
    pub waivers: Vec<WaiverView>,
    /// Sign-offs.
    pub signoffs: SignoffsView,
    /// Requirements.
    pub requirements: RequirementsView,
    /// Policy: what it is about, and its value.
    pub policy: Vec<(String, String)>,
    /// Digest of the set of rules.
    pub rules: String,
    /// Revision of the knowledge base; empty when none was used.
    pub knowledge: String,
    /// Program and version.
    pub tool: String,
    /// Format of the JSON report.
    pub format: String,
}

/// One archive.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs, reason = "the names are those of `ArchiveRef`")]
pub struct ArchiveView {
    pub role: String,
    pub name: String,
    pub digest: String,
    pub phase: String,
    pub collected_at: String,
    pub made_by: String,
    pub tool: String,
    /// Reason, ticket and operator, where stated: label and value.
    pub stated: Vec<(String, String)>,
    pub insecure: bool,
}

/// What was asked and what arrived.
#[derive(Debug, Clone, Serialize)]
pub struct CoverageView {
    /// Items asked for.
    pub asked: u64,
    /// Items captured.
    pub captured: u64,
    /// Items that the cluster itself says it does not have.
    pub not_there: u64,
    /// Items that should have arrived and did not.
    pub lost: u64,
    /// "118 of 120 items seen …".
    pub sentence: String,
    /// Those that should have arrived.
    pub missing: Vec<MissingView>,
    /// How many of those are not listed.
    pub more: u64,
}

/// One item that did not arrive.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs, reason = "the names are those of `Missing`")]
pub struct MissingView {
    pub role: String,
    pub item: String,
    pub outcome: String,
    pub reason: String,
    pub required: bool,
}

/// One waiver.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs, reason = "the names are those of `AppliedWaiver`")]
pub struct WaiverView {
    pub id: String,
    pub check: String,
    pub scope: String,
    pub reason: String,
    pub owner: String,
    pub expires: String,
    pub state: String,
    pub findings: usize,
}

/// Harmless, one line, of limited length.
pub(crate) fn clean(text: &str) -> String {
    sanitized(&limited(text))
}

/// Harmless, lines kept, of limited length.
pub(crate) fn clean_lines(text: &str) -> String {
    sanitized_lines(&limited(text.trim()))
}

/// "1 finding", "3 findings".
pub(crate) fn counted(count: usize, one: &str) -> String {
    if count == 1 {
        format!("1 {one}")
    } else {
        format!("{count} {one}s")
    }
}

/// The first few of some names, and how many more there are.
pub(crate) fn few<'a>(names: impl IntoIterator<Item = &'a str>, shown: usize) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    let mut text = names.iter().take(shown).copied().collect::<Vec<_>>().join(", ");
    if names.len() > shown {
        let _ = write!(text, " and {} more", names.len() - shown);
    }
    text
}

/// Rows that may still be listed, over all tables of a report: a report of a hundred thousand findings must stay readable.
#[derive(Debug)]
pub(crate) struct Budget {
    bytes: usize,
}

impl Budget {
    /// Bytes of listed text per report; tables of a cluster that is not hostile never reach it.
    const REPORT: usize = 4 * 1024 * 1024;

    fn new() -> Self {
        Self { bytes: Self::REPORT }
    }

    /// As many rows as fit into the row limit and into what is left, and the number of the others.
    pub(crate) fn take<T, R>(&mut self, items: &[T], row: impl Fn(&T) -> (R, usize)) -> (Vec<R>, usize) {
        let mut rows = Vec::new();
        for item in items.iter().take(super::safe::ROW_LIMIT) {
            let (made, size) = row(item);
            if size > self.bytes {
                self.bytes = 0;
                break;
            }
            self.bytes -= size;
            rows.push(made);
        }
        let more = items.len() - rows.len();
        (rows, more)
    }
}

/// Builds the view of a report.
pub fn of(report: &Report, catalogue: &Catalogue) -> View {
    let mut budget = Budget::new();
    let results = results::of(report, catalogue, &mut budget);
    let changes = changes::of(&report.changes, &mut budget);
    let workloads = apps::of(&report.workloads, &mut budget);
    let ledger = ledger::of(&report.ledger, &mut budget);
    let config = report.config.as_ref().map(|diff| config::of(diff, &mut budget));
    let signoffs = signoffs::of(report, &mut budget);
    let requirements = signoffs::requirements(&report.requirements, &mut budget);
    View {
        headline: headline::of(report, &results),
        command: clean(&report.command),
        hop: hop(report),
        archives: report.archives.iter().map(archive).collect(),
        coverage: coverage(&report.coverage, &mut budget),
        counts: results::counts(&results),
        checks: results.len(),
        areas: results::areas(&results),
        results,
        changes,
        ledger,
        workloads,
        config,
        remarks: report.remarks.iter().map(|remark| clean(remark)).collect(),
        waivers: report
            .waivers
            .iter()
            .map(|applied| WaiverView {
                id: clean(&applied.id),
                check: clean(&applied.waiver.check),
                scope: clean(applied.waiver.scope.as_deref().unwrap_or("every finding")),
                reason: clean(&applied.waiver.reason),
                owner: clean(&applied.waiver.owner),
                expires: applied.waiver.expires.to_string(),
                state: applied.state.as_str().to_owned(),
                findings: applied.findings,
            })
            .collect(),
        signoffs,
        requirements,
        policy: policy(report),
        rules: clean(&report.rules.digest),
        knowledge: clean(&report.knowledge.revision),
        tool: clean(&format!("{} {}", report.tool.name, report.tool.version)),
        format: clean(&report.format),
    }
}

fn hop(report: &Report) -> String {
    match (&report.hop.from, &report.hop.to) {
        (Some(from), Some(to)) => clean(&format!("{from} → {to}")),
        (Some(from), None) => clean(&format!("{from} (no target stated)")),
        (None, Some(to)) => clean(&format!("version not known → {to}")),
        (None, None) => "versions not known".to_owned(),
    }
}

fn archive(archive: &ArchiveRef) -> ArchiveView {
    let stated = [
        ("Reason", &archive.reason),
        ("Ticket", &archive.ticket),
        ("Operator", &archive.operator),
    ];
    ArchiveView {
        role: clean(&archive.role),
        name: clean(&archive.name),
        digest: clean(&archive.digest),
        phase: archive.phase.to_string(),
        collected_at: archive.collected_at.format("%Y-%m-%d %H:%M:%S UTC").to_string(),
        made_by: clean(&archive.made_by),
        tool: clean(&archive.tool),
        stated: stated
            .into_iter()
            .filter_map(|(label, value)| Some((label.to_owned(), clean(value.as_deref()?))))
            .collect(),
        insecure: archive.insecure,
    }
}

fn coverage(coverage: &Coverage, budget: &mut Budget) -> CoverageView {
    let absent = Outcome::NotApplicable.as_str();
    let lost: Vec<_> = coverage.missing.iter().filter(|item| item.outcome != absent).collect();
    let not_there = (coverage.missing.len() - lost.len()) as u64;
    let mut sentence = format!("{} of {} items seen", coverage.captured, coverage.asked);
    if !lost.is_empty() {
        let _ = write!(sentence, ", {} missing", lost.len());
    }
    if not_there > 0 {
        let _ = write!(sentence, ", {not_there} that this cluster does not have");
    }
    let count = lost.len() as u64;
    let (missing, more) = budget.take(&lost, |item| {
        let row = MissingView {
            role: clean(&item.role),
            item: clean(&item.item),
            outcome: clean(&item.outcome),
            reason: clean(&item.reason),
            required: item.required,
        };
        let size = row.item.len() + row.reason.len() + 64;
        (row, size)
    });
    CoverageView {
        asked: coverage.asked,
        captured: coverage.captured,
        not_there,
        lost: count,
        sentence,
        missing,
        more: more as u64,
    }
}

fn policy(report: &Report) -> Vec<(String, String)> {
    let policy = &report.policy;
    let agents = policy
        .agents_missing_one_in
        .map_or_else(|| "none".to_owned(), |many| format!("one in {many}"));
    let unknown = if policy.unknown_blocks {
        "gives CANNOT SAY"
    } else {
        "is a warning"
    };
    let open = match policy.open_signoffs {
        OpenSignoffs::Block => "give CANNOT SAY",
        OpenSignoffs::Warn => "are a warning",
    };
    let mut rows = vec![
        ("Agents that may be missing after the window".to_owned(), agents),
        (
            "Evidence is doubtful when older than".to_owned(),
            format!("{} hours at the end of the run", policy.max_evidence_age_hours),
        ),
        (
            "Backups are too old when taken earlier than".to_owned(),
            format!("{} hours before the end of the run", policy.max_backup_age_hours),
        ),
        (
            "Znodes of a backup may differ from the running ensemble's by".to_owned(),
            format!("{} %", policy.backup_znodes_percent),
        ),
        ("Missing evidence of a blocking check".to_owned(), unknown.to_owned()),
        ("Open blocking sign-offs".to_owned(), open.to_owned()),
    ];
    if let Some(loss) = policy.survive {
        let loss = match loss {
            Loss::Agent => "any single agent",
            Loss::Rack => "any single agent, and any rack",
        };
        rows.push(("Constraints are to leave room without".to_owned(), loss.to_owned()));
    }
    rows
}
