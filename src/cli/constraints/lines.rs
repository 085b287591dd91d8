//! Rows as lines for people, as JSON, as CSV. What was written stays in a spool until the whole body was read.

use std::fmt::Write as _;
use std::io::{self, BufWriter, Write as _};

use tempfile::SpooledTempFile;

use super::Format;
use super::fix::Fix;
use super::forms::{COLUMNS, csv, json};
use super::placed::{Counted, Placed};
use super::row::{Counts, EFFECTS, Row, Told};
use crate::cli::exit;
use crate::facts::constraints::Effect;
use crate::facts::placement::Fit;
use crate::model::Version;
use crate::report::safe::{json_escaped, limited, sanitized};
use crate::sources::canonical::quoted;
use crate::sources::marathon_constraints::Form;

/// Bytes kept in memory before the spool becomes a file without a name.
const IN_MEMORY: usize = 256 << 10;

/// Number of the format.
pub const FORMAT: &str = "gonogo-constraints/1";

/// Everything that is said, in order.
pub struct Lines {
    format: Format,
    all: bool,
    sources: bool,
    /// How many of what.
    pub counts: Counts,
    spool: BufWriter<SpooledTempFile>,
    rows: u64,
    running: Option<String>,
    target: Option<String>,
    notes: Vec<String>,
    failed: Option<io::Error>,
    /// Answers about room on the agents, where it was asked for.
    placed: Option<Counted>,
}

impl Lines {
    /// Nothing said yet. `sources`: lines for people name where a rule was read.
    pub fn new(format: Format, all: bool, sources: bool) -> Self {
        Self {
            format,
            all,
            sources,
            counts: Counts::default(),
            spool: BufWriter::new(SpooledTempFile::new(IN_MEMORY)),
            rows: 0,
            running: None,
            target: None,
            notes: Vec::new(),
            failed: None,
            placed: None,
        }
    }

    /// Says by which releases is judged; `None` = by those that the archive names.
    pub fn head(&mut self, running: Option<&Version>, target: Option<&Version>) {
        self.running = running.map(ToString::to_string);
        self.target = target.map(ToString::to_string);
        let text = match self.format {
            Format::Terminal => return,
            Format::Csv => format!("{COLUMNS}\r\n"),
            Format::Json => format!(
                "{{\"format\":{},\"marathon\":{},\"target_marathon\":{},\"constraints\":[",
                quoted(FORMAT),
                or_null(self.running.as_deref()),
                or_null(self.target.as_deref())
            ),
        };
        self.put(&text);
    }

    /// Something to know of all of them.
    pub fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    /// Adds a row.
    pub fn row(&mut self, row: Row<'_>) {
        let text = match self.format {
            Format::Terminal => self.line(row),
            Format::Csv => csv(row),
            Format::Json => match self.entry(json(row)) {
                Some(text) => text,
                None => return,
            },
        };
        self.rows += 1;
        self.put(&text);
    }

    /// An object as an entry of the list that is open; a failure is kept until the end.
    fn entry(&mut self, made: serde_json::Result<String>) -> Option<String> {
        let comma = if self.rows == 0 { "\n" } else { ",\n" };
        match made {
            Ok(text) => Some(format!("{comma}{}", json_escaped(&text))),
            Err(error) => {
                self.failed.get_or_insert(error.into());
                None
            }
        }
    }

    /// Ends the list of constraints and begins the one of room on the agents.
    pub fn placement(&mut self) {
        self.placed = Some(Counted::default());
        if self.format == Format::Json {
            let end = if self.rows == 0 { "" } else { "\n" };
            self.put(&format!("{end}],\"placement\":["));
        }
        self.rows = 0;
    }

    /// Adds an answer about room on the agents; what fits is listed with `--all` only.
    pub fn placed(&mut self, placed: &Placed<'_>) {
        self.placed.get_or_insert_default().count(&placed.outcome.fit);
        if placed.outcome.fit == Fit::Fits && !self.all {
            return;
        }
        let text = match self.format {
            Format::Terminal => placed.line(),
            // Refused where it was asked for.
            Format::Csv => return,
            Format::Json => match self.entry(placed.json()) {
                Some(text) => text,
                None => return,
            },
        };
        self.rows += 1;
        self.put(&text);
    }

    /// What the program ends with.
    pub fn exit_code(&self) -> u8 {
        let placed = self.placed.unwrap_or_default();
        match self.counts.exit_code() {
            _ if placed.no > 0 => exit::NO_GO,
            exit::GO if placed.unknown > 0 => exit::CANNOT_SAY,
            code => code,
        }
    }

    fn put(&mut self, text: &str) {
        if self.failed.is_none()
            && let Err(error) = self.spool.write_all(text.as_bytes())
        {
            self.failed = Some(error);
        }
    }

    fn line(&self, row: Row<'_>) -> String {
        let told = row.told;
        let mut text = String::new();
        if let Some(marathon) = row.marathon {
            let _ = write!(text, "{}: ", shown(marathon));
        }
        if row.form == Form::Pod {
            text.push_str("pod ");
        }
        let app = if row.app.is_empty() { "the whole file" } else { row.app };
        text.push_str(&shown(app));
        if let Some(volume) = row.volume {
            let _ = write!(text, " volume {}", shown(volume));
        }
        if told.constraint != "null" || told.rule_id.is_some() {
            let _ = write!(text, " {}", shown(&told.constraint));
        }
        let _ = write!(text, ": {} ({})", told.effect.as_str(), self.judged(told));
        if let Some(rule) = &told.rule {
            let _ = write!(text, "; {}", shown(rule));
        }
        if let Some(to) = &told.rewritten_to {
            let _ = write!(text, "; becomes {}", shown(to));
        }
        if let Some(fix) = row.fix.filter(|_| told.notable) {
            text.push_str(&mended(fix, row));
        }
        for meaning in &told.meaning {
            let _ = write!(text, "; note: {}", meaning.text);
        }
        if self.sources
            && let Some(source) = told.source
        {
            let _ = write!(text, " [{source}]");
        }
        text.push('\n');
        text
    }

    fn judged(&self, told: &Told) -> String {
        let running = self.running.as_deref().unwrap_or("running");
        match told.target {
            Some(target) => format!(
                "{running} {}, {} {target}",
                told.running,
                self.target.as_deref().unwrap_or("target")
            ),
            None => format!("{running} {}", told.running),
        }
    }

    /// The last lines for people: counts.
    pub fn summary(&self) -> String {
        let counts = &self.counts;
        let of = |count: u64, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
        let mut seen = vec![of(counts.apps, "app", "apps"), of(counts.pods, "pod", "pods")];
        if counts.groups > 0 {
            seen.push(of(counts.groups, "group", "groups"));
        }
        let constraints = of(counts.constraints, "constraint", "constraints");
        let mut text = if counts.apps + counts.pods + counts.unread == 0 {
            "no app and no pod was there: nothing was judged\n".to_owned()
        } else {
            let told = counts.bad + counts.unknown;
            let lead = if told == 0 {
                format!("none of {constraints} is or will be invalid, rewritten or lost")
            } else {
                let mut parts: Vec<String> = EFFECTS
                    .iter()
                    .zip(counts.effects)
                    .filter(|(effect, count)| **effect != Effect::Kept && *count > 0)
                    .map(|(effect, count)| format!("{count} {}", effect.as_str()))
                    .collect();
                let changed: u64 = counts.effects.iter().rev().skip(1).sum();
                let kept = told.saturating_sub(changed);
                if kept > 0 {
                    parts.push(format!("{kept} kept, but not valid now"));
                }
                let rest = counts.constraints.saturating_sub(told);
                format!(
                    "{told} of {constraints} to look at ({}), {rest} valid and kept",
                    parts.join(", ")
                )
            };
            format!("{lead}; looked at {}\n", seen.join(", "))
        };
        if counts.shifts > 0 {
            let those = of(
                counts.shifts,
                "constraint stays as it is and means",
                "constraints stay as they are and mean",
            );
            let hint = if self.all { "" } else { " (--all says what)" };
            let _ = writeln!(text, "{those} something else under the target{hint}");
        }
        if counts.unread > 0 {
            let entries = of(counts.unread, "entry", "entries");
            let _ = writeln!(text, "{entries} could not be judged at all");
        }
        for note in &self.notes {
            let _ = writeln!(text, "{}", shown(note));
        }
        if let Some(placed) = self.placed {
            let _ = writeln!(
                text,
                "no room: {} of {}, not known: {} (constraints, roles and regions; resources are not looked at)",
                placed.no,
                of(placed.judged, "placement that was tried", "placements that were tried"),
                placed.unknown
            );
        }
        if self.target.is_none() {
            text.push_str("what an upgrade does to them is said with --target-marathon\n");
        }
        text
    }

    /// Ends the answer and gives it.
    pub fn finish(mut self) -> io::Result<SpooledTempFile> {
        match self.format {
            Format::Terminal => {
                let text = self.summary();
                self.put(&text);
            }
            Format::Csv => {}
            Format::Json => {
                let counts = &self.counts;
                let effects: serde_json::Map<String, serde_json::Value> = EFFECTS
                    .iter()
                    .zip(counts.effects)
                    .map(|(effect, count)| (effect.as_str().to_owned(), count.into()))
                    .collect();
                let mut summary = serde_json::json!({
                    "apps": counts.apps,
                    "pods": counts.pods,
                    "groups": counts.groups,
                    "constraints": counts.constraints,
                    "effects": effects,
                    "bad": counts.bad,
                    "unknown": counts.unknown,
                    "unread": counts.unread,
                    "meaning_changes": counts.shifts,
                    "notes": self.notes,
                    "all_listed": self.all,
                });
                if let (Some(placed), Some(map)) = (self.placed, summary.as_object_mut()) {
                    map.insert("placement".to_owned(), serde_json::json!(placed));
                }
                let end = if self.rows == 0 { "" } else { "\n" };
                let summary = json_escaped(&summary.to_string());
                self.put(&format!("{end}],\"summary\":{summary}}}\n"));
            }
        }
        if let Some(error) = self.failed {
            return Err(error);
        }
        self.spool.into_inner().map_err(io::IntoInnerError::into_error)
    }
}

/// What to write instead: ready to paste, or what a person has to choose.
fn mended(fix: &Fix, row: Row<'_>) -> String {
    match fix.choice(row.index) {
        Some(choice) => {
            let what = shown(&choice.what);
            let suggestion = choice.suggestion.as_deref().map(shown);
            suggestion.map_or_else(
                || format!("; to choose: {what}"),
                |suggestion| format!("; to choose: {what} (if that is meant: {suggestion})"),
            )
        }
        None if fix.ready() => {
            let after = if fix.fits_running { "" } else { " after the upgrade" };
            format!("; corrected{after}: {}", shown(&fix.fragment(row.app)))
        }
        None => String::new(),
    }
}

/// One line, harmless, and not longer than a person reads.
fn shown(text: &str) -> String {
    limited(&sanitized(text)).into_owned()
}

fn or_null(text: Option<&str>) -> String {
    text.map_or_else(|| "null".to_owned(), quoted)
}
