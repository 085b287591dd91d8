//! Every rule of the table about config.yaml, by name, with a configuration that it fires on and one that it leaves alone; and
//! what the gate says about two archives.

use std::collections::BTreeSet;

use gonogo::checks;
use gonogo::facts::Facts;
use gonogo::facts::config::{Files, differences, judge};
use gonogo::knowledge::Knowledge;
use gonogo::knowledge::config::{ConfigRules, ValueRule};
use gonogo::model::{CheckResult, ConfigClass, Line, Policy, Status, Version};
use gonogo::sources::dcos_config::{Config, read};

use crate::support::fixture::{Cluster, Edit, run_pair, run_single};

fn rules() -> &'static ConfigRules {
    &Knowledge::builtin().unwrap().config
}

fn config(text: &str) -> Config {
    read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn line(text: &str) -> Line {
    text.parse().unwrap()
}

/// Rule, a file that breaks it with the setting that is named, a file that does not.
const VALUES: [(&str, &str, &str, &str); 16] = [
    ("value-kind", "a: 1.5\n", "a", "a: '1.5'\nb: [1.5]\nc: 1\n"),
    (
        "ipv6-boolean",
        "enable_ipv6: 'no'\n",
        "enable_ipv6",
        "enable_ipv6: no\n",
    ),
    (
        "fault-domain-boolean",
        "fault_domain_enabled: maybe\n",
        "fault_domain_enabled",
        "fault_domain_enabled: true\n",
    ),
    (
        "l4lb-needs-ipv6",
        "enable_ipv6: false\ndcos_l4lb_enable_ipv6: true\n",
        "dcos_l4lb_enable_ipv6",
        "enable_ipv6: false\n",
    ),
    (
        "l4lb-needs-ipv6-declared",
        "enable_ipv6: false\n",
        "dcos_l4lb_enable_ipv6",
        "enable_ipv6: false\ndcos_l4lb_enable_ipv6: 'false'\n",
    ),
    (
        "tls-boolean",
        "adminrouter_tls_1_0_enabled: 1\n",
        "adminrouter_tls_1_0_enabled",
        "adminrouter_tls_1_0_enabled: on\n",
    ),
    (
        "tls-version-present",
        "adminrouter_tls_1_2_enabled: false\n",
        "adminrouter_tls_1_2_enabled",
        "adminrouter_tls_1_2_enabled: false\nadminrouter_tls_1_1_enabled: true\n",
    ),
    (
        "superuser-pair",
        "superuser_service_account_uid: admin\nsuperuser_service_account_public_key: ''\n",
        "superuser_service_account_public_key",
        "superuser_service_account_uid: admin\nsuperuser_service_account_public_key: not-a-real-key\n",
    ),
    (
        "static-needs-static",
        "master_discovery: master_http_loadbalancer\nexhibitor_storage_backend: static\n",
        "exhibitor_storage_backend",
        "master_discovery: master_http_loadbalancer\nexhibitor_storage_backend: aws_s3\n",
    ),
    (
        "master-discovery-known",
        "master_discovery: dns\n",
        "master_discovery",
        "master_discovery: static\n",
    ),
    ("security-known", "security: open\n", "security", "security: strict\n"),
    (
        "rexray-once",
        "rexray_config: {a: b}\nrexray_config_preset: aws\n",
        "rexray_config_preset",
        "rexray_config_preset: aws\n",
    ),
    (
        "work-dirs-absolute",
        "mesos_agent_work_dir: mesos\n",
        "mesos_agent_work_dir",
        "mesos_agent_work_dir: /var/lib/mesos/slave\n",
    ),
    (
        "calico-overlap",
        "calico_network_cidr: 9.128.0.0/16\n",
        "calico_network_cidr",
        "calico_network_cidr: 172.29.0.0/16\n",
    ),
    // The same rule against an overlay that is given, as a mapping and as JSON, and against the VXLAN backend.
    (
        "calico-overlap",
        "dcos_overlay_network: '{\"overlays\": [{\"name\": \"a\", \"subnet\": \"172.16.0.0/12\"}]}'\n",
        "calico_network_cidr",
        "dcos_overlay_network: {vtep_subnet: 10.8.0.0/20, overlays: [{name: a, subnet: 10.9.0.0/16}, {name: b, subnet6: 'fd01::/64'}]}\n",
    ),
    (
        "calico-overlap",
        "calico_network_cidr: 44.128.1.0/24\n",
        "calico_network_cidr",
        "calico_network_cidr: 44.128.1.0/24\ncalico_enabled: false\n",
    ),
];

fn rule(id: &str) -> &'static ValueRule {
    rules()
        .values
        .iter()
        .find(|rule| rule.id == id)
        .unwrap_or_else(|| panic!("no rule {id}"))
}

#[test]
fn each_config_value_rule_fires_and_stays_quiet() {
    for (id, bad, key, good) in VALUES {
        let judged = judge(&config(bad), &rule(id).rule);
        let broken: Vec<&str> = judged.broken.iter().map(|broken| broken.key.as_str()).collect();
        assert_eq!((broken, judged.unknown.len()), (vec![key], 0), "{id}: {bad}");
        let judged = judge(&config(good), &rule(id).rule);
        assert_eq!(
            (judged.broken, judged.unknown),
            (Vec::new(), Vec::new()),
            "{id}: {good}"
        );
    }
    let tested: BTreeSet<&str> = VALUES.iter().map(|(id, ..)| *id).collect();
    let listed: BTreeSet<&str> = rules().values.iter().map(|rule| rule.id.as_str()).collect();
    assert_eq!(tested, listed, "a rule without a case, or a case without a rule");
}

#[test]
fn a_config_that_names_nothing_breaks_only_what_defaults_break() {
    for rule in &rules().values {
        assert_eq!(
            judge(&config("cluster_name: x\n"), &rule.rule).broken,
            [],
            "{}",
            rule.id
        );
    }
}

fn class(old: &str, new: &str, key: &str, at: &str) -> Option<ConfigClass> {
    let (old, new) = (config(old), config(new));
    let all = differences(&old, &new, rules(), Some(line(at)));
    all.iter()
        .find(|difference| difference.key == key)
        .map(|difference| difference.class)
}

#[test]
fn each_config_setting_of_the_table_has_its_class_when_it_differs() {
    let rules = rules();
    let base = "x: 1\n";
    let changed = |key: &str, at: &str| class(&format!("{base}{key}: a\n"), &format!("{base}{key}: b\n"), key, at);
    for group in &rules.changeable {
        for key in &group.keys {
            assert_eq!(changed(key, "2.2"), Some(ConfigClass::Changeable), "{key}");
            assert_eq!(
                class(&format!("{base}{key}: a\n"), &format!("{key}: 'a'\n{base}"), key, "2.2"),
                None
            );
        }
    }
    for frozen in &rules.frozen {
        for key in &frozen.names {
            assert_eq!(changed(key, "1.11"), Some(ConfigClass::Frozen), "{key}");
        }
    }
    for key in [&rules.masters.list, &rules.masters.number] {
        assert_eq!(changed(key, "1.11"), Some(ConfigClass::Masters), "{key}");
    }
    assert_eq!(changed(&rules.security.key, "1.11"), Some(ConfigClass::Security));
    for key in &rules.paths.keys {
        let class = changed(key, "1.11").unwrap();
        assert!(
            matches!(class, ConfigClass::Other | ConfigClass::Frozen),
            "{key}: {class}"
        );
    }
    for declare in &rules.declare {
        let at = declare.since.unwrap().to_string();
        let when = declare
            .when
            .as_ref()
            .map(|when| format!("{}: '{}'\n", when.key, when.value))
            .unwrap_or_default();
        let added = format!("{base}{when}{}: '{}'\n", declare.key, declare.values[0]);
        assert_eq!(
            class(base, &added, &declare.key, &at),
            Some(ConfigClass::RequiredByTarget),
            "{}",
            declare.key
        );
        assert_eq!(
            class(base, &added, &declare.key, "1.10"),
            Some(ConfigClass::Other),
            "{}",
            declare.key
        );
        assert_eq!(changed(&declare.key, &at), Some(ConfigClass::Other), "{}", declare.key);
    }
    for removed in &rules.removed {
        let at = removed.since.unwrap().to_string();
        let old = format!("{base}{}: a\n", removed.key);
        assert_eq!(
            class(&old, base, &removed.key, &at),
            Some(ConfigClass::RemovedByTarget),
            "{}",
            removed.key
        );
        assert_eq!(
            class(&old, base, &removed.key, "1.9"),
            Some(ConfigClass::Other),
            "{}",
            removed.key
        );
        if let Some(instead) = &removed.instead {
            let same = class(&old, &format!("{base}{instead}: a\n"), instead, &at);
            assert_eq!(same, Some(ConfigClass::RemovedByTarget), "{instead}");
            let other = class(&old, &format!("{base}{instead}: b\n"), instead, &at);
            assert_eq!(other, Some(ConfigClass::Other), "{instead}");
        }
    }
    for addable in rules.addable.iter().flat_map(|keys| &keys.keys) {
        let added = format!("{base}{addable}: {{}}\n");
        assert_eq!(class(base, &added, addable, "1.11"), Some(ConfigClass::Addable));
        assert_eq!(changed(addable, "1.11"), Some(ConfigClass::Other));
    }
}

const OLD: &str = "data/input/files/config.yaml";
const NEW: &str = "data/input/files/new-config.yaml";

/// What a check of one archive says about the later one of a pair, as `compare` runs it.
fn after(check: &str, pre: &Cluster, post: &Cluster) -> CheckResult {
    let check = checks::find(check).unwrap();
    run_pair(
        check,
        &pre.snapshot(),
        &post.snapshot(),
        Some(Version::new(1, 11, 3)),
        &Policy::default(),
    )
}

/// The cluster with a file that may not have been named before.
fn with(cluster: Cluster, item: &str, text: &str) -> Cluster {
    let edit: Edit = serde_json::from_value(serde_json::json!({"item": item, "text": text})).unwrap();
    cluster.edited(&[edit])
}

fn text(cluster: &Cluster, item: &str) -> String {
    String::from_utf8(cluster.payload[item].clone()).unwrap()
}

#[test]
fn after_the_window_the_file_in_force_is_held_against_the_one_before() {
    let (pre, post) = (Cluster::read("dcos-pre"), Cluster::read("dcos-post"));
    for check in checks::config::CHECKS {
        let id = check.meta().id;
        let result = after(id, &pre, &post);
        assert!(
            matches!(result.status, Status::Pass | Status::Skipped),
            "{id}: {result:?}"
        );
    }
    let mut changed = post.clone();
    changed.replace(OLD, text(&post, OLD).replace("example", "other").into_bytes());
    let result = after("config-changed-with-version", &pre, &changed);
    assert_eq!(result.status, Status::Fail, "{result:?}");
    assert_eq!(result.findings[0].subject.id, "dns_search");
}

#[test]
fn archives_that_both_name_both_files_are_held_against_each_other() {
    let (pre, post) = (Cluster::read("dcos-pre"), Cluster::read("dcos-post"));
    // The operator collects twice with one gonogo.toml: old and new file stand in both archives.
    let mut post = with(with(post, OLD, &text(&pre, OLD)), NEW, &text(&pre, NEW));
    assert_eq!(after("config-changed-with-version", &pre, &post).status, Status::Pass);
    assert_eq!(after("keys-missing-for-target", &pre, &post).status, Status::Pass);
    // Without the new one in the later archive the old file is taken for the one in force: what it lacks is missing.
    post.forget(NEW);
    assert_eq!(after("keys-missing-for-target", &pre, &post).status, Status::Fail);
    // The earlier archive knows no file: the two of the later one are enough.
    let mut bare = pre.clone();
    bare.forget(OLD);
    bare.forget(NEW);
    let mut post = with(post, NEW, &text(&pre, NEW));
    assert_eq!(after("config-changed-with-version", &bare, &post).status, Status::Pass);
    post.forget(NEW);
    let result = after("config-changed-with-version", &bare, &post);
    assert_eq!(result.status, Status::Unknown, "{result:?}");
    assert!(result.reason.unwrap().contains("[inputs] config_yaml"));
}

/// Whatever changes in a secret: nothing that is reported shows it.
#[test]
fn no_finding_and_no_side_by_side_shows_a_secret() {
    let secrets = |word: &str| {
        format!(
            "exhibitor_admin_password: not-a-real-{word}\nhttp_proxy: http://user:not-a-real-{word}@proxy.example:3128\n\
             rexray_config: {{storage: not-a-real-{word}}}\nmaster_discovery: 'not-a-real-token=x password=not-a-real-{word}'\n\
             dcos_overlay_network: '{{\"password\": \"not-a-real-{word}\"}}'\nzk_super_credentials: super:not-a-real-{word}\n"
        )
    };
    let base = Cluster::read("dcos-pre");
    let old = text(&base, OLD).replace("master_discovery: static\n", "") + &secrets("one");
    let new = text(&base, NEW).replace("master_discovery: static\n", "") + &secrets("two");
    let cluster = with(with(base, OLD, &old), NEW, &new);
    let snapshot = cluster.snapshot();
    let facts = Facts::new(&snapshot);
    let mut fired = 0;
    for check in checks::config::CHECKS {
        for target in [Version::new(1, 11, 3), Version::new(1, 10, 8), Version::new(2, 1, 0)] {
            let result = run_single(*check, &facts, Some(target), &Policy::default());
            fired += result.findings.len();
            let shown = format!("{result:?}");
            assert!(!shown.contains("not-a-real"), "{shown}");
        }
    }
    assert!(fired > 5, "only {fired} findings");
    let diff = Files::of(None, &facts)
        .side_by_side(rules(), Some(line("1.11")))
        .unwrap();
    let shown = format!("{diff:?} {snapshot:?}");
    assert!(!shown.contains("not-a-real"), "{diff:?}");
    let hidden: Vec<&str> = diff
        .changes
        .iter()
        .filter(|change| change.secret)
        .map(|change| change.key.as_str())
        .collect();
    assert_eq!(
        hidden,
        [
            "dcos_overlay_network",
            "exhibitor_admin_password",
            "http_proxy",
            "master_discovery",
            "rexray_config",
            "zk_super_credentials"
        ]
    );
}
