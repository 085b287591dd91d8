//! Pieces that checks of backups share: whether they are asked for at all, how a backup is named, what its status makes of a
//! rule. Holds no rule of its own.

use crate::checks::{Context, Saw};
use crate::facts::backups::Backup;
use crate::facts::cluster::Kind;
use crate::model::{Answer, BackupStatus, Finding, Observed, Phase, SignoffState, Subject, SubjectKind};

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
