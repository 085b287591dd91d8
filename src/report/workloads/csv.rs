//! One table as comma-separated values (RFC 4180): every row, nothing shortened, nothing that a spreadsheet would run.

use super::Part;
use crate::facts::workloads::Overview;
use crate::report::safe::sanitized;
use crate::workbook::sheet::{Cell, Sheet};
use crate::workbook::workloads as tables;

/// The table of one part.
pub fn csv(overview: &Overview, part: Part) -> String {
    let sheet = match part {
        Part::Apps => tables::apps(overview),
        Part::Agents => tables::agents_full(overview),
        Part::Racks => tables::racks(overview),
        Part::Waves => tables::order(overview),
    };
    render(&sheet)
}

fn render(sheet: &Sheet) -> String {
    let mut text = line(sheet.columns.iter().map(String::as_str));
    for row in &sheet.rows {
        let cells: Vec<String> = row.iter().map(shown).collect();
        text.push_str(&line(cells.iter().map(String::as_str)));
    }
    text
}

fn shown(cell: &Cell) -> String {
    match cell {
        Cell::Value(text) => text.clone(),
        Cell::Unknown(why) => format!("unknown: {why}"),
        Cell::Blank => String::new(),
    }
}

fn line<'a>(cells: impl Iterator<Item = &'a str>) -> String {
    let cells: Vec<String> = cells.map(field).collect();
    cells.join(",") + "\r\n"
}

/// One field: quoted where it must be; a text that a spreadsheet would take for a formula gets an apostrophe.
fn field(text: &str) -> String {
    let mut text = sanitized(text);
    if text.starts_with(['=', '+', '-', '@']) && text.parse::<f64>().is_err() {
        text.insert(0, '\'');
    }
    if text.contains([',', '"', '\n', '\r', ';']) || text.trim() != text {
        return format!("\"{}\"", text.replace('"', "\"\""));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_and_never_run() {
        for (text, written) in [
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("=1+1", "'=1+1"),
            ("@cmd", "'@cmd"),
            ("-3", "-3"),
            ("a\nb", "a\\u{a}b"),
        ] {
            assert_eq!(field(text), written, "{text}");
        }
    }
}
