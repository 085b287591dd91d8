//! The plan on a terminal: the way first, then hop by hop what is done and what must be seen; short unless asked for more.
//!
//! A phase that is the same as in the hop before is said to be so instead of being written again.

use std::fmt::Write as _;

use super::view::phases;
use super::words;
use crate::knowledge::hops::{Disagreement, Statement};
use crate::knowledge::ledger::What;
use crate::knowledge::procedure::Each;
use crate::plan::{Hop, Manual, ManualKind, Plan, Step, When};
use crate::report::safe::{limited, sanitized};
use crate::report::terminal::{Style, painted, wrapped};

/// Renders.
pub(super) fn render(plan: &Plan, style: Style) -> String {
    let mut page = Page {
        text: String::new(),
        style,
        plan,
    };
    page.way();
    for (at, hop) in plan.hops.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| plan.hops.get(at));
        page.hop(at, hop, before);
    }
    page.end();
    page.text
}

struct Page<'a> {
    text: String,
    style: Style,
    plan: &'a Plan,
}

impl Page<'_> {
    fn blank(&mut self) {
        self.text.push('\n');
    }

    fn paint(&self, class: &str, text: &str) -> String {
        painted(self.style.color, class, text)
    }

    /// A label and its text, wrapped beside it.
    fn labelled(&mut self, indent: usize, label: &str, text: &str) {
        const LABEL: usize = 11;
        let text = limited(text);
        let width = usize::from(self.style.width).saturating_sub(LABEL + indent).max(20);
        for (number, line) in wrapped(&sanitized(&text), width).into_iter().enumerate() {
            let label = if number == 0 { label } else { "" };
            let label = self.paint("dim", &format!("{label:<LABEL$}"));
            let _ = writeln!(self.text, "{:indent$}{label}{line}", "");
        }
    }

    fn paragraph(&mut self, indent: usize, text: &str) {
        let text = limited(text);
        let width = usize::from(self.style.width).saturating_sub(indent).max(20);
        for line in wrapped(&sanitized(&text), width) {
            let _ = writeln!(self.text, "{:indent$}{line}", "");
        }
    }

    /// A list item: what is wrapped stands under its text, not under its mark.
    fn item(&mut self, indent: usize, mark: &str, text: &str) {
        let text = limited(text);
        let hanging = indent + mark.len() + 1;
        let width = usize::from(self.style.width).saturating_sub(hanging).max(20);
        for (number, line) in wrapped(&sanitized(&text), width).into_iter().enumerate() {
            if number == 0 {
                let _ = writeln!(self.text, "{:indent$}{mark} {line}", "");
            } else {
                let _ = writeln!(self.text, "{:hanging$}{line}", "");
            }
        }
    }

    /// A command is never wrapped: it is to be copied.
    fn command(&mut self, indent: usize, mark: &str, run: &str) {
        let _ = writeln!(self.text, "{:indent$}{mark}{}", "", sanitized(run));
    }

    fn heading(&mut self, indent: usize, class: &str, text: &str) {
        let painted = self.paint(class, &sanitized(text));
        let _ = writeln!(self.text, "{:indent$}{painted}", "");
    }

    fn way(&mut self) {
        let plan = self.plan;
        self.heading(
            0,
            words::class(plan.supported, words::disputed(plan)),
            &words::headline(plan),
        );
        self.paragraph(0, &format!("{}.", plan.why.trim_end_matches('.')));
        self.paragraph(0, words::next(plan));
        self.blank();
        self.labelled(
            0,
            "product",
            &format!("{} ({})", words::product(plan.product), plan.product_because),
        );
        let chains = &plan.chains;
        if chains.recommended.is_empty() {
            self.labelled(0, "way", "none of supported hops");
            if let Some(other) = chains.instead.last() {
                self.labelled(
                    0,
                    "instead",
                    &format!("{} has one: {}", other, words::arrows(&chains.instead)),
                );
            }
        } else {
            self.labelled(0, "way", &words::arrows(&chains.recommended));
        }
        if let Some(because) = &chains.because {
            self.labelled(0, "", &statement(because));
        }
        for other in &chains.alternatives {
            self.labelled(
                0,
                "or",
                &format!(
                    "{} instead of {}: {} ({})",
                    other.version, other.instead_of, other.says, other.source
                ),
            );
        }
        if !chains.shortest.is_empty() && chains.shortest != chains.recommended {
            let equal = chains.shortest.len() == chains.recommended.len();
            let also = if equal { " (as many hops)" } else { "" };
            self.labelled(0, "shortest", &format!("{}{also}", words::arrows(&chains.shortest)));
        }
        if plan.product == crate::knowledge::hops::Product::Dcos {
            let edition = plan.edition.map_or(
                "not stated: steps of both are listed (--edition ee or oss lists one)",
                words::edition,
            );
            self.labelled(0, "edition", edition);
        }
        for remark in &plan.remarks {
            self.labelled(0, "note", remark);
        }
        if let Some(cluster) = &plan.cluster {
            self.labelled(0, "cluster", &words::cluster(cluster));
            for doubt in &cluster.doubts {
                self.labelled(0, "mind", doubt);
            }
        }
    }

    fn hop(&mut self, at: usize, hop: &Hop, before: Option<&Hop>) {
        self.blank();
        let title = format!(
            "Hop {} of {}: {} → {}, {}, {}",
            at + 1,
            self.plan.hops.len(),
            hop.from,
            hop.to,
            words::kind(hop.kind),
            words::support(hop.supported)
        );
        self.heading(0, words::class(hop.supported, !hop.disagreement.is_empty()), &title);
        self.labelled(2, "why", &hop.why);
        let components = words::components(hop);
        if !components.is_empty() {
            self.labelled(2, "inside", &components);
        }
        self.order(hop);
        if self.style.all {
            for said in &hop.sources {
                self.labelled(2, "says", &statement(said));
            }
        } else {
            self.labelled(2, "sources", &sources(hop));
        }
        for disagreement in &hop.disagreement {
            self.disagreement(2, disagreement);
        }
        for (phase, steps) in phases(hop) {
            let same = self.same(at, (phase, steps), hop, before);
            self.phase(phase, steps, same.as_deref());
        }
        self.checks(hop);
        self.manual(hop);
        self.changes(hop);
    }

    /// What a phase need not be written again for: the hop before, or private agents before public ones.
    fn same(&self, at: usize, (phase, steps): (&str, &[Step]), hop: &Hop, before: Option<&Hop>) -> Option<String> {
        if self.style.all || phase == "upgrade" {
            return None;
        }
        let of = |hop: &'_ Hop, wanted: &str| {
            let found = phases(hop).into_iter().find(|(other, _)| *other == wanted);
            found.map(|(_, steps)| plain(hop, steps))
        };
        let own = Some(plain(hop, steps));
        if before.is_some_and(|before| of(before, phase) == own) {
            return Some(format!("as in hop {at}, with the versions of this one"));
        }
        (phase == "public-agents" && of(hop, "private-agents") == own).then(|| "as private agents".to_owned())
    }

    fn order(&mut self, hop: &Hop) {
        let Some(order) = &hop.order else { return };
        self.labelled(2, "order", &order.words);
        for note in &order.notes {
            self.labelled(2, "mind", note);
        }
        if self.style.all {
            self.labelled(2, "", &order.sources.join("; "));
        }
    }

    fn disagreement(&mut self, indent: usize, disagreement: &Disagreement) {
        self.labelled(indent, "disagree", &format!("about {}:", disagreement.about));
        for said in &disagreement.statements {
            self.labelled(indent, "", &format!("- {}", statement(said)));
        }
        self.labelled(indent, "", &format!("counts here: {}", disagreement.applied));
    }

    /// `same`: what the phase is the same as.
    fn phase(&mut self, phase: &str, steps: &[Step], same: Option<&str>) {
        self.blank();
        if let Some(same) = same {
            let count = steps.len();
            let plural = if count == 1 { "" } else { "s" };
            self.heading(
                2,
                "strong",
                &format!("{}: {same} ({count} step{plural})", words::phase(phase)),
            );
            return;
        }
        self.heading(2, "strong", words::phase(phase));
        let mut on: Option<String> = None;
        for step in steps {
            let cluster = self.plan.cluster.as_ref();
            // In the phases of nodes: which steps are done once, and which node by node.
            let now = words::on(step, cluster).filter(|_| matches!(step.each, Each::Master | Each::Agent));
            if now.is_some() && now != on && (phase == "masters" || phase.ends_with("-agents")) {
                let how = if step.each == Each::Master {
                    "one after the other: "
                } else {
                    ""
                };
                let line = format!("      {how}{}", now.as_deref().unwrap_or_default());
                self.heading(0, "dim", &line);
            }
            on = now;
            self.step(step);
        }
    }

    fn step(&mut self, step: &Step) {
        const INDENT: usize = 8;
        let mut title = step.title.clone();
        if let Some(edition) = step.edition {
            let _ = write!(title, " [{}]", words::edition(edition));
        }
        if self.style.all
            && let Some(on) = words::on(step, self.plan.cluster.as_ref())
        {
            let _ = write!(title, " ({on})");
        }
        let width = usize::from(self.style.width).saturating_sub(INDENT).max(20);
        for (number, line) in wrapped(&sanitized(&limited(&title)), width).into_iter().enumerate() {
            if number == 0 {
                let _ = writeln!(self.text, "  {:>4}  {line}", step.n);
            } else {
                let _ = writeln!(self.text, "{:INDENT$}{line}", "");
            }
        }
        if let Some(note) = &step.note {
            self.paragraph(INDENT, note);
        }
        if self.style.all && !step.text.is_empty() {
            self.paragraph(INDENT, &step.text);
        }
        if self.style.all {
            for command in &step.commands {
                let mark = if command.changes { "changes $ " } else { "        $ " };
                self.command(INDENT, mark, &command.run);
            }
        }
        if let Some(gate) = &step.gate {
            self.labelled(INDENT, "must see", &gate.see);
            if self.style.all {
                if !gate.checks.is_empty() {
                    self.labelled(INDENT, "checks", &gate.checks.join(", "));
                }
                self.labelled(INDENT, "else", &gate.stop);
            }
        }
        if self.style.all {
            for disagreement in &step.disagreement {
                self.disagreement(INDENT, disagreement);
            }
            self.labelled(
                INDENT,
                "answers",
                &format!("{} ({})", step.requirements.join(", "), step.id),
            );
            if !step.signoffs.is_empty() {
                self.labelled(INDENT, "sign-offs", &step.signoffs.join(", "));
            }
            self.labelled(INDENT, "sources", &step.sources.join("; "));
        }
    }

    fn checks(&mut self, hop: &Hop) {
        if hop.checks.is_empty() {
            return;
        }
        self.blank();
        let after = hop.checks.iter().filter(|check| check.when == When::After).count();
        self.heading(
            2,
            "strong",
            &format!(
                "Checks: {} before and after, {after} more after (`gonogo explain ID` says more)",
                hop.checks.len() - after
            ),
        );
        if self.style.all {
            for check in &hop.checks {
                self.paragraph(
                    4,
                    &format!("{}: {} ({})", check.id, check.title, words::when(check.when)),
                );
            }
        }
    }

    fn manual(&mut self, hop: &Hop) {
        if hop.manual.is_empty() {
            return;
        }
        self.blank();
        let blocking = hop.manual.iter().filter(|item| item.blocking).count();
        self.heading(
            2,
            "strong",
            &format!(
                "Manual items: {}, of them {blocking} that must not be left open",
                hop.manual.len()
            ),
        );
        let worth =
            |item: &Manual| item.kind != ManualKind::Signoff && (item.blocking || item.kind == ManualKind::Advisory);
        let mut left = 0;
        for item in &hop.manual {
            if !self.style.all && !worth(item) {
                left += 1;
                continue;
            }
            let mark = if item.blocking { "!" } else { "-" };
            self.item(4, mark, &format!("{}: {}", item.id, item.text));
            if self.style.all {
                if let Some(how) = &item.how {
                    self.paragraph(6, &format!("how ({}): {how}", words::when(item.when)));
                }
                self.paragraph(6, &format!("sources: {}", item.sources.join("; ")));
            }
        }
        if left > 0 {
            self.paragraph(
                4,
                &format!("and {left} more (rules to be looked at, sign-offs); -v lists them"),
            );
        }
    }

    fn changes(&mut self, hop: &Hop) {
        if hop.expected_changes.is_empty() {
            return;
        }
        self.blank();
        self.heading(
            2,
            "strong",
            &format!("Expected changes: {}", hop.expected_changes.len()),
        );
        let mut left = 0;
        for change in &hop.expected_changes {
            if !self.style.all && !matches!(change.what, What::Version | What::History | What::Leader) {
                left += 1;
                continue;
            }
            self.item(4, "-", &format!("{}: {}", change.what.as_str(), change.text));
            if self.style.all {
                self.paragraph(6, &format!("{}; sources: {}", change.id, change.sources.join("; ")));
            }
        }
        if left > 0 {
            self.paragraph(
                4,
                &format!("and {left} endpoints, fields, metrics and flags; -v lists them"),
            );
        }
    }

    fn end(&mut self) {
        self.blank();
        if !self.style.all {
            self.paragraph(
                0,
                "-v adds commands, reasons, stop rules, requirements and sources. gonogo prints commands and runs none of them.",
            );
        }
        let tool = &self.plan.tool;
        self.paragraph(
            0,
            &format!(
                "{} {}, knowledge {}",
                tool.name, tool.version, self.plan.knowledge.revision
            ),
        );
    }
}

fn statement(said: &Statement) -> String {
    format!("{} ({})", said.says, said.source)
}

/// The documents that speak about a hop, each once.
fn sources(hop: &Hop) -> String {
    let mut named: Vec<&str> = Vec::new();
    for said in &hop.sources {
        if !named.contains(&said.source.as_str()) {
            named.push(&said.source);
        }
    }
    if named.is_empty() {
        "none speaks about this hop".to_owned()
    } else {
        named.join("; ")
    }
}

/// What is done in a phase, whatever the versions are.
fn plain(hop: &Hop, steps: &[Step]) -> Vec<(String, String, Vec<String>)> {
    let bare = |text: &str| {
        text.replace(&hop.to.to_string(), "{}")
            .replace(&hop.from.to_string(), "{}")
    };
    steps
        .iter()
        .map(|step| {
            let commands = step.commands.iter().map(|command| bare(&command.run)).collect();
            (step.id.clone(), bare(&step.title), commands)
        })
        .collect()
}
