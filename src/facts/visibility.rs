//! Whether what was listed is all there is: lists of the leading master against counters that nobody filters.
//!
//! Mesos leaves out what an account may not see and still answers 200 (apache/mesos docs/authorization.md, 1.0 and
//! later); counters in `/state` and `/metrics/snapshot`, the registry and the agents' own answers are not filtered. A
//! gap between the two is doubt, never a smaller cluster. Agents and frameworks must agree exactly. Running tasks may
//! be fewer in the list than in a counter by at most the number of tasks that are just starting or ending, since the
//! requests are not simultaneous.

pub mod agents;
pub mod work;

use crate::model::{EvidenceRef, Observed, Why};
use crate::snapshot::{Master, MesosState, Snapshot};

use super::leader::{self, Leadership, Names};

/// The master whose lists were read, with its own metrics and registry.
#[derive(Debug)]
pub struct Speaker<'s> {
    index: Option<usize>,
    master: Option<&'s Master>,
}

impl<'s> Speaker<'s> {
    /// The master that answered; where nobody did, the one that leads.
    pub fn new(snapshot: &'s Snapshot, leadership: &Leadership) -> Self {
        let named = answered_by(snapshot).and_then(|(host, _)| Names::new(snapshot).index(host));
        let index = named.or(leadership.leading);
        Self {
            index,
            master: index.and_then(|at| snapshot.masters.get(at)),
        }
    }

    /// A whole, not negative number out of its metrics; `None` where they do not have it.
    fn counter(&self, name: &str) -> Option<u64> {
        self.master.and_then(|master| leader::count(&master.metrics, name))
    }

    /// Sum of counters; `None` unless all are there.
    fn sum(&self, names: &[&str]) -> Option<u64> {
        names.iter().map(|name| self.counter(name)).sum()
    }

    /// Why there is no counter to compare with.
    fn silence(&self, what: &str) -> Why {
        let because = match self.master {
            None => "no master is known to lead".to_owned(),
            Some(master) => match master.metrics.why() {
                Some(why) => why.sentence(),
                None => format!("the metrics of {} do not count them", master.host),
            },
        };
        doubt(format!("nothing confirms that all {what} are listed: {because}"))
    }
}

/// Why a master that says it is elected cannot have its registry: it knows nothing, although it answers 200.
///
/// Seen on 1.5.3 with two of three masters dead: `/health` and `/state` answer 200, `registrar/log/recovered` is 1,
/// but the registry is `{}` and `registrar/registry_size_bytes` is not among the metrics.
pub fn without_quorum(master: &Master) -> Option<(String, EvidenceRef)> {
    if leader::elected(master) != Some(true) {
        return None;
    }
    match &master.registry {
        Observed::Known(registry, at) if registry.empty => Some((
            format!(
                "{} is elected, and its registry is empty: it has no quorum",
                master.host
            ),
            at.clone(),
        )),
        _ => None,
    }
}

/// Why nothing that the leading master lists can be believed.
pub fn state(snapshot: &Snapshot, leadership: &Leadership, speaker: &Speaker<'_>) -> Option<Why> {
    let (host, path) = answered_by(snapshot)?;
    if let Some(state) = snapshot.state.known()
        && let Some(why) = own_word(state).or_else(|| second_leader(snapshot, state))
    {
        return Some(why);
    }
    if leadership.elected.len() > 1 {
        return leadership.contradictions.first().cloned().map(doubt);
    }
    if let (Some(here), Some(leading)) = (speaker.index, leadership.leading)
        && here != leading
    {
        let leads = snapshot.masters.get(leading).map_or("", |master| &master.host);
        return Some(doubt(format!("{host} answered {path}, but {leads} leads")));
    }
    if let Some(master) = speaker.master {
        if leader::elected(master) == Some(false) {
            return Some(doubt(format!(
                "{host} answered {path}, but its metrics say that it is not elected"
            )));
        }
        if let Some((sentence, _)) = without_quorum(master) {
            return Some(doubt(sentence));
        }
    }
    leadership.change()
}

/// Who gave the lists, and on which path: `/state`, or `/slaves` where `/state` is not known.
fn answered_by(snapshot: &Snapshot) -> Option<(&str, &'static str)> {
    if let Some(state) = snapshot.state.known() {
        return Some((&state.host, "/state"));
    }
    let (_, at) = snapshot.agents.get().ok()?;
    Some((at.item.split('/').nth(2)?, "/slaves"))
}

/// A master that does not lead answers for itself: empty, and before 1.0 with status 200.
fn own_word(state: &MesosState) -> Option<Why> {
    let host = &state.host;
    match &state.master.leader {
        Some(named) if *named == state.master.pid => None,
        Some(named) => Some(doubt(format!(
            "{host} answered /state as {}, and says that {named} leads: what it lists is not the cluster",
            state.master.pid
        ))),
        None => Some(doubt(format!(
            "{host} answered /state and names no leader, not even itself"
        ))),
    }
}

fn second_leader(snapshot: &Snapshot, state: &MesosState) -> Option<Why> {
    let other = snapshot
        .other_states
        .iter()
        .find(|other| other.leader.as_ref() == Some(&other.pid) && other.pid != state.master.pid)?;
    Some(doubt(format!(
        "{} and {} both answer /state as the leader",
        state.master.pid, other.pid
    )))
}

/// The usual cause of a list that is shorter than its counter.
pub(super) const PARTIAL: &str = "the account may see only a part of the cluster";

pub(super) fn doubt(detail: String) -> Why {
    Why::Doubtful { detail }
}

pub(super) fn gap(what: &str, source: &str, counted: u64, listed: u64) -> Why {
    let cause = if counted > listed {
        PARTIAL
    } else {
        "the two do not describe the same cluster at the same moment"
    };
    doubt(format!(
        "{source} counts {counted} {what}, the leading master lists {listed}: {cause}"
    ))
}
