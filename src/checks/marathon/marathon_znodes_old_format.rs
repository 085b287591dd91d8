//! `marathon-znodes-old-format`: nodes below a Marathon's state that the release which runs would not keep. Never says what
//! stands in them.

use std::collections::{BTreeMap, BTreeSet};

use crate::checks::marathon::shared::state::titles;
use crate::checks::marathon::shared::{Instance, few, instances};
use crate::checks::{Check, Context, Saw};
use crate::facts::marathon_state::{Stray, strays};
use crate::facts::marathons::Listing;
use crate::model::{Area, CheckMeta, Doc, Finding, Severity, Stage};

/// The check.
pub struct MarathonZnodesOldFormat;

/// Most places of evidence in one finding.
const PLACES: usize = 20;

static META: CheckMeta = CheckMeta {
    id: "marathon-znodes-old-format",
    area: Area::Marathon,
    title: "every node of a Marathon's state is one of its own release",
    finding: "the state of Marathon {name} ({version}) in ZooKeeper holds {count} nodes {what}: {nodes}",
    severity: Severity::Warning,
    stage: Stage::Single,
    // Up to 1.3 the list of apps as well.
    needs: &["data/marathon/*/state_znodes.json", "data/marathon/*/info.json"],
    requirements: &[],
    doc: Doc {
        what: "Every name below the state of a Marathon in ZooKeeper is one that its release keeps. Fires on nodes of the \
               flat layout (app:…, task:…) below 1.4 and later; on nodes of a later release than the one that runs; \
               below 0.13 to 1.3 on task keys of 0.12 and earlier (task:<app>:<task>); up to 1.3 on tasks of apps that \
               are not there, where the list of apps is known to be whole. Names that no release is known to keep are \
               left alone. On plain Mesos without Exhibitor nobody lists the nodes from outside: UNKNOWN.",
        why: "A migration reads every node of the form it knows, those that Marathon itself forgot as well, and one that it \
              cannot read ends it: Marathon 1.3 stopped at a task from two years before. The flat layout below 1.4 and \
              later, or nodes of a later release, tell that two releases wrote to one state.",
        by_hand: "curl -s 'http://MASTER:8181/exhibitor/v1/explorer/node?key=/marathon/state' | jq -r '.[].title'\n\
                  without Exhibitor: zkCli.sh -server ZOOKEEPER:2181 ls /marathon/state",
        remedy: "Find out who wrote them before the window: an old Marathon that still runs on the same path, a rolled-back \
                 upgrade, an app deleted long ago. Back up ZooKeeper, rehearse the migration on the copy, and remove the \
                 nodes only when nobody needs them.",
        sources: &[
            "d2iq-archive/marathon#4470 (1.1.1 to 1.3.0 fails on a forgotten task node), #4968",
            "mesosphere/marathon state/Migration.scala (v1.3.14): keys of tasks before 0.13",
            "mesosphere/marathon storage/migration/MigrationTo1_4_PersistenceStore.scala (v1.4.13): deletes the flat layout",
            "mesosphere/marathon storage/store/ZkStoreSerialization.scala (v1.4.0 to v1.10.26)",
        ],
    },
};

impl Check for MarathonZnodesOldFormat {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let (mut judged, mut nodes) = (0, 0);
        for instance in instances(context, saw) {
            if let Some(count) = judge(context, instance, saw) {
                judged += 1;
                nodes += count;
            }
        }
        if judged > 0 {
            saw.judged(judged, "states of Marathon in ZooKeeper");
            saw.judged(nodes, "nodes");
        }
    }
}

/// Judges one instance: how many nodes were looked at.
fn judge(context: &Context<'_>, instance: Instance<'_>, saw: &mut Saw) -> Option<usize> {
    let (titles, at) = match titles(context, instance) {
        Ok(listed) => listed,
        Err(gap) => {
            instance.unknown(gap.sentence(), saw);
            return None;
        }
    };
    let version = instance.version_or_unknown(saw)?;
    saw.looked_at(at);
    let apps = whole(context, instance);
    let flat = version.line() < (1, 4) && titles.iter().any(|title| title.starts_with("task:"));
    if flat && apps.is_none() {
        instance.unknown(
            "the list of apps is not known to be whole, so that its stored tasks cannot be held against it",
            saw,
        );
    }
    let mut found: BTreeMap<Stray, Vec<usize>> = BTreeMap::new();
    for (place, stray) in strays(titles, version, apps.as_ref()) {
        found.entry(stray).or_default().push(place);
    }
    for (stray, places) in found {
        let names: Vec<String> = places.iter().filter_map(|place| titles.get(*place).cloned()).collect();
        let finding = Finding::about(instance.subject())
            .with("key", format!("{stray:?}"))
            .with("version", version.to_string())
            .with("what", words(stray))
            .with("count", names.len())
            .with("nodes", few(&names));
        let seen = places.iter().zip(&names).take(PLACES);
        saw.fire(seen.fold(finding, |finding, (place, name)| {
            finding.seen_at(at.at(format!("/{place}/title")).quoting(name))
        }));
    }
    Some(titles.len())
}

/// Paths of all apps, where the list is known to be whole.
fn whole(context: &Context<'_>, instance: Instance<'_>) -> Option<BTreeSet<String>> {
    let facts = context.facts;
    let mut all = facts.snapshot.marathons.iter().zip(&facts.marathons.listings);
    let (_, listing) = all.find(|(marathon, _)| marathon.name == instance.name())?;
    let apps = instance.marathon.apps.known()?;
    (*listing == Listing::Confirmed).then(|| apps.iter().map(|app| app.id.clone()).collect())
}

fn words(stray: Stray) -> &'static str {
    match stray {
        Stray::Flat => "of the layout before 1.4",
        Stray::TaskKey => "with task keys of 0.12 and earlier",
        Stray::TaskWithoutApp => "of tasks whose app is not there",
        Stray::Later => "of a later release",
    }
}
