//! Words: fills a check's `finding` template with a finding's data. The only place where findings become sentences.
//!
//! The text stays untrusted (it quotes evidence); every renderer makes it harmless for its own output.

use std::collections::BTreeMap;

use crate::model::{CheckMeta, Datum, Finding};

/// What the checks of this program say about themselves, by id; handed in, because a renderer knows no checks.
#[derive(Debug, Clone, Default)]
pub struct Catalogue(BTreeMap<&'static str, &'static CheckMeta>);

impl Catalogue {
    /// A catalogue of these checks.
    pub fn new(metas: impl IntoIterator<Item = &'static CheckMeta>) -> Self {
        Self(metas.into_iter().map(|meta| (meta.id, meta)).collect())
    }

    /// The check of that id; none for a saved report that knows checks this program does not.
    pub fn get(&self, id: &str) -> Option<&'static CheckMeta> {
        self.0.get(id).copied()
    }
}

/// Texts of a list shown in a sentence; the rest is counted.
const LIST_SHOWN: usize = 10;

/// The finding in words. A placeholder without a value stays visible as `{word}`: wrong, but not silent.
pub fn sentence(template: &str, finding: &Finding) -> String {
    let mut text = String::with_capacity(template.len() + 32);
    for part in parts(template) {
        match part {
            Part::Text(literal) => text.push_str(literal),
            Part::Place(word) => {
                text.push_str(&value(word, finding).unwrap_or_else(|| format!("{{{word}}}")));
            }
        }
    }
    text
}

/// Placeholders of a template that the finding has no value for.
pub fn missing<'t>(template: &'t str, finding: &Finding) -> Vec<&'t str> {
    parts(template)
        .into_iter()
        .filter_map(|part| match part {
            Part::Place(word) if value(word, finding).is_none() => Some(word),
            _ => None,
        })
        .collect()
}

fn value(word: &str, finding: &Finding) -> Option<String> {
    match word {
        "name" => Some(finding.subject.name.clone()),
        "subject" => Some(finding.subject.to_string()),
        datum => finding.data.get(datum).map(shown),
    }
}

/// One value as it stands in a sentence.
pub fn shown(datum: &Datum) -> String {
    match datum {
        Datum::Measure(number) => {
            let text = format!("{number:.3}");
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        Datum::List(texts) if texts.is_empty() => "none".to_owned(),
        Datum::List(texts) if texts.len() > LIST_SHOWN => {
            let first: Vec<&str> = texts.iter().take(LIST_SHOWN).map(String::as_str).collect();
            format!("{} and {} more", first.join(", "), texts.len() - LIST_SHOWN)
        }
        other => other.to_string(),
    }
}

enum Part<'t> {
    Text(&'t str),
    Place(&'t str),
}

/// Splits at `{word}`, word being lower-case letters, digits and `_`; any other brace is text.
fn parts(template: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let place = after.split_once('}').filter(|(word, _)| {
            !word.is_empty()
                && word
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        });
        if let Some((word, after)) = place {
            parts.push(Part::Text(before));
            parts.push(Part::Place(word));
            rest = after;
        } else {
            let (text, after) = rest.split_at(rest.len() - after.len());
            parts.push(Part::Text(text));
            rest = after;
        }
    }
    parts.push(Part::Text(rest));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Subject, SubjectKind};

    fn finding() -> Finding {
        Finding::about(Subject::new(SubjectKind::Agent, "S3", "10.0.0.9"))
            .with("tasks", 4_u64)
            .with("hosts", vec!["a".to_owned(), "b".to_owned()])
            .with("share", 0.25)
    }

    #[test]
    fn fills_every_placeholder() {
        assert_eq!(
            sentence("{name}: {tasks} tasks on {hosts}, {share} of {subject}", &finding()),
            "10.0.0.9: 4 tasks on a, b, 0.25 of agent 10.0.0.9 (S3)"
        );
    }

    #[test]
    fn what_is_missing_stays_visible_and_is_reported() {
        let template = "{name} has {nothing}";
        assert_eq!(sentence(template, &finding()), "10.0.0.9 has {nothing}");
        assert_eq!(missing(template, &finding()), ["nothing"]);
    }

    #[test]
    fn other_braces_are_text_and_values_are_not_templates() {
        let tricky = finding().with("tasks", "{name}");
        assert_eq!(sentence("{tasks} {} {A} { {name", &tricky), "{name} {} {A} { {name");
    }

    #[test]
    fn long_lists_are_counted() {
        let many: Vec<String> = (0..12).map(|n| n.to_string()).collect();
        assert_eq!(shown(&Datum::List(many)), "0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more");
        assert_eq!(shown(&Datum::Measure(2.0)), "2");
    }
}
