//! What the two DC/OS releases of the simulated upgrade ship, and the plain Mesos of the third fixture.
//!
//! Version numbers are those of dcos/dcos tags 1.10.8 and 1.11.3 (`packages/*/buildinfo.json`); build numbers that are
//! not known in full are filled up with made-up digits.

/// One set of component versions.
#[derive(Debug, PartialEq, Eq)]
pub struct Release {
    /// DC/OS version; `None` for a Mesos cluster without DC/OS.
    pub dcos: Option<&'static str>,
    /// `dcos-image-commit`.
    pub image_commit: &'static str,
    /// `bootstrap-id`.
    pub bootstrap_id: &'static str,
    /// Mesos version.
    pub mesos: &'static str,
    /// Mesos commit.
    pub mesos_sha: &'static str,
    /// Mesos build date.
    pub mesos_built: &'static str,
    /// The same in seconds since 1970.
    pub mesos_built_at: u32,
    /// Marathon version.
    pub marathon: &'static str,
    /// Marathon commit.
    pub marathon_build: &'static str,
    /// Metronome version.
    pub metronome: &'static str,
    /// What ZooKeeper says about itself.
    pub zookeeper: &'static str,
    /// Whether this Mesos has what came with 1.5 (`capabilities` of the master, `reconfiguration_policy` of the agent).
    pub mesos_1_5: bool,
}

const ZOOKEEPER_3_4_10: &str = "3.4.10-39d3a4f269333c922ed3db283be479f9deacaa0f, built on 03/23/2017 10:13 GMT";

/// DC/OS 1.10.8.
pub static DCOS_1_10_8: Release = Release {
    dcos: Some("1.10.8"),
    image_commit: "0f4a6c1be5a24d0b8a3f0d6b7c95e2f1a4837d60",
    bootstrap_id: "5c3b1f8de70942aa6b1f4e3d9087c2a5b6d7e8f9",
    mesos: "1.4.2",
    mesos_sha: "5f6d4cdc79e10000000000000000000000000000",
    mesos_built: "2018-07-13 08:12:44",
    mesos_built_at: 1_531_469_564,
    marathon: "1.5.11",
    marathon_build: "demo-1511",
    metronome: "0.4.2",
    zookeeper: ZOOKEEPER_3_4_10,
    mesos_1_5: false,
};

/// DC/OS 1.11.3.
pub static DCOS_1_11_3: Release = Release {
    dcos: Some("1.11.3"),
    image_commit: "d6b7c95e2f1a4837d600f4a6c1be5a24d0b8a3f0",
    bootstrap_id: "4e3d9087c2a5b6d7e8f95c3b1f8de70942aa6b1f",
    mesos: "1.5.1",
    mesos_sha: "197c9105c2ed0000000000000000000000000000",
    mesos_built: "2018-06-07 16:31:05",
    mesos_built_at: 1_528_389_065,
    marathon: "1.6.496",
    marathon_build: "demo-16496",
    metronome: "0.4.2",
    zookeeper: ZOOKEEPER_3_4_10,
    mesos_1_5: true,
};

/// Mesos 1.5.3 without DC/OS.
pub static MESOS_1_5_3: Release = Release {
    dcos: None,
    image_commit: "",
    bootstrap_id: "",
    mesos: "1.5.3",
    mesos_sha: "b1dbba03af23b0222d11f2b7ae936d77ef42650d",
    mesos_built: "2019-02-28 15:52:11",
    mesos_built_at: 1_551_369_131,
    marathon: "",
    marathon_build: "",
    metronome: "",
    zookeeper: ZOOKEEPER_3_4_10,
    mesos_1_5: true,
};
