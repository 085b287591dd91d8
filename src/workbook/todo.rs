//! Lists to work off: what is to be fixed, the pre-upgrade checklist, the checks of after. Repeats results, decides none.

use crate::model::{CheckResult, RequirementAnswer, Status};

use super::sheet::{Cell, Sheet};

/// Checks that did not pass, with what was found: the workbook's "things to fix".
pub fn to_fix(results: &[CheckResult], requirements: &[RequirementAnswer]) -> Sheet {
    let mut sheet = Sheet::new(
        "to-fix",
        "Things to fix before the window",
        ["Result", "Check", "What was found, or why it is not known"],
    );
    let open = |result: &&CheckResult| !matches!(result.status, Status::Pass | Status::Skipped) || result.left_out;
    for result in results.iter().filter(open) {
        const SHOWN: usize = 5;
        let mut found: Vec<String> = result
            .findings
            .iter()
            .take(SHOWN)
            .map(|finding| {
                let waived = finding
                    .waived_by
                    .as_ref()
                    .map(|by| format!(" [waived by {by}]"))
                    .unwrap_or_default();
                format!("{}{waived}", finding.summary)
            })
            .collect();
        let more = result.findings.len().saturating_sub(SHOWN);
        if more > 0 {
            found.push(format!("and {more} more"));
        }
        found.extend(result.reason.clone());
        sheet.rows.push(vec![
            Cell::value(result.status.as_str()),
            Cell::value(&result.check),
            Cell::Value(found.join("; ")),
        ]);
    }
    // The workbook's own three: ZooKeeper's directory, config.yaml, Marathon.
    for id in ["S1-59", "S1-60", "S1-61"] {
        sheet
            .rows
            .extend(requirements.iter().find(|answer| answer.id == id).map(row));
    }
    sheet
}

/// Requirements whose ids lie in these ranges, as a checklist.
pub fn checklist(
    id: &'static str,
    title: &'static str,
    ranges: &[(&str, u32, u32)],
    requirements: &[RequirementAnswer],
) -> Sheet {
    let mut sheet = Sheet::new(
        id,
        title,
        ["Status", "Requirement", "What it asks, and what answers it"],
    );
    let inside = |answer: &&RequirementAnswer| {
        let Some((document, number)) = answer.id.split_once('-') else {
            return false;
        };
        let number: Option<u32> = number.parse().ok();
        ranges.iter().any(|(own, first, last)| {
            document == *own && number.is_some_and(|number| (*first..=*last).contains(&number))
        })
    };
    sheet.rows = requirements.iter().filter(inside).map(row).collect();
    sheet
}

fn row(answer: &RequirementAnswer) -> Vec<Cell> {
    let by = if answer.answered_by.is_empty() {
        String::new()
    } else {
        format!(" [{}]", answer.answered_by.join(", "))
    };
    let note = answer
        .note
        .as_ref()
        .map(|note| format!(" - {note}"))
        .unwrap_or_default();
    vec![
        Cell::value(answer.status.as_str()),
        Cell::value(&answer.id),
        Cell::Value(format!("{}{by}{note}", answer.text)),
    ]
}
