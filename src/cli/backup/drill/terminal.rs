//! The answer of `backup drill` for people. Writes what was counted, never what stands in a znode.

use std::fmt::Write as _;

use crate::backup::drill::{Drill, Outcome};
use crate::cli::text::sanitized;

/// One block for each data directory.
pub fn text(drills: &[Drill]) -> String {
    let mut text = String::new();
    for (at, drill) in drills.iter().enumerate() {
        if at > 0 {
            text.push('\n');
        }
        // Writing to a string does not fail.
        let _ = block(&mut text, drill);
    }
    text
}

fn block(text: &mut String, drill: &Drill) -> std::fmt::Result {
    let outcome = match drill.outcome {
        Outcome::Green => "GREEN",
        Outcome::CannotSay => "CANNOT SAY",
        Outcome::Red => "RED",
    };
    writeln!(text, "{outcome}  {}", sanitized(&drill.path))?;
    if drill.outcome == Outcome::Green {
        writeln!(
            text,
            "  A genuine ZooKeeper gave back what the files say, node by node."
        )?;
    }
    for because in &drill.because {
        writeln!(text, "  {}", sanitized(because))?;
    }
    let number = |number: Option<u64>| number.map_or_else(|| "-".to_owned(), |number| number.to_string());
    let zxid = |zxid: Option<crate::model::Zxid>| zxid.map_or_else(|| "-".to_owned(), |zxid| zxid.to_string());
    let server = drill.server.clone().unwrap_or_default();
    writeln!(text, "  {:<12}{:<24}server", "", "files")?;
    writeln!(
        text,
        "  {:<12}{:<24}{}",
        "status",
        drill.reader.status.to_string(),
        match &server.version {
            Some(version) => format!("ZooKeeper {} of {}", sanitized(version), sanitized(&server.home)),
            None => "does not serve".to_owned(),
        }
    )?;
    for (what, files, wire) in [
        ("znodes", number(drill.reader.znodes), number(server.znodes)),
        ("ephemerals", number(drill.reader.ephemerals), number(server.ephemerals)),
        ("last zxid", zxid(drill.reader.zxid), zxid(server.zxid)),
    ] {
        writeln!(text, "  {what:<12}{files:<24}{wire}")?;
    }
    if let Some(count) = server.node_count {
        writeln!(
            text,
            "  The server's own figure is {count}: one more than a walk counts."
        )?;
    }
    for one in &drill.first {
        writeln!(text, "  {}", sanitized(&one.path))?;
        writeln!(text, "    files:  {}", sanitized(&one.reader))?;
        writeln!(text, "    server: {}", sanitized(&one.server))?;
    }
    if drill.differences > drill.first.len() as u64 {
        writeln!(text, "  and {} more", drill.differences - drill.first.len() as u64)?;
    }
    if !drill.log.is_empty() {
        writeln!(text, "  The last lines of its log:")?;
        for line in &drill.log {
            writeln!(text, "    {}", sanitized(line))?;
        }
    }
    Ok(())
}
