//! Steps: the unit of collecting. A step has a name, a host, the items it must leave a record for, and one async run.
//!
//! A step never fails: what goes wrong becomes the record of an item. It may return more steps (listing agents gives
//! one step per agent), which belong to the same stage.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;

use crate::model::{Evidence, Outcome, items};

use super::endpoints::{Endpoint, Method};
use super::engine::Context;
use super::state_node::StateNode;
use super::target::Base;

/// One item that a step will leave a record for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// Payload path.
    pub item: String,
    /// Source.
    pub source: &'static str,
    /// Host as named in evidence.
    pub host: String,
    /// URL, four-letter word or file name.
    pub request: String,
    /// `GET`, `POST`, `4LW`, `FILE`, `BACKUP`.
    pub method: &'static str,
    /// Whether the run must have it.
    pub required: bool,
}

impl Planned {
    /// A record for this item that holds nothing but how it ended.
    pub fn ended(&self, outcome: Outcome, reason: impl Into<String>) -> Evidence {
        Evidence {
            reason: Some(reason.into()),
            ..self.begun(outcome, Utc::now())
        }
    }

    /// A record that began at some time; reason, sizes and times are still to be filled in.
    pub fn begun(&self, outcome: Outcome, started_at: DateTime<Utc>) -> Evidence {
        Evidence {
            item: self.item.clone(),
            source: self.source.to_owned(),
            host: self.host.clone(),
            request: self.request.clone(),
            method: self.method.to_owned(),
            outcome,
            reason: None,
            required: self.required,
            started_at,
            duration_ms: 0,
            status: None,
            content_type: None,
            server_date: None,
            redirected_to: None,
            attempts: 0,
            bytes: 0,
            sha256: None,
            error_item: None,
        }
    }
}

/// An endpoint at a base: one HTTP request, with the item it fills.
#[derive(Debug, Clone)]
pub struct Call {
    /// What is asked.
    pub endpoint: &'static Endpoint,
    /// Below which base.
    pub base: Base,
    /// The same base under an older name of its prefix, tried when the first answers 404 (`/slave/<id>` for `/agent/<id>`).
    pub older_base: Option<Base>,
    /// What stands behind the path, for the one endpoint that takes something there.
    pub node: Option<StateNode>,
    /// The item.
    pub planned: Planned,
}

impl Call {
    /// An endpoint at a base, filed under the base's own name.
    pub fn new(endpoint: &'static Endpoint, base: &Base) -> Self {
        let label = base.label(endpoint.source);
        Self::filed(endpoint, base, &label)
    }

    /// An endpoint at a base, filed under another name (agents behind Admin Router, Marathon instances).
    pub fn filed(endpoint: &'static Endpoint, base: &Base, folder: &str) -> Self {
        let host = match endpoint.source {
            items::MARATHON | items::METRONOME => base.origin.authority(),
            _ => folder.to_owned(),
        };
        Self {
            endpoint,
            base: base.clone(),
            older_base: None,
            node: None,
            planned: Planned {
                item: items::path(endpoint.source, folder, endpoint.item),
                source: endpoint.source,
                host,
                request: base.url(endpoint.path),
                method: match endpoint.method {
                    Method::Get => "GET",
                    Method::Post(_) => "POST",
                },
                required: endpoint.required,
            },
        }
    }

    /// The same call about one node of ZooKeeper.
    #[must_use]
    pub fn about(mut self, node: StateNode) -> Self {
        self.node = Some(node);
        self.planned.request = self.url(&self.base, self.endpoint.path);
        self
    }

    /// URL of a path of the endpoint at a base.
    pub(super) fn url(&self, base: &Base, path: &str) -> String {
        match &self.node {
            Some(node) => format!("{}{node}", base.url(path)),
            None => base.url(path),
        }
    }

    /// The same call, not required.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.planned.required = false;
        self
    }
}

/// What a step does.
pub type Run = Box<dyn FnOnce(Arc<Context>) -> BoxFuture<'static, Vec<Step>> + Send>;

/// The unit of collecting.
pub struct Step {
    /// Name for people ("mesos-agent 10.0.0.9").
    pub name: String,
    /// Source.
    pub source: &'static str,
    /// Items it must leave a record for; the engine fills in those that it did not.
    pub planned: Vec<Planned>,
    /// What it does.
    pub run: Run,
}

impl Step {
    /// A step that runs `work`.
    pub fn new<F>(
        source: &'static str,
        host: &str,
        planned: Vec<Planned>,
        work: impl FnOnce(Arc<Context>) -> F + Send + 'static,
    ) -> Self
    where
        F: Future<Output = Vec<Step>> + Send + 'static,
    {
        Self {
            name: format!("{source} {host}"),
            source,
            planned,
            run: Box::new(move |ctx| Box::pin(work(ctx))),
        }
    }

    /// A step that asks some calls of one host in turn and nothing else.
    pub fn calls(source: &'static str, host: &str, calls: Vec<Call>) -> Self {
        let planned = calls.iter().map(|call| call.planned.clone()).collect();
        Self::new(source, host, planned, move |ctx| async move {
            let mut host = super::fetch::Host::new(&ctx);
            for call in &calls {
                host.ask(call).await;
            }
            Vec::new()
        })
    }

    /// A step that asks nothing: every item ends the same way, for the same reason.
    pub fn without_asking(
        source: &'static str,
        host: &str,
        planned: Vec<Planned>,
        outcome: Outcome,
        reason: &str,
    ) -> Self {
        let reason = reason.to_owned();
        let items = planned.clone();
        Self::new(source, host, planned, move |ctx| async move {
            for item in &items {
                ctx.records.put(item.ended(outcome.clone(), reason.clone()));
            }
            Vec::new()
        })
    }
}
