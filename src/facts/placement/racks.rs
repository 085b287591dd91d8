//! What a rack is: the fault domain of an agent where it has one, else an attribute. Never guesses one from a name.

use std::collections::BTreeMap;

use crate::snapshot::Agent;

/// Attribute that names the rack where none is configured.
pub const RACK: &str = "rack";

/// Rack of an agent: region and zone where it has them, else an attribute; the error says why neither is known.
pub fn rack_of(agent: &Agent, attribute: &str) -> Result<String, String> {
    if let Some((region, zone)) = &agent.domain {
        return Ok(format!("{region}/{zone}"));
    }
    if agent.ambiguous_attributes.iter().any(|name| name == attribute) {
        return Err(format!("the attribute `{attribute}` is given more than once"));
    }
    agent
        .attributes
        .get(attribute)
        .map(ToString::to_string)
        .ok_or_else(|| format!("neither a zone nor the attribute `{attribute}`"))
}

/// Racks with the positions of their agents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Racks {
    /// By name.
    pub named: BTreeMap<String, Vec<usize>>,
    /// Agents whose rack is not known, with the reason of the first.
    pub unknown: Option<(usize, String)>,
}

impl Racks {
    /// The racks of these agents.
    pub fn of(agents: &[Agent], attribute: &str) -> Self {
        let mut this = Self::default();
        for (at, agent) in agents.iter().enumerate() {
            match rack_of(agent, attribute) {
                Ok(rack) => this.named.entry(rack).or_default().push(at),
                Err(why) => {
                    this.unknown
                        .get_or_insert_with(|| (0, format!("agent {}: {why}", agent.hostname)))
                        .0 += 1;
                }
            }
        }
        this
    }
}
