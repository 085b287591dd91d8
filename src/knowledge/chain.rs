//! Chains of steps from one version to another, of supported steps only. Never takes silence of the documents for support.
//!
//! Recommended: a chain that a document prints for this very pair; else every line is left from the latest release from which
//! it can be left, and among such chains the shortest. Shortest: the fewest steps. What is
//! equal is decided by fewer disagreements, then by later releases, so that the same question has the same answer.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::Knowledge;
use super::hops::{Classified, Product, Statement};
use super::paths::Scenario;
use crate::model::{Line, Version};

/// Which chain is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Prefer {
    /// From latest release to latest release.
    Recommended,
    /// The fewest steps.
    Shortest,
}

/// A release that may stand in the place of another one of the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alternative {
    /// Release of the chain.
    pub instead_of: Version,
    /// Release that may stand there.
    pub version: Version,
    /// Who says so, or why it fits as well.
    pub said: Statement,
}

/// Steps that lead from one version to another, each of them supported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chain {
    /// The steps, in order.
    pub hops: Vec<Classified>,
    /// Other releases for places between first and last.
    pub alternatives: Vec<Alternative>,
    /// Where the chain as a whole comes from.
    pub because: Statement,
}

/// Why there is no chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoChain {
    /// Every way has a step that the documents rule out.
    Unsupported {
        /// Why, in one sentence.
        why: String,
        /// The judgement of the direct step.
        direct: Box<Classified>,
    },
    /// A way may exist, but the documents do not say.
    Silent {
        /// What they do not say, in one sentence.
        why: String,
        /// The judgement of the direct step.
        direct: Box<Classified>,
    },
}

/// What a way costs: the first difference decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Cost(u32, u32, u32);

impl Cost {
    fn plus(self, other: Self) -> Self {
        Self(self.0 + other.0, self.1 + other.1, self.2 + other.2)
    }
}

impl Knowledge {
    /// The chain from one version to another.
    ///
    /// # Errors
    /// There is none, or the documents do not say: with the reason and the judgement of the direct step.
    pub fn chain(&self, product: Product, from: &Version, to: &Version, prefer: Prefer) -> Result<Chain, NoChain> {
        let direct = self.classify(product, from, to);
        if to <= from {
            return match direct.supported {
                Some(true) => Ok(self.as_chain(product, vec![direct], prefer)),
                Some(false) => Err(NoChain::Unsupported {
                    why: direct.why.clone(),
                    direct: Box::new(direct),
                }),
                None => Err(NoChain::Silent {
                    why: direct.why.clone(),
                    direct: Box::new(direct),
                }),
            };
        }
        if product == Product::Dcos
            && prefer == Prefer::Recommended
            && let Some(chain) = self.printed(from, to)
        {
            return Ok(chain);
        }
        let nodes = self.nodes(product, from, to);
        if let Some(path) = self.best(product, &nodes, prefer, false) {
            let hops = steps(&path).map(|(a, b)| self.classify(product, a, b)).collect();
            return Ok(self.as_chain(product, hops, prefer));
        }
        Err(match self.best(product, &nodes, prefer, true) {
            Some(path) => {
                let gap = steps(&path)
                    .map(|(a, b)| self.classify(product, a, b))
                    .find(|hop| hop.supported.is_none());
                NoChain::Silent {
                    why: gap.map_or_else(|| direct.why.clone(), |gap| gap.why),
                    direct: Box::new(direct),
                }
            }
            None => NoChain::Unsupported {
                why: format!(
                    "every way from {from} to {to} has a step that the documents rule out; the direct one: {}",
                    direct.why
                ),
                direct: Box::new(direct),
            },
        })
    }

    /// The chain that a document prints for this pair, or that it gives by naming another release for one place.
    fn printed(&self, from: &Version, to: &Version) -> Option<Chain> {
        let (scenario, path) = self.paths.scenarios.iter().find_map(|scenario| {
            (scenario.path.first() == Some(from)).then_some(())?;
            let ends = scenario.path.last()?;
            if ends == to {
                return Some((scenario, scenario.path.clone()));
            }
            let or = scenario
                .or
                .as_ref()
                .filter(|or| or.instead_of == *ends && or.takes == *to)?;
            let mut path = scenario.path.clone();
            path.pop();
            path.push(or.takes.clone());
            Some((scenario, path))
        })?;
        let hops: Vec<Classified> = steps(&path).map(|(a, b)| self.classify(Product::Dcos, a, b)).collect();
        // A site's own file may rule out a step that a document prints.
        if hops.iter().any(|hop| hop.supported != Some(true)) {
            return None;
        }
        Some(Chain {
            alternatives: self.also_named(scenario, &path),
            because: Statement {
                says: format!("scenario {}: {}", scenario.number, scenario.title),
                source: self.documents_named(&scenario.sources),
            },
            hops,
        })
    }

    fn also_named(&self, scenario: &Scenario, path: &[Version]) -> Vec<Alternative> {
        let Some(or) = &scenario.or else { return Vec::new() };
        let ends = path.last();
        let between = path.contains(&or.instead_of) && ends != Some(&or.instead_of) && ends != Some(&or.takes);
        let named = between.then(|| Alternative {
            instead_of: or.instead_of.clone(),
            version: or.takes.clone(),
            said: Statement {
                says: or.text.clone(),
                source: self.documents_named(&scenario.sources),
            },
        });
        named.into_iter().collect()
    }

    fn as_chain(&self, product: Product, hops: Vec<Classified>, prefer: Prefer) -> Chain {
        let says = match prefer {
            Prefer::Recommended => "every step is supported; each line is left from its latest release",
            Prefer::Shortest => "every step is supported; no chain has fewer steps",
        };
        Chain {
            alternatives: self.alternatives(product, &hops),
            because: Statement {
                says: says.to_owned(),
                source: "the statements of the steps".to_owned(),
            },
            hops,
        }
    }

    /// Releases of the same line that fit in a place as well: both steps supported, and left from no earlier a release.
    fn alternatives(&self, product: Product, hops: &[Classified]) -> Vec<Alternative> {
        let mut all = Vec::new();
        for (before, after) in hops.iter().zip(hops.iter().skip(1)) {
            let (from, place, to) = (&before.from, &before.to, &after.to);
            let distance = self.distance(product, place, to);
            for other in self.nodes(product, from, to) {
                let fits = other.line() == place.line()
                    && other != *place
                    && other != *from
                    && other != *to
                    && self.distance(product, &other, to) <= distance
                    && self.classify(product, from, &other).supported == Some(true)
                    && self.classify(product, &other, to).supported == Some(true);
                if fits {
                    all.push(Alternative {
                        instead_of: place.clone(),
                        version: other,
                        said: Statement {
                            says: "both steps are supported with it as well".to_owned(),
                            source: "the statements of the steps".to_owned(),
                        },
                    });
                }
            }
        }
        all
    }

    /// Versions that a way may touch, in order, first and last included.
    fn nodes(&self, product: Product, from: &Version, to: &Version) -> Vec<Version> {
        let mut nodes: Vec<Version> = match product {
            Product::Dcos => self.releases.iter().map(|release| release.dcos.clone()).collect(),
            Product::Mesos => {
                let whole = from.patch.is_none() || to.patch.is_none();
                let lines = self.paths.mesos.lines.iter();
                lines
                    .flat_map(|known| {
                        let Line { major, minor } = known.line;
                        let patches: Vec<Option<u32>> = if whole {
                            vec![None]
                        } else {
                            known.patches.iter().copied().map(Some).collect()
                        };
                        patches.into_iter().map(move |patch| Version {
                            major,
                            minor,
                            patch,
                            suffix: None,
                        })
                    })
                    // Beside a release given in full its own line is not a place of its own.
                    .filter(|node| node.patch.is_some() || (node.line() != from.line() && node.line() != to.line()))
                    .collect()
            }
        };
        nodes.retain(|node| node > from && node < to);
        nodes.insert(0, from.clone());
        nodes.push(to.clone());
        nodes
    }

    /// The cheapest way from the first node to the last; `silent` = steps that no document speaks about may be used.
    fn best(&self, product: Product, nodes: &[Version], prefer: Prefer, silent: bool) -> Option<Vec<Version>> {
        let mut ways: Vec<(&Version, Cost, Vec<&Version>)> = Vec::new();
        let (last, before) = nodes.split_last()?;
        ways.push((last, Cost(0, 0, 0), vec![last]));
        for node in before.iter().rev() {
            let mut best: Option<(Cost, &Vec<&Version>)> = None;
            for (next, rest, way) in &ways {
                let hop = self.classify(product, node, next);
                let usable = hop.supported == Some(true) || (silent && hop.supported.is_none());
                if !usable {
                    continue;
                }
                let distance = self.distance(product, node, next);
                let disputed = u32::from(!hop.disagreement.is_empty());
                let step = match prefer {
                    Prefer::Recommended => Cost(distance, 1, disputed),
                    Prefer::Shortest => Cost(1, distance, disputed),
                };
                let cost = step.plus(*rest);
                let better = best.as_ref().is_none_or(|(known, way_known)| {
                    match cost.cmp(known) {
                        Ordering::Less => true,
                        // Of equal ones the later releases.
                        Ordering::Equal => way > *way_known,
                        Ordering::Greater => false,
                    }
                });
                if better {
                    best = Some((cost, way));
                }
            }
            if let Some((cost, way)) = best {
                let way = std::iter::once(node).chain(way.iter().copied()).collect();
                ways.push((node, cost, way));
            }
        }
        let first = nodes.first()?;
        let (_, _, way) = ways.iter().find(|(node, _, _)| *node == first)?;
        Some(way.iter().map(|version| (*version).clone()).collect())
    }

    /// How many newer releases of its line a step to another line leaves unused.
    fn distance(&self, product: Product, from: &Version, to: &Version) -> u32 {
        if from.line() == to.line() {
            return 0;
        }
        let newer = match product {
            Product::Dcos => {
                let of_line = self
                    .releases
                    .iter()
                    .filter(|release| release.dcos.line() == from.line());
                of_line.filter(|release| release.dcos > *from).count()
            }
            Product::Mesos => self
                .paths
                .mesos
                .lines
                .iter()
                .find(|known| known.line == Line::from(from))
                .zip(from.patch)
                .map_or(0, |(known, patch)| {
                    known.patches.iter().filter(|other| **other > patch).count()
                }),
        };
        u32::try_from(newer).unwrap_or(u32::MAX)
    }
}

fn steps(path: &[Version]) -> impl Iterator<Item = (&Version, &Version)> {
    path.iter().zip(path.iter().skip(1))
}
