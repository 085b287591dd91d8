//! `marathon-migration-interrupted`: Marathons whose state in ZooKeeper carries the mark of a migration that did not end.
//! Never says what the migration changed.

use crate::checks::marathon::shared::instances;
use crate::checks::marathon::shared::state::{Gap, titles};
use crate::checks::{Check, Context, Saw};
use crate::facts::marathon_state::IN_PROGRESS;
use crate::model::{Area, CheckMeta, Doc, Finding, Severity, Stage};

/// The check.
pub struct MarathonMigrationInterrupted;

static META: CheckMeta = CheckMeta {
    id: "marathon-migration-interrupted",
    area: Area::Marathon,
    title: "no migration of a Marathon's state was left half done",
    finding: "the state of Marathon {name} in ZooKeeper holds the node {node}: a migration was begun and did not end",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &["data/marathon/*/state_znodes.json"],
    requirements: &[],
    doc: Doc {
        what: "Below the state of every Marathon in ZooKeeper (/marathon/state for the root one) there is no node \
               migration-in-progress. Marathon creates it when a migration begins and deletes it when it has ended well: \
               1.4.9 and later of 1.4, 1.5.2 and later of 1.5, and every later line. The names of the nodes come from \
               Exhibitor's explorer, never what stands in them. Where nobody can list them from outside (no Exhibitor, \
               or one whose own connection may not read the node) this check says nothing and \
               marathon-znodes-old-format is UNKNOWN. An archive made in the middle of an upgrade shows the node of \
               the migration that is under way.",
        why: "The node is left when Marathon died while it migrated: the stored apps may be half in the old and half in the \
              new form. Every release that knows the node refuses to migrate while it is there, so that the next \
              upgrade ends without a leader.",
        by_hand: "curl -s 'http://MASTER:8181/exhibitor/v1/explorer/node?key=/marathon/state' | jq -r '.[].title'\n\
                  without Exhibitor: zkCli.sh -server ZOOKEEPER:2181 ls /marathon/state",
        remedy: "Restore the state from the backup that was made before the migration; the node goes with it. Deleting the \
                 node alone starts the next migration on state that may be half migrated: only when support says so.",
        sources: &[
            "mesosphere/marathon docs/docs/data-migration.md (v1.10.26)",
            "mesosphere/marathon core/storage/store/impl/zk/ZkPersistenceStore.scala (v1.4.9, v1.5.2 to v1.10.26; not in v1.4.8, v1.5.1)",
            "mesosphere/marathon storage/migration/Migration.scala (v1.4.9 to v1.10.26)",
            "d2iq-archive/marathon#5610, #5662",
        ],
    },
};

impl Check for MarathonMigrationInterrupted {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let mut judged = 0;
        let mut unanswerable = Vec::new();
        for instance in instances(context, saw) {
            let (titles, at) = match titles(context, instance) {
                Ok(listed) => listed,
                Err(Gap::Missing(why)) => {
                    instance.unknown(why, saw);
                    continue;
                }
                Err(Gap::Unanswerable(why)) => {
                    unanswerable.push(why);
                    continue;
                }
            };
            saw.looked_at(at);
            judged += 1;
            if let Some(place) = titles.iter().position(|title| title == IN_PROGRESS) {
                let at = at.at(format!("/{place}/title")).quoting(IN_PROGRESS);
                saw.fire(Finding::about(instance.subject()).with("node", IN_PROGRESS).seen_at(at));
            }
        }
        if judged > 0 {
            saw.judged(judged, "states of Marathon in ZooKeeper");
        } else if let Some(why) = unanswerable.into_iter().next() {
            saw.skip(format!(
                "{why}, so that nobody can tell from here; marathon-znodes-old-format says what to look at by hand"
            ));
        }
    }
}
