//! Identifiers and times of the simulated cluster: the same label and seed always give the same text.
//!
//! Knows no clock and no random source; nothing here is meant to be unguessable.

use std::fmt::Write as _;

use chrono::{DateTime, SecondsFormat, Utc};

/// Maker of identifiers.
#[derive(Debug, Clone, Copy)]
pub struct Ids {
    seed: u64,
}

impl Ids {
    /// A maker whose texts all depend on `seed`.
    pub fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// FNV-1a over the label, mixed with the seed (splitmix64).
    fn number(self, label: &str, turn: u64) -> u64 {
        let hash = label.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let mut z = hash ^ self.seed.wrapping_add(turn.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// `length` lower-case hex digits.
    pub fn hex(self, label: &str, length: usize) -> String {
        let mut text = String::new();
        let mut turn = 0;
        while text.len() < length {
            let _ = write!(text, "{:016x}", self.number(label, turn));
            turn += 1;
        }
        text.truncate(length);
        text
    }

    fn uuid_of_version(self, label: &str, version: u64) -> String {
        let high = (self.number(label, 1) & !0xf000) | (version << 12);
        let low = (self.number(label, 2) & !(0b11 << 62)) | (0b10 << 62);
        format!(
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xffff,
            low >> 48,
            low & 0xffff_ffff_ffff
        )
    }

    /// A random-looking UUID (version 4), as Mesos makes them for masters and containers.
    pub fn uuid(self, label: &str) -> String {
        self.uuid_of_version(label, 4)
    }

    /// A time-based-looking UUID (version 1), as Marathon makes them for tasks and instances.
    pub fn time_uuid(self, label: &str) -> String {
        self.uuid_of_version(label, 1)
    }
}

/// A moment given in seconds since 1970.
pub fn moment(seconds: f64) -> DateTime<Utc> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "simulated times lie within a few centuries of 1970"
    )]
    let millis = (seconds * 1000.0).round() as i64;
    DateTime::from_timestamp_millis(millis).unwrap_or_default()
}

/// The form in which Marathon, Metronome and Exhibitor print times.
pub fn iso(seconds: f64) -> String {
    moment(seconds).to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// The form in which Mesos prints times: seconds with five decimals.
pub fn mesos_time(seconds: f64) -> f64 {
    (seconds * 100_000.0).round() / 100_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_label_gives_the_same_text() {
        let ids = Ids::new(7);
        assert_eq!(ids.uuid("a"), Ids::new(7).uuid("a"));
        assert_ne!(ids.uuid("a"), ids.uuid("b"));
        assert_ne!(ids.uuid("a"), Ids::new(8).uuid("a"));
        let uuid = ids.time_uuid("a");
        assert_eq!(uuid.len(), 36);
        assert_eq!(uuid.as_bytes()[14], b'1', "{uuid}");
        assert_eq!(ids.hex("a", 40).len(), 40);
        assert_eq!(iso(0.5), "1970-01-01T00:00:00.500Z");
    }
}
