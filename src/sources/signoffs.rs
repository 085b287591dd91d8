//! The file of sign-offs that `gonogo signoff` writes and `gonogo collect` takes along. Never decides what an answer is worth.
//!
//! ```toml
//! [[signoff]]
//! item   = "systemd-218-everywhere"
//! hop    = "1.10.8..1.11.3"
//! answer = "yes"                       # yes, no, not-applicable
//! who    = "operations on duty"
//! at     = "2018-06-30T09:12:44Z"
//! note   = "219 on all 15"
//! ```

use serde::{Deserialize, Serialize};

use super::{Malformed, Parsed};
use crate::model::{Answer, Signoff};

/// Entries that are read; a window has some fifty.
const MOST: usize = 10_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    signoff: Vec<Signoff>,
}

#[derive(Serialize)]
struct FileRef<'a> {
    signoff: &'a [Signoff],
}

/// Reads a file.
pub fn read(bytes: &[u8]) -> Parsed<Vec<Signoff>> {
    let text = std::str::from_utf8(bytes).map_err(|_| Malformed::new("it is not text (UTF-8)"))?;
    let file: File = toml::from_str(text).map_err(|error| {
        let line = error
            .span()
            .and_then(|span| text.get(..span.start))
            .map_or(1, |before| before.matches('\n').count() + 1);
        Malformed::new(format!("line {line}: {}", error.message()))
    })?;
    if file.signoff.len() > MOST {
        return Err(Malformed::new(format!(
            "it holds {} answers; expected {MOST} at most",
            file.signoff.len()
        )));
    }
    for (number, entry) in file.signoff.iter().enumerate() {
        let number = number + 1;
        let empty = |text: &str| text.trim().is_empty();
        if empty(&entry.item) || empty(&entry.who) {
            return Err(Malformed::new(format!("answer {number}: `item` or `who` is empty")));
        }
        if entry.answer != Answer::Yes && entry.note.as_deref().is_none_or(empty) {
            return Err(Malformed::new(format!(
                "answer {number} ({}): `{}` needs a note that says why",
                entry.item,
                entry.answer.as_str()
            )));
        }
    }
    Ok(file.signoff)
}

/// The text of a file.
///
/// # Errors
/// A value that TOML cannot hold, in words.
pub fn write(entries: &[Signoff]) -> Result<String, String> {
    toml::to_string(&FileRef { signoff: entries }).map_err(|error| error.to_string())
}
