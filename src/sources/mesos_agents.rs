//! Agents as a master lists them: entries of `slaves[]` and `recovered_slaves[]`, and the answer of `/slaves`.
//!
//! Fields and versions: apache/mesos `src/master/http.cpp`, `src/common/http.cpp`, tags 0.19 to 1.11. A field that a
//! version does not have is `None`; a field of another type is an error.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

use super::Parsed;
use super::json::{self, Unique};

/// Value of an attribute or resource: a number, or text for everything else.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar {
    /// A number.
    Number(f64),
    /// Text, a set or ranges.
    Text(String),
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ScalarVisitor;
        impl Visitor<'_> for ScalarVisitor {
            type Value = Scalar;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number or a text")
            }

            fn visit_f64<E>(self, value: f64) -> Result<Scalar, E> {
                Ok(Scalar::Number(value))
            }

            #[expect(clippy::cast_precision_loss, reason = "Mesos scalars are doubles")]
            fn visit_u64<E>(self, value: u64) -> Result<Scalar, E> {
                Ok(Scalar::Number(value as f64))
            }

            #[expect(clippy::cast_precision_loss, reason = "Mesos scalars are doubles")]
            fn visit_i64<E>(self, value: i64) -> Result<Scalar, E> {
                Ok(Scalar::Number(value as f64))
            }

            fn visit_str<E>(self, value: &str) -> Result<Scalar, E> {
                Ok(Scalar::Text(value.to_owned()))
            }
        }
        deserializer.deserialize_any(ScalarVisitor)
    }
}

/// Attributes: the first value of each name, and the names given more than once (legal in Mesos, written as repeated keys).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Attributes {
    /// First value of each name.
    pub values: BTreeMap<String, Scalar>,
    /// Names given more than once, sorted.
    pub ambiguous: Vec<String>,
}

impl<'de> Deserialize<'de> for Attributes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AttributesVisitor;
        impl<'de> Visitor<'de> for AttributesVisitor {
            type Value = Attributes;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of attributes")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Attributes, A::Error> {
                let mut attributes = Attributes::default();
                while let Some((key, value)) = entries.next_entry::<String, Scalar>()? {
                    match attributes.values.entry(key) {
                        Entry::Occupied(first) => attributes.ambiguous.push(first.key().clone()),
                        Entry::Vacant(free) => {
                            free.insert(value);
                        }
                    }
                }
                attributes.ambiguous.sort();
                attributes.ambiguous.dedup();
                Ok(attributes)
            }
        }
        deserializer.deserialize_map(AttributesVisitor)
    }
}

/// Region and zone (`domain.fault_domain`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domain {
    /// Region name.
    pub region: String,
    /// Zone name.
    pub zone: String,
}

impl<'de> Deserialize<'de> for Domain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(serde::Deserialize)]
        struct Named {
            name: String,
        }
        #[derive(serde::Deserialize)]
        struct Fault {
            region: Named,
            zone: Named,
        }
        #[derive(serde::Deserialize)]
        struct Outer {
            fault_domain: Fault,
        }
        let outer = Outer::deserialize(deserializer)?;
        Ok(Self {
            region: outer.fault_domain.region.name,
            zone: outer.fault_domain.zone.name,
        })
    }
}

/// An entry of `slaves[]`.
#[derive(Debug, Clone, PartialEq, serde::Deserialize)]
#[allow(missing_docs)]
pub struct AgentWire {
    pub id: String,
    pub hostname: String,
    #[serde(default, deserialize_with = "json::present")]
    pub pid: Option<String>,
    #[serde(default, deserialize_with = "json::present")]
    pub active: Option<bool>,
    #[serde(default, deserialize_with = "json::present")]
    pub deactivated: Option<bool>,
    #[serde(default, deserialize_with = "json::present")]
    pub version: Option<String>,
    #[serde(default, deserialize_with = "json::present")]
    pub registered_time: Option<f64>,
    #[serde(default, deserialize_with = "json::present")]
    pub reregistered_time: Option<f64>,
    #[serde(default)]
    pub attributes: Attributes,
    #[serde(default, deserialize_with = "json::present")]
    pub domain: Option<Domain>,
    #[serde(default)]
    pub resources: Unique<Scalar>,
    /// 0.23 and later.
    #[serde(default, deserialize_with = "json::present")]
    pub used_resources: Option<Unique<Scalar>>,
    /// By role; 0.23 and later.
    #[serde(default, deserialize_with = "json::present")]
    pub reserved_resources: Option<Unique<Unique<Scalar>>>,
    /// 0.23 and later.
    #[serde(default, deserialize_with = "json::present")]
    pub unreserved_resources: Option<Unique<Scalar>>,
}

/// An entry of `recovered_slaves[]`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[allow(missing_docs)]
pub struct RecoveredWire {
    pub id: String,
    pub hostname: String,
}

/// The answer of `/slaves`.
#[derive(Debug, Clone, PartialEq, serde::Deserialize)]
pub struct SlavesWire {
    /// Registered agents.
    pub slaves: Vec<AgentWire>,
    /// Agents of the registry that have not come back; absent before 1.2.
    #[serde(default, deserialize_with = "json::present")]
    pub recovered_slaves: Option<Vec<RecoveredWire>>,
}

/// Reads the answer of `/slaves`.
pub fn slaves(bytes: &[u8]) -> Parsed<SlavesWire> {
    json::read(bytes, "the answer of /slaves: an object with the list `slaves`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attribute_given_twice_is_legal_and_named() {
        let answer = slaves(
            br#"{"slaves":[{"id":"a-S0","hostname":"h","attributes":{"rack":"r1","n":4,"rack":"r2"},
                 "resources":{"cpus":4,"ports":"[1-2]"}}]}"#,
        )
        .unwrap();
        let agent = &answer.slaves[0];
        assert_eq!(agent.attributes.values["rack"], Scalar::Text("r1".to_owned()));
        assert_eq!(agent.attributes.values["n"], Scalar::Number(4.0));
        assert_eq!(agent.attributes.ambiguous, ["rack"]);
        assert_eq!(agent.active, None);
        assert_eq!(answer.recovered_slaves, None);
    }

    #[test]
    fn what_is_used_and_reserved_is_absent_before_0_23() {
        let answer = slaves(
            br#"{"slaves":[{"id":"a","hostname":"h"},{"id":"b","hostname":"h","used_resources":{"cpus":0.5},
                 "reserved_resources":{"kafka":{"cpus":1,"ports":"[1-2]"}}}]}"#,
        )
        .unwrap();
        assert_eq!(answer.slaves[0].used_resources, None);
        assert_eq!(answer.slaves[0].reserved_resources, None);
        let late = &answer.slaves[1];
        assert_eq!(late.used_resources.as_ref().unwrap().0["cpus"], Scalar::Number(0.5));
        assert_eq!(
            late.reserved_resources.as_ref().unwrap().0["kafka"].0["ports"],
            Scalar::Text("[1-2]".to_owned())
        );
    }

    #[test]
    fn an_empty_list_is_not_a_missing_one() {
        assert!(slaves(br#"{"slaves":[]}"#).unwrap().slaves.is_empty());
        for body in ["{}", "[]", "null", r#"{"slaves":null}"#, r#"{"slaves":{}}"#] {
            assert!(slaves(body.as_bytes()).is_err(), "{body}");
        }
        for field in [
            r#""active":"true""#,
            r#""active":null"#,
            r#""id":"x""#,
            r#""resources":[]"#,
            r#""used_resources":null"#,
            r#""reserved_resources":{"r":4}"#,
        ] {
            let body = format!(r#"{{"slaves":[{{"id":"a","hostname":"h",{field}}}]}}"#);
            assert!(slaves(body.as_bytes()).is_err(), "{body}");
        }
    }
}
