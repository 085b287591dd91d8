//! The one integration test binary: each module tests one promise of the program.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::missing_panics_doc,
    reason = "a test that cannot read its own fixture must stop loudly; skipped parts are said on standard error"
)]

mod architecture;
mod archive;
mod archive_damage;
mod archive_formats;
mod archive_hostile;
mod archive_verify;
mod backup_checks;
mod backup_facts;
mod backup_inspect;
mod backup_inspect_bad;
mod backup_script;
mod backup_seal;
mod backup_seal_cli;
mod cli;
mod collect_backup;
mod collect_cli;
mod collect_dcos;
mod collect_misbehaving;
mod collect_security;
mod collect_whole_run;
mod collect_zk_tree;
mod collect_zookeeper;
mod compare;
mod compare_definitions;
mod compare_definitions_changed;
mod compare_parts;
mod compare_tasks;
mod compare_tasks_table;
mod compare_whole;
mod config_rules;
mod config_rules_each;
mod constraints;
mod constraints_bounds;
mod constraints_cli;
mod constraints_cli_bad;
mod constraints_cli_captures;
mod constraints_cli_readme;
mod constraints_correct;
mod constraints_matrix;
mod constraints_passage;
mod constraints_public;
mod dcos_config;
mod demo;
mod demo_coherence;
mod demo_fixtures;
mod demo_scenarios;
mod evidence_taken;
mod facts_captures;
mod fake_cluster;
mod genuine_zookeeper;
mod genuine_zookeeper_files;
mod genuine_zookeeper_live;
mod hostile_bodies;
mod iam_cockroach;
mod iam_dump;
mod import;
mod import_backup;
mod knowledge;
mod knowledge_cli;
mod knowledge_paths;
mod lab;
mod ledger;
mod marathon_captures;
mod marathon_checks;
mod marathon_guide;
mod marathon_rules;
mod mesos_guide;
mod mesos_rules;
mod monotone;
mod own_captures;
mod placement;
mod plan;
mod plan_cli;
mod plan_laws;
mod procedure;
mod public_captures;
mod readiness;
mod registry;
mod releases;
mod report;
mod report_hostile;
mod requirements;
mod signoffs;
mod snapshot;
mod sources;
mod support;
mod verdict;
mod verdict_without;
mod workbook;
mod workloads;
mod workloads_cli;
mod workloads_laws;
mod workloads_waves;
mod zk_files;
mod zk_files_damage;
mod zk_files_laws;
mod zk_files_written;
mod zk_walk;
