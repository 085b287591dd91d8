//! The documents that statements come from: short id, name, and whose word they are. Never holds what a document says.

use serde::{Deserialize, Serialize};

/// Whose word a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// A document that comes with the window; requirement numbers begin with its id.
    Seed,
    /// Another page of the vendor, mostly a later edition of the same one.
    Docs,
    /// A document of Apache Mesos.
    Guide,
    /// The site's own file.
    Site,
}

/// One document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// Short id that other tables cite (`S0`, `patching-1.11`).
    pub id: String,
    /// Whose word it is.
    pub class: Class,
    /// Name in full, with its place where it is public.
    pub name: String,
    /// Date printed on it, where there is one.
    pub dated: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    schema: u32,
    document: Vec<Document>,
}

/// Reads the table.
///
/// # Errors
/// What is wrong with it, in words.
pub fn read(text: &str) -> Result<Vec<Document>, String> {
    let table: Table = toml::from_str(text).map_err(|error| error.to_string())?;
    if table.schema != 1 {
        return Err(format!("schema {}, this program reads 1", table.schema));
    }
    Ok(table.document)
}
