//! What a file's contents look like: the keys at its top, from its first few megabytes only.
//!
//! A peek, not a parse: a file that is recognised here may still turn out malformed when it is read as evidence.

use std::collections::BTreeSet;
use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, Read};

use flate2::read::MultiGzDecoder;
use serde::de::{DeserializeSeed, Deserializer as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::usual::{self, Usual};
use super::walk::Found;

/// Bytes that are looked at: enough for everything before the first long list.
const MOST: u64 = 4 << 20;

/// What was seen at the top of a JSON text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Shape {
    /// Whether it is a list; then `keys` are those of its first element.
    pub(super) list: bool,
    /// Keys of the object at the top.
    pub(super) keys: BTreeSet<String>,
    /// Keys inside `flags`.
    pub(super) flags: BTreeSet<String>,
    /// `pid`, `hostname`, `name` at the top, and `ip`, `advertise_ip`, `hostname`, `port` inside `flags`.
    pub(super) texts: Vec<(String, String)>,
}

/// Peeks into a file. Contents that are not JSON give an empty shape.
pub(super) fn peek(found: &Found) -> io::Result<Shape> {
    let file = File::open(&found.path)?;
    let mut shape = Shape::default();
    if found.compressed {
        look(MultiGzDecoder::new(file).take(MOST), &mut shape);
    } else {
        look(file.take(MOST), &mut shape);
    }
    Ok(shape)
}

fn look(input: impl Read, shape: &mut Shape) {
    let mut json = serde_json::Deserializer::from_reader(BufReader::with_capacity(64 << 10, input));
    // It ends in an error wherever the peek ends; what was seen until then is what we want.
    let _ = json.deserialize_any(Top { shape, inside: "" });
}

impl Shape {
    /// A text seen under a key.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        let found = self.texts.iter().find(|(name, _)| name == key);
        found.map(|(_, text)| text.as_str())
    }

    fn has(&self, keys: &[&str]) -> bool {
        keys.iter().all(|key| self.keys.contains(*key))
    }

    fn only(&self, keys: &[&str]) -> bool {
        !self.keys.is_empty() && self.keys.iter().all(|key| keys.contains(&key.as_str()))
    }

    /// Whether this is of a master (`Some(true)`), of an agent (`Some(false)`), or does not say.
    pub(super) fn of_master(&self) -> Option<bool> {
        let begins = |prefix: &str| self.keys.iter().any(|key| key.starts_with(prefix));
        if self.text("pid").is_some_and(|pid| pid.starts_with("master@"))
            || self.keys.contains("activated_slaves")
            || self.keys.contains("elected_time")
            || self.flags.contains("quorum")
            || self.flags.contains("registry")
            || begins("master/")
            || begins("registrar/")
        {
            Some(true)
        } else if self.text("pid").is_some_and(|pid| pid.starts_with("slave"))
            || self.has(&["attributes", "build_date"])
            || self.flags.contains("containerizers")
            || self.flags.contains("master")
            || begins("slave/")
        {
            Some(false)
        } else {
            None
        }
    }

    /// What a file of this shape is, if that is certain.
    pub(super) fn usual(&self) -> Option<&'static Usual> {
        let kind = if self.list {
            self.list_kind()
        } else {
            self.object_kind()
        };
        usual::of_kind(kind?)
    }

    fn list_kind(&self) -> Option<&'static str> {
        if self.has(&["code", "description", "hostname", "isLeader"]) {
            Some("exhibitor-status")
        } else if self.has(&["title", "key", "isLazy", "expand"]) {
            Some("marathon-state-znodes")
        } else if self.has(&["affectedApps", "currentActions"]) {
            Some("marathon-deployments")
        } else if self.has(&["spec", "instances", "statusSince"]) {
            Some("marathon-pods-status")
        } else if self.has(&["containers", "scaling"]) {
            Some("marathon-pods")
        } else if self.has(&["id", "run", "labels"]) {
            Some("metronome-jobs")
        } else if self.only(&["role", "weight"]) && self.has(&["role", "weight"]) {
            Some("mesos-weights")
        } else {
            None
        }
    }

    fn object_kind(&self) -> Option<&'static str> {
        let metrics = self.keys.iter().any(|key| key.contains('/'));
        let state = self.has(&["build_date"]) && (self.keys.contains("pid") || self.keys.len() > 8);
        Some(match self.of_master() {
            Some(true) if state => "mesos-state",
            Some(false) if state => "agent-state",
            Some(true) if metrics => "mesos-metrics",
            Some(false) if metrics => "agent-metrics",
            Some(true) if self.only(&["flags"]) => "mesos-flags",
            Some(false) if self.only(&["flags"]) => "agent-flags",
            _ if self.only(&["hostname", "cluster", "slaves", "frameworks"]) && self.has(&["hostname", "slaves"]) => {
                "mesos-state-summary"
            }
            _ if self.only(&["slaves", "recovered_slaves"]) && self.has(&["slaves"]) => "mesos-slaves",
            _ if self.only(&["frameworks", "completed_frameworks", "unregistered_frameworks"])
                && self.has(&["frameworks"]) =>
            {
                "mesos-frameworks"
            }
            _ if self.has(&["machines", "master", "slaves"]) => "mesos-registry",
            _ if self.only(&["draining_machines", "down_machines"]) => "mesos-maintenance-status",
            _ if self.only(&["windows"]) => "mesos-maintenance-schedule",
            _ if self.only(&["roles"]) => "mesos-roles",
            _ if self.has(&["marathon_config", "version"]) => "marathon-info",
            _ if self.has(&["gauges", "counters"]) => "marathon-metrics",
            _ if self.only(&["apps"]) => "marathon-apps",
            _ if self.only(&["queue"]) => "marathon-queue",
            _ if self.has(&["version", "bootstrap-id"]) => "dcos-version",
            _ if self.only(&["PUBLIC_IPV4", "CLUSTER_ID"]) => "dcos-metadata",
            _ if self.has(&["units", "dcos_diagnostics_version"]) => "dcos-health",
            _ if self.only(&["nodes"]) => "dcos-health-nodes",
            _ if self.only(&["units"]) => "dcos-health-units",
            _ if self.only(&["packages"]) => "dcos-packages",
            _ => return None,
        })
    }
}

/// A text; anything else is not what we look for, and no reason to stop.
#[derive(serde::Deserialize)]
#[serde(untagged)]
enum TextOr {
    Text(String),
    Other(IgnoredAny),
}

/// Visits one level and writes down what it sees as it goes, so that nothing is lost when the peek ends. Anything but an
/// object or a list is an error, which ends the peek.
struct Top<'a> {
    shape: &'a mut Shape,
    inside: &'static str,
}

impl<'de> DeserializeSeed<'de> for Top<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Top<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or a list")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            let flags = self.inside == "flags";
            let wanted = if flags {
                matches!(key.as_str(), "ip" | "advertise_ip" | "hostname" | "port")
            } else {
                matches!(key.as_str(), "pid" | "hostname" | "name")
            };
            if flags {
                self.shape.flags.insert(key.clone());
            } else {
                self.shape.keys.insert(key.clone());
            }
            if wanted {
                if let TextOr::Text(text) = map.next_value::<TextOr>()? {
                    let name = if flags { format!("flags.{key}") } else { key };
                    self.shape.texts.push((name, text));
                }
            } else if !flags && !self.shape.list && key == "flags" {
                map.next_value_seed(Top {
                    shape: &mut *self.shape,
                    inside: "flags",
                })?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        if self.inside.is_empty() && !self.shape.list {
            self.shape.list = true;
            seq.next_element_seed(Top {
                shape: &mut *self.shape,
                inside: "element",
            })?;
        }
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }
}
