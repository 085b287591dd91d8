//! Sign-offs: which answers count, what a wrong clock or file does, and how the command line writes, shows and takes them.

use std::fs;
use std::path::Path;
use std::process::Output;

use chrono::{DateTime, Duration, Utc};
use gonogo::facts::cluster::Kind;
use gonogo::knowledge::Knowledge;
use gonogo::knowledge::signoffs::{Edition, When};
use gonogo::model::{Answer, AppliedSignoff, OpenSignoffs, Signoff, SignoffState, Verdict};
use gonogo::sources::signoffs as file;
use gonogo::verdict::rank;
use gonogo::verdict::signoffs::{Asked, Given, apply, at_best};
use proptest::prelude::*;

use crate::support::fixture::Cluster;

const ITEM: &str = "systemd-218-everywhere";
const HOP: &str = "1.10.8..1.11.3";

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn entry(item: &str, answer: Answer) -> Signoff {
    Signoff {
        item: item.to_owned(),
        hop: HOP.parse().unwrap(),
        answer,
        who: "operations".to_owned(),
        at: at("2018-06-30T09:00:00Z"),
        note: Some("seen".to_owned()),
        cluster: None,
    }
}

fn asked() -> Asked {
    Asked {
        hop: Some(HOP.parse().unwrap()),
        kind: Some(Kind::Dcos),
        edition: Some(Edition::Open),
        after: false,
        clusters: vec!["cluster-one".to_owned()],
        unknown: None,
    }
}

fn judged(asked: &Asked, entries: &[Signoff]) -> Vec<AppliedSignoff> {
    let given = Given {
        origin: "answers.toml".to_owned(),
        entries: Ok(entries),
        not_after: at("2018-07-01T00:00:00Z"),
    };
    apply(asked, &[given], Knowledge::builtin().unwrap())
}

/// An answer of yes to everything that is asked.
fn everything(asked: &Asked) -> Vec<Signoff> {
    let items = judged(asked, &[]);
    items.iter().map(|row| entry(&row.item, Answer::Yes)).collect()
}

fn state(rows: &[AppliedSignoff], item: &str) -> SignoffState {
    let mut rows = rows.iter().filter(|row| row.item == item);
    rows.next().unwrap().state
}

#[test]
fn everything_answered_is_good_and_anything_less_is_not() {
    let asked = asked();
    let all = everything(&asked);
    assert!(all.len() > 20, "{}", all.len());
    assert_eq!(at_best(&judged(&asked, &all), OpenSignoffs::Block), Verdict::Go);
    for left_out in 0..all.len() {
        let mut some = all.clone();
        let gone = some.remove(left_out);
        let rows = judged(&asked, &some);
        assert_eq!(state(&rows, &gone.item), SignoffState::Open);
        let row = rows.iter().find(|row| row.item == gone.item).unwrap();
        assert!(
            row.command
                .as_deref()
                .unwrap()
                .contains(&format!("{} --hop {HOP}", gone.item))
        );
        let expected = if row.blocking {
            Verdict::CannotSay
        } else {
            Verdict::GoWithWarnings
        };
        assert_eq!(at_best(&rows, OpenSignoffs::Block), expected, "{}", gone.item);
        assert_eq!(
            at_best(&rows, OpenSignoffs::Warn),
            Verdict::GoWithWarnings,
            "{}",
            gone.item
        );
    }
}

#[test]
fn no_to_a_blocking_item_is_no_go_whatever_the_policy_says() {
    let asked = asked();
    let mut all = everything(&asked);
    let hit = all.iter_mut().find(|one| one.item == ITEM).unwrap();
    hit.answer = Answer::No;
    for open in [OpenSignoffs::Block, OpenSignoffs::Warn] {
        assert_eq!(at_best(&judged(&asked, &all), open), Verdict::NoGo);
    }
    // A later yes mends it, an earlier one does not; of one second the no counts.
    for (hours, expected) in [(1, Verdict::Go), (-1, Verdict::NoGo), (0, Verdict::NoGo)] {
        let mut with = all.clone();
        let mut yes = entry(ITEM, Answer::Yes);
        yes.at += Duration::hours(hours);
        with.push(yes);
        assert_eq!(
            at_best(&judged(&asked, &with), OpenSignoffs::Block),
            expected,
            "{hours} h"
        );
    }
}

#[test]
fn another_hop_or_cluster_does_not_count_and_is_shown() {
    let asked = asked();
    let mut hop = entry(ITEM, Answer::Yes);
    hop.hop = "1.10.8..1.11.4".parse().unwrap();
    let mut cluster = entry(ITEM, Answer::Yes);
    cluster.cluster = Some("cluster-two".to_owned());
    let stranger = entry("no-such-item", Answer::Yes);
    let rows = judged(&asked, &[hop, cluster, stranger]);
    assert_eq!(state(&rows, ITEM), SignoffState::Open);
    let ignored: Vec<(&str, SignoffState)> = rows
        .iter()
        .filter(|row| !row.state.counts())
        .map(|row| (row.item.as_str(), row.state))
        .collect();
    assert_eq!(
        ignored,
        [
            (ITEM, SignoffState::OtherHop),
            (ITEM, SignoffState::OtherCluster),
            ("no-such-item", SignoffState::NotAsked),
        ]
    );
    // The same cluster by its id, and the same hop with a suffix, count.
    let mut own = entry(ITEM, Answer::Yes);
    own.cluster = Some("cluster-one".to_owned());
    own.hop = "1.10.8-open..1.11.3".parse().unwrap();
    assert_eq!(state(&judged(&asked, &[own]), ITEM), SignoffState::Answered);
}

#[test]
fn a_clock_far_in_the_future_makes_the_item_doubtful() {
    let asked = asked();
    let mut all = everything(&asked);
    let mut late = entry(ITEM, Answer::Yes);
    late.at = at("2036-01-01T00:00:00Z");
    // Beside a good answer, and alone.
    for with_good in [true, false] {
        if !with_good {
            all.retain(|one| one.item != ITEM);
        }
        all.push(late.clone());
        let rows = judged(&asked, &all);
        assert_eq!(state(&rows, ITEM), SignoffState::Doubtful);
        for open in [OpenSignoffs::Block, OpenSignoffs::Warn] {
            assert_eq!(at_best(&rows, open), Verdict::CannotSay);
        }
    }
    // It does not hide a `no`.
    let rows = judged(&asked, &[late, entry(ITEM, Answer::No)]);
    assert_eq!(state(&rows, ITEM), SignoffState::Refused);
}

#[test]
fn a_file_that_cannot_be_read_makes_everything_unknown() {
    let asked = asked();
    let all = everything(&asked);
    let good = Given {
        origin: "answers.toml".to_owned(),
        entries: Ok(&all),
        not_after: at("2018-07-01T00:00:00Z"),
    };
    let bad = Given {
        origin: "pre.tar.gz: data/input/files/signoffs.toml".to_owned(),
        entries: Err("it is not text".to_owned()),
        not_after: at("2018-07-01T00:00:00Z"),
    };
    let rows = apply(&asked, &[good, bad.clone()], Knowledge::builtin().unwrap());
    assert!(rows.iter().all(|row| row.state == SignoffState::Unknown));
    assert_eq!(at_best(&rows, OpenSignoffs::Warn), Verdict::CannotSay);
    // Where no hop is judged it is told, and no more.
    let nothing = Asked { hop: None, ..asked };
    let rows = apply(&nothing, &[bad], Knowledge::builtin().unwrap());
    assert_eq!(at_best(&rows, OpenSignoffs::Block), Verdict::GoWithWarnings);
}

#[test]
fn what_is_asked_follows_product_edition_line_and_moment() {
    let ids = |asked: &Asked| -> Vec<String> { judged(asked, &[]).into_iter().map(|row| row.item).collect() };
    let has = |asked: &Asked, item: &str| ids(asked).iter().any(|id| id == item);
    let base = asked();
    let enterprise = Asked {
        edition: Some(Edition::Enterprise),
        ..asked()
    };
    let unsure = Asked {
        edition: None,
        ..asked()
    };
    for (asked, expected) in [(&base, false), (&enterprise, true), (&unsure, true)] {
        assert_eq!(has(asked, "iam-backup-verified"), expected, "{asked:?}");
    }
    let later = Asked {
        hop: Some("1.13.5..2.0.6".parse().unwrap()),
        ..asked()
    };
    assert!(
        has(&later, "iam-backup-verified"),
        "Open Source has the database from 1.13 on"
    );
    let old = Asked {
        hop: Some("1.9.4..1.9.9".parse().unwrap()),
        ..asked()
    };
    assert!(!has(&old, "node-checks-pass") && has(&base, "node-checks-pass"));
    let after = Asked { after: true, ..asked() };
    assert!(!has(&base, "test-deployment-works") && has(&after, "test-deployment-works"));
    let mesos = |hop: &str| Asked {
        kind: Some(Kind::Mesos),
        hop: Some(hop.parse().unwrap()),
        ..asked()
    };
    assert_eq!(ids(&mesos("1.4.3..1.5.3")), ["mesos-notes-read"]);
    assert!(has(&mesos("0.16.0..0.19.1"), "mesos-cgroup-mounts"));
    assert!(!has(&mesos("0.18.2..0.19.1"), "mesos-cgroup-mounts"));
    assert!(!has(&base, "mesos-notes-read"));
    // Which kind of cluster it is, is not known: both are asked.
    let either = Asked { kind: None, ..asked() };
    assert!(has(&either, "mesos-notes-read") && has(&either, ITEM));
    let unknown = Asked {
        hop: None,
        unknown: Some("no version".to_owned()),
        ..asked()
    };
    assert_eq!(at_best(&judged(&unknown, &[]), OpenSignoffs::Warn), Verdict::CannotSay);
}

proptest! {
    /// Whatever else was answered, a further `no` of the latest moment, or one nobody can have given yet, never helps.
    #[test]
    fn an_added_problem_never_improves(picked in proptest::collection::vec((0_usize..200, 0_u8..3, -48_i64..24), 0..12), which in 0_usize..200, kind in 0_u8..2) {
        let asked = asked();
        let items: Vec<&str> = Knowledge::builtin().unwrap().signoffs.iter().filter(|item| item.when == When::Pre).map(|item| item.id.as_str()).collect();
        let mut entries: Vec<Signoff> = everything(&asked);
        for (item, answer, hours) in picked {
            let answer = [Answer::Yes, Answer::No, Answer::NotApplicable][usize::from(answer)];
            let mut one = entry(items[item % items.len()], answer);
            one.at += Duration::hours(hours);
            entries.push(one);
        }
        let before = at_best(&judged(&asked, &entries), OpenSignoffs::Block);
        let mut bad = entry(items[which % items.len()], if kind == 0 { Answer::No } else { Answer::Yes });
        bad.at = if kind == 0 { at("2018-06-30T23:59:59Z") } else { at("2030-01-01T00:00:00Z") };
        entries.push(bad);
        prop_assert!(rank(at_best(&judged(&asked, &entries), OpenSignoffs::Block)) >= rank(before));
    }

    #[test]
    fn what_is_written_is_read_again(who in "\\PC{1,40}", note in "\\PC{1,60}", answer in 0_u8..3) {
        prop_assume!(!who.trim().is_empty() && !note.trim().is_empty());
        let mut one = entry(ITEM, [Answer::Yes, Answer::No, Answer::NotApplicable][usize::from(answer)]);
        one.who = who;
        one.note = Some(note);
        let text = file::write(std::slice::from_ref(&one)).unwrap();
        prop_assert_eq!(file::read(text.as_bytes()).unwrap(), vec![one]);
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = file::read(&bytes);
    }
}

#[test]
fn hostile_files_are_refused_with_their_line() {
    let good = file::write(&[entry(ITEM, Answer::Yes)]).unwrap();
    for (text, expected) in [
        (good.replace("\"yes\"", "\"maybe\""), "line 4"),
        (good.replace("answer", "anser"), "anser"),
        (good.replace("1.10.8..1.11.3", "1.10.8"), "FROM..TO"),
        (good.replace("operations", "  "), "`who` is empty"),
        (
            good.replace("\"yes\"", "\"no\"").replace("note = \"seen\"", ""),
            "needs a note",
        ),
        (good.replace("2018-06-30T09:00:00Z", "yesterday"), "line 6"),
        ("signoff = 3".to_owned(), "line 1"),
        ("[[signoff]".to_owned(), "line 1"),
        ("[[signoff]]\n".repeat(3), "missing field"),
    ] {
        let error = file::read(text.as_bytes()).unwrap_err().0;
        assert!(error.contains(expected), "{error}\n{text}");
    }
    assert!(file::read(&[0xff, 0xfe]).is_err());
    assert_eq!(file::read(b"").unwrap(), []);
}

fn gonogo(folder: &Path, words: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = std::process::Command::new(env!("CARGO_BIN_EXE_gonogo"))
        .args(words)
        .current_dir(folder)
        .env_clear()
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

#[test]
fn the_command_adds_to_the_file_and_refuses_what_says_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gonogo-signoffs.toml");
    let base = ["--hop", HOP, "--who", "operations on duty"];
    let answer = |words: &[&str]| gonogo(folder.path(), &[&["signoff"], words, &base[..]].concat());
    let (code, _, err) = answer(&[
        ITEM,
        "rollback-acknowledged",
        "--answer",
        "yes",
        "--note",
        "219 everywhere",
    ]);
    assert_eq!(code, Some(0), "{err}");
    let (code, _, err) = answer(&["release-notes-read", "--answer", "no", "--note", "advisory open"]);
    assert_eq!(code, Some(0), "{err}");
    let written = file::read(&fs::read(&path).unwrap()).unwrap();
    let items: Vec<&str> = written.iter().map(|one| one.item.as_str()).collect();
    assert_eq!(items, [ITEM, "rollback-acknowledged", "release-notes-read"]);
    assert!(written.iter().all(|one| (Utc::now() - one.at).num_minutes() < 10));
    let before = fs::read(&path).unwrap();
    for (words, expected) in [
        (
            &["systemd-218", "--answer", "yes"][..],
            "did you mean `systemd-218-everywhere`",
        ),
        (&[ITEM, "--answer", "no"], "--note"),
        (&[ITEM, "--answer", "perhaps"], "not-applicable"),
    ] {
        let (code, _, err) = answer(words);
        assert_eq!(code, Some(2), "{err}");
        assert!(err.contains(expected), "{err}");
    }
    let back = gonogo(
        folder.path(),
        &[
            "signoff",
            ITEM,
            "--hop",
            "1.11.3..1.10.8",
            "--who",
            "x",
            "--answer",
            "yes",
        ],
    );
    assert_eq!(back.0, Some(2), "{}", back.2);
    assert_eq!(fs::read(&path).unwrap(), before, "a refused answer changes nothing");
    // A file that is not one of sign-offs is not written over.
    fs::write(&path, "[[waiver]]\n").unwrap();
    assert_eq!(answer(&[ITEM, "--answer", "yes"]).0, Some(2));
    assert_eq!(fs::read_to_string(&path).unwrap(), "[[waiver]]\n");
}

#[test]
fn the_list_shows_every_item_and_what_was_answered() {
    let folder = tempfile::tempdir().unwrap();
    let (code, out, err) = gonogo(folder.path(), &["signoff", "list"]);
    assert_eq!(code, Some(0), "{err}");
    let knowledge = Knowledge::builtin().unwrap();
    for item in &knowledge.signoffs {
        let dcos = !item.id.starts_with("mesos-");
        assert_eq!(out.contains(&format!("\n  {}  (", item.id)), dcos, "{}", item.id);
    }
    let answers = folder.path().join("answers.toml");
    fs::write(&answers, file::write(&[entry(ITEM, Answer::Yes)]).unwrap()).unwrap();
    let (_, out, _) = gonogo(folder.path(), &["signoff", "list", "--target", "1.9.9", "answers.toml"]);
    assert!(
        out.contains("yes for 1.10.8..1.11.3 by operations, 2018-06-30 09:00 UTC: seen"),
        "{out}"
    );
    assert!(!out.contains("\n  node-checks-pass  ("), "1.9 has no such checks");
    let (_, out, _) = gonogo(folder.path(), &["signoff", "list", "--mesos"]);
    assert!(out.contains("mesos-notes-read") && !out.contains(ITEM));
}

/// The base cluster with a file of sign-offs collected along, written as an archive folder.
fn archive(folder: &Path, signoffs: Option<&[u8]>) -> String {
    let mut cluster = Cluster::read("dcos-pre");
    if let Some(bytes) = signoffs {
        let text = std::str::from_utf8(bytes).unwrap();
        let edit = serde_json::json!({"item": "data/input/files/signoffs.toml", "text": text});
        cluster = cluster.edited(&[serde_json::from_value(edit).unwrap()]);
    }
    let name = format!("pre-{}", signoffs.map_or(0, <[u8]>::len));
    crate::support::cluster::archive(folder, &name, &cluster);
    name
}

#[test]
fn answers_in_an_archive_count_and_a_broken_file_there_is_unknown() {
    let folder = tempfile::tempdir().unwrap();
    let mut all = gonogo::cli::demo::simulated_signoffs().unwrap();
    for one in &mut all {
        one.at = Cluster::read("dcos-pre").snapshot().origin.manifest.finished_at;
    }
    let good = file::write(&all).unwrap().into_bytes();
    for (bytes, expected) in [(Some(&good[..]), 0), (Some(&b"[[signoff]"[..]), 5), (None, 5)] {
        let name = archive(folder.path(), bytes);
        let (code, out, err) = gonogo(folder.path(), &["check", &name, "--target", "1.11.3"]);
        assert_eq!(code, Some(expected), "{name}\n{out}\n{err}");
        // Nothing is asked where no version is to be reached.
        let (code, out, _) = gonogo(folder.path(), &["check", &name]);
        assert_eq!(code, Some(0), "{name}\n{out}");
    }
    // Dated after the archive was finished: nobody can have given it.
    all[0].at += Duration::days(3);
    let late = file::write(&all).unwrap().into_bytes();
    let name = archive(folder.path(), Some(&late));
    let (code, out, _) = gonogo(folder.path(), &["check", &name, "--target", "1.11.3"]);
    assert_eq!(code, Some(5), "{out}");
    assert!(out.contains("DOUBTFUL"), "{out}");
    // The policy relaxes what is open, and nothing else.
    let name = archive(folder.path(), None);
    fs::write(folder.path().join("lax.toml"), "[policy]\nopen_signoffs = \"warn\"\n").unwrap();
    let (code, out, _) = gonogo(
        folder.path(),
        &["check", &name, "--target", "1.11.3", "--strict", "--config", "lax.toml"],
    );
    assert_eq!(code, Some(4), "{out}");
    // A broken file on the command line is an error of usage.
    fs::write(folder.path().join("broken.toml"), "[[signoff]").unwrap();
    let (code, _, err) = gonogo(folder.path(), &["check", &name, "--signoffs", "broken.toml"]);
    assert_eq!(code, Some(2), "{err}");
}
