//! The headline: the verdict, one paragraph why, the results that decided it, and what to do next.

use serde::Serialize;

use super::results::{ResultView, shown};
use super::{clean, counted, few};
use crate::model::{
    AppliedSignoff, CheckResult, Expectation, OpenSignoffs, Severity, SignoffState, Status, Verdict, WaiverState,
};
use crate::report::Report;
use crate::verdict::{open_question, stands};

/// The first thing anybody reads.
#[derive(Debug, Clone, Serialize)]
pub struct Headline {
    /// `GO`, `GO WITH WARNINGS`, `NO-GO`, `CANNOT SAY`.
    pub verdict: String,
    /// Name for styles: `go`, `warnings`, `no-go`, `cannot-say`.
    pub class: &'static str,
    /// What this verdict means, in general.
    pub meaning: &'static str,
    /// Why it is this one: sentences that make one paragraph.
    pub why: String,
    /// The results that decided, worst first.
    pub reasons: Vec<Reason>,
    /// How many more there are.
    pub more: usize,
    /// What to do.
    pub next: &'static str,
}

/// One result that decided.
#[derive(Debug, Clone, Serialize)]
pub struct Reason {
    /// Id of the check.
    pub check: String,
    /// As `ResultView::class`.
    pub class: &'static str,
    /// As `ResultView::label`.
    pub label: String,
    /// Its position in `View::results`.
    pub at: Option<usize>,
    /// The first finding and how many more, or why it is unknown.
    pub text: String,
}

/// Reasons listed under the verdict.
const REASONS: usize = 8;

/// Builds the headline.
pub fn of(report: &Report, results: &[ResultView]) -> Headline {
    let by_people = decided_by_people(report);
    let (class, meaning) = match report.verdict {
        Verdict::NoGo if by_people => ("no-go", "A blocking sign-off was answered with no."),
        Verdict::CannotSay if by_people => (
            "cannot-say",
            "The checks are done; items that only people can answer are not: this is neither GO nor NO-GO.",
        ),
        Verdict::Go => ("go", "Every blocking check that applies saw its evidence and passed."),
        Verdict::GoWithWarnings => ("warnings", "No blocking finding stands; something needs a look."),
        Verdict::NoGo => ("no-go", "At least one blocking finding stands."),
        Verdict::CannotSay => (
            "cannot-say",
            "Evidence is missing for at least one blocking check: this is neither GO nor NO-GO.",
        ),
    };
    let deciding: Vec<&CheckResult> = deciding(report);
    let signed = deciding_signoffs(report);
    let mut reasons: Vec<Reason> = deciding.iter().map(|result| reason(result, results)).collect();
    reasons.extend(signed.iter().map(|row| of_signoff(row)));
    reasons.truncate(REASONS);
    Headline {
        verdict: report.verdict.to_string(),
        class,
        meaning,
        why: why(report),
        more: deciding.len() + signed.len() - reasons.len(),
        reasons,
        next: next(report),
    }
}

/// What to do, before a window (`check`) and after it (`compare`).
fn next(report: &Report) -> &'static str {
    let after = report.command == "compare";
    if decided_by_people(report) {
        match (report.verdict, after) {
            (Verdict::CannotSay, false) => {
                return "Do not start. Answer the open items with `gonogo signoff` (the command stands below), then check again \
                        with --signoffs gonogo-signoffs.toml.";
            }
            (Verdict::CannotSay, true) => {
                return "Do not close the window. Answer the open items with `gonogo signoff` (the command stands below), then \
                        compare again with --signoffs gonogo-signoffs.toml.";
            }
            (Verdict::NoGo, _) => {
                return "Do not go on. Mend what was answered with no, answer it again with `gonogo signoff`, and judge again.";
            }
            _ => {}
        }
    }
    match (report.verdict, after) {
        (Verdict::Go, false) => "Go ahead. Keep this report and its archive with the ticket.",
        (Verdict::Go, true) => "The window may be closed. Keep this report and its archives with the ticket.",
        (Verdict::GoWithWarnings, false) => "Read the warnings and decide; then go ahead.",
        (Verdict::GoWithWarnings, true) => "Read the warnings and decide; then the window may be closed.",
        (Verdict::NoGo, false) => "Do not start. Fix what the blocking checks name, collect again, and check again.",
        (Verdict::NoGo, true) => {
            "Do not close the window. Fix what the blocking checks name, collect again, and compare again."
        }
        (Verdict::CannotSay, false) => {
            "Do not start. Get the evidence that is missing, collect again, and check again."
        }
        (Verdict::CannotSay, true) => {
            "Do not close the window. Get the evidence that is missing, collect again, and compare again."
        }
    }
}

/// Whether the verdict is worse than the checks alone would have it.
fn decided_by_people(report: &Report) -> bool {
    let without = crate::verdict::decide(&crate::verdict::Basis {
        results: &report.results,
        changes: &report.changes,
        waivers: &report.waivers,
        signoffs: &[],
        remarks: &report.remarks,
        policy: &report.policy,
    });
    crate::verdict::rank(report.verdict) > crate::verdict::rank(without)
}

/// The sign-offs that made the verdict what it is, worst first.
fn deciding_signoffs(report: &Report) -> Vec<&AppliedSignoff> {
    let of = |state: SignoffState, blocking: bool| {
        let rows = report.signoffs.iter();
        rows.filter(move |row| row.state == state && row.blocking == blocking)
    };
    let refused: Vec<_> = of(SignoffState::Refused, true).collect();
    let open: Vec<_> = [SignoffState::Unknown, SignoffState::Doubtful, SignoffState::Open]
        .into_iter()
        .flat_map(|state| of(state, true))
        .collect();
    match report.verdict {
        Verdict::Go => Vec::new(),
        Verdict::NoGo => refused,
        Verdict::CannotSay => open,
        Verdict::GoWithWarnings => report
            .signoffs
            .iter()
            .filter(|row| row.state.counts() && row.state != SignoffState::Answered)
            .collect(),
    }
}

fn of_signoff(row: &AppliedSignoff) -> Reason {
    let shown = super::signoffs::one(row);
    let text = row.why.clone().unwrap_or_else(|| row.text.clone());
    Reason {
        check: shown.item,
        class: shown.class,
        label: shown.label.to_owned(),
        at: None,
        text: clean(&text),
    }
}

/// The results that made the verdict what it is, worst first.
fn deciding(report: &Report) -> Vec<&CheckResult> {
    let blocker = |result: &&&CheckResult| result.severity == Severity::Blocker;
    let all: Vec<&CheckResult> = report.results.iter().collect();
    let standing: Vec<&CheckResult> = all.iter().filter(blocker).filter(|r| stands(r)).copied().collect();
    let open: Vec<&CheckResult> = all
        .iter()
        .filter(blocker)
        .filter(|r| open_question(r) && !stands(r))
        .copied()
        .collect();
    match report.verdict {
        Verdict::Go => Vec::new(),
        Verdict::NoGo => [standing, open].concat(),
        Verdict::CannotSay => open,
        Verdict::GoWithWarnings => all
            .into_iter()
            .filter(|r| !r.findings.is_empty() || open_question(r))
            .collect(),
    }
}

fn reason(result: &CheckResult, results: &[ResultView]) -> Reason {
    let (class, label) = shown(result);
    let open = result.findings.iter().find(|finding| finding.waived_by.is_none());
    let text = match (open.or(result.findings.first()), &result.reason) {
        (_, Some(reason)) if class == "unknown" => reason.clone(),
        (Some(finding), _) => match result.findings.len() - 1 {
            0 => finding.summary.clone(),
            more => format!("{} (and {more} more)", finding.summary),
        },
        (None, Some(reason)) => reason.clone(),
        (None, None) => result.title.clone(),
    };
    let check = clean(&result.check);
    Reason {
        class,
        label,
        at: results.iter().position(|shown| shown.check == check),
        text: clean(&text),
        check,
    }
}

/// Checks named in a sentence; the rest is counted.
const NAMED: usize = 5;

fn why(report: &Report) -> String {
    let results = || report.results.iter();
    let blockers = || results().filter(|result| result.severity == Severity::Blocker);
    let names = |list: &[&CheckResult]| few(list.iter().map(|result| result.check.as_str()), NAMED);
    let mut sentences = Vec::new();
    let standing: Vec<&CheckResult> = blockers().filter(|result| stands(result)).collect();
    if !standing.is_empty() {
        let findings: usize = standing
            .iter()
            .map(|result| {
                result
                    .findings
                    .iter()
                    .filter(|finding| finding.waived_by.is_none())
                    .count()
            })
            .sum();
        sentences.push(format!(
            "{} on {} {}: {}.",
            counted(findings, "blocking finding"),
            counted(standing.len(), "check"),
            if findings == 1 { "stands" } else { "stand" },
            names(&standing)
        ));
    }
    let left_out: Vec<&CheckResult> = blockers().filter(|result| result.left_out).collect();
    let unjudged: Vec<&CheckResult> = blockers()
        .filter(|result| open_question(result) && !result.left_out)
        .collect();
    if !unjudged.is_empty() {
        sentences.push(format!(
            "{} could not judge everything, because evidence is missing: {}.",
            counted(unjudged.len(), "blocking check"),
            names(&unjudged)
        ));
    }
    if !left_out.is_empty() {
        sentences.push(format!(
            "{} left out by choice: {}.",
            if left_out.len() == 1 {
                "1 blocking check was".to_owned()
            } else {
                format!("{} blocking checks were", left_out.len())
            },
            names(&left_out)
        ));
    }
    sentences.extend(of_people(report));
    let passed = blockers()
        .filter(|result| result.status == Status::Pass && !open_question(result))
        .count();
    let skipped = blockers()
        .filter(|result| result.status == Status::Skipped && !result.left_out)
        .count();
    if standing.is_empty() && unjudged.is_empty() && passed == 0 {
        sentences.push("No blocking check judged anything.".to_owned());
    }
    if matches!(report.verdict, Verdict::Go | Verdict::GoWithWarnings) {
        let rest = match skipped {
            0 => String::new(),
            1 => "; 1 does not apply here".to_owned(),
            many => format!("; {many} do not apply here"),
        };
        sentences.push(format!("{} passed{rest}.", counted(passed, "blocking check")));
        sentences.extend(warnings(report));
    }
    clean(&sentences.join(" "))
}

/// What blocking sign-offs say, one sentence for each state.
fn of_people(report: &Report) -> Vec<String> {
    let sentence = |states: &[SignoffState], one: &str, many: &str| {
        let rows: Vec<&str> = report
            .signoffs
            .iter()
            .filter(|row| row.blocking && states.contains(&row.state))
            .map(|row| row.item.as_str())
            .collect();
        let verb = if rows.len() == 1 { one } else { many };
        (!rows.is_empty()).then(|| {
            let count = counted(rows.len(), "blocking sign-off");
            format!("{count} {verb}: {}.", few(rows.iter().copied(), NAMED))
        })
    };
    let doubtful = [SignoffState::Doubtful, SignoffState::Unknown];
    [
        sentence(
            &[SignoffState::Refused],
            "was answered with no",
            "were answered with no",
        ),
        sentence(&doubtful, "cannot be believed", "cannot be believed"),
        sentence(&[SignoffState::Open], "is open", "are open"),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What keeps a GO from being a plain one, one sentence each.
fn warnings(report: &Report) -> Vec<String> {
    let mut sentences = Vec::new();
    let warning = || {
        report
            .results
            .iter()
            .filter(|result| result.severity == Severity::Warning)
    };
    let mut say = |count: usize, one: &str, rest: &str| {
        if count > 0 {
            sentences.push(format!("{} {rest}.", counted(count, one)));
        }
    };
    say(
        warning().filter(|result| stands(result)).count(),
        "warning check",
        "found something",
    );
    say(
        warning().filter(|result| open_question(result)).count(),
        "warning check",
        "could not judge everything",
    );
    let waived = report
        .results
        .iter()
        .flat_map(|result| &result.findings)
        .filter(|f| f.waived_by.is_some());
    say(waived.count(), "finding", "waived");
    let stale = |state: WaiverState| report.waivers.iter().filter(|waiver| waiver.state == state).count();
    say(stale(WaiverState::Expired), "waiver", "expired");
    say(stale(WaiverState::Unmatched), "waiver", "matched nothing");
    let unexpected = report
        .changes
        .iter()
        .filter(|change| change.expectation == Expectation::Unexpected);
    say(unexpected.count(), "change", "unexpected");
    say(report.remarks.len(), "remark", "on the evidence");
    let lax = |row: &&AppliedSignoff| row.state.counts() && row.state != SignoffState::Answered && !row.blocking;
    say(
        report.signoffs.iter().filter(lax).count(),
        "sign-off",
        "that does not block without a good answer",
    );
    if report.policy.open_signoffs == OpenSignoffs::Warn {
        let open = |row: &&AppliedSignoff| row.state == SignoffState::Open && row.blocking;
        say(
            report.signoffs.iter().filter(open).count(),
            "open sign-off",
            "let pass by the policy",
        );
    }
    sentences
}
