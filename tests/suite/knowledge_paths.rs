//! Steps between releases: the matrix and the chains of the documents that come with the window, cell by cell.

use gonogo::knowledge::Knowledge;
use gonogo::knowledge::chain::{NoChain, Prefer};
use gonogo::knowledge::documents::Class;
use gonogo::knowledge::hops::{Classified, HopKind, Product};
use gonogo::model::Version;

fn knowledge() -> &'static Knowledge {
    Knowledge::builtin().unwrap()
}

fn version(text: &str) -> Version {
    text.parse().unwrap()
}

fn dcos(from: &str, to: &str) -> Classified {
    knowledge().classify(Product::Dcos, &version(from), &version(to))
}

fn mesos(from: &str, to: &str) -> Classified {
    knowledge().classify(Product::Mesos, &version(from), &version(to))
}

fn path(product: Product, from: &str, to: &str, prefer: Prefer) -> Vec<String> {
    let chain = knowledge()
        .chain(product, &version(from), &version(to), prefer)
        .unwrap();
    let ends = chain.hops.iter().map(|hop| hop.to.to_string());
    std::iter::once(from.to_owned()).chain(ends).collect()
}

/// The table of the 1.11 patching page, as it is printed: a row per release, a cell per column 1.11.1 to 1.11.8.
/// The page prints no row for 1.11.8.
const PATCH_1_11: &[(&str, &str)] = &[
    ("1.11.1", "◯⚫⚫⚫⚫⚫◯◯"),
    ("1.11.2", "◯◯⚫⚫⚫⚫◯◯"),
    ("1.11.3", "◯◯◯⚫⚫⚫◯◯"),
    ("1.11.4", "◯◯◯◯⚫⚫⚫◯"),
    ("1.11.5", "◯◯◯◯◯⚫⚫⚫"),
    ("1.11.6", "◯◯◯◯◯◯⚫⚫"),
    ("1.11.7", "◯◯◯◯◯◯◯⚫"),
];

#[test]
fn every_cell_of_the_printed_patch_matrix_is_kept_and_decides() {
    let matrix = &knowledge().paths.matrices[0];
    assert_eq!(knowledge().document(&matrix.sources[0]).unwrap().class, Class::Seed);
    let mut supported = 0;
    for (from, cells) in PATCH_1_11 {
        assert_eq!(cells.chars().count(), 8);
        for (column, cell) in cells.chars().enumerate() {
            let to = format!("1.11.{}", column + 1);
            let printed = cell == '⚫';
            assert_eq!(
                matrix.cell(&version(from), &version(&to)),
                Some(printed),
                "{from} to {to}"
            );
            let judged = dcos(from, &to);
            let back = version(&to) < version(from);
            if *from == to {
                assert_eq!((judged.kind, judged.supported), (HopKind::Configuration, Some(true)));
                assert!(
                    !judged.disagreement.is_empty(),
                    "{from}: the cell says otherwise, and that is said"
                );
            } else {
                assert_eq!(judged.supported, Some(printed), "{from} to {to}: {}", judged.why);
                let kind = if printed { HopKind::Patch } else { HopKind::Unsupported };
                assert_eq!(judged.kind, kind, "{from} to {to}");
            }
            // A later edition allows forward jumps that this one forbids: named, and the stricter one counts.
            if !printed && !back && *from != to {
                assert_eq!(judged.disagreement.len(), 1, "{from} to {to}");
                assert!(judged.disagreement[0].applied.contains("stricter"));
            }
            supported += u32::from(printed);
        }
    }
    assert_eq!(supported, 21);
}

#[test]
fn the_row_that_is_not_printed_says_nothing() {
    let matrix = &knowledge().paths.matrices[0];
    for patch in 1..=8 {
        let to = format!("1.11.{patch}");
        assert_eq!(matrix.cell(&version("1.11.8"), &version(&to)), None);
        let judged = dcos("1.11.8", &to);
        if patch == 8 {
            assert_eq!((judged.kind, judged.supported), (HopKind::Configuration, Some(true)));
        } else {
            assert_eq!((judged.kind, judged.supported), (HopKind::Unsupported, Some(false)));
        }
    }
}

#[test]
fn the_three_scenarios_come_out_as_printed() {
    for (to, printed) in [
        ("1.9.9", &["1.9.4", "1.9.9"][..]),
        ("1.10.7", &["1.9.4", "1.9.9", "1.10.7"]),
        ("1.10.8", &["1.9.4", "1.9.9", "1.10.8"]),
        ("1.11.3", &["1.9.4", "1.9.9", "1.10.7", "1.11.3"]),
    ] {
        assert_eq!(path(Product::Dcos, "1.9.4", to, Prefer::Recommended), printed);
        assert_eq!(path(Product::Dcos, "1.9.4", to, Prefer::Shortest).len(), printed.len());
    }
    let chain = knowledge().chain(
        Product::Dcos,
        &version("1.9.4"),
        &version("1.11.3"),
        Prefer::Recommended,
    );
    let chain = chain.unwrap();
    let [or] = chain.alternatives.as_slice() else {
        panic!("{:?}", chain.alternatives);
    };
    assert_eq!(
        (or.instead_of.to_string(), or.version.to_string()),
        ("1.10.7".into(), "1.10.8".into())
    );
    assert!(or.said.source.contains("Workbook"), "{or:?}");
    assert!(chain.because.source.contains("Workbook"), "{:?}", chain.because);
    // A later matrix marks the last step as not supported: it is named with its place.
    for from in ["1.10.7", "1.10.8"] {
        let last = dcos(from, "1.11.3");
        assert_eq!(last.supported, Some(true));
        let sources: Vec<&str> = last.disagreement[0]
            .statements
            .iter()
            .map(|s| s.source.as_str())
            .collect();
        assert!(sources.iter().any(|source| source.contains("Workbook")), "{sources:?}");
        assert!(
            sources
                .iter()
                .any(|source| source.contains("1.11/installing/production/upgrading")),
            "{sources:?}"
        );
    }
}

#[test]
fn every_cell_of_every_matrix_is_named_among_the_sources_of_its_step() {
    let mut cells = 0;
    for matrix in &knowledge().paths.matrices {
        let name = &knowledge().document(&matrix.sources[0]).unwrap().name;
        for row in &matrix.rows {
            for to in matrix.columns.iter().filter(|to| **to > row.from) {
                let judged = knowledge().classify(Product::Dcos, &row.from, to);
                let says = if row.to.contains(to) {
                    "supported: the cell"
                } else {
                    "not supported: the cell"
                };
                assert!(
                    judged
                        .sources
                        .iter()
                        .any(|s| s.source == *name && s.says.starts_with(says)),
                    "{}: {} to {to}: {:?}",
                    matrix.id,
                    row.from,
                    judged.sources
                );
                cells += 1;
            }
        }
    }
    assert!(cells > 500, "only {cells} cells");
}

#[test]
fn what_no_document_covers_is_neither_supported_nor_unsupported() {
    for (from, to) in [
        ("1.9.2", "1.9.9"),    // 1.9 has sentences only: "to the next"
        ("1.7", "1.8.10"),     // which release of 1.7 is not known
        ("2.1.2", "2.2.1"),    // no row
        ("1.11.3", "1.11.99"), // no such release
        ("1.11.3", "1.11.4-dev"),
        ("1.11.3-dev", "1.11.4"),
        ("1.10", "1.11.3"), // a line
        ("1.11.3", "3.0.0"),
    ] {
        let judged = dcos(from, to);
        assert_eq!(judged.supported, None, "{from} to {to}: {}", judged.why);
        assert_ne!(judged.kind, HopKind::Unsupported, "{from} to {to}");
        assert!(judged.why.len() > 20);
        let none = knowledge().chain(Product::Dcos, &version(from), &version(to), Prefer::Recommended);
        if from != "1.9.2" {
            assert!(matches!(none, Err(NoChain::Silent { .. })), "{from} to {to}: {none:?}");
        }
    }
    // One release at a time is what the sentences support, and the scenario from 1.9.4 on.
    assert_eq!(
        path(Product::Dcos, "1.9.2", "1.9.9", Prefer::Shortest),
        ["1.9.2", "1.9.3", "1.9.4", "1.9.9"]
    );
}

#[test]
fn jumps_over_lines_and_ways_back_are_not_supported() {
    for (from, to) in [
        ("1.9.0", "1.11.1"),
        ("1.10.8", "1.12.0"),
        ("2.0.4", "2.2.1"),
        ("1.11.3", "1.10.8"),
    ] {
        let judged = dcos(from, to);
        assert_eq!(
            (judged.kind, judged.supported),
            (HopKind::Unsupported, Some(false)),
            "{from} to {to}"
        );
    }
    assert!(dcos("1.9.0", "1.11.1").disagreement.is_empty());
    assert_eq!(dcos("1.10.8", "1.12.0").disagreement.len(), 1, "the 1.12 page lists it");
    let back = knowledge().chain(Product::Dcos, &version("1.11.3"), &version("1.10.8"), Prefer::Shortest);
    assert!(matches!(back, Err(NoChain::Unsupported { .. })), "{back:?}");
    // Later matrices list the pair, the window's rule asks for the latest release of 1.10: one statement against it is enough.
    let early = dcos("1.10.4", "1.11.6");
    assert_eq!((early.supported, early.disagreement.len()), (Some(false), 1));
}

#[test]
fn chains_leave_each_line_from_its_latest_release() {
    assert_eq!(
        path(Product::Dcos, "1.10.8", "1.12.4", Prefer::Recommended),
        ["1.10.8", "1.10.11", "1.11.13", "1.12.4"]
    );
    for (from, to) in [("1.8.8", "1.13.6"), ("1.10.0", "2.2.1"), ("1.11.0", "2.0.6")] {
        let recommended = path(Product::Dcos, from, to, Prefer::Recommended);
        let shortest = path(Product::Dcos, from, to, Prefer::Shortest);
        assert!(shortest.len() <= recommended.len(), "{shortest:?} {recommended:?}");
    }
}

#[test]
fn plain_mesos_goes_by_neighbours_before_1_0_and_by_stable_releases_after() {
    let lines = [
        "0.11", "0.12", "0.13", "0.14", "0.15", "0.16", "0.17", "0.18", "0.19", "0.20", "0.21", "0.22", "0.23", "0.24",
        "0.25", "0.26", "0.27", "0.28", "1.0", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "1.8", "1.9", "1.10",
        "1.11",
    ];
    for pair in lines.windows(2) {
        let judged = mesos(pair[0], pair[1]);
        assert_eq!(
            (judged.kind, judged.supported),
            (HopKind::Upgrade, Some(true)),
            "{pair:?}"
        );
        assert!(!judged.sources.is_empty(), "{pair:?}");
        assert_eq!(mesos(pair[1], pair[0]).supported, Some(false), "{pair:?} back");
    }
    assert_eq!(
        path(Product::Mesos, "0.18", "0.22", Prefer::Recommended),
        ["0.18", "0.19", "0.20", "0.21", "0.22"]
    );
    for (from, to, supported) in [
        ("0.18.2", "0.20.0", Some(false)),
        ("0.28.3", "1.3.0", Some(false)),
        ("0.28.1", "1.0.4", Some(true)),
        ("1.4.3", "1.5.3", Some(true)),
        ("1.5.3", "1.11.0", Some(true)),
        ("1.4.3", "1.11.0", Some(true)),
        ("1.4.1", "1.11.0", None),
        ("1.4.1", "1.4.3", Some(true)),
        ("0.21.0", "0.21.1", None),
        ("1.4.3", "1.11.99", None),
        ("1.4.3", "1.12.0", None),
        ("1.4.3", "1.5.3-dev", None),
        ("0.10.0", "0.11.0", None),
        ("1.5.3", "1.5.3", Some(true)),
    ] {
        assert_eq!(mesos(from, to).supported, supported, "{from} to {to}");
    }
    assert_eq!(
        path(Product::Mesos, "0.28.1", "1.11.0", Prefer::Recommended),
        ["0.28.1", "1.0.4", "1.11.0"]
    );
    assert_eq!(
        path(Product::Mesos, "1.4.1", "1.11.0", Prefer::Recommended),
        ["1.4.1", "1.4.3", "1.11.0"]
    );
}

#[test]
fn laws_hold_for_every_pair_of_releases() {
    let all: Vec<&Version> = knowledge().releases.iter().map(|release| &release.dcos).collect();
    for from in &all {
        for to in &all {
            let judged = knowledge().classify(Product::Dcos, from, to);
            if from == to {
                assert_eq!(judged.kind, HopKind::Configuration, "{from}");
                continue;
            }
            assert_eq!(judged.supported == Some(false), judged.kind == HopKind::Unsupported);
            assert!(
                judged.supported.is_none() || !judged.sources.is_empty(),
                "{from} to {to}"
            );
            if judged.supported == Some(true) {
                assert_eq!(knowledge().classify(Product::Dcos, to, from).supported, Some(false));
                assert!(from < to);
            }
        }
    }
}

#[test]
fn every_step_of_a_chain_is_supported_and_begins_where_the_last_ended() {
    let all: Vec<&Version> = knowledge().releases.iter().map(|release| &release.dcos).collect();
    for from in all.iter().step_by(9) {
        for to in all.iter().step_by(7) {
            for prefer in [Prefer::Recommended, Prefer::Shortest] {
                let Ok(chain) = knowledge().chain(Product::Dcos, from, to, prefer) else {
                    continue;
                };
                assert_eq!(
                    (&chain.hops[0].from, &chain.hops[chain.hops.len() - 1].to),
                    (*from, *to)
                );
                assert!(
                    chain.hops.iter().all(|hop| hop.supported == Some(true)),
                    "{from} to {to}"
                );
                assert!(chain.hops.windows(2).all(|pair| pair[0].to == pair[1].from));
            }
        }
    }
}
