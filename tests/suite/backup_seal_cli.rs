//! `gonogo backup seal` and `gonogo backup open`: what they write, what they say, exit codes, and age itself beside them.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use gonogo::cli::{self, Terminal, exit};

use crate::backup_seal::{Keys, mode, names};

pub struct Ran {
    pub code: u8,
    pub out: String,
    pub err: String,
}

pub fn run(arguments: &[&str]) -> Ran {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let arguments = ["gonogo"].iter().chain(arguments).map(OsString::from);
    let code = cli::run(arguments, Terminal::NONE, &mut out, &mut err);
    Ran {
        code,
        out: String::from_utf8(out).unwrap(),
        err: String::from_utf8(err).unwrap(),
    }
}

pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

const CONTENT: &str = "INSERT INTO users VALUES ('not-a-real-hash-of-a-password');\n";

#[test]
fn sealed_and_opened_again_by_the_command() {
    let keys = Keys::new();
    let folder = tempfile::tempdir().unwrap();
    let (dump, sealed) = (folder.path().join("iam.sql"), folder.path().join("sealed"));
    fs::write(&dump, CONTENT).unwrap();
    fs::create_dir(&sealed).unwrap();
    let data = folder.path().join("zookeeper");
    fs::create_dir(&data).unwrap();
    fs::write(data.join("myid"), "1").unwrap();
    let recipients = keys.recipients();
    let seal = |more: &[&str]| {
        let mut all = vec!["backup", "seal", text(&dump), text(&data), "-o", text(&sealed)];
        all.extend(more);
        run(&all)
    };
    let ran = seal(&["--recipients-file", text(&recipients)]);
    assert_eq!(ran.code, exit::GO, "{}", ran.err);
    assert_eq!(names(&sealed), ["iam.sql.age", "zookeeper.tar.age"]);
    assert_eq!(mode(&sealed.join("iam.sql.age")), 0o600);
    assert!(
        ran.out.contains("for 1 recipient)") && ran.out.contains("as a tar"),
        "{}",
        ran.out
    );
    assert!(!(ran.out + &ran.err).contains("not-a-real"));
    // Not again over what stands there, but with leave.
    let again = seal(&["--recipient", &keys.recipient]);
    assert_eq!(again.code, exit::USAGE);
    assert!(again.err.contains("replace it with --force"), "{}", again.err);
    assert_eq!(seal(&["--recipient", &keys.recipient, "--force"]).code, exit::GO);

    let out = folder.path().join("restored");
    fs::create_dir(&out).unwrap();
    let (file, identity) = (sealed.join("iam.sql.age"), keys.identity());
    let open = |more: &[&str]| {
        let mut all = vec!["backup", "open", text(&file), "-o", text(&out), "--identity"];
        all.extend(more);
        run(&all)
    };
    let ran = open(&[text(&identity)]);
    assert_eq!(ran.code, exit::GO, "{}", ran.err);
    assert_eq!(fs::read_to_string(out.join("iam.sql")).unwrap(), CONTENT);
    assert_eq!(mode(&out.join("iam.sql")), 0o600);
    assert!(!(ran.out + &ran.err).contains("not-a-real"));
    assert_eq!(open(&[text(&identity)]).code, exit::USAGE, "something stands there");
    fs::remove_file(out.join("iam.sql")).unwrap();

    let other = Keys::new();
    let ran = open(&[text(&other.identity())]);
    assert_eq!(ran.code, exit::USAGE);
    assert!(ran.err.contains("is not sealed for this identity"), "{}", ran.err);
    let mut cut = fs::read(&file).unwrap();
    cut.truncate(cut.len() - 1);
    fs::write(&file, cut).unwrap();
    let ran = open(&[text(&identity)]);
    assert_eq!(ran.code, exit::ARCHIVE_REFUSED);
    assert!(ran.err.contains("is damaged"), "{}", ran.err);
    fs::set_permissions(&identity, fs::Permissions::from_mode(0o644)).unwrap();
    let ran = open(&[text(&identity)]);
    assert_eq!(ran.code, exit::SECURITY);
    assert!(ran.err.contains("chmod 600"), "{}", ran.err);
    assert!(!ran.err.contains(&keys.secret));
    assert!(names(&out).is_empty());
}

#[test]
fn what_is_asked_wrongly_writes_nothing() {
    let keys = Keys::new();
    let folder = tempfile::tempdir().unwrap();
    let dump = folder.path().join("iam.sql");
    fs::write(&dump, CONTENT).unwrap();
    let out = folder.path().join("out.age");
    let wrong: [(&[&str], &str); 5] = [
        (&[], "nobody is named"),
        (&["--recipient", &keys.secret], "an identity, a secret"),
        (&["--recipient", "not-a-real-one"], "no recipient"),
        (&["--recipients-file", "/nowhere/recipients.txt"], "cannot read"),
        (&["--recipient", &keys.recipient, text(&dump)], "is no folder"),
    ];
    for (more, why) in wrong {
        let mut all = vec!["backup", "seal", text(&dump), "-o", text(&out)];
        all.extend(more);
        let ran = run(&all);
        assert_eq!(ran.code, exit::USAGE, "{}", ran.err);
        assert!(ran.err.contains(why), "{why}: {}", ran.err);
        assert!(!ran.err.contains(&keys.secret));
    }
    let none = folder.path().join("none");
    let ran = run(&[
        "backup",
        "seal",
        text(&none),
        "--recipient",
        &keys.recipient,
        "-o",
        text(&out),
    ]);
    assert_eq!(ran.code, exit::FAILURE, "{}", ran.err);
    assert_eq!(names(folder.path()), ["iam.sql"]);
    // No identity stands on a command line: the flag takes a file.
    let ran = run(&[
        "backup",
        "open",
        text(&dump),
        "--identity",
        &keys.secret,
        "-o",
        text(&out),
    ]);
    assert_eq!(ran.code, exit::FAILURE);
    let ran = run(&[
        "backup",
        "open",
        text(&dump),
        "--identity",
        text(&keys.identity()),
        "-o",
        text(&out),
    ]);
    assert_eq!(ran.code, exit::ARCHIVE_REFUSED, "{}", ran.err);
    assert_eq!(names(folder.path()), ["iam.sql"]);
}

#[test]
fn recipients_may_stand_in_the_configuration() {
    let keys = Keys::new();
    let folder = tempfile::tempdir().unwrap();
    let dump = folder.path().join("iam.sql");
    fs::write(&dump, CONTENT).unwrap();
    fs::copy(keys.recipients(), folder.path().join("who.txt")).unwrap();
    let config = folder.path().join("gonogo.toml");
    fs::write(
        &config,
        format!(
            "[backup]\nrecipients = [\"{}\"]\nrecipients_file = \"who.txt\"\n",
            Keys::new().recipient
        ),
    )
    .unwrap();
    let out = folder.path().join("out.age");
    let ran = run(&[
        "--config",
        text(&config),
        "backup",
        "seal",
        text(&dump),
        "-o",
        text(&out),
    ]);
    assert_eq!(ran.code, exit::GO, "{}", ran.err);
    assert!(ran.out.contains("for 2 recipients)"), "{}", ran.out);
    fs::write(&config, "[backup]\nrecipients = [\"age1nobody\"]\n").unwrap();
    let ran = run(&[
        "--config",
        text(&config),
        "backup",
        "seal",
        text(&dump),
        "-o",
        text(&out),
    ]);
    assert_eq!(ran.code, exit::USAGE);
    assert!(ran.err.contains("gonogo.toml:2"), "{}", ran.err);
}

/// age itself opens what gonogo seals, and gonogo what age seals.
#[test]
fn genuine_age() {
    if std::env::var_os("GONOGO_AGE").is_none() {
        let _ = std::io::Write::write_all(
            &mut std::io::stderr(),
            b"skipped: GONOGO_AGE is not set, so nothing was compared with the program age\n",
        );
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let age = |program: &str, arguments: &[&str]| {
        let ended = Command::new(program).args(arguments).output().unwrap();
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
        String::from_utf8(ended.stdout).unwrap()
    };
    let identity = at("identity.txt");
    age("age-keygen", &["-o", text(&identity)]);
    let recipient = age("age-keygen", &["-y", text(&identity)]);
    let recipient = recipient.trim();
    assert_eq!(mode(&identity), 0o600, "as age-keygen leaves it");
    // Three chunks and a bit.
    let bytes: Vec<u8> = (0..200_000_u32).map(|at| (at % 251) as u8).collect();
    fs::write(at("clear"), &bytes).unwrap();
    for armor in [&["--armor"][..], &[]] {
        let name = format!("ours{}.age", armor.len());
        let ours = at(&name);
        let clear = at("clear");
        let mut all = vec![
            "backup",
            "seal",
            text(&clear),
            "--recipient",
            recipient,
            "-o",
            text(&ours),
        ];
        all.extend(armor);
        let ran = run(&all);
        assert_eq!(ran.code, exit::GO, "{}", ran.err);
        let back = at("back");
        age("age", &["-d", "-i", text(&identity), "-o", text(&back), text(&ours)]);
        assert_eq!(fs::read(&back).unwrap(), bytes);

        let theirs = at(&format!("theirs{}.age", armor.len()));
        let mut all = vec!["-r", recipient, "-o", text(&theirs)];
        all.extend(armor);
        all.push(text(&clear));
        age("age", &all);
        let opened = at(&format!("opened{}", armor.len()));
        let ran = run(&[
            "backup",
            "open",
            text(&theirs),
            "--identity",
            text(&identity),
            "-o",
            text(&opened),
        ]);
        assert_eq!(ran.code, exit::GO, "{}", ran.err);
        assert_eq!(fs::read(&opened).unwrap(), bytes);
    }
}

#[test]
fn interrupted_it_leaves_nothing_half_written() {
    let keys = Keys::new();
    let folder = tempfile::tempdir().unwrap();
    let big = folder.path().join("big");
    // More than is sealed before the signal comes; it takes no room on the disk.
    fs::File::create(&big).unwrap().set_len(1 << 40).unwrap();
    let out = folder.path().join("big.age");
    let mut child = Command::new(env!("CARGO_BIN_EXE_gonogo"))
        .args([
            "backup",
            "seal",
            text(&big),
            "--recipient",
            &keys.recipient,
            "-o",
            text(&out),
        ])
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    while names(folder.path()).len() < 2 {
        assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let signalled = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(signalled.success());
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(i32::from(exit::INTERRUPTED)));
    assert_eq!(names(folder.path()), ["big"]);
}
