//! Assembles the report: pure. Adds words and sums to what checks and comparison said; the verdict comes from `verdict::decide`.

use sha2::{Digest, Sha256};

use super::words::{self, Catalogue};
use super::{ArchiveRef, Coverage, FORMAT, Hop, Knowledge, Missing, Report, Rules, Tool};
use crate::model::{
    AppliedSignoff, AppliedWaiver, Change, CheckResult, Evidence, LedgerEntry, Manifest, Outcome, Policy,
    RequirementAnswer, Severity, Why, hex,
};
use crate::verdict::{Basis, decide};

/// One archive that was judged.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// `pre`, `post` or `only`.
    pub role: &'a str,
    /// File name as given, without its folder.
    pub name: &'a str,
    /// SHA-256 of its tag manifest.
    pub digest: &'a str,
    /// What it says about itself.
    pub manifest: &'a Manifest,
}

/// What a report is made of.
#[derive(Debug)]
pub struct Parts<'a> {
    /// `check` or `compare`.
    pub command: &'a str,
    /// The archives, in the order given.
    pub archives: &'a [Side<'a>],
    /// Versions, where known.
    pub hop: Hop,
    /// Results, waivers applied.
    pub results: Vec<CheckResult>,
    /// Differences.
    pub changes: Vec<Change>,
    /// What the hop should have changed by itself.
    pub ledger: Vec<LedgerEntry>,
    /// Parts that could not be compared.
    pub not_compared: &'a [(String, Why)],
    /// Waivers and what became of them.
    pub waivers: Vec<AppliedWaiver>,
    /// Items that people answer, and what became of them.
    pub signoffs: Vec<AppliedSignoff>,
    /// How every requirement was answered.
    pub requirements: Vec<RequirementAnswer>,
    /// Thresholds in force.
    pub policy: Policy,
    /// Revision of the knowledge base.
    pub knowledge: String,
    /// What the checks say about themselves.
    pub catalogue: &'a Catalogue,
}

/// The finished report.
pub fn assemble(parts: Parts<'_>) -> Report {
    let mut results = parts.results;
    write_sentences(&mut results, parts.catalogue);
    let remarks = remarks(parts.archives, parts.not_compared);
    let verdict = decide(&Basis {
        results: &results,
        changes: &parts.changes,
        waivers: &parts.waivers,
        signoffs: &parts.signoffs,
        remarks: &remarks,
        policy: &parts.policy,
    });
    Report {
        format: FORMAT.to_owned(),
        command: parts.command.to_owned(),
        verdict,
        hop: parts.hop,
        coverage: coverage(parts.archives),
        requirements: parts.requirements,
        rules: rules(&results),
        results,
        changes: parts.changes,
        ledger: parts.ledger,
        workloads: Vec::new(),
        config: None,
        remarks,
        waivers: parts.waivers,
        signoffs: parts.signoffs,
        archives: parts.archives.iter().map(archive).collect(),
        policy: parts.policy,
        knowledge: Knowledge {
            revision: parts.knowledge,
        },
        tool: Tool {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
    }
}

fn write_sentences(results: &mut [CheckResult], catalogue: &Catalogue) {
    for result in results {
        let template = catalogue.get(&result.check).map(|meta| meta.finding);
        for finding in &mut result.findings {
            finding.summary = match template {
                Some(template) => words::sentence(template, finding),
                None => finding.subject.to_string(),
            };
        }
    }
}

/// What was asked and what arrived, over all archives, in their order.
fn coverage(archives: &[Side<'_>]) -> Coverage {
    let mut coverage = Coverage::default();
    for side in archives {
        for evidence in &side.manifest.evidence {
            coverage.asked += 1;
            if evidence.outcome == Outcome::Captured {
                coverage.captured += 1;
                continue;
            }
            coverage.missing.push(Missing {
                role: side.role.to_owned(),
                item: evidence.item.clone(),
                outcome: evidence.outcome.as_str().to_owned(),
                reason: evidence.reason.clone().unwrap_or_default(),
                required: evidence.required,
            });
        }
    }
    coverage
}

/// Items named in a remark; the rest is counted.
const NAMED: usize = 3;

/// One sentence about items that were asked for and did not arrive.
fn lost(items: &[&Evidence], kind: &str, archive: &str) -> Option<String> {
    let named: Vec<&str> = items
        .iter()
        .take(NAMED)
        .map(|evidence| evidence.item.as_str())
        .collect();
    let more = match items.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let (noun, verb) = if items.len() == 1 {
        ("item", "is")
    } else {
        ("items", "are")
    };
    let count = items.len();
    (count > 0).then(|| {
        format!(
            "{count} {kind} {noun} {verb} missing in {archive}: {}{more}",
            named.join(", ")
        )
    })
}

/// What keeps a GO from being a plain one although no check says so.
fn remarks(archives: &[Side<'_>], not_compared: &[(String, Why)]) -> Vec<String> {
    let mut remarks = Vec::new();
    for side in archives {
        if side.manifest.insecure {
            remarks.push(format!(
                "{} was collected with certificate verification switched off: who answered is not proven",
                side.name
            ));
        }
        // Also where no check looks: a GO beside "1 missing" would say more than was seen.
        let (required, others): (Vec<&Evidence>, Vec<&Evidence>) = side
            .manifest
            .evidence
            .iter()
            .filter(|evidence| !matches!(evidence.outcome, Outcome::Captured | Outcome::NotApplicable))
            .partition(|evidence| evidence.required);
        remarks.extend(lost(&required, "required", side.name));
        remarks.extend(lost(&others, "optional", side.name));
    }
    for (part, why) in not_compared {
        remarks.push(format!("{part} could not be compared: {}", why.sentence()));
    }
    remarks
}

/// The set of rules that ran, so that two reports can be told to rest on the same ones.
fn rules(results: &[CheckResult]) -> Rules {
    let mut hash = Sha256::new();
    for result in results.iter().filter(|result| !result.left_out) {
        hash.update(format!("{} {}\n", result.check, result.severity.as_str()));
    }
    let left_out = |severity: Option<Severity>| {
        results
            .iter()
            .filter(|result| result.left_out && severity.is_none_or(|wanted| result.severity == wanted))
            .count() as u64
    };
    Rules {
        ran: results.iter().filter(|result| !result.left_out).count() as u64,
        left_out: left_out(None),
        blockers_left_out: left_out(Some(Severity::Blocker)),
        digest: hex(&hash.finalize()),
    }
}

fn archive(side: &Side<'_>) -> ArchiveRef {
    let manifest = side.manifest;
    ArchiveRef {
        role: side.role.to_owned(),
        digest: side.digest.to_owned(),
        phase: manifest.phase,
        collected_at: manifest.finished_at,
        name: side.name.to_owned(),
        made_by: manifest.made_by.clone(),
        tool: manifest.tool.clone(),
        reason: manifest.reason.clone(),
        ticket: manifest.ticket.clone(),
        operator: manifest.operator.clone(),
        insecure: manifest.insecure,
    }
}
