//! From the text of a constraint to what is said of it: each different text is judged once.

use std::rc::Rc;

use super::fix::{Fix, LONGEST};
use super::row::Told;
use crate::facts::constraints::{Disk, Kind, Passage};
use crate::model::Version;
use crate::snapshot::{ConstrainedVolume, Constraint};
use crate::sources::canonical::Canonical;
use crate::sources::marathon_apps::{
    ConstraintWire, VolumeWire, app_constraint, constrained_volumes, container_volumes, pod_constraint,
};
use crate::sources::marathon_constraints::{Constraints, Form, Memo, Workload};

/// Judges constraints of one Marathon.
pub struct Judge {
    /// Why there is no passage, where there is none.
    passage: Result<Passage, String>,
    with_target: bool,
    all: bool,
    apps: Memo<Verdict>,
    pods: Memo<Verdict>,
    lists: [Memo<Option<Quiet>>; 2],
    fixes: [Memo<Option<Rc<Fix>>>; 2],
}

/// A list of constraints of which nothing is told.
#[derive(Debug, Clone, Copy, Default)]
pub struct Quiet {
    /// Its length.
    pub constraints: u64,
    /// How many of them mean something else under the target.
    pub shifts: u64,
}

/// What is remembered of a text.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// What is said of it; `None` when it stays as it is and not all are told.
    pub told: Option<Rc<Told>>,
    /// Whether it stays and means something else under the target.
    pub shifts: bool,
}

impl Verdict {
    fn new(told: Told, all: bool) -> Self {
        Self {
            shifts: told.shifts,
            told: (told.notable || all).then(|| Rc::new(told)),
        }
    }
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
            lists: Default::default(),
            fixes: Default::default(),
        }
    }

    /// What is to know of the way from the one release to the other.
    pub fn note(&self) -> Option<&str> {
        self.passage.as_ref().ok()?.note()
    }

    /// What is said of a constraint.
    pub fn text(&mut self, form: Form, text: &[u8]) -> Verdict {
        let Self {
            passage,
            with_target,
            all,
            apps,
            pods,
            ..
        } = self;
        let memo = match form {
            Form::App => apps,
            Form::Pod => pods,
        };
        memo.get(text, || {
            let told = match wire(form, text) {
                Ok(wire) => look(passage, form, of_wire(wire), *with_target),
                // Sound JSON was seen to by the reader; what is left is a key that stands twice.
                Err(_) => Told::unknown(
                    compact(text),
                    *with_target,
                    "a key in it stands twice, and it is not said which one counts",
                ),
            };
            Verdict::new(told, *all)
        })
    }

    /// Whether nothing is told of a whole list: most apps have the list of another app.
    pub fn quiet(&mut self, workload: &Workload<'_>) -> Option<Quiet> {
        let Constraints::List(text) = workload.constraints else {
            return None;
        };
        let work = |judge: &mut Self| {
            let mut quiet = Some(Quiet::default());
            workload.each(|_, text| {
                let verdict = judge.text(workload.form, text);
                quiet = quiet.filter(|_| verdict.told.is_none()).map(|quiet| Quiet {
                    constraints: quiet.constraints + 1,
                    shifts: quiet.shifts + u64::from(verdict.shifts),
                });
            });
            quiet
        };
        let mut lists = std::mem::take(&mut self.lists);
        let [apps, pods] = &mut lists;
        let memo = match workload.form {
            Form::App => apps,
            Form::Pod => pods,
        };
        let quiet = memo.get(text, || work(self));
        self.lists = lists;
        quiet
    }

    /// The corrected constraints of an app or pod of which something is told.
    pub fn fix(&mut self, workload: &Workload<'_>) -> Option<Rc<Fix>> {
        let Constraints::List(text) = workload.constraints else {
            return None;
        };
        let Self { passage, fixes, .. } = self;
        let [apps, pods] = fixes;
        let memo = match workload.form {
            Form::App => apps,
            Form::Pod => pods,
        };
        memo.get(text, || {
            let mut list = Some(Vec::new());
            workload.each(|_, text| {
                let read = wire(workload.form, text).ok().map(of_wire);
                list = list.take().zip(read).map(|(mut list, read)| {
                    list.push(read);
                    list
                });
            });
            corrected(passage, workload.form, &list?).map(Rc::new)
        })
    }

    /// As [`Judge::fix`], of the constraints of a snapshot.
    pub fn fix_of(&self, form: Form, constraints: &[Constraint]) -> Option<Fix> {
        corrected(&self.passage, form, constraints)
    }

    /// What is said of something that stands where a list of constraints should be.
    pub fn no_list(&self, form: Form, text: &[u8]) -> Verdict {
        let constraint = Constraint {
            elements: Vec::new(),
            well_formed: false,
            raw: compact(text),
        };
        self.constraint(form, &constraint)
    }

    /// As [`Judge::text`], of a constraint of a snapshot.
    pub fn constraint(&self, form: Form, constraint: &Constraint) -> Verdict {
        Verdict::new(
            look(&self.passage, form, constraint.clone(), self.with_target),
            self.all,
        )
    }

    /// What is said of a constraint of a volume.
    pub fn volume(&self, form: Form, volume: &ConstrainedVolume, constraint: &Constraint) -> Verdict {
        let raw = constraint.raw.clone();
        let told = match &self.passage {
            Ok(passage) => Told::of(raw, passage.look_volume(constraint, Disk::of(volume), kind(form))),
            Err(why) => Told::unknown(raw, self.with_target, why),
        };
        Verdict::new(told, self.all)
    }

    /// Of something that cannot be judged at all.
    pub fn unread(&self, why: &str) -> Told {
        Told::unknown("null".to_owned(), self.with_target, why)
    }
}

fn look(passage: &Result<Passage, String>, form: Form, constraint: Constraint, with_target: bool) -> Told {
    match passage {
        Ok(passage) => {
            let outlook = passage.look(&constraint, kind(form));
            Told::of(constraint.raw, outlook)
        }
        Err(why) => Told::unknown(constraint.raw, with_target, why),
    }
}

fn kind(form: Form) -> Kind {
    match form {
        Form::App => Kind::App,
        Form::Pod => Kind::Pod,
    }
}

/// Reads the text of a constraint.
fn wire(form: Form, text: &[u8]) -> Result<ConstraintWire, serde_json::Error> {
    let raw: Canonical = serde_json::from_slice(text)?;
    Ok(match form {
        Form::App => app_constraint(raw),
        Form::Pod => pod_constraint(raw),
    })
}

/// The corrected list; `None` where nothing is to be corrected, the list is too long, or the rules are not known.
fn corrected(passage: &Result<Passage, String>, form: Form, constraints: &[Constraint]) -> Option<Fix> {
    if constraints.len() > LONGEST {
        return None;
    }
    let correction = passage.as_ref().ok()?.correct("", constraints, kind(form)).ok()??;
    Fix::of(correction)
}

fn of_wire(wire: ConstraintWire) -> Constraint {
    Constraint {
        elements: wire.elements,
        well_formed: wire.well_formed,
        raw: wire.raw,
    }
}

/// Volumes with constraints out of the text of what holds them; `None` when a key in it stands twice.
pub fn volumes(form: Form, text: &[u8]) -> Option<Vec<ConstrainedVolume>> {
    let raw: Canonical = serde_json::from_slice(text).ok()?;
    let found = match form {
        Form::App => container_volumes(&raw),
        Form::Pod => constrained_volumes(&raw),
    };
    let volume = |wire: VolumeWire| ConstrainedVolume {
        index: wire.index,
        name: wire.name,
        disk: wire.disk,
        constraints: wire.constraints.into_iter().map(of_wire).collect(),
    };
    Some(found.into_iter().map(volume).collect())
}

/// The text on one line.
fn compact(text: &[u8]) -> String {
    serde_json::from_slice::<serde_json::Value>(text).map_or_else(|_| "null".to_owned(), |value| value.to_string())
}
