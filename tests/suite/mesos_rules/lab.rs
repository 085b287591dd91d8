//! Genuine Mesos of three versions on loopback, started with flags that the next versions refuse or rename.
//!
//! Runs only where `GONOGO_LAB` names the folder with the lab's `up` and `down` programs, and says so otherwise.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use super::CHECKS;

const NAME: &str = "gonogo-flags";
const FEATURES: &str =
    r#"{"capabilities":[{"type":"MULTI_ROLE"},{"type":"HIERARCHICAL_ROLE"},{"type":"RESERVATION_REFINEMENT"}]}"#;

/// A lab that is taken down when the test ends, however it ends.
struct Lab {
    folder: PathBuf,
    work: tempfile::TempDir,
}

impl Drop for Lab {
    fn drop(&mut self) {
        self.down();
    }
}

impl Lab {
    fn down(&self) {
        let _ = Command::new(self.folder.join("down"))
            .args(["--name", NAME, "--wipe"])
            .output();
    }

    /// One master and two agents of that version, collected into an archive of that name.
    fn collect(&self, version: &str, flags: &[&str]) -> String {
        self.down();
        let up = Command::new(self.folder.join("up"))
            .args(["--name", NAME, "--net", "9", "--zk-port", "2199", "--version", version])
            .args([
                "--agents",
                "2",
                "--scenario",
                "bare",
                "--agent-flag=--cgroups_enable_cfs=true",
            ])
            .args(flags)
            .output()
            .unwrap();
        assert!(
            up.status.success(),
            "{version}: {}",
            String::from_utf8_lossy(&up.stderr)
        );
        let name = format!("mesos-{version}.tar.gz");
        let agents = "127.9.1.1,127.9.1.2";
        self.gonogo(&[
            "collect",
            "--masters",
            "127.9.0.1",
            "--agents",
            agents,
            "--phase",
            "pre",
            "-o",
            &name,
        ]);
        name
    }

    fn gonogo(&self, arguments: &[&str]) -> String {
        let output = Command::new(env!("CARGO_BIN_EXE_gonogo"))
            .args(arguments)
            .current_dir(self.work.path())
            .env_remove("DCOS_ACS_TOKEN")
            .output()
            .unwrap();
        eprintln!(
            "$ gonogo {}\n{}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    }

    /// Findings of the checks over the guide as `rule where`, and what each of the others says.
    fn told(&self, arguments: &[&str]) -> (Vec<String>, Vec<String>) {
        let report = self.gonogo(&[arguments, &["--format", "json"]].concat());
        let report: Value = serde_json::from_str(&report).unwrap_or_else(|error| panic!("{error}: {report}"));
        let (mut found, mut rest) = (Vec::new(), Vec::new());
        for result in report["results"].as_array().unwrap() {
            let check = result["check"].as_str().unwrap();
            if !CHECKS.contains(&check) {
                continue;
            }
            let findings = result["findings"].as_array().unwrap();
            for finding in findings {
                let text = |name: &str| finding["data"][name].as_str().unwrap().to_owned();
                found.push(format!("{} {}: {}", text("rule"), text("where"), text("name")));
            }
            if findings.is_empty() {
                rest.push(format!("{check} {}", result["status"].as_str().unwrap()));
            }
        }
        found.sort();
        (found, rest)
    }
}

#[test]
fn genuine_flags_given_on_purpose_are_found_for_the_hops_that_mind_them() {
    let Some(folder) = std::env::var_os("GONOGO_LAB") else {
        crate::support::skipped("flags of genuine Mesos 1.4.3, 1.5.3 and 1.11.0 need GONOGO_LAB=<folder of the lab>");
        return;
    };
    let lab = Lab {
        folder: folder.into(),
        work: tempfile::tempdir().unwrap(),
    };
    let json_names = [
        "mesos-1.8-json-suffix 2 agents (127.9.1.1, 127.9.1.2): /files/browse.json, /files/debug.json, \
         /files/download.json, /files/read.json, /monitor/statistics.json, /state.json",
        "mesos-1.8-json-suffix master 127.9.0.1: /files/browse.json, /files/debug.json, /files/download.json, \
         /files/read.json, /roles.json, /state.json, /tasks.json",
    ];

    // 1.4.3 has role_sorter already, and shows the flag under the old name that it was given by.
    let old = lab.collect("1.4.3", &["--master-flag=--user_sorter=random"]);
    assert_eq!(lab.told(&["check", &old, "--target", "1.5.3"]).0, [] as [&str; 0]);
    let sorter = "mesos-1.7-user-sorter master 127.9.0.1: user_sorter";
    let (found, rest) = lab.told(&["check", &old, "--target", "1.11.0"]);
    assert_eq!(found, [sorter, json_names[0], json_names[1]]);
    assert!(rest.iter().all(|said| !said.ends_with("UNKNOWN")), "{rest:?}");

    // The list of features is printed as protobuf text; it is complete for 1.6 and lacks what 1.8, 1.9 and 1.10 require.
    let features = format!("--agent-flag=--agent_features={FEATURES}");
    let middle = lab.collect("1.5.3", &[&features, "--master-flag=--slave_reregister_timeout=11mins"]);
    assert_eq!(lab.told(&["check", &middle, "--target", "1.6.2"]).0, [] as [&str; 0]);
    let lacks = |line: &str| format!("mesos-{line}-agent-features 2 agents (127.9.1.1, 127.9.1.2): agent_features");
    let (found, _) = lab.told(&["check", &middle, "--target", "1.8.0"]);
    assert_eq!(found, [lacks("1.8").as_str(), json_names[0], json_names[1]]);
    let (found, _) = lab.told(&["check", &middle, "--target", "1.11.0"]);
    let all = [
        &lacks("1.10"),
        &lacks("1.8"),
        json_names[0],
        json_names[1],
        &lacks("1.9"),
    ];
    assert_eq!(found, all);

    // Its flags are its own: nothing is left to say within the line, and the guide ends there.
    let new = lab.collect("1.11.0", &[]);
    let (found, rest) = lab.told(&["check", &new, "--target", "1.11.1"]);
    assert_eq!(found, [] as [&str; 0]);
    assert!(rest.iter().all(|said| said.ends_with("SKIPPED")), "{rest:?}");
    let (found, rest) = lab.told(&["check", &new, "--target", "1.12.0"]);
    assert_eq!(found, [] as [&str; 0]);
    assert_eq!(
        rest.iter().filter(|said| said.ends_with("UNKNOWN")).count(),
        7,
        "{rest:?}"
    );

    // After the hop, what had to be looked at before it is past.
    let (found, _) = lab.told(&["compare", &middle, &new]);
    assert_eq!(found, [] as [&str; 0]);
}
