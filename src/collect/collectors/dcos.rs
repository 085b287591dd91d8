//! DC/OS itself: version, health, packages, licence status, through Admin Router.
//!
//! On plain Mesos nothing is asked: records say that it does not apply, and why.

use crate::model::{Outcome, items};

use super::super::discovery::Kind;
use super::super::endpoints::{self, Asked};
use super::super::engine::Context;
use super::super::step::{Call, Step};

/// One step per Admin Router; the first is asked for what is the same on all.
pub fn steps(ctx: &Context) -> Vec<Step> {
    let kind = ctx.known.kind(&ctx.targets);
    let mut steps = Vec::new();
    for (at, router) in ctx.targets.routers().iter().enumerate() {
        let label = router.label(items::DCOS);
        let calls: Vec<Call> = endpoints::ALL
            .iter()
            .filter(|endpoint| endpoint.source == items::DCOS)
            .filter(|endpoint| at == 0 || endpoint.asked == Asked::EachRouter)
            .map(|endpoint| Call::new(endpoint, router))
            .collect();
        match &kind {
            Kind::Dcos => steps.push(Step::calls(items::DCOS, &label, calls)),
            Kind::Mesos(why) => steps.extend(not_applicable(items::DCOS, &label, calls, why)),
            Kind::Unknown => steps.extend(not_asked(items::DCOS, &label, calls)),
        }
    }
    steps
}

/// Records of a DC/OS source on a cluster that is none.
pub(super) fn not_applicable(source: &'static str, label: &str, calls: Vec<Call>, why: &str) -> Vec<Step> {
    left(source, label, calls, Outcome::NotApplicable, why)
}

/// Records of a DC/OS source on a cluster of which nobody knows what it is.
pub(super) fn not_asked(source: &'static str, label: &str, calls: Vec<Call>) -> Vec<Step> {
    let why = "not asked: no master showed its flags, so it is not known whether this is DC/OS (say --kind dcos or --kind mesos)";
    left(source, label, calls, Outcome::Failed, why)
}

fn left(source: &'static str, label: &str, calls: Vec<Call>, outcome: Outcome, why: &str) -> Vec<Step> {
    let planned = calls.into_iter().map(|call| call.optional().planned).collect();
    vec![Step::without_asking(source, label, planned, outcome, why)]
}
