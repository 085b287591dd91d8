//! What a constraint that the target takes means there: other fields, other counting, other texts of attributes.
//!
//! Read in Marathon's scheduler (mesos/Constraints.scala) at the tags named in each source. Says what changes, not what
//! it does to an app: that hangs on agents, which are not looked at here.

use super::integer;
use crate::model::Version;

/// On what a change of meaning hangs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum When {
    /// On nothing: it changes.
    Always,
    /// Only where an agent's attribute of that name is no text (a number, a range or a set).
    AttributeIsNoText,
    /// Only where an agent's attribute of that name is a number of 1000 or more, or below -999.
    AttributeIsThousands,
    /// Only where running instances of the app sit on another value than the one the constraint names.
    InstancesElsewhere,
    /// Only where the target is started with `--mesos_offer_constraints`.
    OfferConstraints,
    /// No change: it is so in both releases, and mostly not what was wanted.
    Unchanged,
}

/// One thing to know about what a constraint means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meaning {
    /// Stable short name, kebab-case.
    pub id: &'static str,
    /// What it means before and after, in one sentence.
    pub text: &'static str,
    /// Where it was read.
    pub source: &'static str,
    /// On what it hangs.
    pub when: When,
}

impl Meaning {
    /// Whether the upgrade changes it, be it under a condition.
    pub fn changes(&self) -> bool {
        self.when != When::Unchanged
    }
}

const FAULT_DOMAIN: Meaning = Meaning {
    id: "field-at-sign",
    text: "up to 1.5 the field is an agent's attribute of that very name; from 1.6 on @hostname is the host name, @region and @zone are the fault domain",
    source: "mesosphere/marathon mesos/Constraints.scala, v1.5.15 and v1.6.322",
    when: When::Always,
};
const MAX_PER_ATTRIBUTE: Meaning = Meaning {
    id: "max-per-attribute",
    text: "1.3 and 1.4.0 to 1.4.3 compare the host name with the values of the attribute, so that the limit does nothing; from 1.4.4 on it holds",
    source: "mesosphere/marathon mesos/Constraints.scala, v1.3.14, v1.4.3 and v1.4.4",
    when: When::Always,
};
const CLUSTER_VALUE: Meaning = Meaning {
    id: "cluster-value",
    text: "up to 1.5 an offer also needs every running instance to have that value already; from 1.6 on only the offer is compared",
    source: "mesosphere/marathon mesos/Constraints.scala, v1.5.15 and v1.6.322",
    when: When::InstancesElsewhere,
};
const GROUP_BY_EXACT: Meaning = Meaning {
    id: "group-by-exact",
    text: "up to 1.10 the value is the least number of groups; on the 1.11 line it is the number of groups: with fewer than that, instances stay unplaced, and with more, some groups stay empty",
    source: "mesosphere/marathon mesos/Constraints.scala, v1.10.26 and the default branch (the 1.11 line)",
    when: When::Always,
};
const GROUP_BY_ZERO: Meaning = Meaning {
    id: "group-by-zero",
    text: "up to 1.10 GROUP_BY without a value, or with 0 or less, spreads over the groups seen so far; the 1.11 line divides by the value, which is a division by zero when an offer is matched",
    source: "mesosphere/marathon mesos/Constraints.scala, v1.10.26 and the default branch (the 1.11 line)",
    when: When::Always,
};
const HOSTNAME_UNLIKE_EMPTY: Meaning = Meaning {
    id: "hostname-unlike-empty",
    text: "up to 1.5 hostname UNLIKE with an empty expression takes every offer; from 1.6 on it takes none, so that no instance starts",
    source: "mesosphere/marathon mesos/Constraints.scala, v1.5.15 and v1.6.322",
    when: When::Always,
};
const ATTRIBUTE_TYPES: Meaning = Meaning {
    id: "attribute-types",
    text: "up to 1.1 an attribute that is a number, a range or a set reads as the empty text; from 1.3 on it is compared by its text",
    source: "mesosphere/marathon mesos/Constraints.scala, v1.1.7 and v1.3.0",
    when: When::AttributeIsNoText,
};
const THOUSANDS: Meaning = Meaning {
    id: "attribute-thousands",
    text: "1.3 to 1.5 write a number with separators of thousands (1,500), from 1.6 on without (1500)",
    source: "mesosphere/marathon mesos/Constraints.scala, v1.5.15 and v1.6.322",
    when: When::AttributeIsThousands,
};
const RE2: Meaning = Meaning {
    id: "offer-constraints-re2",
    text: "with --mesos_offer_constraints the Mesos master matches the expression too, as RE2: no look-around, no back-references, a limited size",
    source: "mesosphere/marathon core/launchqueue/impl/OfferConstraints.scala, default branch (the 1.11 line)",
    when: When::OfferConstraints,
};
const LIKE_EMPTY: Meaning = Meaning {
    id: "like-empty",
    text: "LIKE with an empty expression matches no offer: no instance starts",
    source: "mesosphere/marathon mesos/Constraints.scala, v0.15.7 to v1.10.26",
    when: When::Unchanged,
};
const UNLIKE_EMPTY: Meaning = Meaning {
    id: "unlike-empty",
    text: "UNLIKE with an empty expression takes only offers without the field",
    source: "mesosphere/marathon mesos/Constraints.scala, v0.15.7 to v1.10.26",
    when: When::Unchanged,
};

/// What is to know about a constraint that the target takes in this form.
pub(super) fn of(elements: &[String], running: &Version, target: Option<&Version>) -> Vec<Meaning> {
    let (field, operator, value) = match elements {
        [field, operator] => (field.as_str(), operator.as_str(), ""),
        [field, operator, value] => (field.as_str(), operator.as_str(), value.as_str()),
        _ => return Vec::new(),
    };
    let mut found = Vec::new();
    let target = target.unwrap_or(running);
    // Whether the way leads from before a release to it or later.
    let crosses = |line: (u32, u32)| running.line() < line && target.line() >= line;
    let at_sign = matches!(field, "@hostname" | "@region" | "@zone");
    let attribute = field != "hostname" && !(at_sign && target.line() >= (1, 6));
    if at_sign && crosses((1, 6)) {
        found.push(FAULT_DOMAIN);
    }
    if operator == "MAX_PER" && field != "hostname" && ignores_attribute(running) && !ignores_attribute(target) {
        found.push(MAX_PER_ATTRIBUTE);
    }
    if operator == "CLUSTER" && !value.is_empty() && crosses((1, 6)) {
        found.push(CLUSTER_VALUE);
    }
    if operator == "GROUP_BY" && crosses((1, 11)) {
        found.push(if positive(value) { GROUP_BY_EXACT } else { GROUP_BY_ZERO });
    }
    match (operator, value) {
        ("UNLIKE", "") if field == "hostname" && crosses((1, 6)) => found.push(HOSTNAME_UNLIKE_EMPTY),
        ("UNLIKE", "") if field != "hostname" || target.line() >= (1, 6) => found.push(UNLIKE_EMPTY),
        ("LIKE", "") => found.push(LIKE_EMPTY),
        ("LIKE" | "UNLIKE", _) if crosses((1, 11)) => found.push(RE2),
        _ => {}
    }
    if attribute && crosses((1, 3)) {
        found.push(ATTRIBUTE_TYPES);
    }
    // Operators that only tell values apart count the same with either text.
    if attribute && matches!(operator, "LIKE" | "UNLIKE" | "CLUSTER") && running.line() >= (1, 3) && crosses((1, 6)) {
        found.push(THOUSANDS);
    }
    found
}

/// Releases whose MAX_PER does not look at the attribute.
fn ignores_attribute(version: &Version) -> bool {
    match version.line() {
        (1, 3) => true,
        (1, 4) => version.patch.is_some_and(|patch| patch <= 3),
        _ => false,
    }
}

fn positive(value: &str) -> bool {
    integer::value(value).is_some_and(|number| number > 0)
}
