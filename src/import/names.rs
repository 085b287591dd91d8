//! What a file's name says: port, role, host and endpoint. Never looks inside a file.

use super::usual::{self, PLAIN, PORTS, Usual, WORDS};

/// What was read from a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    /// Source that a port or a word stands for.
    pub(super) source: Option<&'static str>,
    /// Address in the name, as in `state-10.0.0.1.json`.
    pub(super) host: Option<String>,
    /// Words before the endpoint that tell hosts apart (`standby`, `agent_public`, not `master`): files that share them
    /// are of one host.
    pub(super) group: String,
    /// What it may be.
    pub(super) usual: Vec<&'static Usual>,
    /// How far the name is from the usual one: of several files for one item the nearest is taken.
    pub(super) distance: u8,
}

/// Reads a name (without `.gz`).
pub(super) fn read(name: &str) -> Name {
    let lower = name.to_ascii_lowercase();
    let stem = [".json", ".txt", ".out"]
        .iter()
        .find_map(|extension| lower.strip_suffix(extension))
        .unwrap_or(&lower);
    let (host, rest) = take_address(stem);
    let mut words: Vec<&str> = rest
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let mut source = None;
    let mut group = Vec::new();
    let mut distance = 0;
    if let Some((port, rest)) = words.split_first()
        && let Some((_, of_port)) = PORTS.iter().find(|(number, _)| number == port)
        && !rest.is_empty()
    {
        source = Some(*of_port);
        words.remove(0);
    }
    let mut roles = 0;
    loop {
        let found = matches(&words, source);
        if let Some((usual, further)) = found {
            return Name {
                source,
                host,
                group: group_of(&group),
                usual,
                distance: distance + further,
            };
        }
        let Some((first, rest)) = words.split_first() else {
            break;
        };
        let role = WORDS.iter().find(|(word, _)| word == first);
        let skipped = matches!(*first, "mesos" | "v1" | "v2")
            || (roles > 0 && (*first == "public" || first.bytes().all(|b| b.is_ascii_digit())));
        if (role.is_none() && !skipped) || rest.is_empty() {
            break;
        }
        if let Some((_, of_word)) = role {
            // A second role word (`master_master_state`) is the endpoint's longer name.
            if roles > 0 {
                distance += 1;
            } else {
                group.push(*first);
                source = source.or(Some(of_word));
            }
            roles += 1;
        } else if roles == 1 && !matches!(*first, "v1" | "v2") {
            group.push(*first);
        }
        words.remove(0);
    }
    Name {
        source,
        host,
        group: String::new(),
        usual: Vec::new(),
        distance: 0,
    }
}

fn group_of(words: &[&str]) -> String {
    match words {
        [only] if PLAIN.contains(only) => String::new(),
        words => words.join("_"),
    }
}

/// Entries for these words, narrowed to a source where it is known, and how far the name is from the usual one.
fn matches(words: &[&str], source: Option<&str>) -> Option<(Vec<&'static Usual>, u8)> {
    let endpoint = words.join("_");
    let shorter = endpoint.strip_suffix("_json");
    [(Some(endpoint.as_str()), 0), (shorter, 1)]
        .into_iter()
        .filter_map(|(endpoint, distance)| Some((usual::of_endpoint(endpoint?), distance)))
        .map(|(mut found, distance)| {
            found.retain(|usual| source.is_none_or(|source| usual.source == source));
            (found, distance)
        })
        .find(|(found, _)| !found.is_empty())
}

/// Splits an IPv4 address off the beginning or the end of a name.
fn take_address(stem: &str) -> (Option<String>, String) {
    let separators = ['-', '_', '.', ' ', '@'];
    let parts: Vec<&str> = stem.split(separators).collect();
    let address = |parts: &[&str]| -> Option<String> {
        let numbers: Vec<u8> = parts.iter().filter_map(|part| part.parse().ok()).collect();
        let text = parts.join(".");
        // Written with dots in the name: `1-2-3-4-state` is no address.
        (numbers.len() == 4 && stem.contains(&text)).then_some(text)
    };
    if parts.len() > 4 {
        let (head, tail) = parts.split_at(4);
        if let Some(host) = address(head) {
            return (Some(host), tail.join("_"));
        }
        let (head, tail) = parts.split_at(parts.len() - 4);
        if let Some(host) = address(tail) {
            return (Some(host), head.join("_"));
        }
    }
    (None, stem.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(name: &str) -> (Vec<&'static str>, String, Option<String>, u8) {
        let read = read(name);
        let kinds = read.usual.iter().map(|usual| usual.kind).collect();
        (kinds, read.group, read.host, read.distance)
    }

    #[test]
    fn usual_names_are_known() {
        for (name, kind) in [
            ("slaves.json", "mesos-slaves"),
            ("state-summary.json", "mesos-state-summary"),
            ("5050-master_state.json", "mesos-state"),
            ("5050-master_state-summary.json", "mesos-state-summary"),
            ("5050-master_slaves.json", "mesos-slaves"),
            ("5050-metrics_snapshot.json", "mesos-metrics"),
            ("5050-registrar_1__registry.json", "mesos-registry"),
            ("5050-system_stats_json.json", "mesos-system-stats"),
            ("5050-overlay-master_state.json", "mesos-overlay"),
            ("5051-metrics_snapshot.json", "agent-metrics"),
            ("8080-v2_apps.json", "marathon-apps"),
            ("8080-v2_info.json", "marathon-info"),
            ("8080-metrics.json", "marathon-metrics"),
            ("8181-exhibitor_v1_cluster_status.json", "exhibitor-status"),
            ("master_registrar_1_registry.json", "mesos-registry"),
            ("agent_state.json", "agent-state"),
            ("apps.json", "marathon-apps"),
            ("leader.json", "marathon-leader"),
            ("v2_eventSubscriptions.json", "marathon-event-subscriptions"),
            ("dcos-version.json", "dcos-version"),
            ("dcos-metadata_dcos-version.json", "dcos-version"),
            ("dcos-diagnostics-health.json", "dcos-health"),
            ("status.json", "exhibitor-status"),
            ("exhibitor_status.json", "exhibitor-status"),
            ("mntr.txt", "zookeeper-mntr"),
            ("zk_mntr.txt", "zookeeper-mntr"),
            ("1-mesos-master.log", ""),
            ("config.yaml", "config-yaml"),
            ("ip-detect", "ip-detect"),
            ("pods__status.json", "marathon-pods-status"),
        ] {
            let found = kinds(name).0;
            assert_eq!(found.first().copied().unwrap_or_default(), kind, "{name}: {found:?}");
            assert!(found.len() < 2, "{name}: {found:?}");
        }
    }

    #[test]
    fn some_names_leave_the_role_open() {
        assert_eq!(
            kinds("version.json").0,
            ["mesos-version", "agent-version", "dcos-version"]
        );
        assert_eq!(kinds("state.json").0, ["mesos-state", "agent-state"]);
    }

    #[test]
    fn hosts_and_groups_are_seen() {
        assert_eq!(kinds("state-10.0.0.1.json").2.as_deref(), Some("10.0.0.1"));
        assert_eq!(kinds("10.0.0.1_5050-master_slaves.json").0, ["mesos-slaves"]);
        assert_eq!(kinds("standby_flags.json").1, "standby");
        assert_eq!(kinds("agent_public_state.json").1, "agent_public");
        assert_eq!(kinds("agent_3_state.json").1, "agent_3");
    }

    #[test]
    fn longer_names_of_the_same_are_further_away() {
        assert_eq!(kinds("master_state.json").3, 0);
        assert_eq!(kinds("master_state_json.json").3, 1);
        assert_eq!(kinds("master_master_state.json").3, 1);
        assert_eq!(kinds("agent_slave_1_state.json").3, 1);
    }

    #[test]
    fn other_endpoints_are_not_taken_for_usual_ones() {
        for name in [
            "master_api_v1_get_state.json",
            "master_tasks.json",
            "agent_containers.json",
            "mystate.json",
            "5050-help.json",
            "index.json",
            "README.md",
        ] {
            assert!(kinds(name).0.is_empty(), "{name}: {:?}", kinds(name));
        }
    }
}
