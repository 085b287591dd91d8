//! Whether masters and agents serve a route, by the version that each one runs and the guide's table of routes.
//! Nobody is asked for a route, and nothing is said about who uses one.

use crate::facts::Facts;
use crate::knowledge::Guide;
use crate::model::{EvidenceRef, Line, Subject, SubjectKind, items};

use super::flags::{line_of, plain};
use super::{Gathered, Looked, Seek, Sighting};

/// Every master that was asked.
pub(super) fn masters(seek: &Seek<'_>, guide: &Guide, facts: &Facts<'_>) -> Looked {
    let mut gathered = Gathered::default();
    if facts.snapshot.masters.is_empty() {
        return Looked {
            unknown: vec!["no master was asked for its version".to_owned()],
            ..Looked::default()
        };
    }
    for master in &facts.snapshot.masters {
        let name = plain(&master.host, items::MESOS_MASTER);
        let at = match master.version.get() {
            Ok((version, at)) => at.at("/version").quoting(version),
            Err(_) => EvidenceRef::item(items::path(items::MESOS_MASTER, &master.host, items::STATE)).at("/version"),
        };
        let found = match line_of(master, facts) {
            Some(line) => served(
                seek,
                guide,
                "masters",
                &Subject::named(SubjectKind::Master, &name),
                line,
                at,
            ),
            None => Err("its version is not known".to_owned()),
        };
        gathered.take(&name, found);
    }
    gathered.finish("master")
}

/// Every agent that the leading master lists.
pub(super) fn agents(seek: &Seek<'_>, guide: &Guide, facts: &Facts<'_>) -> Looked {
    let mut gathered = Gathered::default();
    let listed = match facts.agents_seen() {
        Ok(listed) => listed,
        Err(why) => {
            return Looked {
                unknown: vec![why.sentence()],
                ..Looked::default()
            };
        }
    };
    for agent in listed.items {
        let version = agent.version.as_deref().and_then(|text| text.parse().ok());
        let found = match version.as_ref().map(Line::from) {
            Some(line) => {
                let subject = Subject::new(SubjectKind::Agent, &agent.id, &agent.hostname);
                let at = agent.at.at(format!("{}/version", agent.at.pointer));
                let at = at.quoting(agent.version.as_deref().unwrap_or_default());
                served(seek, guide, "agents", &subject, line, at)
            }
            None => Err("its version is not known".to_owned()),
        };
        gathered.take(&agent.hostname, found);
    }
    let mut looked = gathered.finish("agent");
    looked.unknown.extend(listed.doubts.iter().map(|why| why.sentence()));
    looked
}

fn served(
    seek: &Seek<'_>,
    guide: &Guide,
    component: &str,
    subject: &Subject,
    line: Line,
    at: EvidenceRef,
) -> Result<Sighting, String> {
    match guide.serves(component, line, seek.path) {
        Some(serves) => Ok(Sighting {
            subject: subject.clone(),
            name: seek.path.to_owned(),
            value: serves.then(|| format!("served by Mesos {line}")),
            at,
        }),
        None => Err(format!(
            "whether Mesos {line} serves {} to clients of {component} is not in the guide",
            seek.path
        )),
    }
}
