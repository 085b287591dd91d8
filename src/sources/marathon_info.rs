//! `/v2/info` and `/v2/leader` of Marathon.
//!
//! `/v2/info` is a runtime answer: of its configuration only the event subscriber and the settings in [`SETTINGS`] are read,
//! the rest may hold secrets.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Parsed;
use super::canonical::Canonical;
use super::json;

/// Settings that rules of upgrades ask for; none of them can hold a secret.
pub const SETTINGS: [&str; 10] = [
    "marathon_config.default_network_name",
    "marathon_config.features",
    "marathon_config.mesos_bridge_name",
    "marathon_config.mesos_role",
    "marathon_config.reconciliation_interval",
    "marathon_config.revive_offers_for_new_apps",
    "marathon_config.revive_offers_repetitions",
    "zookeeper_config.zk_compression",
    "zookeeper_config.zk_max_versions",
    "zookeeper_config.zk_session_timeout",
];

/// `/v2/info`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InfoWire {
    /// Name.
    pub name: String,
    /// Version as printed.
    pub version: String,
    /// Framework id.
    pub framework_id: Option<String>,
    /// Leader, `host:port`.
    pub leader: Option<String>,
    /// Whether the answering instance is the leader.
    pub elected: Option<bool>,
    /// Event subscriber, where one is set.
    pub event_subscriber: Option<String>,
    /// Number of `event_subscriber.http_endpoints`, where callbacks are on; never the addresses, which may hold credentials.
    pub http_endpoints: Option<u64>,
    /// Path of `zookeeper_config.zk`, below which it keeps everything (`/marathon`); servers and credentials of that URL
    /// are never kept. `None` where it is not said, or is no plain path.
    pub zk_path: Option<String>,
    /// Those of [`SETTINGS`] that the answer lists, as canonical JSON; `null` is listed.
    pub settings: BTreeMap<String, String>,
}

/// Reads `/v2/info`.
pub fn info(bytes: &[u8]) -> Parsed<InfoWire> {
    type Config = BTreeMap<String, Canonical>;
    #[derive(Deserialize)]
    struct Answer {
        name: String,
        version: String,
        #[serde(rename = "frameworkId", default)]
        framework_id: Option<String>,
        #[serde(default)]
        leader: Option<String>,
        #[serde(default)]
        elected: Option<bool>,
        #[serde(default)]
        event_subscriber: Option<Canonical>,
        #[serde(default)]
        marathon_config: Option<Config>,
        #[serde(default)]
        zookeeper_config: Option<Config>,
    }
    let answer: Answer = json::read(
        bytes,
        "the answer of /v2/info: an object with the texts `name` and `version`",
    )?;
    let subscribed = answer.event_subscriber.filter(|set| !set.is_null());
    let http_endpoints = subscribed.as_ref().and_then(endpoints);
    let zk_path = answer
        .zookeeper_config
        .as_ref()
        .and_then(|table| zk_path(&table.get("zk")?.value::<String>()?));
    let mut settings = BTreeMap::new();
    for key in SETTINGS {
        let (table, name) = key.split_once('.').unwrap_or_default();
        let table = match table {
            "marathon_config" => &answer.marathon_config,
            _ => &answer.zookeeper_config,
        };
        if let Some(value) = table.as_ref().and_then(|table| table.get(name)) {
            settings.insert(key.to_owned(), value.0.clone());
        }
    }
    Ok(InfoWire {
        name: answer.name,
        version: answer.version,
        framework_id: answer.framework_id,
        leader: answer.leader.filter(|leader| !leader.is_empty()),
        elected: answer.elected,
        event_subscriber: subscribed
            .or_else(|| {
                answer
                    .marathon_config
                    .and_then(|mut config| config.remove("event_subscriber"))
            })
            .and_then(|set| subscriber(&set)),
        http_endpoints,
        zk_path,
        settings,
    })
}

/// Longest path that is kept, bytes.
const LONGEST: usize = 256;

/// The path of `zk://user:password@host:port,…/path`: absolute, without a slash at its end, of plain segments only, so
/// that it can stand in a query. `None` for anything else.
pub fn zk_path(url: &str) -> Option<String> {
    let rest = url.strip_prefix("zk://")?;
    // A password may hold a slash, never an `@`; a list of servers holds neither.
    let servers = rest.rsplit_once('@').map_or(rest, |(_, servers)| servers);
    let (_, path) = servers.split_once('/')?;
    let plain = |segment: &str| {
        !segment.trim_matches('.').is_empty()
            && segment
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
    };
    let path = path.trim_end_matches('/');
    (path.len() <= LONGEST && path.split('/').all(plain)).then(|| format!("/{path}"))
}

/// How many endpoints the object form of an event subscriber names.
fn endpoints(set: &Canonical) -> Option<u64> {
    #[derive(Deserialize)]
    struct Object {
        http_endpoints: Option<Vec<json::Sound>>,
    }
    Some(set.value::<Object>()?.http_endpoints?.len() as u64)
}

/// The name of an event subscriber: the text itself, or the `type` of the object form.
fn subscriber(set: &Canonical) -> Option<String> {
    #[derive(Deserialize)]
    struct Object {
        #[serde(rename = "type")]
        kind: Option<String>,
    }
    if set.is_null() {
        return None;
    }
    let name = set
        .value::<String>()
        .or_else(|| set.value::<Object>().map(|object| object.kind.unwrap_or_default()))
        .unwrap_or_else(|| set.0.clone());
    (!name.is_empty()).then_some(name)
}

/// Reads `/v2/leader`: `host:port`.
pub fn leader(bytes: &[u8]) -> Parsed<String> {
    #[derive(Deserialize)]
    struct Answer {
        leader: String,
    }
    let answer: Answer = json::read(bytes, "the answer of /v2/leader: an object with the text `leader`")?;
    if answer.leader.is_empty() {
        return Err(super::Malformed("`leader` is empty; expected `host:port`".to_owned()));
    }
    Ok(answer.leader)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subscribers_in_every_form() {
        for (extra, expected) in [
            ("", None),
            (r#","event_subscriber":null"#, None),
            (
                r#","event_subscriber":{"type":"http_callback","http_endpoints":null}"#,
                Some("http_callback"),
            ),
            (
                r#","marathon_config":{"event_subscriber":"http_callback"}"#,
                Some("http_callback"),
            ),
            (
                r#","event_subscriber":null,"marathon_config":{"event_subscriber":"http_callback"}"#,
                Some("http_callback"),
            ),
        ] {
            let body = format!(r#"{{"name":"marathon","version":"1.4.8"{extra}}}"#);
            assert_eq!(
                info(body.as_bytes()).unwrap().event_subscriber.as_deref(),
                expected,
                "{body}"
            );
        }
        assert!(info(b"{}").is_err());
    }

    #[test]
    fn only_settings_of_the_list_are_kept_and_addresses_never() {
        let body = br#"{"name":"marathon","version":"0.9.1",
            "event_subscriber":{"type":"http_callback","http_endpoints":["http://u:not-a-real-secret@a.example","http://b.example"]},
            "marathon_config":{"features":["vips"],"mesos_role":null,"master":"zk://u:not-a-real-secret@z:2181/mesos"},
            "zookeeper_config":{"zk":"zk://u:not-a-real-secret@z:2181/marathon","zk_session_timeout":10000.0}}"#;
        let read = info(body).unwrap();
        assert_eq!(read.http_endpoints, Some(2));
        let kept: Vec<String> = read
            .settings
            .iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        assert_eq!(
            kept,
            [
                "marathon_config.features=[\"vips\"]",
                "marathon_config.mesos_role=null",
                "zookeeper_config.zk_session_timeout=10000",
            ]
        );
        assert!(!format!("{read:?}").contains("not-a-real-secret"));
    }

    #[test]
    fn a_leader_is_named() {
        assert!(leader(br#"{"leader":""}"#).is_err());
    }
}
