//! Steps between releases of Apache Mesos without DC/OS. Never applies the policy of 1.x to releases before it.
//!
//! A version without a third number (`0.18`) stands for its line: the guide speaks of lines.

use super::{Classified, Product, Statement, kind_of, same_numbers};
use crate::knowledge::Knowledge;
use crate::knowledge::paths::MesosLine;
use crate::model::{Line, Version};

pub(super) fn classify(knowledge: &Knowledge, from: &Version, to: &Version) -> Classified {
    let (supported, why, cited) = judge(knowledge, from, to);
    let sources = cited
        .iter()
        .filter_map(|id| {
            knowledge
                .paths
                .mesos
                .statements
                .iter()
                .find(|sentence| sentence.id == *id)
        })
        .map(|sentence| Statement {
            says: sentence.text.clone(),
            source: knowledge.documents_named(&sentence.sources),
        })
        .collect();
    Classified {
        product: Product::Mesos,
        from: from.clone(),
        to: to.clone(),
        kind: kind_of(from, to, supported),
        supported,
        why,
        sources,
        disagreement: Vec::new(),
    }
}

type Judged = (Option<bool>, String, &'static [&'static str]);

fn judge(knowledge: &Knowledge, from: &Version, to: &Version) -> Judged {
    if to < from && !same_numbers(from, to) && !whole_line(from, to) {
        return (
            Some(false),
            format!("{to} is older than {from}: a way back is no hop"),
            &["back"],
        );
    }
    let (a, b) = match (known(knowledge, from), known(knowledge, to)) {
        (Ok(a), Ok(b)) => (a, b),
        (Err(why), _) | (_, Err(why)) => return (None, why, &[]),
    };
    if from == to {
        return (
            Some(true),
            "the same version: flags are changed by a restart".to_owned(),
            &["same"],
        );
    }
    let first = Line::new(1, 0);
    match b.checked_sub(a) {
        Some(0) if Line::from(from) >= first => (
            Some(true),
            format!("{to} is a patch release of the same line"),
            &["patch"],
        ),
        Some(0) => (
            None,
            format!("the guide has no section for a step inside {}", Line::from(from)),
            &[],
        ),
        Some(1) => neighbours(from, to),
        _ if Line::from(from) < first => (
            Some(false),
            format!("{from} to {to} leaves out lines, and before 1.0 the guide goes from each line to the next only"),
            if Line::from(to) >= Line::new(1, 2) {
                &["one-line-at-a-time", "agents-of-0.x-refused"]
            } else {
                &["one-line-at-a-time"]
            },
        ),
        _ => jump(knowledge, from, to),
    }
}

/// Every neighbour has a section in the guide, save 1.10 to 1.11, which only the policy of stable releases covers.
fn neighbours(from: &Version, to: &Version) -> Judged {
    let lines = format!("{} to {}", Line::from(from), Line::from(to));
    if Line::from(to) == Line::new(1, 11) {
        (
            Some(true),
            format!("{lines}: from one stable release to the next"),
            &["stable"],
        )
    } else {
        (
            Some(true),
            format!("{lines} has a section in the guide"),
            &["neighbour"],
        )
    }
}

fn jump(knowledge: &Knowledge, from: &Version, to: &Version) -> Judged {
    let unstable = [from, to].into_iter().find(|version| !is_stable(knowledge, version));
    match unstable {
        None => (
            Some(true),
            format!(
                "from one stable release straight to another, provided that nothing deprecated between {from} and {to} is in use"
            ),
            &["stable"],
        ),
        Some(version) => (
            None,
            format!(
                "jumps are described between the latest patches of their lines only, and {version} is not the latest of its line"
            ),
            &["stable"],
        ),
    }
}

fn line_of<'a>(knowledge: &'a Knowledge, version: &Version) -> Option<(usize, &'a MesosLine)> {
    let lines = &knowledge.paths.mesos.lines;
    lines
        .iter()
        .enumerate()
        .find(|(_, known)| known.line == Line::from(version))
}

/// The place of its line, if the version is a release or a line.
fn known(knowledge: &Knowledge, version: &Version) -> Result<usize, String> {
    if version.suffix.is_some() {
        return Err(format!(
            "{version} has a suffix: it is no release, and no document speaks of it"
        ));
    }
    line_of(knowledge, version)
        .filter(|(_, line)| version.patch.is_none_or(|patch| line.patches.contains(&patch)))
        .map(|(place, _)| place)
        .ok_or_else(|| format!("Mesos {version} is in no table: the documents do not say"))
}

/// Stable is the latest patch of its line (docs/versioning.md); a line without a third number means that one.
fn is_stable(knowledge: &Knowledge, version: &Version) -> bool {
    line_of(knowledge, version).is_some_and(|(_, line)| {
        version
            .patch
            .is_none_or(|patch| line.patches.iter().max() == Some(&patch))
    })
}

/// `0.18.1` to `0.18`: neither is older than the other.
fn whole_line(from: &Version, to: &Version) -> bool {
    from.line() == to.line() && (from.patch.is_none() || to.patch.is_none())
}
