//! Checks of the way of versions: which hops the documents support, and from where. The list, and nothing else.

use super::Check;

/// The checks of this area, sorted by id.
pub static CHECKS: &[&dyn Check] = &[];
