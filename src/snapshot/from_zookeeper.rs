//! Exhibitor and ZooKeeper: from wire types to the snapshot's.
//!
//! A word that the server refuses is absent; a server that says it does not serve has the mode [`NOT_SERVING`].

use crate::model::{EvidenceRef, Observed, Why, Zxid, items};
use crate::sources::zk_words::{Answer, Srvr};

use super::believe::Believe;
use super::parts::pick;
use super::zookeeper::{ExhibitorServer, ExhibitorView, NOT_SERVING, ZkServer};

/// Exhibitor as every master's Exhibitor sees it.
pub(super) fn exhibitors(believe: &mut Believe<'_>) -> Vec<ExhibitorView> {
    let mut all: Vec<ExhibitorView> = believe
        .folders(items::EXHIBITOR)
        .into_iter()
        .map(|(folder, host)| {
            let item = |name| items::path(items::EXHIBITOR, &folder, name);
            let at = EvidenceRef::item(item(items::EXHIBITOR_STATUS));
            ExhibitorView {
                servers: believe.take(&at.item, pick!(Exhibitor)).map(|servers| {
                    servers
                        .into_iter()
                        .enumerate()
                        .map(|(ordinal, wire)| ExhibitorServer {
                            hostname: wire.hostname,
                            code: wire.code,
                            description: wire.description,
                            leader: wire.leader,
                            at: at.at(format!("/{ordinal}")),
                        })
                        .collect()
                }),
                roll_in_progress: believe.take(&item(items::EXHIBITOR_CONFIG), pick!(Rolling)),
                host,
            }
        })
        .collect();
    all.sort_by(|a, b| a.host.cmp(&b.host));
    all
}

/// Every ZooKeeper server that was asked.
pub(super) fn servers(believe: &mut Believe<'_>) -> Vec<ZkServer> {
    let mut all: Vec<ZkServer> = believe
        .folders(items::ZOOKEEPER)
        .into_iter()
        // What a session with all of them read is no server.
        .filter(|(folder, _)| folder != items::ENSEMBLE)
        .map(|(folder, host)| {
            let item = |word: &str| items::path(items::ZOOKEEPER, &folder, &format!("{word}.txt"));
            let srvr = believe.take(&item("srvr"), pick!(Srvr));
            let mntr_answer = believe.take(&item("mntr"), pick!(Mntr));
            let idle = not_serving(&srvr).or_else(|| not_serving(&mntr_answer));
            let srvr = said(srvr);
            let mntr = said(mntr_answer);
            ZkServer {
                ruok: said(believe.take(&item("ruok"), pick!(Ruok))),
                mode: match idle {
                    Some(at) => Observed::Known(NOT_SERVING.to_owned(), at),
                    None => either(srvr.as_ref().map(|srvr: &Srvr| srvr.mode.clone()), || {
                        field(&mntr, "zk_server_state", |text| Some(text.to_owned()))
                    }),
                },
                zxid: zxid(&srvr),
                znodes: either(srvr.map(|srvr| srvr.nodes), || {
                    field(&mntr, "zk_znode_count", |text| text.parse().ok())
                }),
                mntr,
                conf: said(believe.take(&item("conf"), pick!(Conf))),
                host,
            }
        })
        .collect();
    all.sort_by(|a, b| a.host.cmp(&b.host));
    all
}

/// The last transaction by `srvr`; every release prints it.
fn zxid(srvr: &Observed<Srvr>) -> Observed<Zxid> {
    match srvr.get() {
        Err(why) => Observed::Unknown(why.clone()),
        Ok((srvr, at)) => match srvr.zxid {
            Some(zxid) => Observed::Known(zxid, at.clone()),
            None => Observed::Unknown(Why::Malformed {
                item: at.item.clone(),
                detail: "no line `Zxid: …`".to_owned(),
            }),
        },
    }
}

/// Where the server says that it does not serve.
fn not_serving<T>(answer: &Observed<Answer<T>>) -> Option<EvidenceRef> {
    match answer {
        Observed::Known(Answer::NotServing, at) => Some(at.clone()),
        _ => None,
    }
}

/// What was said; a refused word is absent, a server that does not serve leaves doubt.
fn said<T>(answer: Observed<Answer<T>>) -> Observed<T> {
    match answer {
        Observed::Known(Answer::Said(value), at) => Observed::Known(value, at),
        Observed::Known(Answer::Refused, at) => Observed::Unknown(Why::Absent {
            item: at.item,
            reason: "the server refuses this four-letter word (whitelist)".to_owned(),
        }),
        Observed::Known(Answer::NotServing, at) => Observed::Unknown(Why::Doubtful {
            detail: format!("{}: the server says that it is not currently serving requests", at.item),
        }),
        Observed::Unknown(why) => Observed::Unknown(why),
    }
}

/// The first where it is known, else the second where that is known, else the first reason.
fn either<T>(first: Observed<T>, second: impl FnOnce() -> Observed<T>) -> Observed<T> {
    if first.is_known() {
        return first;
    }
    let second = second();
    if second.is_known() { second } else { first }
}

/// One value of `mntr`.
fn field<T>(
    mntr: &Observed<std::collections::BTreeMap<String, String>>,
    key: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Observed<T> {
    match mntr.get() {
        Err(why) => Observed::Unknown(why.clone()),
        Ok((values, at)) => match values.get(key).map(|text| (text, read(text))) {
            Some((_, Some(value))) => Observed::Known(value, at.clone()),
            Some((text, None)) => Observed::Unknown(Why::Malformed {
                item: at.item.clone(),
                detail: format!("`{key}` is `{text}`; expected a count"),
            }),
            None => Observed::Unknown(Why::Malformed {
                item: at.item.clone(),
                detail: format!("no line `{key}`"),
            }),
        },
    }
}
