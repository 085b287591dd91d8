//! `leader-views-disagree`: masters that do not agree on who leads. Never guesses the leader.

use crate::checks::{Check, Context, Saw};
use crate::facts::leader::{Target, elected};
use crate::model::{Area, CheckMeta, Doc, EvidenceRef, Finding, Severity, Stage, Subject, items};

/// The check.
pub struct LeaderViewsDisagree;

static META: CheckMeta = CheckMeta {
    id: "leader-views-disagree",
    area: Area::Cluster,
    title: "every master names the same leader, and that one is elected",
    finding: "the masters do not agree on a leader: {views}",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &[
        "data/mesos-master/*/redirect.txt",
        "data/mesos-master/*/metrics_snapshot.json",
    ],
    requirements: &["S0-17", "S1-81", "S1-90"],
    doc: Doc {
        what: "/redirect of every master points to the same master, `master/elected` is 1 on exactly that one, and the \
               leader is the same at the end of the run as at its beginning. Names are compared by what the masters' flags say \
               about their addresses.",
        why: "Two leaders, or none, mean that ZooKeeper is split or an election is going on. Whatever one of them \
              answers is not the cluster, and an upgrade step now would be taken on top of a failure.",
        by_hand: "for m in MASTERS; do curl -sI http://$m:5050/redirect | grep -i ^location; \
                  curl -s http://$m:5050/metrics/snapshot | jq '.\"master/elected\"'; done",
        remedy: "Wait until the election is over and collect again. If it lasts, look at ZooKeeper first (Exhibitor status, \
                 srvr on every server), then at the logs of the masters (journalctl -u dcos-mesos-master).",
        sources: &[
            "apache/mesos docs/high-availability.md and docs/monitoring.md (master/elected: 1 on exactly one master)",
            "apache/mesos src/master/http.cpp 1.5.1 (/redirect)",
        ],
    },
};

impl Check for LeaderViewsDisagree {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let snapshot = context.facts.snapshot;
        let leadership = &context.facts.cluster.leadership;
        for sentence in &leadership.uncertain {
            saw.unknown_because(sentence.clone());
        }
        if let Some(why) = leadership.change() {
            saw.unknown(&why);
        }
        if let Some(state) = snapshot.state.known()
            && let Some(leader) = &state.master.leader
            && *leader != state.master.pid
        {
            saw.unknown_because(format!(
                "{} answered /state as {} and names {leader} as leader",
                state.host, state.master.pid
            ));
        }
        for sentence in &leadership.contradictions {
            let mut finding = Finding::about(Subject::cluster())
                .with("views", sentence.clone())
                .with("key", sentence.clone());
            for master in &snapshot.masters {
                let item = |name| EvidenceRef::item(items::path(items::MESOS_MASTER, &master.host, name));
                if let Some(to) = master.redirect.known() {
                    finding = finding.seen_at(item(items::REDIRECT).quoting(to));
                }
                if let Some(elected) = elected(master) {
                    finding = finding.seen_at(item(items::METRICS).at("/master~1elected").quoting(u8::from(elected)));
                }
            }
            saw.fire(finding);
        }
        if snapshot.masters.is_empty() {
            saw.unknown_because("no master was asked");
        }
        let agrees = |to: &&Option<Target>| matches!(to, Some(Target::Asked(at)) if Some(*at) == leadership.leading);
        let agreeing = leadership.redirects.iter().filter(agrees).count();
        if agreeing > 0 {
            saw.judged(agreeing, "masters");
        }
        if let Some(leader) = context.facts.leading_master() {
            saw.looked_at(&EvidenceRef::item(items::path(
                items::MESOS_MASTER,
                &leader.host,
                items::REDIRECT,
            )));
        }
    }
}
