//! What Marathon has in hand: `/v2/deployments`, `/v2/queue`, `/v2/pods/::status`, `/v2/eventSubscriptions`.
//!
//! Forms: mesosphere/marathon `deployments`, `queue.raml`, `pods.raml`; embedded app definitions are left out.

use serde::Deserialize;

use super::json::{self, Count, Sound};
use super::{Malformed, Parsed};

/// A deployment under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeploymentWire {
    /// Deployment id.
    pub id: String,
    /// Apps and pods it touches.
    pub affected: Vec<String>,
    /// Current step, from 1.
    pub step: Option<u64>,
    /// Number of steps.
    pub steps: Option<u64>,
}

/// An entry of the launch queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueWire {
    /// App or pod.
    pub id: String,
    /// Instances waiting.
    pub count: u64,
    /// `delay.overdue`.
    pub overdue: Option<bool>,
    /// Reasons for declined offers with counts above 0, most frequent first.
    pub rejected: Vec<(String, u64)>,
}

/// Status of one pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PodStatusWire {
    /// Absolute path.
    pub id: String,
    /// `STABLE`, `DEGRADED`, `TERMINAL`.
    pub status: String,
    /// Instances listed.
    pub instances: u64,
    /// Instances with status `STABLE`.
    pub stable: u64,
}

/// Reads `/v2/deployments`.
pub fn deployments(bytes: &[u8]) -> Parsed<Vec<DeploymentWire>> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Entry {
        id: String,
        #[serde(default)]
        affected_apps: Option<Vec<String>>,
        #[serde(default)]
        affected_pods: Option<Vec<String>>,
        #[serde(default, deserialize_with = "json::count_or_null")]
        current_step: Option<u64>,
        #[serde(default, deserialize_with = "json::count_or_null")]
        total_steps: Option<u64>,
        #[serde(default)]
        steps: Option<Vec<Sound>>,
    }
    let list: Vec<Entry> = json::read(bytes, "the answer of /v2/deployments: a list of objects with `id`")?;
    Ok(list
        .into_iter()
        .map(|entry| DeploymentWire {
            id: entry.id,
            affected: [entry.affected_apps, entry.affected_pods]
                .into_iter()
                .flatten()
                .flatten()
                .collect(),
            step: entry.current_step,
            steps: entry.total_steps.or(entry.steps.map(|steps| steps.len() as u64)),
        })
        .collect())
}

/// Reads `/v2/queue`: an object with the list `queue`; some tools save the bare list.
pub fn queue(bytes: &[u8]) -> Parsed<Vec<QueueWire>> {
    #[derive(Deserialize)]
    struct Named {
        id: String,
    }
    #[derive(Deserialize)]
    struct Delay {
        #[serde(default)]
        overdue: Option<bool>,
    }
    #[derive(Deserialize)]
    struct Reason {
        reason: String,
        declined: Count,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Offers {
        #[serde(default)]
        reject_summary_last_offers: Option<Vec<Reason>>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Entry {
        #[serde(default)]
        app: Option<Named>,
        #[serde(default)]
        pod: Option<Named>,
        count: Count,
        #[serde(default)]
        delay: Option<Delay>,
        #[serde(default)]
        processed_offers_summary: Option<Offers>,
    }
    #[derive(Deserialize)]
    struct Answer {
        queue: Vec<Entry>,
    }
    const EXPECTED: &str = "the answer of /v2/queue: an object with the list `queue`";
    let bare = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[');
    let list = if bare {
        json::read::<Vec<Entry>>(bytes, EXPECTED)?
    } else {
        json::read::<Answer>(bytes, EXPECTED)?.queue
    };
    list.into_iter()
        .enumerate()
        .map(|(ordinal, entry)| {
            let mut rejected: Vec<(String, u64)> = entry
                .processed_offers_summary
                .and_then(|offers| offers.reject_summary_last_offers)
                .unwrap_or_default()
                .into_iter()
                .filter(|reason| reason.declined.0 > 0)
                .map(|reason| (reason.reason, reason.declined.0))
                .collect();
            rejected.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            Ok(QueueWire {
                id: entry.app.or(entry.pod).map(|named| named.id).ok_or_else(|| {
                    Malformed(format!(
                        "/queue/{ordinal}: neither `app` nor `pod`; expected {EXPECTED}"
                    ))
                })?,
                count: entry.count.0,
                overdue: entry.delay.and_then(|delay| delay.overdue),
                rejected,
            })
        })
        .collect()
}

/// Reads `/v2/pods/::status`.
pub fn pod_status(bytes: &[u8]) -> Parsed<Vec<PodStatusWire>> {
    #[derive(Deserialize)]
    struct Instance {
        status: String,
    }
    #[derive(Deserialize)]
    struct Entry {
        id: String,
        status: String,
        #[serde(default)]
        instances: Option<Vec<Instance>>,
    }
    let list: Vec<Entry> = json::read(
        bytes,
        "the answer of /v2/pods/::status: a list of objects with `id`, `status`, `instances`",
    )?;
    Ok(list
        .into_iter()
        .map(|entry| {
            let instances = entry.instances.unwrap_or_default();
            PodStatusWire {
                id: entry.id,
                status: entry.status,
                stable: instances.iter().filter(|instance| instance.status == "STABLE").count() as u64,
                instances: instances.len() as u64,
            }
        })
        .collect())
}

/// Reads `/v2/eventSubscriptions` (Marathon up to 1.4): callback URLs.
pub fn subscriptions(bytes: &[u8]) -> Parsed<Vec<String>> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer {
        callback_urls: Vec<String>,
    }
    let answer: Answer = json::read(
        bytes,
        "the answer of /v2/eventSubscriptions: an object with the list `callbackUrls`",
    )?;
    Ok(answer.callback_urls)
}
