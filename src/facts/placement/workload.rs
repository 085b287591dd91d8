//! What placement asks of an app or pod. Never reads its resources or ports.

use serde::Deserialize;

use crate::facts::constraints::{Effect, Kind, Passage};
use crate::snapshot::{App, Constraint, Pod};

/// An app or pod as it is to be placed.
#[derive(Debug, Clone)]
pub struct Workload<'a> {
    /// App or pod.
    pub kind: Kind,
    /// Instances wanted; `None`: not stated.
    pub instances: Option<u64>,
    /// Its constraints.
    pub constraints: &'a [Constraint],
    /// `acceptedResourceRoles`: empty where none are named; `Err`: not understood.
    pub accepted: Result<Vec<String>, String>,
    /// Its own role (Marathon 1.9 and later).
    pub role: Option<String>,
}

impl<'a> Workload<'a> {
    /// Of an app.
    pub fn app(app: &'a App) -> Self {
        Self {
            kind: Kind::App,
            instances: app.instances,
            constraints: &app.constraints,
            accepted: accepted(app.definition.get("acceptedResourceRoles").map(String::as_str)),
            role: app
                .definition
                .get("role")
                .and_then(|role| serde_json::from_str(role).ok()),
        }
    }

    /// Of a pod.
    pub fn pod(pod: &'a Pod) -> Self {
        Self {
            kind: Kind::Pod,
            instances: pod.instances,
            constraints: &pod.constraints,
            accepted: pod_accepted(pod.definition.get("scheduling").map(String::as_str)),
            role: pod
                .definition
                .get("role")
                .and_then(|role| serde_json::from_str(role).ok()),
        }
    }

    /// The constraints that an upgrade leaves: without those that it removes, and as it rewrites them.
    ///
    /// # Errors
    /// What becomes of one of them is not known: why.
    pub fn left_by(&self, passage: &Passage) -> Result<Vec<Constraint>, String> {
        let mut left = Vec::new();
        for constraint in self.constraints {
            let outlook = passage.look(constraint, self.kind);
            match outlook.effect {
                Effect::Dropped => {}
                Effect::Unknown => {
                    let why = outlook.why.unwrap_or_default();
                    return Err(format!("what becomes of {} is not known: {why}", constraint.raw));
                }
                // Kept, or refused at the next change: it stays stored. That a migration ends is said elsewhere.
                Effect::Kept | Effect::Rewritten | Effect::Refused | Effect::AbortsMigration => {
                    left.push(match outlook.rewritten_to {
                        None => constraint.clone(),
                        Some(elements) => Constraint {
                            raw: serde_json::to_string(&elements).unwrap_or_default(),
                            elements: elements.into_iter().map(Ok).collect(),
                            well_formed: true,
                        },
                    });
                }
            }
        }
        Ok(left)
    }

    /// The same with other constraints: those that a migration leaves.
    pub fn with<'b>(&self, constraints: &'b [Constraint]) -> Workload<'b> {
        Workload {
            kind: self.kind,
            instances: self.instances,
            constraints,
            accepted: self.accepted.clone(),
            role: self.role.clone(),
        }
    }
}

fn accepted(text: Option<&str>) -> Result<Vec<String>, String> {
    let Some(text) = text else { return Ok(Vec::new()) };
    serde_json::from_str::<Option<Vec<String>>>(text)
        .map(Option::unwrap_or_default)
        .map_err(|_| "its acceptedResourceRoles are not a list of texts".to_owned())
}

fn pod_accepted(scheduling: Option<&str>) -> Result<Vec<String>, String> {
    #[derive(Deserialize, Default)]
    struct Placement {
        #[serde(rename = "acceptedResourceRoles")]
        accepted: Option<Vec<String>>,
    }
    #[derive(Deserialize, Default)]
    struct Scheduling {
        placement: Option<Placement>,
    }
    let Some(text) = scheduling else { return Ok(Vec::new()) };
    let read: Option<Scheduling> = serde_json::from_str(text)
        .map_err(|_| "its scheduling.placement.acceptedResourceRoles are not a list of texts".to_owned())?;
    Ok(read
        .and_then(|scheduling| scheduling.placement)
        .and_then(|placement| placement.accepted)
        .unwrap_or_default())
}
