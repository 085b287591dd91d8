//! The simulated cluster for tests: the models behind `fixtures/clusters/`, and snapshots of them and the same cluster served on loopback.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use gonogo::demo::build;
use gonogo::demo::model::{Model, Size};
use gonogo::demo::net::Net;
use gonogo::demo::payload::{Payload, payload};
use gonogo::demo::places::{Address, Places};
use gonogo::demo::server::Cluster;
use gonogo::demo::upgrade::Window;
use gonogo::model::Phase;
use gonogo::snapshot::{Builder, Snapshot};

/// 2018-08-04 08:00:00 UTC, a Saturday.
pub const NOW: f64 = 1_533_369_600.0;
/// Seed of the fixtures.
pub const SEED: u64 = 1;

fn usual(size: Size) -> Places {
    Places::usual(Size::MASTERS, size.private, size.public)
}

/// A DC/OS cluster of that size before the window, at the usual addresses.
pub fn pre_of(size: Size) -> Model {
    build::dcos(size, usual(size), SEED, NOW)
}

/// The same after a clean upgrade.
pub fn post_of(size: Size) -> Model {
    let mut model = pre_of(size);
    model.upgrade(Window {
        begin: NOW + 1800.0,
        step: 300.0,
        end: NOW + 4.0 * 3600.0,
    });
    model
}

/// The cluster of `fixtures/clusters/mesos-pre`.
pub fn mesos() -> Model {
    build::mesos(Size::MESOS, usual(Size::MESOS), SEED, NOW)
}

/// A snapshot of a payload, read as from an archive.
pub fn snapshot(payload: &Payload) -> Snapshot {
    let mut builder = Builder::new();
    for (item, bytes) in &payload.files {
        builder.member(item, bytes.len() as u64, &mut bytes.as_slice()).unwrap();
    }
    builder.finish(payload.manifest.clone(), "0".repeat(64))
}

/// A snapshot of the cluster as it stands.
pub fn snapshot_of(model: &Model, phase: Phase) -> Snapshot {
    snapshot(&payload(model, phase))
}

/// A served cluster of fixture size, and the runtime that serves it.
pub struct Served {
    /// Runs the sockets.
    pub runtime: tokio::runtime::Runtime,
    /// The cluster.
    pub cluster: Cluster,
}

impl Served {
    /// Serves a DC/OS cluster before the window.
    pub fn start(net: Net) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let size = Size::FIXTURE;
        let cluster = runtime
            .block_on(Cluster::start(net, size, |places| build::dcos(size, places, SEED, NOW)))
            .unwrap();
        Self { runtime, cluster }
    }
}

/// What a socket sent back before it closed, and whether it closed cleanly within two seconds.
pub fn exchange(address: &Address, request: &str) -> Result<String, std::io::Error> {
    let mut stream = TcpStream::connect(address.to_string())?;
    stream.set_read_timeout(Some(Duration::from_secs(2)))?;
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(String::from_utf8(answer).unwrap())
}

/// Status, head and body of a GET.
pub fn get(address: &Address, path: &str) -> (u16, String, String) {
    let mut stream = TcpStream::connect(address.to_string()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(2))).unwrap();
    stream
        .write_all(format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n").as_bytes())
        .unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        answer.extend(byte);
    }
    let head = String::from_utf8(answer).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("Content-Length: "))
        .unwrap()
        .parse()
        .unwrap();
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    (status, head, String::from_utf8(body).unwrap())
}

/// Writes a cluster as an archive folder of that name.
pub fn archive(folder: &std::path::Path, name: &str, cluster: &super::fixture::Cluster) {
    use gonogo::archive::{Container, Staging, Target, writer};
    let target = Target::new(&folder.join(name), Container::Folder, true).unwrap();
    let staging = Staging::beside(&target).unwrap();
    for (item, bytes) in &cluster.payload {
        staging.put(item, bytes).unwrap();
    }
    let manifest = serde_json::from_value(cluster.manifest.clone()).unwrap();
    writer::write(&target, manifest, &staging).unwrap();
}
