//! Laws of replaying: whatever a log holds, and wherever the snapshot stood, the same log again changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use gonogo::demo::zk_files::{Change, Txn};
use gonogo::model::backup::Zxid;
use gonogo::sources::zk_snapshot::{self, Packing, Verify};
use gonogo::sources::zk_tree::{Full, Tree};
use gonogo::sources::zk_txlog;
use proptest::prelude::*;

use crate::zk_files_written::{SESSION, small_snapshot, written};

/// Changes of a few paths by three sessions, whether they fit the tree or not.
fn change() -> impl Strategy<Value = (i64, Change)> {
    let path = || {
        prop::sample::select(vec![
            "/a",
            "/a/b",
            "/a/b/c",
            "/app",
            "/app/state",
            "/app/state/x",
            "/app-2",
        ])
        .prop_map(str::to_owned)
    };
    let data = || prop::collection::vec(any::<u8>(), 0..20);
    let simple = prop_oneof![
        4 => (path(), data(), any::<bool>()).prop_map(|(path, data, ephemeral)| Change::Create {
            path, data, ephemeral, parent_cversion: -1,
        }),
        3 => (path(), data(), 0..9).prop_map(|(path, data, version)| Change::Set { path, data, version }),
        2 => path().prop_map(|path| Change::Delete { path }),
        1 => Just(Change::Error(-110)),
    ];
    let any = prop_oneof![
        6 => simple.clone(),
        1 => prop::collection::vec(simple, 0..4).prop_map(Change::Multi),
        1 => Just(Change::CloseSession),
        1 => Just(Change::OpenSession { timeout: 4000 }),
    ];
    (SESSION..SESSION + 3, any)
}

fn changes() -> impl Strategy<Value = Vec<Txn>> {
    prop::collection::vec(change(), 0..40).prop_map(|all| {
        let numbered = all.into_iter().zip(6_u64..);
        numbered
            .map(|((session, change), zxid)| Txn {
                zxid,
                session,
                time: 1,
                change,
            })
            .collect()
    })
}

fn base() -> (Tree, Full) {
    let (mut tree, mut full) = (Tree::new(&["/app/state"]), Full::new());
    zk_snapshot::read(small_snapshot().as_slice(), Packing::Plain, &mut tree).unwrap();
    zk_snapshot::read(small_snapshot().as_slice(), Packing::Plain, &mut full).unwrap();
    (tree, full)
}

/// What a server would have written: of the changes only those that it would have done.
#[derive(Default)]
struct Server {
    /// Path and owner.
    nodes: BTreeMap<String, i64>,
    closed: BTreeSet<i64>,
}

impl Server {
    fn new() -> Self {
        let mut server = Self::default();
        for path in ["/", "/app", "/app/state", "/app-2"] {
            server.nodes.insert(path.to_owned(), 0);
        }
        server.nodes.insert("/app/member-0000000001".to_owned(), SESSION);
        server
    }

    fn has_children(&self, path: &str) -> bool {
        let below = format!("{path}/");
        self.nodes.keys().any(|other| other.starts_with(&below))
    }

    fn does(&mut self, session: i64, change: &Change) -> bool {
        match change {
            Change::Create { path, ephemeral, .. } => {
                let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
                let parent = if parent.is_empty() { "/" } else { parent };
                let fits = self.nodes.get(parent) == Some(&0) && !self.nodes.contains_key(path);
                if fits {
                    self.nodes.insert(path.clone(), if *ephemeral { session } else { 0 });
                }
                fits
            }
            Change::Set { path, .. } => self.nodes.contains_key(path),
            Change::Delete { path } => !self.has_children(path) && self.nodes.remove(path).is_some(),
            Change::Multi(_) | Change::OpenSession { .. } | Change::Error(_) => true,
            Change::CloseSession => {
                self.nodes.retain(|_, owner| *owner != session);
                self.closed.insert(session)
            }
        }
    }

    fn history(mut self, all: Vec<Txn>) -> Vec<Txn> {
        let mut done = Vec::new();
        for mut transaction in all {
            if self.closed.contains(&transaction.session) {
                continue;
            }
            if let Change::Multi(parts) = &mut transaction.change {
                // One that fails would undo them all.
                parts.retain(|part| !matches!(part, Change::Error(_)) && self.does(transaction.session, part));
            }
            if self.does(transaction.session, &transaction.change) {
                done.push(transaction);
            }
        }
        done
    }
}

/// What can be compared of a tree.
fn told(tree: &Tree) -> impl PartialEq + std::fmt::Debug + use<> {
    (
        tree.summary(),
        tree.sessions().clone(),
        tree.kept("/app/state").map(<[u8]>::to_vec),
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn the_digested_tree_is_the_full_tree(all in changes()) {
        let log = written(Server::new().history(all), 0);
        let (mut tree, mut full) = base();
        zk_txlog::read(log.as_slice(), Zxid(0), &mut tree).unwrap();
        zk_txlog::read(log.as_slice(), Zxid(0), &mut full).unwrap();
        prop_assert_eq!(tree.summary(), full.digested().summary());
        prop_assert_eq!(tree.sessions(), full.sessions());
        tree.drop_dead();
        full.drop_dead();
        prop_assert_eq!(tree.summary(), full.digested().summary());
    }

    #[test]
    fn replaying_again_what_the_tree_holds_already_changes_nothing(all in changes(), one in 0..40_usize, two in 0..40_usize) {
        let history = Server::new().history(all);
        let (until, again) = (one.max(two).min(history.len()), one.min(two).min(history.len()));
        let (mut once, _) = base();
        zk_txlog::read(written(history.clone(), 0).as_slice(), Zxid(0), &mut once).unwrap();
        prop_assert_eq!(once.misfits().count, 0);

        // As over a snapshot that was written while transactions went on: it holds more than its name says.
        let (mut twice, _) = base();
        zk_txlog::read(written(history[..until].to_vec(), 0).as_slice(), Zxid(0), &mut twice).unwrap();
        zk_txlog::read(written(history[again..].to_vec(), 0).as_slice(), Zxid(0), &mut twice).unwrap();
        prop_assert_eq!(told(&once), told(&twice));
    }

    #[test]
    fn bytes_of_no_server_end_in_words(bytes in prop::collection::vec(any::<u8>(), 0..400), cut in 0..400_usize) {
        zk_snapshot::read(bytes.as_slice(), Packing::Plain, &mut Verify).unwrap();
        zk_snapshot::read(bytes.as_slice(), Packing::Snappy, &mut Verify).unwrap();
        zk_snapshot::read(bytes.as_slice(), Packing::Gzip, &mut Verify).unwrap();
        zk_txlog::read(bytes.as_slice(), Zxid(0), &mut Verify).unwrap();
        // And behind a right begin.
        let begin = small_snapshot();
        let mixed = [&begin[..cut.min(begin.len() - 1)], &bytes].concat();
        prop_assert!(!zk_snapshot::read(mixed.as_slice(), Packing::Plain, &mut Verify).unwrap().is_whole());
    }
}
