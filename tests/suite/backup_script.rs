//! `gonogo backup script`: every release in every form is something a shell takes; run in a sandbox it takes backups with
//! records beside them, overwrites nothing, and changes nothing without being told.
//!
//! `GONOGO_BLESS=1 cargo test backup_script` writes the goldens of `fixtures/backup-script/` again.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use gonogo::backup::script::{Form, Request, write};
use gonogo::knowledge::Knowledge;
use gonogo::knowledge::procedure::Of;
use gonogo::knowledge::signoffs::Edition;
use gonogo::model::Line;
use tempfile::TempDir;

const EDITIONS: [Option<Edition>; 3] = [Some(Edition::Enterprise), Some(Edition::Open), None];

fn request(release: &str, edition: Option<Edition>) -> Request {
    Request {
        release: release.parse().unwrap(),
        edition,
        masters: vec!["10.0.0.2".into(), "10.0.0.3".into(), "10.0.0.1".into()],
        leader_known: true,
    }
}

fn made(release: &str, edition: Option<Edition>, form: Form) -> String {
    write(Knowledge::builtin().unwrap(), &request(release, edition), form)
}

fn fed(shell: &str, arguments: &[&str], text: &str) -> Output {
    let mut child = Command::new(shell)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

/// The script inside a playbook.
fn script_of(playbook: &str) -> String {
    let (_, rest) = playbook.split_once("&script !unsafe |\n").unwrap();
    rest.lines()
        .take_while(|line| line.is_empty() || line.starts_with("          "))
        .map(|line| line.strip_prefix("          ").unwrap_or(line).to_owned() + "\n")
        .collect()
}

#[test]
fn every_release_in_every_form_is_something_a_shell_takes() {
    let mut seen = std::collections::BTreeSet::new();
    for release in &Knowledge::builtin().unwrap().releases {
        let release = release.dcos.to_string();
        for edition in EDITIONS {
            let script = made(&release, edition, Form::Sh);
            assert_eq!(
                script_of(&made(&release, edition, Form::Ansible)),
                script,
                "{release}: the playbook holds another script"
            );
            for text in [script, made(&release, edition, Form::Commands)] {
                // Most releases differ by their number alone; a shell need not read the same text again.
                if seen.insert(text.replace(&release, "")) {
                    let read = fed("sh", &["-n"], &text);
                    assert!(read.status.success(), "{release} {edition:?}: {read:?}");
                }
            }
        }
    }
    assert!(seen.len() > 15, "{}", seen.len());
}

#[test]
fn what_changes_something_waits_for_a_word_and_marathon_is_never_called() {
    for release in &Knowledge::builtin().unwrap().releases {
        for edition in EDITIONS {
            for form in [Form::Sh, Form::Commands] {
                let text = made(&release.dcos.to_string(), edition, form);
                for line in text.lines().filter(|line| !line.trim_start().starts_with('#')) {
                    assert!(!line.contains("DELETE") && !line.contains("backup create"), "{line}");
                    assert!(form == Form::Sh || !line.contains("systemctl"), "{line}");
                    assert!(
                        !line.starts_with("take dcos-zk"),
                        "{}: dcos-zk without a word",
                        release.dcos
                    );
                }
            }
        }
    }
}

#[test]
fn the_procedure_and_the_script_name_the_same_tools() {
    let knowledge = Knowledge::builtin().unwrap();
    let tools = [
        "dcos-zk backup",
        "cockroach dump",
        "iam-database-backup",
        "dcos-etcdctl backup",
        "var/lib/dcos/exhibitor",
        "var/lib/zookeeper",
        "guano",
        "genconf/config.yaml",
    ];
    for line in knowledge.lines() {
        let release = &knowledge.latest_of(line).unwrap().dcos;
        for edition in [Edition::Enterprise, Edition::Open] {
            let procedure: Vec<&str> = knowledge
                .procedure
                .steps
                .iter()
                .filter(|step| step.id.ends_with("-saved") || step.id.ends_with("-saved-open"))
                .filter(|step| step.edition.is_none_or(|own| own == edition))
                .filter(|step| step.runs_since.is_none_or(|since: Line| since <= line))
                .flat_map(|step| &step.commands)
                .filter(|command| command.edition.is_none_or(|own| own == edition))
                .filter(|command| {
                    command.of != Of::Before
                        || (command.since.is_none_or(|since| since <= line)
                            && command.until.is_none_or(|until| line <= until))
                })
                .map(|command| command.run.as_str())
                .collect();
            let ways = knowledge.backups_of(release, Some(edition));
            for tool in tools {
                assert_eq!(
                    procedure.iter().any(|run| run.contains(tool)),
                    ways.iter().any(|way| way.run.contains(tool)),
                    "{release} {edition:?}: {tool}"
                );
            }
        }
    }
}

#[test]
fn goldens() {
    let bless = std::env::var_os("GONOGO_BLESS").is_some_and(|value| value == "1");
    for (name, release, edition, form) in [
        ("1.11.3-enterprise.sh", "1.11.3", Some(Edition::Enterprise), Form::Sh),
        ("2.2.1-open.yml", "2.2.1", Some(Edition::Open), Form::Ansible),
        ("1.12.4.commands", "1.12.4", None, Form::Commands),
    ] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("fixtures/backup-script")
            .join(name);
        let text = made(release, edition, form);
        if bless {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &text).unwrap();
        }
        assert!(
            fs::read_to_string(&path).unwrap() == text,
            "{name} differs: GONOGO_BLESS=1 writes it again"
        );
    }
}

/// A master made of folders and of tools that answer as the genuine ones do.
struct Sandbox {
    folder: TempDir,
}

impl Sandbox {
    fn new(release: &str, leader: &str) -> Self {
        let sandbox = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        for (file, text) in [
            (
                "var/lib/dcos/exhibitor/zookeeper/snapshot/version-2/snapshot.0",
                "bytes",
            ),
            ("var/lib/dcos/exhibitor/zookeeper/snapshot/myid", "1\n"),
            ("var/lib/dcos/cockroach/store", "bytes"),
            ("var/lib/dcos/cluster-id", "3f0b4a5e-0000-4000-8000-000000000001\n"),
            ("run/dcos/pki/node.key", "-----BEGIN PRIVATE KEY-----\nnot-a-real-key\n"),
            ("genconf/config.yaml", "---\n"),
            ("genconf/ip-detect", "#!/bin/sh\n"),
            ("genconf/license.txt", "not-a-real-licence\n"),
        ] {
            sandbox.put(file, text);
        }
        sandbox.put(
            "opt/mesosphere/etc/dcos-version.json",
            &format!("{{\"version\": \"{release}\"}}\n"),
        );
        sandbox.tool("opt/mesosphere/bin/detect_ip", "echo 10.0.0.1");
        sandbox.tool("bin/getent", &format!("echo '{leader}  leader.mesos'"));
        sandbox.tool(
            "bin/nc",
            "case \"$(cat)\" in ruok) printf imok ;; mntr) printf 'zk_version\\t3.4.14\\nzk_znode_count\\t1069\\nzk_ephemerals_count\\t13\\n' ;; esac",
        );
        let log = sandbox.path("calls");
        sandbox.tool("bin/systemctl", &format!("echo \"systemctl $*\" >>'{}'", log.display()));
        for tool in ["cockroach", "dcos-shell"] {
            sandbox.tool(
                &format!("opt/mesosphere/bin/{tool}"),
                "case \"$*\" in *dcos-zk*) printf zk >\"$3\" ;; *etcdctl*) printf etcd >\"$3\" ;; *status*) echo 'id  address' ;; *) echo 'CREATE TABLE users (id INT);' ;; esac",
            );
        }
        sandbox
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    fn put(&self, file: &str, text: &str) {
        let path = self.path(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn tool(&self, file: &str, does: &str) {
        self.put(file, &format!("#!/bin/sh\n{does}\n"));
        fs::set_permissions(self.path(file), fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// As `ssh <master> sh -s < script` does.
    fn run(&self, script: &str, arguments: &[&str], settings: &[(&str, &str)]) -> (i32, String) {
        let path = format!("{}:{}", self.path("bin").display(), std::env::var("PATH").unwrap());
        let mut command = Command::new("sh");
        command
            .args(["-s"])
            .args(arguments)
            .env("PATH", path)
            .env("ROOT", self.folder.path())
            .envs(settings.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
        (output.status.code().unwrap(), text)
    }

    /// What was taken: beginning of the name, file.
    fn taken(&self) -> BTreeMap<String, PathBuf> {
        fs::read_dir(self.path("var/tmp/gonogo-backup"))
            .into_iter()
            .flatten()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.with_file_name(name(path) + ".record").exists())
            .map(|path| (name(&path).split("-10.0.0.1-").next().unwrap().to_owned(), path))
            .collect()
    }
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

fn record(path: &Path) -> BTreeMap<String, String> {
    let text = fs::read_to_string(path.with_file_name(name(path) + ".record")).unwrap();
    text.lines()
        .map(|line| line.split_once('=').unwrap())
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

#[test]
fn a_master_is_backed_up_with_a_record_beside_each_file() {
    let sandbox = Sandbox::new("1.11.3", "10.0.0.1");
    let script = made("1.11.3", Some(Edition::Enterprise), Form::Sh);
    let (code, said) = sandbox.run(&script, &[], &[("MARATHON_STOPPED", "no")]);
    assert_eq!(code, 0, "{said}");
    let taken = sandbox.taken();
    let names: Vec<&str> = taken.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "certificates",
            "cockroach-node-status",
            "exhibitor",
            "iam",
            "inventory",
            "settings"
        ],
        "{said}"
    );
    let listed = Command::new("tar")
        .arg("-tf")
        .arg(&taken["exhibitor"])
        .output()
        .unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert!(
        listed.contains("var/lib/dcos/exhibitor/zookeeper/snapshot/version-2/snapshot.0"),
        "{listed}"
    );
    let record = record(&taken["exhibitor"]);
    let digest = Command::new("sha256sum").arg(&taken["exhibitor"]).output().unwrap();
    for (key, value) in [
        ("way", "tar"),
        ("host", "10.0.0.1"),
        ("exit-status", "0"),
        ("znodes-before", "1069"),
        ("znodes-after", "1069"),
        ("ephemerals-before", "13"),
        ("marathon-stopped", "false"),
        ("zookeeper-stopped", "false"),
        ("leading", "true"),
        ("release", "1.11.3"),
        ("cluster-id", "3f0b4a5e-0000-4000-8000-000000000001"),
    ] {
        assert_eq!(record[key], value, "{key}");
    }
    assert!(String::from_utf8(digest.stdout).unwrap().starts_with(&record["sha256"]));
    assert!(record["began"] <= record["ended"]);
    for file in taken.values() {
        assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o077, 0, "{file:?}");
        let text = fs::read(file).unwrap();
        assert!(
            !text.windows(10).any(|part| part == b"not-a-real"),
            "{file:?} holds a secret"
        );
    }
    assert!(!sandbox.path("calls").exists(), "a service was touched");
    assert!(said.contains("gonogo backup inspect"), "{said}");
}

#[test]
fn the_leader_comes_last_and_another_release_is_refused() {
    let script = made("1.11.3", Some(Edition::Enterprise), Form::Sh);
    let leading = Sandbox::new("1.11.3", "10.0.0.1");
    let (code, said) = leading.run(&script, &[], &[("ONLY", "followers")]);
    assert_eq!((code, leading.taken().len()), (0, 0), "{said}");
    let following = Sandbox::new("1.11.3", "10.0.0.2");
    assert_eq!(following.run(&script, &[], &[("ONLY", "leader")]).0, 0);
    assert_eq!(following.taken().len(), 0);
    let (code, said) = following.run(&script, &[], &[("ONLY", "followers")]);
    assert_eq!(code, 0, "{said}");
    assert!(following.taken().contains_key("exhibitor"));
    assert!(!following.taken().contains_key("iam"), "the leader's dump is enough");
    let (code, said) = Sandbox::new("1.10.8", "10.0.0.1").run(&script, &[], &[]);
    assert_eq!(code, 2);
    assert!(said.contains("gonogo backup script --from 1.10.8"), "{said}");
}

#[test]
fn a_tool_that_fails_is_told_and_nothing_is_overwritten() {
    let sandbox = Sandbox::new("1.11.3", "10.0.0.1");
    let script = made("1.11.3", Some(Edition::Enterprise), Form::Sh);
    sandbox.tool(
        "opt/mesosphere/bin/cockroach",
        "echo 'CREATE TABLE users ('; echo 'Error: not-a-real-error' >&2; exit 1",
    );
    let frozen = "case \"$*\" in *Y*T*) echo 20261121T200000Z ;; *) echo 2026-11-21T20:00:00Z ;; esac";
    sandbox.tool("bin/date", frozen);
    let (code, said) = sandbox.run(&script, &[], &[]);
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("NOT TAKEN: iam: the tool ended with 1"), "{said}");
    assert_eq!(record(&sandbox.taken()["iam"])["exit-status"], "1");
    let before = fs::read(&sandbox.taken()["exhibitor"]).unwrap();
    sandbox.put("var/lib/dcos/exhibitor/more", "more");
    let (code, said) = sandbox.run(&script, &[], &[]);
    assert_eq!(code, 3);
    assert!(said.contains("nothing is overwritten"), "{said}");
    assert_eq!(fs::read(&sandbox.taken()["exhibitor"]).unwrap(), before);
}

#[test]
fn exhibitor_is_stopped_only_when_told_and_started_again() {
    let script = made("2.2.1", Some(Edition::Enterprise), Form::Sh);
    let sandbox = Sandbox::new("2.2.1", "10.0.0.1");
    let (code, said) = sandbox.run(&script, &[], &[("WITH_DCOS_ZK", "yes")]);
    assert_eq!(code, 0, "{said}");
    let calls = fs::read_to_string(sandbox.path("calls")).unwrap();
    assert_eq!(calls, "systemctl stop dcos-exhibitor\nsystemctl start dcos-exhibitor\n");
    let taken = sandbox.taken();
    assert_eq!(record(&taken["dcos-zk"])["zookeeper-stopped"], "true");
    assert!(taken.contains_key("etcd") && taken.contains_key("iam"));
}

#[test]
fn the_bootstrap_node_keeps_its_licence() {
    let sandbox = Sandbox::new("1.11.3", "10.0.0.1");
    let script = made("1.11.3", None, Form::Sh);
    let genconf = sandbox.path("genconf");
    let (code, said) = sandbox.run(&script, &["bootstrap", genconf.to_str().unwrap()], &[]);
    assert_eq!(code, 0, "{said}");
    let taken = sandbox.taken();
    assert_eq!(taken.keys().map(String::as_str).collect::<Vec<_>>(), ["genconf"]);
    assert!(
        said.contains("license.txt: ") && !said.contains("not-a-real-licence"),
        "{said}"
    );
}

#[test]
fn a_script_that_arrives_cut_does_nothing() {
    let sandbox = Sandbox::new("1.11.3", "10.0.0.1");
    let script = made("1.11.3", None, Form::Sh);
    let cut = script.find("Other state").unwrap();
    let (code, _) = sandbox.run(&script[..cut], &[], &[]);
    assert_ne!(code, 0);
    assert_eq!(sandbox.taken().len(), 0);
}
