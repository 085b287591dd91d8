//! Tells whether a stream of bytes is one whole JSON object or array, without keeping or judging it.
//!
//! Used where a server ends its answer by closing the connection: then nothing else tells a whole answer from half of one.

/// Follows brackets and strings.
#[derive(Debug, Default)]
pub struct Completeness {
    depth: u64,
    begun: bool,
    in_string: bool,
    escaped: bool,
    broken: bool,
}

impl Completeness {
    /// Takes the next bytes.
    pub fn feed(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            if self.in_string {
                match byte {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => self.in_string = false,
                    _ => {}
                }
                continue;
            }
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => {}
                // Anything outside the outermost brackets: no object or array, or a second one behind the first.
                _ if self.depth == 0 && (self.begun || !matches!(byte, b'{' | b'[')) => self.broken = true,
                b'{' | b'[' => {
                    self.begun = true;
                    self.depth += 1;
                }
                b'}' | b']' => self.depth = self.depth.saturating_sub(1),
                b'"' => self.in_string = true,
                _ => {}
            }
        }
    }

    /// Whether one object or array came, to its closing bracket, and nothing else.
    pub fn is_whole(&self) -> bool {
        self.begun && self.depth == 0 && !self.in_string && !self.broken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(text: &str) -> bool {
        // In two pieces at every place: chunk borders must not matter.
        let all: Vec<bool> = (0..=text.len())
            .map(|at| {
                let mut seen = Completeness::default();
                seen.feed(&text.as_bytes()[..at]);
                seen.feed(&text.as_bytes()[at..]);
                seen.is_whole()
            })
            .collect();
        assert!(all.iter().all(|one| *one == all[0]), "{text}");
        all[0]
    }

    #[test]
    fn knows_whole_from_half() {
        for text in ["{}", " [1,2]\n", r#"{"a":"}\"]","b":[{}]}"#] {
            assert!(whole(text), "{text}");
            let closing = text.rfind(['}', ']']).unwrap();
            assert!(!whole(&text[..closing]), "{text}");
        }
        for text in ["", "   ", "1", "\"a\"", "{}{}", "{} x", "[1,\"2"] {
            assert!(!whole(text), "{text}");
        }
    }
}
