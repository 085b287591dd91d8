//! The table about config.yaml: nothing without a source, names unique, lines in order, the numbers of the documents.

use std::collections::BTreeSet;

use gonogo::knowledge::Knowledge;
use gonogo::knowledge::config::{ConfigRules, Lines, Rule};
use gonogo::model::Line;

fn rules() -> &'static ConfigRules {
    &Knowledge::builtin().unwrap().config
}

fn line(text: &str) -> Line {
    text.parse().unwrap()
}

#[test]
fn config_statements_have_sources() {
    let rules = rules();
    let groups = rules
        .changeable
        .iter()
        .chain(&rules.addable)
        .map(|keys| (keys.keys.join(", "), &keys.sources));
    let all = groups
        .chain([&rules.enterprise, &rules.secret, &rules.paths].map(|keys| (keys.keys.join(", "), &keys.sources)))
        .chain(
            rules
                .frozen
                .iter()
                .map(|frozen| (frozen.names.join(", "), &frozen.sources)),
        )
        .chain(
            rules
                .declare
                .iter()
                .map(|declare| (declare.key.clone(), &declare.sources)),
        )
        .chain(
            rules
                .removed
                .iter()
                .map(|removed| (removed.key.clone(), &removed.sources)),
        )
        .chain(rules.values.iter().map(|value| (value.id.clone(), &value.sources)))
        .chain([
            ("together".to_owned(), &rules.together.sources),
            ("together, allowing".to_owned(), &rules.together.allowing),
            ("masters".to_owned(), &rules.masters.sources),
            ("ipv6".to_owned(), &rules.ipv6.sources),
            ("security".to_owned(), &rules.security.sources),
            ("security, removed".to_owned(), &rules.security.removed.sources),
            ("license".to_owned(), &rules.license.sources),
        ]);
    for (what, sources) in all {
        assert!(
            !sources.is_empty() && sources.iter().all(|source| source.len() > 10),
            "{what}"
        );
    }
}

#[test]
fn config_lines_are_in_order_and_names_unique() {
    let rules = rules();
    let lines = rules
        .changeable
        .iter()
        .map(gonogo::knowledge::config::Keys::lines)
        .chain(rules.declare.iter().map(gonogo::knowledge::config::Declare::lines))
        .chain(rules.removed.iter().map(gonogo::knowledge::config::Removed::lines))
        .chain(rules.values.iter().map(gonogo::knowledge::config::ValueRule::lines));
    for Lines { since, until } in lines {
        assert!(
            since.zip(until).is_none_or(|(since, until)| since <= until),
            "{since:?} {until:?}"
        );
        for end in [since, until].into_iter().flatten() {
            assert!((line("1.9")..=line("2.2")).contains(&end), "{end}");
        }
    }
    let ids: BTreeSet<&str> = rules.values.iter().map(|rule| rule.id.as_str()).collect();
    assert_eq!(ids.len(), rules.values.len());
    let changeable: Vec<&String> = rules.changeable.iter().flat_map(|keys| &keys.keys).collect();
    assert_eq!(changeable.len(), changeable.iter().collect::<BTreeSet<_>>().len());
    for key in changeable {
        assert!(
            rules.frozen(key).is_none() && !rules.of_masters(key),
            "{key} may change and may not"
        );
    }
}

#[test]
fn config_nine_keys_and_one_from_1_12() {
    let rules = rules();
    let nine =
        "dns_search docker_remove_delay gc_delay resolvers telemetry_enabled use_proxy http_proxy https_proxy no_proxy";
    for version in ["1.9", "1.10", "1.11", "1.12", "1.13", "2.0", "2.1", "2.2"] {
        for key in nine.split(' ') {
            assert!(rules.may_change(key, line(version)), "{key} {version}");
        }
        assert_eq!(
            rules.may_change("enable_mesos_input_plugin", line(version)),
            line(version) >= line("1.12"),
            "{version}"
        );
        assert!(!rules.may_change("cluster_name", line(version)));
        let all: usize = rules
            .changeable
            .iter()
            .filter(|keys| keys.lines().hold(line(version)))
            .map(|keys| keys.keys.len())
            .sum();
        assert_eq!(all, if line(version) >= line("1.12") { 10 } else { 9 }, "{version}");
    }
}

#[test]
fn config_what_1_11_asks_for() {
    let rules = rules();
    let asked = |version: &str| -> Vec<&str> {
        let line = line(version);
        let asked = rules
            .declare
            .iter()
            .filter(|declare| declare.lines().hold(line) && declare.when.is_none());
        asked.map(|declare| declare.key.as_str()).collect()
    };
    assert_eq!(asked("1.11"), ["fault_domain_enabled", "enable_ipv6"]);
    for version in ["1.9", "1.10", "1.12", "1.13", "2.0", "2.1", "2.2"] {
        assert!(asked(version).is_empty(), "no document lists any for {version}");
    }
    assert_eq!(rules.ipv6.recommended, "false");
    assert_eq!(rules.license.since, line("1.11"));
}

#[test]
fn config_security_goes_up_by_one_and_disabled_is_gone_from_1_12() {
    let security = &rules().security;
    assert_eq!(security.ladder, ["disabled", "permissive", "strict"]);
    assert_eq!((security.steps, security.removed.since), (1, line("1.12")));
    assert_eq!((security.level("strict"), security.level("open")), (Some(2), None));
}

#[test]
fn config_defaults_match_their_keys() {
    for value in &rules().values {
        if let Rule::AnyTrue { keys, defaults } = &value.rule {
            assert_eq!(keys.len(), defaults.len(), "{}", value.id);
        }
    }
}
