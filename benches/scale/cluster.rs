//! A synthetic cluster of any size: plain Mesos, three masters, before and after an upgrade from 1.4.3 to 1.5.3.
//!
//! Everything follows from the seed: the same task has the same id, agent and container on both sides, so that a
//! comparison finds a clean upgrade. Answers have the fields, order and spelling of genuine ones.

use std::fmt::Write as _;

/// Size of a cluster.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// Agents.
    pub agents: u64,
    /// Running tasks.
    pub tasks: u64,
    /// Everything else follows from it.
    pub seed: u64,
}

/// One of the two moments.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// Mesos version of every process.
    pub version: &'static str,
    /// Seconds since 1970 at which masters started.
    pub start: u64,
    /// Makes ids of master processes differ.
    pub salt: u64,
}

/// Before the upgrade.
pub const PRE: Moment = Moment {
    version: "1.4.3",
    start: 1_790_000_000,
    salt: 1,
};
/// After the upgrade.
pub const POST: Moment = Moment {
    version: "1.5.3",
    start: 1_790_100_000,
    salt: 2,
};

/// Frameworks; the first runs half of all tasks.
pub const FRAMEWORKS: u64 = 10;
/// Addresses of the masters; the first leads.
pub const MASTERS: [&str; 3] = ["10.0.0.1", "10.0.0.2", "10.0.0.3"];

/// A number that follows from two others and looks random (splitmix64).
pub fn mix(seed: u64, number: u64) -> u64 {
    let mut z = seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Shape {
    fn uuid(&self, number: u64) -> String {
        let (a, b) = (mix(self.seed, number), mix(self.seed ^ 0xabcd, number));
        format!(
            "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
            a >> 32,
            (a >> 16) & 0xffff,
            a & 0xfff,
            b >> 52,
            b & 0xffff_ffff_ffff
        )
    }

    /// Id of the master that first registered everything.
    fn origin(&self) -> String {
        self.uuid(u64::MAX)
    }

    /// Address of an agent.
    pub fn address(agent: u64) -> String {
        format!("10.{}.{}.{}", 1 + agent / 62_500, agent / 250 % 250, 1 + agent % 250)
    }

    /// Framework of a task.
    fn framework(task: u64) -> u64 {
        if task.is_multiple_of(2) {
            0
        } else {
            1 + task / 2 % (FRAMEWORKS - 1)
        }
    }

    /// Agent of a task.
    fn agent(&self, task: u64) -> u64 {
        mix(self.seed ^ 0x5a5a, task) % self.agents
    }

    /// Running tasks of each agent.
    fn load(&self) -> Vec<u64> {
        let mut load = vec![0; usize::try_from(self.agents).unwrap()];
        for task in 0..self.tasks {
            load[usize::try_from(self.agent(task)).unwrap()] += 1;
        }
        load
    }

    /// `/state` of an agent, without its executors: what it holds would double everything.
    pub fn agent_state(&self, agent: u64, moment: &Moment) -> String {
        let address = Self::address(agent);
        format!(
            r#"{{"version":"{}","start_time":{}.5,"id":"{}-S{agent}","pid":"slave(1)@{address}:5051","hostname":"{address}","frameworks":[],"completed_frameworks":[]}}"#,
            moment.version,
            moment.start,
            self.origin(),
        )
    }

    fn agent_fields(&self, agent: u64, moment: &Moment, into: &mut String) {
        let address = Self::address(agent);
        let zone = ["a", "b", "c"][usize::try_from(agent % 3).unwrap()];
        let _ = write!(
            into,
            r#"{{"id":"{origin}-S{agent}","hostname":"{address}","port":5051,"attributes":{{"rack":"r{rack}","type":"general"}},"domain":{{"fault_domain":{{"region":{{"name":"region-1"}},"zone":{{"name":"zone-{zone}"}}}}}},"pid":"slave(1)@{address}:5051","registered_time":{time}.46320,"resources":{{"disk":819200.0,"mem":257024.0,"gpus":0.0,"cpus":64.0,"ports":"[1025-2180, 2182-3887, 3889-5049, 5052-8079, 8082-8180, 8182-32000]"}},"used_resources":{{"disk":0.0,"mem":51200.0,"gpus":0.0,"cpus":25.0,"ports":"[31000-31099]"}},"offered_resources":{{"disk":0.0,"mem":0.0,"gpus":0.0,"cpus":0.0}},"reserved_resources":{{}},"unreserved_resources":{{"disk":819200.0,"mem":257024.0,"gpus":0.0,"cpus":64.0,"ports":"[1025-2180, 2182-3887, 3889-5049, 5052-8079, 8082-8180, 8182-32000]"}},"active":true,"version":"{version}","capabilities":["MULTI_ROLE","HIERARCHICAL_ROLE","RESERVATION_REFINEMENT"]"#,
            origin = self.origin(),
            rack = agent % 40,
            time = moment.start + agent % 600,
            version = moment.version,
        );
    }

    fn task(&self, task: u64, into: &mut String) {
        let noise = mix(self.seed ^ 0x77, task);
        let (team, service) = (noise % 97, noise / 97 % 1009);
        let (agent, framework) = (self.agent(task), Self::framework(task));
        let (uuid, container, origin) = (self.uuid(task * 2), self.uuid(task * 2 + 1), self.origin());
        let port = 31_000 + noise % 900;
        let ip = format!("9.0.{}.{}", noise % 250, noise / 250 % 250);
        let time = 1_789_000_000 + noise % 900_000;
        let _ = write!(
            into,
            r#"{{"id":"team-{team}_service-{service}.{uuid}","name":"service-{service}.team-{team}","framework_id":"{origin}-{framework:04}","executor_id":"","slave_id":"{origin}-S{agent}","state":"TASK_RUNNING","resources":{{"disk":0.0,"mem":512.0,"gpus":0.0,"cpus":0.25,"ports":"[{port}-{port}]"}},"role":"*","statuses":["#
        );
        let status = |state: &str, later: u64, healthy: &str, into: &mut String| {
            let _ = write!(
                into,
                r#"{{"state":"{state}","timestamp":{}.{:05},"container_status":{{"container_id":{{"value":"{container}"}},"network_infos":[{{"ip_addresses":[{{"protocol":"IPv4","ip_address":"{ip}"}}],"name":"overlay","labels":[]}}]}}{healthy}}}"#,
                time + later,
                noise % 100_000,
            );
        };
        status("TASK_STARTING", 0, "", into);
        into.push(',');
        status("TASK_RUNNING", 3, r#","healthy":true"#, into);
        let _ = write!(
            into,
            r#"],"labels":[{{"key":"DCOS_SPACE","value":"\/team-{team}\/service-{service}"}},{{"key":"HAPROXY_GROUP","value":"external"}},{{"key":"HAPROXY_0_VHOST","value":"service-{service}.team-{team}.example"}},{{"key":"HAPROXY_0_BACKEND_HTTP_OPTIONS","value":"  option forwardfor\n  no option http-keep-alive\n  http-request set-header X-Forwarded-Port %[dst_port]\n"}},{{"key":"owner","value":"team-{team}@mail.example"}},{{"key":"build","value":"{noise:016x}"}}],"discovery":{{"visibility":"FRAMEWORK","name":"service-{service}.team-{team}","ports":{{"ports":[{{"number":{port},"name":"http","protocol":"tcp","labels":{{"labels":[{{"key":"VIP_0","value":"\/team-{team}\/service-{service}:80"}},{{"key":"network-scope","value":"host"}}]}}}}]}}}},"container":{{"type":"DOCKER","docker":{{"image":"registry.example:5000\/team-{team}\/service-{service}:1.{minor}.{patch}","network":"USER","privileged":false,"force_pull_image":false,"parameters":[{{"key":"label","value":"task={uuid}"}},{{"key":"log-driver","value":"journald"}}],"port_mappings":[{{"host_port":{port},"container_port":8080,"protocol":"tcp"}}]}},"network_infos":[{{"name":"overlay","labels":[],"port_mappings":[]}}],"volumes":[{{"mode":"RO","container_path":"\/etc\/service","host_path":"\/srv\/config\/service-{service}"}}]}}}}"#,
            minor = noise % 40,
            patch = noise % 12,
        );
    }

    fn framework_fields(&self, framework: u64, moment: &Moment, into: &mut String) {
        let _ = write!(
            into,
            r#"{{"id":"{origin}-{framework:04}","name":"scheduler-{framework}","used_resources":{{"disk":0.0,"mem":512.0,"gpus":0.0,"cpus":0.25}},"offered_resources":{{"disk":0.0,"mem":0.0,"gpus":0.0,"cpus":0.0}},"capabilities":["TASK_KILLING_STATE","PARTITION_AWARE"],"hostname":"10.0.0.1","webui_url":"","active":true,"connected":true,"recovered":false"#,
            origin = self.origin(),
        );
        let _ = moment;
    }

    /// `/state` of the leader, handed out in pieces.
    pub fn state(&self, moment: &Moment, out: &mut dyn FnMut(&str)) {
        let mut text = String::with_capacity(1 << 20);
        let id = self.uuid(moment.salt << 40);
        let _ = write!(
            text,
            r#"{{"version":"{version}","git_sha":"b1dbba03af23b0222d11f2b7ae936d77ef42650d","git_tag":"{version}","build_date":"2019-03-19 07:34:12","build_time":1552980852.0,"build_user":"builder","start_time":{start}.31532,"elected_time":{start}.91804,"id":"{id}","pid":"master@10.0.0.1:5050","hostname":"10.0.0.1","activated_slaves":{agents}.0,"deactivated_slaves":0.0,"unreachable_slaves":0.0,"leader":"master@10.0.0.1:5050","leader_info":{{"id":"{id}","pid":"master@10.0.0.1:5050","port":5050,"hostname":"10.0.0.1"}},"cluster":"synthetic",{flags},"slaves":["#,
            version = moment.version,
            start = moment.start,
            agents = self.agents,
            flags = flags(),
        );
        for agent in 0..self.agents {
            if agent > 0 {
                text.push(',');
            }
            self.agent_fields(agent, moment, &mut text);
            text.push('}');
            flush(&mut text, out);
        }
        text.push_str(r#"],"recovered_slaves":[],"frameworks":["#);
        for framework in 0..FRAMEWORKS {
            if framework > 0 {
                text.push(',');
            }
            self.framework_fields(framework, moment, &mut text);
            let _ = write!(
                text,
                r#","user":"root","failover_timeout":604800.0,"checkpoint":true,"registered_time":{}.22658,"unregistered_time":0.0,"principal":"scheduler-{framework}","role":"*","tasks":["#,
                moment.start + 30,
            );
            let mut first = true;
            for task in (0..self.tasks).filter(|task| Self::framework(*task) == framework) {
                if !std::mem::take(&mut first) {
                    text.push(',');
                }
                self.task(task, &mut text);
                flush(&mut text, out);
            }
            text.push_str(r#"],"unreachable_tasks":[],"completed_tasks":["#);
            // History as long as Mesos keeps it by default, before the window only: a failover empties it.
            let history = if moment.salt == PRE.salt {
                1000.min(self.tasks / 50)
            } else {
                0
            };
            for past in 0..history {
                if past > 0 {
                    text.push(',');
                }
                self.task((1 << 40) + framework * 1000 + past, &mut text);
                flush(&mut text, out);
            }
            text.push_str(r#"],"offers":[],"executors":[]}"#);
        }
        text.push_str(r#"],"completed_frameworks":[],"orphan_tasks":[],"unregistered_frameworks":[]}"#);
        out(&text);
    }

    /// `/slaves` of the leader.
    pub fn slaves(&self, moment: &Moment) -> String {
        let mut text = String::from(r#"{"slaves":["#);
        for agent in 0..self.agents {
            if agent > 0 {
                text.push(',');
            }
            self.agent_fields(agent, moment, &mut text);
            text.push_str(r#","reserved_resources_full":{},"unreserved_resources_full":[{"name":"cpus","type":"SCALAR","scalar":{"value":64.0},"role":"*"},{"name":"mem","type":"SCALAR","scalar":{"value":257024.0},"role":"*"},{"name":"disk","type":"SCALAR","scalar":{"value":819200.0},"role":"*"},{"name":"ports","type":"RANGES","ranges":{"range":[{"begin":1025,"end":2180},{"begin":2182,"end":3887},{"begin":8182,"end":32000}]},"role":"*"}],"used_resources_full":[{"name":"cpus","type":"SCALAR","scalar":{"value":25.0},"role":"*"}],"offered_resources_full":[]}"#);
        }
        text.push_str(r#"],"recovered_slaves":[]}"#);
        text
    }

    /// `/state-summary` of the leader.
    pub fn summary(&self, moment: &Moment) -> String {
        let counts = |running: u64, into: &mut String| {
            let _ = write!(
                into,
                r#","TASK_STAGING":0,"TASK_STARTING":0,"TASK_RUNNING":{running},"TASK_KILLING":0,"TASK_FINISHED":0,"TASK_KILLED":0,"TASK_FAILED":0,"TASK_LOST":0,"TASK_ERROR":0,"TASK_UNREACHABLE":0"#
            );
        };
        let mut text = String::from(r#"{"hostname":"10.0.0.1","cluster":"synthetic","slaves":["#);
        for (agent, running) in self.load().into_iter().enumerate() {
            if agent > 0 {
                text.push(',');
            }
            self.agent_fields(agent as u64, moment, &mut text);
            counts(running, &mut text);
            text.push_str(r#","framework_ids":[]}"#);
        }
        text.push_str(r#"],"frameworks":["#);
        for framework in 0..FRAMEWORKS {
            if framework > 0 {
                text.push(',');
            }
            self.framework_fields(framework, moment, &mut text);
            let running = (0..self.tasks)
                .filter(|task| Self::framework(*task) == framework)
                .count();
            counts(running as u64, &mut text);
            text.push_str(r#","slave_ids":[]}"#);
        }
        text.push_str("]}");
        text
    }

    /// `/registrar(1)/registry` of any master.
    pub fn registry(&self, moment: &Moment) -> String {
        let mut text = format!(
            r#"{{"master":{{"info":{{"hostname":"10.0.0.1","id":"{}","ip":16777226,"pid":"master@10.0.0.1:5050","port":5050,"version":"{}"}}}},"slaves":{{"slaves":["#,
            self.uuid(moment.salt << 40),
            moment.version,
        );
        for agent in 0..self.agents {
            if agent > 0 {
                text.push(',');
            }
            let _ = write!(
                text,
                r#"{{"info":{{"attributes":[{{"name":"rack","text":{{"value":"r{rack}"}},"type":"TEXT"}}],"checkpoint":true,"hostname":"{address}","id":{{"value":"{origin}-S{agent}"}},"port":5051,"resources":[{{"name":"cpus","role":"*","scalar":{{"value":64.0}},"type":"SCALAR"}},{{"name":"mem","role":"*","scalar":{{"value":257024.0}},"type":"SCALAR"}},{{"name":"disk","role":"*","scalar":{{"value":819200.0}},"type":"SCALAR"}}]}}}}"#,
                rack = agent % 40,
                address = Self::address(agent),
                origin = self.origin(),
            );
        }
        text.push_str("]}}");
        text
    }

    /// `/metrics/snapshot` of a master.
    pub fn master_metrics(&self, leads: bool) -> String {
        let (agents, tasks, frameworks) = if leads {
            (self.agents, self.tasks, FRAMEWORKS)
        } else {
            (0, 0, 0)
        };
        let size = self.agents * 400;
        let registry = if leads {
            format!(r#""registrar\/registry_size_bytes":{size}.0,"#)
        } else {
            String::new()
        };
        format!(
            r#"{{"master\/elected":{elected}.0,"master\/uptime_secs":86400.5,{registry}"registrar\/log\/recovered":1.0,"registrar\/log\/ensemble_size":3.0,"registrar\/queued_operations":0.0,"master\/slaves_active":{agents}.0,"master\/slaves_inactive":0.0,"master\/slaves_connected":{agents}.0,"master\/slaves_disconnected":0.0,"master\/slaves_unreachable":0.0,"master\/frameworks_active":{frameworks}.0,"master\/frameworks_inactive":0.0,"master\/frameworks_connected":{frameworks}.0,"master\/frameworks_disconnected":0.0,"master\/tasks_staging":0.0,"master\/tasks_starting":0.0,"master\/tasks_running":{tasks}.0,"master\/tasks_killing":0.0,"master\/tasks_unreachable":0.0,"master\/tasks_lost":0.0,"master\/recovery_slave_removals":0.0}}"#,
            elected = u8::from(leads),
        )
    }
}

/// `"flags":{…}`, as in `/state` and `/flags`.
pub fn flags() -> String {
    r#""flags":{"agent_ping_timeout":"15secs","agent_reregister_timeout":"10mins","allocation_interval":"1secs","authenticate_agents":"false","authenticate_frameworks":"false","cluster":"synthetic","max_agent_ping_timeouts":"5","max_completed_frameworks":"50","max_completed_tasks_per_framework":"1000","port":"5050","quorum":"2","registry":"replicated_log","work_dir":"\/var\/lib\/mesos\/master","zk":"zk:\/\/10.0.0.1:2181,10.0.0.2:2181,10.0.0.3:2181\/mesos"}"#
        .to_owned()
}

/// The four-letter words of one ZooKeeper server.
pub fn zookeeper(leads: bool) -> [(&'static str, String); 4] {
    let (mode, followers) = if leads {
        (
            "leader",
            "zk_followers\t2\nzk_synced_followers\t2\nzk_pending_syncs\t0\n",
        )
    } else {
        ("follower", "")
    };
    [
        ("ruok", "imok".to_owned()),
        (
            "srvr",
            format!(
                "Zookeeper version: 3.4.14\nLatency min/avg/max: 0/0/9\nReceived: 9\nSent: 9\nConnections: 9\nOutstanding: 0\nZxid: 0x430\nMode: {mode}\nNode count: 1069\n"
            ),
        ),
        (
            "mntr",
            format!(
                "zk_version\t3.4.14\nzk_avg_latency\t0\nzk_outstanding_requests\t0\nzk_server_state\t{mode}\nzk_znode_count\t1069\n{followers}"
            ),
        ),
        ("conf", "clientPort=2181\ntickTime=2000\nserverId=1\n".to_owned()),
    ]
}

/// `/metrics/snapshot` of an agent.
pub fn agent_metrics(agent: u64) -> String {
    let mut text = format!(
        r#"{{"slave\/registered":1.0,"slave\/uptime_secs":{}.5,"slave\/recovery_errors":0.0,"slave\/frameworks_active":{FRAMEWORKS}.0,"slave\/tasks_running":100.0,"slave\/tasks_staging":0.0,"slave\/tasks_lost":0.0"#,
        80_000 + agent
    );
    for other in 0..30 {
        let _ = write!(
            text,
            r#","containerizer\/mesos\/counter_{other}":{}.0"#,
            agent * other % 977
        );
    }
    text.push('}');
    text
}

fn flush(text: &mut String, out: &mut dyn FnMut(&str)) {
    if text.len() > (1 << 20) - 8192 {
        out(text);
        text.clear();
    }
}
