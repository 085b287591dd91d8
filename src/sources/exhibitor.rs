//! Exhibitor: `/exhibitor/v1/cluster/status`, the rolling change of `/exhibitor/v1/config/get-state`, and the children of
//! one node of `/exhibitor/v1/explorer/node`.
//!
//! Forms: soabase/exhibitor `ServerStatus.java`, `ConfigResource.java`, `ExplorerResource.java`. Of the configuration only `rollInProgress` is
//! read: the rest may hold credentials.

use serde::Deserialize;

use super::json;
use super::{Malformed, Parsed};

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
    let titles = |all: Vec<Child>| all.into_iter().map(|child| child.title).collect();
    Ok(entries(bytes)?.map_or(Children::NotListed, |all| Children::Listed(titles(all))))
}

/// Reads `/explorer/node` as the children of the node `path`: an answer whose keys are not those of children of that node
/// is none to this question.
pub fn children_of(path: &str, bytes: &[u8]) -> Parsed<Children> {
    let Some(all) = entries(bytes)? else {
        return Ok(Children::NotListed);
    };
    let mut names = Vec::with_capacity(all.len());
    for (child, number) in all.into_iter().zip(1_u64..) {
        let name = child.title;
        // No znode is called so (apache/zookeeper `PathUtils.java`).
        let is_name = !matches!(name.as_str(), "" | "." | "..") && !name.contains(['/', '\0']);
        if !is_name || child.key != below(path, &name) {
            return Err(Malformed::new(format!(
                "entry {number} of the answer of /exhibitor/v1/explorer/node is no child of the node that was asked for"
            )));
        }
        names.push(name);
    }
    Ok(Children::Listed(names))
}

/// Path of the child `name` of the node `path`.
pub fn below(path: &str, name: &str) -> String {
    format!("{}/{name}", path.trim_end_matches('/'))
}

#[derive(Deserialize)]
struct Child {
    title: String,
    key: String,
}

/// `None` where Exhibitor could not list the node.
fn entries(bytes: &[u8]) -> Parsed<Option<Vec<Child>>> {
    let all: Vec<Child> = json::read(
        bytes,
        "the answer of /exhibitor/v1/explorer/node: a list of objects with the texts `title` and `key`",
    )?;
    Ok((!all.iter().any(|child| child.key == "*")).then_some(all))
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
            assert!(children_of("/", body.as_bytes()).is_err(), "{body}");
        }
    }

    #[test]
    fn only_children_of_the_node_that_was_asked_for_are_taken() {
        let of = |path: &str, title: &str, key: &str| {
            children_of(
                path,
                serde_json::json!([{"title": title, "key": key}]).to_string().as_bytes(),
            )
        };
        for (path, title, key) in [
            ("/", "a", "/a"),
            ("/a", "a", "/a/a"),
            ("/a", "*", "/a/*"),
            ("/", "b ä", "/b ä"),
        ] {
            assert_eq!(of(path, title, key).unwrap(), Children::Listed(vec![title.to_owned()]));
        }
        assert_eq!(of("/a", "* Exception *", "*").unwrap(), Children::NotListed);
        for (path, title, key) in [
            ("/a", "a", "/a"),
            ("/a", "b", "/b"),
            ("/a", "..", "/a/.."),
            ("/a", ".", "/a/."),
            ("/a", "", "/a/"),
            ("/a", "b/c", "/a/b/c"),
            ("/", "b", "b"),
        ] {
            assert!(of(path, title, key).is_err(), "{path} {title} {key}");
        }
    }
}
