//! Which checks gonogo runs before and after a hop. Runs none of them.

use super::{CheckRun, When};
use crate::checks;
use crate::knowledge::hops::Product;
use crate::model::{Area, CheckMeta, Stage};

pub(super) fn of(product: Product) -> Vec<CheckRun> {
    checks::all()
        .into_iter()
        .map(checks::Check::meta)
        .filter(|meta| product == Product::Dcos || !only_of_dcos(meta))
        .map(|meta| CheckRun {
            id: meta.id.to_owned(),
            title: meta.title.to_owned(),
            when: match meta.stage {
                Stage::Single => When::BeforeAndAfter,
                Stage::Pair => When::After,
            },
        })
        .collect()
}

/// Checks that look at other answers as well, and still are about DC/OS only.
const ABOUT_DCOS: [&str; 2] = ["component-versions-unexpected", "nested-marathon-outdated"];

/// A check that plain Mesos skips: it looks at nothing but what only DC/OS has.
fn only_of_dcos(meta: &CheckMeta) -> bool {
    let own = |item: &&str| {
        ["data/dcos/", "data/exhibitor/", "data/input/"]
            .iter()
            .any(|start| item.starts_with(start))
    };
    meta.area == Area::Config || meta.needs.iter().all(own) || ABOUT_DCOS.contains(&meta.id)
}
