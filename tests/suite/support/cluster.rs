//! The simulated cluster for tests: the models behind `fixtures/clusters/`, and snapshots of them without a network.

use gonogo::demo::build;
use gonogo::demo::model::{Model, Size};
use gonogo::demo::payload::{Payload, payload};
use gonogo::demo::places::Places;
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
    let mut builder = Builder::new(payload.manifest.clone(), "0".repeat(64));
    for (item, bytes) in &payload.files {
        builder.member(item, bytes.len() as u64, &mut bytes.as_slice()).unwrap();
    }
    builder.finish()
}

/// A snapshot of the cluster as it stands.
pub fn snapshot_of(model: &Model, phase: Phase) -> Snapshot {
    snapshot(&payload(model, phase))
}
