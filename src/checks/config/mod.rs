//! Checks of the installer's config.yaml, before and for the target. The list, and nothing else.

use super::Check;

/// The checks of this area, sorted by id.
pub static CHECKS: &[&dyn Check] = &[];
