//! gonogo against genuine Mesos masters, agents and ZooKeeper on loopback.
//!
//! Runs only where `GONOGO_LAB` names the folder with the lab's `up` and `down` programs (as `.ci/run` does), and
//! says so otherwise. Nothing here is simulated: every finding asserted below really happened to the cluster.

use std::path::PathBuf;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

const NAME: &str = "gonogo-ci";
const MASTERS: &str = "127.7.0.1,127.7.0.2,127.7.0.3";

/// A lab that is taken down when the test ends, however it ends.
struct Lab {
    folder: PathBuf,
    work: tempfile::TempDir,
}

impl Drop for Lab {
    fn drop(&mut self) {
        let _ = Command::new(self.folder.join("down"))
            .args(["--name", NAME, "--wipe"])
            .output();
    }
}

struct Run {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Lab {
    fn start() -> Option<Self> {
        let Some(folder) = std::env::var_os("GONOGO_LAB") else {
            crate::support::skipped("the runs against genuine Mesos need GONOGO_LAB=<folder of the lab>");
            return None;
        };
        let lab = Self {
            folder: folder.into(),
            work: tempfile::tempdir().unwrap(),
        };
        let _ = Command::new(lab.folder.join("down"))
            .args(["--name", NAME, "--wipe"])
            .output();
        // The lab's executor asks for its agent every 2 s: give it time to come back before the agent gives it up.
        lab.program(
            "up",
            &[
                "--net",
                "7",
                "--zk-port",
                "2197",
                "--version",
                "1.4.3",
                "--masters",
                "3",
                "--agents",
                "4",
                "--agent-flag=--executor_reregistration_timeout=15secs",
            ],
        );
        Some(lab)
    }

    fn program(&self, program: &str, arguments: &[&str]) {
        let output = Command::new(self.folder.join(program))
            .args(["--name", NAME])
            .args(arguments)
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{program} {arguments:?}: {}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }

    fn restart(&self, what: &str) {
        self.program("up", &["--restart", what, "--version", "1.5.3"]);
    }

    fn kill(&self, what: &str) {
        self.program("down", &["--only", what, "--hard"]);
    }

    fn gonogo(&self, arguments: &[&str]) -> Run {
        let output = Command::new(env!("CARGO_BIN_EXE_gonogo"))
            .args(arguments)
            .current_dir(self.work.path())
            .env_remove("DCOS_ACS_TOKEN")
            .output()
            .unwrap();
        let run = Run {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        };
        eprintln!("$ gonogo {}   -> {}\n{}", arguments.join(" "), run.code, run.stderr);
        run
    }

    /// Collects into `name`; agents are expected by address, so that a lost one is missed.
    fn collect(&self, phase: &str, name: &str) -> Run {
        let agents = "127.7.1.1,127.7.1.2,127.7.1.3,127.7.1.4";
        let run = self.gonogo(&[
            "collect",
            "--masters",
            MASTERS,
            "--agents",
            agents,
            "--phase",
            phase,
            "-o",
            name,
        ]);
        let verify = self.gonogo(&["verify", name]);
        assert_eq!(verify.code, 0, "what collect wrote does not verify: {}", verify.stderr);
        run
    }

    fn report(&self, arguments: &[&str]) -> (i32, Value) {
        let run = self.gonogo(&[arguments, &["--format", "json"]].concat());
        let json = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}", run.stdout));
        (run.code, json)
    }

    /// Asks until the answer is true, at most two minutes: elections and re-registrations take their time.
    fn wait(what: &str, mut ready: impl FnMut(&Value) -> bool) {
        let limit = Instant::now() + Duration::from_mins(2);
        while Instant::now() < limit {
            if Self::state().is_some_and(|state| ready(&state)) {
                return;
            }
            sleep(Duration::from_secs(1));
        }
        panic!("gave up waiting for {what}; last state: {:?}", Self::state());
    }

    /// What the leader says, asked without gonogo.
    fn state() -> Option<Value> {
        MASTERS.split(',').find_map(|master| {
            let url = format!("http://{master}:5050/state");
            let output = Command::new("curl")
                .args(["-s", "-m", "5", "--noproxy", "*", &url])
                .output()
                .ok()?;
            serde_json::from_slice(&output.stdout).ok()
        })
    }
}

fn status<'a>(report: &'a Value, check: &str) -> &'a str {
    let results = report["results"].as_array().unwrap();
    let result = results.iter().find(|result| result["check"] == check);
    result.unwrap_or_else(|| panic!("no result of {check}"))["status"]
        .as_str()
        .unwrap()
}

/// `check: subject` of every finding, sorted.
fn fired(report: &Value) -> Vec<String> {
    let mut all = Vec::new();
    for result in report["results"].as_array().unwrap() {
        for finding in result["findings"].as_array().unwrap() {
            let name = finding["subject"]["name"].as_str().unwrap();
            all.push(format!("{}: {name}", result["check"].as_str().unwrap()));
        }
    }
    all.sort();
    all
}

fn running(state: &Value) -> usize {
    let frameworks = state["frameworks"].as_array();
    let tasks = |framework: &Value| framework["tasks"].as_array().map_or(0, Vec::len);
    frameworks.map_or(0, |all| all.iter().map(tasks).sum())
}

/// Findings of the checks over the pair alone.
fn fired_over_the_pair(report: &Value) -> Vec<String> {
    let results = report["results"].as_array().unwrap();
    let pair = |check: &str| {
        results
            .iter()
            .any(|result| result["check"] == check && result["area"] == "compare")
    };
    fired(report)
        .into_iter()
        .filter(|finding| pair(finding.split(':').next().unwrap()))
        .collect()
}

#[test]
fn a_rolling_upgrade_and_three_outages_of_genuine_mesos() {
    let Some(lab) = Lab::start() else { return };
    before_the_window(&lab);
    upgrade_in_place(&lab);
    after_the_window(&lab);
    an_agent_is_lost(&lab);
    a_master_is_lost(&lab);
    the_quorum_is_lost(&lab);
}

/// Four agents, a framework whose scheduler is gone and that does not checkpoint, a maintenance window; the rest is well.
fn before_the_window(lab: &Lab) {
    let before = Lab::state().expect("a leader answers");
    assert_eq!(running(&before), 8);
    // Its ZooKeeper (Debian's) answers the four-letter words; masters and agents answer everything that is asked.
    let collected = lab.collect("pre", "pre.tar.gz");
    assert!(collected.code == 0 || collected.code == 5, "{}", collected.stderr);
    let (_, pre) = lab.report(&["check", "pre.tar.gz", "--target", "1.5.3"]);
    for finding in [
        "frameworks-disconnected: gone-scheduler",
        "frameworks-without-checkpoint: gone-scheduler",
    ] {
        assert!(
            fired(&pre).contains(&finding.to_owned()),
            "{finding} in {:?}",
            fired(&pre)
        );
    }
    assert!(
        fired(&pre)
            .iter()
            .any(|finding| finding.starts_with("maintenance-scheduled: ")),
        "{:?}",
        fired(&pre)
    );
    for check in [
        "agents-inactive",
        "agents-missing",
        "agents-unregistered",
        "agent-version-skew",
        "leader-views-disagree",
        "registrar-not-recovered",
        "tasks-not-settled",
        "zookeeper-out-of-quorum",
        "zookeeper-requests-outstanding",
    ] {
        assert_eq!(status(&pre, check), "PASS", "{check} on a healthy cluster: {pre:#}");
    }
    // The lab's framework called marathon is no Marathon: what Marathon would have told is unknown, nothing else is.
    let results = pre["results"].as_array().unwrap();
    let strangers: Vec<&Value> = results
        .iter()
        .filter(|result| result["status"] == "UNKNOWN" && result["area"] != "marathon")
        .collect();
    assert!(strangers.is_empty(), "{strangers:#?}");
}

/// Every master, then every agent, one at a time, keeping their state.
fn upgrade_in_place(lab: &Lab) {
    for master in ["master-1", "master-2", "master-3"] {
        lab.restart(master);
    }
    Lab::wait("all agents to re-register with the new leader", |state| {
        state["activated_slaves"].as_f64() == Some(4.0)
            && state["recovered_slaves"].as_array().is_some_and(Vec::is_empty)
            && state["version"] == "1.5.3"
    });
    for (done, agent) in ["agent-1", "agent-2", "agent-3", "agent-4"].into_iter().enumerate() {
        lab.restart(agent);
        Lab::wait("the restarted agent to be active as 1.5.3", |state| {
            let upgraded = |agent: &&Value| agent["version"] == "1.5.3" && agent["active"] == true;
            let count = state["slaves"]
                .as_array()
                .map_or(0, |all| all.iter().filter(upgraded).count());
            count > done && state["activated_slaves"].as_f64() == Some(4.0)
        });
    }
    Lab::wait("the seven tasks of checkpointing frameworks", |state| {
        running(state) == 7
    });
    // Executors subscribe again within the agents' 15 s; only then it is certain who stays.
    sleep(Duration::from_secs(16));
    Lab::wait("the seven tasks to stay", |state| running(state) == 7);
}

/// Versions moved, seven tasks survived, the one of the framework without checkpoint is lost; nothing else happened.
fn after_the_window(lab: &Lab) {
    lab.collect("post", "post.tar.gz");
    let (code, pair) = lab.report(&["compare", "pre.tar.gz", "post.tar.gz"]);
    assert_eq!((code, pair["verdict"].as_str()), (3, Some("NO_GO")));
    let lost = fired_over_the_pair(&pair);
    assert_eq!(lost.len(), 1, "exactly one thing went wrong: {lost:?}");
    assert!(lost[0].starts_with("tasks-lost: "), "{lost:?}");
    assert!(
        pair.to_string().contains("checkpoint"),
        "the report says why the task died"
    );
    let changes = pair["changes"].as_array().unwrap();
    let moved =
        |change: &&Value| change["field"] == "version" && change["before"] == "1.4.3" && change["after"] == "1.5.3";
    let versions: Vec<&Value> = changes.iter().filter(moved).collect();
    assert_eq!(versions.len(), 7, "three masters and four agents moved: {changes:#?}");
    assert!(versions.iter().all(|change| change["expectation"] == "expected"));
    let tasks: Vec<&Value> = changes
        .iter()
        .filter(|change| change["subject"]["kind"] == "task")
        .collect();
    assert_eq!(tasks.len(), 1, "seven tasks survived untouched: {tasks:#?}");
}

/// Seen by its address, by the inventory and by its own silence.
fn an_agent_is_lost(lab: &Lab) {
    lab.kill("agent-4");
    Lab::wait("the lost agent to be noticed", |state| {
        state["deactivated_slaves"].as_f64() == Some(1.0)
    });
    lab.collect("post", "agent-lost.tar.gz");
    let (code, outage) = lab.report(&["compare", "post.tar.gz", "agent-lost.tar.gz"]);
    assert_eq!(code, 3, "{:?}", fired(&outage));
    assert!(
        fired(&outage).contains(&"agents-inactive: 127.7.1.4".to_owned()),
        "{:?}",
        fired(&outage)
    );
    lab.restart("agent-4");
    Lab::wait("the agent to be back", |state| {
        state["activated_slaves"].as_f64() == Some(4.0)
    });
}

/// The cluster goes on; the report names the master.
fn a_master_is_lost(lab: &Lab) {
    lab.kill("master-3");
    sleep(Duration::from_secs(15));
    Lab::wait("a leader with all agents", |state| {
        state["activated_slaves"].as_f64() == Some(4.0)
    });
    lab.collect("post", "master-lost.tar.gz");
    let (code, outage) = lab.report(&["compare", "post.tar.gz", "master-lost.tar.gz"]);
    assert_eq!(code, 3, "{:?}", fired(&outage));
    let named = fired(&outage)
        .iter()
        .any(|finding| finding.starts_with("masters-missing: 127.7.0.3"));
    assert!(named, "the dead master is named: {:?}", fired(&outage));
}

/// The last but one dies while leading, so that the one left is elected and cannot recover the registry: it answers 200
/// everywhere and knows nothing. Never health.
fn the_quorum_is_lost(lab: &Lab) {
    let state = Lab::state().expect("a leader answers");
    let leads = state["leader"].as_str().unwrap();
    lab.kill(if leads.contains("127.7.0.1:") {
        "master-1"
    } else {
        "master-2"
    });
    sleep(Duration::from_secs(20));
    lab.collect("post", "no-quorum.tar.gz");
    let (code, outage) = lab.report(&["check", "no-quorum.tar.gz"]);
    assert_eq!(code, 3, "{:?}", fired(&outage));
    let named = fired(&outage)
        .iter()
        .any(|finding| finding.starts_with("registrar-not-recovered: "));
    assert!(named, "{:?}", fired(&outage));
    for check in [
        "agents-inactive",
        "agents-unregistered",
        "tasks-not-settled",
        "frameworks-disconnected",
    ] {
        assert_ne!(status(&outage, check), "PASS", "{check} without a quorum");
    }
}
