//! `cockroach node status --ranges` on one node: nodes of the IAM database, and ranges that are not whole.
//!
//! Reads what CockroachDB 1.1 to 22.x print: a drawn table, tab-separated, comma-separated; columns by their names, because
//! later versions add some. NULL is not known, never 0.

use chrono::NaiveDateTime;

use super::{Malformed, Parsed};

/// One node of the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Number.
    pub id: u64,
    /// `host:port`, where it is known.
    pub address: Option<String>,
    /// Version that runs there.
    pub build: Option<String>,
    /// Ranges that have lost their quorum.
    pub unavailable: Option<u64>,
    /// Ranges with fewer replicas than asked for.
    pub underreplicated: Option<u64>,
    /// When it last wrote about itself: versions before 2.1 list a dead node with its last figures.
    pub updated: Option<NaiveDateTime>,
    /// Whether it takes part now; versions before 2.1 do not say.
    pub live: Option<bool>,
    /// Whether it was taken out for good.
    pub decommissioned: bool,
}

const EXPECTED: &str =
    "the table of `cockroach node status --ranges`, with the columns id, ranges_unavailable and ranges_underreplicated";

/// Reads the table.
///
/// # Errors
/// No table, a row that does not fit its header, a table that was cut off, a missing column, a value that is none.
pub fn read(bytes: &[u8]) -> Parsed<Vec<Node>> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| Malformed(format!("invalid UTF-8 at byte {}", error.valid_up_to())))?;
    let mut header: Option<Vec<String>> = None;
    let mut rows: Vec<(usize, Vec<Option<String>>)> = Vec::new();
    let mut announced = None;
    let (mut drawn, mut closed) = (false, false);
    for (number, line) in text.lines().enumerate() {
        let line = line.trim_end_matches('\r');
        if line.trim().is_empty() {
            continue;
        }
        if let Some(count) = row_count(line) {
            announced = Some(count);
            continue;
        }
        if line.starts_with('+') || line.trim_start().starts_with("--") {
            closed = header.is_some();
            continue;
        }
        let Some(names) = &header else {
            let names: Vec<String> = split(line)
                .into_iter()
                .map(|(cell, _)| cell.trim().to_ascii_lowercase())
                .collect();
            if names.iter().any(|name| name == "id") && names.len() > 1 {
                drawn = line.trim_start().starts_with('|');
                header = Some(names);
            }
            // What stands before the table (a warning, the command itself) is not read.
            continue;
        };
        closed = false;
        let cells = split(line);
        if cells.len() != names.len() {
            return Err(Malformed(format!(
                "line {}: {} columns, the header has {}; expected {EXPECTED}",
                number + 1,
                cells.len(),
                names.len()
            )));
        }
        rows.push((number + 1, cells.into_iter().map(value).collect()));
    }
    let Some(names) = header else {
        return Err(Malformed(format!("no table; expected {EXPECTED}")));
    };
    if drawn && !closed {
        return Err(Malformed("the table is not closed: it was cut off".to_owned()));
    }
    if let Some(count) = announced.filter(|count| *count != rows.len() as u64) {
        return Err(Malformed(format!(
            "{} rows where {count} are announced: it was cut off",
            rows.len()
        )));
    }
    if rows.is_empty() {
        return Err(Malformed("the table lists no node".to_owned()));
    }
    let columns = Columns::of(&names)?;
    rows.iter()
        .map(|(line, row)| columns.node(row).map_err(|error| error.at(format!("line {line}"))))
        .collect()
}

/// Where the columns stand that are read.
struct Columns {
    id: usize,
    address: Option<usize>,
    build: Option<usize>,
    unavailable: usize,
    underreplicated: usize,
    updated: Option<usize>,
    live: Option<usize>,
    membership: Option<usize>,
    decommissioned: Option<usize>,
}

impl Columns {
    fn of(names: &[String]) -> Parsed<Self> {
        let find = |wanted: &str| -> Parsed<Option<usize>> {
            let mut found = names
                .iter()
                .enumerate()
                .filter(|(_, name)| *name == wanted)
                .map(|(at, _)| at);
            match (found.next(), found.next()) {
                (_, Some(_)) => Err(Malformed(format!("two columns are named {wanted}"))),
                (one, None) => Ok(one),
            }
        };
        let must =
            |wanted: &str| find(wanted)?.ok_or_else(|| Malformed(format!("no column {wanted}; expected {EXPECTED}")));
        Ok(Self {
            id: must("id")?,
            address: find("address")?,
            build: find("build")?,
            unavailable: must("ranges_unavailable")?,
            underreplicated: must("ranges_underreplicated")?,
            updated: find("updated_at")?,
            live: find("is_live")?,
            membership: find("membership")?,
            decommissioned: find("is_decommissioned")?,
        })
    }

    fn node(&self, row: &[Option<String>]) -> Parsed<Node> {
        let text = |at: Option<usize>| at.and_then(|at| row.get(at).cloned().flatten());
        let number = |at: usize, name: &str| -> Parsed<Option<u64>> {
            text(Some(at))
                .map(|text| {
                    text.parse()
                        .map_err(|_| Malformed(format!("{name} is no whole number")))
                })
                .transpose()
        };
        let truth = |at: Option<usize>, name: &str| -> Parsed<Option<bool>> {
            text(at)
                .map(|text| match text.as_str() {
                    "true" | "t" => Ok(true),
                    "false" | "f" => Ok(false),
                    _ => Err(Malformed(format!("{name} is neither true nor false"))),
                })
                .transpose()
        };
        Ok(Node {
            id: number(self.id, "id")?.ok_or_else(|| Malformed("a node without id".to_owned()))?,
            address: text(self.address),
            build: text(self.build),
            unavailable: number(self.unavailable, "ranges_unavailable")?,
            underreplicated: number(self.underreplicated, "ranges_underreplicated")?,
            updated: text(self.updated).map(|text| time(&text)).transpose()?,
            live: truth(self.live, "is_live")?,
            decommissioned: text(self.membership).is_some_and(|word| word == "decommissioned")
                || truth(self.decommissioned, "is_decommissioned")? == Some(true),
        })
    }
}

/// `2018-03-08 13:56:10`, later versions with a fraction and `+00:00`; always UTC.
fn time(text: &str) -> Parsed<NaiveDateTime> {
    let text = text
        .strip_suffix("+00:00")
        .or_else(|| text.strip_suffix(" +0000 UTC"))
        .unwrap_or(text);
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f")
        .map_err(|_| Malformed("updated_at is no time".to_owned()))
}

/// `(3 rows)`, `# 3 rows`, `3 rows`: how many rows the tool says it printed.
fn row_count(line: &str) -> Option<u64> {
    let line = line
        .trim()
        .trim_start_matches('#')
        .trim_start_matches('(')
        .trim_end_matches(')')
        .trim();
    let (count, word) = line.split_once(' ')?;
    matches!(word, "row" | "rows").then(|| count.parse().ok()).flatten()
}

/// Cells of a line, and whether each was quoted.
fn split(line: &str) -> Vec<(String, bool)> {
    let plain = |cells: std::str::Split<'_, char>| cells.map(|cell| (cell.trim().to_owned(), false)).collect();
    if line.contains('|') {
        let inner = line.trim();
        let inner = inner.strip_prefix('|').unwrap_or(inner);
        return plain(inner.strip_suffix('|').unwrap_or(inner).split('|'));
    }
    if line.contains('\t') {
        return plain(line.split('\t'));
    }
    let mut cells = vec![(String::new(), false)];
    let mut quoted = false;
    for character in line.chars() {
        match (character, cells.last_mut()) {
            ('"', Some(cell)) => {
                quoted = !quoted;
                cell.1 = true;
            }
            (',', _) if !quoted => cells.push((String::new(), false)),
            (other, Some(cell)) => cell.0.push(other),
            (_, None) => {}
        }
    }
    cells
}

fn value((cell, quoted): (String, bool)) -> Option<String> {
    (quoted || !matches!(cell.as_str(), "NULL" | "")).then_some(cell)
}
