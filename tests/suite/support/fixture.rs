//! Fixtures of checks: a healthy base cluster and a few edits, read from `fixtures/`.
//!
//! A case is a small JSON file (see CONTRIBUTING.md, "Fixtures of a check"). Applies edits, builds snapshots, runs one
//! check; asserts nothing about the outcome itself.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use gonogo::checks::{Check, Context, Pair, runner};
use gonogo::compare::compare;
use gonogo::facts::Facts;
use gonogo::model::{CheckResult, Manifest, Outcome, Policy, Stage, Version};
use gonogo::snapshot::{Builder, Snapshot};
use serde::Deserialize;
use serde_json::Value;

/// Folder `fixtures/` of the project.
pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// One cluster at one moment, in memory: manifest and payload, ready to be edited.
#[derive(Debug, Clone)]
pub struct Cluster {
    /// `gonogo.json` as JSON, so that a case may edit any field of it.
    pub manifest: Value,
    /// Payload by item.
    pub payload: BTreeMap<String, Vec<u8>>,
}

/// One edit of a case.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edit {
    /// Item the edit applies to; one `*` stands for anything between two slashes.
    item: Option<String>,
    /// JSON pointer into `gonogo.json`, instead of an item.
    manifest: Option<String>,
    /// JSON pointer into the item.
    path: Option<String>,
    /// New value at the pointer.
    #[serde(default, deserialize_with = "present")]
    set: Option<Value>,
    /// Remove the value at the pointer.
    #[serde(default)]
    remove: bool,
    /// JSON pointer into the item's record in `gonogo.json` (`/redirected_to`), instead of into its body.
    record: Option<String>,
    /// Whole new body.
    text: Option<String>,
    /// The item did not arrive: how.
    outcome: Option<Outcome>,
    /// The item did not arrive: why.
    reason: Option<String>,
    /// The item was never asked for.
    #[serde(default)]
    delete: bool,
}

/// `"set": null` sets null; without this serde would take it for "not given".
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// What a case expects.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// Status of the result.
    pub status: String,
    /// `"<kind> <name>"` of every finding, sorted.
    #[serde(default)]
    pub subjects: Vec<String>,
    /// Text that the reason must contain.
    pub reason_contains: Option<String>,
}

/// One case of a check.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What the case shows.
    pub why: String,
    /// Base cluster of a check over one archive.
    pub base: Option<String>,
    /// Edits of the base.
    #[serde(default)]
    edits: Vec<Edit>,
    /// Base cluster before, for a pair check.
    pub pre: Option<String>,
    /// Base cluster after, for a pair check.
    pub post: Option<String>,
    /// Edits of the cluster before.
    #[serde(default)]
    pre_edits: Vec<Edit>,
    /// Edits of the cluster after.
    #[serde(default)]
    post_edits: Vec<Edit>,
    /// Target version given on the command line.
    pub target: Option<Version>,
    /// Marathon to be reached given on the command line.
    pub target_marathon: Option<Version>,
    /// Policy other than the default.
    #[serde(default)]
    pub policy: Policy,
    /// What must come out.
    pub expect: Expect,
}

impl Case {
    /// Reads a case.
    pub fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// The edited cluster of a case of a single check.
    pub fn cluster(&self) -> Cluster {
        let base = self.base.as_deref().expect("a case of a single check names its `base`");
        Cluster::read(base).edited(&self.edits)
    }

    /// Runs a check on this case.
    pub fn run(&self, check: &dyn Check) -> CheckResult {
        match check.meta().stage {
            Stage::Single => {
                let base = self.base.as_deref().expect("a case of a single check names its `base`");
                let snapshot = Cluster::read(base).edited(&self.edits).snapshot();
                let facts = Facts::new(&snapshot);
                runner::run_one(check, &self.context(&facts, None))
            }
            Stage::Pair => {
                let pre = self.pre.as_deref().expect("a case of a pair check names `pre`");
                let post = self.post.as_deref().expect("a case of a pair check names `post`");
                let before = Cluster::read(pre).edited(&self.pre_edits).snapshot();
                let after = Cluster::read(post).edited(&self.post_edits).snapshot();
                let (before, after) = (Facts::new(&before), Facts::new(&after));
                let comparison = compare(&before, &after, gonogo::knowledge::Knowledge::builtin().unwrap())
                    .unwrap_or_else(|error| panic!("not comparable: {error}"));
                let pair = Pair {
                    before: &before,
                    comparison: &comparison,
                };
                runner::run_one(check, &self.context(&after, Some(pair)))
            }
        }
    }

    /// Runs a check over another snapshot, with the targets and the policy of this case.
    pub fn run_on(&self, check: &dyn Check, snapshot: &Snapshot) -> CheckResult {
        runner::run_one(check, &self.context(&Facts::new(snapshot), None))
    }

    fn context<'a>(&'a self, facts: &'a Facts<'a>, pair: Option<Pair<'a>>) -> Context<'a> {
        Context {
            facts,
            pair,
            target: self.target.clone(),
            target_marathon: self.target_marathon.clone(),
            signoffs: &[],
            policy: &self.policy,
            knowledge: gonogo::knowledge::Knowledge::builtin().unwrap(),
        }
    }
}

/// Runs a check over one snapshot.
pub fn run_single(check: &dyn Check, facts: &Facts<'_>, target: Option<Version>, policy: &Policy) -> CheckResult {
    runner::run_one(
        check,
        &Context {
            facts,
            pair: None,
            target,
            target_marathon: None,
            signoffs: &[],
            policy,
            knowledge: gonogo::knowledge::Knowledge::builtin().unwrap(),
        },
    )
}

/// Runs a check over a pair of snapshots.
pub fn run_pair(
    check: &dyn Check,
    before: &Snapshot,
    after: &Snapshot,
    target: Option<Version>,
    policy: &Policy,
) -> CheckResult {
    let before = Facts::new(before);
    let after = Facts::new(after);
    let comparison = compare(&before, &after, gonogo::knowledge::Knowledge::builtin().unwrap())
        .unwrap_or_else(|error| panic!("the pair cannot be compared: {error}"));
    let pair = Some(Pair {
        before: &before,
        comparison: &comparison,
    });
    runner::run_one(
        check,
        &Context {
            facts: &after,
            pair,
            target,
            target_marathon: None,
            signoffs: &[],
            policy,
            knowledge: gonogo::knowledge::Knowledge::builtin().unwrap(),
        },
    )
}

/// Names of the base clusters in `fixtures/clusters/`, sorted.
pub fn bases() -> Vec<String> {
    let folder = fixtures().join("clusters");
    let mut names: Vec<String> = fs::read_dir(&folder)
        .map(|entries| {
            entries
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect()
        })
        .unwrap_or_default();
    names.sort();
    names
}

impl Cluster {
    /// Reads `fixtures/clusters/<name>`.
    pub fn read(name: &str) -> Self {
        let folder = fixtures().join("clusters").join(name);
        let manifest =
            fs::read(folder.join("gonogo.json")).unwrap_or_else(|error| panic!("base cluster {name}: {error}"));
        let mut payload = BTreeMap::new();
        collect_files(&folder, &folder.join("data"), &mut payload);
        assert!(!payload.is_empty(), "base cluster {name} has no payload");
        Self {
            manifest: serde_json::from_slice(&manifest).unwrap(),
            payload,
        }
    }

    /// The cluster with edits applied.
    #[must_use]
    pub fn edited(mut self, edits: &[Edit]) -> Self {
        for edit in edits {
            if let Some(pointer) = &edit.manifest {
                change(&mut self.manifest, pointer, edit);
                continue;
            }
            let pattern = edit
                .item
                .as_deref()
                .expect("an edit names an `item` or a `manifest` pointer");
            let mut items: Vec<String> = self
                .records()
                .into_iter()
                .filter(|item| matches(pattern, item))
                .collect();
            if items.is_empty() {
                assert!(
                    edit.text.is_some() && !pattern.contains('*'),
                    "{pattern}: no such item in the base; only `text` can add one"
                );
                self.add_record(pattern);
                items.push(pattern.to_owned());
            }
            for item in items {
                self.edit_item(&item, edit);
            }
        }
        self
    }

    /// Items with a record in the manifest.
    pub fn records(&self) -> Vec<String> {
        let list = self.manifest["evidence"]
            .as_array()
            .expect("gonogo.json has `evidence`");
        list.iter()
            .map(|record| record["item"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Takes an item away as if it had been asked for and had not arrived.
    pub fn fail(&mut self, item: &str, outcome: &Outcome, reason: &str) {
        self.payload.remove(item);
        let record = self.record(item);
        record["outcome"] = serde_json::to_value(outcome).unwrap();
        record["reason"] = reason.into();
        record["bytes"] = 0.into();
        record.as_object_mut().unwrap().remove("sha256");
        record.as_object_mut().unwrap().remove("redirected_to");
    }

    /// Takes an item away as if nobody had asked for it.
    pub fn forget(&mut self, item: &str) {
        self.payload.remove(item);
        let list = self.manifest["evidence"].as_array_mut().unwrap();
        list.retain(|record| record["item"] != item);
    }

    /// Takes every item below a folder away as if nobody had asked for it.
    pub fn forget_all(&mut self, folder: &str) {
        for item in self.records().into_iter().filter(|item| item.starts_with(folder)) {
            self.forget(&item);
        }
    }

    /// Adds an item, or replaces its bytes.
    pub fn add(&mut self, item: &str, bytes: Vec<u8>) {
        if !self.records().iter().any(|known| known == item) {
            self.add_record(item);
        }
        self.replace(item, bytes);
    }

    /// Replaces the bytes of an item.
    pub fn replace(&mut self, item: &str, bytes: Vec<u8>) {
        let record = self.record(item);
        record["bytes"] = bytes.len().into();
        record["outcome"] = "captured".into();
        self.payload.insert(item.to_owned(), bytes);
    }

    /// The snapshot of this cluster, by the builder that reads archives.
    pub fn snapshot(&self) -> Snapshot {
        let manifest: Manifest = serde_json::from_value(self.manifest.clone()).expect("gonogo.json is a manifest");
        let mut builder = Builder::new();
        for (item, bytes) in &self.payload {
            builder
                .member(item, bytes.len() as u64, &mut bytes.as_slice())
                .expect("reading from memory");
        }
        builder.finish(manifest, "0".repeat(64))
    }

    fn record(&mut self, item: &str) -> &mut Value {
        let list = self.manifest["evidence"].as_array_mut().unwrap();
        list.iter_mut()
            .find(|record| record["item"] == item)
            .unwrap_or_else(|| panic!("{item}: no record"))
    }

    fn add_record(&mut self, item: &str) {
        let parts: Vec<&str> = item.split('/').collect();
        let at = self.manifest["started_at"].clone();
        let record = serde_json::json!({
            "item": item, "source": parts[1], "host": parts[2], "request": parts[3], "method": "GET",
            "outcome": "captured", "started_at": at, "duration_ms": 1, "status": 200, "attempts": 1
        });
        let list = self.manifest["evidence"].as_array_mut().unwrap();
        list.push(record);
        list.sort_by_key(|record| record["item"].as_str().unwrap().to_owned());
    }

    fn edit_item(&mut self, item: &str, edit: &Edit) {
        if let Some(pointer) = &edit.record {
            change(self.record(item), pointer, edit);
        } else if edit.delete {
            self.forget(item);
        } else if let Some(outcome) = &edit.outcome {
            self.fail(
                item,
                outcome,
                edit.reason.as_deref().unwrap_or("taken away by the fixture"),
            );
        } else if let Some(text) = &edit.text {
            self.replace(item, text.clone().into_bytes());
        } else if let Some(pointer) = &edit.path {
            let bytes = self
                .payload
                .get(item)
                .unwrap_or_else(|| panic!("{item} has no bytes to edit"));
            let mut json: Value = serde_json::from_slice(bytes).unwrap_or_else(|error| panic!("{item}: {error}"));
            change(&mut json, pointer, edit);
            self.replace(item, serde_json::to_vec(&json).unwrap());
        } else {
            panic!("{item}: an edit says `path`, `text`, `outcome` or `delete`");
        }
    }
}

/// Whether `*` (once, between two slashes) or plain text matches.
fn matches(pattern: &str, item: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == item,
        Some((head, tail)) => {
            item.len() >= head.len() + tail.len()
                && item.starts_with(head)
                && item.ends_with(tail)
                && !item[head.len()..item.len() - tail.len()].contains('/')
        }
    }
}

/// Sets or removes the value at a JSON pointer; `/list/-` appends.
fn change(json: &mut Value, pointer: &str, edit: &Edit) {
    let (parent, last) = pointer
        .rsplit_once('/')
        .unwrap_or_else(|| panic!("`{pointer}` is not a JSON pointer"));
    let key = last.replace("~1", "/").replace("~0", "~");
    let target = json
        .pointer_mut(parent)
        .unwrap_or_else(|| panic!("nothing at `{parent}`"));
    match (target, edit.remove, &edit.set) {
        (Value::Object(map), true, None) => {
            assert!(map.remove(&key).is_some(), "nothing at `{pointer}` to remove");
        }
        (Value::Object(map), false, Some(value)) => {
            map.insert(key, value.clone());
        }
        (Value::Array(values), true, None) => {
            values.remove(key.parse().unwrap());
        }
        (Value::Array(values), false, Some(value)) if key == "-" => values.push(value.clone()),
        (Value::Array(values), false, Some(value)) => {
            let at: usize = key.parse().unwrap();
            values[at] = value.clone();
        }
        _ => panic!("`{pointer}`: an edit either sets a value or removes it, in an object or a list"),
    }
}

fn collect_files(base: &Path, folder: &Path, into: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect_files(base, &path, into);
        } else {
            let item = path.strip_prefix(base).unwrap().to_str().unwrap().to_owned();
            if !item.ends_with(".error.json") {
                into.insert(item, fs::read(&path).unwrap());
            }
        }
    }
}
