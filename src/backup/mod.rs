//! Backups: opened wherever they stand (folder, tar, tar.gz, single file), read to their end, proven, sealed.
//!
//! Gives a [`Proof`](crate::model::Proof) of each; never changes what it reads, never executes it, and never says
//! restorable of a backup that it could not read to its end.

pub mod server;
