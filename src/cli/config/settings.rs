//! Valid settings of a collect run: flags, environment and file merged, checked, and turned into targets and limits.
//!
//! Every problem is noted with the place where the value was said. Never touches the network; credentials are read by
//! `cli::credentials`.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use super::file::File;
use super::inventory;
use super::reader::{Problems, Said, duration};
use crate::cli::backups::Bytes;
use crate::cli::collect::Args;
use crate::cli::signoffs;
use crate::cli::text::nearest;
use crate::cli::zk_tree;
use crate::collect::{Base, Input, Limits, Targets, Tls};
use crate::model::items;
use crate::model::manifest::ClusterKind;

/// What a run needs, credentials apart.
pub struct Settings {
    /// Where evidence comes from.
    pub targets: Targets,
    /// Limits.
    pub limits: Limits,
    /// Trust.
    pub tls: Tls,
    /// Proxy.
    pub proxy: Option<String>,
    /// What becomes of the bytes of backups.
    pub bytes: Bytes,
    /// Which credential is meant.
    pub auth: AuthSettings,
    /// The walk over the tree of znodes.
    pub zk_tree: zk_tree::Settings,
}

/// Which credential is meant; nothing secret is in here.
#[derive(Debug, Default)]
pub struct AuthSettings {
    /// File with a DC/OS token.
    pub token_file: Option<Said<PathBuf>>,
    /// DC/OS user.
    pub user: Option<Said<String>>,
    /// File with the password.
    pub password_file: Option<Said<PathBuf>>,
    /// Service account file.
    pub service_account: Option<Said<PathBuf>>,
    /// User of HTTP basic.
    pub basic_user: Option<Said<String>>,
}

/// A flag over the file.
fn over<T: Clone>(flag: Option<&T>, name: &str, file: Option<Said<T>>) -> Option<Said<T>> {
    flag.map(|value| Said::new(value.clone(), name)).or(file)
}

fn over_list<T: Clone>(flag: &[T], name: &str, file: Option<Said<Vec<T>>>) -> Option<Said<Vec<T>>> {
    if flag.is_empty() {
        file
    } else {
        Some(Said::new(flag.to_vec(), name))
    }
}

/// Merges and checks.
pub fn merge(args: &Args, file: File, problems: &mut Problems) -> Settings {
    let (agents, inventory_file) = agents(
        args,
        file.cluster.agents_list.clone(),
        file.cluster.agents_file.clone(),
        problems,
    );
    let mut targets = targets(args, &file, problems);
    targets.agents = agents;
    targets.inputs = inputs(args, &file, inventory_file, problems);
    targets.skipped = skipped(args, &file, problems);
    targets.backups.named = args.backups.named(file.inputs.backups.clone(), problems);
    let needed = !targets.backups.named.is_empty() && !targets.skips(items::BACKUP);
    let noted = problems.count();
    let bytes = args.backups.bytes(&file.backup, needed, problems);
    let unsaid = matches!(bytes, Bytes::Unsaid) && (needed || problems.count() == noted);
    if args.zk.zk_data && unsaid && !targets.skips(items::ZOOKEEPER) {
        problems.note("--zk-data", zk_tree::UNSAID);
    }
    let limits = limits(args, &file, problems);
    let zk_tree = zk_tree::merge(&args.zk, &file, &bytes);
    let mut tls = Tls::default();
    tls.insecure = args.insecure || file.auth.insecure.as_ref().is_some_and(|said| said.value);
    tls.needed = targets.needs_tls();
    if let Some(said) = over_list(&args.ca_cert, "--ca-cert", file.auth.ca_cert) {
        for path in said.value {
            if let Err(what) = tls.add_authority(&path) {
                problems.note(&said.place, what);
            }
        }
    }
    Settings {
        zk_tree,
        bytes,
        targets,
        limits,
        tls,
        proxy: over(args.proxy.as_ref(), "--proxy", file.collect.proxy).map(|said| said.value),
        auth: AuthSettings {
            token_file: over(args.token_file.as_ref(), "--token-file", file.auth.token_file),
            user: over(args.user.as_ref(), "--user", file.auth.user),
            password_file: over(args.password_file.as_ref(), "--password-file", file.auth.password_file),
            service_account: over(
                args.service_account.as_ref(),
                "--service-account",
                file.auth.service_account,
            ),
            basic_user: over(args.basic_user.as_ref(), "--basic-user", file.auth.basic_user),
        },
    }
}

fn base(said: &str, place: &str, port: u16, problems: &mut Problems) -> Option<Base> {
    match Base::parse(said, port) {
        Ok(base) => Some(base),
        Err(what) => {
            problems.note(place, what);
            None
        }
    }
}

fn bases(list: Option<Said<Vec<String>>>, port: u16, problems: &mut Problems) -> Vec<Base> {
    let Some(said) = list else { return Vec::new() };
    if said.value.is_empty() {
        problems.note(&said.place, "an empty list names nothing; leave it out instead");
    }
    let mut all: Vec<Base> = Vec::new();
    for text in &said.value {
        if let Some(base) = base(text, &said.place, port, problems) {
            if all.contains(&base) {
                problems.note(&said.place, format!("`{text}` stands there twice"));
            } else {
                all.push(base);
            }
        }
    }
    all
}

fn targets(args: &Args, file: &File, problems: &mut Problems) -> Targets {
    let cluster = &file.cluster;
    let port = |source| items::usual_port(source).unwrap_or(80);
    let masters = over_list(&args.masters, "--masters", cluster.masters.clone());
    let named = bases(masters.clone(), port(items::MESOS_MASTER), problems);
    let mesos = bases(
        over_list(&args.mesos, "--mesos", cluster.mesos.clone()),
        port(items::MESOS_MASTER),
        problems,
    );
    let kind = over(args.kind.as_ref(), "--kind", cluster.kind.clone());
    let kind = match kind.as_ref().map(|said| said.value.as_str()) {
        None | Some("auto") => ClusterKind::Auto,
        Some("dcos") => ClusterKind::Dcos,
        Some("mesos") => ClusterKind::Mesos,
        Some(other) => {
            let place = kind.as_ref().map_or("kind", |said| said.place.as_str());
            problems.note(place, format!("`{other}` is no kind of cluster (auto, dcos, mesos)"));
            ClusterKind::Auto
        }
    };
    let marathon: Vec<Said<(String, String)>> = if args.marathon.is_empty() {
        cluster.marathon.clone()
    } else {
        args.marathon
            .iter()
            .filter_map(|text| {
                let pair = text
                    .split_once('=')
                    .map(|(name, url)| (name.trim().to_owned(), url.trim().to_owned()));
                if pair.is_none() {
                    problems.note("--marathon", format!("`{text}` is not NAME=URL"));
                }
                pair.map(|pair| Said::new(pair, "--marathon"))
            })
            .collect()
    };
    let mut taken = BTreeSet::new();
    let marathons = marathon
        .into_iter()
        .filter_map(|said| {
            let (name, url) = said.value;
            if name.is_empty() || !taken.insert(name.to_ascii_lowercase()) {
                problems.note(
                    &said.place,
                    format!("the Marathon name `{name}` is empty or stands there twice"),
                );
                return None;
            }
            base(&url, &said.place, 8080, problems).map(|base| (name, base))
        })
        .collect();
    let admin_router = over(
        args.admin_router.as_ref(),
        "--admin-router",
        cluster.admin_router.clone(),
    )
    .and_then(|said| base(&said.value, &said.place, 80, problems));
    let expected = masters.map_or_else(
        || mesos.iter().map(|base| base.origin.host.clone()).collect(),
        |said| said.value,
    );
    Targets {
        kind,
        masters: expected,
        mesos: if mesos.is_empty() { named } else { mesos },
        admin_router,
        marathons,
        exhibitors: bases(
            over_list(&args.exhibitor, "--exhibitor", cluster.exhibitor.clone()),
            port(items::EXHIBITOR),
            problems,
        ),
        zookeepers: bases(
            over_list(&args.zookeeper, "--zookeeper", cluster.zookeeper.clone()),
            port(items::ZOOKEEPER),
            problems,
        ),
        ..Targets::default()
    }
}

/// Expected agents, and the file they came from.
fn agents(
    args: &Args,
    list: Option<Said<Vec<String>>>,
    named: Option<Said<PathBuf>>,
    problems: &mut Problems,
) -> (Option<Vec<String>>, Option<PathBuf>) {
    let (list, named) = match args.agents.as_slice() {
        [] => (list, named),
        // One value that is a file is an inventory; anything else is a list of hosts.
        [one] if std::path::Path::new(one).is_file() => (None, Some(Said::new(PathBuf::from(one), "--agents"))),
        many => (Some(Said::new(many.to_vec(), "--agents")), None),
    };
    if let Some(said) = list {
        for host in &said.value {
            if let Err(what) = inventory::check(host) {
                problems.note(&said.place, format!("{what}, nor a file"));
            }
        }
        if said.value.is_empty() {
            problems.note(
                &said.place,
                "an empty list says that no agent is expected; leave it out instead",
            );
        }
        return (Some(said.value), None);
    }
    let Some(said) = named else { return (None, None) };
    let hosts = std::fs::read_to_string(&said.value)
        .map_err(|error| error.to_string())
        .and_then(|text| inventory::hosts(&text));
    match hosts {
        Ok(hosts) => (Some(hosts), Some(said.value)),
        Err(what) => {
            problems.note(&said.place, format!("{}: {what}", said.value.display()));
            (None, None)
        }
    }
}

fn inputs(args: &Args, file: &File, inventory: Option<PathBuf>, problems: &mut Problems) -> Vec<Input> {
    let named = [
        (
            items::INPUT_CONFIG,
            &args.config_yaml,
            "--config-yaml",
            &file.inputs.config_yaml,
        ),
        (
            items::INPUT_NEW_CONFIG,
            &args.new_config_yaml,
            "--new-config-yaml",
            &file.inputs.new_config_yaml,
        ),
        (
            items::INPUT_IP_DETECT,
            &args.ip_detect,
            "--ip-detect",
            &file.inputs.ip_detect,
        ),
        (
            items::INPUT_NEW_IP_DETECT,
            &args.new_ip_detect,
            "--new-ip-detect",
            &file.inputs.new_ip_detect,
        ),
        (items::INPUT_LICENSE, &args.license, "--license", &file.inputs.license),
    ];
    let signoffs = over(args.signoffs.as_ref(), "--signoffs", file.inputs.signoffs.clone());
    let mut all: Vec<Input> = inventory
        .map(|path| Input {
            item: items::INPUT_INVENTORY,
            path,
        })
        .into_iter()
        .collect();
    if let Some(said) = signoffs {
        match signoffs::read(&said.value) {
            Ok(_) => all.push(Input {
                item: items::INPUT_SIGNOFFS,
                path: said.value,
            }),
            Err(error) => problems.note(&said.place, error.message),
        }
    }
    for (item, flag, name, file) in named {
        let Some(said) = over(flag.as_ref(), name, file.clone()) else {
            continue;
        };
        if said.value.is_file() {
            all.push(Input { item, path: said.value });
        } else {
            problems.note(&said.place, format!("there is no file {}", said.value.display()));
        }
    }
    all
}

fn skipped(args: &Args, file: &File, problems: &mut Problems) -> BTreeSet<String> {
    let mut known = |said: &Said<Vec<String>>| -> BTreeSet<String> {
        said.value
            .iter()
            .filter(|name| {
                let known = items::SOURCES.contains(&name.as_str());
                if !known {
                    let hint = nearest(name, items::SOURCES).map_or_else(
                        || format!("known: {}", items::SOURCES.join(", ")),
                        |meant| format!("did you mean `{meant}`?"),
                    );
                    problems.note(&said.place, format!("`{name}` is no source; {hint}"));
                }
                known
            })
            .cloned()
            .collect()
    };
    let mut skipped = BTreeSet::new();
    if let Some(only) = over_list(&args.only, "--only", file.collect.only.clone()) {
        let only = known(&only);
        skipped.extend(
            items::SOURCES
                .iter()
                .filter(|name| !only.contains(**name))
                .map(|name| (*name).to_owned()),
        );
    }
    if let Some(skip) = over_list(&args.skip, "--skip", file.collect.skip.clone()) {
        skipped.extend(known(&skip));
    }
    skipped
}

fn limits(args: &Args, file: &File, problems: &mut Problems) -> Limits {
    let standard = Limits::default();
    let mut time = |flag: Option<&String>, name: &str, file: Option<&Said<Duration>>, standard: Duration| match flag {
        Some(text) => duration(text).unwrap_or_else(|what| {
            problems.note(name, what);
            standard
        }),
        None => file.map_or(standard, |said| said.value),
    };
    let first_byte = time(
        args.timeout.as_ref(),
        "--timeout",
        file.collect.timeout.as_ref(),
        standard.first_byte,
    );
    let deadline = time(
        args.deadline.as_ref(),
        "--deadline",
        file.collect.deadline.as_ref(),
        standard.deadline,
    );
    let number = |flag: Option<u64>, file: Option<&Said<u64>>| flag.or(file.map(|said| said.value));
    let concurrency = number(args.concurrency, file.collect.concurrency.as_ref())
        .map_or(standard.concurrency, |number| {
            usize::try_from(number.min(1024)).unwrap_or(1024)
        });
    let bulk_bytes = number(args.max_state, file.collect.max_state.as_ref())
        .map_or(standard.bulk_bytes, |mib| mib.saturating_mul(1 << 20));
    Limits {
        first_byte,
        connect: standard.connect.min(first_byte),
        deadline,
        concurrency,
        bulk_bytes,
        ..standard
    }
}
