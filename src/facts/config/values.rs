//! Rules about values, held against one configuration: what breaks a rule, and what cannot be judged. Never decides severity.

use std::net::Ipv4Addr;

use crate::knowledge::config::{Rule, Setting};
use crate::snapshot::dcos_config::{Config, Node};

/// One setting that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The setting.
    pub key: String,
    /// What was found.
    pub found: String,
}

/// What a rule says about a configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Judged {
    /// What breaks it.
    pub broken: Vec<Broken>,
    /// What could not be judged, in words.
    pub unknown: Vec<String>,
}

impl Judged {
    fn broke(&mut self, key: &str, found: impl Into<String>) {
        self.broken.push(Broken {
            key: key.to_owned(),
            found: found.into(),
        });
    }
}

/// Holds a rule against a configuration.
pub fn judge(config: &Config, rule: &Rule) -> Judged {
    let mut judged = Judged::default();
    match rule {
        Rule::TextKind => {
            for (key, entry) in &config.entries {
                if let Some(refused) = entry.refused {
                    judged.broke(key, refused);
                }
            }
        }
        Rule::OneOf { keys, values } => {
            for key in keys {
                if let Some(text) = config.text(key)
                    && !values.contains(&text)
                {
                    judged.broke(key, text);
                }
            }
        }
        Rule::Implies {
            when,
            key,
            values,
            default,
        } => {
            let (found, said) = or_default(config, key, default);
            if has(config, when) && !values.contains(&found) {
                judged.broke(key, said);
            }
        }
        Rule::AnyTrue { keys, defaults } => any_true(config, keys, defaults, &mut judged),
        Rule::BothOrNeither { keys } => {
            let given = keys.iter().filter(|key| full(config, key)).count();
            if given > 0 && given < keys.len() {
                for key in keys.iter().filter(|key| !full(config, key)) {
                    judged.broke(key, "nothing, although the other is given");
                }
            }
        }
        Rule::NotTogether { keys } => {
            if keys.iter().filter(|key| full(config, key)).count() > 1
                && let Some(key) = keys.last()
            {
                judged.broke(
                    key,
                    format!("given beside {}", keys.first().cloned().unwrap_or_default()),
                );
            }
        }
        Rule::Excludes { when, key, value } => {
            let one = config.text(&when.key).is_some_and(|text| when.values.contains(&text));
            if one && config.text(key).as_ref() == Some(value) {
                judged.broke(key, value);
            }
        }
        Rule::AbsolutePath { keys } => {
            for key in keys {
                if let Some(text) = config.text(key)
                    && !text.starts_with('/')
                {
                    judged.broke(key, text);
                }
            }
        }
        Rule::NoOverlap { .. } => overlap(config, rule, &mut judged),
    }
    judged
}

fn has(config: &Config, setting: &Setting) -> bool {
    config.text(&setting.key).as_ref() == Some(&setting.value)
}

/// Given, and not empty.
fn full(config: &Config, key: &str) -> bool {
    config.get(key).is_some_and(|entry| !entry.empty)
}

/// The value in force, and how it is said.
fn or_default(config: &Config, key: &str, default: &str) -> (String, String) {
    match config.text(key) {
        Some(text) => (text.clone(), text),
        None => (default.to_owned(), format!("absent, so {default} by default")),
    }
}

fn any_true(config: &Config, keys: &[String], defaults: &[String], judged: &mut Judged) {
    let all: Vec<(String, String)> = keys
        .iter()
        .zip(defaults)
        .map(|(key, default)| or_default(config, key, default))
        .collect();
    if !all.iter().any(|(value, _)| value == "true")
        && let Some(key) = keys.last()
    {
        let said: Vec<&str> = all.iter().map(|(_, said)| said.as_str()).collect();
        judged.broke(key, said.join(", "));
    }
}

fn overlap(config: &Config, rule: &Rule, judged: &mut Judged) {
    let Rule::NoOverlap {
        key,
        default,
        overlay,
        overlay_defaults,
        vtep_default,
        unless,
    } = rule
    else {
        return;
    };
    if unless.iter().any(|setting| has(config, setting)) {
        return;
    }
    let (text, said) = or_default(config, key, default);
    let Some(own) = Network::read(&text) else {
        judged.broke(key, format!("{said}: no IPv4 network"));
        return;
    };
    let others = match config.get(overlay).map(|entry| &entry.value) {
        None => {
            let mut all = overlay_defaults.clone();
            all.push(vtep_default.clone());
            all
        }
        Some(Node::Map(map)) => match networks(map, vtep_default) {
            Ok(networks) => networks,
            Err(what) => {
                judged.unknown.push(format!("{overlay}: {what}"));
                return;
            }
        },
        Some(_) => {
            judged.unknown.push(format!("{overlay} is no mapping"));
            return;
        }
    };
    for other in others {
        match Network::read(&other) {
            Some(network) if own.overlaps(network) => judged.broke(key, format!("{said}, which overlaps {other}")),
            Some(_) => {}
            None => judged.unknown.push(format!("{overlay}: `{other}` is no IPv4 network")),
        }
    }
}

/// IPv4 networks of an overlay: of each network, and of the VXLAN backend.
fn networks(map: &std::collections::BTreeMap<String, Node>, vtep_default: &str) -> Result<Vec<String>, &'static str> {
    let mut all = vec![match map.get("vtep_subnet") {
        Some(Node::Text(text)) => text.clone(),
        Some(_) => return Err("vtep_subnet is no text"),
        None => vtep_default.to_owned(),
    }];
    let Some(Node::List(overlays)) = map.get("overlays") else {
        return Err("it has no list of overlays");
    };
    for overlay in overlays {
        let Node::Map(overlay) = overlay else {
            return Err("an overlay is no mapping");
        };
        match overlay.get("subnet") {
            Some(Node::Text(text)) => all.push(text.clone()),
            Some(_) => return Err("a subnet is no text"),
            None => {}
        }
    }
    Ok(all)
}

/// An IPv4 network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Network {
    first: u32,
    last: u32,
}

impl Network {
    /// `172.29.0.0/16`; an address alone is a network of one.
    fn read(text: &str) -> Option<Self> {
        let (address, bits) = text.split_once('/').unwrap_or((text, "32"));
        let address: u32 = address.trim().parse::<Ipv4Addr>().ok()?.into();
        let bits: u32 = bits.trim().parse().ok().filter(|bits| *bits <= 32)?;
        let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
        Some(Self {
            first: address & mask,
            last: address | !mask,
        })
    }

    fn overlaps(self, other: Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }
}
