//! Which member names are safe, and how to show text that is not. Never repairs a name.

use std::fmt::Write as _;

/// Longest member name, in bytes.
pub const LONGEST: usize = 200;

/// Whether a member name is one this format may hold: letters, digits, `.`, `_`, `-` and `/`, at most [`LONGEST`] bytes,
/// no empty part, no `.` and no `..` part, so that nothing can leave the folder it is unpacked into.
///
/// # Errors
/// What is wrong with the name, in words that follow "the name".
pub fn check(name: &str) -> Result<(), &'static str> {
    if name.len() > LONGEST {
        return Err("is longer than 200 bytes");
    }
    if name.starts_with('/') {
        return Err("is absolute");
    }
    if !name
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'/'))
    {
        return Err("holds a character outside [A-Za-z0-9._/-]");
    }
    for part in name.split('/') {
        match part {
            "" => return Err("has an empty part"),
            "." | ".." => return Err("has a `.` or `..` part"),
            _ => {}
        }
    }
    Ok(())
}

/// The form in which names are compared for being the same file on a system that ignores case.
pub fn folded(name: &str) -> String {
    name.to_ascii_lowercase()
}

/// Untrusted bytes as text for a message: control, non-ASCII and invalid bytes escaped, cut at 120 characters.
pub fn show(bytes: &[u8]) -> String {
    let mut text = String::new();
    for (count, byte) in bytes.iter().enumerate() {
        if count == 120 {
            text.push_str("...");
            break;
        }
        if byte.is_ascii_graphic() || *byte == b' ' {
            text.push(char::from(*byte));
        } else {
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_payload_paths_only() {
        assert_eq!(check("data/mesos-master/10.0.0.1_5060/state.json"), Ok(()));
        for bad in [
            "",
            "/etc/passwd",
            "data//x",
            "data/../x",
            "./x",
            "data/x/",
            "C:\\x",
            "data/a b",
            "data/a\nb",
            "data/\u{e9}",
        ] {
            assert!(check(bad).is_err(), "{bad:?}");
        }
        assert!(check(&"a".repeat(201)).is_err());
    }

    #[test]
    fn shows_no_control_bytes() {
        assert_eq!(show(b"a\x1b[2J\xff"), "a\\x1b[2J\\xff");
        assert_eq!(show(&[b'x'; 500]).len(), 123);
    }
}
