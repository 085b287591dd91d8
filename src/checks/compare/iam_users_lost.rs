//! `iam-users-lost`: users and service accounts of IAM that were there before the window.

use super::shared;
use crate::checks::{Check, Context, Saw};
use crate::compare::part;
use crate::model::{Area, CheckMeta, Doc, Severity, Stage};

/// The check.
pub struct IamUsersLost;

const META: CheckMeta = CheckMeta {
    id: "iam-users-lost",
    area: Area::Compare,
    title: "every user and service account is still there",
    finding: "{name} was known to IAM before the window and is not after it: {reason}",
    severity: Severity::Warning,
    stage: Stage::Pair,
    needs: &[
        "data/dcos/*/iam_users.json",
        "data/dcos/*/iam_service_users.json",
        "data/backup/*/proof.json",
    ],
    requirements: &[],
    doc: Doc {
        what: "Users and service accounts of before that IAM does not list after the window, by uid. Where one side has no answer of IAM, the ids in the \
               newest dumps of both archives are compared instead. One that is new is shown as a change, and tolerated.",
        why: "The migration of the IAM database runs when the first new master starts. What it drops, nobody notices before the person or \
              the service cannot log in.",
        by_hand: "curl -s -H \"Authorization: token=$TOKEN\" https://CLUSTER/acs/api/v1/users | jq -r '.array[].uid', before and after; \
                  the same with ?type=service",
        remedy: "Find out whether somebody removed it in the window. If not, add it again; where many are gone, restore the dump as the vendor \
                 describes, with the vendor's support.",
        sources: &[
            "DC/OS Upgrade FAQ & Workbook: the inventory of before is repeated after, and loss is explained",
            "dcos/bouncer app/users.py; DC/OS Enterprise IAM API",
        ],
    },
};

impl Check for IamUsersLost {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some(pair) = shared::pair(context, saw) else { return };
        if !shared::account(pair.comparison, saw, &[part::IAM_USERS], "users and service accounts") {
            return;
        }
        shared::fire_changes(pair.comparison, saw, |change| {
            change.subject.id.starts_with("iam/user ")
        });
    }
}
