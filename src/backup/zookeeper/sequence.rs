//! Transaction numbers in a row: what follows what, and what is missing between logs. Pure; knows no rule of a status.

use super::ReadLog;
use crate::model::backup::{Zxid, ZxidRange};

/// Missing between two logs, or within one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Gap {
    pub(super) range: ZxidRange,
    pub(super) behind: String,
    pub(super) before: String,
}

/// The number that follows within an epoch.
pub(super) fn next(zxid: Zxid) -> Zxid {
    Zxid(zxid.0.saturating_add(1))
}

/// Whether a transaction can follow another: the next number, or the first of a later epoch (counter 0 is the election
/// itself, which some releases log).
pub(super) fn follows(zxid: Zxid, before: Zxid) -> bool {
    zxid == next(before) || (zxid.epoch() > before.epoch() && zxid.counter() <= 1)
}

/// What is missing before a transaction that does not follow: up to it in its own epoch, from where that is known.
pub(super) fn missing(before: Zxid, zxid: Zxid) -> ZxidRange {
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
pub(super) fn gaps(logs: &[ReadLog]) -> Vec<Gap> {
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

/// A range in words.
pub(super) fn range(range: ZxidRange) -> String {
    if range.from == range.to {
        format!("transaction {}", range.from)
    } else {
        format!("transactions {} to {}", range.from, range.to)
    }
}
