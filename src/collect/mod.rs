//! Collecting: read-only requests out, an archive of evidence in. The only room (beside `demo` and `cli`) that knows tokio and reqwest.
//!
//! Never judges what it reads, never follows a redirect to a stranger, never writes to the cluster.

pub mod collectors;
pub mod step;
