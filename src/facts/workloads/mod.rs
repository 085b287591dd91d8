//! Workloads: what runs where, what is risky about it, what stops with an agent or a rack, and in which waves agents can go.
//!
//! One model of "what runs where" for the command, the workbook and whoever else asks. Built only from lists that can be
//! trusted; credits nothing for tasks that may be started elsewhere; never decides a verdict.

pub mod advice;
mod build;
pub mod capacity;
pub mod definition;
pub mod map;
pub mod minimum;
pub mod overview;
mod pins;
pub mod risks;
pub mod settings;
pub mod stops;
pub mod waves;

pub use build::overview;
pub use map::{Host, Kind, Map, Part, Workload, map};
pub use overview::Overview;
pub use settings::Settings;
