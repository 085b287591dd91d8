//! Writes the synthetic pair: the answers as plain files (for servers and gzip), and the archives made of them.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Duration, Utc};
use gonogo::archive::{Container, Staging, Target, format, writer};
use gonogo::model::manifest::{ClusterKind, Expected};
use gonogo::model::{Evidence, Manifest, Outcome, Phase, items};

use crate::cluster::{self, MASTERS, Moment, Shape};

/// One archive with the plain files it was made of.
pub struct Side {
    /// The archive.
    pub archive: PathBuf,
    /// Folder of the plain files, by payload path.
    pub files: PathBuf,
    /// Bytes of all answers.
    pub bytes: u64,
    /// Bytes of `/state`.
    pub state: u64,
}

/// Writes one side below `folder`.
pub fn write(folder: &Path, name: &str, phase: Phase, shape: &Shape, moment: &Moment) -> Side {
    let files = folder.join(name);
    let mut side = Files {
        root: files.clone(),
        // Fixed, so that the same seed gives the same archive.
        at: DateTime::<Utc>::from_timestamp(i64::try_from(moment.start).unwrap() + 90_000, 0).unwrap(),
        evidence: Vec::new(),
        bytes: 0,
    };
    let state = side.all(shape, moment);
    let archive = folder.join(format!("{name}.tar.gz"));
    let target = Target::new(&archive, Container::TarGz, false).unwrap();
    let staging = Staging::beside(&target).unwrap();
    for record in &side.evidence {
        staging.adopt(&record.item, &files.join(&record.item), 4 << 30).unwrap();
    }
    let agents = (0..shape.agents)
        .map(|agent| format!("{}:5051", Shape::address(agent)))
        .collect();
    let manifest = Manifest {
        format: format::FORMAT.to_owned(),
        phase,
        tool: "gonogo benchmark".to_owned(),
        made_by: "import".to_owned(),
        started_at: side.at - Duration::minutes(2),
        finished_at: side.at + Duration::minutes(2),
        reason: None,
        ticket: None,
        operator: None,
        auth: "none".to_owned(),
        insecure: false,
        backups_in_clear: None,
        expected: Expected {
            kind: ClusterKind::Mesos,
            masters: MASTERS.map(|host| format!("{host}:5050")).to_vec(),
            agents: Some(agents),
            ..Expected::default()
        },
        evidence: side.evidence,
    };
    writer::write(&target, manifest, &staging).unwrap();
    Side {
        archive,
        files,
        bytes: side.bytes,
        state,
    }
}

struct Files {
    root: PathBuf,
    at: DateTime<Utc>,
    evidence: Vec<Evidence>,
    bytes: u64,
}

impl Files {
    fn all(&mut self, shape: &Shape, moment: &Moment) -> u64 {
        let version = format!(r#"{{"version":"{}","build_user":"builder"}}"#, moment.version);
        let flags = format!("{{{}}}", cluster::flags());
        for (at, host) in MASTERS.into_iter().enumerate() {
            self.item(items::MESOS_MASTER, host, items::VERSION, &version);
            self.item(items::MESOS_MASTER, host, items::FLAGS, &flags);
            self.item(items::MESOS_MASTER, host, items::HEALTH, "");
            self.item(items::MESOS_MASTER, host, items::REDIRECT, "");
            self.item(items::MESOS_MASTER, host, items::REDIRECT_END, "");
            self.item(
                items::MESOS_MASTER,
                host,
                items::METRICS,
                &shape.master_metrics(at == 0),
            );
            self.item(items::MESOS_MASTER, host, items::REGISTRY, &shape.registry(moment));
            for (word, answer) in cluster::zookeeper(at == 0) {
                self.item(items::ZOOKEEPER, host, &format!("{word}.txt"), &answer);
            }
        }
        let leader = MASTERS[0];
        self.item(items::MESOS_MASTER, leader, items::SLAVES, &shape.slaves(moment));
        self.item(
            items::MESOS_MASTER,
            leader,
            items::STATE_SUMMARY,
            &shape.summary(moment),
        );
        self.item(items::MESOS_MASTER, leader, items::MAINTENANCE_SCHEDULE, "{}");
        self.item(items::MESOS_MASTER, leader, items::MAINTENANCE_STATUS, "{}");
        for agent in 0..shape.agents {
            let host = Shape::address(agent);
            self.item(items::MESOS_AGENT, &host, items::VERSION, &version);
            self.item(
                items::MESOS_AGENT,
                &host,
                items::METRICS,
                &cluster::agent_metrics(agent),
            );
            self.item(
                items::MESOS_AGENT,
                &host,
                items::STATE,
                &shape.agent_state(agent, moment),
            );
        }
        let before = self.bytes;
        let mut file = self.file(items::MESOS_MASTER, leader, items::STATE);
        let mut bytes = 0;
        shape.state(moment, &mut |text| {
            file.write_all(text.as_bytes()).unwrap();
            bytes += text.len() as u64;
        });
        file.flush().unwrap();
        self.bytes = before + bytes;
        self.evidence.sort_by(|a, b| a.item.cmp(&b.item));
        bytes
    }

    fn item(&mut self, source: &str, host: &str, name: &str, text: &str) {
        self.file(source, host, name).write_all(text.as_bytes()).unwrap();
        self.bytes += text.len() as u64;
    }

    fn file(&mut self, source: &str, host: &str, name: &str) -> BufWriter<File> {
        let item = items::path(source, host, name);
        let path = self.root.join(&item);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let redirect = [items::REDIRECT, items::REDIRECT_END].contains(&name);
        let port = items::usual_port(source).unwrap();
        self.evidence.push(Evidence {
            source: source.to_owned(),
            host: format!("{host}:{port}"),
            request: format!("http://{host}:{port}/{name}"),
            method: "GET".to_owned(),
            outcome: Outcome::Captured,
            reason: None,
            required: true,
            started_at: self.at,
            duration_ms: 10,
            status: Some(if redirect { 307 } else { 200 }),
            content_type: Some("application/json".to_owned()),
            server_date: None,
            redirected_to: redirect.then(|| "//10.0.0.1:5050".to_owned()),
            attempts: 1,
            bytes: 0,
            sha256: None,
            error_item: None,
            item,
        });
        BufWriter::with_capacity(1 << 20, File::create(path).unwrap())
    }
}
