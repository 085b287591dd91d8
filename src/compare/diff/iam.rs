//! Users, groups and permissions of IAM: by its own answers, where those are missing by dumps of its database.
//!
//! A live answer is never held against a dump: the two were taken at different times. Names only.

use std::collections::BTreeSet;

use crate::facts::Facts;
use crate::model::{ChangeKind, EvidenceRef, Observed, Subject, SubjectKind, Why};

use super::{Line, Sides};
use crate::compare::Comparison;
use crate::compare::part::{self, Both, Side};

/// One list of IAM.
struct List {
    part: &'static str,
    /// What one of it is called.
    what: &'static str,
    /// Its table in a dump.
    table: &'static str,
    live: fn(&Facts<'_>) -> Observed<BTreeSet<String>>,
}

const LISTS: [List; 3] = [
    List {
        part: part::IAM_USERS,
        what: "user",
        table: "users",
        live: |facts| facts.snapshot.iam.accounts(),
    },
    List {
        part: part::IAM_GROUPS,
        what: "group",
        table: "groups",
        live: |facts| facts.snapshot.iam.groups.clone(),
    },
    List {
        part: part::IAM_PERMISSIONS,
        what: "permission",
        table: "acls",
        live: |facts| facts.snapshot.iam.acls.clone(),
    },
];

/// Compares what both sides have.
pub fn diff(sides: &Sides<'_>, comparison: &mut Comparison) {
    for list in &LISTS {
        let (before, after) = ((list.live)(sides.before), (list.live)(sides.after));
        if sides.plain_mesos() && !before.is_known() && !after.is_known() {
            comparison.absent.push((
                list.part.to_owned(),
                Why::Absent {
                    item: "data/dcos/*/iam_users.json".to_owned(),
                    reason: "this is Mesos without DC/OS".to_owned(),
                },
            ));
            continue;
        }
        let dumped = || dumped(sides.before, list.table).zip(dumped(sides.after, list.table));
        match dumped().filter(|_| !before.is_known() || !after.is_known()) {
            Some((before, after)) => names(list, &before, &after, comparison),
            None => names(list, &before, &after, comparison),
        }
    }
    tables(sides, comparison);
}

fn names(
    list: &List,
    before: &Observed<BTreeSet<String>>,
    after: &Observed<BTreeSet<String>>,
    comparison: &mut Comparison,
) {
    let Some(Both { before, after }) = comparison.both(list.part, Side::plain(before), Side::plain(after)) else {
        return;
    };
    comparison.count(list.part, before.0.len());
    let subject = |name: &String| {
        let words = format!("{} {name}", list.what);
        Subject::new(SubjectKind::Cluster, format!("iam/{words}"), words)
    };
    for name in before.0.difference(after.0) {
        let why = format!("no hop removes a {} of IAM", list.what);
        let line = Line::unexpected(subject(name), ChangeKind::Lost, why);
        comparison.note(line.seen_before(before.1).seen_after(after.1));
    }
    for name in after.0.difference(before.0) {
        let why = format!("a {} more takes nothing away", list.what);
        comparison.note(Line::tolerated(subject(name), ChangeKind::Added, why).seen_after(after.1));
    }
}

/// The one newest dump of a side.
fn dump<'a>(facts: &'a Facts<'_>) -> Option<(&'a crate::model::Proof, EvidenceRef)> {
    match facts.backups.newest_of_iam().as_slice() {
        [one] => Some((one.proof, one.field("ids"))),
        _ => None,
    }
}

/// Ids in the one newest dump of a side, where all of them are known.
fn dumped(facts: &Facts<'_>, table: &str) -> Option<Observed<BTreeSet<String>>> {
    let (proof, at) = dump(facts)?;
    let ids = proof.ids.get(table).filter(|ids| ids.left_out == 0)?;
    Some(Observed::Known(ids.names.iter().cloned().collect(), at))
}

/// Rows of every table in the dumps of both sides.
fn tables(sides: &Sides<'_>, comparison: &mut Comparison) {
    let (Some((old, _)), Some((new, at))) = (dump(sides.before), dump(sides.after)) else {
        return;
    };
    let seen_old = dump(sides.before).map(|(_, at)| at);
    comparison.count(part::IAM_TABLES, old.tables.len());
    for (table, rows) in &old.tables {
        let now = new.tables.get(table).copied();
        if now.is_some_and(|now| now >= *rows) {
            continue;
        }
        let words = format!("table {table}");
        let subject = Subject::new(SubjectKind::Cluster, format!("iam/{words}"), words);
        let why = "no hop takes rows out of the IAM database";
        let mut line = Line::unexpected(subject, ChangeKind::Changed, why)
            .field("rows")
            .from(Some(rows.to_string()))
            .to(now.map(|now| now.to_string()));
        if let Some(at) = &seen_old {
            line = line.seen_before(at);
        }
        comparison.note(line.seen_after(&at));
    }
}
