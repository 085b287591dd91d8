//! Reads `waivers.toml`: every problem at once, each with its line. Applying them is the business of `verdict::waivers`.
//!
//! ```toml
//! [[waiver]]
//! check   = "agents-inactive"
//! scope   = "10.0.0.9"            # id or name of the subject; `*` at the end; leave out for every finding of the check
//! reason  = "broken disk, out of the pool since May"
//! owner   = "operations"
//! expires = 2018-06-30            # last day (UTC), compared with the day on which the evidence was taken
//! ```

use std::path::Path;

use chrono::NaiveDate;
use toml::de::{DeTable, DeValue};

use super::{Failure, text};
use crate::checks;
use crate::model::Waiver;

/// Reads the file.
pub fn read(path: &Path) -> anyhow::Result<Vec<Waiver>> {
    let place = path.display().to_string();
    let source = std::fs::read_to_string(path)
        .map_err(|error| Failure::usage(format!("the waivers {place} cannot be read: {error}")))?;
    let all = checks::all();
    let known: Vec<&str> = all.iter().map(|check| check.meta().id).collect();
    parse(&source, &known).map_err(|problems| {
        let count = problems.len();
        let lines: Vec<String> = problems
            .into_iter()
            .map(|problem| format!("\n  {place}{problem}"))
            .collect();
        let noun = if count == 1 { "problem" } else { "problems" };
        anyhow::Error::new(
            Failure::usage(format!("{count} {noun} in the waivers:{}", lines.concat()))
                .hint("each [[waiver]] has check, reason, owner, expires = YYYY-MM-DD, and optionally scope"),
        )
    })
}

/// The waivers of a text, or everything that is wrong with it, as `:line: what`.
fn parse(source: &str, known: &[&str]) -> Result<Vec<Waiver>, Vec<String>> {
    let mut problems = Problems {
        source,
        known,
        found: Vec::new(),
    };
    let root = match DeTable::parse(source) {
        Ok(root) => root.into_inner(),
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            problems.add(at, error.message().to_owned());
            return Err(problems.sorted());
        }
    };
    let mut waivers = Vec::new();
    for (key, value) in &root {
        match value.get_ref() {
            DeValue::Array(entries) if key.get_ref() == "waiver" => {
                for entry in entries {
                    match entry.get_ref() {
                        DeValue::Table(table) => waivers.extend(one(table, entry.span().start, &mut problems)),
                        _ => problems.add(entry.span().start, "a waiver is a table: [[waiver]]".to_owned()),
                    }
                }
            }
            _ => problems.add(
                key.span().start,
                format!("`{}` is not known here; expected [[waiver]]", key.get_ref()),
            ),
        }
    }
    if problems.found.is_empty() {
        Ok(waivers)
    } else {
        Err(problems.sorted())
    }
}

fn one(table: &DeTable<'_>, start: usize, problems: &mut Problems<'_>) -> Option<Waiver> {
    const KNOWN: [&str; 5] = ["check", "scope", "reason", "owner", "expires"];
    for key in table.keys() {
        if !KNOWN.contains(&key.get_ref().as_ref()) {
            let near = text::nearest(key.get_ref(), KNOWN).map(|near| format!("; did you mean `{near}`?"));
            problems.add(
                key.span().start,
                format!(
                    "`{}` is not a field of a waiver{}",
                    key.get_ref(),
                    near.unwrap_or_default()
                ),
            );
        }
    }
    let check = words(table, "check", start, problems, true);
    if let Some((id, at)) = &check
        && !problems.known.contains(&id.as_str())
    {
        let failure = super::explain::unknown_id(id, problems.known);
        problems.add(
            *at,
            format!("{}; {}", failure.message, failure.hint.unwrap_or_default()),
        );
    }
    let scope = words(table, "scope", start, problems, false);
    let reason = words(table, "reason", start, problems, true);
    let owner = words(table, "owner", start, problems, true);
    let expires = date(table, start, problems);
    Some(Waiver {
        check: check?.0,
        scope: scope.map(|(scope, _)| scope),
        reason: reason?.0,
        owner: owner?.0,
        expires: expires?,
    })
}

/// A text that says something, and where it stands.
fn words(
    table: &DeTable<'_>,
    field: &str,
    start: usize,
    problems: &mut Problems<'_>,
    required: bool,
) -> Option<(String, usize)> {
    let Some(value) = table.get(field) else {
        if required {
            problems.add(start, format!("`{field}` is missing"));
        }
        return None;
    };
    let at = value.span().start;
    match value.get_ref() {
        DeValue::String(text) if !text.trim().is_empty() => Some((text.to_string(), at)),
        DeValue::String(_) => {
            problems.add(at, format!("`{field}` is empty"));
            None
        }
        _ => {
            problems.add(at, format!("`{field}` is not text"));
            None
        }
    }
}

/// A day, as TOML date or as text.
fn date(table: &DeTable<'_>, start: usize, problems: &mut Problems<'_>) -> Option<NaiveDate> {
    let Some(value) = table.get("expires") else {
        problems.add(start, "`expires` is missing".to_owned());
        return None;
    };
    let written = match value.get_ref() {
        DeValue::Datetime(date) => date.to_string(),
        DeValue::String(text) => text.to_string(),
        _ => String::new(),
    };
    let day = written.parse().ok();
    if day.is_none() {
        problems.add(
            value.span().start,
            "`expires` is not a day such as 2018-06-30".to_owned(),
        );
    }
    day
}

/// Problems with their places, to be told in the order of the file.
struct Problems<'a> {
    source: &'a str,
    /// Ids of the checks there are.
    known: &'a [&'a str],
    found: Vec<(usize, String)>,
}

impl Problems<'_> {
    fn add(&mut self, at: usize, what: String) {
        self.found.push((at, what));
    }

    fn sorted(mut self) -> Vec<String> {
        self.found.sort();
        self.found
            .into_iter()
            .map(|(at, what)| {
                let before = self.source.get(..at).unwrap_or_default();
                format!(":{}: {what}", before.matches('\n').count() + 1)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 2] = ["agents-inactive", "tasks-lost"];

    fn parse(source: &str) -> Result<Vec<Waiver>, Vec<String>> {
        super::parse(source, &KNOWN)
    }

    #[test]
    fn reads_a_waiver() {
        let text = "[[waiver]]\ncheck = \"agents-inactive\"\nscope = \"10.0.*\"\nreason = \"known\"\nowner = \"operations\"\nexpires = 2018-06-30\n";
        let waivers = parse(text).unwrap();
        assert_eq!(waivers[0].check, "agents-inactive");
        assert_eq!(waivers[0].scope.as_deref(), Some("10.0.*"));
        assert_eq!(waivers[0].expires.to_string(), "2018-06-30");
        assert_eq!(parse(&text.replace("2018-06-30", "\"2018-06-30\"")).unwrap(), waivers);
        assert_eq!(parse("").unwrap(), []);
    }

    #[test]
    fn tells_everything_at_once_with_lines() {
        let text = "version = 1\n\n[[waiver]]\ncheck = \"no-such-check\"\nresaon = \"typo\"\nowner = \"\"\nexpires = \"soon\"\n\n[[waiver]]\ncheck = 7\n";
        let problems = parse(text).unwrap_err();
        let expected = [
            ":1: `version` is not known here",
            ":3: `reason` is missing",
            ":4: there is no check `no-such-check`",
            ":5: `resaon` is not a field of a waiver; did you mean `reason`?",
            ":6: `owner` is empty",
            ":7: `expires` is not a day",
            ":9: `expires` is missing",
            ":9: `owner` is missing",
            ":9: `reason` is missing",
            ":10: `check` is not text",
        ];
        assert_eq!(problems.len(), expected.len(), "{problems:#?}");
        for (problem, expected) in problems.iter().zip(expected) {
            assert!(problem.starts_with(expected), "{problem} / {expected}");
        }
    }

    #[test]
    fn broken_toml_has_its_line() {
        let problems = parse("[[waiver]]\ncheck = \n").unwrap_err();
        assert!(problems[0].starts_with(":2: "), "{problems:?}");
    }
}
