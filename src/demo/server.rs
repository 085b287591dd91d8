//! Serves the simulated cluster over HTTP and TCP on loopback, until it is stopped.
//!
//! Every process has its own socket; what it says is computed from the model at the moment it is asked, so that a
//! change of the model (the upgrade) is seen at once. A process that is gone has no socket.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use super::answers::{self, Reply, Request, Service, zookeeper};
use super::fault::{Fault, Faults};
use super::http;
use super::model::{Model, Size};
use super::net::{self, Net};
use super::places::Places;

/// What the sockets share.
struct Shared {
    model: RwLock<Model>,
    faults: Mutex<Faults>,
}

/// A simulated cluster that answers. Dropping it closes every socket.
pub struct Cluster {
    shared: Arc<Shared>,
    places: Places,
    processes: BTreeMap<Service, JoinHandle<()>>,
}

impl std::fmt::Debug for Cluster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cluster")
            .field("places", &self.places)
            .finish_non_exhaustive()
    }
}

impl Cluster {
    /// Opens the sockets, makes the model with their addresses and begins to answer.
    ///
    /// # Errors
    /// Those of listening on 127.0.0.1.
    pub async fn start(net: Net, size: Size, make: impl FnOnce(Places) -> Model) -> io::Result<Self> {
        let (places, listeners) = net::open(net, size).await?;
        let shared = Arc::new(Shared {
            model: RwLock::new(make(places.clone())),
            faults: Mutex::new(Faults::default()),
        });
        let processes = listeners
            .into_iter()
            .map(|(service, listener)| (service, tokio::spawn(process(service, listener, Arc::clone(&shared)))))
            .collect();
        Ok(Self {
            shared,
            places,
            processes,
        })
    }

    /// Addresses.
    pub fn places(&self) -> &Places {
        &self.places
    }

    /// Looks at the model.
    pub fn model<T>(&self, look: impl FnOnce(&Model) -> T) -> T {
        look(&self.shared.model.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the model; processes that are gone afterwards lose their sockets.
    pub async fn change(&mut self, change: impl FnOnce(&mut Model)) {
        let gone: Vec<Service> = {
            let mut model = self.shared.model.write().unwrap_or_else(PoisonError::into_inner);
            change(&mut model);
            let agents = model.agents.iter().enumerate().filter(|(_, agent)| agent.lost);
            let nested = model.marathons.get(1).filter(|marathon| !marathon.up);
            agents
                .map(|(index, _)| Service::Agent(index))
                .chain(nested.map(|_| Service::NestedMarathon))
                .collect()
        };
        for service in gone {
            if let Some(process) = self.processes.remove(&service) {
                process.abort();
                // Only when the task has ended is its socket closed; that it was aborted is all it could say.
                let _ = process.await;
            }
        }
    }

    /// Changes what misbehaves.
    pub fn faults(&self, change: impl FnOnce(&mut Faults)) {
        change(&mut self.shared.faults.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Closes every socket and waits until they are closed.
    pub async fn stop(mut self) {
        for (_, process) in std::mem::take(&mut self.processes) {
            process.abort();
            // An aborted task ends with an error that says just that.
            let _ = process.await;
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for process in self.processes.values() {
            process.abort();
        }
    }
}

/// One process: accepts until it is aborted; its connections end with it.
async fn process(service: Service, listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    connections.spawn(connection(service, stream, Arc::clone(&shared)));
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection(service: Service, stream: TcpStream, shared: Arc<Shared>) {
    match service {
        Service::ZooKeeper(index) => words(index, stream, &shared).await,
        _ => requests(service, stream, &shared).await,
    }
}

/// What is to be done about a request.
enum Deed {
    Send(Reply),
    SendHalf(Reply),
    Close,
    Hang,
}

impl Shared {
    fn fault(&self, service: Service, path: &str, model: &Model) -> Option<Fault> {
        let faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        faults.of(service, path).or_else(|| {
            // Behind Admin Router the process itself misbehaves.
            let (behind, rest) = matches!(service, Service::Front(_)).then(|| answers::dcos::behind(model, path))??;
            faults.of(behind, &rest)
        })
    }

    fn deed(&self, service: Service, line: &http::Line) -> Deed {
        let model = self.model.read().unwrap_or_else(PoisonError::into_inner);
        let request = Request {
            method: &line.method,
            ..Request::get(&line.target)
        };
        let reply = || answers::reply(&model, service, request);
        match self.fault(service, request.path, &model) {
            None => Deed::Send(reply()),
            Some(Fault::Truncate) => Deed::SendHalf(reply()),
            Some(Fault::Drop) => Deed::Close,
            Some(Fault::Hang) => Deed::Hang,
            Some(Fault::Status(status)) => Deed::Send(Reply::status(status, format!("status {status}\n"))),
            Some(Fault::Redirect(to)) => Deed::Send(Reply::redirect(307, to)),
            Some(Fault::Body(text)) => Deed::Send(Reply {
                content_type: Some("application/json"),
                ..Reply::text(text)
            }),
            Some(Fault::Html) => Deed::Send(Reply {
                content_type: Some("text/html"),
                ..Reply::text(
                    "<!doctype html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>\n",
                )
            }),
        }
    }
}

async fn requests(service: Service, stream: TcpStream, shared: &Shared) {
    let mut stream = BufReader::new(stream);
    while let Some(line) = http::read_request(&mut stream).await {
        match shared.deed(service, &line) {
            Deed::Send(reply) => {
                if !http::send(&mut stream, &reply).await {
                    return;
                }
            }
            Deed::SendHalf(reply) => return http::send_half(&mut stream, &reply).await,
            Deed::Close => return,
            Deed::Hang => std::future::pending().await,
        }
    }
}

/// ZooKeeper: four letters in, an answer out, the connection closed.
async fn words(index: usize, mut stream: TcpStream, shared: &Shared) {
    let mut word = [0_u8; 4];
    if stream.read_exact(&mut word).await.is_err() {
        return;
    }
    let word = String::from_utf8_lossy(&word).into_owned();
    let (fault, answer) = {
        let model = shared.model.read().unwrap_or_else(PoisonError::into_inner);
        let service = Service::ZooKeeper(index);
        (
            shared.fault(service, &word, &model),
            zookeeper::answer(&model, index, &word),
        )
    };
    let answer = match fault {
        None => answer.unwrap_or_default(),
        Some(Fault::Hang) => return std::future::pending().await,
        Some(Fault::Truncate) => {
            let whole = answer.unwrap_or_default();
            whole.chars().take(whole.len() / 2).collect()
        }
        Some(Fault::Body(text)) => text,
        Some(Fault::Status(_)) => format!("{word} is not executed because it is not in the whitelist.\n"),
        Some(Fault::Drop | Fault::Html | Fault::Redirect(_)) => return,
    };
    // The client may have gone; nothing is to be done about that.
    let _ = stream.write_all(answer.as_bytes()).await;
    let _ = stream.shutdown().await;
}
