//! Pieces that the Marathon checks share: which instances to judge, their lists with what speaks against them, names.
//!
//! Holds no rule of its own. A list that may not be all is judged for what is bad in it, and said to be unknown.

pub mod ahead;
pub mod guide;
pub mod minimum;
pub mod placing;
pub mod state;

use crate::checks::{Context, Saw};
use crate::facts::marathons::Listing;
pub use crate::facts::marathons::few;
use crate::model::{EvidenceRef, Finding, Observed, Subject, SubjectKind, Version};
use crate::snapshot::{App, Marathon, Pod};

/// One instance with what is known about its list of apps.
#[derive(Debug, Clone, Copy)]
pub struct Instance<'a> {
    /// The instance.
    pub marathon: &'a Marathon,
    listing: &'a Listing,
}

/// Every instance that is there. Instances that were not asked are said; a cluster without any is SKIPPED.
pub fn instances<'a>(context: &Context<'a>, saw: &mut Saw) -> Vec<Instance<'a>> {
    let facts = context.facts;
    if let Some(why) = &facts.marathons.none {
        saw.skip(why.clone());
    }
    for gap in &facts.marathons.gaps {
        saw.unknown_because(gap.clone());
    }
    facts
        .snapshot
        .marathons
        .iter()
        .zip(&facts.marathons.listings)
        .filter(|(_, listing)| **listing != Listing::NotThere)
        .map(|(marathon, listing)| Instance { marathon, listing })
        .collect()
}

impl<'a> Instance<'a> {
    /// Name of the instance.
    pub fn name(self) -> &'a str {
        &self.marathon.name
    }

    /// Something of this instance could not be judged.
    pub fn unknown(self, what: impl std::fmt::Display, saw: &mut Saw) {
        saw.unknown_because(format!("Marathon {}: {what}", self.name()));
    }

    /// A known part of the instance, or `None` and why.
    pub fn part<T>(self, part: &'a Observed<T>, saw: &mut Saw) -> Option<(&'a T, &'a EvidenceRef)> {
        match part.get() {
            Ok((value, at)) => {
                saw.looked_at(at);
                Some((value, at))
            }
            Err(why) => {
                self.unknown(why.sentence(), saw);
                None
            }
        }
    }

    /// The apps; that they may not be all is said.
    pub fn apps(self, saw: &mut Saw) -> &'a [App] {
        let Some((apps, at)) = self.part(&self.marathon.apps, saw) else {
            return &[];
        };
        if let Some(doubt) = self.listing.doubt(apps.len(), &at.item) {
            self.unknown(doubt, saw);
        }
        apps
    }

    /// The pods. Marathon before 1.4 has none; from 1.4 on their absence is a gap.
    pub fn pods(self, saw: &mut Saw) -> &'a [Pod] {
        match (&self.marathon.pods, self.version()) {
            (Observed::Unknown(why), Some(version)) if why.is_absent() && version.line() < (1, 4) => &[],
            (pods, _) => self.part(pods, saw).map_or(&[], |(pods, _)| pods),
        }
    }

    /// Version of the instance, where its `/v2/info` says one.
    pub fn version(self) -> Option<&'a Version> {
        self.marathon.info.known()?.version.as_ref()
    }

    /// Version of the instance; why there is none is said.
    pub fn version_or_unknown(self, saw: &mut Saw) -> Option<&'a Version> {
        let (info, at) = self.part(&self.marathon.info, saw)?;
        if info.version.is_none() {
            self.unknown(
                format!("its version `{}` ({}) is not understood", info.version_text, at.item),
                saw,
            );
        }
        info.version.as_ref()
    }

    /// The instance as a subject.
    pub fn subject(self) -> Subject {
        Subject::named(SubjectKind::Marathon, self.name())
    }

    /// A finding with the place where the instance says its version.
    pub fn at_version(self, finding: Finding) -> Finding {
        match self.marathon.info.get() {
            Ok((info, at)) => finding.seen_at(at.at("/version").quoting(&info.version_text)),
            Err(_) => finding,
        }
    }

    /// An app or pod as a subject: its path; in a nested instance the identifier begins with the instance's name.
    pub fn workload(self, kind: SubjectKind, path: &str) -> Subject {
        if self.marathon.root {
            Subject::named(kind, path)
        } else {
            Subject::new(kind, format!("{}:{path}", self.name()), path)
        }
    }

    /// Says that entries without identifier, or without the named fields, could not be judged.
    pub fn incomplete(self, what: &str, places: &[String], saw: &mut Saw) {
        if !places.is_empty() {
            self.unknown(format!("{what}: {}", few(places)), saw);
        }
    }
}

/// Where an app or pod stands, for a sentence: its path, or its place if it has none.
pub fn place(id: &str, at: &EvidenceRef) -> String {
    if id.is_empty() {
        format!("{} {}", at.item, at.pointer)
    } else {
        id.to_owned()
    }
}

/// A field of an app or pod.
pub fn field(at: &EvidenceRef, name: &str) -> EvidenceRef {
    at.at(format!("{}/{name}", at.pointer))
}
