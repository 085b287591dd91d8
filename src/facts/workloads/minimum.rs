//! The least number of instances of a workload: what the operator said, else what its definition declares.
//!
//! Never a guess: a definition that cannot be read has no minimum, and other frameworks declare none.

use std::fmt;

use super::definition::Definition;
use super::settings::Settings;

/// Least number of instances.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Minimum {
    /// That many.
    Declared {
        /// Instances.
        instances: u64,
        /// Where it comes from.
        by: By,
    },
    /// It should be declared and cannot be read: why.
    Unknown(String),
    /// Its framework declares none.
    Undeclared,
}

/// Where a minimum comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// `minimum` of `[workloads]`, by this key.
    Configuration(String),
    /// `minimumHealthCapacity`: this share (in thousandths) of so many instances, rounded up.
    Strategy {
        /// Thousandths.
        share: u64,
        /// Instances wanted.
        wanted: u64,
    },
    /// Tasks of batch frameworks end by themselves.
    Batch,
}

impl Minimum {
    /// The number, where there is one.
    pub fn instances(&self) -> Option<u64> {
        match self {
            Self::Declared { instances, .. } => Some(*instances),
            Self::Unknown(_) | Self::Undeclared => None,
        }
    }

    /// Whether the operator said it.
    pub fn is_configured(&self) -> bool {
        matches!(
            self,
            Self::Declared {
                by: By::Configuration(_),
                ..
            }
        )
    }
}

impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Configuration(key) => write!(f, "gonogo.toml, `{key}`"),
            Self::Strategy { share, wanted } => {
                let share = crate::snapshot::shown(*share);
                write!(f, "minimumHealthCapacity {share} of {wanted}")
            }
            Self::Batch => f.write_str("tasks of batch frameworks end by themselves"),
        }
    }
}

fn said(settings: &Settings, name: &str) -> Option<Minimum> {
    let (key, instances) = settings.minimum(name)?;
    Some(Minimum::Declared {
        instances,
        by: By::Configuration(key.to_owned()),
    })
}

/// Of an app or pod.
pub fn of_definition(settings: &Settings, name: &str, wanted: Option<u64>, definition: &Definition) -> Minimum {
    if let Some(said) = said(settings, name) {
        return said;
    }
    match (wanted, definition.upgrade) {
        (Some(wanted), Some(upgrade)) => Minimum::Declared {
            instances: upgrade.minimum(wanted),
            by: By::Strategy {
                share: crate::snapshot::thousandths(upgrade.minimum_health).unwrap_or_default(),
                wanted,
            },
        },
        (None, _) => Minimum::Unknown("its definition does not say how many instances are wanted".to_owned()),
        (_, None) => Minimum::Unknown("its upgrade strategy cannot be read".to_owned()),
    }
}

/// Of tasks of a Marathon that no listed app or pod explains.
pub fn of_stranger(settings: &Settings, name: &str) -> Minimum {
    said(settings, name).unwrap_or_else(|| Minimum::Unknown("its Marathon does not list it".to_owned()))
}

/// Of tasks of another framework.
pub fn of_other(settings: &Settings, name: &str, batch: bool) -> Minimum {
    said(settings, name).unwrap_or(if batch {
        Minimum::Declared {
            instances: 0,
            by: By::Batch,
        }
    } else {
        Minimum::Undeclared
    })
}
