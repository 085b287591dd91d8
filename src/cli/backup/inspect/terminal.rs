//! The answer of `backup inspect` for people: a block for each backup, its status first. Decides nothing.

use std::fmt::Write as _;

use crate::backup::Inspected;
use crate::model::backup::{LogFile, Proof, SnapshotFile, Tail, Zxid, ZxidRange};
use crate::model::{BackupKind, BackupStatus};
use crate::report::safe::sanitized;

/// Lines of a table, gaps and findings shown; the rest is counted.
const MOST: usize = 40;

/// All of it.
pub(super) fn render(all: &[Inspected], color: bool) -> String {
    let mut page = Page {
        text: String::new(),
        color,
    };
    for one in all {
        for proof in &one.proofs {
            page.proof(proof);
        }
        if let Some(reason) = &one.unreadable {
            page.head("UNREADABLE", RED, &one.path);
            page.line(&format!("  {reason}"));
            page.line("  next: name the folder, tar or file that the backup was written to; `gonogo backup script` prints how to take one");
            page.line("");
        }
        page.list("not looked into", one.left_out.iter().map(String::as_str));
        if !one.left_out.is_empty() {
            page.line("");
        }
    }
    page.summary(all);
    page.text
}

const GREEN: &str = "\x1b[1;32m";
const YELLOW: &str = "\x1b[1;33m";
const RED: &str = "\x1b[1;31m";
const PLAIN: &str = "\x1b[0m";

struct Page {
    text: String,
    color: bool,
}

/// A number and its noun, in the right form.
fn count(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

fn or_unknown(number: Option<u64>) -> String {
    number.map_or_else(|| "?".to_owned(), |number| number.to_string())
}

impl Page {
    fn line(&mut self, line: &str) {
        self.text.push_str(sanitized(line).trim_end());
        self.text.push('\n');
    }

    fn head(&mut self, status: &str, color: &str, path: &str) {
        let path = sanitized(path);
        let _ = if self.color {
            writeln!(self.text, "{color}{status}{PLAIN}  {path}")
        } else {
            writeln!(self.text, "{status}  {path}")
        };
    }

    /// Some of many lines, and how many more there are.
    fn list<'a>(&mut self, what: &str, lines: impl ExactSizeIterator<Item = &'a str>) {
        let all = lines.len();
        for (number, line) in lines.take(MOST).enumerate() {
            if number == 0 {
                self.line(&format!("  {what}"));
            }
            self.line(&format!("    {line}"));
        }
        if all > MOST {
            self.line(&format!("    and {} more (--format json has them all)", all - MOST));
        }
    }

    fn proof(&mut self, proof: &Proof) {
        let (status, color) = match proof.status {
            BackupStatus::Restorable => ("RESTORABLE", GREEN),
            BackupStatus::CannotSay => ("CANNOT SAY", YELLOW),
            BackupStatus::NotRestorable => ("NOT RESTORABLE", RED),
        };
        self.head(status, color, &proof.path);
        let findings: Vec<String> = proof
            .findings
            .iter()
            .map(|finding| format!("{}: {}", finding.check, finding.summary))
            .collect();
        self.list("findings", findings.iter().map(String::as_str));
        self.about(proof);
        match proof.kind {
            BackupKind::Zookeeper => self.zookeeper(proof),
            BackupKind::Guano => self.line(&format!(
                "  {} shown, {} with data, {} of data",
                count(proof.znodes.unwrap_or(0), "znode", "znodes"),
                or_unknown(proof.nonempty),
                count(proof.data_bytes.unwrap_or(0), "byte", "bytes")
            )),
            BackupKind::Iam => {
                let tables: Vec<String> = proof
                    .tables
                    .iter()
                    .map(|(name, rows)| format!("{name:<24} {}", count(*rows, "row", "rows")))
                    .collect();
                self.list("tables", tables.iter().map(String::as_str));
            }
        }
        self.line(&format!("  next: {}", next(proof)));
        self.line("");
    }

    /// What it is, when and how it was taken, and its hash.
    fn about(&mut self, proof: &Proof) {
        let mut what = match proof.kind {
            BackupKind::Zookeeper => "data directory of ZooKeeper",
            BackupKind::Guano => "dump of znodes (guano)",
            BackupKind::Iam => "SQL dump of the IAM database",
        }
        .to_owned();
        if let Some(folder) = proof.folder.as_deref().filter(|folder| !folder.is_empty()) {
            let _ = write!(what, " in `{folder}`");
        }
        if let Some(at) = proof.taken_at {
            let how = if proof.taken.is_some() {
                "taken"
            } else {
                "newest file of"
            };
            let _ = write!(what, ", {how} {}", at.format("%Y-%m-%d %H:%M:%S UTC"));
        }
        let _ = write!(what, ", {}", count(proof.bytes, "byte", "bytes"));
        self.line(&format!("  {what}"));
        if let Some(taken) = &proof.taken {
            let yes = |said: Option<bool>| said.map_or("not said", |said| if said { "yes" } else { "no" });
            self.line(&format!(
                "  recorded: way {}, host {}, exit status {}, Marathon stopped {}, ZooKeeper stopped {}",
                taken.way.as_deref().unwrap_or("not said"),
                taken.host.as_deref().unwrap_or("not said"),
                taken
                    .exit_status
                    .map_or_else(|| "not said".to_owned(), |code| code.to_string()),
                yes(taken.marathon_stopped),
                yes(taken.zookeeper_stopped)
            ));
        }
        if let Some(sum) = &proof.sha256 {
            self.line(&format!("  sha256 {sum}"));
        }
    }

    fn zookeeper(&mut self, proof: &Proof) {
        if let Some(znodes) = proof.znodes {
            let gives = if proof.status == BackupStatus::NotRestorable {
                "what can be read of it comes to"
            } else {
                "a restore gives"
            };
            self.line(&format!(
                "  {gives} {} ({} ephemeral, {} persistent with data), {} of data, {}, last transaction {}",
                count(znodes, "znode", "znodes"),
                or_unknown(proof.ephemerals),
                or_unknown(proof.nonempty),
                count(proof.data_bytes.unwrap_or(0), "byte", "bytes"),
                count(proof.sessions.unwrap_or(0), "session", "sessions"),
                proof.last_zxid.unwrap_or_default()
            ));
            self.line(&format!(
                "  the server's own count (zk_znode_count) of the same tree is {}",
                znodes.saturating_add(1)
            ));
        }
        let server = proof.myid.map(|id| format!("myid {id}"));
        let cluster = proof.cluster_id.as_ref().map(|id| format!("cluster-id {id}"));
        let both: Vec<String> = server.into_iter().chain(cluster).collect();
        if !both.is_empty() {
            self.line(&format!("  {}", both.join(", ")));
        }
        let snapshots: Vec<String> = proof.snapshots.iter().map(snapshot).collect();
        let head = format!("{:<24} {:>10} {:>13}", "snapshot", "znodes", "bytes");
        self.list(&format!("  {head}"), snapshots.iter().map(String::as_str));
        let logs: Vec<String> = proof.logs.iter().map(log).collect();
        let head = format!("{:<24} {:>14} {:>14} {:>12}", "log", "from", "to", "transactions");
        self.list(&format!("  {head}"), logs.iter().map(String::as_str));
        let gaps: Vec<String> = proof.gaps.iter().map(gap).collect();
        self.list("transactions that no file holds", gaps.iter().map(String::as_str));
    }

    fn summary(&mut self, all: &[Inspected]) {
        let of = |status| {
            all.iter()
                .flat_map(|one| &one.proofs)
                .filter(|proof| proof.status == status)
                .count()
        };
        let unreadable = all.iter().filter(|one| one.unreadable.is_some()).count();
        let mut parts = Vec::new();
        for (number, words) in [
            (of(BackupStatus::Restorable), "restorable"),
            (of(BackupStatus::NotRestorable), "not restorable"),
            (of(BackupStatus::CannotSay), "of which it cannot be said"),
            (unreadable, "unreadable"),
        ] {
            if number > 0 {
                parts.push(format!("{number} {words}"));
            }
        }
        self.line(&parts.join(", "));
    }
}

fn snapshot(file: &SnapshotFile) -> String {
    let state = match (&file.problem, file.used) {
        (Some(problem), _) => problem.clone(),
        (None, true) => "whole, a restore begins with it".to_owned(),
        (None, false) => "whole".to_owned(),
    };
    format!(
        "{:<24} {:>10} {:>13}  {state}",
        file.name,
        or_unknown(file.znodes),
        file.bytes
    )
}

fn log(file: &LogFile) -> String {
    let zxid = |zxid: Option<Zxid>| zxid.map_or_else(|| "none".to_owned(), |zxid| zxid.to_string());
    let end = match (file.tail, file.padded) {
        (Tail::Clean, true) => "clean",
        (Tail::Clean, false) => "clean, without zeros behind it",
        (Tail::Torn, true) => "torn, as of a running server",
        (Tail::Torn, false) => "torn: cut",
        (Tail::Corrupt, _) => "corrupt",
    };
    format!(
        "{:<24} {:>14} {:>14} {:>12}  {end}",
        file.name,
        zxid(file.from),
        zxid(file.to),
        file.transactions
    )
}

fn gap(range: &ZxidRange) -> String {
    format!("{} to {}", range.from, range.to)
}

/// What to do with it.
fn next(proof: &Proof) -> &'static str {
    match (proof.status, proof.kind) {
        (BackupStatus::Restorable, _) => {
            "keep it off the node, encrypted (`gonogo backup seal`): it holds secrets; it fits only the cluster it came from"
        }
        (BackupStatus::CannotSay, BackupKind::Guano) => {
            "take a copy of the data directory as well: a guano dump alone cannot show that it is whole"
        }
        (BackupStatus::CannotSay, _) => {
            "take another backup (`gonogo backup script` prints how) and inspect it; do not begin with this one alone"
        }
        (BackupStatus::NotRestorable, _) => {
            "do not begin with this one: take another backup (`gonogo backup script` prints how) and inspect it"
        }
    }
}
