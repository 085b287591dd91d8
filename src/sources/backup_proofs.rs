//! Proofs of backups as they stand in an archive (`data/backup/<name>/proof.json`), read strictly.
//!
//! A proof that contradicts itself is refused: what claims to be restorable must show what a restore needs. Never judges a
//! backup; the form itself is `model::backup`.

use super::{Malformed, Parsed, json};
use crate::model::backup::{FORMAT, Tail};
use crate::model::{BackupKind, BackupStatus, Proof, Proofs};

/// Reads one `proof.json`: at least one proof.
pub fn read(bytes: &[u8]) -> Parsed<Vec<Proof>> {
    let proofs: Proofs = json::read(bytes, "proofs of backups: an object with `format` and `backups`")?;
    if proofs.format != FORMAT {
        let shown: String = proofs.format.chars().take(40).collect();
        return Err(Malformed(format!("the format is `{shown}`; expected `{FORMAT}`")));
    }
    if proofs.backups.is_empty() {
        return Err(Malformed("it holds no proof; expected at least one".to_owned()));
    }
    for (ordinal, proof) in proofs.backups.iter().enumerate() {
        if let Some(what) = contradiction(proof) {
            return Err(Malformed(format!(
                "/backups/{ordinal} says `restorable`, and {what}: the proof contradicts itself"
            )));
        }
    }
    Ok(proofs.backups)
}

/// What a proof of a restorable backup lacks or shows that speaks against it.
fn contradiction(proof: &Proof) -> Option<&'static str> {
    if proof.status != BackupStatus::Restorable {
        return None;
    }
    let zookeeper = [
        (proof.znodes.is_none_or(|znodes| znodes == 0), "counts no znode"),
        (proof.last_zxid.is_none(), "names no last transaction"),
        (
            !proof.snapshots.iter().any(|file| file.used && file.whole),
            "has no whole snapshot that a restore would begin with",
        ),
        (proof.logs.is_empty(), "has no log"),
        (
            proof.logs.iter().any(|log| log.tail == Tail::Corrupt),
            "has a corrupt log",
        ),
    ];
    let wrong: &[(bool, &str)] = match proof.kind {
        BackupKind::Zookeeper => &zookeeper,
        BackupKind::Guano => &[(proof.znodes.is_none_or(|znodes| znodes == 0), "counts no znode")],
        BackupKind::Iam => &[(proof.tables.is_empty(), "names no table")],
    };
    wrong
        .iter()
        .find(|(is, _)| *is)
        .map(|(_, what)| *what)
        .or_else(|| (proof.bytes == 0).then_some("has no bytes"))
}
