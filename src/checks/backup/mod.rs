//! Checks of the area `backup`: one file per check, and their list. Nothing else stands here.

pub mod shared;

use super::Check;

/// The checks of this area, sorted by id.
pub const CHECKS: &[&dyn Check] = &[];
