//! Steps between DC/OS releases, judged by what the tables say. Never rounds a version to one that a table has.

use super::{Classified, Disagreement, HopKind, Product, Said, Statement, kind_of, same_numbers};
use crate::knowledge::Knowledge;
use crate::knowledge::documents::Class;
use crate::knowledge::paths::RuleOf;
use crate::model::{Line, Version};

pub(super) fn classify(knowledge: &Knowledge, from: &Version, to: &Version) -> Classified {
    let answer = |supported, why: String, sources: Vec<Statement>, disagreement| Classified {
        product: Product::Dcos,
        from: from.clone(),
        to: to.clone(),
        kind: if supported == Some(false) {
            HopKind::Unsupported
        } else {
            kind_of(from, to, supported)
        },
        supported,
        why,
        sources,
        disagreement,
    };
    // A line (`1.10`) is no release before those of the line.
    let line_only = from.line() == to.line() && (from.patch.is_none() || to.patch.is_none());
    if to < from && !same_numbers(from, to) && !line_only {
        let back = &knowledge.paths.back;
        let statement = Statement {
            says: back.text.clone(),
            source: knowledge.documents_named(&back.sources),
        };
        return answer(
            Some(false),
            format!("{to} is older than {from}, and there is no way back"),
            vec![statement],
            Vec::new(),
        );
    }
    for version in [from, to] {
        if let Some(why) = not_a_release(knowledge, version) {
            return answer(None, why, Vec::new(), Vec::new());
        }
    }
    let said = statements(knowledge, from, to);
    let disagreement = disagreements(knowledge, from, to, &said);
    let (supported, why) = decide(from, to, &said);
    answer(supported, why, said.iter().map(Said::statement).collect(), disagreement)
}

/// Why no document can speak of a version.
fn not_a_release(knowledge: &Knowledge, version: &Version) -> Option<String> {
    if version.suffix.is_some() {
        return Some(format!(
            "{version} has a suffix: it is no release, and no document speaks of it"
        ));
    }
    if knowledge.releases.iter().any(|release| release.dcos == *version) {
        return None;
    }
    Some(if version.patch.is_none() {
        format!("{version} names a line, not a release: name the third number too")
    } else {
        format!("DC/OS {version} is in no table: the documents do not say")
    })
}

fn statements(knowledge: &Knowledge, from: &Version, to: &Version) -> Vec<Said> {
    let paths = &knowledge.paths;
    let mut said = Vec::new();
    let mut say = |says: String, sources: &[String], exact: bool, allows: bool| {
        said.push(Said {
            says,
            source: knowledge.documents_named(sources),
            class: knowledge.class_of(sources),
            exact,
            allows,
        });
    };
    for scenario in &paths.scenarios {
        if scenario.has_step(from, to) {
            let chain: Vec<String> = scenario.path.iter().map(ToString::to_string).collect();
            say(
                format!(
                    "supported: a step of scenario {}, {}",
                    scenario.number,
                    chain.join(", ")
                ),
                &scenario.sources,
                true,
                true,
            );
        }
    }
    for named in paths
        .named
        .iter()
        .filter(|named| named.from == *from && named.to == *to)
    {
        let verdict = if named.allowed { "supported" } else { "ruled out" };
        say(
            format!("{verdict}: {}", named.text),
            &named.sources,
            true,
            named.allowed,
        );
    }
    if from != to {
        for matrix in &paths.matrices {
            if let Some(allows) = matrix.cell(from, to) {
                let verdict = if allows { "supported" } else { "not supported" };
                say(
                    format!("{verdict}: the cell of its matrix"),
                    &matrix.sources,
                    true,
                    allows,
                );
            }
        }
    }
    for rule in paths.rules.iter().filter(|rule| rule.lines.contains(&Line::from(to))) {
        if let Some(allows) = rule_says(knowledge, rule.kind, from, to) {
            let verdict = if allows { "supported" } else { "not supported" };
            say(format!("{verdict}: {}", rule.text), &rule.sources, false, allows);
        }
    }
    said
}

/// What a sentence says about a pair; `None` = nothing, or the known dates do not settle it.
fn rule_says(knowledge: &Knowledge, kind: RuleOf, from: &Version, to: &Version) -> Option<bool> {
    let lines = knowledge.lines();
    let place = |version: &Version| lines.iter().position(|line| *line == Line::from(version));
    let apart = place(to)?.checked_sub(place(from)?)?;
    match kind {
        RuleOf::ToSame => (from == to).then_some(true),
        RuleOf::ToNext => {
            let next = knowledge
                .releases
                .iter()
                .map(|release| &release.dcos)
                .find(|next| *next > from)?;
            (apart == 0 && next == to).then_some(true)
        }
        RuleOf::NoLineSkipped => (apart > 1).then_some(false),
        RuleOf::LatestToLatest => (apart == 1).then(|| knowledge.latest_together(from, to)).flatten(),
    }
}

fn decide(from: &Version, to: &Version, said: &[Said]) -> (Option<bool>, String) {
    let (yes, no): (Vec<&Said>, Vec<&Said>) = said.iter().partition(|said| said.allows);
    let window = |said: &&&Said| said.exact && said.class == Class::Seed;
    if let Some(site) = no.iter().find(|said| said.class == Class::Site) {
        return (Some(false), format!("not supported: {} ({})", site.says, site.source));
    }
    if let Some(against) = no.iter().find(|said| window(said)) {
        return (
            Some(false),
            format!("{} says of this very step: {}", against.source, against.says),
        );
    }
    if let Some(for_it) = yes.iter().find(|said| window(said)) {
        let but = if no.is_empty() {
            ""
        } else {
            "; another document says otherwise"
        };
        return (
            Some(true),
            format!("{} says of this very step: {}{but}", for_it.source, for_it.says),
        );
    }
    if let Some(against) = no.first() {
        return (Some(false), format!("{} ({})", against.says, against.source));
    }
    match yes.first() {
        Some(for_it) => (Some(true), format!("{} ({})", for_it.says, for_it.source)),
        None => (None, format!("no document speaks of a step from {from} to {to}")),
    }
}

fn disagreements(knowledge: &Knowledge, from: &Version, to: &Version, said: &[Said]) -> Vec<Disagreement> {
    let mut all = Vec::new();
    let differ = said.iter().any(|said| said.allows) && said.iter().any(|said| !said.allows);
    if differ {
        let (supported, _) = decide(from, to, said);
        all.push(Disagreement {
            about: format!("whether {from} to {to} is supported"),
            statements: said.iter().map(Said::statement).collect(),
            applied: if supported == Some(true) {
                "supported: a document of this window speaks of this very step; what the others say stands as a warning"
                    .to_owned()
            } else {
                "not supported: the stricter statement counts".to_owned()
            },
        });
    }
    let known = knowledge
        .paths
        .disagreements
        .iter()
        .filter(|known| known.pairs.iter().any(|(a, b)| a == from && b == to));
    all.extend(known.map(|known| {
        Disagreement {
            about: known.about.clone(),
            statements: known
                .statements
                .iter()
                .map(|statement| Statement {
                    says: statement.says.clone(),
                    source: knowledge.documents_named(std::slice::from_ref(&statement.source)),
                })
                .collect(),
            applied: known.applied.clone(),
        }
    }));
    all
}
