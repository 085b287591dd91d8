//! Checks of the area `iam`: one file per check, and their list. Nothing else stands here.

mod iam_backup_count_differs;
mod iam_backup_foreign;
mod iam_backup_missing;
mod iam_backup_stale;
mod iam_backup_unreadable;
mod iam_nodes_missing;
mod iam_versions_mixed;
mod ranges_unavailable;
mod ranges_underreplicated;
mod shared;

use super::Check;

/// The checks of this area, sorted by id.
pub const CHECKS: &[&dyn Check] = &[
    &iam_backup_count_differs::IamBackupCountDiffers,
    &iam_backup_foreign::IamBackupForeign,
    &iam_backup_missing::IamBackupMissing,
    &iam_backup_stale::IamBackupStale,
    &iam_backup_unreadable::IamBackupUnreadable,
    &iam_nodes_missing::IamNodesMissing,
    &iam_versions_mixed::IamVersionsMixed,
    &ranges_unavailable::RangesUnavailable,
    &ranges_underreplicated::RangesUnderreplicated,
];
