//! `gonogo backup drill`: starts a genuine ZooKeeper on a private copy of a backup and compares what it gives back with what
//! the reader of files says. Touches neither the backup nor any cluster.

use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::backup::drill::{self, Drill, FORMAT, Outcome, ServerSays, WireNode};
use crate::backup::server::{Installation, Server, ServerError, Settings, Surroundings};
use crate::backup::{self, Options};
use crate::cli::text::sanitized;
use crate::cli::{Ctx, Failure, exit};
use crate::collect::target::Origin;
use crate::collect::zk_session::{Seen, Sink, WalkLimits, ZkAuth, walk};
use crate::model::BackupKind;
use crate::model::backup::{Proof, Zxid};
use crate::report::safe::json_escaped;

mod terminal;

/// Arguments.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Copies the snapshots and logs of the backup, and nothing else of it, into a private folder (below TMPDIR, 0700; znodes stand in
it in clear until the drill ends), starts the ZooKeeper that is installed here on 127.0.0.1 on that copy, reads every znode
back and compares: path, transactions, version, owner, length and digest of the data. Server and copy are gone afterwards,
however the drill ends.

ZooKeeper is looked for where --zookeeper-home says, in Debian's package (apt-get install zookeeper), below /opt, /usr/local and
/usr/share/zookeeper, and where DC/OS has it. It must not be older than the server that the backup is from.

Examples:
  gonogo backup drill exhibitor-10.0.0.1.tar
  gonogo backup drill zk-backup.tar.gz --zookeeper-home /opt/apache-zookeeper-3.8.4-bin --format json

Exit codes: 0 green, 3 files and server differ, or the server refuses them, or the files lack something, 5 it cannot be said
(also: no ZooKeeper is installed), 6 not a backup, 2 usage, 1 failure of the tool or of I/O.")]
pub struct Args {
    /// Folder, tar or tar.gz with snapshots and logs of ZooKeeper
    #[arg(value_name = "BACKUP")]
    pub path: PathBuf,
    /// The ZooKeeper to start: an unpacked release, a folder of jars, or zookeeper.jar
    #[arg(long, value_name = "DIR", env = "GONOGO_ZOOKEEPER_HOME")]
    pub zookeeper_home: Option<PathBuf>,
    /// Form of the answer
    #[arg(long, value_enum, default_value = "terminal")]
    pub format: super::inspect::Format,
    /// Seconds to wait until the server serves [default: 60, and more for large backups]
    #[arg(long, value_name = "SECONDS")]
    pub wait: Option<u64>,
    /// Heap of the server in MiB [default: by the size of the backup]
    #[arg(long, value_name = "MIB")]
    pub heap: Option<u64>,
}

#[derive(Serialize)]
struct Answer<'a> {
    format: &'a str,
    drills: &'a [Drill],
}

/// Runs the command.
pub fn run(args: &Args, ctx: &mut Ctx<'_>) -> anyhow::Result<u8> {
    let options = Options::default();
    let inspected =
        backup::prove(&args.path, &options).map_err(|error| Failure::new(exit::FAILURE, error.to_string()))?;
    let proofs: Vec<&Proof> = inspected
        .proofs
        .iter()
        .filter(|proof| proof.kind == BackupKind::Zookeeper)
        .collect();
    if proofs.is_empty() {
        return Err(match (inspected.proofs.first(), inspected.unreadable) {
            (Some(_), _) => Failure::new(
                exit::CANNOT_SAY,
                format!("{}: no server can be started on a dump", inspected.path),
            )
            .hint("a drill needs ZooKeeper's own snapshots and logs; gonogo backup inspect proves dumps"),
            (None, reason) => Failure::new(
                exit::ARCHIVE_REFUSED,
                format!(
                    "{}: {}",
                    inspected.path,
                    reason.unwrap_or_else(|| "not a backup".to_owned())
                ),
            ),
        }
        .into());
    }
    let installation = Installation::find(&surroundings(args)).map_err(|missing| {
        Failure::new(exit::CANNOT_SAY, format!("CANNOT SAY: {missing}")).hint(
            "apt-get install zookeeper, or unpack a release of Apache ZooKeeper and name it with --zookeeper-home",
        )
    })?;
    let mut drills = Vec::new();
    for proof in proofs {
        drills.push(drilled(args, proof, &installation, &options)?);
    }
    let text = match args.format {
        super::inspect::Format::Json => {
            let answer = Answer {
                format: FORMAT,
                drills: &drills,
            };
            json_escaped(&serde_json::to_string_pretty(&answer)?) + "\n"
        }
        super::inspect::Format::Terminal => terminal::text(&drills),
    };
    ctx.out
        .write_all(text.as_bytes())
        .map_err(|error| Failure::io("standard output", &error))?;
    let worst = drills.iter().map(|drill| drill.outcome).max();
    Ok(match worst {
        Some(Outcome::Green) => exit::GO,
        Some(Outcome::Red) => exit::NO_GO,
        Some(Outcome::CannotSay) | None => exit::CANNOT_SAY,
    })
}

fn surroundings(args: &Args) -> Surroundings {
    Surroundings {
        home: args.zookeeper_home.clone(),
        java_home: env::var_os("JAVA_HOME").map(PathBuf::from),
        path: env::var_os("PATH").map_or_else(Vec::new, |path| env::split_paths(&path).collect()),
    }
}

/// Room for a tree of that many bytes on disk, and time to read it.
fn settings(args: &Args, proof: &Proof) -> Settings {
    let mib = proof.bytes >> 20;
    Settings {
        heap_mib: args.heap.unwrap_or((256 + mib * 4).min(16 << 10)),
        wait: Duration::from_secs(args.wait.unwrap_or(60 + mib / 2)),
        keep_sessions: true,
        ..Settings::default()
    }
}

fn drilled(args: &Args, proof: &Proof, installation: &Installation, options: &Options) -> anyhow::Result<Drill> {
    let mut result = Drill::begun(proof);
    let mut files = None;
    let mut failed = None;
    let path = holder(&args.path, proof);
    let started = Server::start(installation, &settings(args, proof), |data| {
        let copied = drill::copy(&path, proof.folder.as_deref(), data, options).map_err(|error| {
            failed = Some(error.to_string());
            error.source
        })?;
        if copied.files == 0 {
            return Err(std::io::Error::other("its files were not found again"));
        }
        files = drill::expected(data)?;
        Ok(())
    });
    let server = match started {
        Ok(server) => server,
        Err(ServerError::Refused { status, log }) => {
            result.say(
                Outcome::Red,
                format!("ZooKeeper refuses it: the server ended with status {status} instead of serving"),
            );
            result.log = log;
            return Ok(result);
        }
        Err(ServerError::Late { within, log }) => {
            result.say(
                Outcome::CannotSay,
                format!(
                    "the server did not serve within {} s; try again with --wait or --heap",
                    within.as_secs()
                ),
            );
            result.log = log;
            return Ok(result);
        }
        Err(error) => {
            let what = failed.unwrap_or_else(|| error.to_string());
            return Err(Failure::new(exit::FAILURE, sanitized(&what)).into());
        }
    };
    let says = says(&server, installation)?;
    let mut walked = Walked::default();
    match read_back(&server, &mut walked)? {
        None => result.compare(files.as_ref(), &walked.0, says),
        Some(why) => {
            result.say(Outcome::CannotSay, format!("the server was not read to its end: {why}"));
            result.server = Some(says);
        }
    }
    Ok(result)
}

/// The file that holds a backup: in a folder of tars each proof names its own.
fn holder(path: &Path, proof: &Proof) -> PathBuf {
    let own = proof
        .folder
        .as_deref()
        .and_then(|folder| proof.path.strip_suffix(&format!("!{folder}")))
        .map_or_else(|| PathBuf::from(&proof.path), PathBuf::from);
    if path.is_dir() && own.is_file() {
        own
    } else {
        path.to_owned()
    }
}

fn says(server: &Server, installation: &Installation) -> anyhow::Result<ServerSays> {
    let answer = server
        .word("srvr")
        .map_err(|error| Failure::new(exit::FAILURE, format!("the server does not answer: {error}")))?;
    let line = |key: &str| {
        answer
            .lines()
            .find_map(|line| line.strip_prefix(key)?.strip_prefix(':').map(str::trim))
    };
    Ok(ServerSays {
        version: line("Zookeeper version").map(|text| text.split(['-', ',']).next().unwrap_or_default().to_owned()),
        home: installation.home.display().to_string(),
        node_count: line("Node count").and_then(|text| text.parse().ok()),
        zxid: line("Zxid").and_then(|text| text.parse::<Zxid>().ok()),
        ..ServerSays::default()
    })
}

/// Everything that was read from the server.
#[derive(Default)]
struct Walked(BTreeMap<String, WireNode>);

impl Sink for Walked {
    fn read(&mut self, seen: &Seen<'_>) -> std::io::Result<()> {
        let node = seen.node;
        self.0.insert(
            node.path.clone(),
            WireNode {
                czxid: node.czxid.0,
                mzxid: node.mzxid.0,
                version: node.version,
                owner: node.ephemeral_owner.0.cast_signed(),
                length: node.data_length,
                sha256: seen.data.map(|data| Sha256::digest(data).into()),
            },
        );
        Ok(())
    }
}

/// Walks over the whole tree, contents included. Gives why it is not complete, where it is not. Ctrl-C ends the server.
fn read_back(server: &Server, walked: &mut Walked) -> anyhow::Result<Option<String>> {
    let limits = WalkLimits {
        in_flight: 64,
        pause: Duration::ZERO,
        max_nodes: u64::MAX,
        acls: false,
        contents: true,
        ..WalkLimits::default()
    };
    let servers = [Origin {
        tls: false,
        host: server.address().ip().to_string(),
        port: server.address().port(),
    }];
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(exit::FAILURE, error.to_string()))?;
    runtime.block_on(async {
        let auth = ZkAuth::default();
        tokio::select! {
            ended = walk(&servers, &auth, &limits, walked) => Ok(match ended {
                Ok(summary) if summary.complete => None,
                Ok(summary) => Some(summary.incomplete_because.unwrap_or_else(|| "the walk ended early".to_owned())),
                Err(error) => Some(error.to_string()),
            }),
            _ = tokio::signal::ctrl_c() => Err(Failure::new(exit::INTERRUPTED, "interrupted: server and copy are gone").into()),
        }
    })
}
