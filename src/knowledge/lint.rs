//! What is wrong with the tables themselves: order, gaps, sources, ids, things that are cited and do not exist. Never looks
//! at a cluster, and never mends anything.

use std::collections::BTreeSet;

use super::rule::{Rule, Test};
use super::{Guide, Knowledge};
use crate::model::{Line, Version};

/// Problems found so far.
#[derive(Default)]
struct Lint(Vec<String>);

impl Lint {
    fn say(&mut self, what: impl Into<String>) {
        self.0.push(what.into());
    }

    fn sourced(&mut self, what: &str, sources: &[String]) {
        if sources.is_empty() || sources.iter().any(|source| source.trim().is_empty()) {
            self.say(format!("{what}: no source"));
        }
    }

    fn unique<'a>(&mut self, kind: &str, ids: impl Iterator<Item = &'a str>) {
        let mut seen = BTreeSet::new();
        for id in ids {
            if !seen.insert(id) {
                self.say(format!("{kind} {id}: twice"));
            }
        }
    }
}

impl Knowledge {
    /// Every problem of the tables, one sentence each; `checks` are the ids of all checks.
    pub fn lint(&self, checks: &[&str]) -> Vec<String> {
        let mut lint = Lint::default();
        self.lint_releases(&mut lint);
        self.lint_paths(&mut lint);
        self.lint_advisories(&mut lint);
        self.lint_packages(&mut lint);
        for (name, guide) in [("mesos", &self.mesos), ("marathon", &self.marathon)] {
            lint_guide(name, guide, &mut lint);
        }
        self.lint_ids(&mut lint);
        self.lint_citations(checks, &mut lint);
        lint.0.extend(self.app_fields.lint());
        lint.0.extend(super::backups::lint(&self.backups));
        lint.0
    }

    fn lint_releases(&self, lint: &mut Lint) {
        for (before, after) in self.releases.iter().zip(self.releases.iter().skip(1)) {
            if before.dcos >= after.dcos {
                lint.say(format!("release {}: does not come after {}", after.dcos, before.dcos));
            }
            let dates = before.released.zip(after.released);
            if before.dcos.line() == after.dcos.line() && dates.is_some_and(|(before, after)| before > after) {
                lint.say(format!("release {}: released before {}", after.dcos, before.dcos));
            }
        }
        for release in &self.releases {
            lint.sourced(&format!("release {}", release.dcos), &release.sources);
        }
        for table in &self.components {
            lint.sourced(&format!("components {}", table.id), &table.sources);
            for row in &table.rows {
                if !self.has(&row.dcos) {
                    lint.say(format!(
                        "components {}: {} is no release of the table",
                        table.id, row.dcos
                    ));
                }
                for column in row.cells.keys().filter(|column| !table.columns.contains(column)) {
                    lint.say(format!("components {}: {}: {column} is no column", table.id, row.dcos));
                }
            }
        }
    }

    fn lint_paths(&self, lint: &mut Lint) {
        let paths = &self.paths;
        for matrix in &paths.matrices {
            let what = format!("matrix {}", matrix.id);
            lint.sourced(&what, &matrix.sources);
            for column in matrix
                .columns
                .iter()
                .filter(|column| Line::from(*column) != matrix.to || !self.has(column))
            {
                lint.say(format!("{what}: column {column} is no release of {}", matrix.to));
            }
            let mut rows = BTreeSet::new();
            for row in &matrix.rows {
                if !rows.insert(&row.from) {
                    lint.say(format!("{what}: row {} twice", row.from));
                }
                if Line::from(&row.from) != matrix.from || !self.has(&row.from) {
                    lint.say(format!("{what}: row {} is no release of {}", row.from, matrix.from));
                }
                for to in &row.to {
                    if !matrix.columns.contains(to) || *to <= row.from {
                        lint.say(format!("{what}: row {} names {to}", row.from));
                    }
                }
            }
        }
        let lines = self.lines();
        for rule in &paths.rules {
            lint.sourced(&format!("path rule {}", rule.id), &rule.sources);
            for line in rule.lines.iter().filter(|line| !lines.contains(line)) {
                lint.say(format!("path rule {}: {line} is no line of releases", rule.id));
            }
        }
        for named in &paths.named {
            let what = format!("named pair {} to {}", named.from, named.to);
            lint.sourced(&what, &named.sources);
            if !self.has(&named.from) || !self.has(&named.to) || named.from >= named.to {
                lint.say(format!("{what}: not two releases in order"));
            }
        }
        for scenario in &paths.scenarios {
            let what = format!("scenario {}", scenario.number);
            lint.sourced(&what, &scenario.sources);
            let rising = scenario
                .path
                .iter()
                .zip(scenario.path.iter().skip(1))
                .all(|(a, b)| a < b);
            let releases = scenario.path.iter().chain(scenario.or.iter().map(|or| &or.takes));
            if !rising || scenario.path.len() < 2 || releases.into_iter().any(|version| !self.has(version)) {
                lint.say(format!("{what}: not a chain of releases in order"));
            }
        }
        for known in &paths.disagreements {
            lint.sourced(&format!("disagreement {}", known.id), &known.sources);
            if known.statements.len() < 2 {
                lint.say(format!("disagreement {}: it takes two", known.id));
            }
        }
        for (before, after) in paths.mesos.lines.iter().zip(paths.mesos.lines.iter().skip(1)) {
            if before.line >= after.line {
                lint.say(format!("mesos {}: does not come after {}", after.line, before.line));
            }
        }
        for line in &paths.mesos.lines {
            if line.patches.is_empty() || line.patches.windows(2).any(|pair| matches!(pair, [a, b] if a >= b)) {
                lint.say(format!("mesos {}: its releases are not in order", line.line));
            }
        }
        for sentence in &paths.mesos.statements {
            lint.sourced(&format!("mesos statement {}", sentence.id), &sentence.sources);
        }
        lint.sourced("mesos releases", &paths.mesos.sources);
        lint.sourced("ways back", &paths.back.sources);
    }

    fn lint_packages(&self, lint: &mut Lint) {
        for pair in self.packages.windows(2) {
            if let [before, after] = pair
                && before.name > after.name
            {
                lint.say(format!("package {}: does not come after {}", after.name, before.name));
            }
        }
        for package in &self.packages {
            let what = format!("package {}", package.name);
            lint.sourced(&what, &package.sources);
            let upside_down = package.first.as_ref().zip(package.below.as_ref());
            if upside_down.is_some_and(|(first, below)| first >= below) {
                lint.say(format!("{what}: its versions are upside down"));
            }
            if package.name.is_empty() || package.text.is_empty() {
                lint.say(format!("{what}: says nothing"));
            }
        }
    }

    fn lint_advisories(&self, lint: &mut Lint) {
        for advisory in &self.advisories {
            let what = format!("advisory {}", advisory.id);
            lint.sourced(&what, &advisory.sources);
            let bounds = [
                &advisory.from_first,
                &advisory.from_last,
                &advisory.to_first,
                &advisory.to_last,
            ];
            for version in bounds.into_iter().flatten().chain(&advisory.fixed) {
                if !self.has(version) {
                    lint.say(format!("{what}: {version} is no release of the table"));
                }
            }
            let upside_down = |first: &Option<Version>, last: &Option<Version>| {
                first
                    .as_ref()
                    .zip(last.as_ref())
                    .is_some_and(|(first, last)| first > last)
            };
            if upside_down(&advisory.from_first, &advisory.from_last)
                || upside_down(&advisory.to_first, &advisory.to_last)
            {
                lint.say(format!("{what}: its first release comes after its last"));
            }
        }
    }

    fn lint_ids(&self, lint: &mut Lint) {
        lint.unique("document", self.documents.iter().map(|one| one.id.as_str()));
        lint.unique("requirement", self.requirements.items.iter().map(|one| one.id.as_str()));
        // Reports, waivers and sign-offs name these without saying of which table they are.
        let guides = [&self.mesos, &self.marathon]
            .into_iter()
            .flat_map(rules)
            .map(|rule| rule.id.as_str());
        let steps = self.procedure.steps.iter().map(|one| one.id.as_str());
        let all = guides
            .chain(self.paths.matrices.iter().map(|one| one.id.as_str()))
            .chain(self.paths.rules.iter().map(|one| one.id.as_str()))
            .chain(self.advisories.iter().map(|one| one.id.as_str()))
            .chain(steps)
            .chain(self.procedure.mesos.iter().map(|one| one.id.as_str()));
        lint.unique("id", all);
        // An expected change may be about the same thing as a rule, and then has its id.
        lint.unique("expected change", self.ledger.iter().map(|one| one.id.as_str()));
        lint.unique("backup", self.backups.iter().map(|one| one.id.as_str()));
        lint.unique("sign-off", self.signoffs.iter().map(|one| one.id.as_str()));
    }

    fn lint_citations(&self, checks: &[&str], lint: &mut Lint) {
        for id in self.citations().keys() {
            if self.document(id).is_none() {
                lint.say(format!("document {id}: cited, and in no table"));
            }
        }
        for known in &self.paths.disagreements {
            for statement in known
                .statements
                .iter()
                .filter(|one| self.document(&one.source).is_none())
            {
                lint.say(format!(
                    "disagreement {}: {} is in no table",
                    known.id, statement.source
                ));
            }
        }
        for change in &self.ledger {
            lint.sourced(&format!("expected change {}", change.id), &change.sources);
        }
        for item in &self.signoffs {
            lint.sourced(&format!("sign-off {}", item.id), &item.sources);
        }
        for line in &self.marathon_lines.lines {
            lint.sourced(&format!("marathon line {}", line.line), &line.sources);
        }
        let requirements: BTreeSet<&str> = self.requirements.items.iter().map(|one| one.id.as_str()).collect();
        for rule in [&self.mesos, &self.marathon].into_iter().flat_map(rules) {
            for requirement in rule
                .requirements
                .iter()
                .filter(|one| !requirements.contains(one.as_str()))
            {
                lint.say(format!("rule {}: there is no requirement {requirement}", rule.id));
            }
        }
        let gates = self
            .procedure
            .steps
            .iter()
            .filter_map(|step| Some((&step.id, step.gate.as_ref()?)));
        let mesos_gates = self.procedure.mesos.iter().map(|step| (&step.id, &step.gate));
        for (step, gate) in gates.chain(mesos_gates) {
            for check in gate.checks.iter().filter(|check| !checks.contains(&check.as_str())) {
                lint.say(format!("step {step}: there is no check {check}"));
            }
        }
        let steps = self
            .procedure
            .steps
            .iter()
            .map(|step| (&step.id, &step.sources, &step.requirements));
        let mesos_steps = self
            .procedure
            .mesos
            .iter()
            .map(|step| (&step.id, &step.sources, &step.requirements));
        for (id, sources, cited) in steps.chain(mesos_steps) {
            lint.sourced(&format!("step {id}"), sources);
            for requirement in cited.iter().filter(|one| !requirements.contains(one.as_str())) {
                lint.say(format!("step {id}: there is no requirement {requirement}"));
            }
        }
    }

    fn has(&self, version: &Version) -> bool {
        self.releases.iter().any(|release| release.dcos == *version)
    }
}

fn rules(guide: &Guide) -> impl Iterator<Item = &Rule> {
    guide.hops.iter().flat_map(|hop| &hop.rules)
}

fn lint_guide(name: &str, guide: &Guide, lint: &mut Lint) {
    for (before, after) in guide.hops.iter().zip(guide.hops.iter().skip(1)) {
        if before.to != after.from {
            lint.say(format!(
                "{name} guide: after {} to {} comes {} to {}",
                before.from, before.to, after.from, after.to
            ));
        }
    }
    for hop in &guide.hops {
        let what = format!("{name} guide, {} to {}", hop.from, hop.to);
        lint.sourced(&what, &hop.sources);
        if hop.from >= hop.to {
            lint.say(format!("{what}: not forward"));
        }
        if let Some(flags) = &hop.flags {
            lint.sourced(&format!("{what}, flags"), &flags.sources);
        }
        for rule in &hop.rules {
            lint.sourced(&format!("rule {}", rule.id), &rule.sources);
            let Some(fires) = &rule.fires else { continue };
            let alone = matches!(
                fires.test,
                Test::Present | Test::Absent | Test::Nonempty | Test::NotAMajority
            );
            if fires.values.is_empty() && !alone {
                lint.say(format!("rule {}: its test has nothing to compare with", rule.id));
            }
            if fires.path.trim().is_empty() {
                lint.say(format!("rule {}: its condition looks nowhere", rule.id));
            }
        }
    }
}
