//! Pieces that several checks share: lists with their doubts, short names, DC/OS or not. Holds no rule of its own.

use crate::facts::Seen;
use crate::facts::cluster::Kind;
use crate::model::{Observed, Why};
use crate::snapshot::AgentNode;

use super::{Context, Saw};

/// A list that may be judged: its items; what makes it doubtful is said, so that it cannot pass.
pub fn listed<'a, T: ?Sized>(list: Result<Seen<'a, T>, &Why>, saw: &mut Saw) -> Option<Seen<'a, T>> {
    match list {
        Ok(seen) => {
            for why in &seen.doubts {
                saw.unknown(why);
            }
            saw.looked_at(seen.at);
            Some(seen)
        }
        Err(why) => {
            saw.unknown(why);
            None
        }
    }
}

/// Whether to go on with a check that only DC/OS can answer: plain Mesos is SKIPPED, an unknown kind UNKNOWN.
pub fn only_on_dcos(context: &Context<'_>, what: &str, saw: &mut Saw) -> bool {
    match &context.facts.cluster.kind {
        Observed::Known(Kind::Dcos, _) => true,
        Observed::Known(Kind::Mesos, at) => {
            saw.skip(format!(
                "{} says that this is Mesos without DC/OS, which has no {what}",
                at.item
            ));
            false
        }
        Observed::Unknown(why) => {
            saw.unknown_because(format!("it is not known whether this is DC/OS: {}", why.sentence()));
            false
        }
    }
}

/// `host` without the usual port: `10.0.0.1:5050` -> `10.0.0.1`.
pub fn short(host: &str, usual_port: &str) -> String {
    match host.rsplit_once(':') {
        Some((name, port)) if port == usual_port => name.to_owned(),
        _ => host.to_owned(),
    }
}

/// The first few of a list of names, and how many more there are.
pub fn few(names: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown = names.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// Why something of an agent is not known, or that its answer does not have it.
pub fn reason<T>(part: &Observed<T>, otherwise: &str) -> String {
    part.why().map_or_else(|| otherwise.to_owned(), Why::sentence)
}

/// Host name of an agent by its own account, else the address it was asked at.
pub fn node_name(node: &AgentNode) -> String {
    match node.state.known() {
        Some(own) if !own.hostname.is_empty() => own.hostname.clone(),
        _ => short(&node.host, "5051"),
    }
}
