//! Exhibitor: `/exhibitor/v1/cluster/status` and the rolling change of `/exhibitor/v1/config/get-state`.
//!
//! Forms: soabase/exhibitor `ServerStatus.java`, `ConfigResource.java`. Of the configuration only `rollInProgress` is
//! read: the rest may hold credentials.

use serde::Deserialize;

use super::Parsed;
use super::json;

/// One line of `/cluster/status`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ServerWire {
    /// Host name.
    pub hostname: String,
    /// 0 latent, 1 down, 2 not serving, 3 serving.
    pub code: i64,
    /// The same in words.
    #[serde(default)]
    pub description: String,
    /// Whether it leads.
    #[serde(rename = "isLeader")]
    pub leader: bool,
}

/// Reads `/cluster/status`.
pub fn status(bytes: &[u8]) -> Parsed<Vec<ServerWire>> {
    json::read(
        bytes,
        "the answer of /exhibitor/v1/cluster/status: a list of objects with `hostname`, `code`, `isLeader`",
    )
}

/// Reads `config.rollInProgress`.
pub fn roll_in_progress(bytes: &[u8]) -> Parsed<bool> {
    #[derive(Deserialize)]
    struct Config {
        #[serde(rename = "rollInProgress")]
        roll_in_progress: bool,
    }
    #[derive(Deserialize)]
    struct Answer {
        config: Config,
    }
    let answer: Answer = json::read(
        bytes,
        "the answer of /exhibitor/v1/config/get-state: an object with `config.rollInProgress`",
    )?;
    Ok(answer.config.roll_in_progress)
}
