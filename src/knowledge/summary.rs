//! How much is known, table by table. Never judges anything.

use std::collections::BTreeMap;

use serde::Serialize;

use super::hops::Product;
use super::rule::Rule;
use super::{Guide, Knowledge};

/// One table in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Count {
    /// Name of the table.
    pub table: &'static str,
    /// How many statements it holds.
    pub count: usize,
    /// What they are, with further numbers.
    pub what: String,
}

impl Knowledge {
    /// Every table in numbers.
    pub fn summary(&self) -> Vec<Count> {
        let mut counts = Vec::new();
        let mut say = |table, count, what: String| counts.push(Count { table, count, what });
        say(
            "documents",
            self.documents.len(),
            "documents that statements cite".to_owned(),
        );
        let ends = self.releases.first().zip(self.releases.last());
        say(
            "releases",
            self.releases.len(),
            ends.map_or_else(String::new, |(first, last)| {
                let dated = self
                    .releases
                    .iter()
                    .filter(|release| release.released.is_some())
                    .count();
                format!("DC/OS {} to {}, {dated} with a date", first.dcos, last.dcos)
            }),
        );
        for table in &self.components {
            let (filled, all) = table.filled();
            say(
                "components",
                filled,
                format!("cells of {} ({}); {} are unknown", table.id, table.about, all - filled),
            );
        }
        let cells: usize = self
            .paths
            .matrices
            .iter()
            .map(|matrix| matrix.rows.len() * matrix.columns.len())
            .sum();
        say(
            "matrices",
            self.paths.matrices.len(),
            format!("tables of steps with {cells} cells"),
        );
        say("pairs", self.paths.pairs().len(), self.verdicts());
        say(
            "path rules",
            self.paths.rules.len(),
            "sentences about many pairs".to_owned(),
        );
        say(
            "named pairs",
            self.paths.named.len(),
            "pairs that a document names in words".to_owned(),
        );
        say(
            "scenarios",
            self.paths.scenarios.len(),
            "chains that a document prints".to_owned(),
        );
        say(
            "disagreements",
            self.paths.disagreements.len(),
            "places where documents disagree, beside the matrices".to_owned(),
        );
        say(
            "advisories",
            self.advisories.len(),
            "warnings about certain steps".to_owned(),
        );
        say(
            "packages",
            self.packages.len(),
            "catalogue packages without an upgrade that keeps their state".to_owned(),
        );
        let lines = &self.paths.mesos.lines;
        let releases: usize = lines.iter().map(|line| line.patches.len()).sum();
        say("mesos releases", releases, format!("of {} lines", lines.len()));
        say("mesos rules", rules(&self.mesos).count(), guide(&self.mesos));
        say("marathon rules", rules(&self.marathon).count(), guide(&self.marathon));
        say(
            "marathon lines",
            self.marathon_lines.lines.len(),
            "lines with the Mesos and the storage they need".to_owned(),
        );
        say(
            "expected changes",
            self.ledger.len(),
            "changes that hops bring by themselves".to_owned(),
        );
        say("app fields", self.app_fields.entries(), self.definitions());
        let steps = self.procedure.steps.len() + self.procedure.mesos.len();
        say("procedure", steps, "steps of the procedure".to_owned());
        say("backups", self.backups.len(), "ways of taking backups".to_owned());
        say(
            "sign-offs",
            self.signoffs.len(),
            "items that only people can answer".to_owned(),
        );
        say(
            "requirements",
            self.requirements.items.len(),
            "checkable items of the documents of the window".to_owned(),
        );
        counts
    }

    /// What is said of fields of definitions.
    fn definitions(&self) -> String {
        format!(
            "statements about definitions: {} defaults, {} that code rewrites",
            self.app_fields.absent.len(),
            self.app_fields.rewrite.len()
        )
    }

    /// How the pairs that documents speak about are judged.
    fn verdicts(&self) -> String {
        let (mut yes, mut no, mut silent, mut disputed) = (0, 0, 0, 0);
        for (from, to) in self.paths.pairs() {
            let judged = self.classify(Product::Dcos, from, to);
            match judged.supported {
                Some(true) => yes += 1,
                Some(false) => no += 1,
                None => silent += 1,
            }
            disputed += usize::from(!judged.disagreement.is_empty());
        }
        let silent = if silent == 0 {
            String::new()
        } else {
            format!(", {silent} undecided")
        };
        format!(
            "of releases that documents speak about: {yes} supported, {no} not{silent}; about {disputed} they disagree"
        )
    }

    /// How many statements cite each document, by its id.
    pub fn citations(&self) -> BTreeMap<&str, usize> {
        let mut cited: BTreeMap<&str, usize> = self
            .documents
            .iter()
            .map(|document| (document.id.as_str(), 0))
            .collect();
        let paths = &self.paths;
        let lists = (paths.matrices.iter().map(|one| &one.sources))
            .chain(paths.rules.iter().map(|one| &one.sources))
            .chain(paths.named.iter().map(|one| &one.sources))
            .chain(paths.scenarios.iter().map(|one| &one.sources))
            .chain(paths.disagreements.iter().map(|one| &one.sources))
            .chain(paths.mesos.statements.iter().map(|one| &one.sources))
            .chain([&paths.mesos.sources, &paths.back.sources])
            .chain(self.advisories.iter().map(|one| &one.sources))
            .chain(self.components.iter().map(|one| &one.sources));
        for source in lists.flatten() {
            *cited.entry(source.as_str()).or_default() += 1;
        }
        cited
    }
}

fn rules(guide: &Guide) -> impl Iterator<Item = &Rule> {
    guide.hops.iter().flat_map(|hop| &hop.rules)
}

fn guide(guide: &Guide) -> String {
    let judged = rules(guide).filter(|rule| rule.fires.is_some()).count();
    let manual = rules(guide).filter(|rule| rule.fires.is_none() || rule.manual).count();
    format!(
        "statements about {} hops: {judged} judged from evidence, {manual} for people",
        guide.hops.len()
    )
}
