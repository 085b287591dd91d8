//! Checks of the installer's config.yaml, before and for the target. The list, and nothing else.

mod config_changed_with_version;
mod config_unreadable;
mod config_value_invalid;
mod frozen_key_changed;
mod ip_detect_changed;
mod ipv6_enabled;
mod ipv6_kernel_mismatch;
mod key_not_changeable;
mod keys_missing_for_target;
mod license_missing;
mod master_list_changed;
mod removed_keys_kept;
mod security_changed_with_version;
mod security_downgrade;
mod security_mode_removed;
mod security_skips_a_level;
mod shared;

use super::Check;

/// The checks of this area, sorted by id.
pub static CHECKS: &[&dyn Check] = &[
    &config_changed_with_version::ConfigChangedWithVersion,
    &config_unreadable::ConfigUnreadable,
    &config_value_invalid::ConfigValueInvalid,
    &frozen_key_changed::FrozenKeyChanged,
    &ip_detect_changed::IpDetectChanged,
    &ipv6_enabled::Ipv6Enabled,
    &ipv6_kernel_mismatch::Ipv6KernelMismatch,
    &key_not_changeable::KeyNotChangeable,
    &keys_missing_for_target::KeysMissingForTarget,
    &license_missing::LicenseMissing,
    &master_list_changed::MasterListChanged,
    &removed_keys_kept::RemovedKeysKept,
    &security_changed_with_version::SecurityChangedWithVersion,
    &security_downgrade::SecurityDowngrade,
    &security_mode_removed::SecurityModeRemoved,
    &security_skips_a_level::SecuritySkipsALevel,
];
