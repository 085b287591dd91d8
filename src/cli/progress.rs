//! Progress of a collect run: bars on a terminal, a line per step otherwise. Lines go through a channel to whoever prints.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressStyle};
use tokio::sync::mpsc::UnboundedSender;

use super::text;
use crate::collect::Observer;
use crate::model::{Evidence, Outcome};

/// Whether an item is worth a line of its own.
fn troubles(evidence: &Evidence) -> bool {
    !matches!(
        evidence.outcome,
        Outcome::Captured | Outcome::NotApplicable | Outcome::SkippedByUser
    )
}

/// A line per step.
pub struct Lines(UnboundedSender<String>);

impl Lines {
    /// Lines go to `sender`.
    pub fn new(sender: UnboundedSender<String>) -> Self {
        Self(sender)
    }

    fn say(&self, line: String) {
        // The receiver is gone only when the run is over.
        let _ = self.0.send(line);
    }
}

impl Observer for Lines {
    fn step_ended(&self, step: &str, items: usize, captured: usize) {
        if items > 0 {
            self.say(format!("{step}: {captured} of {items}"));
        }
    }

    fn note(&self, text: &str) {
        self.say(text.to_owned());
    }
}

/// A bar over all items, with the steps under way beside it. Troubles scroll by above it.
pub struct Bars {
    bar: ProgressBar,
    running: Mutex<BTreeSet<String>>,
    lines: UnboundedSender<String>,
}

impl Bars {
    /// Draws on standard error; notes go to `lines`.
    pub fn new(lines: UnboundedSender<String>) -> Self {
        let bar = ProgressBar::new(0);
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} items  {wide_msg}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(std::time::Duration::from_millis(200));
        Self {
            bar,
            running: Mutex::default(),
            lines,
        }
    }

    fn show(&self, change: impl FnOnce(&mut BTreeSet<String>)) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut running);
        let first: Vec<&str> = running.iter().take(3).map(String::as_str).collect();
        let more = running.len().saturating_sub(first.len());
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        self.bar
            .set_message(text::sanitized(&format!("{}{more}", first.join(", "))).clone());
    }
}

impl Observer for Bars {
    fn planned(&self, items: usize) {
        self.bar.inc_length(items as u64);
    }

    fn step_started(&self, step: &str) {
        self.show(|running| {
            running.insert(step.to_owned());
        });
    }

    fn item_ended(&self, evidence: &Evidence) {
        self.bar.inc(1);
        if troubles(evidence) {
            let reason = evidence.reason.as_deref().unwrap_or_default();
            self.bar.println(text::sanitized(&format!(
                "{} {}: {reason}",
                evidence.item,
                evidence.outcome.as_str()
            )));
        }
    }

    fn step_ended(&self, step: &str, _items: usize, _captured: usize) {
        self.show(|running| {
            running.remove(step);
        });
    }

    fn note(&self, text: &str) {
        if self.bar.is_hidden() {
            let _ = self.lines.send(text.to_owned());
        } else {
            self.bar.println(text::sanitized(text));
        }
    }
}

impl Drop for Bars {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
