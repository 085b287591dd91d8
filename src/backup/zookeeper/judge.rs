//! What can be said of restoring a data directory, from what reading it showed. Pure; never says restorable where anything
//! that would show a missing part is itself missing.
//!
//! Rules: a restore takes the newest snapshot that passes and every log from there on (`FileTxnSnapLog.restore`); within an
//! epoch numbers rise by one, a new epoch begins with counter 1 (`Leader`, `ZxidUtils`); logs are written into zeros that
//! the server writes ahead (`FilePadding`); the server begins another log together with each snapshot that it takes while it
//! runs (`SyncRequestProcessor`).

use super::{Ends, ReadLog, ReadSnapshot, Seen};
use crate::model::BackupStatus;
use crate::model::backup::{BackupFinding, Proof, Tail, Zxid, ZxidRange};

/// Damaged, cut, or not to be read.
pub(in crate::backup) const UNREADABLE: &str = "zk-backup-unreadable";
/// No snapshot to begin with.
pub(in crate::backup) const WITHOUT_SNAPSHOT: &str = "zk-backup-without-snapshot";
/// Transactions that are missing, or whose absence cannot be excluded.
pub(in crate::backup) const LOG_GAP: &str = "zk-backup-log-gap";

/// Files that stand elsewhere than a restore looks for them.
const PLACE: &str = "zk-directory-old-place";

/// Zeros written ahead are extended when fewer than this are left, bytes.
const AHEAD: u64 = 4096;
/// Bytes of a log's header.
const HEADER: u64 = 16;
/// The server writes ahead in units of this, bytes (`preAllocSize` is in KiB).
const UNIT: u64 = 1024;
/// Gaps that are told.
const MOST_GAPS: usize = 1000;
/// Findings that are told one by one.
const MOST_FINDINGS: usize = 50;

/// Fills in everything that follows from what was seen.
pub(super) fn judge(seen: Seen, proof: &mut Proof) {
    let mut judge = Judge {
        proof,
        status: BackupStatus::Restorable,
        more: 0,
    };
    judge.holder(&seen);
    judge.snapshots(&seen.snapshots);
    judge.logs(&seen.logs);
    let used = seen.snapshots.iter().find(|snapshot| snapshot.file.used);
    let gaps = gaps(&seen.logs);
    match used {
        Some(used) => {
            judge.reach(&seen, used, &gaps);
            if let Some(layout) = &seen.layout {
                judge.say(BackupStatus::Restorable, PLACE, layout.as_str());
            }
        }
        None => judge.without_snapshot(&seen),
    }
    let (status, more) = (judge.status, judge.more);
    if more > 0 {
        proof
            .findings
            .push(finding(UNREADABLE, format!("and {more} more findings of this kind")));
    }
    proof.status = status;
    proof.gaps.extend(gaps.iter().map(|gap| gap.range));
    proof.gaps.sort_unstable_by_key(|gap| (gap.from, gap.to));
    let all = proof.gaps.clone();
    proof.gaps.dedup();
    proof.gaps.retain(|gap| {
        let within = |other: &ZxidRange| other != gap && other.from <= gap.from && other.to >= gap.to;
        !all.iter().any(within)
    });
    proof.gaps.truncate(MOST_GAPS);
    proof.bytes = seen.snapshots.iter().map(|snapshot| snapshot.file.bytes).sum::<u64>()
        + seen.logs.iter().map(|log| log.file.bytes).sum::<u64>();
    if let Some(used) = used {
        let end = seen
            .logs
            .iter()
            .filter(|log| log.used)
            .filter_map(|log| log.file.to)
            .max();
        proof.last_zxid = Some(end.map_or(used.file.zxid, |end| end.max(used.file.zxid)));
    }
    if let Some(tree) = seen.tree {
        proof.znodes = Some(tree.znodes);
        proof.ephemerals = Some(tree.ephemerals);
        proof.nonempty = Some(tree.nonempty);
        proof.data_bytes = Some(tree.data_bytes);
        proof.digest = Some(tree.digest);
        proof.subtrees = tree.subtrees;
    }
    proof.snapshots = seen.snapshots.into_iter().map(|snapshot| snapshot.file).collect();
    proof.logs = seen.logs.into_iter().map(|log| log.file).collect();
}

fn finding(check: &str, summary: impl Into<String>) -> BackupFinding {
    BackupFinding {
        check: check.to_owned(),
        summary: summary.into(),
    }
}

/// Missing between two logs, or within one.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Gap {
    range: ZxidRange,
    behind: String,
    before: String,
}

/// Whether a log has a size that a server gives it: steps behind its header; or steps alone, where a large transaction went
/// beyond the zeros, and then more than half of it is written.
fn fits(log: &ReadLog) -> bool {
    match log.file.bytes % UNIT {
        HEADER => true,
        0 => log.end >= log.file.bytes / 2,
        _ => false,
    }
}

/// The number that follows within an epoch.
fn next(zxid: Zxid) -> Zxid {
    Zxid(zxid.0.saturating_add(1))
}

/// Whether a transaction can follow another: the next number, or the first of a later epoch (counter 0 is the election
/// itself, which some releases log).
fn follows(zxid: Zxid, before: Zxid) -> bool {
    zxid == next(before) || (zxid.epoch() > before.epoch() && zxid.counter() <= 1)
}

/// What is missing before a transaction that does not follow: up to it in its own epoch, from where that is known.
fn missing(before: Zxid, zxid: Zxid) -> ZxidRange {
    let from = if zxid.epoch() == before.epoch() {
        next(before)
    } else {
        Zxid((u64::from(zxid.epoch()) << 32) | 1)
    };
    ZxidRange {
        from,
        to: Zxid(zxid.0.saturating_sub(1)),
    }
}

/// Every gap between and within the logs.
fn gaps(logs: &[ReadLog]) -> Vec<Gap> {
    let mut gaps = Vec::new();
    let mut last: Option<(&ReadLog, Zxid)> = None;
    for log in logs {
        gaps.extend(log.gaps.iter().map(|range| Gap {
            range: *range,
            behind: log.file.name.clone(),
            before: log.file.name.clone(),
        }));
        if let (Some((earlier, to)), Some(from)) = (last, log.file.from)
            && from > to
            && !follows(from, to)
        {
            gaps.push(Gap {
                range: missing(to, from),
                behind: earlier.file.name.clone(),
                before: log.file.name.clone(),
            });
        }
        if let Some(to) = log.file.to
            && last.is_none_or(|(_, highest)| to > highest)
        {
            last = Some((log, to));
        }
    }
    gaps
}

fn range(range: ZxidRange) -> String {
    if range.from == range.to {
        format!("transaction {}", range.from)
    } else {
        format!("transactions {} to {}", range.from, range.to)
    }
}

struct Judge<'a> {
    proof: &'a mut Proof,
    status: BackupStatus,
    more: usize,
}

impl Judge<'_> {
    /// Something speaks against it: the status falls to `to`, never rises.
    fn say(&mut self, to: BackupStatus, check: &str, summary: impl Into<String>) {
        self.status = self.status.max(to);
        if self.proof.findings.len() < MOST_FINDINGS {
            self.proof.findings.push(finding(check, summary));
        } else {
            self.more += 1;
        }
    }

    fn not(&mut self, check: &str, summary: impl Into<String>) {
        self.say(BackupStatus::NotRestorable, check, summary);
    }

    fn unsure(&mut self, check: &str, summary: impl Into<String>) {
        self.say(BackupStatus::CannotSay, check, summary);
    }

    fn holder(&mut self, seen: &Seen) {
        if let Some(damage) = &seen.damage {
            self.not(
                UNREADABLE,
                format!("the file that holds this backup is damaged: {damage}; take another backup"),
            );
        }
        for (name, why) in &seen.unread {
            self.unsure(UNREADABLE, format!("{name} was not read: {why}"));
        }
    }

    fn snapshots(&mut self, snapshots: &[ReadSnapshot]) {
        let any_whole = snapshots.iter().any(|snapshot| snapshot.ends == Ends::Whole);
        for snapshot in snapshots {
            let name = &snapshot.file.name;
            let problem = snapshot.file.problem.as_deref().unwrap_or("it cannot be read");
            match snapshot.ends {
                // Where an election took the snapshot its number is that of no transaction (`DataTree.deserializeZxidDigest`).
                Ends::Whole => {
                    let (begin, digest) = (snapshot.file.zxid, snapshot.digest_of.unwrap_or_default());
                    if digest != Zxid(0) && digest < begin && begin.counter() != 0 {
                        self.unsure(
                            UNREADABLE,
                            format!(
                                "{name} was complete at {digest}, before its name says that it was begun: it was renamed or replaced; take another backup"
                            ),
                        );
                    }
                }
                Ends::Corrupt => self.not(
                    UNREADABLE,
                    format!("{name}: {problem}; a whole snapshot was expected; take another backup"),
                ),
                Ends::Incomplete if any_whole => self.unsure(
                    UNREADABLE,
                    format!(
                        "{name} {problem}: it was cut, or still being written when it was copied; take another backup"
                    ),
                ),
                Ends::Incomplete => self.not(UNREADABLE, format!("{name} {problem}, and no other snapshot is whole")),
            }
        }
    }

    fn without_snapshot(&mut self, seen: &Seen) {
        let what = if seen.snapshots.is_empty() {
            let logs = match seen.logs.len() {
                1 => "1 log is".to_owned(),
                count => format!("{count} logs are"),
            };
            format!(
                "no snapshot is in it ({logs}): a restore has nothing to begin with; back up the data directory too"
            )
        } else {
            "no snapshot in it passes: a restore has nothing to begin with; take another backup".to_owned()
        };
        self.not(WITHOUT_SNAPSHOT, what);
    }

    fn logs(&mut self, logs: &[ReadLog]) {
        for log in logs {
            let (name, problem) = (
                &log.file.name,
                log.file.problem.as_deref().unwrap_or("it cannot be read"),
            );
            let again = "take another backup";
            match (log.file.tail, log.file.padded) {
                (Tail::Corrupt, _) => self.not(UNREADABLE, format!("{name}: {problem}; {again}")),
                // Zeros follow, behind a part of a transaction too: so the log of a running server looks when it is copied.
                (Tail::Torn | Tail::Clean, true) => {}
                (Tail::Torn, false) if log.file.bytes < HEADER => self.not(
                    UNREADABLE,
                    format!("{name}: {problem}: a server refuses to start with it; {again}"),
                ),
                (Tail::Torn, false) => self.unsure(LOG_GAP, format!("{name}: {problem}: it was cut; {again}")),
                (Tail::Clean, false) => self.unsure(
                    LOG_GAP,
                    format!(
                        "{name} ends right behind a transaction, without the zeros that a server writes ahead: it may have been cut there; {again}"
                    ),
                ),
            }
            if log.file.padded && !fits(log) {
                self.unsure(
                    LOG_GAP,
                    format!(
                        "{name} has {} bytes, which is no size that a server gives to a log: it may have been cut; {again}",
                        log.file.bytes
                    ),
                );
            }
            if let Some(from) = log.file.from
                && from != log.named
            {
                self.not(
                    UNREADABLE,
                    format!(
                        "{name} begins with transaction {from}, and its name says {}: it was renamed or replaced",
                        log.named
                    ),
                );
            }
        }
        self.sizes(logs);
        for pair in logs.windows(2) {
            if let [one, other] = pair
                && let (Some(to), Some(from)) = (one.file.to, other.file.from)
                && from <= to
            {
                self.unsure(
                    UNREADABLE,
                    format!(
                        "{} ends with transaction {to}, and {} begins with {from} already: logs of one server do not overlap",
                        one.file.name, other.file.name
                    ),
                );
            }
        }
    }

    /// A server writes ahead in one step size: more zeros than one step allows mean that another log lacks some.
    fn sizes(&mut self, logs: &[ReadLog]) {
        let padded: Vec<&ReadLog> = logs.iter().filter(|log| log.file.padded && fits(log)).collect();
        let step = padded
            .iter()
            .map(|log| log.file.bytes - log.file.bytes % UNIT)
            .fold(0, divisor);
        let zeros = padded.iter().map(|log| log.file.bytes.saturating_sub(log.end)).max();
        let Some(shortest) = padded.iter().min_by_key(|log| log.file.bytes) else {
            return;
        };
        if zeros.is_some_and(|zeros| zeros > step + AHEAD + HEADER) {
            let sizes = format!("{} has {} bytes", shortest.file.name, shortest.file.bytes);
            self.unsure(
                LOG_GAP,
                format!("{sizes}, which does not fit how far the server wrote ahead in the other logs: it may have been cut; take another backup"),
            );
        }
    }

    /// From the snapshot to the end: are all transactions there?
    fn reach(&mut self, seen: &Seen, used: &ReadSnapshot, gaps: &[Gap]) {
        let begin = used.file.zxid;
        // One that reaches to both sides of the snapshot is told where the logs begin, with what of it is needed.
        for gap in gaps.iter().filter(|gap| gap.range.from > begin) {
            let place = if gap.behind == gap.before {
                format!("within {}", gap.behind)
            } else {
                format!("between {} and {}", gap.behind, gap.before)
            };
            self.not(
                LOG_GAP,
                format!(
                    "{} missing {place}: a restore from {} needs them; take another backup",
                    range(gap.range),
                    used.file.name
                ),
            );
        }
        let logs: Vec<&ReadLog> = seen.logs.iter().filter(|log| log.file.to.is_some()).collect();
        let end = logs.iter().filter_map(|log| log.file.to).max();
        let after = logs.iter().find(|log| log.file.to > Some(begin));
        let holds = logs
            .iter()
            .find(|log| log.file.from <= Some(begin) && log.file.to >= Some(begin));
        self.begin(used, end, after.copied(), holds.copied());
        // Without any log that is what is said already.
        if let Some(end) = end
            && let Some(highest) = used.highest_beyond(end)
        {
            let from = next(end.max(begin));
            let missing = ZxidRange { from, to: highest };
            self.not(
                LOG_GAP,
                format!(
                    "{} holds changes up to {highest}: it was written while they were made, and the logs end before ({} missing); take another backup",
                    used.file.name,
                    range(missing)
                ),
            );
            self.proof.gaps.push(missing);
        }
        self.newest(seen, used, end, holds.copied());
        for snapshot in seen
            .snapshots
            .iter()
            .filter(|snapshot| snapshot.ends == Ends::Whole && !snapshot.digest)
        {
            let begin = snapshot.file.zxid;
            let near = seen.logs.iter().find(|log| log.file.to >= Some(begin));
            if near.is_some_and(|log| log.digests) {
                self.unsure(
                    UNREADABLE,
                    format!(
                        "{} ends without the digest that the server writes since 3.6, and {} has them: it may have been cut; take another backup",
                        snapshot.file.name,
                        near.map(|log| log.file.name.as_str()).unwrap_or_default()
                    ),
                );
            }
        }
    }

    /// Do the logs go on where the snapshot begins?
    fn begin(&mut self, used: &ReadSnapshot, end: Option<Zxid>, after: Option<&ReadLog>, holds: Option<&ReadLog>) {
        let (begin, name) = (used.file.zxid, &used.file.name);
        let Some(end) = end else {
            self.unsure(
                LOG_GAP,
                format!("no transactions are in it beside {name}: changes after it cannot be excluded; back up the transaction logs too"),
            );
            return;
        };
        if end < begin {
            self.unsure(
                LOG_GAP,
                format!("the logs end with {end}, before {name} begins: changes after it cannot be excluded; take another backup"),
            );
            return;
        }
        // With a log that holds the snapshot's own number, gaps behind it are found between logs.
        if holds.is_some() {
            return;
        }
        let Some(from) = after.and_then(|log| log.file.from) else {
            return;
        };
        let log = after.map(|log| log.file.name.as_str()).unwrap_or_default();
        if from == next(begin) || begin == Zxid(0) && from.counter() <= 1 {
            return;
        }
        if follows(from, begin) {
            self.unsure(
                LOG_GAP,
                format!(
                    "{log} begins a new epoch, and no log shows how the one of {name} ended: changes between them cannot be excluded; take another backup"
                ),
            );
            return;
        }
        let gap = missing(begin, from);
        self.not(
            LOG_GAP,
            format!(
                "{} missing between {name} and {log}: a restore needs them; take another backup",
                range(gap)
            ),
        );
        self.proof.gaps.push(gap);
    }

    /// Can a newer log be missing?
    fn newest(&mut self, seen: &Seen, used: &ReadSnapshot, end: Option<Zxid>, holds: Option<&ReadLog>) {
        let Some(end) = end else { return };
        let newest = seen.snapshots.iter().map(|snapshot| snapshot.file.zxid).max();
        let begin = newest.unwrap_or(used.file.zxid).max(used.file.zxid);
        if begin > used.file.zxid && end < begin {
            self.unsure(
                LOG_GAP,
                format!("the logs end with {end}, before the newest snapshot begins ({begin}): changes after it cannot be excluded"),
            );
        }
        // A snapshot of a running server goes with a new log, which the next transaction begins. A new epoch within the
        // log shows that it was an election which took the snapshot: then the server goes on with its log.
        if let Some(log) = holds.filter(|log| log.file.to == Some(end) && end > begin && end.epoch() == begin.epoch()) {
            self.unsure(
                LOG_GAP,
                format!(
                    "{} was begun while {} was written, and then the server begins another log: none is here, so changes after {end} cannot be excluded; take another backup",
                    used.file.name, log.file.name
                ),
            );
        }
        if let Some(epoch) = seen.epoch.filter(|epoch| *epoch > end.max(used.file.zxid).epoch()) {
            self.unsure(
                LOG_GAP,
                format!(
                    "the server had come to epoch {epoch} (currentEpoch), and no transaction of it is here: its log may be missing; take another backup"
                ),
            );
        }
    }
}

impl ReadSnapshot {
    /// The highest transaction that shows in it, where neither its name nor the logs reach it.
    fn highest_beyond(&self, end: Zxid) -> Option<Zxid> {
        (self.highest > self.file.zxid.max(end)).then_some(self.highest)
    }
}

/// Greatest common divisor; of 0 and a number that number.
fn divisor(one: u64, other: u64) -> u64 {
    if other == 0 { one } else { divisor(other, one % other) }
}
