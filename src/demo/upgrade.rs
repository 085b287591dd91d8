//! Plays the upgrade from DC/OS 1.10.8 to 1.11.3: masters first, then agents, one after the other.
//!
//! What survives a genuine upgrade survives here: agent and framework ids, tasks with their containers. What does not:
//! master ids, the leader, process start times, registration times, everything completed.

use super::ids::mesos_time;
use super::model::{Master, Model};
use super::release::DCOS_1_11_3;

/// When the window takes place, in seconds since 1970.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    /// Begin.
    pub begin: f64,
    /// Time one node takes.
    pub step: f64,
    /// The moment after the window at which the cluster is looked at again.
    pub end: f64,
}

/// Index of the master that leads afterwards.
pub const NEW_LEADER: usize = 1;

impl Model {
    /// Upgrades every master and agent.
    pub fn upgrade(&mut self, window: Window) {
        let release = &DCOS_1_11_3;
        let ids = self.ids;
        let mut clock = window.begin;
        let mut tick = |nodes: f64| {
            clock += window.step * nodes;
            mesos_time(clock)
        };
        for (index, master) in self.masters.iter_mut().enumerate() {
            *master = Master {
                id: ids.uuid(&format!("{} master {index}", release.mesos)),
                release,
                started: tick(1.0),
            };
        }
        self.leader = NEW_LEADER;
        self.elected = tick(0.2);
        for framework in &mut self.frameworks {
            framework.registered = tick(0.01);
            framework.reregistered = Some(mesos_time(framework.registered + 0.000_01));
            framework.completed.clear();
            if matches!(framework.name.as_str(), "marathon" | "metronome")
                && let Some(place) = self.places.masters.get(NEW_LEADER)
            {
                let (ip, port) = if framework.name == "marathon" {
                    (&place.marathon.ip, place.marathon.port)
                } else {
                    (&place.metronome.ip, place.metronome.port)
                };
                framework.webui_url = format!("http://{ip}:{port}");
                framework.hostname.clone_from(ip);
            }
        }
        for agent in &mut self.agents {
            // First every agent comes back to the new leader, still with the old version …
            agent.registered = tick(0.02);
        }
        for agent in &mut self.agents {
            // … then its own turn comes.
            agent.release = release;
            agent.started = tick(1.0);
            agent.reregistered = Some(mesos_time(agent.started + window.step * 0.05));
        }
        for marathon in self.marathons.iter_mut().take(1) {
            marathon.version = release.marathon;
            marathon.build = release.marathon_build;
        }
        // The new Marathon knows fault domains; it tells Mesos so.
        if let Some(root) = self.frameworks.first_mut() {
            root.capabilities.push("REGION_AWARE");
        }
        self.now = window.end;
    }
}
