//! What is said of the room for one app or pod, as a line and as JSON. Holds no rule.

use std::fmt::Write as _;

use serde::Serialize;

use crate::facts::placement::{Fit, Outcome};
use crate::report::safe::{limited, sanitized};
use crate::sources::marathon_constraints::Form;

/// One app or pod in one scene.
pub struct Placed<'a> {
    /// Name of the Marathon instance.
    pub marathon: &'a str,
    /// Release whose reading of constraints it is; `None`: not known.
    pub release: Option<&'a str>,
    /// Id, or place where it has none.
    pub app: &'a str,
    /// App or pod.
    pub form: Form,
    /// Instances wanted.
    pub instances: Option<u64>,
    /// The answer.
    pub outcome: &'a Outcome,
    /// Agents taken away, as they were named.
    pub without: &'a [String],
    /// Racks taken away.
    pub racks: &'a [String],
    /// Item and JSON pointer.
    pub pointer: &'a str,
}

/// How many of what.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Counted {
    /// Answers given: one for each app or pod, release and scene.
    pub judged: u64,
    /// No room.
    pub no: u64,
    /// Not known.
    pub unknown: u64,
}

impl Counted {
    /// Counts an answer.
    pub fn count(&mut self, fit: &Fit) {
        self.judged += 1;
        match fit {
            Fit::Fits => {}
            Fit::CannotFit { .. } => self.no += 1,
            Fit::Unknown { .. } => self.unknown += 1,
        }
    }
}

/// The row as JSON.
#[derive(Serialize)]
struct Line<'a> {
    app: &'a str,
    kind: &'static str,
    marathon: &'a str,
    release: Option<&'a str>,
    instances: Option<u64>,
    fits: &'static str,
    at_most: Option<u64>,
    because: Option<&'a str>,
    without: &'a [String],
    without_racks: &'a [String],
    pointer: &'a str,
}

impl Placed<'_> {
    fn because(&self) -> Option<&str> {
        match &self.outcome.fit {
            Fit::Fits => None,
            Fit::CannotFit { because, .. } => Some(because),
            Fit::Unknown { why } => Some(why),
        }
    }

    /// As JSON.
    pub fn json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(&Line {
            app: self.app,
            kind: match self.form {
                Form::App => "app",
                Form::Pod => "pod",
            },
            marathon: self.marathon,
            release: self.release,
            instances: self.instances,
            fits: match self.outcome.fit {
                Fit::Fits => "yes",
                Fit::CannotFit { .. } => "no",
                Fit::Unknown { .. } => "unknown",
            },
            at_most: self.outcome.at_most,
            because: self.because(),
            without: self.without,
            without_racks: self.racks,
            pointer: self.pointer,
        })
    }

    /// As a line for people.
    pub fn line(&self) -> String {
        let instances = match self.instances {
            Some(1) => "1 instance".to_owned(),
            Some(count) => format!("{count} instances"),
            None => "its instances".to_owned(),
        };
        let said = match (&self.outcome.fit, self.outcome.at_most) {
            (Fit::Fits, _) => format!("no constraint rules out {instances}"),
            (Fit::CannotFit { .. }, Some(most)) => format!("no room for {instances}, at most {most}"),
            (Fit::CannotFit { .. }, None) => format!("no room for {instances}"),
            (Fit::Unknown { .. }, _) => format!("whether there is room for {instances} is not known"),
        };
        let mut text = String::new();
        if self.form == Form::Pod {
            text.push_str("pod ");
        }
        let by = self
            .release
            .map_or_else(String::new, |release| format!(", Marathon {release}"));
        let _ = write!(text, "{}: {said}{by}{}", self.app, self.away());
        if let Some(because) = self.because() {
            let _ = write!(text, ": {because}");
        }
        let marathon = limited(&sanitized(self.marathon)).into_owned();
        format!("{marathon}: {}\n", limited(&sanitized(&text)))
    }

    /// What is taken away.
    fn away(&self) -> String {
        let racks = self.racks.iter().map(|rack| format!("rack {rack}"));
        let all: Vec<String> = self.without.iter().cloned().chain(racks).collect();
        if all.is_empty() {
            String::new()
        } else {
            format!(", without {}", all.join(", "))
        }
    }
}
