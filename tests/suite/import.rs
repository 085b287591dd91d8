//! `gonogo import`: saved files of many origins become items; nothing is guessed, nothing dropped silently.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use gonogo::model::Outcome;

use crate::archive_verify::gonogo;
use crate::support::bag;

const MASTER_STATE: &str = r#"{"version":"1.5.3","build_date":"x","elected_time":1.0,"id":"i","pid":"master@10.0.0.1:5050","hostname":"m1","activated_slaves":1,"flags":{"quorum":"2"},"slaves":[],"frameworks":[]}"#;
const AGENT_STATE: &str = r#"{"version":"1.5.3","build_date":"x","id":"i-S1","pid":"slave(1)@10.0.1.7:5052","hostname":"a7","attributes":{},"resources":{},"flags":{"containerizers":"mesos"},"frameworks":[]}"#;
const SLAVES: &str = r#"{"slaves":[],"recovered_slaves":[]}"#;

/// Writes files into a new folder.
fn saved(files: &[(&str, &str)]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let from = folder.path().join("saved");
    fs::create_dir(&from).unwrap();
    for (name, text) in files {
        let path = from.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    (folder, from)
}

/// Imports and gives the items with the files they came from; more arguments may follow.
fn import(from: &Path, more: &[&str]) -> Result<BTreeMap<String, String>, (u8, String)> {
    let output = from.with_file_name("out.tar.gz");
    let _ = fs::remove_file(&output);
    let mut arguments = vec![
        "import",
        from.to_str().unwrap(),
        "--phase",
        "pre",
        "-o",
        output.to_str().unwrap(),
    ];
    arguments.extend_from_slice(more);
    let (code, _, err) = gonogo(&arguments);
    if code != 0 {
        assert!(!output.exists(), "an archive in spite of exit code {code}");
        return Err((code, err));
    }
    let (items, verified) = bag::read(&output).unwrap();
    assert_eq!(items.len(), verified.manifest.evidence.len());
    Ok(verified
        .manifest
        .evidence
        .into_iter()
        .map(|record| {
            assert_eq!(
                (record.method.as_str(), &record.outcome),
                ("IMPORT", &Outcome::Captured)
            );
            (record.item, record.request)
        })
        .collect())
}

fn pairs(wanted: &[(&str, &str)]) -> BTreeMap<String, String> {
    wanted
        .iter()
        .map(|(item, file)| ((*item).to_owned(), (*file).to_owned()))
        .collect()
}

#[test]
fn usual_names_with_the_host_from_the_state() {
    let (_keep, from) = saved(&[
        ("state.json", MASTER_STATE),
        ("slaves.json", SLAVES),
        ("version.json", r#"{"version":"1.5.3"}"#),
        ("metrics-snapshot.json", r#"{"master/elected":1}"#),
        ("apps.json", r#"{"apps":[]}"#),
        ("info.json", r#"{"name":"marathon","version":"1.5.5"}"#),
        ("status.json", "[]"),
        ("dcos-version.json", r#"{"version":"1.10.8"}"#),
        ("ip-detect", "#!/bin/sh\n"),
        ("new-ip-detect", "#!/bin/sh\n"),
        ("notes.md", "hello"),
    ]);
    let wanted = pairs(&[
        ("data/mesos-master/10.0.0.1/state.json", "state.json"),
        ("data/mesos-master/10.0.0.1/slaves.json", "slaves.json"),
        ("data/mesos-master/10.0.0.1/version.json", "version.json"),
        (
            "data/mesos-master/10.0.0.1/metrics_snapshot.json",
            "metrics-snapshot.json",
        ),
        ("data/marathon/root/apps.json", "apps.json"),
        ("data/marathon/root/info.json", "info.json"),
        ("data/exhibitor/10.0.0.1/cluster_status.json", "status.json"),
        ("data/dcos/10.0.0.1/dcos_version.json", "dcos-version.json"),
        ("data/input/files/ip-detect", "ip-detect"),
        ("data/input/files/new-ip-detect", "new-ip-detect"),
    ]);
    assert_eq!(import(&from, &[]).unwrap(), wanted);
}

#[test]
fn a_diagnostics_bundle_has_a_folder_per_host() {
    let (_keep, from) = saved(&[
        ("10.0.5.1_master/5050-master_state.json", MASTER_STATE),
        ("10.0.5.1_master/8080-v2_apps.json", r#"{"apps":[]}"#),
        ("10.0.5.1_master/8181-exhibitor_v1_cluster_status.json", "[]"),
        ("10.0.5.1_master/dcos-mesos-master.service", "log"),
        ("10.0.5.2_master/5050-metrics_snapshot.json", "{}"),
        ("10.0.5.2_master/8080-v2_apps.json", r#"{"apps": []}"#),
        ("10.0.5.3_agent/5051-metrics_snapshot.json", "{}"),
        ("10.0.5.3_agent/version.json", "{}"),
        ("10.0.5.4_agent_public/state.json", "not even JSON"),
    ]);
    let wanted = pairs(&[
        (
            "data/mesos-master/10.0.5.1/state.json",
            "10.0.5.1_master/5050-master_state.json",
        ),
        (
            "data/mesos-master/10.0.5.2/metrics_snapshot.json",
            "10.0.5.2_master/5050-metrics_snapshot.json",
        ),
        ("data/marathon/root/apps.json", "10.0.5.1_master/8080-v2_apps.json"),
        (
            "data/exhibitor/10.0.5.1/cluster_status.json",
            "10.0.5.1_master/8181-exhibitor_v1_cluster_status.json",
        ),
        (
            "data/mesos-agent/10.0.5.3/metrics_snapshot.json",
            "10.0.5.3_agent/5051-metrics_snapshot.json",
        ),
        ("data/mesos-agent/10.0.5.3/version.json", "10.0.5.3_agent/version.json"),
        (
            "data/mesos-agent/10.0.5.4/state.json",
            "10.0.5.4_agent_public/state.json",
        ),
    ]);
    assert_eq!(import(&from, &[]).unwrap(), wanted);
    let output = from.with_file_name("again.zip");
    let arguments = [
        "import",
        from.to_str().unwrap(),
        "--phase",
        "pre",
        "-o",
        output.to_str().unwrap(),
    ];
    let (_, out, _) = gonogo(&arguments);
    for wanted in [
        "dcos-mesos-master.service: not recognised",
        "10.0.5.2_master/8080-v2_apps.json: 10.0.5.1_master",
    ] {
        assert!(out.contains(wanted), "{wanted} is not said in\n{out}");
    }
}

#[test]
fn contents_tell_where_names_do_not() {
    let (_keep, from) = saved(&[
        ("cluster one.json", MASTER_STATE),
        ("a7.txt", AGENT_STATE),
        ("list", SLAVES),
        (
            "exhibitor answer",
            r#"[{"code":3,"description":"serving","hostname":"m1","isLeader":true}]"#,
        ),
        (
            "children of the state",
            r#"[{"title":"apps","key":"/marathon/state/apps","isLazy":true,"expand":false}]"#,
        ),
        (
            "marathon-user/explorer_node.json",
            r#"[{"title":"apps","key":"/universe/marathon-user/state/apps","isLazy":true,"expand":false}]"#,
        ),
        (
            "deploy.json",
            r#"[{"id":"x","version":"y","affectedApps":[],"steps":[],"currentActions":[]}]"#,
        ),
        (
            "marathon-user/mom.json",
            r#"{"name":"marathon-user","version":"1.5","marathon_config":{}}"#,
        ),
        ("empty.json", "{}"),
        ("page.json", "<html>sign in</html>"),
        ("number.json", "5"),
    ]);
    let wanted = pairs(&[
        ("data/mesos-master/10.0.0.1/state.json", "cluster one.json"),
        ("data/mesos-agent/10.0.1.7_5052/state.json", "a7.txt"),
        ("data/mesos-master/10.0.0.1/slaves.json", "list"),
        ("data/exhibitor/10.0.0.1/cluster_status.json", "exhibitor answer"),
        ("data/marathon/root/deployments.json", "deploy.json"),
        ("data/marathon/root/state_znodes.json", "children of the state"),
        (
            "data/marathon/marathon-user/state_znodes.json",
            "marathon-user/explorer_node.json",
        ),
        ("data/marathon/marathon-user/info.json", "marathon-user/mom.json"),
    ]);
    assert_eq!(import(&from, &[]).unwrap(), wanted);
}

#[test]
fn the_operator_can_say_what_and_whose_a_file_is() {
    let (_keep, from) = saved(&[("x1", MASTER_STATE), ("x2", "{}"), ("flags.json", r#"{"flags":{}}"#)]);
    let x1 = format!("mesos-state={}", from.join("x1").display());
    let x2 = format!("agent-metrics@10.0.1.9={}", from.join("x2").display());
    let wanted = pairs(&[
        ("data/mesos-master/m9/state.json", "x1"),
        ("data/mesos-master/m9/flags.json", "flags.json"),
        ("data/mesos-agent/10.0.1.9/metrics_snapshot.json", "x2"),
    ]);
    assert_eq!(
        import(&from, &["--host", "m9", "--as", &x1, "--as", &x2]).unwrap(),
        wanted
    );
    let (code, err) = import(&from, &["--as", "mesos-stat=x1"]).unwrap_err();
    assert_eq!(code, 2);
    assert!(err.contains("mesos-state-summary"), "{err}");
}

#[test]
fn compressed_files_are_unpacked_and_times_are_kept() {
    let (_keep, from) = saved(&[("slaves.json", SLAVES)]);
    let path = from.join("state.json.gz");
    let mut encoder = flate2::write::GzEncoder::new(File::create(&path).unwrap(), flate2::Compression::fast());
    encoder.write_all(MASTER_STATE.as_bytes()).unwrap();
    encoder.finish().unwrap();
    let time = SystemTime::UNIX_EPOCH + Duration::from_mins(25_000_000);
    for name in ["state.json.gz", "slaves.json"] {
        File::options()
            .append(true)
            .open(from.join(name))
            .unwrap()
            .set_modified(time)
            .unwrap();
    }
    import(&from, &[]).unwrap();
    let (items, verified) = bag::read(&from.with_file_name("out.tar.gz")).unwrap();
    assert_eq!(items["data/mesos-master/10.0.0.1/state.json"], MASTER_STATE.as_bytes());
    let manifest = verified.manifest;
    assert_eq!((manifest.made_by.as_str(), manifest.auth.as_str()), ("import", "none"));
    assert_eq!(manifest.finished_at.timestamp(), 1_500_000_000);
    assert!(
        manifest
            .evidence
            .iter()
            .all(|record| record.started_at.timestamp() == 1_500_000_000)
    );
    // The same files give the same archive.
    let first = fs::read(from.with_file_name("out.tar.gz")).unwrap();
    import(&from, &[]).unwrap();
    assert!(first == fs::read(from.with_file_name("out.tar.gz")).unwrap());
}

#[test]
fn input_that_cannot_be_used_is_a_usage_error_with_advice() {
    let (_keep, empty) = saved(&[]);
    let (_keep2, strange) = saved(&[("a.log", "x"), ("b.log", "y")]);
    let (_keep3, twice) = saved(&[("state.json", MASTER_STATE), ("5050-master_state.json", MASTER_STATE)]);
    for (from, words) in [
        (&empty, vec!["is empty", "state.json"]),
        (
            &strange,
            vec!["none of the 2 files", "a.log", "--as KIND=FILE", "mesos-state"],
        ),
        (
            &twice,
            vec![
                "state.json",
                "5050-master_state.json",
                "both claim data/mesos-master/10.0.0.1/state.json",
            ],
        ),
    ] {
        let (code, err) = import(from, &[]).unwrap_err();
        assert_eq!(code, 2, "{err}");
        for word in words {
            assert!(err.contains(word), "{word} is not in {err}");
        }
    }
}

#[test]
fn files_that_cannot_be_read_end_the_import_and_are_named() {
    let (_keep, damaged) = saved(&[("slaves.json", SLAVES), ("state.json.gz", "not gzip")]);
    let (code, err) = import(&damaged, &[]).unwrap_err();
    assert_eq!(code, 1);
    assert!(err.contains("state.json.gz"), "{err}");
    let absent = damaged.with_file_name("nowhere");
    let (code, err) = import(&absent, &[]).unwrap_err();
    assert_eq!(code, 1);
    assert!(err.contains("nowhere"), "{err}");
}

#[test]
fn an_archive_is_not_imported_again_and_a_target_is_not_replaced() {
    let (_keep, from) = saved(&[("state.json", MASTER_STATE)]);
    let output = from.with_file_name("bag");
    let name = output.to_str().unwrap();
    let arguments = ["import", from.to_str().unwrap(), "--phase", "pre", "-o", name];
    assert_eq!(gonogo(&arguments).0, 0);
    let (code, _, err) = gonogo(&arguments);
    assert_eq!(code, 2);
    assert!(err.contains("--force"), "{err}");
    let (code, err) = import(&output, &[]).unwrap_err();
    assert_eq!(code, 2);
    assert!(err.contains("archive already"), "{err}");
    let odd = from.with_file_name("pre.json");
    let (code, _, err) = gonogo(&[
        "import",
        from.to_str().unwrap(),
        "--phase",
        "pre",
        "-o",
        odd.to_str().unwrap(),
    ]);
    assert_eq!(code, 2);
    assert!(err.contains(".tar.gz"), "{err}");
}

#[test]
fn longer_names_of_the_same_answer_step_back() {
    let (_keep, from) = saved(&[
        ("master_state.json", MASTER_STATE),
        ("master_state_json.json", MASTER_STATE),
        ("master_master_state.json", MASTER_STATE),
        (
            "standby_flags.json",
            r#"{"flags":{"quorum":"2","ip":"10.0.0.2","port":"5050"}}"#,
        ),
        ("standby_version.json", "{}"),
    ]);
    let wanted = pairs(&[
        ("data/mesos-master/10.0.0.1/state.json", "master_state.json"),
        ("data/mesos-master/10.0.0.2/flags.json", "standby_flags.json"),
        ("data/mesos-master/10.0.0.2/version.json", "standby_version.json"),
    ]);
    assert_eq!(import(&from, &[]).unwrap(), wanted);
}

#[test]
fn every_recorded_cluster_is_recognised() {
    let captures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/captures");
    if !captures.is_dir() {
        crate::support::skipped("no recorded clusters here");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for (name, least) in [
        ("mesos-1.4.3", 14),
        ("mesos-1.5.3", 14),
        ("mesos-1.11.0", 14),
        ("mesos-1.5.3-ha", 14),
        ("mesos-1.5.3-no-quorum", 10),
        ("mesos-1.5.3-after-failover", 14),
        ("mesos-1.4.3-to-1.5.3", 14),
        ("zookeeper-3.8", 4),
    ] {
        let output = folder.path().join(format!("{name}.tar.gz"));
        let from = captures.join(name);
        let arguments = [
            "import",
            from.to_str().unwrap(),
            "--phase",
            "pre",
            "-o",
            output.to_str().unwrap(),
        ];
        let (code, out, err) = gonogo(&arguments);
        assert_eq!(code, 0, "{name}: {err}");
        let (items, _) = bag::read(&output).unwrap();
        assert!(items.len() >= least, "{name}: {out}");
    }
}

#[test]
fn what_cockroachdb_says_on_a_node_is_taken_under_its_node() {
    let table = "id\taddress\tranges_unavailable\tranges_underreplicated\n1\t10.0.0.1:26257\t0\t0\n";
    let (_folder, from) = saved(&[
        ("node/10.0.0.1/cockroach_node_status.txt", table),
        (
            "node/10.0.0.2/cockroach_vars.txt",
            "ranges_unavailable 0\nranges_underreplicated 0\n",
        ),
        ("dcos/10.0.0.1/iam_users.json", "{\"array\":[]}"),
    ]);
    let items: Vec<String> = import(&from, &[]).unwrap().into_keys().collect();
    assert_eq!(
        items,
        [
            "data/dcos/10.0.0.1/iam_users.json",
            "data/node/10.0.0.1/cockroach_node_status.txt",
            "data/node/10.0.0.2/cockroach_vars.txt"
        ]
    );
}
