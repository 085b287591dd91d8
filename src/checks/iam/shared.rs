//! Pieces that checks of IAM share: whether there is an IAM database, what its nodes say, who signed instead. Holds no rule of its
//! own.

use std::collections::BTreeSet;

use chrono::{Duration, NaiveDateTime};

use crate::checks::backup::shared::{IAM, asked};
use crate::checks::shared::only_on_dcos;
use crate::checks::{Context, Saw};
use crate::facts::backups::Backup;
use crate::facts::config::{Edition, edition};
use crate::model::{Answer, EvidenceRef, Line, Observed, Phase, SignoffState, Subject, SubjectKind, Why};
use crate::snapshot::{CockroachNode, CockroachVars};

/// Items of what CockroachDB says about itself.
pub const NEEDS: &[&str] = &[
    "data/node/*/cockroach_node_status.txt",
    "data/node/*/cockroach_vars.txt",
    "data/dcos/*/iam_acls.json",
];

/// How to get them.
pub const BY_HAND: &str = "On a master: sudo /opt/mesosphere/bin/cockroach node status --ranges --certs-dir=/run/dcos/pki/cockroach \
                           --host=$(/opt/mesosphere/bin/detect_ip) (2.0 to 2.2: /run/dcos/pki/bouncer; Open Source: --insecure), saved as \
                           node/<host>/cockroach_node_status.txt; on every master: curl -s http://127.0.0.1:8090/_status/vars, saved as \
                           node/<host>/cockroach_vars.txt; then gonogo import.";

/// A node writes about itself every 10 seconds; one that is silent for this long while others write is not there.
const SILENT: Duration = Duration::minutes(2);

/// First line whose Open Source edition has the database, too: the table of sign-offs says so.
fn both_since(context: &Context<'_>) -> Option<Line> {
    let items = &context.knowledge.signoffs;
    items.iter().find(|item| item.id == IAM.signoff)?.both_since
}

/// Whether this cluster has an IAM database. Says what shows that it has none; what cannot be told counts as "it has one".
pub fn database(context: &Context<'_>, saw: &mut Saw) -> bool {
    if !only_on_dcos(context, "IAM database", saw) {
        return false;
    }
    let facts = context.facts;
    let (Some(running), Some(since)) = (facts.running_version(), both_since(context)) else {
        return true;
    };
    if Line::from(&running) >= since {
        return true;
    }
    let iam = &facts.snapshot.iam;
    match edition(facts, &context.knowledge.config) {
        Ok((Edition::Open, at)) => {
            saw.skip(format!(
                "{} says that this is Open Source, which has an IAM database from {since} on; this is {running}",
                at.item
            ));
            false
        }
        // The one service that answers with users and knows no permissions is that of Open Source before it had IAM.
        Err(_) => match (&iam.users, &iam.acls) {
            (Observed::Known(..), Observed::Unknown(why)) if why.is_absent() => {
                saw.skip(format!(
                    "{}; users are known to a service without permissions: Open Source DC/OS {running}, which has no IAM database \
                     before {since}",
                    why.sentence()
                ));
                false
            }
            _ => true,
        },
        Ok((Edition::Enterprise, _)) => true,
    }
}

/// Whether to judge dumps of the IAM database.
pub fn dumps(context: &Context<'_>, saw: &mut Saw) -> bool {
    // What was given is judged, whatever the edition.
    let given = context.facts.backups.newest_of_iam();
    (!given.is_empty() || database(context, saw)) && !unasked(context, &given, saw) && asked(context, IAM, saw)
}

/// Somebody signed that it does not apply.
fn unasked(context: &Context<'_>, given: &[&Backup<'_>], saw: &mut Saw) -> bool {
    given.is_empty() && not_applicable(context, IAM.signoff, saw)
}

/// Who answered a sign-off of this hop, and what.
pub fn answer<'a>(context: &Context<'a>, item: &str) -> Option<(Answer, &'a str, String)> {
    let rows = context.signoffs;
    let row = rows
        .iter()
        .find(|row| row.item == item && row.state == SignoffState::Answered)?;
    Some((
        row.answer?,
        row.who.as_deref()?,
        row.at?.format("%Y-%m-%d %H:%M UTC").to_string(),
    ))
}

fn not_applicable(context: &Context<'_>, item: &str, saw: &mut Saw) -> bool {
    match answer(context, item) {
        Some((Answer::NotApplicable, who, at)) => {
            saw.skip(format!("{who} signed off on {at} that {item} does not apply here"));
            true
        }
        _ => false,
    }
}

/// How many of something IAM lists now.
pub struct Live {
    /// How many.
    pub count: u64,
    /// Where.
    pub at: EvidenceRef,
}

/// What IAM lists now, by the table that holds it.
pub fn counts(context: &Context<'_>) -> Vec<(&'static str, Result<Live, Why>)> {
    let iam = &context.facts.snapshot.iam;
    let count = |seen: Observed<BTreeSet<String>>| match seen {
        Observed::Known(names, at) => Ok(Live {
            count: names.len() as u64,
            at,
        }),
        Observed::Unknown(why) => Err(why),
    };
    vec![("users", count(iam.accounts())), ("groups", count(iam.groups.clone()))]
}

/// What CockroachDB says about itself, and what of it could not be read.
pub struct Told<'a> {
    /// Tables of all nodes, by the node that each was taken on.
    pub tables: Vec<(&'a str, &'a [CockroachNode], &'a EvidenceRef)>,
    /// Metrics, by node.
    pub vars: Vec<(&'a str, &'a CockroachVars, &'a EvidenceRef)>,
}

/// What the nodes of the database say; where there is no evidence at all: who signed for it, or UNKNOWN.
pub fn told<'a>(context: &Context<'a>, saw: &mut Saw) -> Option<Told<'a>> {
    let iam = &context.facts.snapshot.iam;
    let mut told = Told {
        tables: Vec::new(),
        vars: Vec::new(),
    };
    for (host, table) in &iam.status {
        match table.get() {
            Ok((nodes, at)) => told.tables.push((host, nodes, at)),
            Err(why) => saw.unknown(why),
        }
    }
    for (host, vars) in &iam.vars {
        match vars.get() {
            Ok((vars, at)) => told.vars.push((host, vars, at)),
            Err(why) => saw.unknown(why),
        }
    }
    for at in told
        .tables
        .iter()
        .map(|(_, _, at)| at)
        .chain(told.vars.iter().map(|(_, _, at)| at))
    {
        saw.looked_at(at);
    }
    if !told.tables.is_empty() || !told.vars.is_empty() {
        return Some(told);
    }
    if iam.status.is_empty() && iam.vars.is_empty() {
        without_evidence(context, saw);
    }
    None
}

fn without_evidence(context: &Context<'_>, saw: &mut Saw) {
    const MISSING: &str = "nothing of CockroachDB was imported (node status, metrics): it answers on the nodes only";
    if !database(context, saw) {
        return;
    }
    let item = match context.facts.snapshot.origin.manifest.phase {
        Phase::Pre => "iam-database-replicated",
        Phase::Post => "iam-database-replicated-after",
        Phase::During => {
            saw.skip(format!("{MISSING}, and the window is under way"));
            return;
        }
    };
    if context.target.is_none() {
        saw.skip(format!("{MISSING}, and no target was stated"));
        return;
    }
    if not_applicable(context, item, saw) {
        return;
    }
    match answer(context, item) {
        Some((Answer::Yes, who, at)) => saw.skip(format!("{MISSING}; {who} signed off {item} on {at}")),
        _ => saw.unknown_because(format!(
            "{MISSING}; take it as `gonogo explain ranges-unavailable` says, or sign off {item}"
        )),
    }
}

/// Nodes of a table that were not taken out for good.
pub fn members(nodes: &[CockroachNode]) -> impl Iterator<Item = &CockroachNode> {
    nodes.iter().filter(|node| !node.decommissioned)
}

/// Whether a node takes part: by its own column, else by when it last wrote, held against the newest of the table.
pub fn live(node: &CockroachNode, nodes: &[CockroachNode]) -> bool {
    let newest: Option<NaiveDateTime> = nodes.iter().filter_map(|node| node.updated).max();
    match (node.live, node.updated, newest) {
        (Some(live), _, _) => live,
        (None, Some(updated), Some(newest)) => newest - updated < SILENT,
        (None, None, Some(_)) => false,
        (None, _, None) => true,
    }
}

/// A node of the database as a subject.
pub fn subject(node: &CockroachNode) -> Subject {
    let name = match &node.address {
        Some(address) => host(address).to_owned(),
        None => format!("CockroachDB node {}", node.id),
    };
    Subject::new(SubjectKind::Node, name.clone(), name)
}

/// `10.0.0.1:26257` -> `10.0.0.1`; brackets of IPv6 go, too.
pub fn host(address: &str) -> &str {
    address
        .rsplit_once(':')
        .map_or(address, |(host, _)| host)
        .trim_start_matches('[')
        .trim_end_matches(']')
}

/// Judges one figure that must be 0 on every node.
pub fn ranges(
    context: &Context<'_>,
    what: &str,
    of_node: fn(&CockroachNode) -> Option<u64>,
    of_vars: fn(&CockroachVars) -> u64,
    saw: &mut Saw,
) {
    let Some(told) = told(context, saw) else { return };
    let mut judged = 0;
    let fire = |subject: Subject, count: u64, at: &EvidenceRef, saw: &mut Saw| {
        if count > 0 {
            saw.fire(
                crate::model::Finding::about(subject)
                    .with("key", at.item.clone())
                    .with(
                        "ranges",
                        format!("{count} {what} range{}", if count == 1 { "" } else { "s" }),
                    )
                    .seen_at(at.clone().quoting(count)),
            );
        }
    };
    for (_, nodes, at) in &told.tables {
        for node in members(nodes) {
            match of_node(node) {
                Some(count) => {
                    judged += 1;
                    fire(subject(node), count, at, saw);
                }
                None => saw.unknown_because(format!("{}: node {} shows no figure (NULL)", at.item, node.id)),
            }
        }
    }
    for (node, vars, at) in &told.vars {
        judged += 1;
        fire(Subject::named(SubjectKind::Node, *node), of_vars(vars), at, saw);
    }
    // Each node's metrics speak of its own ranges only.
    if told.tables.is_empty() {
        let silent = masters_without(context, told.vars.iter().map(|(node, _, _)| *node));
        if !silent.is_empty() {
            saw.unknown_because(format!(
                "metrics of CockroachDB were given of some masters only; of these they are missing: {}",
                crate::checks::shared::few(&silent)
            ));
        }
    }
    if judged > 0 {
        saw.judged(judged, "nodes of the IAM database");
    }
}

/// Masters that none of these hosts is.
pub fn masters_without<'a>(context: &Context<'_>, hosts: impl Iterator<Item = &'a str>) -> Vec<String> {
    let snapshot = context.facts.snapshot;
    let names = crate::facts::leader::Names::new(snapshot);
    let there: Vec<usize> = hosts.filter_map(|host| names.index(host)).collect();
    let masters = snapshot.masters.iter().enumerate();
    masters
        .filter(|(at, _)| !there.contains(at))
        .map(|(_, master)| crate::checks::shared::short(&master.host, "5050"))
        .collect()
}
