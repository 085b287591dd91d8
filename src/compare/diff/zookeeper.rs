//! Number of znodes. Which znodes are gone cannot be seen from counts; that some are can.

use crate::model::{ChangeKind, EvidenceRef, Expectation, Subject, SubjectKind, Why};
use crate::snapshot::Snapshot;

use super::{Line, Sides};
use crate::compare::Comparison;
use crate::compare::expected::Judgement;
use crate::compare::part;

/// Share of the znodes that may be gone: sessions, elections and finished deployments take theirs with them.
pub const TOLERATED_SHARE: u64 = 10;
/// Number of znodes that may be gone in any case, so that tiny trees are not judged by their ephemeral nodes.
pub const TOLERATED_NODES: u64 = 10;

/// Compares the counts: of the leading (or only) server, else the largest.
pub fn diff(sides: &Sides<'_>, comparison: &mut Comparison) {
    let (before, after) = (count(sides.before.snapshot), count(sides.after.snapshot));
    let (old, at, new, then) = match (before, after) {
        (Ok((old, at)), Ok((new, then))) => (old, at, new, then),
        (Err(one), Err(other)) if one.is_absent() && other.is_absent() => {
            comparison.absent.push((part::ZNODES.to_owned(), other));
            return;
        }
        (one, other) => {
            comparison.unknown_sides(part::ZNODES, part::ZNODES, one.err().as_ref(), other.err().as_ref());
            return;
        }
    };
    comparison.count(part::ZNODES, usize::try_from(old).unwrap_or(usize::MAX));
    if old == new {
        return;
    }
    let gone = old.saturating_sub(new);
    let shrunk = gone > TOLERATED_NODES && gone.saturating_mul(100) > old.saturating_mul(TOLERATED_SHARE);
    let judgement = if shrunk {
        Judgement::of(
            Expectation::Unexpected,
            format!("{gone} of {old} znodes are gone, more than {TOLERATED_SHARE} % and more than {TOLERATED_NODES}"),
        )
    } else {
        Judgement::of(
            Expectation::Tolerated,
            format!(
                "the number always moves a little; up to {TOLERATED_SHARE} % or {TOLERATED_NODES} fewer is taken for that"
            ),
        )
    };
    comparison.note(
        Line::new(Subject::named(SubjectKind::Znode, "/"), ChangeKind::Changed, judgement)
            .field("znodes")
            .from(Some(old.to_string()))
            .to(Some(new.to_string()))
            .seen_before(&at)
            .seen_after(&then),
    );
}

fn count(snapshot: &Snapshot) -> Result<(u64, EvidenceRef), Why> {
    let leads = |server: &&crate::snapshot::ZkServer| {
        server
            .mode
            .known()
            .is_some_and(|mode| mode == "leader" || mode == "standalone")
    };
    let servers = &snapshot.zookeepers;
    let leading = servers.iter().filter(leads).find_map(|server| server.znodes.get().ok());
    let known = leading.or_else(|| {
        let counts = servers.iter().filter_map(|server| server.znodes.get().ok());
        counts.max_by_key(|(count, _)| **count)
    });
    if let Some((count, at)) = known {
        return Ok((*count, at.clone()));
    }
    // A refusal of the word by every server is an answer; one that did not answer is not.
    let mut reasons = servers.iter().filter_map(|server| server.znodes.why());
    let told = reasons.clone().find(|why| !why.is_absent()).or_else(|| reasons.next());
    Err(told.cloned().unwrap_or(Why::NotCollected {
        item: "data/zookeeper/*/srvr.txt".to_owned(),
    }))
}
