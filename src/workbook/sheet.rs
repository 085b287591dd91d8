//! Tables of the workbook: cells that hold a value or say why there is none. Never renders; texts are as they came.

use serde::Serialize;

use crate::model::Why;

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase", tag = "kind", content = "text")]
pub enum Cell {
    /// A value.
    Value(String),
    /// No value, and why; never shown as 0 or as an empty cell.
    Unknown(String),
    /// Nothing belongs here.
    Blank,
}

impl Cell {
    /// A value.
    #[allow(
        clippy::needless_pass_by_value,
        reason = "counts and texts alike read best handed over"
    )]
    pub fn value(value: impl ToString) -> Self {
        Self::Value(value.to_string())
    }

    /// A value, or why it is unknown.
    pub fn of<T: ToString>(known: Result<T, String>) -> Self {
        match known {
            Ok(value) => Self::value(value),
            Err(why) => Self::Unknown(why),
        }
    }

    /// Unknown, with the reason of the evidence.
    pub fn why(why: &Why) -> Self {
        Self::Unknown(why.sentence())
    }
}

/// One table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sheet {
    /// Name for links and tests.
    pub id: &'static str,
    /// Heading.
    pub title: &'static str,
    /// How it was made, and what it leaves out.
    pub remarks: Vec<String>,
    /// Headings of the columns.
    pub columns: Vec<String>,
    /// Rows, each as long as `columns`.
    pub rows: Vec<Vec<Cell>>,
    /// A last row of sums.
    pub total: Option<Vec<Cell>>,
}

impl Sheet {
    /// An empty table.
    pub fn new<const N: usize>(id: &'static str, title: &'static str, columns: [&str; N]) -> Self {
        Self {
            id,
            title,
            remarks: Vec::new(),
            columns: columns.map(str::to_owned).to_vec(),
            rows: Vec::new(),
            total: None,
        }
    }
}

/// The first few of some names and how many more there are; "none" for none.
pub fn named<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    const SHOWN: usize = 12;
    let count = names.len();
    if count == 0 {
        return "none".to_owned();
    }
    let first: Vec<&str> = names.take(SHOWN).collect();
    let more = count.saturating_sub(SHOWN);
    if more == 0 {
        first.join(", ")
    } else {
        format!("{} and {more} more", first.join(", "))
    }
}
