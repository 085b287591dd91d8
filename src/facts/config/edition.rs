//! Enterprise or Open: by a setting or a service that only Enterprise has. Never concluded from silence alone.

use crate::knowledge::config::ConfigRules;
use crate::model::{EvidenceRef, Line, Observed};

use super::super::Facts;

/// Edition of DC/OS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edition {
    /// Enterprise.
    Enterprise,
    /// Open Source.
    Open,
}

/// The edition and what shows it, or why it is not known.
///
/// The licensing service came with the line that enforces licences: that an older cluster does not have it says nothing.
pub fn edition(facts: &Facts<'_>, rules: &ConfigRules) -> Result<(Edition, EvidenceRef), String> {
    let dcos = &facts.snapshot.dcos;
    for file in [&dcos.config, &dcos.new_config] {
        if let Observed::Known(config, at) = file
            && let Some((key, entry)) = rules
                .enterprise
                .keys
                .iter()
                .find_map(|key| Some((key, config.get(key)?)))
        {
            let at = at.at(format!("line {}", entry.line)).quoting(key);
            return Ok((Edition::Enterprise, at));
        }
    }
    let since = rules.license.since;
    let running = facts.running_version();
    let has_licensing = running.as_ref().is_some_and(|version| Line::from(version) >= since);
    match &dcos.license {
        Observed::Known(_, at) => Ok((Edition::Enterprise, at.clone())),
        Observed::Unknown(crate::model::Why::Absent { item, .. }) if has_licensing => {
            Ok((Edition::Open, EvidenceRef::item(item.clone())))
        }
        Observed::Unknown(why) if why.is_absent() => Err(format!(
            "whether this is Enterprise is not known: the licensing service is there from {since} on, and the cluster runs {}",
            running.map_or_else(
                || "a version that is not known".to_owned(),
                |version| version.to_string()
            )
        )),
        Observed::Unknown(why) => Err(format!("whether this is Enterprise is not known: {}", why.sentence())),
    }
}
