//! `tree.ndjson` from a journal: sorted by path, so that the same tree gives the same bytes, in bounded memory.
//!
//! Sorted runs go to unnamed files beside the journal (they vanish with the process) and are merged. Never holds more than
//! one run in memory.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Seek as _, SeekFrom, Write};
use std::path::Path;

use crate::sources::zk_tree_file::Node;

use super::journal::{Line, lines};

/// Bytes of lines in one run; paths and overhead come to about as much again.
const RUN: usize = 32 << 20;

/// Writes the znodes of a journal, sorted by path, with the places that the access lists have in the summary. Gives their
/// number.
///
/// # Errors
/// Those of reading and writing.
pub(super) fn write(journal: &Path, acl_places: &[u32], into: &mut dyn Write) -> io::Result<u64> {
    write_in_runs(journal, acl_places, into, RUN)
}

fn write_in_runs(journal: &Path, acl_places: &[u32], into: &mut dyn Write, most: usize) -> io::Result<u64> {
    let folder = match journal.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut runs: Vec<BufReader<File>> = Vec::new();
    let mut run: Vec<(String, Vec<u8>)> = Vec::new();
    let mut held = 0;
    lines(&File::open(journal)?, usize::MAX, &mut |line| {
        let Line::Node { mut node, .. } = line else {
            return Ok(());
        };
        node.acl = match node.acl {
            Some(index) => Some(
                *acl_places
                    .get(index as usize)
                    .ok_or_else(|| io::Error::other("the journal names an access list that it does not hold"))?,
            ),
            None => None,
        };
        let mut text = serde_json::to_vec(&node)?;
        text.push(b'\n');
        held += text.len();
        run.push((node.path, text));
        if held >= most {
            runs.push(spill(&mut run, folder)?);
            held = 0;
        }
        Ok(())
    })?;
    if runs.is_empty() {
        run.sort_unstable();
        for (_, text) in &run {
            into.write_all(text)?;
        }
        return Ok(run.len() as u64);
    }
    runs.push(spill(&mut run, folder)?);
    merge(&mut runs, into)
}

fn spill(run: &mut Vec<(String, Vec<u8>)>, folder: &Path) -> io::Result<BufReader<File>> {
    run.sort_unstable();
    let mut file = BufWriter::new(tempfile::tempfile_in(folder)?);
    for (_, text) in run.drain(..) {
        file.write_all(&text)?;
    }
    let mut file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(BufReader::new(file))
}

fn merge(runs: &mut [BufReader<File>], into: &mut dyn Write) -> io::Result<u64> {
    let mut heads = BinaryHeap::new();
    for (at, run) in runs.iter_mut().enumerate() {
        heads.extend(next(run)?.map(|(path, text)| Reverse((path, at, text))));
    }
    let mut count = 0;
    while let Some(Reverse((_, at, text))) = heads.pop() {
        into.write_all(&text)?;
        count += 1;
        if let Some(run) = runs.get_mut(at) {
            heads.extend(next(run)?.map(|(path, text)| Reverse((path, at, text))));
        }
    }
    Ok(count)
}

fn next(run: &mut BufReader<File>) -> io::Result<Option<(String, Vec<u8>)>> {
    let mut text = Vec::new();
    run.read_until(b'\n', &mut text)?;
    if text.is_empty() {
        return Ok(None);
    }
    let node: Node = serde_json::from_slice(&text)?;
    Ok(Some((node.path, text)))
}

#[cfg(test)]
mod tests {
    use super::super::journal::{Head, Journal};
    use super::super::{Seen, Sink as _};
    use super::*;
    use crate::model::backup::Zxid;
    use crate::sources::zk_tree_file;

    #[test]
    fn runs_of_any_size_give_the_same_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.zk-walk");
        let (mut journal, _) = Journal::open(&path, &Head::new(Vec::new(), true, false), None).unwrap();
        for number in 0..100_u64 {
            let node = Node {
                path: format!("/n{:03}", number * 37 % 100),
                version: 0,
                cversion: 0,
                czxid: Zxid(1),
                mzxid: Zxid(1),
                pzxid: Zxid(1),
                data_length: number,
                children: 0,
                ephemeral_owner: Zxid(0),
                acl: Some(u32::try_from(number % 2).unwrap()),
            };
            let seen = Seen {
                node: &node,
                new_acl: None,
                names: &[],
                answer_bytes: 88,
                data: None,
                refused: false,
            };
            journal.read(&seen).unwrap();
        }
        journal.finish().unwrap();
        let (mut one, mut many) = (Vec::new(), Vec::new());
        assert_eq!(write_in_runs(&path, &[1, 0], &mut one, usize::MAX).unwrap(), 100);
        assert_eq!(write_in_runs(&path, &[1, 0], &mut many, 1000).unwrap(), 100);
        assert_eq!(one, many);
        let mut acls = Vec::new();
        let count = zk_tree_file::nodes(&mut one.as_slice(), &mut |node| {
            acls.push((node.data_length % 2, node.acl));
        });
        assert_eq!(count.unwrap(), 100, "in the order of paths");
        assert!(acls.iter().all(|(odd, acl)| *acl == Some(u32::from(*odd == 0))));
        assert!(write(&path, &[], &mut Vec::new()).is_err(), "a list that is not there");
    }
}
