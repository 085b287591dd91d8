//! What the simulated processes answer: one file per service, all of them functions of the model.
//!
//! Shapes follow the genuine answers of the version a process runs; numbers are counted from the model, never written
//! down twice. Nothing here opens a connection.

pub mod dcos;
pub mod exhibitor;
pub mod marathon;
pub mod marathon_apps;
pub mod mesos_agent;
pub mod mesos_flags;
pub mod mesos_master;
pub mod mesos_objects;
pub mod metrics;
pub mod metronome;
pub mod zookeeper;

use serde_json::Value;

use super::model::Model;

/// One process of the cluster that can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    /// Mesos master by index.
    Master(usize),
    /// Mesos agent by index.
    Agent(usize),
    /// Root Marathon on a master, by the master's index.
    RootMarathon(usize),
    /// The nested Marathon.
    NestedMarathon,
    /// Metronome on a master.
    Metronome(usize),
    /// Exhibitor on a master.
    Exhibitor(usize),
    /// Admin Router on a master.
    Front(usize),
    /// ZooKeeper on a master; speaks four-letter words instead of HTTP.
    ZooKeeper(usize),
}

/// Body of an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// Nothing.
    Empty,
    /// JSON.
    Json(Value),
    /// Text.
    Text(String),
}

/// One answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Body.
    pub body: Body,
    /// `Location`, for redirects.
    pub location: Option<String>,
    /// `Content-Type`, where the body does not say it.
    pub content_type: Option<&'static str>,
}

impl Reply {
    /// 200 with JSON.
    pub fn json(value: Value) -> Self {
        Self {
            status: 200,
            body: Body::Json(value),
            location: None,
            content_type: None,
        }
    }

    /// 200 with text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::status(200, text)
    }

    /// 200 with nothing.
    pub fn empty() -> Self {
        Self {
            status: 200,
            body: Body::Empty,
            location: None,
            content_type: None,
        }
    }

    /// Any status with text.
    pub fn status(status: u16, text: impl Into<String>) -> Self {
        Self {
            status,
            body: Body::Text(text.into()),
            location: None,
            content_type: None,
        }
    }

    /// 404 without a body, as Mesos answers.
    pub fn not_found() -> Self {
        Self {
            status: 404,
            ..Self::empty()
        }
    }

    /// A redirect.
    pub fn redirect(status: u16, to: String) -> Self {
        Self {
            status,
            location: Some(to),
            ..Self::empty()
        }
    }

    /// The `Content-Type` of this answer; none for an empty body.
    pub fn content_type(&self) -> Option<&'static str> {
        self.content_type.or(match self.body {
            Body::Empty => None,
            Body::Json(_) => Some("application/json"),
            Body::Text(_) => Some("text/plain; charset=utf-8"),
        })
    }

    /// The bytes of the body; `pretty` for people.
    pub fn bytes(&self, pretty: bool) -> Vec<u8> {
        match &self.body {
            Body::Empty => Vec::new(),
            Body::Text(text) => text.clone().into_bytes(),
            // A `Value` always serialises: its keys are text.
            Body::Json(value) if pretty => {
                let mut bytes = serde_json::to_vec_pretty(value).unwrap_or_default();
                bytes.push(b'\n');
                bytes
            }
            Body::Json(value) => serde_json::to_vec(value).unwrap_or_default(),
        }
    }
}

/// One request.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// `GET` or `POST`.
    pub method: &'a str,
    /// Path, without the query.
    pub path: &'a str,
    /// Query, without the question mark.
    pub query: &'a str,
}

impl<'a> Request<'a> {
    /// A plain GET.
    pub fn get(path: &'a str) -> Self {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        Self {
            method: "GET",
            path,
            query,
        }
    }
}

/// What one process answers to one request.
pub fn reply(model: &Model, service: Service, request: Request<'_>) -> Reply {
    let posting_packages = matches!(service, Service::Front(_)) && request.path == "/package/list";
    if request.method != "GET" && !posting_packages {
        // The simulated cluster can only be read, like everything gonogo does.
        return Reply::status(405, "this cluster can only be read\n");
    }
    match service {
        Service::Master(index) => mesos_master::reply(model, index, request),
        Service::Agent(index) => mesos_agent::reply(model, index, request),
        Service::RootMarathon(_) => marathon::reply(model, 0, request),
        Service::NestedMarathon => marathon::reply(model, 1, request),
        Service::Metronome(_) => metronome::reply(model, request),
        Service::Exhibitor(index) => exhibitor::reply(model, index, request),
        Service::Front(index) => dcos::reply(model, index, request),
        Service::ZooKeeper(_) => Reply::not_found(),
    }
}
