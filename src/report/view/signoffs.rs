//! Sign-offs and requirements as people see them: what still needs an answer first, and how to give it.

use std::fmt::Write as _;

use serde::Serialize;

use super::{Budget, Count, clean, counted};
use crate::model::{AppliedSignoff, RequirementAnswer, RequirementStatus, SignoffState};
use crate::report::Report;

/// One item, or one answer without effect.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs, reason = "the names are those of `AppliedSignoff`")]
pub struct SignoffView {
    pub item: String,
    pub text: String,
    pub when: String,
    /// `blocking` or `warning`.
    pub weight: &'static str,
    /// What is printed: `OPEN`, `NO`, `YES`, …
    pub label: &'static str,
    /// Name for styles.
    pub class: &'static str,
    pub why: Option<String>,
    /// "operations on duty, 2018-06-30 09:12 UTC"; empty without answer.
    pub who: String,
    pub note: String,
    pub hop: String,
    pub origin: String,
    pub how: String,
    pub command: Option<String>,
    pub requirements: String,
}

/// All of them.
#[derive(Debug, Clone, Serialize)]
pub struct SignoffsView {
    /// "21 of 24 items answered, 3 open (2 blocking)"; empty when no hop asks anything.
    pub sentence: String,
    /// Items that still need an answer, or have a bad one: blocking ones first.
    pub open: Vec<SignoffView>,
    /// Items with a good answer.
    pub answered: Vec<SignoffView>,
    /// Answers that do not count here.
    pub ignored: Vec<SignoffView>,
    /// How many entries are not listed.
    pub more: usize,
    /// Whether there is anything to show.
    pub any: bool,
}

/// One requirement.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs, reason = "the names are those of `RequirementAnswer`")]
pub struct RequirementView {
    pub id: String,
    pub text: String,
    pub status: String,
    pub class: &'static str,
    pub answered_by: String,
    pub note: String,
}

/// Requirements with their counts.
#[derive(Debug, Clone, Serialize)]
pub struct RequirementsView {
    /// By status, worst first.
    pub counts: Vec<Count>,
    /// "326 requirements: 3 FAIL, …"; empty without requirements.
    pub sentence: String,
    /// All of them, in the order of the documents.
    pub rows: Vec<RequirementView>,
    /// How many are not listed.
    pub more: usize,
}

/// Builds the sign-offs.
pub(crate) fn of(report: &Report, budget: &mut Budget) -> SignoffsView {
    let mut counting: Vec<&AppliedSignoff> = report.signoffs.iter().filter(|row| row.state.counts()).collect();
    counting.sort_by_key(|row| (!row.blocking, rank(row)));
    let (good, open): (Vec<_>, Vec<_>) = counting
        .into_iter()
        .partition(|row| row.state == SignoffState::Answered);
    let ignored: Vec<_> = report.signoffs.iter().filter(|row| !row.state.counts()).collect();
    let sentence = if good.len() + open.len() == 0 {
        String::new()
    } else {
        sentence(good.len(), &open)
    };
    let mut take = |rows: &[&AppliedSignoff]| {
        budget.take(rows, |row| {
            let shown = one(row);
            let size = shown.text.len() + shown.how.len() + shown.note.len() + shown.item.len() + 200;
            (shown, size)
        })
    };
    let (open, first) = take(&open);
    let (answered, second) = take(&good);
    let (ignored, third) = take(&ignored);
    SignoffsView {
        sentence,
        any: !report.signoffs.is_empty(),
        open,
        answered,
        ignored,
        more: first + second + third,
    }
}

fn sentence(good: usize, open: &[&AppliedSignoff]) -> String {
    let mut text = format!("{good} of {} answered", counted(good + open.len(), "item"));
    let of = |state: SignoffState| open.iter().filter(move |row| row.state == state);
    for (state, word) in [
        (SignoffState::Refused, "answered with no"),
        (SignoffState::Doubtful, "doubtful"),
        (SignoffState::Unknown, "unknown"),
        (SignoffState::Open, "open"),
    ] {
        let count = of(state).count();
        if count > 0 {
            let blocking = of(state).filter(|row| row.blocking).count();
            let _ = write!(text, ", {count} {word} ({blocking} blocking)");
        }
    }
    text
}

fn rank(row: &AppliedSignoff) -> u8 {
    match row.state {
        SignoffState::Refused => 0,
        SignoffState::Doubtful | SignoffState::Unknown => 1,
        SignoffState::Open => 2,
        _ => 3,
    }
}

/// One entry as shown.
pub fn one(row: &AppliedSignoff) -> SignoffView {
    let (label, class) = match (row.state, row.blocking) {
        (SignoffState::Answered, _) if row.answer == Some(crate::model::Answer::NotApplicable) => {
            ("NOT APPLICABLE", "skipped")
        }
        (SignoffState::Answered, _) => ("YES", "pass"),
        (SignoffState::Refused, true) => ("NO", "fail"),
        (SignoffState::Refused, false) => ("NO", "warn"),
        (SignoffState::Open, true) => ("OPEN", "unknown"),
        (SignoffState::Open, false) => ("OPEN", "warn"),
        (SignoffState::Doubtful, _) => ("DOUBTFUL", "unknown"),
        (SignoffState::Unknown, _) => ("UNKNOWN", "unknown"),
        (SignoffState::OtherHop | SignoffState::OtherCluster | SignoffState::NotAsked, _) => ("NOT COUNTED", "skipped"),
    };
    let who = match (&row.who, row.at) {
        (Some(who), Some(at)) => format!("{who}, {}", at.format("%Y-%m-%d %H:%M UTC")),
        _ => String::new(),
    };
    SignoffView {
        item: clean(&row.item),
        text: clean(&row.text),
        when: clean(&row.when),
        weight: if row.blocking { "blocking" } else { "warning" },
        label,
        class,
        why: row.why.as_deref().map(clean),
        who: clean(&who),
        note: clean(row.note.as_deref().unwrap_or_default()),
        hop: row.hop.as_ref().map(|hop| clean(&hop.to_string())).unwrap_or_default(),
        origin: clean(row.origin.as_deref().unwrap_or_default()),
        how: clean(&row.how),
        command: row.command.as_deref().map(clean),
        requirements: clean(&row.requirements.join(", ")),
    }
}

/// Builds the requirements.
pub(crate) fn requirements(answers: &[RequirementAnswer], budget: &mut Budget) -> RequirementsView {
    let mut statuses: Vec<RequirementStatus> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    statuses.reverse();
    let counts: Vec<Count> = statuses
        .chunk_by(|a, b| a == b)
        .filter_map(|same| {
            let status = *same.first()?;
            Some(Count {
                class: class(status),
                label: label(status),
                count: same.len(),
            })
        })
        .collect();
    let listed: Vec<String> = counts
        .iter()
        .map(|count| format!("{} {}", count.count, count.label))
        .collect();
    let (rows, more) = budget.take(answers, |answer| {
        let row = RequirementView {
            id: clean(&answer.id),
            text: clean(&answer.text),
            status: label(answer.status),
            class: class(answer.status),
            answered_by: clean(&answer.answered_by.join(", ")),
            note: clean(answer.note.as_deref().unwrap_or_default()),
        };
        let size = row.text.len() + row.answered_by.len() + row.note.len() + 120;
        (row, size)
    });
    RequirementsView {
        sentence: if answers.is_empty() {
            String::new()
        } else {
            format!("{}: {}", counted(answers.len(), "requirement"), listed.join(", "))
        },
        counts,
        rows,
        more,
    }
}

fn label(status: RequirementStatus) -> String {
    status.as_str().replace('_', " ")
}

fn class(status: RequirementStatus) -> &'static str {
    match status {
        RequirementStatus::Fail | RequirementStatus::Refused => "fail",
        RequirementStatus::Unknown | RequirementStatus::Missing | RequirementStatus::Open => "unknown",
        RequirementStatus::Warn => "warn",
        RequirementStatus::Pass
        | RequirementStatus::Signed
        | RequirementStatus::Captured
        | RequirementStatus::Recorded => "pass",
        RequirementStatus::Skipped
        | RequirementStatus::Later
        | RequirementStatus::Plan
        | RequirementStatus::Design
        | RequirementStatus::NotApplicable => "skipped",
    }
}
