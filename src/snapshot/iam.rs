//! The IAM database: who is in it, and how its CockroachDB nodes are.
//!
//! Names and counts only. Status and metrics of the nodes are there where somebody took them on a node: nothing asks for them over
//! the network, because CockroachDB answers on the node itself only.

use std::collections::BTreeSet;

use crate::model::{Observed, items};
use crate::sources::cockroach_status::Node;
use crate::sources::cockroach_vars::Vars;

use super::believe::Believe;
use super::parts::{Part, pick};

pub use crate::sources::cockroach_status::Node as CockroachNode;
pub use crate::sources::cockroach_vars::Vars as CockroachVars;

/// IAM of one cluster.
#[derive(Debug, Clone)]
pub struct Iam {
    /// Users, by `uid`.
    pub users: Observed<BTreeSet<String>>,
    /// Service accounts, by `uid`. Where IAM knows no such accounts, the users again.
    pub services: Observed<BTreeSet<String>>,
    /// Groups, by `gid`.
    pub groups: Observed<BTreeSet<String>>,
    /// Permissions that are defined, by `rid`.
    pub acls: Observed<BTreeSet<String>>,
    /// `cockroach node status --ranges`, by the node that it was taken on, sorted; each lists all nodes.
    pub status: Vec<(String, Observed<Vec<Node>>)>,
    /// `/_status/vars`, by node, sorted; each speaks for itself.
    pub vars: Vec<(String, Observed<Vars>)>,
}

impl Iam {
    /// Users and service accounts together, each once, or why they are not known.
    pub fn accounts(&self) -> Observed<BTreeSet<String>> {
        match (&self.users, &self.services) {
            (Observed::Known(users, at), Observed::Known(services, _)) => {
                Observed::Known(users.union(services).cloned().collect(), at.clone())
            }
            (Observed::Unknown(why), _) | (_, Observed::Unknown(why)) => Observed::Unknown(why.clone()),
        }
    }
}

/// What was read of it.
pub(super) fn iam(believe: &mut Believe<'_>) -> Iam {
    let mut list = |name, pick: fn(Part) -> Option<BTreeSet<String>>| believe.take_any(items::DCOS, name, None, pick);
    Iam {
        users: list(items::IAM_USERS, pick!(Accounts)),
        services: list(items::IAM_SERVICE_USERS, pick!(Accounts)),
        groups: list(items::IAM_GROUPS, pick!(Groups)),
        acls: list(items::IAM_ACLS, pick!(Acls)),
        status: believe.on_nodes(items::COCKROACH_NODE_STATUS, pick!(CockroachStatus)),
        vars: believe.on_nodes(items::COCKROACH_VARS, pick!(CockroachVars)),
    }
}
