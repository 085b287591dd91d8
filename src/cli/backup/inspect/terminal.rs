//! The answer of `backup inspect` for people: a block for each backup, its status first. Decides nothing.

use std::fmt::Write as _;

use crate::backup::Inspected;
use crate::report::safe::sanitized;

/// All of it.
pub(super) fn render(all: &[Inspected], _color: bool) -> String {
    let mut text = String::new();
    for one in all {
        for proof in &one.proofs {
            let _ = writeln!(text, "{} {}", proof.status, sanitized(&proof.path));
        }
        if let Some(reason) = &one.unreadable {
            let _ = writeln!(text, "unreadable {}\n  {}", sanitized(&one.path), sanitized(reason));
        }
    }
    text
}
