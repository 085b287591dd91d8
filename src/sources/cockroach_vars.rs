//! `/_status/vars` of CockroachDB on one node: ranges that are not whole, live nodes, version.
//!
//! Prometheus text, summed over the stores of the node. Another program's metrics are refused, never read as zeros.

use super::{Malformed, Parsed};

/// What one node says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vars {
    /// Ranges that have lost their quorum, as far as this node answers for them.
    pub unavailable: u64,
    /// Ranges with fewer replicas than asked for, as far as this node answers for them.
    pub underreplicated: u64,
    /// Nodes that are live, as this one sees it; 0 when it is not live itself.
    pub live_nodes: Option<u64>,
    /// Version.
    pub build: Option<String>,
}

/// Reads the metrics that are asked for; all others are passed over.
///
/// # Errors
/// Not CockroachDB, a metric that is missing or no whole number.
pub fn read(bytes: &[u8]) -> Parsed<Vars> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| Malformed(format!("invalid UTF-8 at byte {}", error.valid_up_to())))?;
    let (mut unavailable, mut underreplicated, mut live_nodes, mut build) = (None, None, None, None);
    for (number, line) in text.lines().enumerate() {
        let (name, labels, rest) = parts(line);
        let sum = match name {
            "ranges_unavailable" => &mut unavailable,
            "ranges_underreplicated" => &mut underreplicated,
            "liveness_livenodes" => &mut live_nodes,
            "build_timestamp" => {
                build = build.or_else(|| label(labels, "tag"));
                continue;
            }
            _ => continue,
        };
        let value = whole(rest).ok_or_else(|| Malformed(format!("line {}: {name} is no whole number", number + 1)))?;
        *sum = Some(sum.unwrap_or(0_u64).saturating_add(value));
    }
    match (unavailable, underreplicated) {
        (Some(unavailable), Some(underreplicated)) => Ok(Vars {
            unavailable,
            underreplicated,
            live_nodes,
            build,
        }),
        (unavailable, _) => Err(Malformed(format!(
            "no metric {}: these are not the metrics of CockroachDB, or they were cut off",
            if unavailable.is_none() {
                "ranges_unavailable"
            } else {
                "ranges_underreplicated"
            }
        ))),
    }
}

/// Name, labels and the rest of a line; comments have no name that is asked for.
fn parts(line: &str) -> (&str, &str, &str) {
    let end = line.find(['{', ' ', '\t']).unwrap_or(line.len());
    let (name, rest) = line.split_at(end);
    match rest.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
        Some((labels, rest)) => (name, labels, rest),
        None => (name, "", rest),
    }
}

fn label(labels: &str, wanted: &str) -> Option<String> {
    labels.split(',').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        (name.trim() == wanted).then(|| value.trim().trim_matches('"').to_owned())
    })
}

/// A count, which Prometheus prints as a float; what follows it is a time.
fn whole(rest: &str) -> Option<u64> {
    let value: f64 = rest.split_whitespace().next()?.parse().ok()?;
    // Beyond 2^53 a float no longer counts one by one.
    if !value.is_finite() || value < 0.0 || value.fract() != 0.0 || value > 9_007_199_254_740_992.0 {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "finite, whole, not negative and below 2^53: checked above"
    )]
    Some(value as u64)
}
