//! The node and rack worksheets: counts, pinned and unique tasks, and what stops when a rack does.

use std::collections::{BTreeMap, BTreeSet};

use super::placement::{Node, Placement};
use super::sheet::{Cell, Sheet, named};

/// One row for each agent.
pub fn nodes(placement: &Result<Placement<'_>, String>) -> Sheet {
    let mut sheet = Sheet::new(
        "nodes",
        "What runs where",
        [
            "Agent",
            "Kind",
            "Rack",
            "Active",
            "Mesos",
            "Tasks",
            "Pinned",
            "Unique (only one of its kind)",
        ],
    );
    let placement = match placement {
        Ok(placement) => placement,
        Err(why) => return unknown(sheet, why),
    };
    remarks(&mut sheet, placement);
    for node in &placement.nodes {
        let agent = node.agent;
        let missing = |what: &str| Cell::Unknown(format!("this Mesos does not print {what}"));
        sheet.rows.push(vec![
            Cell::value(&agent.hostname),
            Cell::value(if agent.is_public() { "public" } else { "private" }),
            Cell::of(node.rack.clone()),
            agent.active.map_or_else(
                || missing("`active`"),
                |active| Cell::value(if active { "yes" } else { "no" }),
            ),
            agent.version.as_ref().map_or_else(|| missing("`version`"), Cell::value),
            Cell::value(node.tasks),
            pinned(placement, node.pinned.iter().map(String::as_str)),
            Cell::Value(named(node.unique.iter().map(String::as_str))),
        ]);
    }
    let tasks: usize = placement.nodes.iter().map(|node| node.tasks).sum();
    let mut total = vec![Cell::Blank; sheet.columns.len()];
    if let Some(first) = total.first_mut() {
        *first = Cell::value(format!("{} agents", placement.nodes.len()));
    }
    if let Some(sum) = total.get_mut(5) {
        *sum = Cell::value(tasks);
    }
    sheet.total = Some(total);
    sheet
}

/// One row for each rack of private or public agents.
pub fn racks(placement: &Result<Placement<'_>, String>, public: bool) -> Sheet {
    let (id, title) = if public {
        ("public-racks", "Racks of public agents")
    } else {
        ("private-racks", "Racks of private agents")
    };
    let mut sheet = Sheet::new(
        id,
        title,
        [
            "Rack",
            "Nodes",
            "Tasks",
            "Pinned and unique tasks",
            "Stops with the rack (runs nowhere else)",
        ],
    );
    let placement = match placement {
        Ok(placement) => placement,
        Err(why) => return unknown(sheet, why),
    };
    remarks(&mut sheet, placement);
    let mut by_rack: BTreeMap<Result<String, String>, Vec<&Node<'_>>> = BTreeMap::new();
    let own = |node: &&Node<'_>| node.agent.is_public() == public;
    for node in placement.nodes.iter().filter(own) {
        by_rack.entry(node.rack.clone()).or_default().push(node);
    }
    let (mut all_nodes, mut all_tasks) = (0, 0);
    for (rack, nodes) in &by_rack {
        let inside: BTreeSet<usize> = nodes.iter().flat_map(|node| node.workloads.iter().copied()).collect();
        let outside: BTreeSet<usize> = placement
            .nodes
            .iter()
            .filter(|node| node.rack != *rack || node.agent.is_public() != public)
            .flat_map(|node| node.workloads.iter().copied())
            .collect();
        let stops: Vec<&str> = inside
            .difference(&outside)
            .filter_map(|id| placement.workloads.get(*id))
            .map(String::as_str)
            .collect();
        let special: BTreeSet<&str> = nodes
            .iter()
            .flat_map(|node| node.pinned.iter().chain(&node.unique))
            .map(String::as_str)
            .collect();
        let tasks: usize = nodes.iter().map(|node| node.tasks).sum();
        all_nodes += nodes.len();
        all_tasks += tasks;
        sheet.rows.push(vec![
            Cell::of(rack.clone()),
            Cell::value(nodes.len()),
            Cell::value(tasks),
            pinned(placement, special.into_iter()),
            // Agents without a known rack may stand in any of the others.
            if rack.is_ok() {
                Cell::Value(named(stops.into_iter()))
            } else {
                Cell::Unknown("the racks of these agents are not known".to_owned())
            },
        ]);
    }
    sheet.total = Some(vec![
        Cell::value("Total"),
        Cell::value(all_nodes),
        Cell::value(all_tasks),
        Cell::Blank,
        Cell::Blank,
    ]);
    sheet
}

/// Names that are pinned; unknown where the apps of a Marathon are, since theirs may be among them.
fn pinned<'a>(placement: &Placement<'_>, names: impl ExactSizeIterator<Item = &'a str>) -> Cell {
    if placement.blind.is_empty() {
        return Cell::Value(named(names));
    }
    let known = if names.len() == 0 {
        String::new()
    } else {
        format!("{}; ", named(names))
    };
    Cell::Unknown(format!(
        "{known}apps of Marathon {} are not known",
        placement.blind.join(", ")
    ))
}

fn unknown(mut sheet: Sheet, why: &str) -> Sheet {
    let mut row = vec![Cell::Blank; sheet.columns.len()];
    if let Some(first) = row.first_mut() {
        *first = Cell::Unknown(why.to_owned());
    }
    sheet.rows.push(row);
    sheet
}

fn remarks(sheet: &mut Sheet, placement: &Placement<'_>) {
    sheet.remarks.push(
        "Tasks are those that Mesos has staging, starting, running or being killed; unreachable ones are left out. Pinned: \
         a constraint CLUSTER, LIKE or IS, or a local volume. Unique: the only task of its app or service."
            .to_owned(),
    );
    if placement.astray > 0 {
        sheet.remarks.push(format!(
            "{} tasks stand on agents that the leading master does not list: they are in no row.",
            placement.astray
        ));
    }
}
