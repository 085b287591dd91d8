//! `packages-without-path`: installed catalogue packages of which a document says that they cannot be upgraded with their
//! state. Never says that the others can.

use crate::checks::shared::only_on_dcos;
use crate::checks::{Check, Context, Saw};
use crate::knowledge::packages::Word;
use crate::model::{Area, CheckMeta, Doc, Finding, Severity, Stage, Subject, SubjectKind};

/// The check.
pub struct PackagesWithoutPath;

static META: CheckMeta = CheckMeta {
    id: "packages-without-path",
    area: Area::Cluster,
    title: "no installed package is known to lose its state when it is upgraded",
    finding: "package {name} {version} ({app}) has no way to {to} that keeps its state: {text} [{source}]",
    severity: Severity::Warning,
    stage: Stage::Single,
    needs: &["data/dcos/*/packages.json"],
    requirements: &["S0-96", "S3-20"],
    doc: Doc {
        what: "Every installed catalogue package is looked up in what the documents of the services say about upgrades \
               (src/knowledge/data/packages.toml). Fires on a version of which a document says that it cannot be brought \
               to a newer release with its state. Packages of which no document speaks are counted and listed in the \
               workbook's sheet packages: that nothing is said about them does not mean that they can be upgraded.",
        why: "DC/OS does not upgrade catalogue packages by itself, and not every service has a way that preserves its state. \
              Who finds that out after the window, on a release that the old package does not support, has no way back.",
        by_hand: "dcos package list, and the release notes of each service.",
        remedy: "Plan the service on its own: a fresh installation beside the old one, and the data replicated or restored \
                 from a backup; before the window where the target does not support the old package.",
        sources: &[
            "DC/OS 1.11 patching page, notes: services are not upgraded automatically, because not all have a path that preserves state",
            "release notes and upgrade pages of the services, named in each finding",
        ],
    },
};

impl Check for PackagesWithoutPath {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        if !only_on_dcos(context, "catalogue", saw) {
            return;
        }
        let (packages, at) = match context.facts.snapshot.dcos.packages.get() {
            Ok(known) => known,
            Err(why) => return saw.unknown(why),
        };
        saw.looked_at(at);
        let mut silent = 0;
        for package in packages {
            match context.knowledge.package(&package.name, &package.version) {
                Word::NoWay(statement) => saw.fire(
                    Finding::about(Subject::new(SubjectKind::Package, &package.app_id, &package.name))
                        .with("version", package.version.as_str())
                        .with("app", package.app_id.as_str())
                        .with("to", statement.to.as_deref().unwrap_or("a newer release"))
                        .with("text", statement.text.as_str())
                        .with("source", statement.sources.join("; "))
                        .seen_at(package.at.clone().quoting(&package.version)),
                ),
                Word::Silent => silent += 1,
                Word::Unreadable => saw.unknown_because(format!(
                    "package {} ({}) has the version `{}`, which cannot be compared with what the documents say",
                    package.name, package.app_id, package.version
                )),
            }
        }
        saw.judged(packages.len(), "packages");
        if silent > 0 {
            saw.judged(silent, "of which no document speaks");
        }
    }
}
