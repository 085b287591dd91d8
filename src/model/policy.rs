//! Policy: the few numbers an operator may set.

use serde::{Deserialize, Serialize};

/// What open blocking sign-offs mean for the verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OpenSignoffs {
    /// CANNOT SAY.
    #[default]
    Block,
    /// GO WITH WARNINGS. An answer of `no`, and one that cannot be believed, still count in full.
    Warn,
}

/// A loss that every app is to survive with room for all its instances.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Loss {
    /// Any single agent.
    Agent,
    /// Any single agent, and any rack.
    Rack,
}

/// Thresholds between checks and verdict. Shown in every report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// One agent in so many may be missing after the window before it is a blocking finding (the workbook's figure is 500); `None` = none may be missing.
    pub agents_missing_one_in: Option<u32>,
    /// Evidence older than this many hours (at the end of the archive's run) is doubtful.
    pub max_evidence_age_hours: u32,
    /// Backups taken more than this many hours before the end of the archive's run are too old.
    pub max_backup_age_hours: u32,
    /// By how many percent the znodes of a backup may differ from those of the ensemble while it runs. Apps, instances and
    /// their versions come and go all day, so the workbook's equality holds for a stopped ensemble only; a backup that
    /// lost a Marathon, a dump that ended early, or one of another time differ by more.
    pub backup_znodes_percent: u32,
    /// Whether the absence of evidence for blocking checks gives CANNOT SAY. Always true today; kept to be shown.
    pub unknown_blocks: bool,
    /// What open blocking sign-offs mean for the verdict.
    pub open_signoffs: OpenSignoffs,
    /// The loss that constraints are to leave room for; `None` = not stated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub survive: Option<Loss>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            agents_missing_one_in: None,
            max_evidence_age_hours: 24,
            max_backup_age_hours: 24,
            backup_znodes_percent: 5,
            unknown_blocks: true,
            open_signoffs: OpenSignoffs::Block,
            survive: None,
        }
    }
}
