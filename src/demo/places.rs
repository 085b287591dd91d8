//! Addresses of the simulated cluster: the usual ones of a written fixture, or the ports a server was given on loopback.
//!
//! Only holds addresses; opens nothing.

use std::fmt;

/// Address and port of one process.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address {
    /// IP address as text.
    pub ip: String,
    /// TCP port.
    pub port: u16,
}

impl Address {
    /// An address.
    pub fn new(ip: impl Into<String>, port: u16) -> Self {
        Self { ip: ip.into(), port }
    }

    /// As an operator would write it: without the port where it is the usual one.
    pub fn short(&self, usual: u16) -> String {
        if self.port == usual {
            self.ip.clone()
        } else {
            self.to_string()
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.ip, self.port)
    }
}

/// Where the processes of one master node listen.
#[derive(Debug, Clone)]
pub struct MasterPlace {
    /// Address by which Exhibitor and the health service know the node.
    pub host: String,
    /// Mesos master.
    pub mesos: Address,
    /// Root Marathon.
    pub marathon: Address,
    /// Metronome.
    pub metronome: Address,
    /// Exhibitor.
    pub exhibitor: Address,
    /// ZooKeeper's client port.
    pub zookeeper: Address,
    /// Admin Router.
    pub front: Address,
}

/// Where the agent of one node listens.
#[derive(Debug, Clone)]
pub struct AgentPlace {
    /// Host name of the agent (its address, as DC/OS sets it).
    pub host: String,
    /// Mesos agent.
    pub mesos: Address,
}

/// Every address of the cluster.
#[derive(Debug, Clone)]
pub struct Places {
    /// Master nodes, in order.
    pub masters: Vec<MasterPlace>,
    /// Agent nodes: private ones first, then public ones.
    pub agents: Vec<AgentPlace>,
    /// The nested Marathon, wherever its task runs.
    pub nested: Address,
}

/// Address by which nodes know master number `index` (from 0).
pub fn master_host(index: usize) -> String {
    format!("10.0.0.{}", index + 1)
}

/// Address by which nodes know private or public agent number `index` (from 0).
pub fn agent_host(public: bool, index: usize) -> String {
    format!("10.0.{}.{}", if public { 2 } else { 1 }, index + 1)
}

impl Places {
    /// A cluster on the usual ports of 10.0.0.x (masters), 10.0.1.x (private agents) and 10.0.2.x (public agents).
    pub fn usual(masters: usize, private: usize, public: usize) -> Self {
        let master = |index| {
            let host = master_host(index);
            let at = |port| Address::new(host.clone(), port);
            MasterPlace {
                mesos: at(5050),
                marathon: at(8080),
                metronome: at(9000),
                exhibitor: at(8181),
                zookeeper: at(2181),
                front: at(80),
                host: host.clone(),
            }
        };
        let agent = |host: String| AgentPlace {
            mesos: Address::new(host.clone(), 5051),
            host,
        };
        Self {
            masters: (0..masters).map(master).collect(),
            agents: (0..private)
                .map(|index| agent(agent_host(false, index)))
                .chain((0..public).map(|index| agent(agent_host(true, index))))
                .collect(),
            nested: Address::new(agent_host(false, 0), 31001),
        }
    }
}
