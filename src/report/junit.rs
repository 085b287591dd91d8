//! JUnit XML for CI systems: one suite per area, one case per check. UNKNOWN is an error, never a success.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use quick_junit::{NonSuccessKind, Report as Junit, TestCase, TestCaseStatus, TestSuite};

use super::view::{ResultView, SignoffView, View};

/// Renders. `taken_at` is the end of the judged archive's run: the only time a report knows.
pub fn render(view: &View, taken_at: Option<DateTime<Utc>>) -> Result<String, quick_junit::SerializeError> {
    let mut junit = Junit::new(format!("gonogo {}", view.command));
    if let Some(at) = taken_at {
        junit.set_timestamp(at);
    }
    for area in &view.areas {
        let mut suite = TestSuite::new(area.name.as_str());
        if let Some(at) = taken_at {
            suite.set_timestamp(at);
        }
        for position in area.open.iter().chain(&area.quiet) {
            if let Some(result) = view.results.get(*position) {
                suite.add_test_case(case(result));
            }
        }
        junit.add_test_suite(suite);
    }
    if let Some(suite) = signoffs(view) {
        junit.add_test_suite(suite);
    }
    junit.add_test_suite(verdict(view));
    junit.to_string()
}

/// Sign-offs of the hop, one case each; `None` where it asks none. An open one is an error, a `no` a failure.
fn signoffs(view: &View) -> Option<TestSuite> {
    let rows: Vec<&SignoffView> = view.signoffs.open.iter().chain(&view.signoffs.answered).collect();
    if rows.is_empty() {
        return None;
    }
    let mut suite = TestSuite::new("sign-offs");
    for row in rows {
        let kind = match row.class {
            "fail" => Some(NonSuccessKind::Failure),
            "unknown" => Some(NonSuccessKind::Error),
            _ => None,
        };
        let said = format!("{}: {}\n{} {}", row.label, row.text, row.who, row.note);
        let status = match kind {
            Some(kind) => {
                let mut status = TestCaseStatus::non_success(kind);
                status.set_message(
                    row.why
                        .clone()
                        .unwrap_or_else(|| format!("{}: {}", row.label, row.text)),
                );
                status.set_type("sign-off");
                status.set_description(format!(
                    "{said}\n{}\n{}",
                    row.how,
                    row.command.as_deref().unwrap_or_default()
                ));
                status
            }
            None => TestCaseStatus::success(),
        };
        let mut case = TestCase::new(row.item.as_str(), status);
        case.set_classname("gonogo.signoff");
        if kind.is_none() {
            case.set_system_out(said);
        }
        suite.add_test_case(case);
    }
    Some(suite)
}

/// The verdict as a case of its own: a CI run over the same report must not be greener than the report.
fn verdict(view: &View) -> TestSuite {
    let headline = &view.headline;
    let status = match headline.class {
        "go" | "warnings" => TestCaseStatus::success(),
        class => {
            let kind = if class == "no-go" {
                NonSuccessKind::Failure
            } else {
                NonSuccessKind::Error
            };
            let mut status = TestCaseStatus::non_success(kind);
            status.set_message(headline.verdict.as_str());
            status.set_type("verdict");
            status.set_description(format!("{} {}", headline.meaning, headline.why));
            status
        }
    };
    let mut case = TestCase::new("verdict", status);
    case.set_classname("gonogo.verdict");
    case.set_system_out(format!("{}: {}", headline.verdict, headline.why));
    let mut suite = TestSuite::new("verdict");
    suite.add_test_case(case);
    suite
}

fn case(result: &ResultView) -> TestCase {
    let status = match result.class {
        "fail" => Some(NonSuccessKind::Failure),
        // A warning fails its case only where the verdict does; here it passes and says so in its output.
        "unknown" => Some(NonSuccessKind::Error),
        _ => None,
    };
    let text = description(result);
    let status = match (status, result.class) {
        (Some(kind), _) => {
            let mut status = TestCaseStatus::non_success(kind);
            let short = match (&result.reason, result.findings.first()) {
                (Some(reason), None) => reason.clone(),
                (_, Some(finding)) => format!("{}: {}", result.count, finding.summary),
                (None, None) => result.title.clone(),
            };
            status.set_message(short);
            status.set_type(result.severity.as_str());
            status.set_description(text.as_str());
            status
        }
        (None, "skipped" | "left-out") => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(result.reason.as_deref().unwrap_or(&result.label));
            status
        }
        (None, _) => TestCaseStatus::success(),
    };
    let mut case = TestCase::new(result.check.as_str(), status);
    case.set_classname(format!("gonogo.{}", result.area));
    if matches!(result.class, "warn" | "waived") {
        case.set_system_out(text);
    }
    case
}

/// Label, good state, what is unknown, and every finding with its places.
fn description(result: &ResultView) -> String {
    let mut text = format!("{}: {}\n", result.label, result.title);
    if let Some(reason) = &result.reason {
        let _ = writeln!(text, "not judged: {reason}");
    }
    for finding in &result.findings {
        let waived = finding
            .waived_by
            .as_ref()
            .map(|by| format!(" [waived by {by}]"))
            .unwrap_or_default();
        let _ = writeln!(text, "- {}{waived}", finding.summary);
        for place in &finding.evidence {
            let value = place
                .value
                .as_ref()
                .map(|value| format!(" = {value}"))
                .unwrap_or_default();
            let _ = writeln!(text, "    {} {}{value}", place.item, place.pointer);
        }
    }
    if result.more > 0 {
        let _ = writeln!(text, "and {} more", result.more);
    }
    text
}
