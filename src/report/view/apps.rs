//! Apps and pods before and after, as people read them: totals over all, and those that differ, the worst first. Decides nothing.

use serde::Serialize;

use super::{Budget, clean, counted};
use crate::model::workloads::{
    ConstraintChange, ConstraintState, DefinitionCounts, DefinitionState, FieldChange, MarathonWorkloads, TaskCounts,
    WorkloadDiff,
};

/// Fields and constraints told per app; the rest is counted.
const TOLD: usize = 20;

/// Apps and pods of one Marathon.
#[derive(Debug, Clone, Serialize)]
pub struct AppsTable {
    /// Name of the Marathon.
    pub marathon: String,
    /// "1.4.13 → 1.5.15".
    pub releases: String,
    /// Totals: definitions, constraints, tasks; one sentence each.
    pub totals: Vec<String>,
    /// What is written otherwise and means the same.
    pub written: Vec<WrittenRow>,
    /// Those that differ, the worst first.
    pub rows: Vec<AppRow>,
    /// Those not listed.
    pub more: usize,
}

/// One entry of the table of fields that explained something.
#[derive(Debug, Clone, Serialize)]
pub struct WrittenRow {
    /// Its id.
    pub entry: String,
    /// What it says.
    pub says: String,
    /// "12 definitions".
    pub count: String,
}

/// One app or pod.
#[derive(Debug, Clone, Serialize)]
pub struct AppRow {
    /// "app /web".
    pub name: String,
    /// "same", "written otherwise", "changed", "lost", "new", "not compared".
    pub definition: &'static str,
    /// Class for colours.
    pub class: &'static str,
    /// Fields that differ: "cpus: 1 → 2".
    pub fields: Vec<String>,
    /// Constraints that are not the same: "lost \["rack","LIKE","r\["\]: why".
    pub constraints: Vec<String>,
    /// "2 survived, 1 moved".
    pub tasks: String,
}

/// Builds the tables.
pub(super) fn of(workloads: &[MarathonWorkloads], budget: &mut Budget) -> Vec<AppsTable> {
    workloads.iter().map(|marathon| table(marathon, budget)).collect()
}

fn table(marathon: &MarathonWorkloads, budget: &mut Budget) -> AppsTable {
    let release = |release: &Option<String>| release.clone().unwrap_or_else(|| "release not known".to_owned());
    let releases = match (&marathon.before, &marathon.after) {
        (Some(before), Some(after)) if before == after => before.clone(),
        (before, after) => format!("{} → {}", release(before), release(after)),
    };
    let mut sorted: Vec<&WorkloadDiff> = marathon.differing.iter().collect();
    sorted.sort_by_key(|diff| rank(diff));
    let (rows, more) = budget.take(&sorted, |diff| {
        let row = row(diff);
        let texts = row.fields.iter().chain(&row.constraints).map(String::len);
        let size = row.name.len() + texts.sum::<usize>() + row.tasks.len() + 96;
        (row, size)
    });
    AppsTable {
        marathon: clean(&marathon.marathon),
        releases: clean(&releases),
        totals: totals(marathon),
        written: marathon
            .written
            .iter()
            .map(|written| WrittenRow {
                entry: clean(&written.entry),
                says: clean(&written.says),
                count: plural(written.definitions, "definition"),
            })
            .collect(),
        rows,
        more,
    }
}

/// Lost before changed before disturbed before what the hop did.
fn rank(diff: &WorkloadDiff) -> u8 {
    let constraint = |state| diff.constraints.iter().any(|change| change.state == state);
    let tasks = diff.tasks.unwrap_or_default();
    if diff.definition == DefinitionState::Lost {
        0
    } else if constraint(ConstraintState::Lost) {
        1
    } else if tasks.lost > 0 {
        2
    } else if diff.definition == DefinitionState::Changed
        || constraint(ConstraintState::Changed)
        || constraint(ConstraintState::Gained)
    {
        3
    } else if tasks.restarted + tasks.moved + tasks.unknown > 0 {
        4
    } else {
        5
    }
}

fn plural(count: u64, one: &str) -> String {
    counted(usize::try_from(count).unwrap_or(usize::MAX), one)
}

fn totals(marathon: &MarathonWorkloads) -> Vec<String> {
    let mut totals = Vec::new();
    for (what, counts) in [("app", &marathon.apps), ("pod", &marathon.pods)] {
        match counts {
            Some(counts) if *counts == DefinitionCounts::default() => totals.push(format!("no {what}s")),
            Some(counts) => totals.push(definitions(what, counts)),
            None => totals.push(format!("{what}s could not be compared")),
        }
    }
    let constraints = &marathon.constraints;
    let told = parts(&[
        (constraints.same, "the same"),
        (constraints.rewritten, "rewritten"),
        (constraints.changed, "changed"),
        (constraints.lost, "lost"),
        (constraints.gained, "gained"),
    ]);
    if !told.is_empty() {
        totals.push(format!("constraints: {told}"));
    }
    match &marathon.tasks {
        Some(counts) if *counts == TaskCounts::default() => totals.push("no tasks".to_owned()),
        Some(counts) => totals.push(format!("tasks: {}", tasks(counts))),
        None => totals.push("tasks could not be compared".to_owned()),
    }
    totals
}

fn definitions(what: &str, counts: &DefinitionCounts) -> String {
    let DefinitionCounts {
        same,
        same_meaning,
        changed,
        lost,
        new,
    } = *counts;
    format!(
        "{}: {}",
        plural(same + same_meaning + changed + lost + new, what),
        parts(&[
            (same, "the same"),
            (same_meaning, "written otherwise with the same meaning"),
            (changed, "changed"),
            (lost, "lost"),
            (new, "new"),
        ])
    )
}

fn tasks(counts: &TaskCounts) -> String {
    parts(&[
        (counts.survived, "survived"),
        (counts.restarted, "restarted in place"),
        (counts.moved, "moved"),
        (counts.lost, "lost"),
        (counts.new, "new"),
        (counts.unknown, "not known"),
    ])
}

/// "3 the same, 1 lost"; zeros are left out.
fn parts(counts: &[(u64, &str)]) -> String {
    let some = counts.iter().filter(|(count, _)| *count > 0);
    some.map(|(count, what)| format!("{count} {what}"))
        .collect::<Vec<_>>()
        .join(", ")
}

fn row(diff: &WorkloadDiff) -> AppRow {
    let (definition, class) = match diff.definition {
        DefinitionState::Same => ("same", "pass"),
        DefinitionState::SameMeaning => ("written otherwise", "pass"),
        DefinitionState::Changed => ("changed", "warn"),
        DefinitionState::Lost => ("lost", "fail"),
        DefinitionState::New => ("new", "skipped"),
        DefinitionState::Unknown => ("not compared", "unknown"),
    };
    AppRow {
        name: clean(&format!("{} {}", diff.kind.as_str(), diff.id)),
        definition,
        class,
        fields: limited(&diff.fields, field, "field"),
        constraints: limited(&diff.constraints, constraint, "constraint"),
        tasks: match &diff.tasks {
            Some(counts) if *counts == TaskCounts::default() => "none".to_owned(),
            Some(counts) => tasks(counts),
            None => "not compared".to_owned(),
        },
    }
}

fn limited<T>(items: &[T], tell: impl Fn(&T) -> String, what: &str) -> Vec<String> {
    let mut told: Vec<String> = items.iter().take(TOLD).map(|item| clean(&tell(item))).collect();
    if items.len() > TOLD {
        told.push(format!("and {} more", counted(items.len() - TOLD, what)));
    }
    told
}

fn field(change: &FieldChange) -> String {
    let side = |side: &Option<String>| side.clone().unwrap_or_else(|| "nothing".to_owned());
    format!("{}: {} → {}", change.field, side(&change.before), side(&change.after))
}

fn constraint(change: &ConstraintChange) -> String {
    let what = match (&change.before, &change.after) {
        (Some(before), Some(after)) => format!("{before} → {after}"),
        (Some(one), None) | (None, Some(one)) => one.clone(),
        (None, None) => String::new(),
    };
    let predicted = if change.predicted == Some(true) {
        ", as predicted"
    } else {
        ""
    };
    let source = change
        .source
        .as_ref()
        .map(|source| format!(" ({source})"))
        .unwrap_or_default();
    format!("{}{predicted}: {what}: {}{source}", change.state.as_str(), change.why)
}
