//! The vocabulary of gonogo: plain types that every other room speaks.
//!
//! Nothing here decides, reads or prints. Only `std`, `serde` and `chrono` are used.

pub mod backup;
pub mod change;
pub mod check;
pub mod config_diff;
pub mod evidence;
pub mod finding;
pub mod items;
pub mod ledger;
pub mod line;
pub mod manifest;
pub mod observed;
pub mod policy;
pub mod requirement;
pub mod signoff;
pub mod subject;
pub mod verdict;
pub mod version;
pub mod waiver;
pub mod workloads;

pub use backup::{BackupKind, BackupStatus, Proof, Proofs, TreeSummary, Zxid};
pub use change::{Change, ChangeKind, Expectation};
pub use check::{Area, CheckMeta, CheckResult, Doc, Severity, Stage, Status};
pub use config_diff::{ConfigChange, ConfigClass, ConfigDiff};
pub use evidence::{Evidence, EvidenceRef, Outcome};
pub use finding::{Datum, Finding};
pub use ledger::{LedgerEntry, LedgerState, LeftBehind};
pub use line::Line;
pub use manifest::{Manifest, Phase};
pub use observed::{Observed, Why};
pub use policy::{OpenSignoffs, Policy};
pub use requirement::{RequirementAnswer, RequirementStatus};
pub use signoff::{Answer, AppliedSignoff, HopOf, Signoff, SignoffState};
pub use subject::{Subject, SubjectKind};
pub use verdict::Verdict;
pub use version::Version;
pub use waiver::{AppliedWaiver, Waiver, WaiverState};
pub use workloads::MarathonWorkloads;

/// Lower-case hex of some bytes.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}
