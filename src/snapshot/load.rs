//! Reads opened archives into snapshots: one, or two at the same time. The only way from an archive to a snapshot.
//!
//! A snapshot is given only for an archive that was verified to its end; nothing is unpacked and nothing is kept but
//! the snapshot.

use std::thread;

use crate::archive::{Reader, Refused};

use super::{Builder, Snapshot};

/// Reads and verifies the whole payload of one archive.
///
/// # Errors
/// See [`Refused`].
pub fn load(reader: Reader) -> Result<Snapshot, Refused> {
    let mut builder = Builder::new();
    let verified = reader.for_each(&mut |item, size, body| builder.member(item, size, body))?;
    Ok(builder.finish(verified.manifest, verified.digest))
}

/// Reads two archives at the same time, each in a thread of its own.
///
/// # Errors
/// Those of each archive, on its own: see [`Refused`].
pub fn load_pair(pre: Reader, post: Reader) -> (Result<Snapshot, Refused>, Result<Snapshot, Refused>) {
    thread::scope(|scope| {
        let pre = scope.spawn(|| load(pre));
        let post = load(post);
        // A panic there is a bug of ours: it goes on here as it would have there.
        let pre = pre.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        (pre, post)
    })
}
