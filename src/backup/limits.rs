//! How much of what is read at most: bounds against bombs and hostile containers, far above any genuine backup.

/// Bounds of one reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Entries of a folder or tar.
    pub entries: usize,
    /// Bytes that come out of one gzip stream.
    pub inflated: u64,
    /// As many times the compressed bytes may come out, once [`Limits::ratio_free`] is exceeded. Logs written ahead are
    /// zeros and pack a thousand times smaller.
    pub ratio: u64,
    /// Bytes that may come out before [`Limits::ratio`] counts.
    pub ratio_free: u64,
    /// Folders inside folders.
    pub depth: usize,
    /// How often a compressed tar is inflated from its begin to reach files in the order in which they are needed.
    pub passes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            entries: 12_000_000,
            inflated: 1 << 40,
            ratio: 1100,
            ratio_free: 1 << 30,
            depth: 64,
            passes: 32,
        }
    }
}
