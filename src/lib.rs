//! gonogo: evidence, checks, comparison and verdict for DC/OS and Apache Mesos maintenance windows.
//!
//! ```text
//!  6  main, cli                        may import everything
//!  5  report                           model, verdict, plan
//!  4  checks, compare, verdict,        model, facts, knowledge
//!     workbook, plan
//!  3  facts                            model, snapshot, knowledge
//!  2  snapshot | collect, import, demo snapshot: model, archive (read), sources    the others: model, archive (write)
//!     backup                           model, sources: reads backups, proves and seals them
//!  1  archive, sources, knowledge      model
//!  0  model                            std, serde, chrono
//! ```
//!
//! A floor imports only from floors below; `tests/suite/architecture.rs` enforces it. The archive is the border:
//! collecting writes it, everything else only reads it. From reading an archive to rendering, everything is
//! synchronous and knows no clock, file, environment or hash order. CONTRIBUTING.md says where to add things.

pub mod archive;
pub mod backup;
pub mod checks;
pub mod cli;
pub mod collect;
pub mod compare;
pub mod demo;
pub mod facts;
pub mod import;
pub mod knowledge;
pub mod model;
pub mod plan;
pub mod report;
pub mod snapshot;
pub mod sources;
pub mod verdict;
pub mod workbook;
