//! The archive: a BagIt bag (RFC 8493) as tar.gz, zip or folder. The border between collecting and everything else.
//!
//! `format` names things, `writer` writes (from a `staging` folder), `reader` reads; the last two do not depend on each
//! other. Never unpacks to disk, never trusts a name, a size or an order that the manifest does not confirm.
//!
//! Writing: [`Target::new`], [`Staging::beside`], stream items into it, [`writer::write`].
//! Reading: [`reader::Reader::open`], then [`reader::Reader::for_each`] streams the payload once.

pub mod bagit;
pub mod container;
pub mod format;
pub mod limits;
pub mod names;
pub mod place;
pub mod reader;
pub mod refused;
pub mod staging;
pub mod target;
pub mod writer;

pub use container::Container;
pub use limits::Limits;
pub use place::Place;
pub use reader::{Reader, Verified};
pub use refused::{Complaint, Refused};
pub use staging::{ItemWriter, Staging, Stored};
pub use target::Target;
pub use writer::{WriteError, Written};
