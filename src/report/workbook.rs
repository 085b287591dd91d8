//! The workbook as Markdown and as a page. Shows a report and the tables made beside it; every text is made harmless here.
//!
//! Decides nothing: what is unknown stays unknown, with its reason, and what is left out is counted.

use serde::Serialize;

use super::view::{self, View, clean};
use super::words::Catalogue;
use super::{Report, safe};
use crate::workbook::build::Workbook;
use crate::workbook::sheet::{Cell, Sheet};

/// The Markdown template.
pub const MARKDOWN: &str = include_str!("../../report-templates/workbook.md");
/// The HTML template.
pub const HTML: &str = include_str!("../../report-templates/workbook.html");

/// One cell as shown.
#[derive(Debug, Serialize)]
struct CellView {
    text: String,
    /// `unknown: …` stands in the text as well: colour alone says nothing.
    class: &'static str,
}

/// One table as shown.
#[derive(Debug, Serialize)]
struct SheetView {
    id: &'static str,
    title: &'static str,
    remarks: Vec<String>,
    columns: Vec<String>,
    rows: Vec<Vec<CellView>>,
    total: Vec<CellView>,
    more: usize,
}

#[derive(Debug, Serialize)]
struct Page<'a> {
    #[serde(flatten)]
    view: &'a View,
    sheets: Vec<SheetView>,
}

/// Renders as Markdown.
pub fn markdown(report: &Report, workbook: &Workbook, catalogue: &Catalogue) -> Result<String, minijinja::Error> {
    let view = view::of(report, catalogue);
    super::markdown::page(&page(&view, workbook), "workbook.md", MARKDOWN)
}

/// Renders as one self-contained page.
pub fn html(report: &Report, workbook: &Workbook, catalogue: &Catalogue) -> Result<String, minijinja::Error> {
    let view = view::of(report, catalogue);
    super::html::page(&page(&view, workbook), "workbook.html", HTML)
}

fn page<'a>(view: &'a View, workbook: &Workbook) -> Page<'a> {
    Page {
        view,
        sheets: workbook.sheets.iter().map(sheet).collect(),
    }
}

fn sheet(sheet: &Sheet) -> SheetView {
    let shown = sheet.rows.iter().take(safe::ROW_LIMIT);
    SheetView {
        id: sheet.id,
        title: sheet.title,
        remarks: sheet.remarks.iter().map(|remark| clean(remark)).collect(),
        columns: sheet.columns.iter().map(|column| clean(column)).collect(),
        rows: shown.map(|row| row.iter().map(cell).collect()).collect(),
        total: sheet.total.iter().flatten().map(cell).collect(),
        more: sheet.rows.len().saturating_sub(safe::ROW_LIMIT),
    }
}

fn cell(cell: &Cell) -> CellView {
    match cell {
        Cell::Value(text) => CellView {
            text: clean(text),
            class: "value",
        },
        Cell::Unknown(why) => CellView {
            text: clean(&format!("unknown: {why}")),
            class: "unknown",
        },
        Cell::Blank => CellView {
            text: String::new(),
            class: "blank",
        },
    }
}
