//! The node and rack worksheets: counts, pinned and unique tasks, and what stops when a rack does.

use std::collections::BTreeSet;

use super::sheet::{Cell, Sheet, named};
use super::workloads::{nothing, side};
use crate::facts::workloads::Overview;

/// One row for each agent.
pub fn nodes(overview: &Overview) -> Sheet {
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
    if nothing(&mut sheet, overview) {
        return sheet;
    }
    remarks(&mut sheet, overview);
    for row in &overview.agents {
        let missing = |what: &str| Cell::Unknown(format!("this Mesos does not print {what}"));
        sheet.rows.push(vec![
            Cell::value(&row.host),
            Cell::value(side(row.public)),
            Cell::of(
                row.rack
                    .clone()
                    .ok_or_else(|| row.rack_unknown.clone().unwrap_or_default()),
            ),
            row.active.map_or_else(
                || missing("`active`"),
                |active| Cell::value(if active { "yes" } else { "no" }),
            ),
            row.version.as_ref().map_or_else(|| missing("`version`"), Cell::value),
            Cell::value(row.stops.tasks),
            pinned(overview, row.pinned.iter().map(String::as_str)),
            Cell::Value(named(row.unique.iter().map(String::as_str))),
        ]);
    }
    let tasks: u64 = overview.agents.iter().map(|row| row.stops.tasks).sum();
    let mut total = vec![Cell::Blank; sheet.columns.len()];
    if let Some(first) = total.first_mut() {
        *first = Cell::value(format!("{} agents", overview.agents.len()));
    }
    if let Some(sum) = total.get_mut(5) {
        *sum = Cell::value(tasks);
    }
    sheet.total = Some(total);
    sheet
}

/// One row for each rack of private or public agents.
pub fn racks(overview: &Overview, public: bool) -> Sheet {
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
    if nothing(&mut sheet, overview) {
        return sheet;
    }
    remarks(&mut sheet, overview);
    let (mut all_nodes, mut all_tasks) = (0, 0);
    for rack in overview.racks.iter().filter(|rack| rack.public == public) {
        let inside = overview
            .agents
            .iter()
            .filter(|row| row.public == public && row.rack == rack.rack && row.rack_unknown == rack.rack_unknown);
        let special: BTreeSet<&str> = inside
            .flat_map(|row| row.pinned.iter().chain(&row.unique))
            .map(String::as_str)
            .collect();
        all_nodes += rack.agents.len();
        all_tasks += rack.tasks;
        sheet.rows.push(vec![
            Cell::of(
                rack.rack
                    .clone()
                    .ok_or_else(|| rack.rack_unknown.clone().unwrap_or_default()),
            ),
            Cell::value(rack.agents.len()),
            Cell::value(rack.tasks),
            pinned(overview, special.into_iter()),
            // Agents without a known rack may stand in any of the others.
            match &rack.stops {
                Some(stops) => Cell::Value(named(stops.ends.iter().map(String::as_str))),
                None => Cell::Unknown("the racks of these agents are not known".to_owned()),
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
fn pinned<'a>(overview: &Overview, names: impl ExactSizeIterator<Item = &'a str>) -> Cell {
    if overview.marathons_unknown.is_empty() {
        return Cell::Value(named(names));
    }
    let known = if names.len() == 0 {
        String::new()
    } else {
        format!("{}; ", named(names))
    };
    Cell::Unknown(format!(
        "{known}apps of Marathon {} are not known",
        overview.marathons_unknown.join(", ")
    ))
}

fn remarks(sheet: &mut Sheet, overview: &Overview) {
    sheet.remarks.push(
        "Tasks are those that Mesos has staging, starting, running or being killed; unreachable ones are left out. Pinned: \
         a constraint CLUSTER, LIKE or IS, or a local volume. Unique: the only instance of its app or service."
            .to_owned(),
    );
    let astray = overview
        .remarks
        .iter()
        .filter(|remark| remark.contains("are in no row"));
    sheet.remarks.extend(astray.cloned());
}
