//! A bounded memory from the text of a constraint to what was found out about it: the same few stand in every app.
//!
//! Its order is never seen. Full, it begins anew, so that no body can make it grow.

use std::collections::HashMap;

/// Most texts that are remembered.
const ENTRIES: usize = 1024;
/// Longest text that is remembered, in bytes.
const LONGEST: usize = 256;

/// Remembers what was worked out for a text; values are cheap to clone.
#[derive(Debug)]
pub struct Memo<V> {
    known: HashMap<Box<[u8]>, V>,
}

impl<V> Default for Memo<V> {
    fn default() -> Self {
        Self { known: HashMap::new() }
    }
}

impl<V: Clone> Memo<V> {
    /// What is known of `text`, worked out now if it is not.
    pub fn get(&mut self, text: &[u8], work: impl FnOnce() -> V) -> V {
        if let Some(known) = self.known.get(text) {
            return known.clone();
        }
        let value = work();
        if text.len() <= LONGEST {
            if self.known.len() >= ENTRIES {
                self.known.clear();
            }
            self.known.insert(text.into(), value.clone());
        }
        value
    }

    /// Number of texts that are remembered now.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether nothing is remembered now.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn works_once_for_each_text_and_stays_small() {
        let mut memo = Memo::default();
        let mut worked = 0;
        for _ in 0..3 {
            assert_eq!(
                memo.get(b"a", || {
                    worked += 1;
                    1
                }),
                1
            );
        }
        assert_eq!((worked, memo.len()), (1, 1));
        for number in 0..10_000_u32 {
            assert_eq!(memo.get(&number.to_le_bytes(), || number), number);
            assert!(memo.len() <= ENTRIES);
        }
        // A long text is worked out every time and not kept.
        let before = memo.len();
        let long = vec![b'x'; LONGEST + 1];
        assert_eq!((memo.get(&long, || 7), memo.get(&long, || 8)), (7, 8));
        assert_eq!(memo.len(), before);
    }
}
