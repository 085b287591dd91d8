//! Changes as people see them: unexpected first, each group with its count.

use serde::Serialize;

use super::{Budget, clean};
use crate::model::{Change, Expectation};

/// Changes of one expectation.
#[derive(Debug, Clone, Serialize)]
pub struct ChangeGroup {
    /// `unexpected`, `tolerated`, `expected`.
    pub expectation: &'static str,
    /// Heading.
    pub heading: &'static str,
    /// How many.
    pub total: usize,
    /// Those listed.
    pub rows: Vec<ChangeView>,
    /// Those not listed.
    pub more: usize,
}

/// One change.
#[derive(Debug, Clone, Serialize)]
pub struct ChangeView {
    /// Kind and name of the subject, with its id where that is another.
    pub subject: String,
    /// `lost`, `added`, `restarted`, `moved`, `changed`, `reregistered`.
    pub kind: &'static str,
    /// Which field.
    pub field: Option<String>,
    /// Before; absent where there is nothing to show.
    pub before: Option<String>,
    /// After.
    pub after: Option<String>,
    /// Why it is expected, tolerated or not.
    pub why: String,
}

/// The three groups that are not empty.
pub(super) fn of(changes: &[Change], budget: &mut Budget) -> Vec<ChangeGroup> {
    [
        (Expectation::Unexpected, "Unexpected: somebody must look at these"),
        (Expectation::Tolerated, "Tolerated: not made by the hop, and harmless"),
        (Expectation::Expected, "Expected: made by the hop"),
    ]
    .into_iter()
    .filter_map(|(expectation, heading)| {
        let group: Vec<&Change> = changes
            .iter()
            .filter(|change| change.expectation == expectation)
            .collect();
        let (rows, more) = budget.take(&group, |change| row(change));
        (!group.is_empty()).then_some(ChangeGroup {
            expectation: expectation.as_str(),
            heading,
            total: group.len(),
            rows,
            more,
        })
    })
    .collect()
}

fn row(change: &Change) -> (ChangeView, usize) {
    let view = ChangeView {
        subject: clean(&change.subject.to_string()),
        kind: change.kind.as_str(),
        field: change.field.as_deref().map(clean),
        before: change.before.as_deref().map(clean),
        after: change.after.as_deref().map(clean),
        why: clean(&change.why),
    };
    let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    let size =
        view.subject.len() + view.why.len() + length(&view.field) + length(&view.before) + length(&view.after) + 96;
    (view, size)
}
