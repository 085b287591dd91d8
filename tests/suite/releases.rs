//! The table of DC/OS releases: ordered, without duplicates, every row with a source, every version a version.

use std::collections::BTreeSet;

use gonogo::knowledge::{Knowledge, releases};
use gonogo::model::Version;

#[test]
fn rows_are_ordered_unique_and_sourced() {
    let all = &Knowledge::builtin().unwrap().releases;
    assert!(all.len() > 60, "only {} releases", all.len());
    let mut seen = BTreeSet::new();
    for release in all {
        assert!(seen.insert(release.dcos.to_string()), "{} twice", release.dcos);
        assert!(!release.sources.is_empty(), "{}: no source", release.dcos);
        assert!(
            release.sources.iter().all(|source| source.len() > 10),
            "{}: a source names a place",
            release.dcos
        );
        for version in release.mesos.iter().chain(&release.marathon) {
            let numbers: Vec<&str> = version.split('.').collect();
            assert!(
                (3..=4).contains(&numbers.len()) && numbers.iter().all(|number| number.parse::<u32>().is_ok()),
                "{}: `{version}` is not a plain version",
                release.dcos
            );
        }
        for versions in [&release.mesos, &release.marathon] {
            assert!(!versions.is_empty(), "{}: what it ships is not said", release.dcos);
            assert!(
                versions.len() == 1 || release.remark.is_some(),
                "{}: more than one version needs a remark that says why",
                release.dcos
            );
        }
    }
    for pair in all.windows(2) {
        assert!(pair[0].dcos < pair[1].dcos, "{} before {}", pair[0].dcos, pair[1].dcos);
    }
}

#[test]
fn a_minor_line_never_ships_an_older_mesos_than_the_line_before() {
    let line = |text: &str| text.parse::<Version>().unwrap().line();
    for pair in Knowledge::builtin().unwrap().releases.windows(2) {
        if pair[0].dcos.line() != pair[1].dcos.line() {
            assert!(
                line(&pair[0].mesos[0]) < line(&pair[1].mesos[0]),
                "{} to {}",
                pair[0].dcos,
                pair[1].dcos
            );
        }
    }
}

#[test]
fn finds_releases_and_no_neighbours() {
    let find = |text: &str| Knowledge::builtin().unwrap().release(&text.parse().unwrap());
    assert_eq!(find("1.11.3").unwrap().mesos, ["1.5.1"]);
    assert_eq!(find("1.10.8").unwrap().marathon, ["1.5.11"]);
    assert_eq!(find("1.7-open").unwrap().mesos, ["0.28.1"]);
    for unknown in ["1.11", "1.11.99", "2.9.0", "1.6.1"] {
        assert!(find(unknown).is_none(), "{unknown}");
    }
}

#[test]
fn compares_numbers_only() {
    for (left, right, same) in [
        ("1.5.1", "1.5.1", true),
        ("1.5.0", "1.5.0-SNAPSHOT-713-g14280a6", true),
        ("1.5.1.2", "1.5.1.2", true),
        ("1.5.1", "1.5.1.2", false),
        ("1.5.1", "1.5.2", false),
        ("1.5.1", "v1.5.1", true),
        ("", "", false),
        ("dev", "dev", false),
    ] {
        assert_eq!(releases::same_numbers(left, right), same, "{left} and {right}");
    }
}
