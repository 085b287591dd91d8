//! The risk map on a terminal: whether there are waves first, then what was asked for; short unless everything is.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Part, Source};
use crate::facts::workloads::Overview;
use crate::facts::workloads::overview::{BelowRow, StopsRow, Waves, WorkloadRow};
use crate::report::safe::{limited, sanitized};
use crate::report::terminal::{Style, painted, wrapped};
use crate::sources::canonical::quoted;
use crate::workbook::workloads::{bare, between, side, stage};

/// Rows of a part unless everything is asked for, or that part alone.
const SHORT: usize = 10;
/// Names in one line.
const NAMES: usize = 8;

pub(super) fn render(overview: &Overview, source: &Source, parts: &[Part], style: Style) -> String {
    let all = style.all || parts.len() == 1;
    let mut page = Page {
        text: String::new(),
        style,
        limit: if all { usize::MAX } else { SHORT },
    };
    page.head(overview, source);
    if overview.unknown.is_none() {
        for part in parts {
            match part {
                Part::Apps => page.apps(overview),
                Part::Agents => page.agents(overview),
                Part::Racks => page.racks(overview),
                Part::Waves => page.waves(overview),
            }
        }
        page.remarks(overview);
    }
    page.text
}

struct Page {
    text: String,
    style: Style,
    limit: usize,
}

/// The first few names, and how many more there are.
fn few(names: &[String]) -> String {
    let shown: Vec<&str> = names.iter().take(NAMES).map(String::as_str).collect();
    match names.len().saturating_sub(NAMES) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

fn counted(count: usize, one: &str) -> String {
    if count == 1 {
        format!("1 {one}")
    } else {
        format!("{count} {one}s")
    }
}

impl Page {
    fn heading(&mut self, text: &str) {
        let text = painted(self.style.color, "strong", text);
        let _ = writeln!(self.text, "\n{text}");
    }

    /// A mark (or name) and its text, wrapped beside it; a long mark stands on a line of its own.
    fn item(&mut self, indent: usize, mark: &str, column: usize, text: &str) {
        let (mark, text) = (sanitized(&limited(mark)), sanitized(&limited(text)));
        let hanging = indent + column;
        let width = usize::from(self.style.width).saturating_sub(hanging).max(20);
        let alone = column > 0 && mark.chars().count() >= column;
        if text.is_empty() {
            let _ = writeln!(self.text, "{:indent$}{mark}", "");
            return;
        }
        if alone {
            let _ = writeln!(self.text, "{:indent$}{mark}", "");
        }
        for (number, line) in wrapped(&text, width).into_iter().enumerate() {
            if number == 0 && !alone {
                let _ = writeln!(self.text, "{:indent$}{mark:<column$}{line}", "");
            } else {
                let _ = writeln!(self.text, "{:hanging$}{line}", "");
            }
        }
    }

    fn paragraph(&mut self, indent: usize, text: &str) {
        // A mark of no width: the text alone.
        self.item(indent, "", 0, text);
    }

    fn more(&mut self, count: usize, option: &str) {
        let left = count.saturating_sub(self.limit);
        if left > 0 {
            self.paragraph(2, &format!("and {left} more (--show {option} lists them)"));
        }
    }

    fn head(&mut self, overview: &Overview, source: &Source) {
        let of = |public: bool| overview.agents.iter().filter(|row| row.public == public).count();
        let what = if overview.unknown.is_some() {
            "nothing can be said of what runs where".to_owned()
        } else {
            format!(
                "{} on {} ({} private, {} public)",
                counted(overview.workloads.len(), "workload"),
                counted(overview.agents.len(), "agent"),
                of(false),
                of(true)
            )
        };
        self.paragraph(0, &format!("{} ({}): {what}", source.archive, source.collected_at));
        if let Some(waves) = &overview.waves {
            self.summary(waves);
            return;
        }
        let label = painted(self.style.color, "cannot-say", "CANNOT SAY");
        let _ = writeln!(self.text, "{label}: no waves were planned.");
        for doubt in &overview.doubts {
            self.item(2, "-", 2, doubt);
        }
        self.paragraph(
            0,
            "Mend that, collect again with an account that sees everything, and ask again.",
        );
    }

    fn summary(&mut self, waves: &Waves) {
        let planned: usize = waves.plan.iter().map(|wave| wave.agents.len()).sum();
        let text = format!(
            "{} in {}, {} held.",
            counted(planned, "agent"),
            counted(waves.plan.len(), "wave"),
            waves.held.len()
        );
        self.paragraph(0, &text);
        if waves.plan.is_empty() && !waves.held.is_empty() {
            self.paragraph(
                0,
                "No agent can stop without taking an app below its minimum. Held says what would free each; --assume-scaled \
                 shows the waves that would follow.",
            );
        }
    }

    fn apps(&mut self, overview: &Overview) {
        let risky: Vec<&WorkloadRow> = overview.workloads.iter().filter(|row| !row.risks.is_empty()).collect();
        self.heading(&format!(
            "Workloads at risk: {} of {}",
            risky.len(),
            overview.workloads.len()
        ));
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for risk in risky.iter().flat_map(|row| &row.risks) {
            *counts.entry(risk.risk).or_default() += 1;
        }
        let counts: Vec<String> = counts.iter().map(|(risk, count)| format!("{risk} {count}")).collect();
        if !counts.is_empty() {
            self.paragraph(2, &counts.join(", "));
        }
        for row in risky.iter().take(self.limit) {
            let wanted = row.wanted.map_or_else(String::new, |wanted| format!(" of {wanted}"));
            let minimum = match row.minimum {
                Some(minimum) => format!("minimum {minimum} ({})", row.minimum_from),
                None => format!("no minimum: {}", row.minimum_from),
            };
            self.item(
                2,
                &row.name,
                34,
                &format!("{}{wanted} available, {minimum}", row.available),
            );
            for risk in &row.risks {
                self.item(6, risk.risk, 25, &risk.detail);
            }
        }
        self.more(risky.len(), "apps");
    }

    fn stops(&mut self, row: &StopsRow) {
        if !row.ends.is_empty() {
            self.item(6, "ends", 18, &few(&row.ends));
        }
        let below: Vec<String> = row.below_minimum.iter().map(below).collect();
        if !below.is_empty() {
            self.item(6, "below minimum", 18, &few(&below));
        }
        if row.local_volumes > 0 {
            self.item(
                6,
                "volumes",
                18,
                &match row.local_volumes {
                    1 => "1 persistent volume stops with it".to_owned(),
                    many => format!("{many} persistent volumes stop with it"),
                },
            );
        }
        if row.without_checkpoint > 0 {
            let dies = if row.without_checkpoint == 1 { "dies" } else { "die" };
            let text = format!("{} {dies} with any agent restart", tasks(row.without_checkpoint));
            self.item(6, "no checkpoint", 18, &text);
        }
        if row.elsewhere.answer != "nothing-stops" {
            self.item(6, "fits elsewhere", 18, &row.elsewhere.why);
        }
    }

    fn agents(&mut self, overview: &Overview) {
        self.heading("What stops with an agent");
        let mut rows: Vec<_> = overview.agents.iter().collect();
        if self.limit < rows.len() {
            // Short: those that hurt most.
            rows.sort_by_key(|row| {
                let stops = &row.stops;
                std::cmp::Reverse((stops.ends.len(), stops.below_minimum.len(), stops.tasks))
            });
        }
        for row in rows.iter().take(self.limit) {
            let wave = match (&overview.waves, row.wave) {
                (None, _) => String::new(),
                (Some(_), Some(number)) => format!(", wave {number}"),
                (Some(_), None) => ", held".to_owned(),
            };
            let rack = row.rack.as_deref().unwrap_or("rack not known");
            let critical = if row.critical { ", critical" } else { "" };
            let text = format!(
                "{}; {}, {rack}{critical}{wave}",
                tasks(row.stops.tasks),
                side(row.public)
            );
            self.item(2, &row.host, 22, &text);
            self.stops(&row.stops);
        }
        self.more(rows.len(), "agents");
    }

    fn racks(&mut self, overview: &Overview) {
        self.heading("What stops with a rack, and what it has left");
        for row in overview.racks.iter().take(self.limit) {
            let name = row.rack.as_deref().unwrap_or("rack not known");
            let agents = counted(row.agents.len(), &format!("{} agent", side(row.public)));
            let text = format!("{}; {agents}", tasks(row.tasks));
            self.item(2, name, 22, &text);
            if let Some(stops) = &row.stops {
                self.stops(stops);
            }
            for room in &row.room {
                let text = match (room.least, room.most) {
                    (Some(least), Some(most)) => format!("{} for role {}", between(least, most), room.role),
                    _ => "unknown: this Mesos does not print what is used and reserved".to_owned(),
                };
                self.item(6, "room", 18, &text);
            }
        }
        self.more(overview.racks.len(), "racks");
    }

    fn waves(&mut self, overview: &Overview) {
        let Some(waves) = &overview.waves else { return };
        self.heading("Waves");
        if waves.plan.is_empty() {
            self.paragraph(2, "none: every agent is held");
        }
        for wave in waves.plan.iter().take(self.limit) {
            let rack = wave.rack.as_ref().map_or_else(String::new, |rack| format!(", {rack}"));
            let what = format!("{}, {}{rack}", stage(wave.stage), side(wave.public));
            let agents = if self.limit == usize::MAX {
                wave.agents.join(", ")
            } else {
                few(&wave.agents)
            };
            let text = format!("{what}: {agents} ({})", tasks(wave.tasks));
            self.item(2, &wave.number.to_string(), 5, &text);
            if !wave.ends.is_empty() {
                self.item(7, "ends", 6, &few(&wave.ends));
            }
        }
        self.more(waves.plan.len(), "waves");
        if !waves.held.is_empty() {
            self.heading("Held: no wave may stop these agents");
        }
        for row in waves.held.iter().take(self.limit) {
            self.item(2, &row.agent, 22, &counted(row.because.len(), "workload"));
            for because in row.because.iter().take(self.limit) {
                let minimum = because
                    .minimum
                    .map_or_else(|| "?".to_owned(), |minimum| minimum.to_string());
                let text = format!("{} left, minimum {minimum}: {}", because.left, because.advice);
                self.item(6, &because.workload, 28, &text);
            }
        }
        self.more(waves.held.len(), "waves");
        self.scale(waves);
    }

    fn scale(&mut self, waves: &Waves) {
        if waves.scale.is_empty() {
            return;
        }
        self.heading("Scale first, to free agents (smallest numbers)");
        for row in waves.scale.iter().take(self.limit) {
            self.item(2, &row.workload, 34, &format!("from {} to {}", row.from, row.to));
        }
        self.more(waves.scale.len(), "waves");
        let declared: Vec<String> = waves
            .scale
            .iter()
            .filter(|row| row.declare)
            .take(self.limit)
            .map(|row| format!("{} = {}", quoted(bare(&row.workload)), row.minimum))
            .collect();
        if !declared.is_empty() {
            self.paragraph(
                2,
                "A larger app declares a larger minimum by itself: keep today's in gonogo.toml, scale, collect again.",
            );
            // A table with a line for each: lines of a table in braces must not be broken.
            self.item(4, "[workloads.minimum]", 0, "");
            for line in declared {
                self.item(4, &line, 0, "");
            }
        }
    }

    fn remarks(&mut self, overview: &Overview) {
        self.heading("Taken for granted");
        for remark in &overview.remarks {
            self.item(2, "-", 2, remark);
        }
    }
}

fn tasks(count: u64) -> String {
    if count == 1 {
        "1 task".to_owned()
    } else {
        format!("{count} tasks")
    }
}

fn below(row: &BelowRow) -> String {
    match row.minimum {
        Some(minimum) => format!("{} ({} of {minimum})", row.workload, row.left),
        None => format!("{} ({} left, minimum not known)", row.workload, row.left),
    }
}
