//! Proof of a SQL dump of the IAM database.
//!
//! A dump has no end marker, so `restorable` needs that all its statements are closed and something that shows that nothing is
//! missing behind the last: the exit status recorded beside it, or the foreign keys that `cockroach dump` validates last.
//! Never says restorable of a dump that ends within a statement, whatever is recorded, and never quotes the dump.

use std::io::{self, Read};

use sha2::{Digest as _, Sha256};

use crate::model::backup::{BackupFinding, BackupKind, BackupStatus, Ids, Proof, Taken};
use crate::sources::iam_dump::{self, Alien, Dump, Ending};

/// Check that judges what cannot be restored.
pub const UNREADABLE: &str = "iam-backup-unreadable";
/// Check that can settle, by the live answers, whether a dump without a recorded end is whole.
pub const COUNT_DIFFERS: &str = "iam-backup-count-differs";

/// Ids of one table that a proof holds; more are counted.
const MOST_IDS: usize = 10_000;

/// Names that a finding lists; more are counted.
const MOST_SHOWN: usize = 8;

/// Whether the first bytes of a file are those of a SQL dump, of one that failed, or of log lines before one.
pub fn looks_like(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head);
    text.lines()
        .map(str::trim_start)
        .find(|line| !line.is_empty() && !line.starts_with("--"))
        .is_some_and(|line| {
            let begin: String = line.chars().take(16).collect::<String>().to_ascii_uppercase();
            [
                "CREATE ",
                "INSERT INTO ",
                "ALTER TABLE ",
                "SET ",
                "ERROR: ",
                "PQ: ",
                "[INFO] ",
                "[ERROR] ",
                "FAILED RUNNING",
            ]
            .iter()
            .any(|word| begin.starts_with(word))
        })
}

/// Reads a dump to its end and proves it. `path` is how it is shown; `taken` what the record beside it says. The caller fills in
/// [`Proof::sha256`], the size of the file as stored where it is compressed, and its time where nothing is recorded.
///
/// # Errors
/// What the source says, except that it ends early or cannot be decompressed: that is damage and stands in the proof.
pub fn prove(path: &str, source: &mut dyn Read, taken: Option<Taken>) -> io::Result<Proof> {
    let mut proof = Proof::new(path, BackupKind::Iam);
    proof.taken_at = taken.as_ref().and_then(|taken| taken.ended.or(taken.began));
    proof.cluster_id = taken.as_ref().and_then(|taken| taken.cluster_id.clone());
    match iam_dump::read(source) {
        Ok(dump) => judge(&mut proof, &dump, taken.as_ref()),
        Err(error) if is_damage(&error) => {
            proof.status = BackupStatus::NotRestorable;
            proof.findings.push(finding(
                UNREADABLE,
                "the compressed file ends early or is damaged: it could not be read to its end; take the dump again",
            ));
        }
        Err(error) => return Err(error),
    }
    proof.taken = taken;
    Ok(proof)
}

fn is_damage(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput
    )
}

fn finding(check: &str, summary: impl Into<String>) -> BackupFinding {
    BackupFinding {
        check: check.to_owned(),
        summary: summary.into(),
    }
}

fn judge(proof: &mut Proof, dump: &Dump, taken: Option<&Taken>) {
    proof.bytes = dump.bytes;
    proof.tables = dump
        .tables
        .iter()
        .map(|(name, table)| (name.clone(), table.rows))
        .collect();
    proof.ids = dump
        .ids
        .iter()
        .map(|(table, ids)| (table.clone(), ids_of(ids)))
        .collect();
    let exit = taken.and_then(|taken| taken.exit_status);
    let against = against(dump, exit);
    if !against.is_empty() {
        proof.status = BackupStatus::NotRestorable;
        proof.findings = against.into_iter().map(|text| finding(UNREADABLE, text)).collect();
        return;
    }
    let doubts = doubts(dump);
    proof.findings = doubts.into_iter().map(|text| finding(UNREADABLE, text)).collect();
    let shown_whole = exit == Some(0) || dump.tail_complete();
    if !shown_whole {
        proof.findings.push(finding(COUNT_DIFFERS, nothing_recorded(dump)));
    }
    proof.status = if proof.findings.is_empty() {
        BackupStatus::Restorable
    } else {
        BackupStatus::CannotSay
    };
}

fn ids_of(ids: &iam_dump::Ids) -> Ids {
    let mut hash = Sha256::new();
    for name in &ids.names {
        hash.update(name.as_bytes());
        hash.update([0]);
    }
    let digest = (ids.left_out == 0).then(|| {
        hash.finalize().iter().fold(String::new(), |mut text, byte| {
            use std::fmt::Write as _;
            let _ = write!(text, "{byte:02x}");
            text
        })
    });
    let names: Vec<String> = ids.names.iter().take(MOST_IDS).cloned().collect();
    let left_out = ids.left_out.saturating_add((ids.names.len() - names.len()) as u64);
    Ids {
        digest,
        names,
        left_out,
    }
}

/// What no restore gets over.
fn against(dump: &Dump, exit: Option<i32>) -> Vec<String> {
    let mut texts = Vec::new();
    if let Some(status) = exit.filter(|status| *status != 0) {
        texts.push(format!(
            "the record beside it says that the tool ended with exit status {status}, expected 0"
        ));
    }
    if dump.bytes == 0 {
        texts.push("the file is empty (0 bytes): the tool wrote nothing; take the dump again".to_owned());
        return texts;
    }
    if let Some((_, line)) = dump.alien.get(&Alien::Error) {
        texts.push(format!(
            "line {line} is an error message of the tool, not SQL: the dump failed there; take it again"
        ));
    }
    if let Some((lines, line)) = dump.alien.get(&Alien::Log) {
        texts.push(format!(
            "{} of the tool stand{} in the dump, the first on line {line}: a restore stops there; take the dump again with \
             stderr to another file",
            if *lines == 1 { "a log line".to_owned() } else { format!("{lines} log lines") },
            if *lines == 1 { "s" } else { "" },
        ));
    }
    if let Some(line) = dump.strange_begin {
        texts.push(format!(
            "it begins on line {line} with something else than CREATE TABLE: this is not the beginning of a dump"
        ));
    }
    if let Some((count, line)) = dump.broken.filter(|_| dump.strange_begin.is_none()) {
        let others = if count > 1 {
            format!(" and {} more", count - 1)
        } else {
            String::new()
        };
        texts.push(format!(
            "the statement that begins on line {line}{others} is none that a dump holds, or its brackets or values do not fit: \
             the file is damaged or was edited"
        ));
    }
    if dump.nul > 0 {
        texts.push(format!(
            "{} NUL byte{} in it, which no dump holds: the file is damaged or was stored in another encoding",
            dump.nul,
            if dump.nul == 1 { "" } else { "s" }
        ));
    }
    if let Some(open) = &dump.open {
        let table = open
            .table
            .as_deref()
            .map_or_else(String::new, |table| format!(" (table {table})"));
        let within = match open.within {
            Ending::Literal => ", within a literal",
            Ending::Identifier => ", within a name",
            Ending::Block => ", within a comment",
            Ending::Between | Ending::Line => "",
        };
        texts.push(format!(
            "the statement that begins on line {}{table} is still open at the end of the file{within}: the dump was cut off; take \
             it again",
            open.line
        ));
    }
    if !dump.never_created.is_empty() {
        texts.push(format!(
            "rows go into tables that no CREATE TABLE before them makes: {}",
            listed(dump.never_created.iter().map(String::as_str))
        ));
    }
    if dump.twice > 0 {
        texts.push(format!(
            "{} of table users {} an id that stands in an earlier row: a restore stops there",
            count_of(usize::try_from(dump.twice).unwrap_or(usize::MAX), "row"),
            if dump.twice == 1 { "has" } else { "have" }
        ));
    }
    match dump.rows("users") {
        None => texts.push("no CREATE TABLE users in it: every IAM database has that table".to_owned()),
        Some(0) => texts.push("table users has no whole row: every IAM database has at least one user".to_owned()),
        Some(_) => {}
    }
    texts
}

/// What speaks neither for it nor surely against it.
fn doubts(dump: &Dump) -> Vec<String> {
    let mut texts = Vec::new();
    if dump.overflow {
        texts.push("more or longer names than an IAM database has: not all of them were followed".to_owned());
    }
    if dump.keys_pending > 0 {
        texts.push(format!(
            "{} of {} foreign keys added at the end {} not validated after that: the last lines may be missing",
            dump.keys_pending,
            dump.keys_pending.saturating_add(dump.keys_validated),
            if dump.keys_pending == 1 { "is" } else { "are" }
        ));
    }
    if dump.ending == Ending::Line {
        texts.push("it ends within a comment, where no dump ends: it may have been cut off".to_owned());
    }
    if let Some(rows) = dump.rows("alembic_version").filter(|rows| *rows != 1) {
        texts.push(format!(
            "table alembic_version has {rows} rows, expected 1: rows may be missing"
        ));
    }
    texts
}

fn nothing_recorded(dump: &Dump) -> String {
    let without: Vec<&str> = dump
        .created
        .iter()
        .filter(|table| dump.rows(table) == Some(0))
        .map(String::as_str)
        .collect();
    let empty = if without.is_empty() {
        String::new()
    } else {
        format!(
            " ({} without rows: {})",
            count_of(without.len(), "table"),
            listed(without.into_iter())
        )
    };
    format!(
        "every statement is closed, but a dump has no end marker and no exit status is recorded beside it: it may have been cut \
         off between two statements{empty}; compare the rows with the live answers of IAM, or take it with `gonogo backup script`"
    )
}

fn count_of(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// Names of tables, as many as fit, made safe to show.
fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.map(|name| name.escape_debug().to_string()).collect();
    let shown = names.iter().take(MOST_SHOWN).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(MOST_SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
