//! The records of a run: one per item, whatever happened. Bytes lie in the staging folder, never here.
//!
//! Everything a server said is cleaned of our own credentials before it is kept.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::model::{Evidence, Outcome};

use super::observer::Observer;

/// Collects records; shared by all steps.
pub struct Records {
    inner: Mutex<Inner>,
    secrets: Vec<String>,
    observer: std::sync::Arc<dyn Observer>,
}

#[derive(Default)]
struct Inner {
    evidence: BTreeMap<String, Evidence>,
    refusals: Vec<String>,
    fatal: Option<String>,
}

impl Records {
    /// No records yet. `secrets` are our own credentials in plain: they are cut out of everything that is kept.
    pub fn new(secrets: Vec<String>, observer: std::sync::Arc<dyn Observer>) -> Self {
        Self {
            inner: Mutex::default(),
            secrets,
            observer,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // A panic while the lock is held leaves a whole map: each change is one insertion.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a record. The first record of an item stands: a second one (two targets filed under one name) is refused.
    pub fn put(&self, mut evidence: Evidence) {
        for text in [
            Some(&mut evidence.request),
            evidence.reason.as_mut(),
            evidence.content_type.as_mut(),
            evidence.server_date.as_mut(),
            evidence.redirected_to.as_mut(),
        ]
        .into_iter()
        .flatten()
        {
            self.clean(text);
        }
        let mut inner = self.lock();
        if inner.evidence.contains_key(&evidence.item) {
            tracing::warn!("{} was recorded twice; the first record stands", evidence.item);
            return;
        }
        inner.evidence.insert(evidence.item.clone(), evidence.clone());
        drop(inner);
        self.observer.item_ended(&evidence);
    }

    /// Cuts our credentials out of a text and keeps it to one short line.
    fn clean(&self, text: &mut String) {
        for secret in &self.secrets {
            if text.contains(secret.as_str()) {
                *text = text.replace(secret.as_str(), "[credential]");
            }
        }
        if text.len() > 600 {
            *text = text.chars().take(500).collect::<String>() + "…";
        }
    }

    /// Whether an item has its record.
    pub fn has(&self, item: &str) -> bool {
        self.lock().evidence.contains_key(item)
    }

    /// Whether an item was captured, does not apply, or was left out by the user.
    pub fn is_fine(&self, item: &str) -> bool {
        self.lock()
            .evidence
            .get(item)
            .is_some_and(|evidence| !is_missing(evidence))
    }

    /// Notes a security refusal (certificate, redirect): `collect` ends with 7.
    pub fn refuse(&self, mut what: String) {
        self.clean(&mut what);
        self.lock().refusals.push(what);
    }

    /// Notes that this machine failed (disk full): the run cannot give a whole archive.
    pub fn fail(&self, what: String) {
        self.lock().fatal.get_or_insert(what);
    }

    /// What made this machine fail, if anything.
    pub fn fatal(&self) -> Option<String> {
        self.lock().fatal.clone()
    }

    /// Everything, sorted by item, with the security refusals.
    pub fn take(&self) -> (Vec<Evidence>, Vec<String>) {
        let mut inner = self.lock();
        let mut refusals = std::mem::take(&mut inner.refusals);
        refusals.sort();
        refusals.dedup();
        (std::mem::take(&mut inner.evidence).into_values().collect(), refusals)
    }
}

/// Whether an item was asked for and did not arrive.
fn is_missing(evidence: &Evidence) -> bool {
    !matches!(
        evidence.outcome,
        Outcome::Captured | Outcome::NotApplicable | Outcome::SkippedByUser
    )
}

/// Whether a record leaves a gap that a run may not have.
pub fn is_gap(evidence: &Evidence) -> bool {
    evidence.required && is_missing(evidence)
}
