//! Checks of the area `backup`: one file per check, and their list. Nothing else stands here.

mod backup_inconsistent;
mod leader_not_last;
mod marathon_state_missing_from_backup;
pub mod shared;
mod zk_backup_count_differs;
mod zk_backup_foreign;
mod zk_backup_log_gap;
mod zk_backup_missing;
mod zk_backup_stale;
mod zk_backup_unreadable;
mod zk_backup_without_snapshot;
mod zk_directory_old_place;

use super::Check;

/// The checks of this area, sorted by id.
pub const CHECKS: &[&dyn Check] = &[
    &backup_inconsistent::BackupInconsistent,
    &leader_not_last::LeaderNotLast,
    &marathon_state_missing_from_backup::MarathonStateMissingFromBackup,
    &zk_backup_count_differs::ZkBackupCountDiffers,
    &zk_backup_foreign::ZkBackupForeign,
    &zk_backup_log_gap::ZkBackupLogGap,
    &zk_backup_missing::ZkBackupMissing,
    &zk_backup_stale::ZkBackupStale,
    &zk_backup_unreadable::ZkBackupUnreadable,
    &zk_backup_without_snapshot::ZkBackupWithoutSnapshot,
    &zk_directory_old_place::ZkDirectoryOldPlace,
];
