//! The vendor's workbook: which of its items is answered by what. Pure; never renders, never decides a verdict.

pub mod answers;
pub mod coverage;
