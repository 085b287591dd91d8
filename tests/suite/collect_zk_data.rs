//! `collect --zk-data`: every znode's data once in files that only the recipient opens, and nowhere else.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use gonogo::archive::{Limits, Place, Reader};
use gonogo::backup::seal::{self, Identities, Recipients};
use gonogo::cli::exit;
use gonogo::collect::zk_session::files::{Files, How};
use gonogo::collect::zk_session::journal::{Head, Journal};
use gonogo::collect::zk_session::{Contents as _, WalkLimits, ZkAuth, go_on};
use gonogo::model::backup::Zxid;
use gonogo::sources::zk_contents::{self, Contents, ContentsFile};
use gonogo::sources::zk_tree_file::Node;
use sha2::{Digest as _, Sha256};

use crate::backup_seal::{Keys, mode, names};
use crate::backup_seal_cli::{Ran, run, text};
use crate::support::fake_zookeeper::{Fake, FakeZookeeper, tree};
use crate::support::mini;
use crate::support::misbehaving::Misbehaving;

const MARKER: &str = "not-a-real-secret-7d1e";
const ITEM: &str = "data/zookeeper/ensemble/contents.json";

type Data = BTreeMap<String, Vec<u8>>;

/// 111 znodes: every leaf holds something of its own; one is large, one refused, one gone. Also what can be read of them.
fn server() -> (FakeZookeeper, Data) {
    let paths: Vec<String> = (0..10)
        .flat_map(|a| (0..10).map(move |b| format!("/n{a}/m{b}")))
        .collect();
    let mut nodes = tree(&paths.iter().map(String::as_str).collect::<Vec<_>>());
    for path in &paths {
        nodes.get_mut(path).unwrap().data = format!("{MARKER}:{path}").into_bytes();
    }
    nodes.get_mut("/n1/m1").unwrap().data = MARKER.repeat(10_000).into_bytes();
    nodes.get_mut("/n3/m3").unwrap().hidden = true;
    nodes.insert(
        "/n4/gone".to_owned(),
        Fake {
            gone: true,
            ..Fake::default()
        },
    );
    let seen = nodes
        .iter()
        .filter(|(_, node)| !node.hidden && !node.gone)
        .map(|(path, node)| (path.clone(), node.data.clone()))
        .collect();
    (FakeZookeeper::start(nodes), seen)
}

fn recipients(keys: &Keys) -> Recipients {
    let mut to = Recipients::default();
    to.add(&keys.recipient).unwrap();
    to
}

/// The lines of files, each path once; those that are sealed are opened.
fn read(folder: &Path, files: &[ContentsFile], keys: &Keys) -> Data {
    let mut all = Data::new();
    for file in files {
        let path = folder.join(&file.file);
        let stored = fs::read(&path).unwrap();
        assert_eq!(file.sha256, gonogo::model::hex(&Sha256::digest(&stored)));
        assert_eq!((file.bytes, mode(&path)), (stored.len() as u64, 0o600));
        let clear = if file.recipients.is_some() {
            let out = keys.folder.path().join("opened");
            let place = Place::for_file(&out, true).unwrap();
            let by = Identities::read(&keys.identity()).unwrap();
            seal::open(&path, &by, &place, None, &mut |_| true).unwrap();
            fs::read(&out).unwrap()
        } else {
            stored
        };
        let clear = String::from_utf8(clear).unwrap();
        assert_eq!(clear.lines().count() as u64, file.znodes);
        for line in clear.lines() {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            let data = BASE64.decode(line["data"].as_str().unwrap()).unwrap();
            let path = line["path"].as_str().unwrap().to_owned();
            assert_eq!(line["mzxid"], format!("{:#x}", path.len() + 1));
            assert_eq!(all.insert(path.clone(), data), None, "{path} stands there twice");
        }
    }
    all
}

/// A part of a walk; gives the finished files of all parts.
fn walk(server: &FakeZookeeper, archive: &Path, keys: &Keys, max_nodes: u64) -> Vec<ContentsFile> {
    let files = Files::new(archive, How::Sealed(recipients(keys)), true).ending_after(15);
    let head = Head::new(vec![server.origin.authority()], true, true);
    let journal = archive.with_extension("zk-walk");
    let (mut kept, frontier) = Journal::open(&journal, &head, Some(Box::new(files))).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let limits = WalkLimits {
        pause: Duration::from_millis(1),
        max_nodes,
        contents: true,
        ..WalkLimits::default()
    };
    let servers = [server.origin.clone()];
    let auth = ZkAuth::default();
    let walked = go_on(&servers, &auth, &limits, frontier, &mut kept);
    runtime.block_on(walked).unwrap();
    kept.finish().unwrap()
}

#[test]
fn whatever_ended_the_parts_of_a_walk_every_znode_stands_in_one_file_once() {
    let (server, seen) = server();
    let folder = tempfile::tempdir().unwrap();
    let keys = Keys::new();
    let archive = folder.path().join("pre.zip");
    let journal = folder.path().join("pre.zk-walk");
    let first = walk(&server, &archive, &keys, 40);
    assert!(first.len() > 1, "{first:?}");
    let whole = walk(&server, &archive, &keys, 1000);
    assert!(whole.starts_with(&first), "finished files are kept as they are");
    assert_eq!(read(folder.path(), &whole, &keys), seen);
    for path in ["/", "/n0", "/n1/m1", "/n9/m9"] {
        assert_eq!(server.listed(path), 1, "{path}: asked for again");
    }
    let lines = fs::read(&journal).unwrap();
    assert!(!String::from_utf8_lossy(&lines).contains(MARKER));
    // As if the machine had stopped there: files may be finished that the journal does not name.
    for part in [1, 3, 7, 11, 15] {
        let lines = fs::read(&journal).unwrap();
        fs::write(&journal, &lines[..lines.len() * part / 16]).unwrap();
        let files = walk(&server, &archive, &keys, 1000);
        assert_eq!(read(folder.path(), &files, &keys), seen, "{part}");
        let named = files.len();
        assert_eq!(names(&folder.path().join("pre.zk-data.sealed")).len(), named, "{part}");
    }
}

#[test]
fn a_finished_file_that_is_gone_is_not_gone_on_without() {
    let (server, _) = server();
    let folder = tempfile::tempdir().unwrap();
    let keys = Keys::new();
    let archive = folder.path().join("pre.zip");
    let files = walk(&server, &archive, &keys, 40);
    let mut again = Files::new(&archive, How::Sealed(recipients(&keys)), true);
    again.go_on(&files).unwrap();
    let mut clear = Files::new(&archive, How::InClear("why".to_owned()), true);
    assert!(clear.go_on(&files).is_err(), "it was sealed before");
    fs::write(folder.path().join(&files[0].file), b"cut").unwrap();
    let error = again.go_on(&files).unwrap_err().to_string();
    assert!(error.contains("zk-data.0001.age"), "{error}");
    let mut new = Files::new(&archive, How::Sealed(recipients(&keys)), false);
    let error = new.go_on(&[]).unwrap_err().to_string();
    assert!(error.contains("--force"), "{error}");
}

/// Every file below a folder.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for name in names(folder) {
        let path = folder.join(name);
        if path.is_dir() {
            all.extend(files_below(&path));
        } else {
            all.push(path);
        }
    }
    all
}

/// The marker in any of the three ways in which base64 may hold it, or as it is.
fn tells(bytes: &[u8]) -> bool {
    let coded = (0..3).map(|shift| {
        let text = BASE64.encode(format!("{}{MARKER}", "x".repeat(shift)));
        text[4..text.len() - 4].to_owned()
    });
    coded
        .chain([MARKER.to_owned()])
        .any(|text| bytes.windows(text.len()).any(|window| window == text.as_bytes()))
}

#[test]
fn what_is_being_sealed_is_never_in_clear_on_the_disk_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let keys = Keys::new();
    let node = Node {
        path: "/a".to_owned(),
        version: 0,
        cversion: 0,
        czxid: Zxid(1),
        mzxid: Zxid(1),
        pzxid: Zxid(1),
        data_length: 0,
        children: 0,
        ephemeral_owner: Zxid(0),
        acl: None,
    };
    for (how, clear) in [
        (How::Sealed(recipients(&keys)), false),
        (How::InClear("why".to_owned()), true),
    ] {
        let mut files = Files::new(&folder.path().join("pre.zip"), how, false);
        files.go_on(&[]).unwrap();
        files.keep(&node, MARKER.repeat(20_000).as_bytes()).unwrap();
        let parts = files_below(folder.path());
        assert_eq!(parts.len(), 1, "{parts:?}");
        let bytes = fs::read(&parts[0]).unwrap();
        assert!(bytes.len() > 100_000, "so much was written before the end");
        assert_eq!((tells(&bytes), mode(&parts[0])), (clear, 0o600));
        drop(files);
        assert_eq!(files_below(folder.path()), Vec::<PathBuf>::new());
    }
}

/// Collects into a folder, whose every file can be searched.
fn collect(zk: &FakeZookeeper, out: &Path, more: &[&str]) -> Ran {
    let master = Misbehaving::start("127.0.0.1", |seen, _| mini::healthy(seen));
    let (masters, zookeeper) = (master.authority(), zk.origin.authority());
    let mut all = vec!["collect", "--masters", &masters, "--zookeeper", &zookeeper];
    all.extend(["--phase", "pre", "--container", "folder", "-o", text(out), "--zk-data"]);
    all.extend(more);
    run(&all)
}

fn record(archive: &Path) -> Contents {
    let mut found = None;
    let reader = Reader::open(archive, &Limits::default()).unwrap();
    let read = reader.for_each(&mut |item, _, body| {
        if item == ITEM {
            let mut bytes = Vec::new();
            body.read_to_end(&mut bytes)?;
            found = Some(zk_contents::read(&bytes).unwrap());
        }
        Ok(())
    });
    read.unwrap();
    found.unwrap()
}

#[test]
fn the_recipient_reads_every_znode_and_nobody_else_any() {
    let (server, seen) = server();
    let folder = tempfile::tempdir().unwrap();
    let keys = Keys::new();
    let out = folder.path().join("pre");
    let ran = collect(&server, &out, &["--recipient", &keys.recipient]);
    assert!(ran.out.contains("captured"), "{}", ran.err);
    assert!(ran.err.contains("sealed for 1 recipient"), "{}", ran.err);
    assert_eq!(
        names(folder.path()),
        ["pre", "pre.zk-data.sealed"],
        "no journal is left"
    );
    for path in files_below(folder.path()) {
        assert!(!tells(&fs::read(&path).unwrap()), "{}", path.display());
    }
    assert!(!tells(ran.out.as_bytes()) && !tells(ran.err.as_bytes()));
    let contents = record(&out);
    assert_eq!(read(folder.path(), &contents.files, &keys), seen);
    assert_eq!((contents.znodes, contents.refused), (seen.len() as u64, 1));
    let because = contents.incomplete_because.as_deref().unwrap();
    assert!(!contents.complete && because.contains("refused"), "{because}");
    let verified = run(&["verify", text(&out)]);
    assert_eq!(verified.code, exit::GO, "{}", verified.err);
    assert!(
        verified.out.contains("pre.zk-data.sealed/zk-data.0001.age: intact"),
        "{}",
        verified.out
    );
    let sealed = folder.path().join(&contents.files[0].file);
    let mut bytes = fs::read(&sealed).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&sealed, bytes).unwrap();
    let verified = run(&["verify", text(&out)]);
    assert_eq!(verified.code, exit::ARCHIVE_REFUSED, "{}", verified.out);
    // Those of an archive that was moved away are not written over.
    fs::rename(&out, folder.path().join("old")).unwrap();
    let again = collect(&server, &out, &["--recipient", &keys.recipient]);
    assert_eq!(again.code, exit::USAGE, "{}", again.err);
    assert!(again.err.contains("contents of another walk"), "{}", again.err);
}

#[test]
fn without_a_recipient_it_takes_the_operators_words() {
    let (server, seen) = server();
    let folder = tempfile::tempdir().unwrap();
    let keys = Keys::new();
    let out = folder.path().join("pre");
    let ran = collect(&server, &out, &[]);
    assert_eq!(ran.code, exit::USAGE, "{}", ran.out);
    for word in ["--zk-data", "--recipient", "--recipients-file", "--no-seal TEXT"] {
        assert!(ran.err.contains(word), "{word}: {}", ran.err);
    }
    assert!(names(folder.path()).is_empty() && server.codes().is_empty());
    let ran = collect(&server, &out, &["--no-seal", "a disk of the vault"]);
    assert!(ran.err.contains("in clear"), "{}", ran.err);
    let contents = record(&out);
    let why = contents.files[0].in_clear_because.as_deref();
    assert_eq!((why, contents.files[0].recipients), (Some("a disk of the vault"), None));
    assert_eq!(read(folder.path(), &contents.files, &keys), seen);
    assert!(
        contents.files[0].file.starts_with("pre.zk-data.clear/"),
        "{}",
        contents.files[0].file
    );
    for path in files_below(&out) {
        assert!(!tells(&fs::read(&path).unwrap()), "{}", path.display());
    }
}

#[test]
fn a_dry_run_says_where_the_contents_would_go() {
    let (server, _) = server();
    let keys = Keys::new();
    let ran = collect(
        &server,
        Path::new("pre"),
        &["--dry-run", "--recipient", &keys.recipient],
    );
    assert_eq!(ran.code, exit::GO, "{}", ran.err);
    let line = ran.out.lines().find(|line| line.starts_with("ZK ")).unwrap();
    assert!(
        line.contains("getData") && line.contains("sealed for 1 recipient -> pre.zk-data.sealed"),
        "{line}"
    );
    assert!(server.codes().is_empty());
}
