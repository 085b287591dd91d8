//! The tree of znodes as a walk over the wire left it in an archive: its summary, proven against its lines.
//!
//! Keeps no znode: of `tree.ndjson` only the number of lines and the digest are kept, read as a stream.

use std::io::{self, BufReader, Read};

use crate::model::{Observed, Why, items};
use crate::sources::zk_digest::{self, TreeDigest};
use crate::sources::zk_tree_file::{self, Summary, Way};
use crate::sources::{Malformed, Parsed};

use super::believe::Believe;
use super::parts::pick;

/// What the lines of `tree.ndjson` come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lines {
    znodes: u64,
    digest: String,
}

/// Reads `tree.ndjson` to its end.
pub(super) fn lines(body: &mut dyn Read) -> io::Result<Parsed<Lines>> {
    let mut body = BufReader::with_capacity(1 << 16, body);
    let mut digest = TreeDigest::default();
    let read = zk_tree_file::nodes(&mut body, &mut |node| {
        digest.add(
            zk_digest::Node {
                path: &node.path,
                czxid: node.czxid.0,
                mzxid: node.mzxid.0,
                version: node.version,
                data_length: node.data_length,
                owner: node.ephemeral_owner.0.cast_signed(),
            }
            .share(),
        );
    });
    // Whatever was wrong: the rest of the member is read, so that its hash can be checked.
    io::copy(&mut body, &mut io::sink())?;
    Ok(read.map(|znodes| Lines {
        znodes,
        digest: digest.finish(),
    }))
}

/// Reads `tree_summary.json`.
pub(super) fn summary(bytes: &[u8]) -> Parsed<Summary> {
    let summary = zk_tree_file::summary(&mut &*bytes)?;
    match (&summary.tree, summary.way) {
        (Some(_), Way::Explorer) => Err(Malformed(
            "`tree` with the way `explorer`, which knows names only".to_owned(),
        )),
        (None, Way::Session) => Err(Malformed("the way `session` without `tree`".to_owned())),
        (Some(tree), Way::Session) if tree.znodes != summary.znodes_named => Err(Malformed(format!(
            "{} znodes in `tree`, {} by name",
            tree.znodes, summary.znodes_named
        ))),
        _ => Ok(summary),
    }
}

/// The tree, where the archive has one. A summary whose lines say something else is doubtful.
pub(super) fn tree(believe: &mut Believe<'_>) -> Observed<Summary> {
    let item = |name| items::path(items::ZOOKEEPER, items::ENSEMBLE, name);
    let lines = believe.take(&item(items::ZOOKEEPER_TREE), pick!(ZkTreeLines));
    let summary = believe
        .take(&item(items::ZOOKEEPER_TREE_SUMMARY), pick!(ZkTreeSummary))
        .map(|summary| *summary);
    let (Observed::Known(told, at), Observed::Known(seen, of_lines)) = (&summary, &lines) else {
        // Without its lines a summary stands alone only where it says itself that it is not the whole.
        return match (summary, lines) {
            (Observed::Known(told, _), Observed::Unknown(why)) if !told.ended_early && told.tree.is_some() => {
                Observed::Unknown(why)
            }
            (summary, _) => summary,
        };
    };
    let same = told
        .tree
        .as_ref()
        .is_some_and(|tree| tree.znodes == seen.znodes && tree.digest == seen.digest);
    if same {
        return summary;
    }
    Observed::Unknown(Why::Doubtful {
        detail: format!(
            "{} holds {} znodes with the digest {}, and {} says otherwise",
            of_lines.item, seen.znodes, seen.digest, at.item
        ),
    })
}
