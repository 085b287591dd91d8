//! Exhibitor: `/exhibitor/v1/cluster/status`, the rolling change of `/exhibitor/v1/config/get-state`, and the children of
//! one node of `/exhibitor/v1/explorer/node`.
//!
//! Forms: soabase/exhibitor `ServerStatus.java`, `ConfigResource.java`, `ExplorerResource.java`. Of the configuration only `rollInProgress` is
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

/// What the explorer says of the children of one node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Children {
    /// Their names, in the order of the answer.
    Listed(Vec<String>),
    /// Exhibitor could not list them: the node is not there, or its own connection to ZooKeeper may not read it. The answer
    /// does not say which.
    NotListed,
}

/// Reads `/explorer/node`: a list of objects with `title` and `key`. On any error Exhibitor answers 200 with one entry
/// whose key is `*`.
pub fn children(bytes: &[u8]) -> Parsed<Children> {
    #[derive(Deserialize)]
    struct Child {
        title: String,
        key: String,
    }
    let all: Vec<Child> = json::read(
        bytes,
        "the answer of /exhibitor/v1/explorer/node: a list of objects with the texts `title` and `key`",
    )?;
    if all.iter().any(|child| child.key == "*") {
        return Ok(Children::NotListed);
    }
    Ok(Children::Listed(all.into_iter().map(|child| child.title).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_the_explorer_is_no_list_of_children() {
        let listed = br#"[{"title":"apps","key":"/marathon/state/apps","isLazy":true,"expand":false}]"#;
        assert_eq!(children(listed).unwrap(), Children::Listed(vec!["apps".to_owned()]));
        assert_eq!(children(b"[]").unwrap(), Children::Listed(Vec::new()));
        let error = br#"[{"title":"* Exception *","key":"*","isLazy":false,"expand":false}]"#;
        assert_eq!(children(error).unwrap(), Children::NotListed);
        for body in ["", "{}", "[{}]", r#"[{"title":"apps"}]"#, r#"[{"title":1,"key":"/a"}]"#] {
            assert!(children(body.as_bytes()).is_err(), "{body}");
        }
    }
}
