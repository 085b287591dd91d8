//! What several tests need: fixtures, the fake cluster, the misbehaving server. Asserts nothing itself.

pub mod bag;
pub mod cluster;
pub mod fake_zookeeper;
pub mod fixture;
pub mod handmade;
pub mod hostile;
pub mod mini;
pub mod misbehaving;
pub mod proofs;

/// Says on the true standard error what was not run: the harness hides what `eprintln!` says in tests that pass.
pub fn skipped(what: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr().lock(), "skipped: {what}");
}
