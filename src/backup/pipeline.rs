//! From a path to its proofs: opened, looked through, proven one by one, while another thread computes the SHA-256.
//!
//! Judges no backup itself; knows which files belong to which.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::thread;

use super::discover::{self, DataDirectory, Found};
use super::open::{self, Holder, Opened};
use super::record::{self, Record};
use super::{CannotRead, Inspected, Options, guano, hash, iam, shown, zookeeper};
use crate::model::BackupKind;
use crate::model::backup::Proof;

/// Longest record that is read.
const LONGEST_RECORD: u64 = 64 << 10;
/// Files and folders of a dump whose hashes are kept for the lines of a folder.
const NOTHING: &str = "no ZooKeeper data directory, guano dump or SQL dump was found in it";

pub(super) fn prove(path: &Path, options: &Options) -> Result<Inspected, CannotRead> {
    let mut inspected = Inspected {
        path: shown(path),
        ..Inspected::default()
    };
    let opened = open::open(path, &options.limits)?;
    let record = beside(path)?;
    if opened.holder == Holder::Folder {
        folder(opened, record.as_ref(), options, &mut inspected)?;
    } else {
        holder(opened, &shown(path), record.as_ref(), &mut inspected)?;
    }
    if inspected.proofs.is_empty() && inspected.unreadable.is_none() {
        inspected.unreadable = Some(NOTHING.to_owned());
    } else if !inspected.proofs.is_empty()
        && let Some(reason) = inspected.unreadable.take()
    {
        // Something beside the backups that were proven: it must not be lost.
        inspected.left_out.insert(0, reason);
    }
    Ok(inspected)
}

/// The record beside a file or folder.
fn beside(path: &Path) -> Result<Option<Record>, CannotRead> {
    let mut name = path.as_os_str().to_owned();
    if let Some(text) = name.to_str() {
        name = text.trim_end_matches('/').into();
    }
    name.push(record::ENDING);
    let path = PathBuf::from(name);
    match std::fs::symlink_metadata(&path) {
        Ok(meta) if meta.is_file() => {}
        _ => return Ok(None),
    }
    let mut text = String::new();
    let read = File::open(&path).and_then(|file| file.take(LONGEST_RECORD).read_to_string(&mut text));
    match read {
        Ok(_) => Ok(record::read(&text)),
        Err(error) if open::is_damage(&error) => Ok(None),
        Err(error) => Err(CannotRead::new(&path, error)),
    }
}

/// A file, whatever holds what is in it.
fn holder(
    mut opened: Opened,
    shown: &str,
    record: Option<&Record>,
    inspected: &mut Inspected,
) -> Result<(), CannotRead> {
    let path = opened.path.clone();
    let (proofs, sum) = thread::scope(|scope| {
        let sum = scope.spawn(|| hash::file(&path));
        let proofs = proofs(&mut opened, record);
        (proofs, sum.join())
    });
    let mut proofs = proofs?;
    let sum = match sum {
        Ok(sum) => sum.map_err(|error| CannotRead::new(&path, error))?,
        Err(panic) => std::panic::resume_unwind(panic),
    };
    opened.unchanged()?;
    let several = proofs.len() > 1;
    for proof in &mut proofs {
        proof.path = match &proof.folder {
            Some(folder) if several => format!("{shown}!{folder}"),
            _ => shown.to_owned(),
        };
        // Of a dump the folder is its own name within the file.
        if proof.kind == BackupKind::Iam {
            proof.folder = None;
        }
        proof.bytes = opened.bytes;
        proof.sha256 = Some(sum.clone());
        if let Some(record) = record {
            record.enter(proof);
        }
    }
    if proofs.is_empty() {
        let damage = opened
            .damage
            .as_ref()
            .map(|damage| format!("; it is damaged: {damage}"));
        let reason = format!("{shown}: {NOTHING}{}", damage.unwrap_or_default());
        inspected.unreadable.get_or_insert(reason);
    }
    inspected.proofs.append(&mut proofs);
    inspected
        .left_out
        .append(&mut std::mem::take(&mut opened.left_out).told());
    Ok(())
}

/// Every backup among the files of one holder.
fn proofs(opened: &mut Opened, record: Option<&Record>) -> Result<Vec<Proof>, CannotRead> {
    let found = discover::look(opened);
    let mut proofs = Vec::new();
    for directory in &found.directories {
        proofs.push(data_directory(opened, directory)?);
    }
    for index in &found.dumps {
        proofs.push(dump(opened, *index, record)?);
    }
    if let Some(root) = dump_root(opened, &found, record) {
        let mut proof = guano::prove(opened, &root, record);
        proof.folder = Some(root);
        proofs.push(proof);
    }
    for index in &found.holders {
        if let Some(member) = opened.members.get(*index) {
            let what = "a tar or gzip file inside: unpack it and name it itself";
            opened.left_out.add(&member.name, what);
        }
    }
    Ok(proofs)
}

fn dump_root(opened: &Opened, found: &Found, record: Option<&Record>) -> Option<String> {
    if !matches!(opened.holder, Holder::Folder | Holder::Tar | Holder::TarGz) {
        return None;
    }
    let taken: Vec<&str> = found
        .directories
        .iter()
        .map(|directory| directory.folder.as_str())
        .collect();
    let said = record.is_some_and(|record| record.taken.way.as_deref() == Some("guano"));
    let none = found.directories.is_empty() && found.dumps.is_empty();
    guano::find(opened, &taken, said && none)
}

fn data_directory(opened: &mut Opened, directory: &DataDirectory) -> Result<Proof, CannotRead> {
    let mut proof = zookeeper::prove(opened, directory)?;
    proof.folder = Some(directory.folder.clone());
    Ok(proof)
}

/// A SQL dump.
fn dump(opened: &mut Opened, index: usize, record: Option<&Record>) -> Result<Proof, CannotRead> {
    let path = opened.path.clone();
    let name = opened
        .members
        .get(index)
        .map(|member| member.name.to_string())
        .unwrap_or_default();
    let taken = record.map(|record| record.taken.clone());
    let modified = opened.members.get(index).map_or(0, |member| member.modified);
    let mut source = opened.read(index).map_err(|error| CannotRead::new(&path, error))?;
    let mut proof = iam::prove("", &mut source, taken).map_err(|error| CannotRead::new(&path, error))?;
    if proof.taken_at.is_none() && modified > 0 {
        proof.taken_at = chrono::DateTime::from_timestamp(modified, 0);
    }
    proof.folder = Some(name);
    Ok(proof)
}

/// The files in a folder: loose ones, and those that hold others.
fn folder(
    mut opened: Opened,
    record: Option<&Record>,
    options: &Options,
    inspected: &mut Inspected,
) -> Result<(), CannotRead> {
    let found = discover::look(&opened);
    let records: BTreeMap<String, Record> = opened
        .texts
        .keys()
        .filter_map(|index| {
            let name = &*opened.members.get(*index)?.name;
            Some((record::of(name)?.to_owned(), record::read(opened.text(*index)?)?))
        })
        .collect();
    let root = dump_root(&opened, &found, record);
    for directory in &found.directories {
        let own = records.get(&directory.folder).or(record);
        let files: Vec<usize> = directory
            .snapshots
            .iter()
            .chain(&directory.logs)
            .map(|(_, index)| *index)
            .chain(directory.myid)
            .chain(directory.epochs.iter().copied())
            .collect();
        loose(&mut opened, &files, &directory.folder, own, inspected, |opened| {
            data_directory(opened, directory).map(Some)
        })?;
    }
    for index in &found.dumps {
        let name = opened
            .members
            .get(*index)
            .map(|member| member.name.to_string())
            .unwrap_or_default();
        let own = records.get(&name).or(record);
        loose(&mut opened, &[*index], &name, own, inspected, |opened| {
            dump(opened, *index, own).map(|proof| Some(Proof { folder: None, ..proof }))
        })?;
    }
    if let Some(root) = root {
        let own = records.get(&root).or(record);
        let files: Vec<usize> = (0..opened.members.len())
            .filter(|index| {
                opened
                    .members
                    .get(*index)
                    .is_some_and(|member| root.is_empty() || member.name.starts_with(&format!("{root}/")))
            })
            .collect();
        loose(&mut opened, &files, &root, own, inspected, |opened| {
            let mut proof = guano::prove(opened, &root, own);
            proof.folder = Some(root.clone());
            Ok(Some(proof))
        })?;
    }
    for index in &found.holders {
        let Some(member) = opened.members.get(*index) else {
            continue;
        };
        let path = opened.path.join(&*member.name);
        let inner = open::open(&path, &options.limits)?;
        holder(inner, &shown(&path), records.get(&*member.name), inspected)?;
    }
    inspected
        .left_out
        .append(&mut std::mem::take(&mut opened.left_out).told());
    if let Some(damage) = opened.damage {
        inspected.left_out.push(damage);
    }
    Ok(())
}

/// A backup made of files that stand loose in a folder, hashed while they are proven.
fn loose(
    opened: &mut Opened,
    files: &[usize],
    folder: &str,
    record: Option<&Record>,
    inspected: &mut Inspected,
    prove: impl FnOnce(&mut Opened) -> Result<Option<Proof>, CannotRead>,
) -> Result<(), CannotRead> {
    let names: Vec<(String, PathBuf)> = files
        .iter()
        .filter_map(|index| opened.members.get(*index))
        .map(|member| (member.name.to_string(), opened.path.join(&*member.name)))
        .collect();
    let bytes = files
        .iter()
        .filter_map(|index| opened.members.get(*index))
        .map(|member| member.size)
        .sum();
    let (proof, sums) = thread::scope(|scope| {
        let sums = scope.spawn(|| hash::files(&names));
        let proof = prove(opened);
        (proof, sums.join())
    });
    let Some(mut proof) = proof? else { return Ok(()) };
    let sums = match sums {
        Ok(sums) => sums.map_err(|(path, error)| CannotRead::new(&path, error))?,
        Err(panic) => std::panic::resume_unwind(panic),
    };
    let single = proof.kind == BackupKind::Iam;
    proof.sha256 = match sums.as_slice() {
        [sum] if single => Some(sum.clone()),
        sums => Some(hash::lines(
            names
                .iter()
                .map(|(name, _)| name.as_str())
                .zip(sums.iter().map(String::as_str)),
        )),
    };
    proof.path = if folder.is_empty() {
        inspected.path.clone()
    } else {
        format!("{}/{folder}", inspected.path.trim_end_matches('/'))
    };
    proof.bytes = bytes;
    if let Some(record) = record {
        record.enter(&mut proof);
    }
    inspected.proofs.push(proof);
    Ok(())
}
