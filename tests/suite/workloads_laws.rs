//! Laws of the risk map: tasks of real clusters are counted once, and no planned wave breaks what definitions say.

use gonogo::facts::Facts;
use gonogo::facts::workloads::Settings;
use gonogo::facts::workloads::map::seen;
use gonogo::snapshot::TaskState;
use proptest::prelude::*;

use crate::public_captures::captures;
use crate::snapshot::{captured, snapshot};
use crate::support::handmade::{self, Cluster, task_id};
use crate::workloads::{sized, with};

/// Real states: every task stands in exactly one workload on exactly one agent, or is counted as astray.
#[test]
fn tasks_of_real_clusters_are_counted_once() {
    let Some(folder) = captures()
        .map(|folder| folder.join("public/mesos-master-state"))
        .filter(|folder| folder.is_dir())
    else {
        crate::support::skipped("public states (no ../shared/captures/public here)");
        return;
    };
    let (mut states, mut tasks_seen, mut workloads_seen) = (0, 0, 0);
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let snapshot = snapshot(&[captured("data/mesos-master/10.0.0.1/state.json", &bytes)]);
        let Some(table) = snapshot.tasks.known() else { continue };
        let map = seen(&Facts::new(&snapshot), &Settings::default()).unwrap();
        let alive = ["TASK_STAGING", "TASK_STARTING", "TASK_RUNNING", "TASK_KILLING"];
        let expected = table
            .tasks
            .iter()
            .filter(|task| alive.contains(&task.state.as_str()) && task.list != gonogo::snapshot::TaskList::Unreachable)
            .count() as u64;
        let on_hosts: u64 = map.hosts.iter().map(|host| host.tasks).sum();
        let in_workloads: u64 = map.workloads.iter().map(|workload| workload.sum.tasks).sum();
        assert_eq!(on_hosts + map.astray, expected, "{}", path.display());
        assert_eq!(on_hosts, in_workloads, "{}", path.display());
        assert!(
            map.workloads
                .iter()
                .all(|workload| workload.sum.instances <= workload.sum.tasks)
        );
        assert!(
            map.workloads
                .iter()
                .all(|workload| workload.sum.available <= workload.sum.instances)
        );
        states += 1;
        tasks_seen += expected;
        workloads_seen += map.workloads.len();
    }
    eprintln!("public states: {states} read, {tasks_seen} tasks in {workloads_seen} workloads");
    assert!(states > 10 && tasks_seen > 100, "{states} states, {tasks_seen} tasks");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// The law once more, from the archive's own lists: whatever the overview plans, counted again from the tasks.
    #[test]
    fn no_planned_wave_takes_an_app_below_what_its_definition_says(
        placed in prop::collection::vec((0..3_usize, 1..=6_usize, any::<bool>()), 0..24),
        shares in prop::collection::vec(0..=4_u32, 3),
        wanted in prop::collection::vec(0..8_u64, 3),
        racks in 1..3_usize,
    ) {
        let mut one = Cluster::before();
        one.tasks.clear();
        one.agents = (1..=6).map(handmade::agent).collect();
        for (at, agent) in one.agents.iter_mut().enumerate() {
            let rack = gonogo::snapshot::mesos::Attribute::Text(format!("r{}", at % racks));
            agent.attributes.insert("rack".to_owned(), rack);
        }
        one.apps = (0..3)
            .map(|app| {
                let strategy = format!(r#"{{"minimumHealthCapacity":{}}}"#, f64::from(shares[app]) / 4.0);
                sized(&format!("/app{app}"), wanted[app], &[("upgradeStrategy", &strategy)])
            })
            .collect();
        for (number, (app, agent, runs)) in placed.iter().enumerate() {
            let id = task_id(&format!("app{app}"), u32::try_from(number).unwrap());
            one.run("fw-0001", &id, *agent);
            if !runs {
                one.task(&id).3 = TaskState::Staging;
            }
        }
        let settings = Settings { max_wave: 100, ..Settings::default() };
        let all = with(&one.snapshot(), &settings);
        prop_assert!(all.doubts.is_empty(), "{:?}", all.doubts);
        let waves = all.waves.unwrap();
        for wave in &waves.plan {
            for app in 0..3 {
                let on = |agent: usize| wave.ids.contains(&format!("2b0a-S{agent}"));
                let up = placed.iter().filter(|(of, _, runs)| *of == app && *runs);
                let (inside, outside): (Vec<usize>, Vec<usize>) = up.map(|(_, agent, _)| *agent).partition(|agent| on(*agent));
                let minimum = (wanted[app] * u64::from(shares[app])).div_ceil(4);
                prop_assert!(
                    inside.is_empty() || outside.len() as u64 >= minimum,
                    "/app{app}: {} outside, minimum {minimum}: {wave:?}", outside.len()
                );
            }
        }
        let planned = waves.plan.iter().map(|wave| wave.agents.len()).sum::<usize>();
        prop_assert_eq!(planned + waves.held.len(), 6);
    }
}
