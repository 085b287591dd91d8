//! The operator's input files of the simulated cluster: config.yaml before and for the target, ip-detect, a licence. Written as
//! people write them: comments, mixed quoting, another order. Nothing in them is a genuine secret.

use super::model::Model;
use crate::model::{Phase, items};

/// One input file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Item that it becomes.
    pub item: &'static str,
    /// Name on the operator's machine.
    pub name: &'static str,
    /// What it holds.
    pub text: String,
}

/// What the operator names in that phase: before the window the files in force and those for the target, after it the ones
/// in force then. A cluster without DC/OS has no such files.
pub fn files(model: &Model, phase: Phase) -> Vec<File> {
    if !model.is_dcos() {
        return Vec::new();
    }
    let masters: Vec<&str> = model.places.masters.iter().map(|place| place.host.as_str()).collect();
    let file = |item, name, text: &str| File {
        item,
        name,
        text: text.to_owned(),
    };
    let (old, new) = (old(&masters), new(&masters));
    let mut files = vec![
        file(items::INPUT_IP_DETECT, "ip-detect", IP_DETECT),
        file(items::INPUT_LICENSE, "license.txt", "not-a-real-licence\n"),
    ];
    if phase == Phase::Post {
        files.push(file(items::INPUT_CONFIG, "config.yaml", &new));
    } else {
        files.push(file(items::INPUT_CONFIG, "config.yaml", &old));
        files.push(file(items::INPUT_NEW_CONFIG, "config.yaml", &new));
        files.push(file(items::INPUT_NEW_IP_DETECT, "ip-detect", IP_DETECT));
    }
    files
}

const IP_DETECT: &str = "#!/bin/sh\nset -o errexit\nip route get 192.0.2.1 | sed -n 's/.* src \\([0-9.]*\\).*/\\1/p'\n";

fn old(masters: &[&str]) -> String {
    let list = masters.join("\n- ");
    format!(
        "---\n# the configuration that DC/OS 1.10.8 was installed with\ncluster_name: demo\n\
         bootstrap_url: http://192.0.2.10:9090\nexhibitor_storage_backend: static\nmaster_discovery: static\n\
         master_list:\n- {list}\nresolvers:\n- 192.0.2.53\n- 192.0.2.54\ndns_search: example\noauth_enabled: false\n\
         telemetry_enabled: no   # asked for by nobody\n"
    )
}

fn new(masters: &[&str]) -> String {
    let list = masters.join("', '");
    format!(
        "# the same for DC/OS 1.11.3, with what it asks for\nbootstrap_url: 'http://192.0.2.10:9090'\n\
         cluster_name: \"demo\"\nmaster_discovery: static\nexhibitor_storage_backend: 'static'\n\
         master_list: ['{list}']\nresolvers: [192.0.2.53, 192.0.2.54]\ndns_search: example\n\
         oauth_enabled: 'false'\ntelemetry_enabled: 'false'\n\n# new with 1.11\nenable_ipv6: 'false'\n\
         fault_domain_enabled: 'false'\n"
    )
}
