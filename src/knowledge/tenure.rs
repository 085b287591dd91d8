//! Since when and until when a release was the latest of its line. Never takes the date of a commit for the date of a release:
//! where no release date is known there is a bound only, and what depends on it is unknown.

use chrono::NaiveDate;

use super::Knowledge;
use crate::model::{Line, Version};

/// A date that may be known to be no earlier than some day only.
#[derive(Debug, Clone, Copy)]
struct Day {
    earliest: Option<NaiveDate>,
    latest: Option<NaiveDate>,
}

#[derive(Debug, Clone, Copy)]
struct Tenure {
    begins: Day,
    /// `None` = it is the last release of its line.
    ends: Option<Day>,
}

impl Knowledge {
    /// Whether on some day both releases were the latest of their lines; `None` = the known dates do not settle it.
    ///
    /// A release is the latest of its line from its release date to that of the next one of the line.
    pub fn latest_together(&self, a: &Version, b: &Version) -> Option<bool> {
        let (a, b) = (self.tenure(a)?, self.tenure(b)?);
        match (begins_before_end(a.begins, b.ends), begins_before_end(b.begins, a.ends)) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        }
    }

    /// The latest release of a line that was out while `target` was the latest of its own line: what an upgrade to it
    /// is to start from. `None` = the line has no release that is known to have been out by then.
    pub fn latest_while_current(&self, line: Line, target: &Version) -> Option<&Version> {
        let end = self.tenure(target)?.ends;
        self.releases
            .iter()
            .filter(|release| Line::from(&release.dcos) == line)
            .filter(|release| match (release.released, end.map(|day| day.earliest)) {
                (_, None) => true,
                (Some(released), Some(Some(end))) => released < end,
                _ => false,
            })
            .map(|release| &release.dcos)
            .max()
    }

    fn tenure(&self, version: &Version) -> Option<Tenure> {
        // A release known by its line only (1.7) says nothing about which of the line's releases it is.
        version.patch?;
        let at = self.releases.iter().position(|release| release.dcos == *version)?;
        let day = |index: usize| {
            let release = self.releases.get(index)?;
            Some(Day {
                earliest: release.released.or(release.tagged),
                latest: release.released,
            })
        };
        let next = self
            .releases
            .get(at + 1)
            .is_some_and(|next| next.dcos.line() == version.line());
        Some(Tenure {
            begins: day(at)?,
            ends: if next { Some(day(at + 1)?) } else { None },
        })
    }
}

fn begins_before_end(begins: Day, ends: Option<Day>) -> Option<bool> {
    let Some(ends) = ends else { return Some(true) };
    let surely = begins
        .latest
        .zip(ends.earliest)
        .is_some_and(|(begins, ends)| begins < ends);
    let never = begins
        .earliest
        .zip(ends.latest)
        .is_some_and(|(begins, ends)| begins >= ends);
    match (surely, never) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    }
}
