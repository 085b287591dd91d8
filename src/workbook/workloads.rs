//! Tables of the risk map: workloads with their risks, what stops with an agent or a rack, waves, held agents.
//!
//! Made of `facts::workloads` and nothing else: the workbook shows them, and so does `gonogo workloads`. Renders nothing.

use super::sheet::{Cell, Sheet, named};
use crate::facts::workloads::Overview;
use crate::facts::workloads::overview::{AmountsRow, RoomRow, StopsRow, WorkloadRow};
use crate::facts::workloads::waves::Stage;

/// Workloads that have risks, with these in words.
pub fn risks(overview: &Overview) -> Sheet {
    let mut sheet = Sheet::new(
        "workload-risks",
        "Workload risks",
        ["Workload", "Wanted", "Available", "Minimum", "Agents", "Risks"],
    );
    if nothing(&mut sheet, overview) {
        return sheet;
    }
    for row in overview.workloads.iter().filter(|row| !row.risks.is_empty()) {
        let risks: Vec<String> = row
            .risks
            .iter()
            .map(|risk| format!("{}: {}", risk.risk, risk.detail))
            .collect();
        sheet.rows.push(vec![
            Cell::value(format!("{} ({})", row.name, kind(row))),
            row.wanted.map_or(Cell::Blank, Cell::value),
            Cell::value(row.available),
            match row.minimum {
                Some(minimum) => Cell::value(format!("{minimum} ({})", row.minimum_from)),
                None => Cell::Unknown(row.minimum_from.clone()),
            },
            Cell::Value(named(row.agents.iter().map(|on| on.agent.as_str()))),
            Cell::Value(risks.join("; ")),
        ]);
    }
    let left_out = overview.workloads.len() - sheet.rows.len();
    if left_out > 0 {
        sheet
            .remarks
            .push(format!("Left out: {left_out} without any of these risks."));
    }
    sheet
        .remarks
        .extend(overview.doubts.iter().map(|doubt| format!("May not be all: {doubt}.")));
    sheet
}

/// Every workload in full, for a spreadsheet.
pub fn apps(overview: &Overview) -> Sheet {
    let mut sheet = Sheet::new(
        "workloads",
        "Workloads",
        [
            "Workload",
            "Kind",
            "Marathon",
            "Framework",
            "Wanted",
            "Tasks",
            "Available",
            "Minimum",
            "Minimum from",
            "Agents",
            "Risks",
            "What that means",
        ],
    );
    if nothing(&mut sheet, overview) {
        return sheet;
    }
    for row in &overview.workloads {
        let details: Vec<&str> = row.risks.iter().map(|risk| risk.detail.as_str()).collect();
        let ids: Vec<&str> = row.risks.iter().map(|risk| risk.risk).collect();
        let agents: Vec<&str> = row.agents.iter().map(|on| on.agent.as_str()).collect();
        sheet.rows.push(vec![
            Cell::value(&row.name),
            Cell::value(kind(row)),
            row.marathon.as_ref().map_or(Cell::Blank, Cell::value),
            Cell::value(&row.framework),
            row.wanted.map_or(Cell::Blank, Cell::value),
            Cell::value(row.tasks),
            Cell::value(row.available),
            row.minimum
                .map_or_else(|| Cell::Unknown(row.minimum_from.clone()), Cell::value),
            Cell::value(&row.minimum_from),
            Cell::value(agents.join(", ")),
            Cell::value(ids.join(", ")),
            Cell::value(details.join("; ")),
        ]);
    }
    sheet
}

/// The word for a kind.
fn kind(row: &WorkloadRow) -> &'static str {
    use crate::facts::workloads::Kind;
    match row.kind {
        Kind::App => "app",
        Kind::Pod => "pod",
        Kind::Service => "service",
        Kind::Job => "job",
    }
}

/// "private" or "public".
pub fn side(public: bool) -> &'static str {
    if public { "public" } else { "private" }
}

/// What a table shows where nothing can be said; whether that is so.
pub(super) fn nothing(sheet: &mut Sheet, overview: &Overview) -> bool {
    let Some(why) = &overview.unknown else { return false };
    unknown(sheet, why);
    true
}

fn unknown(sheet: &mut Sheet, why: &str) {
    let mut row = vec![Cell::Blank; sheet.columns.len()];
    if let Some(first) = row.first_mut() {
        *first = Cell::Unknown(why.to_owned());
    }
    sheet.rows.push(row);
}

/// One row for each agent: what stops with it.
pub fn agents(overview: &Overview) -> Sheet {
    let mut sheet = Sheet::new(
        "agent-stops",
        "What stops with an agent",
        [
            "Agent",
            "Kind and rack",
            "Wave",
            "Tasks",
            "Ends (runs nowhere else)",
            "Falls below its minimum",
            "Local volumes",
            "Tasks without checkpoint",
            "Would it fit elsewhere?",
        ],
    );
    if nothing(&mut sheet, overview) {
        return sheet;
    }
    for row in &overview.agents {
        let rack = row.rack.as_deref().unwrap_or("rack not known");
        let critical = if row.critical { ", critical" } else { "" };
        let mut cells = vec![
            Cell::value(&row.host),
            Cell::value(format!("{}, {rack}", side(row.public))),
            match (&overview.waves, row.wave) {
                (None, _) => Cell::Unknown("no waves were planned".to_owned()),
                (Some(_), Some(number)) => Cell::value(format!("{number}{critical}")),
                (Some(_), None) => Cell::value(format!("held{critical}")),
            },
        ];
        cells.extend(stops(Some(&row.stops)));
        sheet.rows.push(cells);
    }
    sheet
}

/// The same in full, for a spreadsheet.
pub fn agents_full(overview: &Overview) -> Sheet {
    let mut sheet = Sheet::new(
        "agents",
        "Agents",
        [
            "Agent",
            "Agent id",
            "Kind",
            "Rack",
            "Critical",
            "Wave",
            "Tasks",
            "Ends (runs nowhere else)",
            "Falls below its minimum",
            "Local volumes",
            "Tasks without checkpoint",
            "Would it fit elsewhere?",
        ],
    );
    if nothing(&mut sheet, overview) {
        return sheet;
    }
    for (row, short) in overview.agents.iter().zip(agents(overview).rows) {
        let mut cells = vec![
            Cell::value(&row.host),
            Cell::value(&row.id),
            Cell::value(side(row.public)),
            rack(row.rack.as_ref(), row.rack_unknown.as_ref()),
            Cell::value(if row.critical { "yes" } else { "no" }),
        ];
        cells.push(match (&overview.waves, row.wave) {
            (None, _) => Cell::Unknown("no waves were planned".to_owned()),
            (Some(_), Some(number)) => Cell::value(number),
            (Some(_), None) => Cell::value("held"),
        });
        cells.extend(short.into_iter().skip(3));
        sheet.rows.push(cells);
    }
    sheet
}

fn rack(known: Option<&String>, why: Option<&String>) -> Cell {
    known.map_or_else(|| Cell::Unknown(why.cloned().unwrap_or_default()), Cell::value)
}

/// The cells about what stops: tasks, ends, below minimum, volumes, without checkpoint, elsewhere.
fn stops(row: Option<&StopsRow>) -> Vec<Cell> {
    let Some(row) = row else {
        let why = "the racks of these agents are not known";
        return vec![Cell::Unknown(why.to_owned()); 6];
    };
    let below: Vec<String> = row
        .below_minimum
        .iter()
        .map(|below| match below.minimum {
            Some(minimum) => format!("{} ({} of {minimum})", below.workload, below.left),
            None => format!("{} ({} left, minimum not known)", below.workload, below.left),
        })
        .collect();
    vec![
        Cell::value(row.tasks),
        Cell::Value(named(row.ends.iter().map(String::as_str))),
        Cell::Value(named(below.iter().map(String::as_str))),
        Cell::value(row.local_volumes),
        Cell::value(row.without_checkpoint),
        if row.elsewhere.answer == "unknown" {
            let why = row.elsewhere.why.trim_start_matches("unknown: ");
            Cell::Unknown(why.to_owned())
        } else {
            Cell::value(&row.elsewhere.why)
        },
    ]
}

/// One row for each rack: what stops with it, and what it has left.
pub fn racks(overview: &Overview) -> Sheet {
    let mut sheet = Sheet::new(
        "rack-stops",
        "What stops with a rack, and what it has left",
        [
            "Rack",
            "Kind",
            "Agents",
            "Tasks",
            "Ends (runs nowhere else)",
            "Falls below its minimum",
            "Local volumes",
            "Tasks without checkpoint",
            "Would it fit elsewhere?",
            "Room by role",
        ],
    );
    if nothing(&mut sheet, overview) {
        return sheet;
    }
    for row in &overview.racks {
        let mut cells = vec![
            rack(row.rack.as_ref(), row.rack_unknown.as_ref()),
            Cell::value(side(row.public)),
            Cell::value(row.agents.len()),
        ];
        cells.extend(stops(row.stops.as_ref()));
        if let Some(tasks) = cells.get_mut(3) {
            *tasks = Cell::value(row.tasks);
        }
        cells.push(room(&row.room));
        sheet.rows.push(cells);
    }
    sheet.remarks.push(
        "Room: total − reserved for other roles − used, between two bounds, since Mesos does not say which reservation a \
         task uses. It is a sum: that it is enough does not say that every task fits."
            .to_owned(),
    );
    sheet
}

/// "*: 8.6 to 9.7 cpus, 40960 MB memory, …"; unknown where Mesos does not print it.
fn room(rows: &[RoomRow]) -> Cell {
    let mut shown = Vec::new();
    for row in rows {
        let (Some(least), Some(most)) = (row.least, row.most) else {
            return Cell::Unknown("this Mesos does not print what is used and reserved (0.23 and later do)".to_owned());
        };
        shown.push(format!("{}: {}", row.role, between(least, most)));
    }
    Cell::Value(shown.join("; "))
}

/// Bounds of each amount.
pub fn between(least: AmountsRow, most: AmountsRow) -> String {
    let amount = |least: f64, most: f64| {
        if least.to_bits() == most.to_bits() {
            most.to_string()
        } else {
            format!("{least} to {most}")
        }
    };
    let mut text = format!(
        "{} cpus, {} MB memory, {} MB disk",
        amount(least.cpus, most.cpus),
        amount(least.mem, most.mem),
        amount(least.disk, most.disk)
    );
    if most.gpus > 0.0 {
        text = format!("{text}, {} gpus", amount(least.gpus, most.gpus));
    }
    text
}

/// The word for a stage.
pub fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Canary => "canary",
        Stage::Growing => "growing",
        Stage::Critical => "critical",
    }
}

/// One row for each wave.
pub fn waves(overview: &Overview) -> Sheet {
    let mut sheet = Sheet::new(
        "waves",
        "Waves of agents",
        [
            "Wave",
            "Stage",
            "Kind",
            "Rack",
            "Agents",
            "Tasks",
            "Ends (runs nowhere else)",
        ],
    );
    let Some(waves) = &overview.waves else {
        for doubt in &overview.doubts {
            unknown(&mut sheet, doubt);
        }
        return sheet;
    };
    for row in &waves.plan {
        sheet.rows.push(vec![
            Cell::value(row.number),
            Cell::value(stage(row.stage)),
            Cell::value(side(row.public)),
            row.rack.as_ref().map_or(Cell::Blank, Cell::value),
            Cell::Value(row.agents.join(", ")),
            Cell::value(row.tasks),
            Cell::Value(named(row.ends.iter().map(String::as_str))),
        ]);
    }
    sheet.remarks.push(format!(
        "{} agents in {} waves, {} held. A wave holds agents of one rack, at most {} % of their kind, and takes no app below \
         its declared minimum, counting only instances outside of the wave.",
        waves.plan.iter().map(|wave| wave.agents.len()).sum::<usize>(),
        waves.plan.len(),
        waves.held.len(),
        overview.settings.max_wave_percent
    ));
    sheet.remarks.extend(overview.remarks.iter().cloned());
    sheet
}

/// One row for each agent that no wave may hold, and each app that holds it.
pub fn held(overview: &Overview) -> Sheet {
    let mut sheet = Sheet::new(
        "waves-held",
        "Agents that no wave may hold",
        ["Agent", "Because of", "Minimum", "Would be left", "What would free it"],
    );
    let Some(waves) = &overview.waves else {
        for doubt in &overview.doubts {
            unknown(&mut sheet, doubt);
        }
        return sheet;
    };
    for row in &waves.held {
        for because in &row.because {
            sheet.rows.push(vec![
                Cell::value(&row.agent),
                Cell::value(&because.workload),
                because
                    .minimum
                    .map_or_else(|| Cell::Unknown("it cannot be read".to_owned()), Cell::value),
                Cell::value(because.left),
                Cell::value(&because.advice),
            ]);
        }
    }
    if let [first, ..] = waves.scale.as_slice() {
        sheet.remarks.push(format!(
            "Scale first: {}. A larger app declares a larger minimum by itself: write today's into gonogo.toml \
             ([workloads] minimum = {{ \"{}\" = {} }}). Then collect again.",
            waves
                .scale
                .iter()
                .map(|row| format!("{} from {} to {}", row.workload, row.from, row.to))
                .collect::<Vec<_>>()
                .join(", "),
            bare(&first.workload),
            first.minimum
        ));
    }
    sheet
}

/// The name without the instance that rows put behind it.
pub fn bare(name: &str) -> &str {
    name.split(" (").next().unwrap_or(name)
}

/// One row for each agent, in the order in which they go; held ones last.
pub fn order(overview: &Overview) -> Sheet {
    let mut sheet = Sheet::new(
        "order",
        "Agents in the order of the waves",
        ["Wave", "Stage", "Kind", "Rack", "Agent", "Agent id", "Because of"],
    );
    let Some(waves) = &overview.waves else {
        for doubt in &overview.doubts {
            unknown(&mut sheet, doubt);
        }
        return sheet;
    };
    for wave in &waves.plan {
        for (host, id) in wave.agents.iter().zip(&wave.ids) {
            sheet.rows.push(vec![
                Cell::value(wave.number),
                Cell::value(stage(wave.stage)),
                Cell::value(side(wave.public)),
                wave.rack.as_ref().map_or(Cell::Blank, Cell::value),
                Cell::value(host),
                Cell::value(id),
                Cell::Blank,
            ]);
        }
    }
    for row in &waves.held {
        let agent = overview.agents.iter().find(|agent| agent.id == row.id);
        let because: Vec<String> = row
            .because
            .iter()
            .map(|because| format!("{}: {}", because.workload, because.advice))
            .collect();
        sheet.rows.push(vec![
            Cell::Blank,
            Cell::value("held"),
            agent.map_or(Cell::Blank, |agent| Cell::value(side(agent.public))),
            agent
                .and_then(|agent| agent.rack.as_ref())
                .map_or(Cell::Blank, Cell::value),
            Cell::value(&row.agent),
            Cell::value(&row.id),
            Cell::Value(because.join("; ")),
        ]);
    }
    sheet
}
