//! The plan: which hops lead from one version to another, and what is done in each of them, in order. Made of what the
//! documents say and, where an archive is given, of the names of its masters. Never runs anything, never asks a cluster.

mod changes;
mod checks;
mod cluster;
mod dcos;
mod manual;
mod mesos;
mod way;
mod which;

use serde::{Deserialize, Serialize};

use crate::knowledge::Knowledge;
use crate::knowledge::guide::Order;
use crate::knowledge::hops::{Disagreement, HopKind, Product, Statement};
use crate::knowledge::ledger::ExpectedChange;
use crate::knowledge::procedure::{Each, Gate, Place};
use crate::knowledge::signoffs::Edition;
use crate::model::Version;

pub use cluster::{Agents, Cluster};
pub use which::{Chosen, NotKnown, choose};

/// Format number of the JSON plan.
pub const FORMAT: &str = "gonogo-plan/1";

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Request {
    /// Whose versions, and who said so.
    pub chosen: Chosen,
    /// Version that runs.
    pub from: Version,
    /// Version to be reached.
    pub to: Version,
    /// Judge the direct step only.
    pub direct: bool,
    /// Edition of DC/OS, where known.
    pub edition: Option<Edition>,
    /// Masters and agents of an archive.
    pub cluster: Option<Cluster>,
}

/// A whole plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// [`FORMAT`].
    pub format: String,
    /// Whose versions.
    pub product: Product,
    /// Who said so.
    pub product_because: String,
    /// Version that runs.
    pub from: Version,
    /// Version to be reached.
    pub to: Version,
    /// Edition of DC/OS; none = not known, steps of both are listed.
    pub edition: Option<Edition>,
    /// Only the direct step was judged.
    pub direct: bool,
    /// Whether every hop is supported; none = the documents do not say.
    pub supported: Option<bool>,
    /// Why, in one or two sentences.
    pub why: String,
    /// Ways of supported hops.
    pub chains: Chains,
    /// The cluster of the archive.
    pub cluster: Option<Cluster>,
    /// The hops of the recommended chain, or the direct one.
    pub hops: Vec<Hop>,
    /// What the reader must know besides: the site's own file that was used.
    pub remarks: Vec<String>,
    /// Knowledge that was used.
    pub knowledge: Revision,
    /// Program that made the plan.
    pub tool: Tool,
}

/// Ways from the first to the last version; empty = there is none of supported hops.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Chains {
    /// From latest release to latest release, or as a document prints it.
    pub recommended: Vec<Version>,
    /// The fewest hops.
    pub shortest: Vec<Version>,
    /// Where the recommended one comes from.
    pub because: Option<Statement>,
    /// Releases that may stand in the place of another one of the recommended chain.
    pub alternatives: Vec<Alternative>,
    /// Where there is no chain: the one to the next later release of the same line that has one.
    pub instead: Vec<Version>,
}

/// A release that may stand in the place of another one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names are those of `knowledge::chain::Alternative`")]
pub struct Alternative {
    pub instead_of: Version,
    pub version: Version,
    pub says: String,
    pub source: String,
}

/// One hop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hop {
    /// Version before.
    pub from: Version,
    /// Version after.
    pub to: Version,
    /// Kind.
    pub kind: HopKind,
    /// Whether the documents support it; none = they do not say.
    pub supported: Option<bool>,
    /// Why, in one sentence.
    pub why: String,
    /// What the documents say.
    pub sources: Vec<Statement>,
    /// Where they disagree.
    pub disagreement: Vec<Disagreement>,
    /// Versions of the components, before and after, where known.
    pub components: Vec<Component>,
    /// Plain Mesos: what is said about the order of the steps.
    pub order: Option<Ordered>,
    /// Steps in order; empty for a hop that is not supported.
    pub steps: Vec<Step>,
    /// Checks that gonogo runs before and after.
    pub checks: Vec<CheckRun>,
    /// What only people can answer.
    pub manual: Vec<Manual>,
    /// What the hop itself changes.
    pub expected_changes: Vec<ExpectedChange>,
}

/// A component and its versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Component {
    pub name: String,
    pub from: String,
    pub to: String,
}

/// What is said about the order of the steps of a Mesos hop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ordered {
    /// `documented`, `free`, `inherited`.
    pub said: Order,
    /// The same in words.
    pub words: String,
    /// What to mind.
    pub notes: Vec<String>,
    /// Where the order stands.
    pub sources: Vec<String>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Number within the hop, from 1.
    pub n: usize,
    /// Stable id.
    pub id: String,
    /// `decide`, `gather`, `back-up`, `bootstrap`, `masters`, `marathon`, `private-agents`, `public-agents`, `validate`,
    /// `trouble`; on plain Mesos `gather`, `upgrade`, `validate`.
    pub phase: String,
    /// On what it is done.
    pub each: Each,
    /// Names of what it is done on, in order, where an archive names them: masters, the leader last.
    pub nodes: Vec<String>,
    /// How many nodes it is done on, where an archive says.
    pub count: Option<usize>,
    /// Component of plain Mesos.
    pub component: Option<String>,
    /// What the guide says to mind at this step, or what the archive shows for it.
    pub note: Option<String>,
    /// Edition it is for, where the plan is for both.
    pub edition: Option<Edition>,
    /// One line.
    pub title: String,
    /// Why and how.
    pub text: String,
    /// Lines to type; gonogo runs none of them.
    pub commands: Vec<Command>,
    /// What must be seen before going on.
    pub gate: Option<Gate>,
    /// Items of the vendor's documents that it answers.
    pub requirements: Vec<String>,
    /// Sign-off items that stand behind those.
    pub signoffs: Vec<String>,
    /// Where it stands.
    pub sources: Vec<String>,
    /// Where documents disagree about it.
    pub disagreement: Vec<Disagreement>,
}

/// A line to type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Command {
    pub run: String,
    pub on: Place,
    /// It changes the cluster, a node or the bootstrap node.
    pub changes: bool,
    /// Edition it is for, where the plan is for both.
    pub edition: Option<Edition>,
}

/// A check that gonogo runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckRun {
    /// Id.
    pub id: String,
    /// The good state.
    pub title: String,
    /// `before` (also after) or `after`.
    pub when: When,
}

/// Before or after the hop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum When {
    Before,
    After,
    BeforeAndAfter,
}

/// What kind of item a person has to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ManualKind {
    /// A warning of the vendor about this hop.
    Advisory,
    /// A rule of an upgrade guide that evidence does not settle.
    Rule,
    /// A sign-off item.
    Signoff,
    /// An image that the site's own file names.
    Image,
}

/// What only people can answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manual {
    /// Stable id.
    pub id: String,
    /// What kind.
    pub kind: ManualKind,
    /// When.
    pub when: When,
    /// Not to be left open.
    pub blocking: bool,
    /// The item in words.
    pub text: String,
    /// How to find out.
    pub how: Option<String>,
    /// Items of the vendor's documents that it answers.
    pub requirements: Vec<String>,
    /// Where it stands.
    pub sources: Vec<String>,
}

/// Knowledge that was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Revision {
    pub revision: String,
}

/// Program that made the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Tool {
    pub name: String,
    pub version: String,
}

/// Makes the plan.
pub fn make(knowledge: &Knowledge, request: &Request) -> Plan {
    let product = request.chosen.product;
    let way = way::find(knowledge, product, &request.from, &request.to, request.direct);
    let hops = way.hops.iter().map(|hop| planned(knowledge, request, hop)).collect();
    Plan {
        format: FORMAT.to_owned(),
        product,
        product_because: request.chosen.because.clone(),
        from: request.from.clone(),
        to: request.to.clone(),
        edition: request.edition,
        direct: request.direct,
        supported: way.supported,
        why: way.why,
        chains: way.chains,
        cluster: request.cluster.clone(),
        hops,
        remarks: Vec::new(),
        knowledge: Revision {
            revision: knowledge.revision().to_owned(),
        },
        tool: Tool {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
    }
}

fn planned(knowledge: &Knowledge, request: &Request, judged: &crate::knowledge::hops::Classified) -> Hop {
    let mut hop = Hop {
        from: judged.from.clone(),
        to: judged.to.clone(),
        kind: judged.kind,
        supported: judged.supported,
        why: judged.why.clone(),
        sources: judged.sources.clone(),
        disagreement: judged.disagreement.clone(),
        components: changes::components(knowledge, judged),
        order: None,
        steps: Vec::new(),
        checks: Vec::new(),
        manual: Vec::new(),
        expected_changes: Vec::new(),
    };
    // What must not be done is not described as if it could be.
    if judged.supported == Some(false) {
        return hop;
    }
    match judged.product {
        Product::Dcos => hop.steps = dcos::steps(knowledge, request, judged),
        Product::Mesos => (hop.order, hop.steps) = mesos::steps(knowledge, request, judged),
    }
    for step in &mut hop.steps {
        step.signoffs = manual::signoffs(knowledge, &step.requirements, request.edition, judged);
    }
    hop.checks = checks::of(judged.product);
    hop.manual = manual::items(knowledge, request.edition, judged);
    hop.expected_changes = changes::expected(knowledge, judged);
    hop
}
