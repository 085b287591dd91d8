//! Reads `gonogo.toml` key by key, noting every problem with file and line instead of stopping at the first.
//!
//! A key that nobody asked for is a problem with a hint: a misspelt setting must not be silently ignored.

use std::path::{Path, PathBuf};
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::cli::text::nearest;

/// A value and where it was said, for messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said<T> {
    /// The value.
    pub value: T,
    /// `gonogo.toml:3: cluster.masters`, or the flag.
    pub place: String,
}

impl<T> Said<T> {
    /// A value said at a place.
    pub fn new(value: T, place: impl Into<String>) -> Self {
        Self {
            value,
            place: place.into(),
        }
    }
}

/// Every problem found so far; shown together.
#[derive(Debug, Default)]
pub struct Problems(Vec<String>);

impl Problems {
    /// Notes one.
    pub fn note(&mut self, place: &str, what: impl std::fmt::Display) {
        self.0.push(format!("{place}: {what}"));
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// All of them, one per line.
    pub fn lines(&self) -> String {
        self.0.join("\n")
    }
}

/// The text of a file with its name, to turn positions into lines.
pub struct Source<'t> {
    /// Path as given.
    pub path: &'t Path,
    /// Content.
    pub text: &'t str,
}

impl Source<'_> {
    /// `gonogo.toml:3`.
    pub fn place(&self, at: usize) -> String {
        let line = self.text.get(..at).unwrap_or_default().matches('\n').count() + 1;
        format!("{}:{line}", self.path.display())
    }

    /// A path relative to the folder of this file.
    pub fn beside(&self, path: &str) -> PathBuf {
        match self.path.parent() {
            Some(folder) if Path::new(path).is_relative() => folder.join(path),
            _ => PathBuf::from(path),
        }
    }
}

/// One table of the file.
pub struct Section<'t> {
    source: &'t Source<'t>,
    name: String,
    table: Option<&'t DeTable<'t>>,
    asked: Vec<&'static str>,
}

impl<'t> Section<'t> {
    /// The table of the whole file.
    pub fn root(source: &'t Source<'t>, table: &'t DeTable<'t>) -> Self {
        Self {
            source,
            name: String::new(),
            table: Some(table),
            asked: Vec::new(),
        }
    }

    fn raw(&mut self, key: &'static str) -> Option<(&'t Spanned<DeValue<'t>>, String)> {
        self.asked.push(key);
        let table = self.table?;
        let (_, value) = table.iter().find(|(name, _)| name.get_ref() == key)?;
        let place = format!("{}: {}{key}", self.source.place(value.span().start), self.name);
        Some((value, place))
    }

    /// A sub-table; an absent one reads like an empty one.
    #[must_use]
    pub fn section(&mut self, key: &'static str, problems: &mut Problems) -> Self {
        let table = self.raw(key).and_then(|(value, place)| {
            let table = value.get_ref().as_table();
            if table.is_none() {
                problems.note(
                    &place,
                    format!("expected a table [{key}], found {}", kind(value.get_ref())),
                );
            }
            table
        });
        Self {
            source: self.source,
            name: format!("{}{key}.", self.name),
            table,
            asked: Vec::new(),
        }
    }

    /// The tables of `[[key]]`.
    pub fn sections(&mut self, key: &'static str, problems: &mut Problems) -> Vec<Self> {
        let Some((value, place)) = self.raw(key) else {
            return Vec::new();
        };
        let Some(array) = value.get_ref().as_array() else {
            problems.note(
                &place,
                format!(
                    "expected tables [[{}{key}]], found {}",
                    self.name,
                    kind(value.get_ref())
                ),
            );
            return Vec::new();
        };
        array
            .iter()
            .map(|entry| {
                if !entry.get_ref().is_table() {
                    problems.note(&place, format!("expected tables, found {}", kind(entry.get_ref())));
                }
                Self {
                    source: self.source,
                    name: format!("{}{key}.", self.name),
                    table: entry.get_ref().as_table(),
                    asked: Vec::new(),
                }
            })
            .collect()
    }

    /// Where this table stands, for what is missing in it.
    pub fn place(&self) -> String {
        let at = self
            .table
            .and_then(|table| table.iter().map(|(key, _)| key.span().start).min())
            .unwrap_or(0);
        format!("{}: {}", self.source.place(at), self.name.trim_end_matches('.'))
    }

    /// Text.
    pub fn text(&mut self, key: &'static str, problems: &mut Problems) -> Option<Said<String>> {
        let (value, place) = self.raw(key)?;
        if let Some(text) = value.get_ref().as_str() {
            return Some(Said::new(text.to_owned(), place));
        }
        problems.note(
            &place,
            format!("expected text in quotes, found {}", kind(value.get_ref())),
        );
        None
    }

    /// A path, relative to the folder of the file.
    pub fn path(&mut self, key: &'static str, problems: &mut Problems) -> Option<Said<PathBuf>> {
        let source = self.source;
        self.text(key, problems)
            .map(|said| Said::new(source.beside(&said.value), said.place))
    }

    /// A list of texts; a single text is a list of one.
    pub fn texts(&mut self, key: &'static str, problems: &mut Problems) -> Option<Said<Vec<String>>> {
        let (value, place) = self.raw(key)?;
        if let Some(text) = value.get_ref().as_str() {
            return Some(Said::new(vec![text.to_owned()], place));
        }
        let Some(array) = value.get_ref().as_array() else {
            problems.note(
                &place,
                format!("expected a list of texts, found {}", kind(value.get_ref())),
            );
            return None;
        };
        let mut all = Vec::new();
        for entry in array {
            match entry.get_ref().as_str() {
                Some(text) => all.push(text.to_owned()),
                None => problems.note(
                    &place,
                    format!("expected texts in the list, found {}", kind(entry.get_ref())),
                ),
            }
        }
        Some(Said::new(all, place))
    }

    /// Whether a key holds a list (and not a single text).
    pub fn is_list(&self, key: &str) -> bool {
        self.table
            .and_then(|table| table.iter().find(|(name, _)| name.get_ref() == key))
            .is_some_and(|(_, value)| value.get_ref().is_array())
    }

    /// Paths, relative to the folder of the file.
    pub fn paths(&mut self, key: &'static str, problems: &mut Problems) -> Option<Said<Vec<PathBuf>>> {
        let source = self.source;
        self.texts(key, problems).map(|said| {
            let paths = said.value.iter().map(|path| source.beside(path)).collect();
            Said::new(paths, said.place)
        })
    }

    /// A whole number of at least `least`.
    pub fn number(&mut self, key: &'static str, least: u64, problems: &mut Problems) -> Option<Said<u64>> {
        let (value, place) = self.raw(key)?;
        let number = whole(value.get_ref()).filter(|number| *number >= least);
        if number.is_none() {
            problems.note(
                &place,
                format!(
                    "expected a whole number of at least {least}, found {}",
                    kind(value.get_ref())
                ),
            );
        }
        number.map(|number| Said::new(number, place))
    }

    /// A table of whole numbers under names of the user's own.
    pub fn counts(&mut self, key: &'static str, problems: &mut Problems) -> Vec<Said<(String, u64)>> {
        let Some((value, place)) = self.raw(key) else {
            return Vec::new();
        };
        let Some(table) = value.get_ref().as_table() else {
            problems.note(
                &place,
                format!("expected a table of names and numbers, found {}", kind(value.get_ref())),
            );
            return Vec::new();
        };
        let mut all = Vec::new();
        for (name, value) in table {
            let place = format!("{}: {}{key}", self.source.place(name.span().start), self.name);
            match whole(value.get_ref()) {
                Some(number) => all.push(Said::new((name.get_ref().to_string(), number), place)),
                None => problems.note(
                    &place,
                    format!(
                        "`{}`: expected a whole number of at least 0, found {}",
                        name.get_ref(),
                        kind(value.get_ref())
                    ),
                ),
            }
        }
        all
    }

    /// A text, or a whole number as text.
    pub fn text_or_number(&mut self, key: &'static str, problems: &mut Problems) -> Option<Said<String>> {
        let (value, place) = self.raw(key)?;
        let text = match value.get_ref() {
            DeValue::String(text) => Some(text.to_string()),
            number => whole(number).map(|number| number.to_string()),
        };
        if text.is_none() {
            let found = kind(value.get_ref());
            problems.note(&place, format!("expected a text or a number, found {found}"));
        }
        text.map(|text| Said::new(text, place))
    }

    /// True or false.
    pub fn switch(&mut self, key: &'static str, problems: &mut Problems) -> Option<Said<bool>> {
        let (value, place) = self.raw(key)?;
        let switch = value.get_ref().as_bool();
        if switch.is_none() {
            problems.note(
                &place,
                format!("expected true or false, found {}", kind(value.get_ref())),
            );
        }
        switch.map(|switch| Said::new(switch, place))
    }

    /// A duration, as text ("30s") or in seconds.
    pub fn duration(&mut self, key: &'static str, problems: &mut Problems) -> Option<Said<Duration>> {
        let (value, place) = self.raw(key)?;
        let text = match value.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Integer(number) => number.to_string(),
            other => {
                problems.note(
                    &place,
                    format!("expected a duration like \"30s\", found {}", kind(other)),
                );
                return None;
            }
        };
        match duration(&text) {
            Ok(duration) => Some(Said::new(duration, place)),
            Err(what) => {
                problems.note(&place, what);
                None
            }
        }
    }

    /// Notes every key that nobody asked for.
    pub fn finish(self, problems: &mut Problems) {
        for (key, _) in self.table.into_iter().flatten() {
            let name = key.get_ref().as_ref();
            if self.asked.contains(&name) {
                continue;
            }
            let place = self.source.place(key.span().start);
            let hint = match nearest(name, self.asked.iter().copied()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("known: {}", self.asked.join(", ")),
            };
            problems.note(&place, format!("unknown key `{}{name}`; {hint}", self.name));
        }
    }
}

/// A whole number that is not negative.
fn whole(value: &DeValue<'_>) -> Option<u64> {
    let number = value.as_integer()?;
    u64::from_str_radix(number.as_str(), number.radix()).ok()
}

/// `25%` or `25`: 1 to 100 percent.
pub fn percent(text: &str) -> Result<u8, String> {
    let digits = text.trim().trim_end_matches('%').trim_end();
    digits
        .parse()
        .ok()
        .filter(|share| (1..=100).contains(share))
        .ok_or_else(|| format!("`{text}` is no share (1 to 100 percent)"))
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a number",
        DeValue::Float(_) => "a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// `250ms`, `30s`, `5m` (or `5min`), `1h`; a bare number counts seconds. Never zero.
pub fn duration(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let wrong = || format!("`{text}` is no duration (expected something like 30s, 5m or 1h)");
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let millis = match unit.trim() {
        "ms" => number,
        "" | "s" | "sec" => number.saturating_mul(1000),
        "m" | "min" => number.saturating_mul(60_000),
        "h" => number.saturating_mul(3_600_000),
        _ => return Err(wrong()),
    };
    if millis == 0 || millis > 7 * 24 * 3_600_000 {
        return Err(format!("`{text}` is out of range (more than nothing, at most a week)"));
    }
    Ok(Duration::from_millis(millis))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_percent() {
        assert_eq!(
            (percent("25%"), percent("1"), percent("100 %")),
            (Ok(25), Ok(1), Ok(100))
        );
        for text in ["", "0", "101%", "-5", "2.5", "half"] {
            assert!(percent(text).is_err(), "{text}");
        }
    }

    #[test]
    fn durations() {
        assert_eq!(duration("30s"), Ok(Duration::from_secs(30)));
        assert_eq!(duration("5m"), Ok(Duration::from_mins(5)));
        assert_eq!(duration("45"), Ok(Duration::from_secs(45)));
        for text in ["", "0", "-1s", "s", "1 fortnight", "99999h"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
