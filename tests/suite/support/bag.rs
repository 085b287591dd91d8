//! Small archives for tests: a manifest with records of every outcome, and writing and reading in one call.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeZone as _, Utc};
use gonogo::archive::{Container, Limits, Reader, Refused, Staging, Target, Verified, WriteError, Written, writer};
use gonogo::model::manifest::Expected;
use gonogo::model::{Evidence, Manifest, Outcome, Phase};

/// The time at which all test archives were made.
pub fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 8, 1, 12, 0, 0).unwrap()
}

/// A manifest without evidence.
pub fn manifest() -> Manifest {
    Manifest {
        format: String::new(),
        phase: Phase::Pre,
        tool: "gonogo 0.1.0".into(),
        made_by: "collect".into(),
        started_at: noon() - chrono::Duration::seconds(90),
        finished_at: noon(),
        reason: None,
        ticket: None,
        operator: None,
        auth: "none".into(),
        insecure: false,
        backups_in_clear: None,
        expected: Expected::default(),
        evidence: Vec::new(),
    }
}

/// A record of one item.
pub fn evidence(item: &str, outcome: Outcome) -> Evidence {
    let mut parts = item.split('/').skip(1);
    let (source, host) = (parts.next().unwrap_or("-"), parts.next().unwrap_or("-"));
    Evidence {
        item: item.into(),
        source: source.into(),
        host: host.into(),
        request: format!("http://{host}:5050/x"),
        method: "GET".into(),
        reason: (outcome != Outcome::Captured).then(|| "no answer in 30 s".to_owned()),
        outcome,
        required: true,
        started_at: noon(),
        duration_ms: 12,
        status: None,
        content_type: None,
        server_date: None,
        redirected_to: None,
        attempts: 1,
        bytes: 0,
        sha256: None,
        error_item: None,
    }
}

/// Writes an archive of some captured items and some missing ones.
pub fn write(
    path: &Path,
    container: Container,
    items: &BTreeMap<String, Vec<u8>>,
    missing: &[(&str, Outcome)],
) -> Result<Written, WriteError> {
    let target = Target::new(path, container, false)?;
    let staging = Staging::beside(&target)?;
    let mut manifest = manifest();
    for (item, bytes) in items {
        staging.put(item, bytes)?;
        manifest.evidence.push(evidence(item, Outcome::Captured));
    }
    for (item, outcome) in missing {
        manifest.evidence.push(evidence(item, outcome.clone()));
    }
    writer::write(&target, manifest, &staging)
}

/// The items of the small archive that most tests use.
pub fn small_items() -> BTreeMap<String, Vec<u8>> {
    [
        ("data/mesos-master/10.0.0.1/health.txt", ""),
        (
            "data/mesos-master/10.0.0.1/state.json",
            r#"{"slaves":[],"frameworks":[]}"#,
        ),
        ("data/mesos-master/10.0.0.1/version.json", r#"{"version":"1.5.3"}"#),
        ("data/zookeeper/10.0.0.1/ruok.txt", "imok"),
    ]
    .into_iter()
    .map(|(item, text)| (item.to_owned(), text.as_bytes().to_vec()))
    .collect()
}

/// Writes the small archive, with one record of a time-out, under a name that fits the container.
pub fn small(folder: &Path, container: Container) -> PathBuf {
    let path = folder.join(match container {
        Container::TarGz => "small.tar.gz",
        Container::Zip => "small.zip",
        Container::Folder => "small",
    });
    let missing = [("data/mesos-master/10.0.0.2/state.json", Outcome::TimedOut)];
    write(&path, container, &small_items(), &missing).unwrap();
    path
}

/// What one reading of an archive gave: every item with its bytes, or the refusal.
pub fn read(path: &Path) -> Result<(BTreeMap<String, Vec<u8>>, Verified), Refused> {
    let mut items = BTreeMap::new();
    let verified = Reader::open(path, &Limits::default())?.for_each(&mut |item, size, body| {
        let mut bytes = Vec::new();
        body.read_to_end(&mut bytes)?;
        assert_eq!(bytes.len() as u64, size);
        items.insert(item.to_owned(), bytes);
        Ok(())
    })?;
    Ok((items, verified))
}
