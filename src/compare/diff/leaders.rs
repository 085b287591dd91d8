//! Who leads: Mesos, each Marathon, Exhibitor, ZooKeeper. Never compares ids of masters, which change at every start.

use crate::facts::Facts;
use crate::model::{ChangeKind, EvidenceRef, Observed, Subject, SubjectKind, Why};
use crate::snapshot::Snapshot;

use super::{Line, Sides};
use crate::compare::Comparison;
use crate::compare::cluster_identity::with_port;
use crate::compare::part;

type Leader = Result<(String, EvidenceRef), Why>;

/// Compares the leaders.
pub fn diff(sides: &Sides<'_>, comparison: &mut Comparison) {
    let (before, after) = (sides.before.snapshot, sides.after.snapshot);
    let cluster = Subject::cluster();
    one(
        sides,
        (cluster.clone(), "Mesos leader"),
        mesos(sides.before),
        mesos(sides.after),
        comparison,
    );
    for (old, new) in super::marathons::pairs(sides) {
        // A Marathon that never answered is told once, with the instances.
        if !old.info.is_known() && !new.info.is_known() {
            continue;
        }
        let subject = Subject::named(SubjectKind::Marathon, &old.name);
        one(
            sides,
            (subject, "Marathon leader"),
            marathon(old),
            marathon(new),
            comparison,
        );
    }
    if let (Some(old), Some(new)) = (exhibitor(before), exhibitor(after)) {
        one(sides, (cluster.clone(), "Exhibitor leader"), old, new, comparison);
    }
    if let (Some(old), Some(new)) = (zookeeper(before), zookeeper(after)) {
        one(sides, (cluster, "ZooKeeper leader"), old, new, comparison);
    }
}

fn one(
    sides: &Sides<'_>,
    (subject, field): (Subject, &str),
    before: Leader,
    after: Leader,
    comparison: &mut Comparison,
) {
    match (before, after) {
        (Ok((old, at)), Ok((new, then))) => {
            comparison.count(part::LEADERS, 1);
            if old != new {
                let line = Line::new(subject, ChangeKind::Changed, sides.hop.leader());
                comparison.note(
                    line.field(field)
                        .from(Some(old))
                        .to(Some(new))
                        .seen_before(&at)
                        .seen_after(&then),
                );
            }
        }
        (old, new) => {
            let what = if subject.kind == SubjectKind::Cluster {
                field.to_owned()
            } else {
                format!("{field} of {subject}")
            };
            comparison.unknown_sides(part::LEADERS, &what, old.err().as_ref(), new.err().as_ref());
        }
    }
}

/// The master that leads, by the host under which it was asked.
fn mesos(facts: &Facts<'_>) -> Leader {
    let snapshot = facts.snapshot;
    if let Some(doubt) = &facts.cluster.state_doubt {
        return Err(doubt.clone());
    }
    let leading = facts.cluster.leadership.leading.and_then(|at| snapshot.masters.get(at));
    if let Some(master) = leading {
        let at = master.metrics.get().map(|(_, at)| at.at("/master~1elected"));
        let at = at.or_else(|_| master.redirect.get().map(|(_, at)| at.clone()));
        let at = at.unwrap_or_else(|_| EvidenceRef::item(format!("data/mesos-master/{}", master.host)));
        return Ok((with_port(&master.host), at));
    }
    let (state, at) = snapshot.state.get().map_err(Clone::clone)?;
    match state.master.pid.rsplit_once('@') {
        Some((_, address)) => Ok((with_port(address), at.at("/pid"))),
        None => Err(part::doubtful(format!("`{}` names no master", state.master.pid))),
    }
}

fn marathon(marathon: &crate::snapshot::Marathon) -> Leader {
    match marathon.leader.get() {
        Ok((Some(leader), at)) => Ok((leader.clone(), at.clone())),
        Ok((None, at)) => Err(part::doubtful(format!("{} says that there is no leader", at.item))),
        Err(why) => {
            let in_info = marathon
                .info
                .get()
                .ok()
                .and_then(|(info, at)| Some((info.leader.clone()?, at.at("/leader"))));
            in_info.ok_or_else(|| why.clone())
        }
    }
}

/// The leader that every Exhibitor names; `None` where no Exhibitor was asked.
fn exhibitor(snapshot: &Snapshot) -> Option<Leader> {
    let mut named: Vec<(String, EvidenceRef)> = Vec::new();
    let mut reason = None;
    for view in &snapshot.exhibitors {
        match view.servers.get() {
            Ok((servers, at)) => match servers.iter().find(|server| server.leader) {
                Some(server) => named.push((server.hostname.clone(), server.at.clone())),
                None => {
                    reason.get_or_insert(part::doubtful(format!("{} names no leader", at.item)));
                }
            },
            // A source that is not there (plain Mesos) says nothing about who leads.
            Err(why) if why.is_absent() => {}
            Err(why) => {
                reason.get_or_insert(why.clone());
            }
        }
    }
    agreed("Exhibitor", named, reason)
}

/// The server that leads the ensemble; `None` where no ZooKeeper was asked.
fn zookeeper(snapshot: &Snapshot) -> Option<Leader> {
    let mut named = Vec::new();
    let mut reason = None;
    for server in &snapshot.zookeepers {
        match &server.mode {
            Observed::Known(mode, at) if mode == "leader" || mode == "standalone" => {
                named.push((server.host.clone(), at.clone()));
            }
            Observed::Known(_, at) => {
                reason.get_or_insert(part::doubtful(format!("no server that was asked leads ({})", at.item)));
            }
            Observed::Unknown(why) if why.is_absent() => {}
            Observed::Unknown(why) => {
                reason.get_or_insert(why.clone());
            }
        }
    }
    agreed("ZooKeeper", named, reason)
}

fn agreed(what: &str, named: Vec<(String, EvidenceRef)>, reason: Option<Why>) -> Option<Leader> {
    let mut named = named.into_iter();
    match (named.next(), reason) {
        (Some((first, at)), _) => match named.find(|(other, _)| *other != first) {
            None => Some(Ok((first, at))),
            Some((other, _)) => Some(Err(part::doubtful(format!(
                "{what}: both {first} and {other} are named as leader"
            )))),
        },
        (None, Some(why)) => Some(Err(why)),
        (None, None) => None,
    }
}
