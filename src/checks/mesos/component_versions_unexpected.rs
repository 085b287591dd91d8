//! `component-versions-unexpected`: Mesos, Marathon and ZooKeeper of another version than the DC/OS release ships. Never
//! guesses a release it does not know.

use crate::checks::shared::{only_on_dcos, short};
use crate::checks::{Check, Context, Saw};
use crate::knowledge::releases::{self, Release};
use crate::model::{
    Area, CheckMeta, Doc, EvidenceRef, Finding, Observed, Severity, Stage, Subject, SubjectKind, Version, items,
};

/// The check.
pub struct ComponentVersionsUnexpected;

static META: CheckMeta = CheckMeta {
    id: "component-versions-unexpected",
    area: Area::Mesos,
    title: "Mesos, Marathon and ZooKeeper are the versions of the DC/OS release",
    finding: "{component} on {name} is {version}; DC/OS {release} ships {expected} ({source})",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &[
        "data/dcos/*/dcos_version.json",
        "data/mesos-master/*/version.json",
        "data/mesos-master/*/state.json",
        "data/marathon/root/info.json",
    ],
    requirements: &[
        "S0-78", "S1-25", "S1-140", "S1-141", "S1-142", "S1-143", "S1-146", "S2-7", "S3-16",
    ],
    doc: Doc {
        what: "Masters, agents and the root Marathon report the version that the release in dcos-version.json ships. Numbers are \
               compared, suffixes are not. ZooKeeper is judged where its word mntr tells a version and a table has one. Metronome, Cosmos, \
               Edge-LB and the Enterprise plugins tell no version in what is captured (gonogo knowledge --list releases has \
               what the documents say). A release that is not in the table is UNKNOWN. Plain Mesos ships nothing.",
        why: "DC/OS supports only the bundled combination. A component of another version is a node that was not upgraded to the \
              end, or a change made by hand that the next upgrade will overwrite or stumble over.",
        by_hand: "curl -s http://MASTER/dcos-metadata/dcos-version.json; curl -s http://MASTER:5050/version | jq -r .version; \
                  curl -s http://MASTER:8080/v2/info | jq -r .version",
        remedy: "Find out which node was left behind (agent-version-skew, dcos-versions-mixed) and finish its upgrade. A hotfix \
                 from the vendor is a case for a waiver that names the support ticket.",
        sources: &[
            "dcos/dcos packages/*/buildinfo.json at the tag of each release (table in src/knowledge/data/releases.toml)",
            "DC/OS Upgrade FAQ & Workbook: version matrix; mesos-master --version equals the matrix",
        ],
    },
};

impl Check for ComponentVersionsUnexpected {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        if !only_on_dcos(context, "release", saw) {
            return;
        }
        let Some(release) = release(context, saw) else { return };
        let mut judged = 0;
        let snapshot = context.facts.snapshot;
        let mut judge =
            |saw: &mut Saw, what: &str, subject: Subject, version: &str, expected: &[String], at: EvidenceRef| {
                judged += 1;
                if !expected
                    .iter()
                    .any(|expected| releases::same_numbers(expected, version))
                {
                    saw.fire(
                        Finding::about(subject)
                            .with("component", what)
                            .with("version", version)
                            .with("release", release.dcos.to_string())
                            .with("expected", expected.join(" or "))
                            .with("source", release.sources.first().cloned().unwrap_or_default())
                            .with("key", what)
                            .seen_at(at),
                    );
                }
            };
        for master in &snapshot.masters {
            match &master.version {
                Observed::Known(version, at) => {
                    let subject = Subject::new(SubjectKind::Master, &master.host, short(&master.host, "5050"));
                    judge(
                        saw,
                        "Mesos",
                        subject,
                        &version.to_string(),
                        &release.mesos,
                        at.at("/version").quoting(version),
                    );
                }
                Observed::Unknown(why) => saw.unknown(why),
            }
        }
        match context.facts.agents_seen() {
            Ok(agents) => {
                agents.doubts.iter().for_each(|why| saw.unknown(why));
                for agent in agents.items {
                    let subject = Subject::new(SubjectKind::Agent, &agent.id, &agent.hostname);
                    let at = agent.at.at(format!("{}/version", agent.at.pointer));
                    match &agent.version {
                        Some(version) => judge(saw, "Mesos", subject, version, &release.mesos, at.quoting(version)),
                        None => {
                            saw.unknown_because(format!("the Mesos version of agent {} is not known", agent.hostname));
                        }
                    }
                }
            }
            Err(why) => saw.unknown(why),
        }
        match snapshot.marathons.iter().find(|marathon| marathon.root) {
            Some(root) => match root.info.get() {
                Ok((info, at)) => {
                    let subject = Subject::named(SubjectKind::Marathon, &root.name);
                    let text = &info.version_text;
                    judge(
                        saw,
                        "Marathon",
                        subject,
                        text,
                        &release.marathon,
                        at.at("/version").quoting(text),
                    );
                }
                Err(why) => saw.unknown(why),
            },
            None => saw.unknown_because(format!(
                "the root Marathon was not asked ({} is not in the archive)",
                items::path(items::MARATHON, "root", items::MARATHON_INFO)
            )),
        }
        let shipped = context.knowledge.shipped(&release.dcos, "zookeeper");
        let expected: Vec<String> = shipped.iter().map(|(version, _)| (*version).to_owned()).collect();
        for server in &snapshot.zookeepers {
            // `3.4.10-39d3a4f269333c922ed3db283be479f9deacaa0f, built on 03/23/2017 10:13 GMT`
            let said = server.mntr.get().ok();
            let version = said.and_then(|(values, at)| Some((values.get("zk_version")?, at)));
            if let Some((version, at)) = version.filter(|_| !expected.is_empty()) {
                let subject = Subject::named(SubjectKind::Node, short(&server.host, "2181"));
                judge(
                    saw,
                    "ZooKeeper",
                    subject,
                    version,
                    &expected,
                    at.clone().quoting(version),
                );
            }
        }
        if judged > 0 {
            saw.judged(judged, "components");
        }
    }
}

/// The release of the cluster, if its nodes agree on one and the table has it.
fn release<'a>(context: &Context<'a>, saw: &mut Saw) -> Option<&'a Release> {
    let versions = &context.facts.snapshot.dcos.versions;
    let known: Vec<&Version> = versions.iter().filter_map(|(_, version)| version.known()).collect();
    let Some(first) = known.first() else {
        match versions.iter().find_map(|(_, version)| version.why()) {
            Some(why) => saw.unknown(why),
            None => saw.unknown_because("no node reports a DC/OS version"),
        }
        return None;
    };
    if known.iter().any(|version| version != first) {
        saw.unknown_because("the nodes report different DC/OS versions, so no one release can be expected");
        return None;
    }
    let release = context.knowledge.release(first);
    if release.is_none() {
        saw.unknown_because(format!(
            "DC/OS {first} is not in the table of releases: what it ships is not known"
        ));
    }
    release
}
