//! The README's tables of counted facts, read as data.

use std::collections::BTreeMap;

/// One file with what the README says of it.
pub struct Row {
    /// Folder and file below `public/`.
    pub path: String,
    /// Third column (`Mesos 1.5.0`, `Marathon 1.4.8`, `-`).
    pub version: String,
    /// Facts by name.
    pub facts: BTreeMap<String, String>,
}

/// Reads the tables between the headings `## <folder>`.
pub fn table(readme: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut folder = "";
    for line in readme.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            folder = heading.trim();
        }
        let Some(line) = line.strip_prefix("| `") else { continue };
        let columns: Vec<&str> = line.trim_end_matches(" |").split(" | ").collect();
        // Rows with two columns list our own captures.
        let [file, _, version, _, _, _, facts] = columns[..] else {
            continue;
        };
        rows.push(Row {
            path: format!("{folder}/{}", file.trim_end_matches('`')),
            version: version.to_owned(),
            facts: facts
                .split("; ")
                // A trailing remark without a colon belongs to nothing that is counted.
                .filter_map(|fact| fact.split_once(':'))
                .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
                .collect(),
        });
    }
    rows
}

/// Whether two texts mean the same: as text, or as numbers (`4` and `4.0`).
pub fn same(counted: &str, stated: &str) -> bool {
    counted == stated
        || match (counted.parse::<f64>(), stated.parse::<f64>()) {
            (Ok(a), Ok(b)) => a.to_bits() == b.to_bits(),
            _ => false,
        }
}
