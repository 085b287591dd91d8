//! Catalogue packages, by the app that runs them.

use std::collections::BTreeMap;

use crate::model::{ChangeKind, Subject, SubjectKind, Why};
use crate::snapshot::Package;

use super::{Line, Sides};
use crate::compare::Comparison;
use crate::compare::part::{self, Both, Side};

/// Compares the lists of installed packages.
pub fn diff(sides: &Sides<'_>, comparison: &mut Comparison) {
    let (before, after) = (
        &sides.before.snapshot.dcos.packages,
        &sides.after.snapshot.dcos.packages,
    );
    if sides.plain_mesos() && !before.is_known() && !after.is_known() {
        comparison.absent.push((
            part::PACKAGES.to_owned(),
            Why::Absent {
                item: "data/dcos/*/packages.json".to_owned(),
                reason: "this is Mesos without DC/OS".to_owned(),
            },
        ));
        return;
    }
    let Some(Both { before, after }) = comparison.both(part::PACKAGES, Side::plain(before), Side::plain(after)) else {
        return;
    };
    comparison.count(part::PACKAGES, before.0.len());
    let index = |list: &'_ [Package]| -> BTreeMap<String, Package> {
        list.iter()
            .map(|package| (package.app_id.clone(), package.clone()))
            .collect()
    };
    let (old, mut new) = (index(before.0), index(after.0));
    for (app, one) in old {
        let subject = Subject::new(SubjectKind::Package, &app, &one.name);
        let Some(other) = new.remove(&app) else {
            let line = Line::unexpected(subject, ChangeKind::Lost, "no hop uninstalls a package");
            comparison.note(line.from(Some(one.version)).seen_before(&one.at).seen_after(after.1));
            continue;
        };
        for (field, was, is) in [
            ("name", &one.name, &other.name),
            ("version", &one.version, &other.version),
        ] {
            if was != is {
                let why = "packages are not upgraded by a hop";
                comparison.note(
                    Line::unexpected(subject.clone(), ChangeKind::Changed, why)
                        .field(field)
                        .from(Some(was.clone()))
                        .to(Some(is.clone()))
                        .seen_before(&one.at)
                        .seen_after(&other.at),
                );
            }
        }
    }
    for (app, package) in new {
        let subject = Subject::new(SubjectKind::Package, &app, &package.name);
        let line = Line::unexpected(subject, ChangeKind::Added, "no hop installs a package");
        comparison.note(line.to(Some(package.version)).seen_after(&package.at));
    }
}
