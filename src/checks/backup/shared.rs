//! Pieces that checks of backups share: whether they are asked for at all, how a backup is named, what its status makes of a
//! rule. Holds no rule of its own.

use crate::checks::{Context, Saw};
use crate::facts::backups::Backup;
use crate::facts::cluster::Kind;
use chrono::{DateTime, Duration, Utc};

use crate::model::{
    Answer, BackupKind, BackupStatus, EvidenceRef, Finding, Observed, Phase, Proof, SignoffState, Subject, SubjectKind,
};

/// Clocks of two machines may differ by this much.
const CLOCKS_APART: Duration = Duration::hours(1);

/// Where the backups of a check come from, and who else may answer for them.
#[derive(Debug, Clone, Copy)]
pub struct Asking {
    /// Whether dumps of the IAM database are meant; else what ZooKeeper holds.
    pub iam: bool,
    /// Sign-off that answers where no backup was given.
    pub signoff: &'static str,
    /// What is missing, in words: "no backup of ZooKeeper was given".
    pub missing: &'static str,
}

/// Backups of ZooKeeper.
pub const ZOOKEEPER: Asking = Asking {
    iam: false,
    signoff: "zookeeper-backup-verified",
    missing: "no backup of ZooKeeper was given",
};

/// Backups of the IAM database.
pub const IAM: Asking = Asking {
    iam: true,
    signoff: "iam-backup-verified",
    missing: "no dump of the IAM database was given",
};

/// Whether to judge backups. Says why not: the window has begun, nobody asks for them here, somebody signed for them, or they
/// are missing (UNKNOWN). What was given is always judged; what was given and cannot be read is UNKNOWN.
pub fn asked(context: &Context<'_>, asking: Asking, saw: &mut Saw) -> bool {
    let facts = context.facts;
    let phase = facts.snapshot.origin.manifest.phase;
    if phase != Phase::Pre {
        saw.skip(format!(
            "the archive is of phase {phase}: the window has begun, and backups are judged before it"
        ));
        return false;
    }
    for why in &facts.backups.unread {
        saw.unknown(why);
    }
    if facts.backups.any_given(asking.iam) {
        return true;
    }
    match &facts.cluster.kind {
        Observed::Known(Kind::Dcos, _) => {}
        Observed::Known(Kind::Mesos, at) => {
            saw.skip(format!(
                "{} says that this is Mesos without DC/OS, for which no document asks for a backup; one given with `gonogo \
                 collect --backup` is judged",
                at.item
            ));
            return false;
        }
        Observed::Unknown(why) => {
            saw.unknown_because(format!("it is not known whether this is DC/OS: {}", why.sentence()));
            return false;
        }
    }
    if context.target.is_none() {
        saw.skip(format!("{}, and no target was stated", asking.missing));
        return false;
    }
    match signed(context, asking.signoff) {
        Some(words) => saw.skip(words),
        None => saw.unknown_because(format!(
            "{}: `gonogo backup script` prints how to take one, `gonogo collect --backup FILE` proves it into the archive; or \
             sign off {}",
            asking.missing, asking.signoff
        )),
    }
    false
}

/// Who answered `yes` to a sign-off of this hop, and when.
fn signed(context: &Context<'_>, item: &str) -> Option<String> {
    let row = context
        .signoffs
        .iter()
        .find(|row| row.item == item && row.state == SignoffState::Answered && row.answer == Some(Answer::Yes))?;
    let at = row.at?.format("%Y-%m-%d %H:%M UTC");
    Some(format!(
        "no backup was given to be proven; {} signed off {item} on {at}",
        row.who.as_deref()?
    ))
}

/// A backup as a subject: its server or itself by name, identified by the item and its place in it.
pub fn subject(context: &Context<'_>, backup: &Backup<'_>) -> Subject {
    Subject::new(
        SubjectKind::Backup,
        backup.proof.path.clone(),
        context.facts.backups.label(backup),
    )
}

/// A finding about a backup, with the place of its status.
pub fn about(context: &Context<'_>, backup: &Backup<'_>) -> Finding {
    Finding::about(subject(context, backup)).seen_at(backup.field("status").quoting(backup.proof.status))
}

/// What the proof itself says under the name of a check.
pub fn told<'a>(backup: &Backup<'a>, check: &str) -> Vec<&'a str> {
    let all = backup.proof.findings.iter();
    all.filter(|finding| finding.check == check)
        .map(|finding| finding.summary.as_str())
        .collect()
}

/// Whether the proof could be made to the end: a backup of which nothing can be said, or which cannot be restored, is said by
/// the checks that name its flaw; others say nothing about it.
pub fn sound(backup: &Backup<'_>) -> bool {
    backup.proof.status != BackupStatus::NotRestorable
}

/// When a backup was taken, and how long before the end of the run. Why that is not known is said.
pub fn age(context: &Context<'_>, backup: &Backup<'_>, saw: &mut Saw) -> Option<(DateTime<Utc>, Duration)> {
    let end = context.facts.snapshot.origin.manifest.finished_at;
    let Some(taken) = backup.proof.taken_at else {
        saw.unknown_because(format!("when {} was taken is not known", backup.proof.path));
        return None;
    };
    let age = end - taken;
    if age < -CLOCKS_APART {
        saw.unknown_because(format!(
            "{} says that it was taken at {}, after the end of the run ({}): a clock is wrong",
            backup.proof.path,
            taken.format("%Y-%m-%d %H:%M UTC"),
            end.format("%Y-%m-%d %H:%M UTC")
        ));
        return None;
    }
    Some((taken, age))
}

/// A flaw that the reader of backups finds, under the id of the check that judges it.
#[derive(Debug, Clone, Copy)]
pub struct Flaw {
    /// Id of the check.
    pub check: &'static str,
    /// What the figures of a proof show of it, beside what the reader said.
    pub shown: fn(&Proof) -> Option<String>,
}

/// The flaws that have a check of their own; any other is one of [`UNREADABLE`].
pub const WITHOUT_SNAPSHOT: Flaw = Flaw {
    check: "zk-backup-without-snapshot",
    shown: |proof| {
        let none = proof.kind == BackupKind::Zookeeper && !proof.snapshots.iter().any(|file| file.whole);
        none.then(|| format!("none of its {} snapshots is whole", proof.snapshots.len()))
    },
};

/// Transactions that are missing between its files.
pub const LOG_GAP: Flaw = Flaw {
    check: "zk-backup-log-gap",
    shown: |proof| {
        let gaps: Vec<String> = proof
            .gaps
            .iter()
            .map(|gap| format!("{} to {}", gap.from, gap.to))
            .collect();
        if !gaps.is_empty() {
            return Some(format!("transactions {} are in none of its files", gaps.join(", ")));
        }
        (proof.kind == BackupKind::Zookeeper && proof.logs.is_empty())
            .then(|| "it holds no log: what came after its snapshot is not in it".to_owned())
    },
};

/// Damage, and everything that has no name of its own.
pub const UNREADABLE: Flaw = Flaw {
    check: "zk-backup-unreadable",
    shown: |proof| {
        let snapshots = proof
            .snapshots
            .iter()
            .filter_map(|file| Some((&file.name, file.problem.as_ref()?)));
        let logs = proof
            .logs
            .iter()
            .filter_map(|file| Some((&file.name, file.problem.as_ref()?)));
        let problems: Vec<String> = snapshots
            .chain(logs)
            .map(|(name, what)| format!("{name}: {what}"))
            .collect();
        (!problems.is_empty()).then(|| problems.join("; "))
    },
};

impl Flaw {
    /// What there is of this flaw, by the words of the reader, else by the figures.
    fn of(self, backup: &Backup<'_>) -> Option<String> {
        let words = told(backup, self.check);
        if words.is_empty() {
            (self.shown)(backup.proof)
        } else {
            Some(words.join("; "))
        }
    }

    /// Judges every backup of what ZooKeeper holds. A flaw of one that cannot be restored is a finding (its datum `flaw`), of
    /// one of which that cannot be said UNKNOWN. `rest`: this check also answers for what no check names.
    pub fn judge(self, context: &Context<'_>, rest: bool, saw: &mut Saw) {
        let mut judged = 0;
        for backup in context.facts.backups.of_zookeeper() {
            saw.looked_at(&backup.field("status"));
            judged += 1;
            let own = self.of(backup);
            let named = || {
                [WITHOUT_SNAPSHOT, LOG_GAP]
                    .into_iter()
                    .any(|flaw| flaw.of(backup).is_some())
            };
            let label = &backup.proof.path;
            match (backup.proof.status, own) {
                (BackupStatus::NotRestorable, Some(flaw)) => saw.fire(about(context, backup).with("flaw", flaw)),
                (BackupStatus::NotRestorable, None) if rest && !named() => {
                    saw.fire(about(context, backup).with("flaw", all_told(backup)));
                }
                _ if shown_by_tree(context, backup) => {}
                (BackupStatus::CannotSay, Some(flaw)) => saw.unknown_because(format!("{label}: {flaw}")),
                (BackupStatus::CannotSay, None) if rest => saw.unknown_because(format!(
                    "whether {label} can be restored cannot be said: {}",
                    all_told(backup)
                )),
                (BackupStatus::Restorable, _) | (BackupStatus::NotRestorable | BackupStatus::CannotSay, None) => {}
            }
        }
        if judged > 0 {
            saw.judged(judged, "backups of ZooKeeper");
        }
    }
}

/// The persistent znodes with data of a tree that was read over the wire as a whole.
pub struct Walked {
    /// How many.
    pub nonempty: u64,
    /// Where that stands.
    pub at: EvidenceRef,
}

/// The tree read over the wire, where every znode of it was read with its length and owner.
pub fn whole_tree(context: &Context<'_>) -> Option<Walked> {
    let (summary, at) = context.facts.snapshot.zk_tree.get().ok()?;
    let tree = summary.tree.as_ref().filter(|_| summary.complete)?;
    Some(Walked {
        nonempty: tree.nonempty,
        at: at.at("/tree/nonempty"),
    })
}

/// Whether a dump of guano lacks nothing but a count that shows it to be whole, and the tree read over the wire gives it.
fn shown_by_tree(context: &Context<'_>, backup: &Backup<'_>) -> bool {
    let proof = backup.proof;
    let only_the_count = proof.findings.iter().all(|one| one.check == "zk-backup-count-differs");
    let equal = whole_tree(context).is_some_and(|walked| proof.nonempty == Some(walked.nonempty));
    proof.kind == BackupKind::Guano
        && proof.status == BackupStatus::CannotSay
        && !proof.findings.is_empty()
        && only_the_count
        && equal
}

/// Everything that the reader said about a backup.
fn all_told(backup: &Backup<'_>) -> String {
    let all: Vec<&str> = backup.proof.findings.iter().map(|one| one.summary.as_str()).collect();
    if all.is_empty() {
        "the proof does not say why".to_owned()
    } else {
        all.join("; ")
    }
}
