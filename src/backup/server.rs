//! A genuine ZooKeeper, started on loopback on a private copy of a data directory, asked, and surely ended again.
//!
//! Serves restore drills and tests. Never listens beyond 127.0.0.1, never touches a data directory that it did not copy
//! itself, never leaves a process or a copy behind: a watch ends the server and removes the folder however this process ends.

mod files;
mod install;

use std::ffi::OsString;
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

pub use install::{Installation, Surroundings};

/// How often a taken port is answered by choosing another.
const ATTEMPTS: u32 = 4;
/// Between two looks at a server that is starting.
const PAUSE: Duration = Duration::from_millis(50);
/// One question in one connection.
const ANSWER: Duration = Duration::from_secs(10);
/// Bound of an answer; `mntr` of recent servers has some 20 KB.
const LONGEST_ANSWER: u64 = 4 << 20;
/// Bound of the log that is looked at.
const LONGEST_LOG: u64 = 8 << 20;

/// Why no server answers.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// No ZooKeeper or no Java on this machine.
    #[error("no ZooKeeper is installed: {0}")]
    NotInstalled(String),
    /// It ended instead of serving: with that data it cannot.
    #[error("the server ended with status {status} instead of serving; the last lines of its log: {}", log.join(" | "))]
    Refused {
        /// Exit status as the shell gives it.
        status: String,
        /// The last lines of its log that tell something.
        log: Vec<String>,
    },
    /// It runs and does not serve.
    #[error("the server did not serve within {} s; the last lines of its log: {}", within.as_secs(), log.join(" | "))]
    Late {
        /// How long was waited.
        within: Duration,
        /// The last lines of its log that tell something.
        log: Vec<String>,
    },
    /// Something of this machine failed.
    #[error("{what}: {error}")]
    Io {
        /// What was done.
        what: &'static str,
        /// How it failed.
        error: io::Error,
    },
}

/// How to start a server.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Heap, MiB.
    pub heap_mib: u64,
    /// How long to wait until it serves.
    pub wait: Duration,
    /// Size of the zeros that it writes ahead in its logs, KiB.
    pub pre_alloc_kib: u32,
    /// Transactions between two snapshots; the server's default (100,000) when `None`.
    pub snap_count: Option<u32>,
    /// Everything can be read and written without a password: right for a drill, wrong for tests of access lists.
    pub skip_acl: bool,
    /// Sessions never expire by time: those of a backup keep their ephemeral znodes while they are read.
    pub keep_sessions: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            heap_mib: 256,
            wait: Duration::from_mins(1),
            pre_alloc_kib: 1024,
            snap_count: None,
            skip_acl: true,
            keep_sessions: false,
        }
    }
}

/// A server that serves. Dropping it ends it and removes its folder.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    folder: TempDir,
    watch: Child,
    lifeline: Option<ChildStdin>,
}

impl Server {
    /// Starts one. `fill` puts the files into the data directory (the folder `version-2`, private and empty); it is called
    /// again where the port that was chosen turned out to be taken.
    ///
    /// # Errors
    /// [`ServerError::Refused`] when it ends instead of serving, [`ServerError::Late`] when it does neither in time.
    pub fn start(
        installation: &Installation,
        settings: &Settings,
        mut fill: impl FnMut(&Path) -> io::Result<()>,
    ) -> Result<Self, ServerError> {
        let mut attempt = 1;
        loop {
            match Self::try_start(installation, settings, &mut fill) {
                Err(ServerError::Refused { log, .. })
                    if attempt < ATTEMPTS && log.iter().any(|line| line.contains("already in use")) =>
                {
                    attempt += 1;
                }
                ended => return ended,
            }
        }
    }

    fn try_start(
        installation: &Installation,
        settings: &Settings,
        fill: &mut dyn FnMut(&Path) -> io::Result<()>,
    ) -> Result<Self, ServerError> {
        let io = |what| move |error| ServerError::Io { what, error };
        // `tempfile` makes it with mode 0700.
        let folder = tempfile::Builder::new()
            .prefix("gonogo-zookeeper-")
            .tempdir()
            .map_err(io("the private folder of the server"))?;
        let data = folder.path().join("data").join("version-2");
        fs::create_dir_all(&data)
            .and_then(|()| fill(&data))
            .map_err(io("copying the data directory"))?;
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .and_then(|listener| listener.local_addr())
            .map_err(io("a free port on 127.0.0.1"))?
            .port();
        files::write(folder.path(), port, settings).map_err(io("the configuration of the server"))?;
        let mut watch = command(installation, settings, folder.path())
            .spawn()
            .map_err(io("starting the server"))?;
        let lifeline = watch.stdin.take();
        let server = Self {
            address: (Ipv4Addr::LOCALHOST, port).into(),
            folder,
            watch,
            lifeline,
        };
        server.wait(settings.wait)?;
        Ok(server)
    }

    fn wait(&self, within: Duration) -> Result<(), ServerError> {
        let begin = Instant::now();
        loop {
            if let Ok(status) = fs::read_to_string(self.folder.path().join("ended")) {
                return Err(ServerError::Refused {
                    status: status.trim().to_owned(),
                    log: self.log(12),
                });
            }
            // `conf` names the data directory: whatever else may listen on that port is not taken for this server.
            if self.word("srvr").is_ok_and(|answer| answer.contains("Node count"))
                && self
                    .word("conf")
                    .is_ok_and(|answer| answer.contains(&*self.folder.path().to_string_lossy()))
            {
                return Ok(());
            }
            if begin.elapsed() >= within {
                return Err(ServerError::Late {
                    within,
                    log: self.log(12),
                });
            }
            thread::sleep(PAUSE);
        }
    }

    /// Where clients reach it: `127.0.0.1:<port>`.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its data directory (`version-2`), snapshots and logs together.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data").join("version-2")
    }

    /// Its process id.
    pub fn pid(&self) -> Option<u32> {
        fs::read_to_string(self.folder.path().join("pid"))
            .ok()?
            .trim()
            .parse()
            .ok()
    }

    /// The last lines of its log that tell something, `most` at most.
    pub fn log(&self, most: usize) -> Vec<String> {
        let mut bytes = Vec::new();
        // A log that cannot be read tells nothing; the reason why the server does not serve stands beside it.
        let _ = fs::File::open(self.folder.path().join("server.log"))
            .and_then(|file| file.take(LONGEST_LOG).read_to_end(&mut bytes));
        files::telling_lines(&String::from_utf8_lossy(&bytes), most)
    }

    /// The answer to a four-letter word.
    ///
    /// # Errors
    /// No connection, or no whole answer within ten seconds.
    pub fn word(&self, word: &str) -> io::Result<String> {
        let mut stream = TcpStream::connect_timeout(&self.address, ANSWER)?;
        stream.set_read_timeout(Some(ANSWER))?;
        stream.write_all(word.as_bytes())?;
        let mut answer = Vec::new();
        stream.take(LONGEST_ANSWER).read_to_end(&mut answer)?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    }

    /// Closes the lifeline, and waits until the server has ended and its folder is gone.
    fn end(&mut self) {
        drop(self.lifeline.take());
        let begin = Instant::now();
        while begin.elapsed() < ANSWER {
            if !matches!(self.watch.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        // The watch itself hangs: its whole process group, which holds nothing but it and the server.
        let _ = Command::new("kill")
            .args(["-9", "--", &format!("-{}", self.watch.id())])
            .stderr(Stdio::null())
            .status();
        let _ = self.watch.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

/// The watch around the server, in a process group of its own: Ctrl-C reaches this process alone, whose end ends both.
fn command(installation: &Installation, settings: &Settings, folder: &Path) -> Command {
    let mut classpath = OsString::from(folder.join("conf"));
    for part in &installation.classpath {
        classpath.push(":");
        classpath.push(part);
    }
    let mut command = Command::new("/bin/sh");
    command
        .args(["-c", files::WATCH, "gonogo-zookeeper"])
        .arg(folder)
        .arg(&installation.java)
        .arg(format!("-Xmx{}m", settings.heap_mib))
        .args([
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Djava.awt.headless=true",
            // Larger than any znode that a server with usual settings takes, so that everything can be read back.
            "-Djute.maxbuffer=134217728",
            // Empty containers are removed by a timer: not while they are compared.
            "-Dznode.container.checkIntervalMs=2147483647",
            "-Dzookeeper.jmx.log4j.disable=true",
            "-Dzookeeper.extendedTypesEnabled=true",
            "-cp",
        ])
        .arg(classpath)
        .arg("org.apache.zookeeper.server.ZooKeeperServerMain")
        .arg(folder.join("zoo.cfg"))
        .env_remove("JAVA_TOOL_OPTIONS")
        .env_remove("_JAVA_OPTIONS")
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0);
    command
}
