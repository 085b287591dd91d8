//! The archive: a BagIt bag (RFC 8493) as tar.gz, zip or folder. The border between collecting and everything else.
//!
//! `format` names things, `writer` writes, `reader` reads; neither depends on the other. Never unpacks to disk,
//! never trusts a name, a size or an order that the manifest does not confirm.

pub mod format;
