//! Sockets of the simulated cluster on loopback, and the addresses they give it.
//!
//! Best is an address for each node and the usual port for each process, as on a genuine cluster: 127.x.0.1 for the
//! first master, 127.x.1.1 for the first agent. Where the system has only 127.0.0.1 (or the ports are taken), every
//! process gets a free port of 127.0.0.1 instead. Never listens on anything but loopback.

use std::io;

use tokio::net::TcpListener;

use super::answers::Service;
use super::model::Size;
use super::places::{Address, AgentPlace, MasterPlace, Places};

/// How addresses are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Net {
    /// An address for each node if the system lets us, else free ports.
    Auto,
    /// Free ports of 127.0.0.1.
    Ports,
}

/// Second bytes of the addresses that are tried; below are the ones people and test labs use by hand.
const NETS: std::ops::Range<u8> = 60..110;
/// Port of Admin Router where a node has an address of its own (80 is for the privileged).
const FRONT_PORT: u16 = 8000;
/// Port of the nested Marathon, inside the range agents offer.
const NESTED_PORT: u16 = 31_080;

/// Listening sockets by process.
pub type Listeners = Vec<(Service, TcpListener)>;

/// Opens every socket of a cluster of that size.
///
/// # Errors
/// Those of listening on 127.0.0.1.
pub async fn open(net: Net, size: Size) -> io::Result<(Places, Listeners)> {
    if net == Net::Auto {
        for second in NETS {
            if let Ok(opened) = open_with(size, |node| Chosen::node(second, node)).await {
                return Ok(opened);
            }
        }
    }
    open_with(size, |_| Chosen::free()).await
}

/// A node.
#[derive(Debug, Clone, Copy)]
enum Node {
    Master(usize),
    Private(usize),
    Public(usize),
}

/// Address of a node, and whether its processes get their usual ports.
struct Chosen {
    ip: String,
    usual: bool,
}

impl Chosen {
    fn node(second: u8, node: Node) -> Self {
        let (third, index) = match node {
            Node::Master(index) => (0, index),
            Node::Private(index) => (1, index),
            Node::Public(index) => (2, index),
        };
        Self {
            ip: format!("127.{second}.{third}.{}", index + 1),
            usual: true,
        }
    }

    fn free() -> Self {
        Self {
            ip: "127.0.0.1".to_owned(),
            usual: false,
        }
    }

    async fn listen(&self, port: u16, service: Service, listeners: &mut Listeners) -> io::Result<Address> {
        let listener = TcpListener::bind((self.ip.as_str(), if self.usual { port } else { 0 })).await?;
        let address = Address::new(self.ip.clone(), listener.local_addr()?.port());
        listeners.push((service, listener));
        Ok(address)
    }

    /// What a node is called: its address, or a name where all share one address.
    fn host(&self, name: String) -> String {
        if self.usual { self.ip.clone() } else { name }
    }
}

async fn open_with(size: Size, choose: impl Fn(Node) -> Chosen) -> io::Result<(Places, Listeners)> {
    let mut listeners = Listeners::new();
    let mut masters = Vec::new();
    for index in 0..Size::MASTERS {
        let chosen = choose(Node::Master(index));
        let all = &mut listeners;
        masters.push(MasterPlace {
            // Exhibitor and the health service know masters by address.
            host: chosen.ip.clone(),
            mesos: chosen.listen(5050, Service::Master(index), all).await?,
            marathon: chosen.listen(8080, Service::RootMarathon(index), all).await?,
            metronome: chosen.listen(9000, Service::Metronome(index), all).await?,
            exhibitor: chosen.listen(8181, Service::Exhibitor(index), all).await?,
            zookeeper: chosen.listen(2181, Service::ZooKeeper(index), all).await?,
            front: chosen.listen(FRONT_PORT, Service::Front(index), all).await?,
        });
    }
    let nodes = (0..size.private)
        .map(|index| (Node::Private(index), format!("agent-{}", index + 1)))
        .chain((0..size.public).map(|index| (Node::Public(index), format!("public-agent-{}", index + 1))));
    let mut agents = Vec::new();
    for (index, (node, name)) in nodes.enumerate() {
        let chosen = choose(node);
        agents.push(AgentPlace {
            host: chosen.host(name),
            mesos: chosen.listen(5051, Service::Agent(index), &mut listeners).await?,
        });
    }
    let nested = choose(Node::Private(0))
        .listen(NESTED_PORT, Service::NestedMarathon, &mut listeners)
        .await?;
    let places = Places {
        masters,
        agents,
        nested,
    };
    Ok((places, listeners))
}
