//! A row as JSON and as CSV: for machines and for spreadsheets. Shortens nothing.

use serde::Serialize;
use serde_json::value::RawValue;

use super::row::Row;
use crate::facts::constraints::{Meaning, When};
use crate::report::safe::sanitized;
use crate::sources::marathon_constraints::Form;

/// A row as JSON.
#[derive(Serialize)]
struct Line<'a> {
    app: &'a str,
    kind: &'static str,
    index: usize,
    constraint: Box<RawValue>,
    running: &'static str,
    target: Option<&'static str>,
    effect: &'static str,
    rewritten_to: Option<Box<RawValue>>,
    rule: Option<&'a str>,
    source: Option<&'static str>,
    rule_id: Option<&'static str>,
    meaning: Vec<Means>,
    fragment: Option<Box<RawValue>>,
    fragment_fits_running: Option<bool>,
    choose: Option<&'a str>,
    suggestion: Option<Box<RawValue>>,
    volume: Option<&'a str>,
    marathon: Option<&'a str>,
    pointer: &'a str,
}

/// What else is to know of it, as JSON.
#[derive(Serialize)]
struct Means {
    id: &'static str,
    text: &'static str,
    source: &'static str,
    changes: bool,
    when: &'static str,
}

impl From<&Meaning> for Means {
    fn from(meaning: &Meaning) -> Self {
        Self {
            id: meaning.id,
            text: meaning.text,
            source: meaning.source,
            changes: meaning.changes(),
            when: match meaning.when {
                When::Always => "always",
                When::AttributeIsNoText => "attribute-is-no-text",
                When::AttributeIsThousands => "attribute-is-thousands",
                When::OfferConstraints => "offer-constraints",
                When::InstancesElsewhere => "instances-elsewhere",
                When::Unchanged => "unchanged",
            },
        }
    }
}

/// Columns of the table.
pub const COLUMNS: &str = "app,kind,index,constraint,running,target,effect,rewritten_to,rule,source,meaning,fragment,choose,suggestion,volume,marathon,pointer";

fn kind(form: Form) -> &'static str {
    match form {
        Form::App => "app",
        Form::Pod => "pod",
    }
}

/// The row as a JSON object.
pub fn json(row: Row<'_>) -> Result<String, serde_json::Error> {
    let told = row.told;
    let fix = row.fix.filter(|_| told.notable);
    let choice = fix.and_then(|fix| fix.choice(row.index));
    let suggestion = choice.and_then(|choice| choice.suggestion.clone());
    serde_json::to_string(&Line {
        app: row.app,
        kind: kind(row.form),
        index: row.index,
        constraint: RawValue::from_string(told.constraint.clone())?,
        running: told.running,
        target: told.target,
        effect: told.effect.as_str(),
        rewritten_to: told.rewritten_to.clone().map(RawValue::from_string).transpose()?,
        rule: told.rule.as_deref(),
        source: told.source,
        rule_id: told.rule_id,
        meaning: told.meaning.iter().map(Means::from).collect(),
        fragment: fix
            .filter(|fix| fix.ready())
            .map(|fix| RawValue::from_string(fix.fragment(row.app)))
            .transpose()?,
        fragment_fits_running: fix.filter(|fix| fix.ready()).map(|fix| fix.fits_running),
        choose: choice.map(|choice| choice.what.as_str()),
        suggestion: suggestion.map(RawValue::from_string).transpose()?,
        volume: row.volume,
        marathon: row.marathon,
        pointer: row.pointer,
    })
}

/// One record, as RFC 4180 has it.
pub fn csv(row: Row<'_>) -> String {
    let told = row.told;
    let index = row.index.to_string();
    let fix = row.fix.filter(|_| told.notable);
    let choice = fix.and_then(|fix| fix.choice(row.index));
    let fragment = fix
        .filter(|fix| fix.ready())
        .map(|fix| fix.fragment(row.app))
        .unwrap_or_default();
    let meaning: Vec<&str> = told.meaning.iter().map(|meaning| meaning.text).collect();
    let cells = [
        row.app,
        kind(row.form),
        &index,
        &told.constraint,
        told.running,
        told.target.unwrap_or_default(),
        told.effect.as_str(),
        told.rewritten_to.as_deref().unwrap_or_default(),
        told.rule.as_deref().unwrap_or_default(),
        told.source.unwrap_or_default(),
        &meaning.join("; "),
        &fragment,
        choice.map(|choice| choice.what.as_str()).unwrap_or_default(),
        choice
            .and_then(|choice| choice.suggestion.as_deref())
            .unwrap_or_default(),
        row.volume.unwrap_or_default(),
        row.marathon.unwrap_or_default(),
        row.pointer,
    ];
    let mut text = cells.map(cell).join(",");
    text.push_str("\r\n");
    text
}

/// One cell: quoted where it must be; what a spreadsheet would take for a formula begins with an apostrophe.
fn cell(text: &str) -> String {
    let safe = sanitized(text);
    let guard = if safe.starts_with(['=', '+', '-', '@']) {
        "'"
    } else {
        ""
    };
    if guard.is_empty() && !safe.contains([',', '"', '\'']) {
        return safe;
    }
    format!("\"{guard}{}\"", safe.replace('"', "\"\""))
}
