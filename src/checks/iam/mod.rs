//! Checks of the area `iam`: one file per check, and their list. Nothing else stands here.

use super::Check;

/// The checks of this area, sorted by id.
pub const CHECKS: &[&dyn Check] = &[];
