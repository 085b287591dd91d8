//! Results as people see them: worst first, UNKNOWN before PASS, findings with evidence, and how to go on from there.

use serde::Serialize;

use super::{Budget, clean, clean_lines, counted};
use crate::model::{Area, CheckResult, EvidenceRef, Finding, Status};
use crate::report::Report;
use crate::report::words::Catalogue;
use crate::verdict::{open_question, stands};

/// One result.
#[derive(Debug, Clone, Serialize)]
pub struct ResultView {
    /// Id of the check.
    pub check: String,
    /// Area.
    pub area: String,
    /// The good state.
    pub title: String,
    /// `blocker` or `warning`.
    pub severity: String,
    /// What is printed: `FAIL`, `UNKNOWN`, `FAIL (waived)`, `WARN`, `PASS`, `SKIPPED`, `SKIPPED (by choice)`.
    pub label: String,
    /// Name for styles: `fail`, `unknown`, `waived`, `warn`, `left-out`, `pass`, `skipped`.
    pub class: &'static str,
    /// Why UNKNOWN or SKIPPED, or what could not be judged beside the findings.
    pub reason: Option<String>,
    /// What was looked at.
    pub judged: Option<String>,
    /// "3 findings", "3 findings, 1 waived"; empty without findings.
    pub count: String,
    /// Findings, unwaived ones first.
    pub findings: Vec<FindingView>,
    /// Findings not listed.
    pub more: usize,
    /// Requirements.
    pub requirements: String,
    /// How to go on; only for results that need it and checks this program knows.
    pub doc: Option<DocView>,
}

/// One finding.
#[derive(Debug, Clone, Serialize)]
pub struct FindingView {
    /// The finding in words.
    pub summary: String,
    /// Kind of the subject.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its id, where it is not the name.
    pub id: Option<String>,
    /// Where it was seen.
    pub evidence: Vec<EvidenceView>,
    /// Places not listed.
    pub more_evidence: usize,
    /// Waiver that removes its effect.
    pub waived_by: Option<String>,
    /// Stable fingerprint.
    pub fingerprint: String,
}

/// One place in the evidence.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs, reason = "the names are those of `EvidenceRef`")]
pub struct EvidenceView {
    pub item: String,
    pub pointer: String,
    pub value: Option<String>,
}

/// How to go on from a result.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs, reason = "the names are those of `Doc`")]
pub struct DocView {
    pub what: String,
    pub why: String,
    pub by_hand: String,
    pub remedy: String,
    pub sources: Vec<String>,
}

/// Results of one area, worst first.
#[derive(Debug, Clone, Serialize)]
pub struct AreaView {
    /// Name.
    pub name: String,
    /// Heading.
    pub heading: &'static str,
    /// Results that need a look: positions in `View::results`.
    pub open: Vec<usize>,
    /// Results that do not.
    pub quiet: Vec<usize>,
}

/// How many results have one label.
#[derive(Debug, Clone, Serialize)]
pub struct Count {
    /// As `ResultView::class`.
    pub class: &'static str,
    /// As `ResultView::label`.
    pub label: String,
    /// How many.
    pub count: usize,
}

/// Places shown per finding.
const PLACES: usize = 12;

/// Classes from worst to best; UNKNOWN stands before everything that looks like health.
const ORDER: [&str; 7] = ["fail", "unknown", "warn", "waived", "left-out", "pass", "skipped"];

fn place(class: &str) -> usize {
    ORDER.iter().position(|one| *one == class).unwrap_or(0)
}

/// Status as shown: class and label.
pub(crate) fn shown(result: &CheckResult) -> (&'static str, String) {
    let plain = result.status.as_str();
    match result.status {
        Status::Unknown => ("unknown", plain.to_owned()),
        Status::Skipped if result.left_out => ("left-out", format!("{plain} (by choice)")),
        Status::Skipped => ("skipped", plain.to_owned()),
        Status::Pass if open_question(result) || stands(result) => ("unknown", "PASS (doubtful)".to_owned()),
        Status::Pass => ("pass", plain.to_owned()),
        Status::Warn | Status::Fail if !stands(result) && !open_question(result) => {
            ("waived", format!("{plain} (waived)"))
        }
        Status::Warn => ("warn", plain.to_owned()),
        Status::Fail if !stands(result) => ("unknown", "FAIL (waived), rest UNKNOWN".to_owned()),
        Status::Fail => ("fail", plain.to_owned()),
    }
}

/// All results, worst first, within a class in the order of the list.
pub(super) fn of(report: &Report, catalogue: &Catalogue, budget: &mut Budget) -> Vec<ResultView> {
    let mut ordered: Vec<(&'static str, String, &CheckResult)> = report
        .results
        .iter()
        .map(|result| {
            let (class, label) = shown(result);
            (class, label, result)
        })
        .collect();
    ordered.sort_by_key(|(class, _, result)| (place(class), result.severity != crate::model::Severity::Blocker));
    ordered
        .into_iter()
        .map(|(class, label, result)| one(class, label, result, catalogue, budget))
        .collect()
}

fn one(
    class: &'static str,
    label: String,
    result: &CheckResult,
    catalogue: &Catalogue,
    budget: &mut Budget,
) -> ResultView {
    let mut findings: Vec<&Finding> = result.findings.iter().collect();
    findings.sort_by_key(|finding| finding.waived_by.is_some());
    let waived = findings.iter().filter(|finding| finding.waived_by.is_some()).count();
    let count = match (findings.len(), waived) {
        (0, _) => String::new(),
        (all, 0) => counted(all, "finding"),
        (all, waived) => format!("{}, {waived} waived", counted(all, "finding")),
    };
    let (findings, more) = budget.take(&findings, |finding| finding_view(finding));
    let doc = matches!(class, "fail" | "unknown" | "warn" | "waived")
        .then(|| catalogue.get(&result.check))
        .flatten()
        .map(|meta| DocView {
            what: clean_lines(meta.doc.what),
            why: clean_lines(meta.doc.why),
            by_hand: clean_lines(meta.doc.by_hand),
            remedy: clean_lines(meta.doc.remedy),
            sources: meta.doc.sources.iter().map(|source| clean(source)).collect(),
        });
    ResultView {
        check: clean(&result.check),
        area: result.area.as_str().to_owned(),
        title: clean(&result.title),
        severity: result.severity.as_str().to_owned(),
        label,
        class,
        reason: result.reason.as_deref().map(clean),
        judged: result.judged.as_deref().map(clean),
        count,
        findings,
        more,
        requirements: clean(&result.requirements.join(", ")),
        doc,
    }
}

fn finding_view(finding: &Finding) -> (FindingView, usize) {
    let view = FindingView {
        summary: clean(&finding.summary),
        kind: finding.subject.kind.to_string(),
        name: clean(&finding.subject.name),
        id: (finding.subject.id != finding.subject.name).then(|| clean(&finding.subject.id)),
        evidence: finding.evidence.iter().take(PLACES).map(evidence).collect(),
        more_evidence: finding.evidence.len().saturating_sub(PLACES),
        waived_by: finding.waived_by.as_deref().map(clean),
        fingerprint: clean(&finding.fingerprint),
    };
    let size = view.summary.len() + view.name.len() + view.evidence.iter().map(size).sum::<usize>() + 128;
    (view, size)
}

fn size(place: &EvidenceView) -> usize {
    place.item.len() + place.pointer.len() + place.value.as_ref().map_or(0, String::len) + 64
}

fn evidence(place: &EvidenceRef) -> EvidenceView {
    EvidenceView {
        item: clean(&place.item),
        pointer: clean(&place.pointer),
        value: place.value.as_deref().map(clean),
    }
}

/// Results per label, worst first.
pub(super) fn counts(results: &[ResultView]) -> Vec<Count> {
    let mut counts: Vec<Count> = Vec::new();
    for result in results {
        match counts.iter_mut().find(|count| count.label == result.label) {
            Some(count) => count.count += 1,
            None => counts.push(Count {
                class: result.class,
                label: result.label.clone(),
                count: 1,
            }),
        }
    }
    counts
}

/// The areas that have results, in the order of the list of checks.
pub(super) fn areas(results: &[ResultView]) -> Vec<AreaView> {
    let all = [
        (Area::Compare, "Before and after"),
        (Area::Path, "Path of versions"),
        (Area::Config, "Configuration"),
        (Area::Cluster, "Cluster"),
        (Area::Mesos, "Mesos"),
        (Area::Marathon, "Marathon"),
        (Area::Zookeeper, "ZooKeeper and Exhibitor"),
        (Area::Iam, "IAM"),
        (Area::Backup, "Backups"),
    ];
    all.into_iter()
        .map(|(area, heading)| {
            let (quiet, open) = results
                .iter()
                .enumerate()
                .filter(|(_, result)| result.area == area.as_str())
                .map(|(position, _)| position)
                .partition(|position| {
                    results
                        .get(*position)
                        .is_some_and(|r| matches!(r.class, "pass" | "skipped"))
                });
            AreaView {
                name: area.as_str().to_owned(),
                heading,
                open,
                quiet,
            }
        })
        .filter(|area| !area.open.is_empty() || !area.quiet.is_empty())
        .collect()
}
