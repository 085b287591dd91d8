//! Limits on what is written and what is accepted. Numbers only.
//!
//! They bound time, memory and disk when the archive, or the server behind it, is hostile; a cluster of 5,000 agents
//! stays far below each of them. The writer keeps the same limits, so that nothing it publishes is refused later.

/// How much of everything one archive may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of all members together, uncompressed.
    pub total: u64,
    /// Bytes of one member, uncompressed.
    pub member: u64,
    /// Payload members: 5,000 agents with four items and as many error files are 40,000.
    pub members: usize,
    /// Bytes of `gonogo.json`, and of each other tag file.
    pub tag_file: u64,
    /// Largest expansion accepted beyond [`Limits::ratio_free`].
    ///
    /// DEFLATE reaches 1030 on a bomb of zeros. A match covers at most 258 bytes and costs two codes of one bit at least
    /// plus the extra bits of its distance, so a list of JSON objects of 100 bytes or more, however alike, stays below
    /// 300; the writer stores blocks that shrink further than [`Limits::STORE_ABOVE`] as they are.
    pub ratio: u64,
    /// Uncompressed bytes to which no ratio applies.
    pub ratio_free: u64,
}

impl Limits {
    /// Expansion above which the writer stores a block uncompressed: an endless line of blanks sent by a broken server
    /// is evidence, and must not make the whole archive look like a bomb.
    pub const STORE_ABOVE: usize = 300;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            total: 8 << 30,
            member: 4 << 30,
            members: 100_000,
            tag_file: 64 << 20,
            ratio: 400,
            ratio_free: 64 << 20,
        }
    }
}
