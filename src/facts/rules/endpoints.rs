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
        let subject = Subject::named(SubjectKind::Master, &name);
        served(
            &mut gathered,
            seek,
            guide,
            ("masters", subject),
            line_of(master, facts),
            at,
        );
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
        let subject = Subject::new(SubjectKind::Agent, &agent.id, &agent.hostname);
        let at = agent.at.at(format!("{}/version", agent.at.pointer));
        let at = at.quoting(agent.version.as_deref().unwrap_or_default());
        served(
            &mut gathered,
            seek,
            guide,
            ("agents", subject),
            version.as_ref().map(Line::from),
            at,
        );
    }
    let mut looked = gathered.finish("agent");
    looked.unknown.extend(listed.doubts.iter().map(|why| why.sentence()));
    looked
}

/// One component: what it serves is a sighting; a route that the guide knows of no such component is none.
fn served(
    gathered: &mut Gathered,
    seek: &Seek<'_>,
    guide: &Guide,
    (component, subject): (&str, Subject),
    line: Option<Line>,
    at: EvidenceRef,
) {
    let name = subject.name.clone();
    let Some(line) = line else {
        gathered.silent(&name, "the version is not known".to_owned());
        return;
    };
    match guide.serves(component, line, seek.path) {
        Some(serves) => gathered.sightings.push(Sighting {
            subject,
            name: seek.path.to_owned(),
            value: serves.then(|| format!("served by Mesos {line}")),
            at,
        }),
        None if guide.knows(line) => {}
        None => gathered.silent(
            &name,
            format!("the guide does not know which routes Mesos {line} serves"),
        ),
    }
}
