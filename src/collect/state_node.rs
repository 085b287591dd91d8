//! The one thing that stands behind a path of the compiled-in list: the node in ZooKeeper below which a Marathon keeps its
//! state.
//!
//! Made from what that Marathon says of itself and from nothing else; holds no character that could end the query or
//! begin another one. Never keeps servers or credentials of the URL it is read from.

use std::fmt;

use serde::Deserialize;

use crate::sources::marathon_info;

/// `<path of a Marathon>/state`: an absolute path in ZooKeeper (mesosphere/marathon `ZookeeperConf.scala`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateNode(String);

impl StateNode {
    /// Reads `zookeeper_config.zk` of a `/v2/info`.
    ///
    /// # Errors
    /// One sentence why no path is known. It never quotes the URL, which may hold a password.
    pub fn of_info(body: &[u8]) -> Result<Self, &'static str> {
        #[derive(Deserialize)]
        struct Config {
            zk: Option<String>,
        }
        #[derive(Deserialize)]
        struct Info {
            zookeeper_config: Option<Config>,
        }
        let info: Info = serde_json::from_slice(body).map_err(|_| "/v2/info cannot be read")?;
        let url = info
            .zookeeper_config
            .and_then(|config| config.zk)
            .ok_or("/v2/info does not say zookeeper_config.zk")?;
        Self::of_url(&url)
    }

    /// Reads `zk://user:password@host:port,…/path`.
    fn of_url(url: &str) -> Result<Self, &'static str> {
        const ODD: &str = "zookeeper_config.zk of /v2/info is no plain zk:// URL with a path";
        let path = marathon_info::zk_path(url).ok_or(ODD)?;
        Ok(Self(format!("{path}/state")))
    }
}

impl fmt::Display for StateNode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(url: &str) -> Option<String> {
        let body = serde_json::json!({"name": "marathon", "zookeeper_config": {"zk": url}}).to_string();
        StateNode::of_info(body.as_bytes()).ok().map(|node| node.to_string())
    }

    #[test]
    fn the_path_is_read_and_nothing_else() {
        for (url, path) in [
            ("zk://zk-1.zk:2181,zk-2.zk:2181/marathon", "/marathon/state"),
            (
                "zk://127.0.0.1:2181/universe/marathon-user/",
                "/universe/marathon-user/state",
            ),
            ("zk://u:not/a-real@h:2181/marathon", "/marathon/state"),
            ("zk://xxxxxxxx:xxxxxxxx@h/a_b/c.d", "/a_b/c.d/state"),
        ] {
            assert_eq!(of(url).as_deref(), Some(path), "{url}");
        }
    }

    #[test]
    fn what_could_become_another_request_is_not_asked() {
        for url in [
            "",
            "http://h/marathon",
            "zk://h:2181",
            "zk://h:2181/",
            "zk://h/a/../b",
            "zk://h/a//b",
            "zk://h/a&key=/b",
            "zk://h/a?x",
            "zk://h/a%2fb",
            "zk://h/a#b",
            "zk://h/a b",
            "zk://h/ä",
        ] {
            assert_eq!(of(url), None, "{url}");
        }
        assert_eq!(of(&format!("zk://h/{}", "a".repeat(257))), None);
        for body in [
            "",
            "{}",
            "[]",
            r#"{"zookeeper_config":{}}"#,
            r#"{"zookeeper_config":{"zk":7}}"#,
        ] {
            assert!(StateNode::of_info(body.as_bytes()).is_err(), "{body}");
        }
    }
}
