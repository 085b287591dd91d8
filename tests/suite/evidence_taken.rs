//! Taking evidence away never makes a Marathon, Exhibitor or ZooKeeper check pass.
//!
//! For every case that fires: each item in which the case differs from its healthy base does not arrive, was never
//! asked for, or is said not to be there. What was bad may become unknown; it never becomes good.

use gonogo::checks;
use gonogo::model::{Area, Outcome, Status};

use crate::support::fixture::{Case, Cluster, fixtures};

#[test]
fn a_finding_does_not_turn_into_a_pass_when_its_evidence_is_gone() {
    let mut wrong = Vec::new();
    let mut runs = 0;
    for check in checks::all() {
        let meta = check.meta();
        if !matches!(meta.area, Area::Marathon | Area::Zookeeper) {
            continue;
        }
        let folder = fixtures().join("checks").join(meta.id).join("fires");
        for entry in std::fs::read_dir(folder).unwrap() {
            let file = entry.unwrap().path();
            let case = Case::read(&file);
            let edited = case.cluster();
            let base = Cluster::read(case.base.as_deref().unwrap());
            for item in edited.records() {
                if base.payload.get(&item) == edited.payload.get(&item) {
                    continue;
                }
                for taken in 0..3 {
                    let mut cluster = edited.clone();
                    match taken {
                        0 => cluster.fail(&item, &Outcome::TimedOut, "no answer in 30 s"),
                        1 => cluster.fail(&item, &Outcome::NotApplicable, "404"),
                        _ => cluster.forget(&item),
                    }
                    let result = case.run_on(check, &cluster.snapshot());
                    runs += 1;
                    if matches!(result.status, Status::Pass | Status::Skipped) {
                        let name = file.strip_prefix(fixtures()).unwrap().display().to_string();
                        wrong.push(format!("{name} without {item} ({taken}): {}", result.status.as_str()));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(runs > 100, "only {runs} runs");
}
