//! The record beside a backup (`<file>.record`): how it was taken, as the script that took it wrote it down.
//!
//! Lines `key=value`. Never guesses: a key that is not known, or a value that cannot be read, is named and changes nothing.

use chrono::{DateTime, Utc};

use super::open::has_ending;
use crate::model::backup::{BackupFinding, Proof, Taken};
use crate::model::{BackupKind, BackupStatus};

/// Ending of its name.
pub(super) const ENDING: &str = ".record";
/// Longest value that is taken.
const LONGEST: usize = 256;

/// What a record says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Record {
    /// How it was taken.
    pub(super) taken: Taken,
    /// SHA-256 of the file when it was taken.
    pub(super) sha256: Option<String>,
    /// Lines that cannot be read, by number.
    pub(super) odd: Vec<usize>,
}

/// Reads a record. `None` where no line of it is one.
pub(super) fn read(text: &str) -> Option<Record> {
    let mut record = Record::default();
    let mut known = 0;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let taken = line
            .split_once('=')
            .is_some_and(|(key, value)| record.take(key.trim(), value.trim()));
        if taken {
            known += 1;
        } else {
            record.odd.push(number + 1);
        }
    }
    (known > 0).then_some(record)
}

fn set<T>(place: &mut Option<T>, value: Option<T>) -> bool {
    let readable = value.is_some();
    // What stands twice says nothing: the first one counts, and the second is named.
    if place.is_some() {
        return false;
    }
    *place = value;
    readable
}

impl Record {
    /// Takes one line. Whether it could.
    fn take(&mut self, key: &str, value: &str) -> bool {
        // `unknown` and nothing are what the script writes where it could not find something out.
        if value.is_empty() || value == "unknown" {
            return is_known(key);
        }
        if value.len() > LONGEST || value.chars().any(char::is_control) {
            return false;
        }
        let text = || Some(value.to_owned());
        let time = || Some(DateTime::parse_from_rfc3339(value).ok()?.with_timezone(&Utc));
        let truth = || match value {
            "true" | "yes" => Some(true),
            "false" | "no" => Some(false),
            _ => None,
        };
        let number = || value.parse().ok();
        let taken = &mut self.taken;
        match key {
            "way" => set(&mut taken.way, text()),
            "host" => set(&mut taken.host, text()),
            "exit-status" => set(&mut taken.exit_status, value.parse().ok()),
            "began" => set(&mut taken.began, time()),
            "ended" => set(&mut taken.ended, time()),
            "znodes-before" => set(&mut taken.znodes_before, number()),
            "znodes-after" => set(&mut taken.znodes_after, number()),
            "ephemerals-before" => set(&mut taken.ephemerals_before, number()),
            "marathon-stopped" => set(&mut taken.marathon_stopped, truth()),
            "zookeeper-stopped" => set(&mut taken.zookeeper_stopped, truth()),
            "leading" => set(&mut taken.leading, truth()),
            "release" => set(&mut taken.release, text()),
            "cluster-id" => set(&mut taken.cluster_id, text()),
            "sha256" => set(&mut self.sha256, sum(value)),
            _ => false,
        }
    }

    /// Enters what it says into a proof, and what follows from it.
    pub(super) fn enter(&self, proof: &mut Proof) {
        let check = check(proof.kind);
        let mut say = |status: BackupStatus, summary: String| {
            proof.status = proof.status.max(status);
            proof.findings.push(BackupFinding {
                check: check.to_owned(),
                summary,
            });
        };
        if let (Some(stated), Some(seen)) = (&self.sha256, &proof.sha256)
            && stated != seen
        {
            say(
                BackupStatus::NotRestorable,
                format!("SHA-256 {seen}; the record beside it says {stated}: it was altered or cut since it was taken"),
            );
        }
        match self.taken.exit_status {
            None | Some(0) => {}
            // tar says 1 where a file changed while it was read, which files of a running server do; they were read here.
            Some(1) if proof.kind == BackupKind::Zookeeper && self.taken.way.as_deref() == Some("tar") => {}
            Some(code) if proof.kind == BackupKind::Iam => {
                // The reader of dumps has judged it with everything else that it saw.
                let _ = code;
            }
            Some(code) if proof.kind == BackupKind::Zookeeper => say(
                BackupStatus::CannotSay,
                format!("the tool that took it ended with {code}, 0 was expected: take it again"),
            ),
            Some(code) => say(
                BackupStatus::NotRestorable,
                format!("the tool that took it ended with {code}, 0 was expected: take it again"),
            ),
        }
        if let Some(at) = self.taken.ended.or(self.taken.began) {
            proof.taken_at = Some(at);
        }
        if proof.cluster_id.is_none() {
            proof.cluster_id.clone_from(&self.taken.cluster_id);
        }
        proof.taken = Some(self.taken.clone());
    }
}

/// The check that tells damage of a kind of backup.
pub(super) fn check(kind: BackupKind) -> &'static str {
    match kind {
        BackupKind::Iam => "iam-backup-unreadable",
        BackupKind::Zookeeper | BackupKind::Guano => "zk-backup-unreadable",
    }
}

fn is_known(key: &str) -> bool {
    matches!(
        key,
        "way"
            | "host"
            | "exit-status"
            | "began"
            | "ended"
            | "znodes-before"
            | "znodes-after"
            | "ephemerals-before"
            | "marathon-stopped"
            | "zookeeper-stopped"
            | "leading"
            | "release"
            | "cluster-id"
            | "sha256"
    )
}

fn sum(value: &str) -> Option<String> {
    let right = value.len() == 64 && value.bytes().all(|byte| byte.is_ascii_hexdigit());
    right.then(|| value.to_ascii_lowercase())
}

/// The name of the backup that a record stands beside.
pub(super) fn of(name: &str) -> Option<&str> {
    has_ending(name, ENDING)
        .then(|| name.get(..name.len() - ENDING.len()))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_and_odd_ones_named() {
        let record = read("# by hand\nway=tar\nexit-status=0\nbegan=2026-11-21T20:00:00Z\nmarathon-stopped=no\nexit-status=1\nnonsense\nleading=\n").unwrap();
        assert_eq!(record.taken.way.as_deref(), Some("tar"));
        assert_eq!(record.taken.exit_status, Some(0));
        assert_eq!(record.taken.marathon_stopped, Some(false));
        assert_eq!(record.taken.leading, None);
        assert_eq!(record.odd, [6, 7]);
        assert!(read("nothing of a record\n").is_none());
    }
}
