//! The base fixtures `fixtures/clusters/*` are what the simulated cluster says, byte for byte.
//!
//! `GONOGO_BLESS=1 cargo test fixtures_are_the_model` writes them; without it the test compares.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use gonogo::demo::model::{Model, Size};
use gonogo::demo::payload::payload;
use gonogo::model::Phase;

use crate::support::cluster;

fn clusters() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/clusters")
}

fn files_below(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(root: &Path, folder: &Path, into: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(root, &path, into);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                into.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    let mut all = BTreeMap::new();
    if folder.is_dir() {
        walk(folder, folder, &mut all);
    }
    all
}

fn wanted(model: &Model, phase: Phase) -> BTreeMap<String, Vec<u8>> {
    let payload = payload(model, phase);
    let mut files = payload.files;
    let mut manifest = serde_json::to_vec_pretty(&payload.manifest).unwrap();
    manifest.push(b'\n');
    files.insert("gonogo.json".to_owned(), manifest);
    files
}

#[test]
fn fixtures_are_the_model() {
    let bless = std::env::var_os("GONOGO_BLESS").is_some();
    for (name, model, phase) in [
        ("dcos-pre", cluster::pre_of(Size::FIXTURE), Phase::Pre),
        ("dcos-post", cluster::post_of(Size::FIXTURE), Phase::Post),
        ("mesos-pre", cluster::mesos(), Phase::Pre),
    ] {
        let folder = clusters().join(name);
        let wanted = wanted(&model, phase);
        assert!(wanted.len() > 30, "{name}: only {} files", wanted.len());
        if bless {
            if folder.is_dir() {
                fs::remove_dir_all(&folder).unwrap();
            }
            for (file, bytes) in &wanted {
                let path = folder.join(file);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, bytes).unwrap();
            }
        }
        let found = files_below(&folder);
        let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
        assert_eq!(
            names(&found),
            names(&wanted),
            "{name}: GONOGO_BLESS=1 writes the fixtures again"
        );
        for (file, bytes) in &wanted {
            assert!(
                found.get(file) == Some(bytes),
                "{name}/{file} differs from the model; GONOGO_BLESS=1 writes it again"
            );
        }
    }
}
