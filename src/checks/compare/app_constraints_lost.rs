//! Placement constraints that apps and pods had before the window and do not have after it.

use super::shared;
use crate::checks::{Check, Context, Saw};
use crate::compare::{CONSTRAINT, part};
use crate::model::{Area, CheckMeta, Doc, Severity, Stage};

/// The check.
pub struct AppConstraintsLost;

const META: CheckMeta = CheckMeta {
    id: "app-constraints-lost",
    area: Area::Compare,
    title: "every app and pod has the constraints of before",
    finding: "{subject} had the constraint {before}: {reason}",
    severity: Severity::Blocker,
    stage: Stage::Pair,
    needs: &["data/marathon/*/apps.json", "data/marathon/*/pods.json"],
    requirements: &["S1-35", "S1-136"],
    doc: Doc {
        what: "Constraints are compared by what they mean: letter case of the operator, a value of UNIQUE, an empty one of GROUP_BY or CLUSTER, and whatever a migration of the hop writes otherwise (`*` becomes `.*`) are no change. A constraint that is gone without another one on the same field is a finding; another operator or value on the same field is reported by app-definition-changed. Where a migration of the hop removes such a constraint, the finding names it.",
        why: "Marathon 1.3 to 1.5 remove constraints they find invalid while they migrate, and say so only in the log. The app then runs anywhere: two instances on one host, outside its rack.",
        by_hand: "curl http://<marathon>/v2/apps | jq '.apps[] | {id, constraints}', before and after.",
        remedy: "Write the constraint again in a form the running Marathon accepts (see constraints-invalid) and deploy.",
        sources: &[
            "mesosphere/marathon storage/migration at v1.3.13, v1.4.8, v1.5.15",
            "DC/OS Upgrade FAQ and Workbook: constraints present before are present after",
        ],
    },
};

impl Check for AppConstraintsLost {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some(pair) = shared::pair(context, saw) else { return };
        if shared::account(pair.comparison, saw, &[part::APPS, part::PODS], "apps and pods") {
            shared::fire_changes(pair.comparison, saw, |change| {
                change.field.as_deref() == Some(CONSTRAINT) && change.after.is_none()
            });
        }
    }
}
