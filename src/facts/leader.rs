//! Who leads: what every master says about it, and where they do not agree.
//!
//! Compares names only where flags and `/state` say that two names are one master; a name that cannot be resolved
//! is uncertain, never a contradiction and never agreement.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Observed, Why, items};
use crate::snapshot::{Master, Snapshot};

/// What the masters say about leadership.
#[derive(Debug, Clone, Default)]
pub struct Leadership {
    /// Index into [`Snapshot::masters`] of the one master that leads, where evidence names exactly one.
    pub leading: Option<usize>,
    /// Indexes of the masters whose metrics say `master/elected` = 1.
    pub elected: Vec<usize>,
    /// Where each master's `/redirect` points, resolved to a master that was asked where possible; `None` = not known.
    pub redirects: Vec<Option<Target>>,
    /// Contradictions, one sentence each: two leaders, none, or masters that believe in different ones.
    pub contradictions: Vec<String>,
    /// What could not be compared, one sentence each.
    pub uncertain: Vec<String>,
    /// Masters whose `/redirect` pointed elsewhere at the end of the run: `(asked, before, after)`.
    pub changed: Vec<(String, String, String)>,
    /// Why nobody says that the leader stayed the same during the run; `None` = at least one master does, or the files were imported.
    pub unconfirmed: Option<String>,
}

/// The master that a redirect names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// A master that was asked: its index.
    Asked(usize),
    /// A name that belongs to none of the masters that were asked, as far as their flags tell.
    Stranger(String),
}

impl Leadership {
    /// Derives it from redirects, metrics and flags of every master.
    pub fn new(snapshot: &Snapshot) -> Self {
        let names = Names::new(snapshot);
        let mut this = Self {
            elected: (0..)
                .zip(&snapshot.masters)
                .filter(|(_, m)| elected(m) == Some(true))
                .map(|(at, _)| at)
                .collect(),
            redirects: snapshot
                .masters
                .iter()
                .map(|m| m.redirect.known().map(|to| names.resolve(to)))
                .collect(),
            ..Self::default()
        };
        this.judge_end(snapshot, &names);
        this.judge_states(snapshot);
        this.judge_elected(snapshot);
        this.judge_redirects(snapshot);
        let pointed_at: BTreeSet<usize> = this
            .redirects
            .iter()
            .flatten()
            .filter_map(|to| match to {
                Target::Asked(at) => Some(*at),
                Target::Stranger(_) => None,
            })
            .collect();
        this.leading = match (this.elected.as_slice(), pointed_at.len()) {
            ([one], _) => Some(*one),
            ([], 1) => pointed_at.first().copied(),
            _ => None,
        };
        this
    }

    /// Whether the leader stayed the same. Only archives that were collected ask twice; imported files cannot tell.
    fn judge_end(&mut self, snapshot: &Snapshot, names: &Names) {
        let mut confirmed = false;
        let mut silent = None;
        for master in &snapshot.masters {
            let Some(before) = master.redirect.known() else {
                continue;
            };
            match &master.redirect_end {
                Observed::Known(after, _) if names.resolve(before) == names.resolve(after) => confirmed = true,
                Observed::Known(after, _) => {
                    self.changed.push((master.host.clone(), before.clone(), after.clone()));
                }
                Observed::Unknown(Why::NotCollected { .. }) if snapshot.origin.manifest.made_by == "import" => {
                    confirmed = true;
                }
                Observed::Unknown(why) => {
                    let sentence = format!(
                        "{} does not say who leads at the end of the run: {}",
                        master.host,
                        why.sentence()
                    );
                    silent.get_or_insert_with(|| sentence.clone());
                    self.uncertain.push(sentence);
                }
            }
        }
        self.unconfirmed = silent.filter(|_| !confirmed);
    }

    /// A second master that answers `/state` as the leader.
    fn judge_states(&mut self, snapshot: &Snapshot) {
        let Some(state) = snapshot.state.known() else { return };
        for other in &snapshot.other_states {
            if other.leader.as_deref() == Some(other.pid.as_str()) && other.pid != state.master.pid {
                self.contradictions.push(format!(
                    "{} and {} both answer /state as the leader",
                    state.master.pid, other.pid
                ));
            }
        }
    }

    fn judge_elected(&mut self, snapshot: &Snapshot) {
        let hosts = |list: &[usize]| {
            list.iter()
                .filter_map(|at| snapshot.masters.get(*at))
                .map(|m| m.host.clone())
                .collect::<Vec<_>>()
                .join(" and ")
        };
        let silent: Vec<&Master> = snapshot.masters.iter().filter(|m| elected(m).is_none()).collect();
        for master in &silent {
            self.uncertain.push(match master.metrics.why() {
                Some(why) => format!("{} does not say whether it is elected: {}", master.host, why.sentence()),
                None => format!("the metrics of {} have no `master/elected`", master.host),
            });
        }
        if self.elected.len() > 1 {
            self.contradictions
                .push(format!("{} both say that they are elected", hosts(&self.elected)));
        } else if self.elected.is_empty() && silent.is_empty() && !snapshot.masters.is_empty() {
            self.contradictions.push("no master says that it is elected".to_owned());
        }
    }

    fn judge_redirects(&mut self, snapshot: &Snapshot) {
        let mut by_target: BTreeMap<&Target, Vec<&str>> = BTreeMap::new();
        for (master, target) in snapshot.masters.iter().zip(&self.redirects) {
            match (target, master.redirect.why()) {
                (Some(target), _) => by_target.entry(target).or_default().push(&master.host),
                (None, Some(why)) => {
                    self.uncertain
                        .push(format!("{} does not say who leads: {}", master.host, why.sentence()));
                }
                (None, None) => {}
            }
        }
        let shown = |target: &Target| match target {
            Target::Asked(at) => snapshot.masters.get(*at).map(|m| m.host.clone()).unwrap_or_default(),
            Target::Stranger(name) => name.clone(),
        };
        let asked: Vec<&&Target> = by_target.keys().filter(|t| matches!(t, Target::Asked(_))).collect();
        let strangers: Vec<&&Target> = by_target.keys().filter(|t| matches!(t, Target::Stranger(_))).collect();
        if asked.len() > 1 {
            let views: Vec<String> = by_target
                .iter()
                .map(|(target, hosts)| format!("{} name {}", hosts.join(" and "), shown(target)))
                .collect();
            self.contradictions.push(format!(
                "the masters believe in different leaders: {}",
                views.join(", ")
            ));
        }
        for stranger in &strangers {
            let hosts = by_target
                .get(**stranger)
                .map(|hosts| hosts.join(" and "))
                .unwrap_or_default();
            self.uncertain.push(format!(
                "{hosts} name {} as leader, which is none of the masters that were asked, as far as their flags tell",
                shown(stranger)
            ));
        }
        // Where beliefs differ that is said already; one belief may still be wrong about the master it names.
        let [target] = asked.as_slice() else { return };
        if let Target::Asked(at) = target
            && !self.elected.is_empty()
            && !self.elected.contains(at)
            && snapshot.masters.get(*at).and_then(elected) == Some(false)
        {
            self.contradictions.push(format!(
                "{} is named as leader, and its own metrics say that it is not elected",
                shown(target)
            ));
        }
    }

    /// Why the leader did not, or may not, have stayed the same during the run.
    pub fn change(&self) -> Option<Why> {
        if let Some((asked, before, after)) = self.changed.first() {
            let detail = format!(
                "the leader changed while evidence was collected: {asked} named {before} first and {after} at the end"
            );
            return Some(Why::Doubtful { detail });
        }
        self.unconfirmed.clone().map(|detail| Why::Doubtful { detail })
    }
}

/// `master/elected`: `None` where the metrics are not known or do not say.
pub fn elected(master: &Master) -> Option<bool> {
    metric(&master.metrics, "master/elected").map(|value| value >= 1.0)
}

/// One number out of known metrics.
pub fn metric(metrics: &Observed<crate::snapshot::Metrics>, name: &str) -> Option<f64> {
    metrics
        .known()
        .and_then(|all| all.get(name))
        .copied()
        .filter(|value| value.is_finite())
}

/// A metric that counts things, as a count; `None` where it is not a whole number.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to be a whole number between 0 and 2^53 just before"
)]
pub fn count(metrics: &Observed<crate::snapshot::Metrics>, name: &str) -> Option<u64> {
    let value = metric(metrics, name)?;
    ((0.0..=9_007_199_254_740_992.0).contains(&value) && value.fract() == 0.0).then_some(value as u64)
}

/// Which names and addresses belong to which master that was asked: by host asked, flags, and `/state`.
#[derive(Debug, Default)]
pub struct Names {
    by_name: BTreeMap<String, usize>,
}

impl Names {
    /// Collects the names of every master.
    pub fn new(snapshot: &Snapshot) -> Self {
        let mut this = Self::default();
        for (at, master) in snapshot.masters.iter().enumerate() {
            this.add(&master.host, at);
            // The name of its folder of evidence, which is how `/state` says where it was read.
            let item = items::path(items::MESOS_MASTER, &master.host, items::STATE);
            this.add(item.split('/').nth(2).unwrap_or_default(), at);
        }
        for (at, master) in snapshot.masters.iter().enumerate() {
            let Some(flags) = master.flags.known() else { continue };
            let port = flags.get("port").map_or("5050", String::as_str);
            for name in ["hostname", "ip", "advertise_ip"] {
                if let Some(value) = flags.get(name).filter(|value| *value != "0.0.0.0") {
                    this.add(&format!("{value}:{port}"), at);
                }
            }
        }
        if let Some(state) = snapshot.state.known()
            && let Some(at) = this.by_name.get(&with_port(&state.host)).copied()
        {
            let address = state.master.pid.rsplit_once('@').map_or("", |(_, address)| address);
            this.add(address, at);
            if let (Some(hostname), Some((_, port))) = (&state.master.hostname, address.rsplit_once(':')) {
                this.add(&format!("{hostname}:{port}"), at);
            }
        }
        this
    }

    fn add(&mut self, name: &str, at: usize) {
        if !name.is_empty() {
            // The first owner of a name keeps it: hosts as asked come before what flags say.
            self.by_name.entry(with_port(name)).or_insert(at);
        }
    }

    /// The master of that name, if it was asked.
    pub fn index(&self, name: &str) -> Option<usize> {
        self.by_name.get(&with_port(name)).copied()
    }

    /// Every name and address of one master, without port, sorted.
    pub fn of(&self, at: usize) -> Vec<&str> {
        let all = self.by_name.iter().filter(|(_, owner)| **owner == at);
        let mut names: Vec<&str> = all
            .map(|(name, _)| name.rsplit_once(':').map_or(name.as_str(), |(bare, _)| bare))
            .collect();
        names.dedup();
        names
    }

    /// The master that was asked under this name, or the name itself.
    pub fn resolve(&self, name: &str) -> Target {
        self.index(name)
            .map_or_else(|| Target::Stranger(name.to_owned()), Target::Asked)
    }
}

/// Lower-case `host:port`, with the usual port where none is given.
fn with_port(name: &str) -> String {
    let name = name
        .trim()
        .trim_start_matches("//")
        .trim_end_matches('/')
        .to_ascii_lowercase();
    let has_port = name
        .rsplit_once(':')
        .is_some_and(|(_, port)| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()));
    if has_port { name } else { format!("{name}:5050") }
}
