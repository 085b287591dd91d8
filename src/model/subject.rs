//! What a finding or a change is about.
//!
//! Names things of the cluster; never looks them up.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The kinds of things gonogo speaks about (the list of the JSON contract).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum SubjectKind {
    Cluster,
    Master,
    Agent,
    Framework,
    Task,
    App,
    Pod,
    Job,
    Package,
    Marathon,
    Znode,
    Backup,
    Config,
    Node,
}

impl fmt::Display for SubjectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cluster => "cluster",
            Self::Master => "master",
            Self::Agent => "agent",
            Self::Framework => "framework",
            Self::Task => "task",
            Self::App => "app",
            Self::Pod => "pod",
            Self::Job => "job",
            Self::Package => "package",
            Self::Marathon => "marathon",
            Self::Znode => "znode",
            Self::Backup => "backup",
            Self::Config => "config",
            Self::Node => "node",
        })
    }
}

/// One thing of the cluster: its kind, its stable identifier, and the name people know it by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Subject {
    /// What kind of thing.
    pub kind: SubjectKind,
    /// Stable identifier (agent id, task id, app id, host of a master …).
    pub id: String,
    /// Name shown to people (host name, framework name …); often equal to `id`.
    pub name: String,
}

impl Subject {
    /// A subject with an identifier and a name.
    pub fn new(kind: SubjectKind, id: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            kind,
            id: id.into(),
            name: name.into(),
        }
    }

    /// A subject whose identifier is its name.
    pub fn named(kind: SubjectKind, id: impl Into<String>) -> Self {
        let id = id.into();
        Self {
            kind,
            name: id.clone(),
            id,
        }
    }

    /// The cluster as a whole.
    pub fn cluster() -> Self {
        Self::named(SubjectKind::Cluster, "cluster")
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.kind == SubjectKind::Cluster {
            return f.write_str("cluster");
        }
        write!(f, "{} {}", self.kind, self.name)?;
        if self.name != self.id {
            write!(f, " ({})", self.id)?;
        }
        Ok(())
    }
}
