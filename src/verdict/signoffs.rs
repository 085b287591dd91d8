//! Which sign-offs a hop needs, and what the answers given to them are worth. Pure; never reads a file or a clock.
//!
//! An answer counts for the hop, the cluster and the item that it names, and for nothing else. Of several answers to one
//! item the latest counts. One that is dated later than it can have been given makes its item doubtful, whatever else
//! was answered: a wrong clock must not decide which answer is the last.

use chrono::{DateTime, Utc};

use crate::facts::Facts;
use crate::facts::cluster::Kind;
use crate::facts::hop::{Hop, NoHop};
use crate::knowledge::requirements::Product;
use crate::knowledge::signoffs::{Edition, SignoffItem, When};
use crate::knowledge::{Knowledge, Requirements};
use crate::model::{
    Answer, AppliedSignoff, HopOf, Line, Observed, OpenSignoffs, Phase, Signoff, SignoffState, Verdict,
};

/// What a hop asks of people.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The window; `None`: no version is to be reached, so nothing is asked.
    pub hop: Option<HopOf>,
    /// DC/OS or plain Mesos.
    pub kind: Option<Kind>,
    /// Edition of DC/OS, where evidence says which.
    pub edition: Option<Edition>,
    /// Whether the window is over: then its later items are asked as well.
    pub after: bool,
    /// Names under which an answer may mean this cluster.
    pub clusters: Vec<String>,
    /// Why it cannot be said what the hop needs.
    pub unknown: Option<String>,
}

/// One file of answers.
#[derive(Debug, Clone)]
pub struct Given<'a> {
    /// Where it stands, for people.
    pub origin: String,
    /// Its entries, or why they cannot be read.
    pub entries: Result<&'a [Signoff], String>,
    /// No answer in it can be later than this.
    pub not_after: DateTime<Utc>,
}

impl Asked {
    /// What the hop of a run asks. `before` and `after` are the same facts when one archive is checked.
    ///
    /// Nothing is asked when no target was stated, or when nothing moved between two archives.
    pub fn of(before: &Facts<'_>, after: &Facts<'_>, hop: Result<Hop, NoHop>, moved: bool) -> Self {
        let mut asked = Self {
            hop: None,
            kind: before.cluster.kind.known().copied(),
            edition: edition(before).or_else(|| edition(after)),
            after: after.snapshot.origin.manifest.phase == Phase::Post,
            clusters: names(after),
            unknown: None,
        };
        match hop {
            Ok(hop) if moved => {
                asked.kind = Some(hop.kind);
                asked.hop = Some(HopOf {
                    from: hop.from,
                    to: hop.to,
                });
            }
            Err(NoHop::Unknown(why)) if moved => asked.unknown = Some(why),
            Ok(_) | Err(_) => {}
        }
        asked
    }

    /// Whether an item belongs to this hop.
    fn asks(&self, item: &SignoffItem, hop: &HopOf) -> bool {
        let product = match (item.product, self.kind) {
            (Product::Dcos, Some(Kind::Mesos)) | (Product::Mesos, Some(Kind::Dcos)) => false,
            (Product::Dcos | Product::Mesos | Product::Both, _) => true,
        };
        let running = match item.when {
            When::Pre => &hop.from,
            When::Post => &hop.to,
        };
        let reached = |line: Option<Line>| line.is_some_and(|line| Line::from(running) >= line);
        let edition = match (item.edition, self.edition) {
            (Some(wanted), Some(known)) => wanted == known || reached(item.both_since),
            // Which edition it is, is not known: asked, and answered with not-applicable if need be.
            _ => true,
        };
        product
            && edition
            && (item.since.is_none() || reached(item.since))
            && (item.crosses.is_empty() || item.crosses.iter().any(|one| one.lies_on(&hop.from, &hop.to)))
    }

    /// Whether an item is asked now: those of after the window wait for it.
    fn now(&self, item: &SignoffItem, hop: &HopOf) -> bool {
        self.asks(item, hop) && (item.when == When::Pre || self.after)
    }
}

/// Enterprise where the licensing service answered; open where a release that would have it says it has none.
pub fn edition(facts: &Facts<'_>) -> Option<Edition> {
    match &facts.snapshot.dcos.license {
        Observed::Known(..) => Some(Edition::Enterprise),
        Observed::Unknown(why) if why.is_absent() => {
            let licensed = facts.running_version()?.at_least(1, 11, 0);
            licensed.then_some(Edition::Open)
        }
        Observed::Unknown(_) => None,
    }
}

/// Cluster id of DC/OS, and the name that Mesos was given.
fn names(facts: &Facts<'_>) -> Vec<String> {
    let id = facts.snapshot.dcos.cluster_id.known().cloned();
    let name = facts
        .snapshot
        .state
        .known()
        .and_then(|state| state.master.cluster.clone());
    id.into_iter().chain(name).filter(|name| !name.is_empty()).collect()
}

/// Every item of the hop with its answer, then the answers that do not count.
pub fn apply(asked: &Asked, given: &[Given<'_>], knowledge: &Knowledge) -> Vec<AppliedSignoff> {
    let mut applied = Vec::new();
    if let Some(why) = &asked.unknown {
        applied.push(unknown(
            "hop",
            format!("which sign-offs the hop needs cannot be said: {why}"),
        ));
    }
    let unreadable: Vec<String> = given
        .iter()
        .filter_map(|file| {
            let why = file.entries.as_ref().err()?;
            Some(format!("{}: {why}", file.origin))
        })
        .collect();
    if asked.hop.is_none() && !unreadable.is_empty() {
        applied.push(AppliedSignoff {
            blocking: false,
            ..unknown("file", unreadable.join("; "))
        });
    }
    if let Some(hop) = &asked.hop {
        for item in knowledge.signoffs.iter().filter(|item| asked.now(item, hop)) {
            applied.push(judge(item, hop, asked, given, &unreadable, &knowledge.requirements));
        }
    }
    for file in given {
        for entry in *file.entries.as_ref().unwrap_or(&[].as_slice()) {
            applied.extend(without_effect(entry, file, asked, knowledge));
        }
    }
    applied
}

/// Entry and file of an answer.
type Found<'a> = (&'a Signoff, &'a Given<'a>);

fn judge(
    item: &SignoffItem,
    hop: &HopOf,
    asked: &Asked,
    given: &[Given<'_>],
    unreadable: &[String],
    requirements: &Requirements,
) -> AppliedSignoff {
    let found: Vec<Found<'_>> = given
        .iter()
        .flat_map(|file| {
            let entries: &[Signoff] = file.entries.as_ref().map_or(&[], |entries| entries);
            entries.iter().map(move |entry| (entry, file))
        })
        .filter(|(entry, _)| entry.item == item.id && meant(entry, hop, asked))
        .collect();
    let mut row = AppliedSignoff {
        requirements: requirements.of_signoff(&item.id).map(|one| one.id.clone()).collect(),
        ..empty(item)
    };
    let (late, possible): (Vec<Found<'_>>, Vec<Found<'_>>) =
        found.into_iter().partition(|(entry, file)| entry.at > file.not_after);
    // Of two answers of one second the worse counts.
    let last = possible
        .iter()
        .max_by_key(|(entry, _)| (entry.at, entry.answer == Answer::No));
    let refused = last.is_some_and(|(entry, _)| entry.answer == Answer::No);
    if let Some((entry, file)) = late.first().filter(|_| !refused) {
        fill(&mut row, entry, &file.origin);
        row.state = SignoffState::Doubtful;
        row.why = Some(format!(
            "dated {}, which is later than it can have been given ({})",
            entry.at.format("%Y-%m-%d %H:%M UTC"),
            file.not_after.format("%Y-%m-%d %H:%M UTC")
        ));
    } else if let Some((entry, file)) = last {
        fill(&mut row, entry, &file.origin);
        row.state = match entry.answer {
            Answer::Yes | Answer::NotApplicable => SignoffState::Answered,
            Answer::No => SignoffState::Refused,
        };
    }
    // A file that cannot be read may hold a later `no`.
    if !unreadable.is_empty() && row.state != SignoffState::Refused {
        row.state = SignoffState::Unknown;
        row.why = Some(unreadable.join("; "));
    }
    if !matches!(row.state, SignoffState::Answered) {
        row.command = Some(command(&item.id, hop));
    }
    row
}

/// What to type to answer an item.
pub fn command(item: &str, hop: &HopOf) -> String {
    format!("gonogo signoff {item} --hop {hop} --answer yes --who NAME")
}

/// Whether an answer is for this hop and this cluster.
fn meant(entry: &Signoff, hop: &HopOf, asked: &Asked) -> bool {
    entry.hop.same(&hop.from, &hop.to) && here(entry, asked)
}

fn here(entry: &Signoff, asked: &Asked) -> bool {
    entry
        .cluster
        .as_ref()
        .is_none_or(|name| asked.clusters.iter().any(|own| own == name))
}

/// An answer that does not count, with the reason; `None` for one that does.
fn without_effect(entry: &Signoff, file: &Given<'_>, asked: &Asked, knowledge: &Knowledge) -> Option<AppliedSignoff> {
    let item = knowledge.signoffs.iter().find(|item| item.id == entry.item);
    let (state, why) = match (item, &asked.hop) {
        (None, _) => (SignoffState::NotAsked, "this gonogo has no such item".to_owned()),
        (Some(_), None) => (SignoffState::NotAsked, "no hop is judged here".to_owned()),
        (Some(_), Some(hop)) if !entry.hop.same(&hop.from, &hop.to) => (
            SignoffState::OtherHop,
            format!("answered for {}, this is {hop}", entry.hop),
        ),
        (Some(_), Some(_)) if !here(entry, asked) => (
            SignoffState::OtherCluster,
            format!(
                "answered for the cluster {}",
                entry.cluster.as_deref().unwrap_or_default()
            ),
        ),
        // That it does not apply is what this says as well.
        (Some(item), Some(hop)) if !asked.asks(item, hop) && entry.answer == Answer::NotApplicable => return None,
        (Some(item), Some(hop)) if !asked.asks(item, hop) => {
            (SignoffState::NotAsked, "this hop does not ask it".to_owned())
        }
        (Some(_), Some(_)) => return None,
    };
    let mut row = item.map_or_else(|| unknown(&entry.item, String::new()), empty);
    fill(&mut row, entry, &file.origin);
    row.state = state;
    row.why = Some(why);
    row.blocking = false;
    Some(row)
}

fn empty(item: &SignoffItem) -> AppliedSignoff {
    AppliedSignoff {
        item: item.id.clone(),
        text: item.text.clone(),
        when: match item.when {
            When::Pre => "pre",
            When::Post => "post",
        }
        .to_owned(),
        blocking: item.blocking,
        state: SignoffState::Open,
        why: None,
        answer: None,
        who: None,
        at: None,
        note: None,
        hop: None,
        origin: None,
        how: item.how.clone(),
        command: None,
        requirements: Vec::new(),
    }
}

fn unknown(item: &str, why: String) -> AppliedSignoff {
    AppliedSignoff {
        item: item.to_owned(),
        text: String::new(),
        when: String::new(),
        blocking: true,
        state: SignoffState::Unknown,
        why: Some(why),
        answer: None,
        who: None,
        at: None,
        note: None,
        hop: None,
        origin: None,
        how: String::new(),
        command: None,
        requirements: Vec::new(),
    }
}

fn fill(row: &mut AppliedSignoff, entry: &Signoff, origin: &str) {
    row.answer = Some(entry.answer);
    row.who = Some(entry.who.clone());
    row.at = Some(entry.at);
    row.note.clone_from(&entry.note);
    row.hop = Some(entry.hop.clone());
    row.origin = Some(origin.to_owned());
}

/// The worst that sign-offs allow.
///
/// - NO-GO: a blocking item is answered with no.
/// - CANNOT SAY: a blocking item is open (unless the policy makes that a warning), or its answer cannot be believed.
/// - GO WITH WARNINGS: an item that does not block is not answered well.
pub fn at_best(signoffs: &[AppliedSignoff], open: OpenSignoffs) -> Verdict {
    let mut worst = Verdict::Go;
    for row in signoffs.iter().filter(|row| row.state.counts()) {
        let this = match (row.state, row.blocking) {
            (SignoffState::Answered, _) => Verdict::Go,
            (_, false) => Verdict::GoWithWarnings,
            (SignoffState::Refused, true) => Verdict::NoGo,
            (SignoffState::Open, true) if open == OpenSignoffs::Warn => Verdict::GoWithWarnings,
            (_, true) => Verdict::CannotSay,
        };
        if super::rank(this) > super::rank(worst) {
            worst = this;
        }
    }
    worst
}
