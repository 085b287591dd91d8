//! Wire formats: one file per kind of answer, bytes in, wire types out.
//!
//! Lenient towards what servers add, strict towards what is used: a consumed field of the wrong type, a duplicated
//! consumed key, broken JSON or invalid UTF-8 is an error with its place, never a default.

pub mod backup_proofs;
pub mod canonical;
pub mod cockroach_status;
pub mod cockroach_vars;
pub mod dcos;
pub mod dcos_config;
pub mod exhibitor;
pub mod iam_api;
pub mod iam_dump;
mod iam_dump_alien;
mod iam_dump_lex;
mod iam_dump_statement;
pub mod java_regex;
pub mod json;
pub mod json_cursor;
pub mod json_feed;
pub mod jute;
pub mod marathon_apps;
pub mod marathon_constraints;
pub mod marathon_info;
pub mod marathon_metrics;
pub mod marathon_work;
pub mod mesos_agent;
pub mod mesos_agents;
pub mod mesos_basics;
pub mod mesos_maintenance;
pub mod mesos_registry;
pub mod mesos_state;
pub mod mesos_summary;
pub mod mesos_task;
pub mod metronome;
pub mod signoffs;
pub mod skeleton;
pub mod zk_contents;
pub mod zk_digest;
pub mod zk_snapshot;
pub mod zk_tree;
pub mod zk_tree_file;
pub mod zk_txlog;
pub mod zk_words;

/// A body that is not what it should be: what was seen, where, and what was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(pub String);

impl Malformed {
    /// From anything that prints.
    pub fn new(detail: impl std::fmt::Display) -> Self {
        Self(detail.to_string())
    }

    /// The same, with the place put before it.
    #[must_use]
    pub fn at(self, place: impl std::fmt::Display) -> Self {
        Self(format!("{place}: {}", self.0))
    }
}

/// What a parser of this room gives.
pub type Parsed<T> = Result<T, Malformed>;
