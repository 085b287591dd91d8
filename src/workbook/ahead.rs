//! Constraints under the target: one row for each that is or will be invalid, rewritten, lost or changed in meaning, with its
//! correction. Judges nothing itself: every word comes from `facts::constraints`.

use crate::facts::Facts;
use crate::facts::cluster::Kind as Cluster;
use crate::facts::constraints::{Disk, Judgement, Kind, Outlook, Passage};
use crate::facts::hop::shipped_marathon;
use crate::facts::marathons::Listing;
use crate::knowledge::Knowledge;
use crate::model::{Observed, Version, Why};
use crate::snapshot::{ConstrainedVolume, Constraint, Marathon};

use super::sheet::{Cell, Sheet};

/// Most constraints of one app whose corrections are written together; a longer list is corrected one by one.
const TOGETHER: usize = 32;

/// The table.
pub fn constraints(facts: &Facts<'_>, target: Option<&Version>, knowledge: &Knowledge) -> Sheet {
    let mut sheet = Sheet::new(
        "constraints-ahead",
        "Constraints under the target",
        [
            "Marathon",
            "From, to",
            "App or pod",
            "Constraint",
            "What the upgrade does",
            "Why",
            "Source",
            "Correction",
        ],
    );
    let target = reached(facts, target, knowledge, &mut sheet);
    let dcos = facts.cluster.kind.known() != Some(&Cluster::Mesos);
    let all = facts.snapshot.marathons.iter().zip(&facts.marathons.listings);
    for (marathon, _) in all.filter(|(_, listing)| **listing != Listing::NotThere) {
        let version = match marathon.info.get() {
            Ok((info, _)) => info
                .version
                .clone()
                .ok_or_else(|| format!("its version `{}` is not understood", info.version_text)),
            Err(why) => Err(why.sentence()),
        };
        match version {
            Ok(version) => {
                // A nested one that is ahead of the release stays as it is.
                let stays = |target: &&Version| dcos && !marathon.root && version >= **target;
                let target = target.as_ref().filter(|target| !stays(target));
                rows(marathon, &version, target, &mut sheet);
            }
            Err(why) => blind(marathon, why, &mut sheet),
        }
    }
    sheet
        .remarks
        .push("Constraints that are valid, stay as they are and mean the same are not listed.".to_owned());
    sheet.remarks.extend(facts.marathons.gaps.iter().cloned());
    sheet
}

/// The Marathon to be reached; why there is none stands in the remarks.
fn reached(facts: &Facts<'_>, target: Option<&Version>, knowledge: &Knowledge, sheet: &mut Sheet) -> Option<Version> {
    let known = match (target, facts.cluster.kind.known()) {
        (Some(target), Some(Cluster::Dcos)) => shipped_marathon(knowledge, target)
            .ok_or_else(|| format!("which Marathon DC/OS {target} ships is not known")),
        (None, _) => Err("no target was stated".to_owned()),
        (Some(_), Some(Cluster::Mesos)) => Err("a target of Mesos says nothing about Marathon".to_owned()),
        (Some(_), None) => Err("whether this is DC/OS is not known".to_owned()),
    };
    known
        .map_err(|why| {
            sheet
                .remarks
                .push(format!("Only the release that runs is judged: {why}."));
        })
        .ok()
}

fn blind(marathon: &Marathon, why: String, sheet: &mut Sheet) {
    let mut row = vec![Cell::value(&marathon.name), Cell::Unknown(why)];
    row.resize(sheet.columns.len(), Cell::Blank);
    sheet.rows.push(row);
}

fn rows(marathon: &Marathon, version: &Version, target: Option<&Version>, sheet: &mut Sheet) {
    let passage = Passage::new(version, target);
    if let Some(note) = passage.note() {
        sheet.remarks.push(format!("{}: {note}.", marathon.name));
    }
    let mut table = Table {
        marathon: &marathon.name,
        way: target.map_or_else(|| version.to_string(), |target| format!("{version}, {target}")),
        passage: &passage,
        sheet,
    };
    let gap = |why: &Why| why.sentence();
    match &marathon.apps {
        Observed::Known(apps, _) => {
            for app in apps {
                table.add(&app.id, &app.constraints, &app.volumes, Kind::App);
            }
        }
        Observed::Unknown(why) => blind(marathon, gap(why), table.sheet),
    }
    match &marathon.pods {
        Observed::Known(pods, _) => {
            for pod in pods {
                table.add(&pod.id, &pod.constraints, &pod.volumes, Kind::Pod);
            }
        }
        Observed::Unknown(why) if why.is_absent() => {}
        Observed::Unknown(why) => blind(marathon, gap(why), table.sheet),
    }
}

struct Table<'a> {
    marathon: &'a str,
    way: String,
    passage: &'a Passage,
    sheet: &'a mut Sheet,
}

impl Table<'_> {
    fn add(&mut self, id: &str, constraints: &[Constraint], volumes: &[ConstrainedVolume], kind: Kind) {
        for constraint in constraints {
            let outlook = self.passage.look(constraint, kind);
            if !outlook.notable() && !outlook.changes_meaning() {
                continue;
            }
            let list = if constraints.len() <= TOGETHER {
                constraints
            } else {
                std::slice::from_ref(constraint)
            };
            let correction = match self.passage.correct(id, list, kind) {
                Ok(Some(correction)) => Cell::Value(correction.sentence()),
                Ok(None) => Cell::Blank,
                Err(why) => Cell::Unknown(why.to_owned()),
            };
            self.row(id, constraint.raw.clone(), &outlook, correction);
        }
        for volume in volumes {
            for constraint in &volume.constraints {
                let outlook = self.passage.look_volume(constraint, Disk::of(volume), kind);
                if outlook.notable() {
                    let what = format!("volume {} ({}): {}", volume.index, volume.name, constraint.raw);
                    self.row(id, what, &outlook, Cell::Blank);
                }
            }
        }
    }

    fn row(&mut self, id: &str, constraint: String, outlook: &Outlook, correction: Cell) {
        let (why, source) = told(outlook);
        let effect = match &outlook.rewritten_to {
            Some(elements) => format!("{} to {elements:?}", outlook.effect.as_str()),
            None => outlook.effect.as_str().to_owned(),
        };
        self.sheet.rows.push(vec![
            Cell::value(self.marathon),
            Cell::value(&self.way),
            Cell::value(id),
            Cell::Value(constraint),
            Cell::Value(effect),
            why,
            source,
            correction,
        ]);
    }
}

/// Why, and where it was read: what the upgrade does, else what the running release says, else what changes.
fn told(outlook: &Outlook) -> (Cell, Cell) {
    let source = |source: Option<&str>| source.map_or(Cell::Blank, Cell::value);
    if let Some(why) = &outlook.why {
        return (Cell::value(why), source(outlook.source));
    }
    match &outlook.running {
        Judgement::Invalid { rule, source: at, .. } => (Cell::Value(format!("now: {}", rule.text())), source(Some(at))),
        Judgement::Unknown { why } => (Cell::Unknown(why.clone()), Cell::Blank),
        Judgement::Valid => {
            let (texts, sources): (Vec<&str>, Vec<&str>) = outlook
                .meaning
                .iter()
                .filter(|meaning| meaning.changes())
                .map(|meaning| (meaning.text, meaning.source))
                .unzip();
            (Cell::Value(texts.join("; ")), Cell::Value(sources.join("; ")))
        }
    }
}
