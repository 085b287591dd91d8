//! Gathered data: current and target versions, and what people gathered. Never guesses what a release ships.

use std::collections::BTreeSet;

use crate::facts::Facts;
use crate::knowledge::{Knowledge, Release};
use crate::model::{AppliedSignoff, Observed, Version, Why};

use super::sheet::{Cell, Sheet};
use super::state::Side;

/// The table.
pub fn gathered(
    sides: &[Side<'_>],
    target: Option<&Version>,
    knowledge: &Knowledge,
    signoffs: &[AppliedSignoff],
) -> Sheet {
    let mut sheet = Sheet::new("gathered-data", "Gathered data", ["What"]);
    sheet.columns.extend(sides.iter().map(|(role, _)| (*role).to_owned()));
    sheet.columns.push("target".to_owned());
    let release = target.and_then(|target| knowledge.release(target));
    let dcos = sides.iter().any(|(_, facts)| !facts.snapshot.dcos.versions.is_empty());
    let shipped = |of: fn(&Release) -> &[String]| match (target, release) {
        (None, _) => Cell::Unknown("no target was stated (--target)".to_owned()),
        (Some(_), Some(release)) if dcos => Cell::Value(of(release).join(" or ")),
        (Some(target), None) if dcos => Cell::Unknown(format!("DC/OS {target} is not in the table of releases")),
        (Some(_), _) => Cell::Blank,
    };
    let stated = target.map_or_else(
        || Cell::Unknown("no target was stated (--target)".to_owned()),
        Cell::value,
    );
    let mut add = |what: String, find: &dyn Fn(&Facts<'_>) -> Cell, target: Cell| {
        let mut row = vec![Cell::Value(what)];
        row.extend(sides.iter().map(|(_, facts)| find(facts)));
        row.push(target);
        sheet.rows.push(row);
    };
    if dcos {
        add("DC/OS".to_owned(), &dcos_version, stated.clone());
        add("Mesos, masters".to_owned(), &masters, shipped(|release| &release.mesos));
        add("Mesos, agents".to_owned(), &agents, shipped(|release| &release.mesos));
    } else {
        add("Mesos, masters".to_owned(), &masters, stated.clone());
        add("Mesos, agents".to_owned(), &agents, stated);
    }
    for name in marathons(sides) {
        let root = name == "root";
        let target = if root {
            shipped(|release| &release.marathon)
        } else {
            Cell::Unknown("decided by its own package".to_owned())
        };
        let title = if root {
            "Marathon (root)".to_owned()
        } else {
            format!("Service Marathon {name}")
        };
        add(title, &|facts| marathon(facts, &name), target);
    }
    add(
        "ZooKeeper".to_owned(),
        &zookeeper,
        Cell::Unknown("not in the table of releases".to_owned()),
    );
    sheet.rows.extend(by_people(sides.len(), signoffs));
    sheet
}

/// What nothing outside the nodes shows: told once, whatever the number of archives.
fn by_people(sides: usize, signoffs: &[AppliedSignoff]) -> Vec<Vec<Cell>> {
    let row = |what: &str, cell: Cell| {
        let mut row = vec![Cell::value(what), cell];
        row.resize(sides + 2, Cell::Blank);
        row
    };
    let mut rows = Vec::new();
    for (what, item) in [
        ("Operating system", "node-prerequisites-met"),
        ("Docker", "docker-healthy-everywhere"),
    ] {
        let text = "not collected from inside the nodes; see the sign-off";
        rows.push(row(
            what,
            Cell::Unknown(format!("{text} {item}: {}", answer(item, signoffs))),
        ));
    }
    for (what, item) in [
        ("Support cases and tickets", "support-cases-listed"),
        ("Log bundle, journal, unit lists", "monitoring-running"),
        ("Application data", "applications-qualified"),
        ("Architecture diagram, critical agents", "critical-agents-classified"),
    ] {
        let text = format!("sign-off {item}: {}", answer(item, signoffs));
        rows.push(row(what, Cell::Value(text)));
    }
    rows
}

/// What was answered to an item, in one sentence.
pub fn answer(item: &str, signoffs: &[AppliedSignoff]) -> String {
    let Some(row) = signoffs.iter().find(|row| row.item == item && row.state.counts()) else {
        return "not asked (no target was stated, or this hop does not ask it)".to_owned();
    };
    match (row.answer, &row.who, row.at) {
        (Some(answer), Some(who), Some(at)) => {
            let note = row.note.as_ref().map(|note| format!(": {note}")).unwrap_or_default();
            let state = row.state.as_str();
            format!(
                "{} by {who}, {} ({state}){note}",
                answer.as_str(),
                at.format("%Y-%m-%d %H:%M UTC")
            )
        }
        _ => row.state.as_str().to_owned(),
    }
}

fn marathons(sides: &[Side<'_>]) -> Vec<String> {
    let names: BTreeSet<(bool, &str)> = sides
        .iter()
        .flat_map(|(_, facts)| facts.snapshot.marathons.iter())
        .map(|marathon| (!marathon.root, marathon.name.as_str()))
        .collect();
    names.into_iter().map(|(_, name)| name.to_owned()).collect()
}

/// Different values with how many of each, or the first reason for one that is missing.
fn tally<T: ToString>(values: impl IntoIterator<Item = Result<T, String>>, none: &str) -> Cell {
    let mut all: Vec<String> = Vec::new();
    for value in values {
        match value {
            Ok(value) => all.push(value.to_string()),
            Err(why) => return Cell::Unknown(why),
        }
    }
    all.sort();
    let parts: Vec<String> = all
        .chunk_by(|a, b| a == b)
        .filter_map(|same| Some(format!("{} ({})", same.first()?, same.len())))
        .collect();
    if parts.is_empty() {
        Cell::Unknown(none.to_owned())
    } else {
        Cell::Value(parts.join(", "))
    }
}

fn observed<T: Clone>(part: &Observed<T>) -> Result<T, String> {
    part.get().map(|(value, _)| value.clone()).map_err(Why::sentence)
}

fn dcos_version(facts: &Facts<'_>) -> Cell {
    let versions = facts.snapshot.dcos.versions.iter();
    tally(
        versions.map(|(_, version)| observed(version)),
        "no node was asked for its DC/OS version",
    )
}

fn masters(facts: &Facts<'_>) -> Cell {
    let masters = facts.snapshot.masters.iter();
    tally(masters.map(|master| observed(&master.version)), "no master was asked")
}

fn agents(facts: &Facts<'_>) -> Cell {
    match facts.agents() {
        Ok([]) => Cell::value("no agents"),
        Ok(list) => tally(
            list.iter().map(|agent| {
                let missing = || format!("agent {} says no version", agent.hostname);
                agent.version.clone().ok_or_else(missing)
            }),
            "",
        ),
        Err(why) => Cell::why(why),
    }
}

fn marathon(facts: &Facts<'_>, name: &str) -> Cell {
    let found = facts.snapshot.marathons.iter().find(|marathon| marathon.name == name);
    match found.map(|marathon| marathon.info.get()) {
        Some(Ok((info, _))) => Cell::value(&info.version_text),
        Some(Err(why)) => Cell::why(why),
        None => Cell::Unknown("this instance was not asked".to_owned()),
    }
}

/// `zk_version` of `mntr`: `3.4.10-39d3a4f…, built on 03/23/2017 10:13 GMT`.
fn zookeeper(facts: &Facts<'_>) -> Cell {
    let servers = facts.snapshot.zookeepers.iter();
    tally(
        servers.map(|server| {
            let mntr = observed(&server.mntr)?;
            let text = mntr
                .get("zk_version")
                .ok_or_else(|| format!("{} prints no zk_version", server.host))?;
            Ok(text.split(['-', ',']).next().unwrap_or(text).to_owned())
        }),
        "no ZooKeeper server was asked",
    )
}
