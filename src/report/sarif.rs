//! SARIF 2.1.0 for code-scanning viewers: one rule per check, one result per finding or unknown check.

use std::collections::BTreeMap;

use serde::Serialize;

use super::words::Catalogue;
use super::{Report, safe};
use crate::model::{AppliedSignoff, CheckResult, Finding, Severity, SignoffState, Status};
use crate::verdict::open_question;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// Renders.
pub fn render(report: &Report, catalogue: &Catalogue) -> Result<String, serde_json::Error> {
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [run(report, catalogue)],
    };
    Ok(safe::json_escaped(&serde_json::to_string_pretty(&log)?) + "\n")
}

#[derive(Serialize)]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    invocations: [Invocation; 1],
    artifacts: Vec<Artifact>,
    results: Vec<SarifResult>,
    properties: BTreeMap<&'static str, String>,
}

/// Says whether the analysis was complete: viewers show a failed invocation even where they hide results of kind `open`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Notification {
    level: &'static str,
    message: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    associated_rule: Option<RuleRef>,
}

#[derive(Serialize)]
struct RuleRef {
    id: String,
    index: usize,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
struct Driver {
    name: String,
    version: String,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
struct Artifact {
    location: Location,
    description: Text,
    hashes: BTreeMap<&'static str, String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: String,
    short_description: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    full_description: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<Text>,
    default_configuration: Configuration,
    properties: BTreeMap<&'static str, Vec<String>>,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Text {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult {
    rule_id: String,
    rule_index: usize,
    kind: &'static str,
    level: &'static str,
    message: Text,
    locations: Vec<Place>,
    partial_fingerprints: BTreeMap<&'static str, String>,
    suppressions: Vec<Suppression>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Place {
    #[serde(skip_serializing_if = "Option::is_none")]
    physical_location: Option<Physical>,
    logical_locations: Vec<Logical>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Location,
}

#[derive(Serialize)]
struct Location {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Logical {
    name: String,
    fully_qualified_name: String,
    kind: String,
}

#[derive(Serialize)]
struct Suppression {
    kind: &'static str,
    justification: String,
}

fn text(text: &str) -> Text {
    Text {
        text: safe::sanitized_lines(&safe::limited(text)),
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Blocker => "error",
        Severity::Warning => "warning",
    }
}

fn run(report: &Report, catalogue: &Catalogue) -> Run {
    let rules = report.results.iter().map(|result| rule(result, catalogue)).collect();
    let mut results = Vec::new();
    let mut notifications = Vec::new();
    for (index, result) in report.results.iter().enumerate() {
        results.extend(
            result
                .findings
                .iter()
                .map(|finding| of_finding(report, index, result, finding)),
        );
        if open_question(result) || (result.status == Status::Fail && result.findings.is_empty()) {
            results.push(of_question(index, result));
            notifications.push(notification(index, result));
        }
    }
    for row in report.signoffs.iter().filter(|row| row.blocking && row.state.counts()) {
        if row.state != SignoffState::Answered {
            notifications.push(of_signoff(row));
        }
    }
    Run {
        tool: Tool {
            driver: Driver {
                name: report.tool.name.clone(),
                version: report.tool.version.clone(),
                rules,
            },
        },
        invocations: [Invocation {
            execution_successful: notifications.is_empty(),
            tool_execution_notifications: notifications,
        }],
        artifacts: report
            .archives
            .iter()
            .map(|archive| Artifact {
                location: Location {
                    uri: uri(&archive.name),
                },
                description: text(&format!(
                    "the {} archive; the hash is that of its tag manifest",
                    archive.role
                )),
                hashes: BTreeMap::from([("sha-256", archive.digest.clone())]),
            })
            .collect(),
        results,
        properties: BTreeMap::from([("verdict", report.verdict.to_string())]),
    }
}

/// A blocking item that people have not answered well: no result of the analysis, but a reason why it is not complete.
fn of_signoff(row: &AppliedSignoff) -> Notification {
    let why = row.why.as_deref().unwrap_or(&row.text);
    Notification {
        level: "error",
        message: text(&format!("sign-off {} is {}: {why}", row.item, row.state.as_str())),
        associated_rule: None,
    }
}

fn rule(result: &CheckResult, catalogue: &Catalogue) -> Rule {
    let meta = catalogue.get(&result.check);
    Rule {
        id: result.check.clone(),
        short_description: text(&result.title),
        full_description: meta.map(|meta| text(&format!("{}\n\n{}", meta.doc.what, meta.doc.why))),
        help: meta.map(|meta| {
            text(&format!(
                "By hand:\n{}\n\nRemedy:\n{}",
                meta.doc.by_hand, meta.doc.remedy
            ))
        }),
        default_configuration: Configuration {
            level: level(result.severity),
        },
        properties: BTreeMap::from([(
            "tags",
            std::iter::once(result.area.as_str().to_owned())
                .chain(result.requirements.iter().cloned())
                .collect(),
        )]),
    }
}

fn of_finding(report: &Report, index: usize, result: &CheckResult, finding: &Finding) -> SarifResult {
    let logical = || Logical {
        name: finding.subject.name.clone(),
        fully_qualified_name: format!("{}/{}", finding.subject.kind, finding.subject.id),
        kind: finding.subject.kind.to_string(),
    };
    let mut locations: Vec<Place> = finding
        .evidence
        .iter()
        .map(|at| Place {
            physical_location: Some(Physical {
                artifact_location: Location {
                    // SARIF has no JSON pointers; RFC 6901 gives them a form as URI fragment.
                    uri: format!("{}#{}", uri(&at.item), uri(&at.pointer)),
                },
            }),
            logical_locations: vec![logical()],
        })
        .collect();
    if locations.is_empty() {
        locations.push(Place {
            physical_location: None,
            logical_locations: vec![logical()],
        });
    }
    let suppressions = finding
        .waived_by
        .iter()
        .map(|by| {
            let waiver = report.waivers.iter().find(|waiver| &waiver.id == by);
            Suppression {
                kind: "external",
                justification: waiver.map_or_else(
                    || by.clone(),
                    |applied| {
                        format!(
                            "{by}: {} ({}, until {})",
                            applied.waiver.reason, applied.waiver.owner, applied.waiver.expires
                        )
                    },
                ),
            }
        })
        .collect();
    SarifResult {
        rule_id: result.check.clone(),
        rule_index: index,
        kind: "fail",
        level: level(result.severity),
        message: text(&finding.summary),
        locations,
        partial_fingerprints: BTreeMap::from([("gonogo/v1", finding.fingerprint.clone())]),
        suppressions,
    }
}

fn unknown(result: &CheckResult) -> Text {
    let reason = result.reason.as_deref().unwrap_or("it does not say what it looked at");
    text(&format!("{} could not judge everything: {reason}", result.check))
}

/// A check that could not judge everything: `open` in the words of SARIF (not enough information to decide).
fn of_question(index: usize, result: &CheckResult) -> SarifResult {
    SarifResult {
        rule_id: result.check.clone(),
        rule_index: index,
        kind: "open",
        level: "none",
        message: unknown(result),
        locations: Vec::new(),
        partial_fingerprints: BTreeMap::from([("gonogo/v1", format!("{}/unknown", result.check))]),
        suppressions: Vec::new(),
    }
}

fn notification(index: usize, result: &CheckResult) -> Notification {
    Notification {
        level: level(result.severity),
        message: unknown(result),
        associated_rule: Some(RuleRef {
            id: result.check.clone(),
            index,
        }),
    }
}

/// A relative URI reference: everything but unreserved characters and `/` percent-encoded (RFC 3986).
fn uri(path: &str) -> String {
    use std::fmt::Write as _;
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/') {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}
