//! `iam-permissions-lost`: groups, permissions and rows of IAM that were there before the window.

use super::shared;
use crate::checks::{Check, Context, Saw};
use crate::compare::part;
use crate::model::{Area, CheckMeta, Doc, Severity, Stage};

/// The check.
pub struct IamPermissionsLost;

const META: CheckMeta = CheckMeta {
    id: "iam-permissions-lost",
    area: Area::Compare,
    title: "every group and permission is still there",
    finding: "{name} of IAM is gone or has shrunk since before the window: {reason}",
    severity: Severity::Warning,
    stage: Stage::Pair,
    needs: &[
        "data/dcos/*/iam_groups.json",
        "data/dcos/*/iam_acls.json",
        "data/backup/*/proof.json",
    ],
    requirements: &[],
    doc: Doc {
        what: "Groups and permissions of before that IAM does not list after the window, and tables of the database that have fewer rows in the dump \
               after than in the one before. Who is in a group and who holds a permission is not asked: IAM answers that only one by one.",
        why: "The migration of the IAM database runs when the first new master starts. What it drops, nobody notices before the person or \
              the service cannot log in.",
        by_hand: "curl -s -H \"Authorization: token=$TOKEN\" https://CLUSTER/acs/api/v1/groups | jq -r '.array[].gid', before and after; \
                  the same with acls and .rid",
        remedy: "Find out whether somebody removed it in the window. If not, add it again; where many are gone, restore the dump as the vendor \
                 describes, with the vendor's support.",
        sources: &[
            "DC/OS Upgrade FAQ & Workbook: the inventory of before is repeated after, and loss is explained",
            "dcos/bouncer app/users.py; DC/OS Enterprise IAM API",
        ],
    },
};

impl Check for IamPermissionsLost {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some(pair) = shared::pair(context, saw) else { return };
        if !shared::account(
            pair.comparison,
            saw,
            &[part::IAM_GROUPS, part::IAM_PERMISSIONS, part::IAM_TABLES],
            "groups, permissions and tables",
        ) {
            return;
        }
        shared::fire_changes(pair.comparison, saw, |change| {
            ["iam/group ", "iam/permission ", "iam/table "]
                .iter()
                .any(|begin| change.subject.id.starts_with(begin))
        });
    }
}
