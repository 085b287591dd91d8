//! The Marathon guide and the table of its lines: ordered, unique, sourced, every reference real, skipped lines understood.

use std::collections::BTreeSet;

use gonogo::checks;
use gonogo::knowledge::rule::{Place, Weight};
use gonogo::knowledge::{GuideHop, Knowledge, Rule};
use gonogo::model::{Line, Version};

fn rules() -> impl Iterator<Item = (&'static GuideHop, &'static Rule)> {
    let hops = &Knowledge::builtin().unwrap().marathon.hops;
    hops.iter()
        .flat_map(|hop| hop.rules.iter().map(move |rule| (hop, rule)))
}

fn version(text: &str) -> Version {
    text.parse().unwrap()
}

fn way(from: &str, to: &str) -> Option<Vec<String>> {
    let guide = &Knowledge::builtin().unwrap().marathon;
    let crossed = guide.between(&version(from), &version(to))?;
    Some(crossed.iter().map(|hop| format!("{}-{}", hop.from, hop.to)).collect())
}

#[test]
fn hops_follow_each_other_and_have_steps_to_inherit() {
    let hops = &Knowledge::builtin().unwrap().marathon.hops;
    assert_eq!(hops.len(), 17);
    for pair in hops.windows(2) {
        assert_eq!(pair[0].to, pair[1].from);
    }
    assert!(!hops[0].steps.is_empty(), "the first hop has no list to inherit from");
    for hop in hops {
        assert!(hop.from < hop.to);
        assert!(!hop.sources.is_empty() && !hop.rules.is_empty(), "{}", hop.to);
        assert!(
            hop.skips.iter().all(|line| hop.from < *line && *line < hop.to),
            "{}",
            hop.to
        );
    }
}

#[test]
fn rules_are_unique_and_sourced_and_say_how_they_are_answered() {
    let mut seen = BTreeSet::new();
    for (hop, rule) in rules() {
        assert!(seen.insert(&rule.id), "{} twice", rule.id);
        assert!(rule.id.starts_with(&format!("marathon-{}-", hop.to)), "{}", rule.id);
        assert!(
            !rule.sources.is_empty() && rule.sources.iter().all(|source| source.len() > 10),
            "{}",
            rule.id
        );
        assert!(rule.text.ends_with('.') && rule.text.len() > 15, "{}", rule.id);
        assert!(
            rule.manual || rule.fires.is_some() || !rule.answered_by.is_empty() || rule.weight == Weight::Info,
            "{}: nobody answers it and it is no manual item",
            rule.id
        );
        for check in &rule.answered_by {
            assert!(checks::find(check).is_some(), "{}: {check} is no check", rule.id);
        }
        if let Some(since) = &rule.since {
            assert_eq!(Line::from(since), hop.to, "{}", rule.id);
        }
        assert!(
            !rule.backport || rule.since.is_some(),
            "{}: taken back into which release?",
            rule.id
        );
        if let Some(condition) = &rule.fires {
            assert!(
                condition.on != Place::HostFile || rule.manual,
                "{}: no evidence shows a file of a host",
                rule.id
            );
            assert!(
                condition.only_if.is_none() && !condition.absence_unknown,
                "{}: conditions of Marathon know no such thing",
                rule.id
            );
        }
    }
    assert_eq!(seen.len(), 133);
    let blockers = rules().filter(|(_, rule)| rule.weight == Weight::Blocker).count();
    assert_eq!(blockers, 59);
}

#[test]
fn lines_are_ordered_and_cover_the_guide() {
    let knowledge = Knowledge::builtin().unwrap();
    let table = &knowledge.marathon_lines;
    for pair in table.lines.windows(2) {
        assert!(pair[0].line < pair[1].line);
        assert!(pair[0].oldest_storage <= pair[1].oldest_storage, "{}", pair[1].line);
    }
    for hop in &knowledge.marathon.hops {
        for line in [hop.from, hop.to] {
            assert!(table.lines.iter().any(|row| row.line == line), "{line} has no row");
        }
    }
    for row in &table.lines {
        assert!(!row.sources.is_empty(), "{}", row.line);
        let mesos = row.mesos_minimum.is_some() || row.mesos_recommended.is_some();
        assert_eq!(mesos, !row.mesos_sources.is_empty(), "{}: Mesos", row.line);
        assert_eq!(
            row.oldest_storage.is_some(),
            !row.storage_sources.is_empty(),
            "{}: storage",
            row.line
        );
        for from in &row.from {
            assert!(*from < row.line, "{} from {from}", row.line);
        }
        let recommended_too_old = row.mesos_recommended.as_ref().zip(row.mesos_minimum.as_ref());
        assert!(recommended_too_old.is_none_or(|(recommended, minimum)| recommended >= minimum));
    }
    assert!(!table.single.is_empty());
    assert!(table.general("skipping").is_some() && table.general("flags").is_some());
}

#[test]
fn every_marathon_of_a_release_lies_in_the_guide() {
    let knowledge = Knowledge::builtin().unwrap();
    for release in &knowledge.releases {
        for text in &release.marathon {
            let line = text.split('.').take(2).collect::<Vec<_>>().join(".");
            let line: Line = line.parse().unwrap();
            assert!(knowledge.marathon.knows(line), "{} ships Marathon {text}", release.dcos);
        }
    }
}

#[test]
fn ways_cross_what_lies_between() {
    assert_eq!(
        way("1.4.8", "1.6.567"),
        Some(vec!["1.4-1.5".to_owned(), "1.5-1.6".to_owned()])
    );
    assert_eq!(
        way("0.11.1", "0.14.0"),
        Some(vec!["0.11-0.13".to_owned(), "0.13-0.14".to_owned()])
    );
    assert_eq!(way("1.5.2", "1.5.11"), Some(Vec::new()));
    assert_eq!(way("1.6.0", "1.5.0"), None);
    assert_eq!(way("0.7.0", "0.9.0"), None);
    assert_eq!(way("1.10.0", "1.12.0"), None);
}

#[test]
fn a_line_without_a_release_counts_as_inside_its_hop() {
    // DC/OS 1.8.0 ships 1.2.0: from it and to it the rules of 1.1 to 1.3 count.
    assert_eq!(way("1.1.1", "1.2.0"), Some(vec!["1.1-1.3".to_owned()]));
    assert_eq!(way("1.2.0", "1.3.0"), Some(vec!["1.1-1.3".to_owned()]));
    assert_eq!(
        way("1.2.0", "1.4.2"),
        Some(vec!["1.1-1.3".to_owned(), "1.3-1.4".to_owned()])
    );
    assert_eq!(way("1.2.0", "1.2.1"), Some(Vec::new()));
    let knowledge = Knowledge::builtin().unwrap();
    let row = knowledge.marathon_line(&version("1.2.0")).unwrap();
    assert_eq!(row.line.to_string(), "1.3");
    assert!(knowledge.marathon_line(&version("1.12.0")).is_none());
    // A line nobody has heard of is in no hop.
    assert_eq!(way("0.17.0", "1.3.0"), None);
}

#[test]
fn what_a_check_of_the_guide_judges_is_not_said_twice() {
    let knowledge = Knowledge::builtin().unwrap();
    let answered: Vec<&str> = knowledge
        .advisories
        .iter()
        .filter(|advisory| !advisory.answered_by.is_empty())
        .map(|advisory| advisory.id.as_str())
        .collect();
    assert_eq!(answered, ["marathon-1.8-data", "app-name-1.13", "roles-2.1"]);
    for advisory in &knowledge.advisories {
        for check in &advisory.answered_by {
            assert!(checks::find(check).is_some(), "{}: {check} is no check", advisory.id);
        }
    }
}
