//! Members of the leading master's `/state`, of agents' own `/state`, and metrics. Only the paths listed here are read;
//! another one is unknown, never absent.

use std::collections::BTreeMap;

use crate::facts::Facts;
use crate::model::{EvidenceRef, Line, Observed, Subject, SubjectKind, items};
use crate::snapshot::{Agent, Framework, TaskList};

use super::flags::{agent_line, agent_subject, plain};
use super::{Gathered, Looked, Seek};

/// Paths of the leading master's `/state` that conditions may name.
pub const MASTER_STATE_PATHS: [&str; 11] = [
    "id",
    "version",
    "deactivated_slaves",
    "slaves[].version",
    "slaves[].domain",
    "slaves[].deactivated",
    "frameworks[].capabilities",
    "frameworks[].checkpoint",
    "frameworks[].principal",
    "frameworks[].recovered",
    "frameworks[].unreachable_tasks",
];

/// Paths of agents' own `/state` that conditions may name.
pub const AGENT_STATE_PATHS: [&str; 2] = ["id", "version"];

/// The leading master's `/state`; of `frameworks[].unreachable_tasks` the value is their number.
pub(super) fn master(seek: &Seek<'_>, facts: &Facts<'_>) -> Looked {
    let line = facts.mesos_version().as_ref().map(Line::from);
    if let Some(member) = seek.path.strip_prefix("slaves[].") {
        return listed_agents(seek, member, line, facts);
    }
    if let Some(member) = seek.path.strip_prefix("frameworks[].") {
        return frameworks(seek, member, line, facts);
    }
    let (state, at) = match facts.snapshot.state.get() {
        Ok(found) => found,
        Err(why) => return unknown(why.sentence()),
    };
    let value = match seek.path {
        "id" => Some(state.master.id.clone()),
        "version" => state.master.version.clone(),
        "deactivated_slaves" => state.deactivated.map(|count| count.to_string()),
        _ => return unread(seek),
    };
    let mut gathered = Gathered::default();
    let name = plain(&state.host, items::MESOS_MASTER);
    let subject = Subject::named(SubjectKind::Master, &name);
    gathered.take(
        &name,
        seek.found(&subject, line, seek.path, value, at.at(format!("/{}", seek.path))),
    );
    gathered.finish("master")
}

fn listed_agents(seek: &Seek<'_>, member: &str, line: Option<Line>, facts: &Facts<'_>) -> Looked {
    let value: fn(&Agent) -> Option<String> = match member {
        "version" => |agent| agent.version.clone(),
        "domain" => |agent| agent.domain.as_ref().map(|(region, zone)| format!("{region}/{zone}")),
        "deactivated" => |agent| agent.deactivated.map(|yes| yes.to_string()),
        _ => return unread(seek),
    };
    let listed = match facts.agents_seen() {
        Ok(listed) => listed,
        Err(why) => return unknown(why.sentence()),
    };
    let mut gathered = Gathered::default();
    for agent in listed.items {
        let subject = Subject::new(SubjectKind::Agent, &agent.id, &agent.hostname);
        let at = agent.at.at(format!("{}/{member}", agent.at.pointer));
        gathered.take(&agent.hostname, seek.found(&subject, line, seek.path, value(agent), at));
    }
    let mut looked = gathered.finish("agent");
    looked.unknown.extend(listed.doubts.iter().map(|why| why.sentence()));
    looked
}

fn frameworks(seek: &Seek<'_>, member: &str, line: Option<Line>, facts: &Facts<'_>) -> Looked {
    let value: fn(&Framework) -> Option<String> = match member {
        // Without capabilities the list is empty or left out; both mean none.
        "capabilities" => |framework| Some(framework.capabilities.join(", ")),
        "checkpoint" => |framework| framework.checkpoint.map(|yes| yes.to_string()),
        "principal" => |framework| framework.principal.clone(),
        "recovered" => |framework| framework.recovered.map(|yes| yes.to_string()),
        "unreachable_tasks" => return unreachable_tasks(seek, line, facts),
        _ => return unread(seek),
    };
    let listed = match facts.frameworks_seen() {
        Ok(listed) => listed,
        Err(why) => return unknown(why.sentence()),
    };
    let mut gathered = Gathered::default();
    for framework in listed.items {
        let at = framework.at.at(format!("{}/{member}", framework.at.pointer));
        gathered.take(
            &framework.name,
            seek.found(&framework_subject(framework), line, seek.path, value(framework), at),
        );
    }
    let mut looked = gathered.finish("framework");
    looked.unknown.extend(listed.doubts.iter().map(|why| why.sentence()));
    looked
}

fn framework_subject(framework: &Framework) -> Subject {
    Subject::new(SubjectKind::Framework, &framework.id, &framework.name)
}

fn unreachable_tasks(seek: &Seek<'_>, line: Option<Line>, facts: &Facts<'_>) -> Looked {
    let (tasks, listed) = match (facts.tasks_seen(), facts.frameworks_seen()) {
        (Ok(tasks), Ok(listed)) => (tasks, listed),
        (Err(why), _) | (_, Err(why)) => return unknown(why.sentence()),
    };
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for task in tasks
        .items
        .tasks
        .iter()
        .filter(|task| task.list == TaskList::Unreachable)
    {
        *counts.entry(tasks.items.framework_of(task)).or_default() += 1;
    }
    let mut gathered = Gathered::default();
    for framework in listed.items {
        let count = counts.get(framework.id.as_str()).copied().unwrap_or_default();
        let at = framework.at.at(format!("{}/unreachable_tasks", framework.at.pointer));
        gathered.take(
            &framework.name,
            seek.found(
                &framework_subject(framework),
                line,
                seek.path,
                Some(count.to_string()),
                at,
            ),
        );
    }
    let mut looked = gathered.finish("framework");
    let doubts = tasks.doubts.iter().chain(&listed.doubts);
    looked.unknown.extend(doubts.map(|why| why.sentence()));
    looked.unknown.dedup();
    looked
}

/// Every agent's own `/state`.
pub(super) fn agents(seek: &Seek<'_>, facts: &Facts<'_>) -> Looked {
    if facts.snapshot.agent_nodes.is_empty() {
        return unknown("no agent was asked for its state".to_owned());
    }
    let mut gathered = Gathered::default();
    for node in &facts.snapshot.agent_nodes {
        let subject = agent_subject(node);
        let found = match &node.state {
            Observed::Known(own, at) => {
                let value = match seek.path {
                    "id" => Some(own.id.clone()),
                    "version" => own.version.clone(),
                    _ => return unread(seek),
                };
                seek.found(
                    &subject,
                    agent_line(node),
                    seek.path,
                    value,
                    at.at(format!("/{}", seek.path)),
                )
            }
            Observed::Unknown(why) => Err(why.sentence()),
        };
        gathered.take(&subject.name, found);
    }
    gathered.finish("agent")
}

/// `/metrics/snapshot` of every master that was asked.
pub(super) fn metrics(seek: &Seek<'_>, facts: &Facts<'_>) -> Looked {
    if facts.snapshot.masters.is_empty() {
        return unknown("no master was asked for its metrics".to_owned());
    }
    let mut gathered = Gathered::default();
    for master in &facts.snapshot.masters {
        let name = plain(&master.host, items::MESOS_MASTER);
        let line = master.version.known().map(Line::from);
        let found = match master.metrics.get() {
            Ok((metrics, at)) => {
                let value = metrics.get(seek.path).map(ToString::to_string);
                let at = pointer(at, seek.path);
                seek.found(&Subject::named(SubjectKind::Master, &name), line, seek.path, value, at)
            }
            Err(why) => Err(why.sentence()),
        };
        gathered.take(&name, found);
    }
    gathered.finish("master")
}

/// A metric's name has slashes, which a JSON pointer writes as `~1`.
fn pointer(at: &EvidenceRef, metric: &str) -> EvidenceRef {
    at.at(format!("/{}", metric.replace('~', "~0").replace('/', "~1")))
}

fn unknown(sentence: String) -> Looked {
    Looked {
        unknown: vec![sentence],
        ..Looked::default()
    }
}

fn unread(seek: &Seek<'_>) -> Looked {
    unknown(format!("gonogo does not read `{}` out of a state", seek.path))
}
