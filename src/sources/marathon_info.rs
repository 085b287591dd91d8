//! `/v2/info` and `/v2/leader` of Marathon.
//!
//! `/v2/info` is a runtime answer: of its configuration only the event subscriber is read, the rest may hold secrets.

use serde::Deserialize;

use super::Parsed;
use super::canonical::Canonical;
use super::json;

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
}

/// Reads `/v2/info`.
pub fn info(bytes: &[u8]) -> Parsed<InfoWire> {
    #[derive(Deserialize)]
    struct Config {
        #[serde(default)]
        event_subscriber: Option<Canonical>,
    }
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
    }
    let answer: Answer = json::read(
        bytes,
        "the answer of /v2/info: an object with the texts `name` and `version`",
    )?;
    Ok(InfoWire {
        name: answer.name,
        version: answer.version,
        framework_id: answer.framework_id,
        leader: answer.leader.filter(|leader| !leader.is_empty()),
        elected: answer.elected,
        event_subscriber: answer
            .event_subscriber
            .or_else(|| answer.marathon_config.and_then(|config| config.event_subscriber))
            .and_then(|set| subscriber(&set)),
    })
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
        assert!(leader(br#"{"leader":""}"#).is_err());
    }
}
