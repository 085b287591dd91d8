//! The terminal report: verdict first and last, worst results first, short unless asked for more.
//!
//! Shows the view, whose texts are harmless already; the only control bytes written are newlines and, with colour, the
//! renderer's own escape sequences.

mod apps;
mod config;
mod lines;

use std::fmt::Write as _;

use comfy_table::{ColumnConstraint, ContentArrangement, Table, Width, presets};

pub(crate) use lines::wrapped;
use lines::{cause, folder, groups};

use super::view::{ChangeGroup, ResultView, View};

/// How to draw.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// Columns.
    pub width: u16,
    /// Escape sequences for colour.
    pub color: bool,
    /// Everything: checks that passed, every evidence pointer, expected changes, requirements, policy.
    pub all: bool,
}

/// Findings, changes and items shown per table unless everything is asked for.
const SHORT: usize = 10;

/// Renders.
pub fn render(view: &View, style: Style) -> String {
    let mut page = Page {
        text: String::new(),
        style,
    };
    page.verdict(view);
    page.basis(view);
    for result in &view.results {
        if style.all || !matches!(result.class, "pass" | "skipped") {
            page.result(result);
        }
    }
    for group in &view.changes {
        if style.all || group.expectation == "unexpected" {
            page.changes(group);
        }
    }
    page.apps(view);
    page.ledger(view);
    page.config(view);
    page.waivers(view);
    page.signoffs(view);
    if style.all {
        page.requirements(view);
        page.policy(view);
    }
    page.counts(view);
    page.verdict_line(view);
    page.text
}

struct Page {
    text: String,
    style: Style,
}

impl Page {
    fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    fn blank(&mut self) {
        self.text.push('\n');
    }

    /// Text in the colour of a class; the label itself says the same without colour.
    fn paint(&self, class: &str, text: &str) -> String {
        painted(self.style.color, class, text)
    }

    /// A paragraph, wrapped, each line indented.
    fn paragraph(&mut self, indent: usize, text: &str) {
        let width = usize::from(self.style.width).saturating_sub(indent).max(20);
        for line in wrapped(text, width) {
            let _ = writeln!(self.text, "{:indent$}{line}", "");
        }
    }

    fn verdict_line(&mut self, view: &View) {
        let verdict = self.paint(view.headline.class, &view.headline.verdict);
        self.line(&verdict);
    }

    fn verdict(&mut self, view: &View) {
        self.verdict_line(view);
        self.paragraph(0, &format!("{} {}", view.headline.meaning, view.headline.why));
        self.paragraph(0, view.headline.next);
        self.blank();
    }

    fn basis(&mut self, view: &View) {
        self.labelled("hop", &view.hop);
        for archive in &view.archives {
            self.labelled(
                if archive.role == "only" {
                    "archive"
                } else {
                    &archive.role
                },
                &format!(
                    "{} (phase {}, {}, digest {})",
                    archive.name,
                    archive.phase,
                    archive.collected_at,
                    if self.style.all {
                        archive.digest.as_str()
                    } else {
                        archive.digest.get(..12).unwrap_or(&archive.digest)
                    }
                ),
            );
        }
        self.labelled("evidence", &view.coverage.sentence);
        for remark in &view.remarks {
            self.labelled("note", remark);
        }
        self.blank();
        if view.coverage.missing.is_empty() {
            return;
        }
        self.line("Missing evidence");
        let mut table = self.table(["item", "how it ended", "why"]);
        let pair = view.archives.len() > 1;
        let mut told = 0;
        let groups = groups(&view.coverage.missing, self.style.all);
        let shown = if self.style.all { groups.len() } else { SHORT };
        for group in groups.into_iter().take(shown) {
            let Some(first) = group.first() else { continue };
            let item = match group.len() {
                1 => first.item.clone(),
                count => format!("{} ({count} items)", folder(&first.item)),
            };
            let item = if pair { format!("{}: {item}", first.role) } else { item };
            table.add_row([item.as_str(), &first.outcome, cause(&first.reason)]);
            told += group.len() as u64;
        }
        self.draw(&table);
        let more = view.coverage.lost.saturating_sub(told);
        self.more(usize::try_from(more).unwrap_or(usize::MAX), "item");
        self.blank();
    }

    fn labelled(&mut self, label: &str, text: &str) {
        const LABEL: usize = 10;
        let width = usize::from(self.style.width).saturating_sub(LABEL).max(20);
        for (number, line) in wrapped(text, width).into_iter().enumerate() {
            let label = if number == 0 { label } else { "" };
            let label = self.paint("dim", &format!("{label:<LABEL$}"));
            let _ = writeln!(self.text, "{label}{line}");
        }
    }

    fn result(&mut self, result: &ResultView) {
        let label = self.paint(result.class, &result.label);
        let id = self.paint("strong", &result.check);
        let mut heading = format!("{label}  {id}  {}, {}", result.area, result.severity);
        if !result.count.is_empty() {
            let _ = write!(heading, ", {}", result.count);
        }
        self.line(&heading);
        let looked = result
            .judged
            .as_ref()
            .map(|judged| format!(" (looked at {judged})"))
            .unwrap_or_default();
        self.paragraph(2, &format!("good: {}{looked}", result.title));
        if let Some(reason) = &result.reason {
            let what = match result.class {
                "skipped" | "left-out" => "skipped",
                _ if result.findings.is_empty() => "unknown",
                _ => "also unknown",
            };
            self.paragraph(2, &format!("{what}: {reason}"));
        }
        self.findings(result);
        self.blank();
    }

    fn findings(&mut self, result: &ResultView) {
        let shown = if self.style.all { result.findings.len() } else { SHORT };
        let mut table = self.table(["finding", "seen at"]);
        for finding in result.findings.iter().take(shown) {
            let mut words = finding.summary.clone();
            if let Some(waiver) = &finding.waived_by {
                let _ = write!(words, " [waived by {waiver}]");
            }
            let places = if self.style.all { finding.evidence.len() } else { 1 };
            let mut seen: Vec<String> = finding
                .evidence
                .iter()
                .take(places)
                .map(|at| {
                    let value = at.value.as_ref().map(|value| format!(" = {value}")).unwrap_or_default();
                    let gap = if at.pointer.is_empty() { "" } else { " " };
                    format!("{}{gap}{}{value}", at.item, at.pointer)
                })
                .collect();
            let more = finding.evidence.len().saturating_sub(places) + finding.more_evidence;
            if more > 0 {
                seen.push(format!("and {more} more"));
            }
            table.add_row([words, seen.join("\n")]);
        }
        if table.row_count() > 0 {
            self.draw(&table);
        }
        let more = result.findings.len().saturating_sub(table.row_count()) + result.more;
        self.more(more, "finding");
    }

    fn changes(&mut self, group: &ChangeGroup) {
        let heading = self.paint("strong", group.heading);
        self.line(&format!("{heading} ({})", group.total));
        let shown = if self.style.all { group.rows.len() } else { SHORT };
        let mut table = self.table(["subject", "change", "before -> after", "why"]);
        for change in group.rows.iter().take(shown) {
            let kind = match &change.field {
                Some(field) => format!("{} {field}", change.kind),
                None => change.kind.to_owned(),
            };
            let side = |side: &Option<String>| side.clone().unwrap_or_else(|| "-".to_owned());
            let values = format!("{} -> {}", side(&change.before), side(&change.after));
            table.add_row([&change.subject, &kind, &values, &change.why]);
        }
        self.draw(&table);
        let more = group.rows.len().saturating_sub(table.row_count()) + group.more;
        self.more(more, "change");
        self.blank();
    }

    /// One line, or everything; left-behind places are findings and stand above.
    fn ledger(&mut self, view: &View) {
        let ledger = &view.ledger;
        if ledger.rows.is_empty() {
            return;
        }
        let heading = self.paint("strong", "What the hop changes by itself");
        self.line(&format!("{heading}: {}", ledger.sentence));
        if self.style.all {
            let mut table = self.table(["change", "state", "statement", "outcome"]);
            for row in &ledger.rows {
                table.add_row([row.id.as_str(), row.state, &row.text, &row.outcome]);
            }
            self.draw(&table);
            self.more(ledger.more, "expected change");
        }
        self.blank();
    }

    fn waivers(&mut self, view: &View) {
        if view.waivers.is_empty() {
            return;
        }
        let heading = self.paint("strong", "Waivers");
        self.line(&heading);
        let mut table = self.table(["waiver", "for", "state", "owner, until", "reason"]);
        for waiver in &view.waivers {
            table.add_row([
                &waiver.id,
                &format!("{}: {}", waiver.check, waiver.scope),
                &format!("{} ({})", waiver.state, waiver.findings),
                &format!("{}, {}", waiver.owner, waiver.expires),
                &waiver.reason,
            ]);
        }
        self.draw(&table);
        self.blank();
    }

    /// What people answered, and what still waits for them with the command that answers it.
    fn signoffs(&mut self, view: &View) {
        let signoffs = &view.signoffs;
        if !signoffs.any {
            return;
        }
        let heading = self.paint("strong", "Sign-offs");
        self.line(&heading);
        if !signoffs.sentence.is_empty() {
            self.paragraph(2, &signoffs.sentence);
        }
        let shown = if self.style.all { signoffs.open.len() } else { SHORT };
        let mut table = self.table(["item", "answer", "question"]);
        for row in signoffs.open.iter().take(shown) {
            let mut question = row.text.clone();
            if let Some(why) = &row.why {
                let _ = write!(question, " [{why}]");
            }
            if self.style.all {
                let _ = write!(question, "\nhow: {}", row.how);
            }
            if !row.who.is_empty() {
                let _ = write!(question, "\n{}", row.who);
            }
            if !row.note.is_empty() {
                let _ = write!(question, ": {}", row.note);
            }
            table.add_row([row.item.as_str(), &format!("{} ({})", row.label, row.weight), &question]);
        }
        if table.row_count() > 0 {
            self.draw(&table);
        }
        let rest: Vec<&str> = signoffs.open.iter().skip(shown).map(|row| row.item.as_str()).collect();
        if !rest.is_empty() {
            self.paragraph(2, &format!("also open: {}", rest.join(", ")));
        }
        if let Some(command) = signoffs.open.iter().find_map(|row| row.command.as_deref()) {
            self.paragraph(2, &format!("answer with: {command}"));
            self.paragraph(
                2,
                "(several items at once; --answer no or not-applicable with --note; `gonogo signoff list` says how to find out)",
            );
        }
        self.answers(view);
        self.blank();
    }

    /// Answers that were given; those without effect are always told.
    fn answers(&mut self, view: &View) {
        let signoffs = &view.signoffs;
        let given = signoffs.answered.iter().filter(|_| self.style.all);
        let mut table = self.table(["item", "answer", "who, when", "note"]);
        for row in given.chain(&signoffs.ignored) {
            let note = match &row.why {
                Some(why) if row.note.is_empty() => why.clone(),
                Some(why) => format!("{why}; {}", row.note),
                None => row.note.clone(),
            };
            table.add_row([&row.item, &row.label.to_owned(), &row.who, &note]);
        }
        if table.row_count() > 0 {
            self.draw(&table);
        }
        self.more(signoffs.more, "entry");
    }

    fn requirements(&mut self, view: &View) {
        if view.requirements.rows.is_empty() {
            return;
        }
        let heading = self.paint("strong", "Requirements");
        self.line(&heading);
        let mut table = self.table(["requirement", "status", "answered by"]);
        for answer in &view.requirements.rows {
            let mut by = answer.answered_by.clone();
            if !answer.note.is_empty() {
                let _ = write!(by, "\n{}", answer.note);
            }
            table.add_row([&answer.id, &answer.status, &by]);
        }
        self.draw(&table);
        self.more(view.requirements.more, "requirement");
        self.blank();
    }

    fn policy(&mut self, view: &View) {
        let heading = self.paint("strong", "Policy");
        self.line(&heading);
        for (name, value) in &view.policy {
            self.paragraph(2, &format!("{name}: {value}"));
        }
        self.paragraph(2, &format!("{}, rules {}", view.tool, view.rules));
        self.blank();
    }

    fn counts(&mut self, view: &View) {
        let counts: Vec<String> = view
            .counts
            .iter()
            .map(|count| self.paint(count.class, &format!("{} {}", count.count, count.label)))
            .collect();
        self.line(&format!("{} checks: {}", view.checks, counts.join(", ")));
        let changes: Vec<String> = view
            .changes
            .iter()
            .map(|group| format!("{} {}", group.total, group.expectation))
            .collect();
        if !changes.is_empty() {
            self.line(&format!("changes: {}", changes.join(", ")));
        }
        if !view.requirements.sentence.is_empty() {
            let sentence = view.requirements.sentence.clone();
            self.paragraph(0, &sentence);
        }
        if !self.style.all {
            self.line("-v lists everything; `gonogo explain CHECK` says why a check exists and what to do");
        }
        self.blank();
    }

    fn more(&mut self, more: usize, one: &str) {
        if more > 0 {
            let plural = if more == 1 { "" } else { "s" };
            self.line(&format!("  and {more} more {one}{plural}"));
        }
    }

    fn table<const N: usize>(&self, header: [&str; N]) -> Table {
        let mut table = Table::new();
        table
            .load_style(presets::NOTHING)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(self.style.width.saturating_sub(1))
            .force_no_tty()
            .set_header(header);
        // No column may starve the others, however long its texts are.
        let least = self.style.width / (u16::try_from(N).unwrap_or(1) * 3);
        for column in table.column_iter_mut() {
            column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(least.max(8))));
        }
        table
    }

    fn draw(&mut self, table: &Table) {
        for line in table.lines() {
            let _ = writeln!(self.text, " {}", line.trim_end());
        }
    }
}

/// Text in the colour of a class, where colour is wanted.
pub(super) fn painted(color: bool, class: &str, text: &str) -> String {
    let code = match class {
        "go" | "pass" => "1;32",
        "warnings" | "warn" | "waived" | "left-out" => "1;33",
        "no-go" | "fail" => "1;31",
        "cannot-say" | "unknown" => "1;35",
        "strong" => "1",
        _ => "2",
    };
    if color {
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    } else {
        text.to_owned()
    }
}
