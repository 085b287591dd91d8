//! How every requirement was answered in one run. Pure; takes results and sign-offs as they are, and never improves one.
//!
//! Everything that answers a requirement has its say, and the worst counts: a check that passed does not stand for the
//! sign-off beside it. Steps of the plan count only where nothing else answers: nobody can see from here that they were done.

use super::coverage::{Answers, coverage};
use crate::facts::cluster::Kind;
use crate::knowledge::requirements::{Product, Table};
use crate::knowledge::signoffs::{Edition, When};
use crate::knowledge::{Knowledge, Requirement};
use crate::model::{
    AppliedSignoff, CheckMeta, CheckResult, HopOf, Manifest, Outcome, Phase, RequirementAnswer, RequirementStatus,
    SignoffState,
};

/// What a run says about the cluster and its window.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// What the documents say.
    pub knowledge: &'a Knowledge,
    /// Every check of this program.
    pub checks: &'a [&'static CheckMeta],
    /// DC/OS or plain Mesos.
    pub kind: Option<Kind>,
    /// Edition of DC/OS.
    pub edition: Option<Edition>,
    /// The hop, where one is judged.
    pub hop: Option<&'a HopOf>,
    /// Whether the window is over.
    pub after: bool,
    /// Results, waivers applied.
    pub results: &'a [CheckResult],
    /// Sign-offs.
    pub signoffs: &'a [AppliedSignoff],
    /// Manifests of the archives, in order.
    pub archives: &'a [&'a Manifest],
    /// Tables of the workbook of which something is unknown, and why.
    pub unknown_tables: &'a [(Table, String)],
}

/// The answer to every requirement, in the order of the documents.
pub fn answers(run: &Run<'_>) -> Vec<RequirementAnswer> {
    coverage(run.knowledge, run.checks)
        .iter()
        .map(|row| match elsewhere(row.requirement, run) {
            Some(why) => finished(
                row.requirement,
                vec![said(RequirementStatus::NotApplicable, "", Some(why))],
            ),
            None => finished(row.requirement, parts(row, run)),
        })
        .collect()
}

/// One answer to a requirement.
struct Part {
    status: RequirementStatus,
    by: String,
    note: Option<String>,
}

fn said(status: RequirementStatus, by: impl Into<String>, note: Option<String>) -> Part {
    Part {
        status,
        by: by.into(),
        note,
    }
}

fn finished(requirement: &Requirement, parts: Vec<Part>) -> RequirementAnswer {
    let statuses: Vec<RequirementStatus> = parts.iter().map(|part| part.status).collect();
    let status = settled(&statuses);
    let note = parts
        .iter()
        .filter(|part| part.status == status)
        .find_map(|part| part.note.clone());
    RequirementAnswer {
        id: requirement.id.clone(),
        status,
        text: requirement.text.clone(),
        note,
        answered_by: parts
            .into_iter()
            .map(|part| part.by)
            .filter(|by| !by.is_empty())
            .collect(),
    }
}

/// The worst of them; a check that does not apply takes nothing from another one that looked and passed.
fn settled(statuses: &[RequirementStatus]) -> RequirementStatus {
    let passed = statuses.contains(&RequirementStatus::Pass);
    let counts = |status: &&RequirementStatus| !(passed && **status == RequirementStatus::Skipped);
    let worst = statuses.iter().filter(counts).max();
    worst.copied().unwrap_or(RequirementStatus::Open)
}

/// Why the item is not this cluster's, or not this hop's.
fn elsewhere(requirement: &Requirement, run: &Run<'_>) -> Option<String> {
    let document = run.knowledge.requirements.document(&requirement.id);
    match (document.map(|document| document.product), run.kind) {
        (Some(Product::Dcos), Some(Kind::Mesos)) => return Some("about DC/OS; this is plain Mesos".to_owned()),
        (Some(Product::Mesos), Some(Kind::Dcos)) => return Some("about plain Mesos; this is DC/OS".to_owned()),
        _ => {}
    }
    match (requirement.edition, run.edition) {
        (Some(Edition::Enterprise), Some(Edition::Open)) => {
            return Some("about DC/OS Enterprise; this is Open Source".to_owned());
        }
        (Some(Edition::Open), Some(Edition::Enterprise)) => {
            return Some("about DC/OS Open Source; this is Enterprise".to_owned());
        }
        _ => {}
    }
    let hop = run.hop?;
    let crossed = requirement.crosses.iter().any(|one| one.lies_on(&hop.from, &hop.to));
    (!requirement.crosses.is_empty() && !crossed).then(|| format!("{hop} does not cross these lines"))
}

fn parts(row: &Answers<'_>, run: &Run<'_>) -> Vec<Part> {
    let item = row.requirement;
    let mut parts: Vec<Part> = Vec::new();
    for id in &row.checks {
        parts.push(match run.results.iter().find(|result| result.check == *id) {
            Some(result) => said(result.status.into(), *id, result.reason.clone()),
            None => said(RequirementStatus::Later, *id, Some(later(id, run.checks))),
        });
    }
    for pattern in &item.evidence {
        parts.push(evidence(pattern, item, run));
    }
    for table in &item.inventory {
        let unknown = run.unknown_tables.iter().find(|(one, _)| one == table);
        let by = format!("workbook:{}", table.as_str());
        parts.push(match unknown {
            Some((_, why)) => said(RequirementStatus::Unknown, by, Some(why.clone())),
            None => said(RequirementStatus::Recorded, by, None),
        });
    }
    for id in &item.signoff {
        parts.push(signoff(id, item, run));
    }
    let alone = parts.is_empty();
    let mut steps: Vec<Part> = row
        .steps
        .iter()
        .map(|step| said(RequirementStatus::Plan, format!("step:{step}"), None))
        .collect();
    if item.guide_order {
        steps.push(said(
            RequirementStatus::Plan,
            "step:guide",
            Some("the plan lists the components in the order of the upgrade guide".to_owned()),
        ));
    }
    if let Some(why) = item.by_design.as_ref().filter(|_| alone) {
        steps = vec![said(RequirementStatus::Design, "gonogo", Some(why.clone()))];
    }
    parts.extend(steps);
    parts
}

fn later(id: &str, checks: &[&'static CheckMeta]) -> String {
    match checks.iter().find(|meta| meta.id == id) {
        Some(meta) => format!("{} compares two archives: answered after the window", meta.id),
        None => format!("the check {id} did not run"),
    }
}

/// Whether `*` (anything but a slash) in the pattern makes it the item.
fn matches(pattern: &str, item: &str) -> bool {
    let (mut pattern, mut item) = (pattern.split('/'), item.split('/'));
    loop {
        match (pattern.next(), item.next()) {
            (None, None) => return true,
            (Some(want), Some(is)) if want == "*" || want == is => {}
            _ => return false,
        }
    }
}

fn evidence(pattern: &str, item: &Requirement, run: &Run<'_>) -> Part {
    let post_only = item.when == Some(When::Post);
    let archives: Vec<&&Manifest> = run
        .archives
        .iter()
        .filter(|manifest| !post_only || manifest.phase == Phase::Post)
        .collect();
    if archives.is_empty() {
        let note = "captured with the archive of after the window".to_owned();
        return said(RequirementStatus::Later, pattern, Some(note));
    }
    let mut worst = RequirementStatus::NotApplicable;
    let mut note = None;
    for manifest in archives {
        let records = || {
            let all = manifest.evidence.iter();
            all.filter(|record| matches(pattern, &record.item))
        };
        let captured = records().filter(|record| record.outcome == Outcome::Captured).count();
        let lost = records().find(|record| !matches!(record.outcome, Outcome::Captured | Outcome::NotApplicable));
        let (status, why) = match (captured, lost) {
            (_, Some(lost)) => (
                RequirementStatus::Missing,
                Some(format!("{}: {}", lost.item, lost.outcome.as_str())),
            ),
            (0, None) if records().next().is_some() => (
                RequirementStatus::NotApplicable,
                Some("this cluster does not have it".to_owned()),
            ),
            (0, None) => (
                RequirementStatus::Missing,
                Some(format!("no item {pattern} in the archive of phase {}", manifest.phase)),
            ),
            (_, None) => (RequirementStatus::Captured, None),
        };
        if status >= worst {
            worst = status;
            note = why;
        }
    }
    said(worst, pattern, note)
}

fn signoff(id: &str, item: &Requirement, run: &Run<'_>) -> Part {
    let by = format!("signoff:{id}");
    let row = run.signoffs.iter().find(|row| row.item == id && row.state.counts());
    let Some(row) = row else {
        let when = run
            .knowledge
            .signoffs
            .iter()
            .find(|one| one.id == id)
            .map(|one| one.when);
        let later = item.when == Some(When::Post) || when == Some(When::Post);
        return if later && !run.after {
            said(RequirementStatus::Later, by, Some("asked after the window".to_owned()))
        } else if run.hop.is_some() {
            said(
                RequirementStatus::NotApplicable,
                by,
                Some("this hop does not ask it".to_owned()),
            )
        } else {
            said(
                RequirementStatus::Open,
                by,
                Some("no target was stated (--target)".to_owned()),
            )
        };
    };
    let note = match (&row.who, row.at, row.answer) {
        (Some(who), Some(at), Some(answer)) => Some(format!(
            "{} by {who}, {}{}",
            answer.as_str(),
            at.format("%Y-%m-%d %H:%M UTC"),
            row.note.as_ref().map(|note| format!(": {note}")).unwrap_or_default()
        )),
        _ => row.why.clone(),
    };
    let status = match row.state {
        SignoffState::Answered => RequirementStatus::Signed,
        SignoffState::Refused if row.blocking => RequirementStatus::Refused,
        SignoffState::Refused => RequirementStatus::Warn,
        SignoffState::Doubtful | SignoffState::Unknown => RequirementStatus::Unknown,
        _ => RequirementStatus::Open,
    };
    said(status, by, note)
}

#[cfg(test)]
mod tests {
    use super::*;
    use RequirementStatus::{Fail, Open, Pass, Plan, Skipped, Unknown};

    #[test]
    fn what_does_not_apply_hides_no_pass_and_nothing_worse() {
        for (statuses, expected) in [
            (vec![Pass, Skipped], Pass),
            (vec![Skipped, Plan], Skipped),
            (vec![Skipped], Skipped),
            (vec![Pass, Skipped, Unknown], Unknown),
            (vec![Pass, Skipped, Fail], Fail),
            (vec![], Open),
        ] {
            assert_eq!(settled(&statuses), expected, "{statuses:?}");
        }
    }
}
