//! `--placement`, `--without`, `--without-rack`, `--each-rack`: which apps and pods of an archive have no room on its agents.
//!
//! Judged by `facts::placement`; here only the names that were given are looked up. A name that is no agent's is refused, never
//! passed over: an answer about fewer agents than were meant would be wrong.

use super::Args;
use super::lines::Lines;
use super::placed::Placed;
use crate::cli::Failure;
use crate::cli::text::sanitized;
use crate::facts::Facts;
use crate::facts::constraints::Passage;
use crate::facts::marathons::Listing;
use crate::facts::placement::racks::Racks;
use crate::facts::placement::{Fit, Outcome, Placer, Workload};
use crate::model::{EvidenceRef, Version};
use crate::snapshot::{Agent, Marathon};
use crate::sources::marathon_constraints::Form;

/// Most names a message lists.
const SHOWN: usize = 5;

/// Arguments.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Room on the agents (archives)")]
pub struct PlacementArgs {
    /// Also list the apps and pods whose instances have no room on the agents of the archive
    #[arg(long)]
    pub placement: bool,
    /// The same without this agent: id, host name or address; may be given several times
    #[arg(long, value_name = "AGENT")]
    pub without: Vec<String>,
    /// The same without the agents of this rack: region/zone, or the value of --rack; may be given several times
    #[arg(long, value_name = "RACK")]
    pub without_rack: Vec<String>,
    /// The same without every rack in turn
    #[arg(long)]
    pub each_rack: bool,
    /// Attribute that names the rack of agents without a zone
    #[arg(long, value_name = "ATTRIBUTE", default_value = crate::facts::placement::racks::RACK)]
    pub rack: String,
}

impl PlacementArgs {
    /// Whether any of it was asked for.
    pub fn asked(&self) -> bool {
        self.placement || self.each_rack || !self.without.is_empty() || !self.without_rack.is_empty()
    }
}

/// Agents that are taken away together.
struct Scene {
    /// Racks that are taken away beside the agents named.
    racks: Vec<String>,
    without: Vec<usize>,
}

/// Judges the workloads of every Marathon of an archive, in every scene that was asked for.
pub fn judge(facts: &Facts<'_>, args: &Args, lines: &mut Lines) -> anyhow::Result<()> {
    let asked = &args.placement;
    if !asked.asked() {
        return Ok(());
    }
    let scenes = match facts.agents() {
        Ok(agents) => scenes(agents, asked)?,
        // Then nothing can be placed, whoever is taken away.
        Err(_) => vec![Scene {
            racks: asked.without_rack.clone(),
            without: Vec::new(),
        }],
    };
    lines.placement();
    let all = facts.snapshot.marathons.iter().zip(&facts.marathons.listings);
    for (marathon, _) in all.filter(|(_, listing)| **listing != Listing::NotThere) {
        let said = marathon.info.known().and_then(|info| info.version.as_ref());
        let running = args.marathon.as_ref().or(said);
        let mut room = Room {
            facts,
            marathon,
            asked,
            scenes: &scenes,
            lines: &mut *lines,
        };
        room.all(running, None);
        if let (Some(running), Some(target)) = (running, &args.target_marathon)
            && target > running
        {
            room.all(Some(target), Some(&Passage::new(running, Some(target))));
        }
    }
    Ok(())
}

/// One instance.
struct Room<'a> {
    facts: &'a Facts<'a>,
    marathon: &'a Marathon,
    asked: &'a PlacementArgs,
    scenes: &'a [Scene],
    lines: &'a mut Lines,
}

impl Room<'_> {
    /// Every app and pod, as a release places what an upgrade leaves of its constraints.
    fn all(&mut self, release: Option<&Version>, passage: Option<&Passage>) {
        let mut placer = match release {
            Some(release) => Placer::new(self.facts, self.marathon, release),
            None => Err("which Marathon runs is not known".to_owned()),
        };
        let release = release.map(ToString::to_string);
        let release = release.as_deref();
        let marathon = self.marathon;
        for app in marathon.apps.known().into_iter().flatten() {
            let place = (Form::App, app.id.as_str(), &app.at);
            self.each(place, &Workload::app(app), release, &mut placer, passage);
        }
        for pod in marathon.pods.known().into_iter().flatten() {
            let place = (Form::Pod, pod.id.as_str(), &pod.at);
            self.each(place, &Workload::pod(pod), release, &mut placer, passage);
        }
    }

    fn each(
        &mut self,
        (form, id, at): (Form, &str, &EvidenceRef),
        workload: &Workload<'_>,
        release: Option<&str>,
        placer: &mut Result<Placer<'_>, String>,
        passage: Option<&Passage>,
    ) {
        if workload.instances == Some(0) {
            return;
        }
        let left = passage.map(|passage| workload.left_by(passage)).transpose();
        for (ordinal, scene) in self.scenes.iter().enumerate() {
            let outcome = match (&mut *placer, &left) {
                (Err(why), _) => unknown(why),
                (_, Err(why)) => unknown(why),
                (Ok(placer), Ok(None)) => placer.fits(workload, &scene.without),
                (Ok(placer), Ok(Some(left))) => placer.fits(&workload.with(left), &scene.without),
            };
            let place = format!("{}{}", at.item, at.pointer);
            self.lines.placed(&Placed {
                marathon: &self.marathon.name,
                release,
                app: if id.is_empty() { &place } else { id },
                form,
                instances: workload.instances,
                outcome: &outcome,
                without: &self.asked.without,
                racks: &scene.racks,
                pointer: &place,
            });
            // What has no room with all racks has none without one of them.
            if ordinal == 0 && outcome.fit != Fit::Fits {
                break;
            }
        }
    }
}

fn unknown(why: &str) -> Outcome {
    Outcome {
        fit: Fit::Unknown { why: why.to_owned() },
        at_most: None,
    }
}

/// The scenes that were asked for, the agents named taken away in each.
fn scenes(agents: &[Agent], asked: &PlacementArgs) -> Result<Vec<Scene>, Failure> {
    let mut without = Vec::new();
    for name in &asked.without {
        let found = named(agents, name);
        if found.is_empty() {
            let names = agents
                .iter()
                .flat_map(|agent| [agent.hostname.as_str(), agent.id.as_str()]);
            return Err(stranger("agent", name, names.collect()));
        }
        without.extend(found);
    }
    let racks = Racks::of(agents, &asked.rack);
    for name in &asked.without_rack {
        let Some(found) = racks.named.get(name) else {
            return Err(stranger("rack", name, racks.named.keys().map(String::as_str).collect()));
        };
        without.extend(found);
    }
    without.sort_unstable();
    without.dedup();
    let mut scenes = vec![Scene {
        racks: asked.without_rack.clone(),
        without: without.clone(),
    }];
    if asked.each_rack {
        if racks.named.is_empty() {
            let why = racks
                .unknown
                .map_or_else(|| "there is no agent".to_owned(), |(_, why)| why);
            return Err(Failure::usage(format!("no rack is known: {}", sanitized(&why)))
                .hint("--rack names the attribute that says where an agent stands"));
        }
        for (rack, agents) in &racks.named {
            if asked.without_rack.contains(rack) {
                continue;
            }
            let mut all = without.clone();
            all.extend(agents);
            all.sort_unstable();
            all.dedup();
            let mut racks = asked.without_rack.clone();
            racks.push(rack.clone());
            scenes.push(Scene { racks, without: all });
        }
    }
    Ok(scenes)
}

/// Agents of that id, host name or address.
fn named(agents: &[Agent], name: &str) -> Vec<usize> {
    let is = |agent: &Agent| {
        let address = agent.address().unwrap_or_default();
        let ip = address.rsplit_once(':').map_or(address, |(ip, _)| ip);
        agent.id == name || agent.hostname == name || !address.is_empty() && (address == name || ip == name)
    };
    let all = agents.iter().enumerate();
    all.filter(|(_, agent)| is(agent)).map(|(at, _)| at).collect()
}

/// A name that is none of those there are, with the nearest ones.
fn stranger(what: &str, name: &str, mut there: Vec<&str>) -> Failure {
    there.sort_unstable_by_key(|other| (distance(name, other), *other));
    there.dedup();
    let more = there.len().saturating_sub(SHOWN);
    let near: Vec<&str> = there.into_iter().take(SHOWN).collect();
    let failure = Failure::usage(sanitized(&format!("no {what} of the archive is `{name}`")));
    if near.is_empty() {
        return failure.hint(format!("the archive names no {what}"));
    }
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    failure.hint(sanitized(&format!("the nearest are {}{more}", near.join(", "))))
}

/// How many characters differ: enough to sort names by (a long one is cut).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().take(64).collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, c) in one.chars().take(64).enumerate() {
        let mut before = at + 1;
        let mut next = vec![before];
        for ((d, left), up) in other.iter().zip(&row).zip(row.iter().skip(1)) {
            before = (left + usize::from(c != *d)).min(before + 1).min(up + 1);
            next.push(before);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn names_that_look_alike_are_near() {
        for (one, other, far) in [
            ("", "", 0),
            ("a", "", 1),
            ("", "ab", 2),
            ("10.0.0.7", "10.0.0.17", 1),
            ("rack", "crab", 3),
        ] {
            assert_eq!(distance(one, other), far, "{one} {other}");
        }
    }
}
