//! Metronome: its jobs, through Admin Router (its own port differs between releases).

use crate::model::items;

use super::super::discovery::Kind;
use super::super::endpoints::{self, Asked};
use super::super::engine::Context;
use super::super::step::{Call, Step};

/// One step on DC/OS; on plain Mesos the record that it does not apply.
pub fn steps(ctx: &Context) -> Vec<Step> {
    let kind = ctx.known.kind(&ctx.targets);
    let Some(router) = ctx.targets.routers().into_iter().next() else {
        return Vec::new();
    };
    let base = router.below("/service/metronome");
    let calls: Vec<Call> = endpoints::of(items::METRONOME, Asked::Metronome)
        .map(|endpoint| Call::new(endpoint, &base))
        .collect();
    let label = base.label(items::METRONOME);
    match kind {
        Kind::Dcos => vec![Step::calls(items::METRONOME, &label, calls)],
        Kind::Mesos(why) => super::dcos::not_applicable(items::METRONOME, &label, calls, &why),
        Kind::Unknown => super::dcos::not_asked(items::METRONOME, &label, calls),
    }
}
