//! The vendor's workbook, filled in from evidence: its tables, and which of its items is answered by what.
//!
//! Pure; never renders, never decides a verdict. What is not known is said to be unknown, with the reason.

pub mod ahead;
pub mod answers;
pub mod build;
pub mod coverage;
pub mod packages;
pub mod racks;
pub mod sheet;
pub mod state;
pub mod todo;
pub mod versions;
pub mod workloads;
