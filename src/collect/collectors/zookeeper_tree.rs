//! The tree of znodes: one walk over the wire, with its journal, into `tree.ndjson` and `tree_summary.json`.
//!
//! Only when it was asked for. Where no server takes a connection the names alone, through Exhibitor (`zk_explorer`).
//! Credentials go to servers that were named, or that stand on a named master, and to no other. What stands in a znode
//! goes to the place of contents alone; the archive has `contents.json` with names and hashes.

use std::io::{BufWriter, Write as _};
use std::path::PathBuf;
use std::sync::{Arc, PoisonError};
use std::time::Instant;

use chrono::{DateTime, Utc};

use crate::archive::Stored;
use crate::collect::engine::Context;
use crate::collect::plan::ZkTree;
use crate::collect::step::{Planned, Step};
use crate::collect::target::Origin;
use crate::collect::zk_explorer;
use crate::collect::zk_session::journal::{Head, Journal};
use crate::collect::zk_session::{WalkError, WalkSummary, go_on, write_tree};
use crate::model::{Outcome, items};
use crate::sources::zk_contents::{Contents, ContentsFile};

/// Most bytes of the tree in the archive.
const LARGEST: u64 = 4 << 30;

/// One step, where a walk is wanted.
pub fn steps(ctx: &Context) -> Vec<Step> {
    let wanted = ctx.zk_tree.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(tree) = wanted.as_ref() else {
        return Vec::new();
    };
    let without = |outcome: Outcome, why: &str| {
        vec![Step::without_asking(
            items::ZOOKEEPER,
            items::ENSEMBLE,
            planned("", tree.contents.is_some()),
            outcome,
            why,
        )]
    };
    let mut servers = match super::zookeeper::servers(ctx) {
        Ok(servers) => servers,
        Err((_, outcome, why)) => return without(outcome, &why),
    };
    if tree.auth.present() {
        servers.retain(|server| is_named(ctx, server));
        if servers.is_empty() {
            let why =
                "not asked: the credentials for ZooKeeper go to named hosts only; name its servers with --zookeeper";
            return without(Outcome::Failed, why);
        }
    }
    let names: Vec<String> = servers.iter().map(Origin::authority).collect();
    let items = planned(&names.join(","), tree.contents.is_some());
    vec![Step::new(
        items::ZOOKEEPER,
        items::ENSEMBLE,
        items.clone(),
        move |ctx| async move {
            let wanted = ctx.zk_tree.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(tree) = wanted {
                walk(&ctx, tree, servers, &items).await;
            }
            Vec::new()
        },
    )]
}

/// Whether a server was named, or its host was.
fn is_named(ctx: &Context, server: &Origin) -> bool {
    ctx.targets.zookeepers.iter().any(|base| base.origin == *server)
        || ctx.targets.mesos.iter().any(|base| base.origin.host == server.host)
}

/// The items of a walk over these servers.
fn planned(servers: &str, contents: bool) -> Vec<Planned> {
    [items::ZOOKEEPER_TREE, items::ZOOKEEPER_TREE_SUMMARY]
        .into_iter()
        .chain(contents.then_some(items::ZOOKEEPER_CONTENTS))
        .map(|item| Planned {
            item: items::path(items::ZOOKEEPER, items::ENSEMBLE, item),
            source: items::ZOOKEEPER,
            host: items::ENSEMBLE.to_owned(),
            request: format!("walk {servers} from /"),
            method: "ZK",
            required: true,
        })
        .collect()
}

async fn walk(ctx: &Arc<Context>, tree: ZkTree, servers: Vec<Origin>, items: &[Planned]) {
    let ZkTree {
        auth,
        limits,
        journal: path,
        contents,
    } = tree;
    let started = Utc::now();
    let begun = Instant::now();
    let failed = |why: String| {
        for item in items {
            ctx.records.put(item.ended(Outcome::Failed, why.clone()));
        }
    };
    let names = servers.iter().map(Origin::authority).collect();
    let head = Head::new(names, limits.acls, limits.contents);
    let (mut journal, frontier) = match Journal::open(&path, &head, contents) {
        Ok(opened) => opened,
        Err(error) => return failed(format!("the journal {}: {error}", path.display())),
    };
    let new = frontier.has_read_nothing();
    let (mut summary, places) = match go_on(&servers, &auth, &limits, frontier, &mut journal).await {
        Ok(ended) => ended,
        Err(error) => {
            let closed = new && matches!(error, WalkError::NoSession { .. });
            let exhibitor = if closed {
                zk_explorer::in_place_of(ctx, &servers).await
            } else {
                None
            };
            let Some(base) = exhibitor else {
                return failed(error.to_string());
            };
            if zk_explorer::walk(ctx, &base, &error.to_string(), &limits, items).await {
                // Nothing was read that could be gone on with.
                finished(ctx, path);
            }
            return;
        }
    };
    let files = match journal.finish() {
        Ok(files) => files,
        Err(error) => return failed(format!("the journal {}: {error}", path.display())),
    };
    summary.contents = files.iter().map(ContentsFile::kept).collect();
    summary.contents.dedup();
    let contents = limits
        .contents
        .then(|| Contents::of(files, summary.znodes_named, summary.incomplete_because.as_deref()));
    if let Some(because) = contents.as_ref().and_then(|all| all.incomplete_because.as_deref()) {
        ctx.observer
            .note(&format!("the contents of the znodes are not complete: {because}"));
    }
    let ended = !summary.ended_early;
    let staged = {
        let (ctx, path, summary) = (Arc::clone(ctx), path.clone(), summary.clone());
        tokio::task::spawn_blocking(move || stage(&ctx, &path, &places, &summary, contents.as_ref())).await
    };
    let staged = match staged {
        Ok(Ok(staged)) => staged,
        Ok(Err(why)) => {
            ctx.records.fail(why.clone());
            return failed(why);
        }
        Err(error) => return failed(format!("internal error in gonogo: {error}")),
    };
    record(ctx, items, &summary, staged, (started, begun));
    if ended {
        finished(ctx, path);
    }
}

/// Puts the items into the staging; of a walk that ended early all but the tree.
fn stage(
    ctx: &Context,
    journal: &std::path::Path,
    places: &[u32],
    summary: &WalkSummary,
    contents: Option<&Contents>,
) -> Result<Vec<Option<Stored>>, String> {
    let item = |name| items::path(items::ZOOKEEPER, items::ENSEMBLE, name);
    let text = |error: &dyn std::fmt::Display| format!("the tree of znodes could not be kept: {error}");
    let mut nodes = None;
    if !summary.ended_early {
        let writer = ctx
            .staging
            .create(&item(items::ZOOKEEPER_TREE), LARGEST)
            .map_err(|error| text(&error))?;
        let mut into = BufWriter::with_capacity(1 << 18, writer);
        write_tree(journal, places, &mut into).map_err(|error| text(&error))?;
        into.flush().map_err(|error| text(&error))?;
        let writer = into.into_inner().map_err(|error| text(&error))?;
        nodes = Some(writer.finish().map_err(|error| text(&error))?);
    }
    let put = |name, bytes: serde_json::Result<Vec<u8>>| {
        let mut bytes = bytes.map_err(|error| text(&error))?;
        bytes.push(b'\n');
        ctx.staging.put(&item(name), &bytes).map_err(|error| text(&error))
    };
    let summed = put(items::ZOOKEEPER_TREE_SUMMARY, serde_json::to_vec_pretty(summary))?;
    let mut staged = vec![nodes, Some(summed)];
    if let Some(contents) = contents {
        let kept = put(items::ZOOKEEPER_CONTENTS, serde_json::to_vec_pretty(contents))?;
        staged.push(Some(kept));
    }
    Ok(staged)
}

/// The records. A tree that was not walked to its end is truncated: its summary is there, and the journal to go on with.
fn record(
    ctx: &Context,
    items: &[Planned],
    summary: &WalkSummary,
    staged: Vec<Option<Stored>>,
    (started, begun): (DateTime<Utc>, Instant),
) {
    let because = summary.incomplete_because.as_deref().unwrap_or("no reason");
    for (item, stored) in items.iter().zip(staged) {
        // Of a resumed walk the first part is what makes it old.
        let mut evidence = item.begun(Outcome::Captured, summary.began.min(started));
        evidence.attempts = 1;
        evidence.duration_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        if let Some(stored) = stored {
            evidence.bytes = stored.bytes;
            evidence.sha256 = Some(stored.sha256);
        } else {
            evidence.outcome = Outcome::Truncated;
            evidence.reason = Some(format!(
                "the walk ended after {} znodes: {because}. The same command goes on from its journal",
                summary.znodes_named
            ));
        }
        ctx.records.put(evidence);
    }
}

fn finished(ctx: &Context, journal: PathBuf) {
    *ctx.zk_journal.lock().unwrap_or_else(PoisonError::into_inner) = Some(journal);
}
