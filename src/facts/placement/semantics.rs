//! What differs between Marathon releases when constraints are held against an offer. Holds no constraint itself.
//!
//! Read in mesosphere/marathon `src/main/scala/mesosphere/mesos/Constraints.scala` and `ResourceMatcher.scala` at v0.8.2,
//! v1.1.7, v1.3.0, v1.3.14, v1.4.3, v1.4.4, v1.4.13, v1.5.15, v1.6.322, v1.6.590, v1.8.244, v1.10.26 and on the branch
//! releases/1.11. Never guesses a release in between: what the constraint rules do not know is not known here either.

use crate::facts::constraints::Rules;
use crate::model::Version;

/// How one release reads fields and operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Semantics {
    /// Attributes that are not text have a text of their own (1.3 and later); before, it is empty.
    pub(super) typed: bool,
    /// Scalars are written in the number format of the process' locale (1.3 to 1.5).
    pub(super) locale: bool,
    /// `@hostname`, `@region`, `@zone`, the operator IS and the local region (1.6.322 and later).
    pub(super) domains: bool,
    /// MAX_PER exists (1.3 and later).
    pub(super) max_per: bool,
    /// MAX_PER on an attribute looks the host name up among the values of the attribute (1.3.0 to 1.4.3).
    pub(super) max_per_astray: bool,
    /// GROUP_BY divides the instances by its value (1.11).
    pub(super) group_divides: bool,
    /// Apps have a role of their own, which their default roles contain (1.9 and later).
    pub(super) own_role: bool,
}

impl Semantics {
    /// Those of a release; the error says why they are not known.
    pub fn of(marathon: &Version) -> Result<Self, String> {
        Rules::of(marathon)?;
        let typed = marathon.line() >= (1, 3);
        Ok(Self {
            typed,
            locale: typed && marathon.line() < (1, 6),
            domains: marathon.line() >= (1, 6),
            max_per: typed,
            max_per_astray: typed
                && (marathon.line() < (1, 4) || marathon.line() == (1, 4) && !marathon.at_least(1, 4, 4)),
            group_divides: marathon.line() >= (1, 11),
            own_role: marathon.line() >= (1, 9),
        })
    }
}
