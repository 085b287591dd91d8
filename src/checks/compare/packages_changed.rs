//! Catalogue packages that are not what they were before the window.

use super::shared;
use crate::checks::{Check, Context, Saw};
use crate::compare::part;
use crate::model::{Area, CheckMeta, Doc, Severity, Stage, SubjectKind};

/// The check.
pub struct PackagesChanged;

const META: CheckMeta = CheckMeta {
    id: "packages-changed",
    area: Area::Compare,
    title: "the installed packages are those of before",
    finding: "package {name} ({key}): {before} before the window, {after} after it: {reason}",
    severity: Severity::Warning,
    stage: Stage::Pair,
    needs: &["data/dcos/*/packages.json"],
    requirements: &["S0-96", "S3-20"],
    doc: Doc {
        what: "Installed packages, by the app that runs them: gone, new, another name or version.",
        why: "Catalogue packages are not upgraded by a hop; one that changed was changed by somebody, in the window.",
        by_hand: "dcos package list, before and after.",
        remedy: "Compare with the change plan; install the version of before where nobody meant the change.",
        sources: &["DC/OS upgrading pages: packages installed from the catalogue are not upgraded automatically"],
    },
};

impl Check for PackagesChanged {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some(pair) = shared::pair(context, saw) else { return };
        if !shared::account(pair.comparison, saw, &[part::PACKAGES], "packages") {
            return;
        }
        for change in &pair.comparison.changes {
            if change.subject.kind == SubjectKind::Package {
                let key = change.field.clone().unwrap_or_else(|| change.kind.as_str().to_owned());
                saw.fire(shared::finding(change).with("key", key));
            }
        }
    }
}
