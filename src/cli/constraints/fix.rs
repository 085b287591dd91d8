//! The corrected constraints of an app or pod, as `facts::constraints` corrects them: worked out once for each different list.

use crate::facts::constraints::{Choice, Correction};
use crate::sources::canonical::quoted;

/// Longest list that is corrected as a whole: no app has more, and a fragment stands in the row of every bad one of them.
pub const LONGEST: usize = 50;

/// Corrected constraints, whoever has them.
#[derive(Debug)]
pub struct Fix {
    /// The fragment after its id.
    tail: String,
    choices: Vec<Choice>,
    /// Whether the running release takes it too: then it can be pasted before the upgrade.
    pub fits_running: bool,
}

/// The fragment begins with an id, and this one is put in its place.
const NO_ID: &str = r#"{"id":"""#;

impl Fix {
    /// Of a correction that was made for an app without an id.
    pub fn of(correction: Correction) -> Option<Self> {
        Some(Self {
            tail: correction.fragment.strip_prefix(NO_ID)?.to_owned(),
            choices: correction.choices,
            fits_running: correction.fits_running,
        })
    }

    /// `{"id": …, "constraints": […]}`, or the form of a pod, for the app or pod of that id.
    pub fn fragment(&self, id: &str) -> String {
        format!("{{\"id\":{}{}", quoted(id), self.tail)
    }

    /// What a person has to choose for one constraint.
    pub fn choice(&self, index: usize) -> Option<&Choice> {
        self.choices.iter().find(|choice| choice.index == index)
    }

    /// Whether nothing is left to choose: the fragment is ready to paste.
    pub fn ready(&self) -> bool {
        self.choices.is_empty()
    }
}
