//! `registrar-not-recovered`: masters whose registry is not recovered, an elected one without quorum among them. Never believes `/health` or `/state` alone.

use crate::checks::shared::short;
use crate::checks::{Check, Context, Saw};
use crate::facts::leader::{elected, metric};
use crate::facts::visibility::without_quorum;
use crate::model::{Area, CheckMeta, Doc, EvidenceRef, Finding, Observed, Severity, Stage, Subject, SubjectKind};
use crate::snapshot::Master;

/// The check.
pub struct RegistrarNotRecovered;

static META: CheckMeta = CheckMeta {
    id: "registrar-not-recovered",
    area: Area::Mesos,
    title: "the registry of every master is recovered, and the leader has its quorum",
    finding: "master {name}: {what}",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &[
        "data/mesos-master/*/metrics_snapshot.json",
        "data/mesos-master/*/registrar_registry.json",
    ],
    requirements: &["S0-28", "S0-71", "S0-76", "S1-132", "S3-10"],
    doc: Doc {
        what: "`registrar/log/recovered` is 1 on every master, and the elected master has read its registry: it is not `{}`, \
               and `registrar/registry_size_bytes` is there. An elected master without quorum answers 200 to /health and \
               /state with `recovered` 1, and knows no agent.",
        why: "A master that has not recovered cannot take over, and one without quorum can neither admit agents nor \
              schedule: taking the next master down ends the cluster's ability to elect a working leader.",
        by_hand: "for m in MASTERS; do curl -s http://$m:5050/metrics/snapshot \
                  | jq '.\"registrar/log/recovered\", .\"registrar/registry_size_bytes\", .\"master/elected\"'; \
                  curl -s 'http://'$m':5050/registrar(1)/registry' | head -c 200; done",
        remedy: "Wait until the master has caught up. If it does not, look for the other masters first (a quorum must be \
                 there), then at ZooKeeper and at journalctl -u dcos-mesos-master. Do not start the next master.",
        sources: &[
            "DC/OS 1.11 patching and upgrading pages: registrar/log/recovered equals 1 on each master",
            "apache/mesos docs/monitoring.md and src/master/registrar.cpp (registry_size_bytes is set when the registry has been read)",
            "genuine capture of Mesos 1.5.3 with two of three masters dead",
        ],
    },
};

const RECOVERED: &str = "registrar/log/recovered";
const SIZE: &str = "registrar/registry_size_bytes";

impl Check for RegistrarNotRecovered {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let masters = &context.facts.snapshot.masters;
        let mut judged = 0;
        for master in masters {
            match &master.metrics {
                Observed::Known(_, at) => {
                    judged += 1;
                    saw.looked_at(at);
                    judge(master, at, saw);
                }
                Observed::Unknown(why) => saw.unknown(why),
            }
        }
        if !masters.iter().any(|master| elected(master) == Some(true)) {
            saw.unknown_because("no master is known to be elected, so nobody's registry is the one in force");
        }
        if judged > 0 {
            saw.judged(judged, "masters");
        }
    }
}

fn judge(master: &Master, metrics: &EvidenceRef, saw: &mut Saw) {
    let fire = |what: &str, at| {
        let subject = Subject::new(SubjectKind::Master, &master.host, short(&master.host, "5050"));
        Finding::about(subject).with("what", what).with("key", what).seen_at(at)
    };
    match metric(&master.metrics, RECOVERED) {
        Some(value) if value >= 1.0 => {}
        Some(value) => {
            let at = metrics.at("/registrar~1log~1recovered").quoting(value);
            saw.fire(fire("its replica of the registry log has not recovered", at));
        }
        None => saw.unknown_because(format!("the metrics of {} have no `{RECOVERED}`", master.host)),
    }
    if let Some((_, at)) = without_quorum(master) {
        saw.fire(fire(
            "elected without a quorum: its registry is empty, although it answers 200 everywhere",
            at,
        ));
        return;
    }
    match &master.registry {
        Observed::Known(_, at) => saw.looked_at(at),
        Observed::Unknown(why) => saw.unknown(why),
    }
    // On its own this may be a Mesos that does not count bytes yet: the registry itself decides.
    let leads = elected(master) == Some(true);
    if leads && metric(&master.metrics, SIZE).is_none() && !master.registry.is_known() {
        saw.unknown_because(format!("{} is elected, and its metrics have no `{SIZE}`", master.host));
    }
}
