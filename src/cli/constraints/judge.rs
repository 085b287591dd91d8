//! From the text of a constraint to what is said of it: each different text is judged once.

use std::rc::Rc;

use super::row::Told;
use crate::facts::constraints::{Kind, Passage};
use crate::model::Version;
use crate::snapshot::Constraint;
use crate::sources::canonical::Canonical;
use crate::sources::marathon_apps::{app_constraint, pod_constraint};
use crate::sources::marathon_constraints::{Form, Memo};

/// Judges constraints of one Marathon.
pub struct Judge {
    /// Why there is no passage, where there is none.
    passage: Result<Passage, String>,
    with_target: bool,
    all: bool,
    apps: Memo<Option<Rc<Told>>>,
    pods: Memo<Option<Rc<Told>>>,
}

impl Judge {
    /// A judge for a release, or for one that is not known, and why; `all`: also tells of what stays as it is.
    pub fn new(running: Result<&Version, String>, target: Option<&Version>, all: bool) -> Self {
        Self {
            passage: running.map(|running| Passage::new(running, target)),
            with_target: target.is_some(),
            all,
            apps: Memo::default(),
            pods: Memo::default(),
        }
    }

    /// What is said of a constraint; `None` when it stays as it is and not all are told.
    pub fn text(&mut self, form: Form, text: &[u8]) -> Option<Rc<Told>> {
        let Self {
            passage,
            with_target,
            all,
            apps,
            pods,
        } = self;
        let memo = match form {
            Form::App => apps,
            Form::Pod => pods,
        };
        memo.get(text, || {
            let told = match serde_json::from_slice::<Canonical>(text) {
                Ok(raw) => {
                    let wire = match form {
                        Form::App => app_constraint(raw),
                        Form::Pod => pod_constraint(raw),
                    };
                    let constraint = Constraint {
                        elements: wire.elements,
                        well_formed: wire.well_formed,
                        raw: wire.raw,
                    };
                    look(passage, form, constraint, *with_target)
                }
                // Sound JSON was seen to by the reader; what is left is a key that stands twice.
                Err(_) => Told::unknown(
                    compact(text),
                    *with_target,
                    "a key in it stands twice, and it is not said which one counts",
                ),
            };
            (told.notable || *all).then(|| Rc::new(told))
        })
    }

    /// What is said of something that stands where a list of constraints should be.
    pub fn no_list(&self, form: Form, text: &[u8]) -> Told {
        let constraint = Constraint {
            elements: Vec::new(),
            well_formed: false,
            raw: compact(text),
        };
        look(&self.passage, form, constraint, self.with_target)
    }

    /// As [`Judge::text`], of a constraint of a snapshot.
    pub fn constraint(&self, form: Form, constraint: &Constraint) -> Option<Told> {
        let told = look(&self.passage, form, constraint.clone(), self.with_target);
        (told.notable || self.all).then_some(told)
    }

    /// Of something that cannot be judged at all.
    pub fn unread(&self, why: &str) -> Told {
        Told::unknown("null".to_owned(), self.with_target, why)
    }
}

fn look(passage: &Result<Passage, String>, form: Form, constraint: Constraint, with_target: bool) -> Told {
    let kind = match form {
        Form::App => Kind::App,
        Form::Pod => Kind::Pod,
    };
    match passage {
        Ok(passage) => {
            let outlook = passage.look(&constraint, kind);
            Told::of(constraint.raw, outlook)
        }
        Err(why) => Told::unknown(constraint.raw, with_target, why),
    }
}

/// The text on one line.
fn compact(text: &[u8]) -> String {
    serde_json::from_slice::<serde_json::Value>(text).map_or_else(|_| "null".to_owned(), |value| value.to_string())
}
