//! Whether a placement constraint is valid under a given Marathon release.
