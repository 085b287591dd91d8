//! The whole workbook of one cluster: its tables in the order of the vendor's document. Pure; never renders.

use serde::Serialize;

use crate::facts::Facts;
use crate::facts::workloads::{Settings, overview};
use crate::knowledge::Knowledge;
use crate::knowledge::requirements::Table;
use crate::model::{AppliedSignoff, CheckResult, RequirementAnswer, Version};

use super::sheet::Sheet;
use super::state::Side;
use super::{ahead, packages, racks, state, todo, versions, workloads};

/// What it is made of.
#[derive(Debug, Clone, Copy)]
pub struct Material<'a> {
    /// The archives: before, and after where there is one.
    pub sides: &'a [Side<'a>],
    /// Version to be reached.
    pub target: Option<&'a Version>,
    /// What the documents say.
    pub knowledge: &'a Knowledge,
    /// Results of the checks, with their sentences.
    pub results: &'a [CheckResult],
    /// Sign-offs.
    pub signoffs: &'a [AppliedSignoff],
    /// How every requirement was answered.
    pub requirements: &'a [RequirementAnswer],
    /// What was said about workloads: racks, minimums, critical agents.
    pub workloads: &'a Settings,
}

/// The workbook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Workbook {
    /// Its tables.
    pub sheets: Vec<Sheet>,
}

/// Fills it in. Worksheets are those of the first archive: what stops, and where, is a question of before.
pub fn workbook(material: &Material<'_>) -> Workbook {
    let Some((_, first)) = material.sides.first() else {
        return Workbook { sheets: Vec::new() };
    };
    let placed = overview(first, material.workloads);
    let mut sheets = vec![
        state::cluster(material.sides),
        versions::gathered(material.sides, material.target, material.knowledge, material.signoffs),
        racks::racks(&placed, false),
        racks::racks(&placed, true),
        racks::nodes(&placed),
        workloads::risks(&placed),
        workloads::agents(&placed),
        workloads::waves(&placed),
        workloads::held(&placed),
        state::constraints(first),
        ahead::constraints(first, material.target, material.knowledge),
        packages::packages(first, material.knowledge),
        todo::to_fix(material.results, material.requirements),
        todo::checklist(
            "checklist",
            "Pre-upgrade checklist",
            &[("S1", 89, 109), ("S1", 115, 120)],
            material.requirements,
        ),
    ];
    if material.sides.len() > 1 {
        sheets.push(todo::checklist(
            "post-checks",
            "Checks after the window",
            &[("S1", 135, 146), ("S0", 72, 85)],
            material.requirements,
        ));
    }
    sheets.push(state::metrics(material.sides));
    Workbook { sheets }
}

/// Tables of which something is unknown, and why; told without filling them in.
pub fn unknown(facts: &[&Facts<'_>]) -> Vec<(Table, String)> {
    let mut unknown = Vec::new();
    let mut note = |tables: &[Table], why: String| unknown.extend(tables.iter().map(|table| (*table, why.clone())));
    for facts in facts {
        if let Err(why) = facts.agents() {
            note(
                &[
                    Table::ClusterState,
                    Table::Nodes,
                    Table::PrivateRacks,
                    Table::PublicRacks,
                    Table::AgentStops,
                    Table::Waves,
                ],
                why.sentence(),
            );
        }
        if let Err(why) = facts.tasks() {
            note(
                &[
                    Table::Nodes,
                    Table::PrivateRacks,
                    Table::PublicRacks,
                    Table::AgentStops,
                    Table::Waves,
                ],
                why.sentence(),
            );
        }
        for gap in &facts.marathons.gaps {
            note(
                &[Table::ClusterState, Table::Constraints, Table::Metrics, Table::Waves],
                gap.clone(),
            );
        }
        for marathon in &facts.snapshot.marathons {
            if let Some(why) = marathon.apps.why() {
                note(&[Table::ClusterState, Table::Constraints, Table::Waves], why.sentence());
            }
            if let Some(why) = marathon.metrics.why() {
                note(&[Table::Metrics], why.sentence());
            }
            if let Some(why) = marathon.info.why() {
                note(&[Table::GatheredData, Table::Constraints], why.sentence());
            }
        }
        for (_, version) in &facts.snapshot.dcos.versions {
            if let Some(why) = version.why() {
                note(&[Table::GatheredData], why.sentence());
            }
        }
    }
    unknown
}
