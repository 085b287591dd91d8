//! What the hop makes: which changes an upgrade brings by itself, which are harmless, which somebody must look at.
//!
//! Knows the hop only as versions seen before and after; a stated target is the business of checks.

use crate::model::{Expectation, Version};

use super::diff::versions::{Component, VersionPair};

/// The hop as the evidence shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hop {
    /// Version before: DC/OS where it shows one, else the masters' Mesos.
    pub from: Option<Version>,
    /// Version after.
    pub to: Option<Version>,
    /// Whether any component runs another version than before.
    pub moved: bool,
}

/// What is said of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// The expectation.
    pub expectation: Expectation,
    /// One sentence.
    pub why: String,
    /// For expected ones: id of the statement in the ledger.
    pub by: Option<&'static str>,
}

impl Judgement {
    /// A judgement that no statement of the ledger backs.
    pub fn of(expectation: Expectation, why: impl Into<String>) -> Self {
        Self {
            expectation,
            why: why.into(),
            by: None,
        }
    }

    /// Made by the hop, says this statement of the ledger.
    fn expected(by: &'static str, why: impl Into<String>) -> Self {
        Self {
            expectation: Expectation::Expected,
            why: why.into(),
            by: Some(by),
        }
    }
}

impl Hop {
    /// The hop out of aligned versions.
    ///
    /// Of the components that moved, the lowest version before and the highest after; where nothing moved, the highest
    /// version on both sides. (One of three masters upgraded: the hop is what that one did.)
    pub fn of(versions: &[VersionPair]) -> Self {
        let span = |component: Component| {
            let pairs = || versions.iter().filter(|pair| pair.component == component);
            let moved = || pairs().filter(|pair| pair.before != pair.after);
            match (
                moved().map(|pair| &pair.before).min(),
                moved().map(|pair| &pair.after).max(),
            ) {
                (Some(from), Some(to)) => Some((from.clone(), to.clone())),
                _ => pairs()
                    .map(|pair| &pair.after)
                    .max()
                    .map(|all| (all.clone(), all.clone())),
            }
        };
        let span = span(Component::Dcos)
            .or_else(|| span(Component::MesosMaster))
            .or_else(|| span(Component::MesosAgent));
        Self {
            from: span.as_ref().map(|(from, _)| from.clone()),
            to: span.map(|(_, to)| to),
            moved: versions.iter().any(|pair| pair.before != pair.after),
        }
    }

    /// "the hop 1.10.8 to 1.11.3", or how else to call it.
    fn named(&self) -> String {
        match (&self.from, &self.to) {
            (Some(from), Some(to)) if from != to => format!("the hop {from} to {to}"),
            _ => "the hop".to_owned(),
        }
    }

    /// A component runs another version.
    pub fn version(&self, component: Component, before: &Version, after: &Version) -> Judgement {
        if after > before {
            Judgement::expected(
                match component {
                    Component::Dcos => "dcos-version",
                    Component::MesosMaster | Component::MesosAgent => "mesos-version",
                    Component::Marathon => "marathon-version",
                },
                format!("{} raises {}", self.named(), component.as_str()),
            )
        } else {
            Judgement::of(
                Expectation::Unexpected,
                format!("{} went back to an older version: no hop does that", component.as_str()),
            )
        }
    }

    /// Another host leads.
    pub fn leader(&self) -> Judgement {
        if self.moved {
            Judgement::expected(
                "leaders-change",
                format!("{} restarts every master, so another one leads", self.named()),
            )
        } else {
            Judgement::of(
                Expectation::Unexpected,
                "no version moved, so nothing in the hop asks for an election".to_owned(),
            )
        }
    }

    /// An agent shows a region and zone that it did not show before.
    pub fn domain_appears(&self) -> Judgement {
        if self.moved {
            Judgement::expected(
                "mesos-1.4-domain",
                format!(
                    "{}: agents tell their region and zone from Mesos 1.4 on, once they are set",
                    self.named()
                ),
            )
        } else {
            Judgement::of(
                Expectation::Unexpected,
                "no version moved, and the agent was given a region and zone".to_owned(),
            )
        }
    }

    /// The leading master remembers fewer ended tasks and frameworks.
    pub fn history(&self) -> Judgement {
        let why = "masters keep ended tasks and frameworks in memory only, and a restart or a new leader forgets them";
        if self.moved {
            Judgement::expected("mesos-history", why)
        } else {
            Judgement::of(Expectation::Tolerated, why)
        }
    }

    /// Definitions are written in another form and mean the same.
    pub fn written_differently(&self, from: Option<&Version>, to: Option<&Version>) -> Judgement {
        match (from, to) {
            (Some(from), Some(to)) if from != to => Judgement::expected(
                "marathon-app-form",
                format!("Marathon {to} writes fields and defaults otherwise than {from}; they mean the same"),
            ),
            _ => Judgement::of(
                Expectation::Tolerated,
                "the fields are written otherwise and mean the same".to_owned(),
            ),
        }
    }
}
