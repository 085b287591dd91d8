//! Marathon and Metronome: from wire types to the snapshot's.
//!
//! Converts only; nothing is judged and nothing is filled in.

use crate::model::{EvidenceRef, Observed, Outcome, Version, items};
use crate::sources::marathon_apps::{ConstraintWire, VolumeWire};

use super::believe::Believe;
use super::marathon::{
    App, ConstrainedVolume, Constraint, Deployment, Job, Marathon, MarathonInfo, Metronome, Pod, PodStatus, QueueEntry,
};
use super::parts::pick;

/// Folder of the instance that DC/OS runs on its masters.
const ROOT: &str = "root";

/// Every Marathon that was asked: root first, then by name.
pub(super) fn marathons(believe: &mut Believe<'_>) -> Vec<Marathon> {
    let folders: Vec<String> = believe
        .folders(items::MARATHON)
        .into_iter()
        .map(|(folder, _)| folder)
        .collect();
    let mut all: Vec<Marathon> = folders.into_iter().map(|folder| marathon(believe, folder)).collect();
    all.sort_by(|a, b| b.root.cmp(&a.root).then_with(|| a.name.cmp(&b.name)));
    all
}

fn marathon(believe: &mut Believe<'_>, folder: String) -> Marathon {
    let item = |name| items::path(items::MARATHON, &folder, name);
    Marathon {
        root: folder == ROOT,
        info: believe
            .take(&item(items::MARATHON_INFO), pick!(Info))
            .map(|wire| MarathonInfo {
                name: wire.name,
                version: Version::leading(&wire.version),
                version_text: wire.version,
                framework_id: wire.framework_id,
                leader: wire.leader,
                elected: wire.elected,
                event_subscriber: wire.event_subscriber,
                http_endpoints: wire.http_endpoints,
                zk_path: wire.zk_path,
                settings: wire.settings,
            }),
        leader: leader(believe, &item(items::MARATHON_LEADER)),
        apps: list(
            believe
                .take(&item(items::MARATHON_APPS), pick!(Apps))
                .map(|all| all.apps),
            |wire, _, at| App {
                at: at.at(wire.pointer),
                id: wire.id,
                instances: wire.instances,
                running: wire.running,
                staged: wire.staged,
                healthy: wire.healthy,
                unhealthy: wire.unhealthy,
                health_checks: wire.health_checks,
                deployments: wire.deployments,
                constraints: wire.constraints.into_iter().map(constraint).collect(),
                volumes: wire.volumes.into_iter().map(volume).collect(),
                definition: wire.definition,
            },
        ),
        pods: list(believe.take(&item(items::MARATHON_PODS), pick!(Pods)), |wire, _, at| {
            Pod {
                at: at.at(wire.pointer),
                id: wire.id,
                instances: wire.instances,
                constraints: wire.constraints.into_iter().map(constraint).collect(),
                volumes: wire.volumes.into_iter().map(volume).collect(),
                definition: wire.definition,
            }
        }),
        pod_status: list(
            believe.take(&item(items::MARATHON_PODS_STATUS), pick!(PodStatus)),
            |wire, ordinal, at| PodStatus {
                at: at.at(format!("/{ordinal}")),
                id: wire.id,
                status: wire.status,
                instances: wire.instances,
                stable: wire.stable,
            },
        ),
        deployments: list(
            believe.take(&item(items::MARATHON_DEPLOYMENTS), pick!(Deployments)),
            |wire, ordinal, at| Deployment {
                at: at.at(format!("/{ordinal}")),
                id: wire.id,
                affected: wire.affected,
                step: wire.step,
                steps: wire.steps,
            },
        ),
        queue: list(
            believe.take(&item(items::MARATHON_QUEUE), pick!(Queue)),
            |wire, ordinal, at| QueueEntry {
                at: at.at(format!("/queue/{ordinal}")),
                id: wire.id,
                count: wire.count,
                overdue: wire.overdue,
                rejected: wire.rejected,
            },
        ),
        metrics: believe.take(&item(items::MARATHON_METRICS), pick!(MarathonMetrics)),
        subscriptions: believe.take(&item(items::MARATHON_SUBSCRIPTIONS), pick!(Subscriptions)),
        state_nodes: believe.take(&item(items::MARATHON_STATE_NODES), pick!(StateNodes)),
        name: folder.clone(),
        host: folder,
    }
}

/// Converts a known list, entry by entry, with ordinal and evidence of the whole.
fn list<W, T>(wire: Observed<Vec<W>>, convert: impl Fn(W, usize, &EvidenceRef) -> T) -> Observed<Vec<T>> {
    match wire {
        Observed::Known(list, at) => {
            let list = list
                .into_iter()
                .enumerate()
                .map(|(ordinal, wire)| convert(wire, ordinal, &at))
                .collect();
            Observed::Known(list, at)
        }
        Observed::Unknown(why) => Observed::Unknown(why),
    }
}

fn constraint(wire: ConstraintWire) -> Constraint {
    Constraint {
        elements: wire.elements,
        well_formed: wire.well_formed,
        raw: wire.raw,
    }
}

fn volume(wire: VolumeWire) -> ConstrainedVolume {
    ConstrainedVolume {
        index: wire.index,
        name: wire.name,
        disk: wire.disk,
        constraints: wire.constraints.into_iter().map(constraint).collect(),
    }
}

/// `/v2/leader`: Marathon answers 404 when there is none, which is an answer and no failure.
fn leader(believe: &mut Believe<'_>, item: &str) -> Observed<Option<String>> {
    let none = believe.manifest.evidence_for(item).is_some_and(|record| {
        record.status == Some(404) && matches!(record.outcome, Outcome::Captured | Outcome::NotApplicable)
    });
    if none {
        return Observed::Known(None, EvidenceRef::item(item));
    }
    believe.take(item, pick!(Leader)).map(Some)
}

/// Metronome's jobs.
pub(super) fn metronome(believe: &mut Believe<'_>) -> Metronome {
    Metronome {
        jobs: list(
            believe.take_any(items::METRONOME, items::METRONOME_JOBS, None, pick!(Jobs)),
            |wire, ordinal, at| Job {
                at: at.at(format!("/{ordinal}")),
                id: wire.id,
                definition: wire.definition,
            },
        ),
    }
}
