//! A backup of a large cluster: a snapshot, the log before it and the log behind it, in a plain tar.
//!
//! Names and data look like those of Marathon; the same number of znodes gives the same bytes.

use std::fmt::Write as _;
use std::fs::File;
use std::path::Path;

use gonogo::demo::zk_files::{self, Change, Txn, Znode};

/// Zeros are written ahead in steps of as many bytes: the server's usual ones.
const AHEAD: u64 = 64 << 20;
/// Tasks are spread over as many folders, as Marathon does it.
const FOLDERS: u64 = 16;
/// Nodes above the tasks: `/`, `/marathon`, `/marathon/state`, `/marathon/state/instance`, `/zookeeper`,
/// `/zookeeper/quota`, and the folders.
const ABOVE: u64 = 6 + FOLDERS;
/// Transactions begin in the third epoch.
const EPOCH: u64 = 3 << 32;

/// What was written, as `gonogo` must tell it.
pub struct Written {
    pub znodes: u64,
    pub last_zxid: u64,
    pub bytes: u64,
}

fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 31)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (number ^ (number >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

fn path(number: u64) -> String {
    let (one, two) = (mixed(number), mixed(number + 1));
    format!(
        "/marathon/state/instance/{:x}/team-{:02}_service-{number:07}.marathon-{:08x}-{:04x}-{:012x}",
        number % FOLDERS,
        number % 40,
        one >> 32,
        one & 0xffff,
        two >> 16
    )
}

/// 60 to 280 bytes.
fn data(number: u64) -> Vec<u8> {
    let mut text = format!("{{\"id\":{number},\"state\":\"TASK_RUNNING\",\"token\":\"");
    for part in 0..mixed(number) % 14 {
        write!(text, "{:016x}", mixed(number * 31 + part)).unwrap();
    }
    text.push_str("\"}");
    text.into_bytes()
}

/// The tree in the order of a snapshot; task `number` was created by transaction `number + 1` behind the folders.
fn nodes(tasks: u64) -> impl Iterator<Item = Znode> {
    let begin = ["/", "/marathon", "/marathon/state", "/marathon/state/instance"];
    let begin = begin.into_iter().map(|path| Znode::new(path, "", EPOCH + 1));
    let folders = (0..FOLDERS).flat_map(move |folder| {
        let head = Znode::new(format!("/marathon/state/instance/{folder:x}"), "", EPOCH + 2);
        let below = (folder..tasks).step_by(usize::try_from(FOLDERS).unwrap());
        std::iter::once(head).chain(below.map(|number| Znode::new(path(number), data(number), created(number))))
    });
    let end = ["/zookeeper", "/zookeeper/quota"]
        .into_iter()
        .map(|path| Znode::new(path, "", 0));
    begin.chain(folders).chain(end)
}

fn created(number: u64) -> u64 {
    EPOCH + 3 + number
}

/// Writes `tar` with `znodes` znodes in its snapshot, and a tenth as many transactions in each of two logs.
pub fn write(tar: &Path, znodes: u64) -> Written {
    let folder = tempfile::tempdir_in(tar.parent().unwrap()).unwrap();
    let tasks = znodes - ABOVE;
    let changes = znodes / 10;
    let begin = created(tasks - 1);
    let file = |name: &str| File::create(folder.path().join(name)).unwrap();

    let snapshot = format!("snapshot.{begin:x}");
    zk_files::snapshot(file(&snapshot), &[(0x1000_0000_0001, 40_000)], nodes(tasks)).unwrap();

    let first = tasks - changes;
    let before = format!("log.{:x}", created(first));
    let creates = (first..tasks).map(|number| Txn::new(created(number), Change::create(path(number), data(number), 1)));
    zk_files::log(file(&before), creates, AHEAD).unwrap();

    let behind = format!("log.{:x}", begin + 1);
    let later = (0..changes).map(|at| {
        let change = match at % 4 {
            0 => Change::create(path(tasks + at), data(at), 1),
            1 => Change::Delete { path: path(at) },
            _ => Change::Set {
                path: path(mixed(at) % (tasks - 4) / 4 * 4 + 2),
                data: data(at + 7),
                version: 1,
            },
        };
        Txn::new(begin + 1 + at, change)
    });
    zk_files::log(file(&behind), later, AHEAD).unwrap();
    std::fs::write(folder.path().join("myid"), "1\n").unwrap();

    let mut builder = tar::Builder::new(File::create(tar).unwrap());
    for (place, name) in [
        ("snapshot", "myid"),
        ("snapshot/version-2", snapshot.as_str()),
        ("transactions/version-2", before.as_str()),
        ("transactions/version-2", behind.as_str()),
    ] {
        let path = folder.path().join(name);
        builder
            .append_path_with_name(&path, format!("zookeeper/{place}/{name}"))
            .unwrap();
        std::fs::remove_file(&path).unwrap();
    }
    builder.finish().unwrap();
    let added = changes.div_ceil(4);
    let deleted = (0..changes).filter(|at| at % 4 == 1).count() as u64;
    Written {
        znodes: znodes + added - deleted,
        last_zxid: begin + changes,
        bytes: std::fs::metadata(tar).unwrap().len(),
    }
}
