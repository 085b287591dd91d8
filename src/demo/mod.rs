//! The simulated DC/OS cluster of `gonogo demo`: coherent, on loopback, over real HTTP and TCP.
//!
//! `model` is the cluster as plain data, `build` makes it, `upgrade` plays the maintenance window, `answers` tells what
//! each process says, `payload` writes the same down as an archive's content. Never reaches beyond loopback.

pub mod answers;
pub mod backups;
pub mod build;
pub mod fault;
pub mod genconf;
pub mod http;
pub mod ids;
pub mod model;
pub mod net;
pub mod payload;
pub mod places;
pub mod play;
pub mod release;
pub mod resources;
pub mod scenario;
pub mod server;
pub mod upgrade;
pub mod workload;
pub mod zk_files;
