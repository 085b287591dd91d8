//! A genuine ZooKeeper, where one is installed: is started, asked and ended.
//!
//! Runs with `GONOGO_GENUINE_ZOOKEEPER` (a folder of jars, as `/usr/share/java`); without it says so on standard error and returns.

use std::fs;
use std::path::Path;

use gonogo::backup::server::{Installation, Server, ServerError, Settings, Surroundings};

/// The installation to test with; `None`, said on standard error, where nobody named one.
pub fn installed() -> Option<Installation> {
    let Some(home) = std::env::var_os("GONOGO_GENUINE_ZOOKEEPER") else {
        eprintln!("skipped: GONOGO_GENUINE_ZOOKEEPER names no genuine ZooKeeper");
        return None;
    };
    let surroundings = Surroundings {
        home: Some(home.into()),
        java_home: None,
        path: std::env::var_os("PATH").map_or_else(Vec::new, |path| std::env::split_paths(&path).collect()),
    };
    Some(Installation::find(&surroundings).unwrap())
}

fn runs(pid: u32) -> bool {
    Path::new(&format!("/proc/{pid}")).exists()
}

#[test]
fn serves_on_loopback_and_leaves_nothing_behind() {
    let Some(installation) = installed() else { return };
    let server = Server::start(&installation, &Settings::default(), |_| Ok(())).unwrap();
    assert!(server.address().ip().is_loopback());
    assert!(server.word("srvr").unwrap().contains("Node count: 5"));
    let (pid, data) = (server.pid().unwrap(), server.data());
    assert!(data.is_dir() && runs(pid));
    drop(server);
    assert!(!runs(pid), "the server still runs");
    assert!(!data.exists(), "the copy is still there");
}

#[test]
fn a_server_that_refuses_its_data_is_quoted() {
    let Some(installation) = installed() else { return };
    let refused = Server::start(&installation, &Settings::default(), |data| {
        fs::write(data.join("log.1"), [b"ZKLG".as_slice(), &[0; 4096]].concat())
    })
    .unwrap_err();
    let ServerError::Refused { log, .. } = refused else {
        panic!("{refused:?}")
    };
    assert!(log.iter().any(|line| line.contains("Exception")), "{log:?}");
}
