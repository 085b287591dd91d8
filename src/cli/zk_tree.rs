//! `collect --zk-tree` and `--zk-data`: their flags, the credentials of its session, its journal, its line of `--dry-run`.
//!
//! Secrets come from files or the environment, never from an argument, and appear in no message.

use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::Utc;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::Failure;
use super::backups::Bytes;
use super::config::file::File;
use super::config::reader::Said;
use super::credentials::secret_file;
use crate::collect::engine::words;
use crate::collect::zk_session::files::{self, Files, How};
use crate::collect::zk_session::{Contents, WalkLimits, ZkAuth, journal};
use crate::collect::{Observer, ZkTree};

/// Environment variable with `user:password` of the scheme digest.
const DIGEST_VARIABLE: &str = "GONOGO_ZK_DIGEST";
/// A journal older than this is gone on with only where that was asked for: its evidence is as old.
const FRESH: Duration = Duration::from_hours(1);

/// Flags about the tree of znodes.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct ZkTreeArgs {
    /// Read the tree of znodes as well: a read-only session with ZooKeeper (opening and closing one are transactions; no znode changes)
    #[arg(long, help_heading = "What")]
    pub zk_tree: bool,
    /// Read what stands in the znodes as well (implies --zk-tree), into sealed files beside the archive: needs --recipient or
    /// --recipients-file, or --no-seal TEXT, which leaves them in clear. Nothing of it enters the archive
    #[arg(long, help_heading = "What")]
    pub zk_data: bool,
    /// Most znodes that are read; where there are more the walk ends incomplete [default: 2000000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), help_heading = "Limits")]
    pub zk_max_nodes: Option<u64>,
    /// Leave the access lists of the znodes out: half the requests
    #[arg(long, help_heading = "What")]
    pub zk_no_acls: bool,
    /// Go on with the journal of a walk that ended early (OUTPUT.zk-walk), however old it is
    #[arg(long, help_heading = "What")]
    pub resume: bool,
    /// File with user:password of ZooKeeper's scheme digest (also read: GONOGO_ZK_DIGEST)
    #[arg(
        long,
        value_name = "FILE",
        env = "GONOGO_ZOOKEEPER_DIGEST_FILE",
        hide_env_values = true,
        help_heading = "Credentials"
    )]
    pub zookeeper_digest_file: Option<PathBuf>,
    /// TOML file with username and password for SASL DIGEST-MD5 at ZooKeeper
    #[arg(
        long,
        value_name = "FILE",
        env = "GONOGO_ZOOKEEPER_SASL_FILE",
        hide_env_values = true,
        help_heading = "Credentials"
    )]
    pub zookeeper_sasl_file: Option<PathBuf>,
}

/// What was said about the tree; nothing secret is in here.
#[derive(Debug, Default)]
pub struct Settings {
    /// Whether it is wanted.
    pub wanted: bool,
    limits: WalkLimits,
    contents: Option<How>,
    resume: bool,
    digest_file: Option<PathBuf>,
    sasl_file: Option<PathBuf>,
}

/// Merges flags and file; `bytes` is what becomes of everything secret.
pub fn merge(args: &ZkTreeArgs, file: &File, bytes: &Bytes) -> Settings {
    let standard = WalkLimits::default();
    let path = |flag: Option<&PathBuf>, said: Option<&Said<PathBuf>>| flag.or(said.map(|said| &said.value)).cloned();
    let contents = match bytes {
        Bytes::Sealed(to) if args.zk_data => Some(How::Sealed(to.clone())),
        Bytes::InClear(because) if args.zk_data => Some(How::InClear(because.clone())),
        _ => None,
    };
    Settings {
        wanted: args.zk_tree || args.zk_data || file.zk_tree(),
        limits: WalkLimits {
            max_nodes: args.zk_max_nodes.unwrap_or(standard.max_nodes),
            acls: !args.zk_no_acls,
            contents: contents.is_some(),
            ..standard
        },
        contents,
        resume: args.resume,
        digest_file: path(args.zookeeper_digest_file.as_ref(), file.zookeeper_digest_file()),
        sasl_file: path(args.zookeeper_sasl_file.as_ref(), file.zookeeper_sasl_file()),
    }
}

/// What `--zk-data` wants and was not given.
pub const UNSAID: &str = "what stands in the znodes is secret and never enters the archive: say who may open the sealed \
                          files beside it (--recipient age1… or --recipients-file FILE), or in your own words why they are to stand there \
                          in clear (--no-seal TEXT)";

/// The session that a run would open, for `--dry-run`.
pub fn preview(settings: &Settings, archive: Option<&Path>) -> Option<String> {
    let limits = &settings.limits;
    let acls = if limits.acls { ", getACL" } else { "" };
    let data = if limits.contents { ", getData" } else { "" };
    let place = |how| files::folder(archive.unwrap_or(Path::new("<archive>")), how);
    let contents = match &settings.contents {
        None => String::new(),
        Some(how @ How::Sealed(to)) => format!(
            ", data/zookeeper/ensemble/contents.json; the contents, sealed for {} -> {}",
            many(to.len()),
            place(how).display()
        ),
        Some(how @ How::InClear(because)) => format!(
            ", data/zookeeper/ensemble/contents.json; the contents, IN CLEAR ({because}) -> {}",
            place(how).display()
        ),
    };
    settings.wanted.then(|| {
        format!(
            "ZK session with the servers of ZooKeeper, read-only: getChildren2{acls}{data} of every znode from /, at most {} requests at once, {} after each batch, at most {} znodes -> data/zookeeper/ensemble/tree.ndjson, data/zookeeper/ensemble/tree_summary.json{contents} (opening and closing a session are transactions; no znode changes)",
            limits.in_flight,
            words(limits.pause),
            limits.max_nodes
        )
    })
}

fn many(recipients: usize) -> String {
    match recipients {
        1 => "1 recipient".to_owned(),
        many => format!("{many} recipients"),
    }
}

/// What a run would do where no server takes a connection, for `--dry-run`.
pub fn preview_of_names(settings: &Settings) -> Option<String> {
    settings.wanted.then(|| {
        "GET http://<exhibitor>/exhibitor/v1/explorer/node?key=<path> -> data/zookeeper/ensemble/tree_summary.json (of every znode from /, names only; only on DC/OS or where Exhibitor was named, and only if no server of ZooKeeper takes a connection)".to_owned()
    })
}

/// Where the journal of an archive stands.
pub fn journal_of(output: &Path) -> PathBuf {
    let mut name = output.as_os_str().to_owned();
    name.push(journal::ENDING);
    PathBuf::from(name)
}

/// The walk, with its credentials; `None` where none is wanted.
///
/// # Errors
/// [`Failure`] with 2: unreadable credentials, a journal that is too old or is none, contents of another walk.
pub fn obtain(
    settings: &Settings,
    output: &Path,
    force: bool,
    observer: &dyn Observer,
) -> Result<Option<ZkTree>, Failure> {
    if !settings.wanted {
        return Ok(None);
    }
    let path = journal_of(output);
    let begun = journal::begun(&path).map_err(|error| {
        Failure::usage(format!("{}: {error}", path.display())).hint("remove it to begin anew, or choose another output")
    })?;
    match begun {
        None if settings.resume => {
            return Err(
                Failure::usage(format!("--resume: there is no journal {}", path.display()))
                    .hint("leave --resume out: the walk begins at /"),
            );
        }
        Some(begun) if !settings.resume && (Utc::now() - begun).to_std().unwrap_or_default() > FRESH => {
            return Err(Failure::usage(format!(
                "{} was begun at {}, more than {} ago",
                path.display(),
                begun.format("%Y-%m-%dT%H:%M:%SZ"),
                words(FRESH)
            ))
            .hint("--resume goes on with it all the same (the evidence is then as old); remove it to begin anew"));
        }
        Some(begun) => observer.note(&format!(
            "going on with the walk over the znodes that began at {}",
            begun.format("%Y-%m-%dT%H:%M:%SZ")
        )),
        None => {}
    }
    if let Some(how) = &settings.contents {
        let folder = files::folder(output, how);
        if begun.is_none() && !force && folder.symlink_metadata().is_ok() {
            return Err(Failure::usage(format!("{} stands there already", folder.display()))
                .hint("it holds the contents of another walk: choose another output, or --force replaces them"));
        }
        observer.note(&match how {
            How::Sealed(to) => format!(
                "the contents of the znodes go, sealed for {}, to {}",
                many(to.len()),
                folder.display()
            ),
            How::InClear(because) => format!(
                "WARNING: the contents of the znodes go, in clear (mode 0600), to {}, and the archive says so: {because}",
                folder.display()
            ),
        });
    }
    let contents = settings.contents.clone();
    Ok(Some(ZkTree {
        auth: auth(settings, observer)?,
        limits: settings.limits.clone(),
        journal: path,
        contents: contents.map(|how| Box::new(Files::new(output, how, force)) as Box<dyn Contents>),
    }))
}

fn auth(settings: &Settings, observer: &dyn Observer) -> Result<ZkAuth, Failure> {
    let digest = match &settings.digest_file {
        Some(path) => Some((secret_file(path, observer)?, path.display().to_string())),
        None => std::env::var(DIGEST_VARIABLE)
            .ok()
            .filter(|text| !text.is_empty())
            .map(|text| (SecretString::from(text), DIGEST_VARIABLE.to_owned())),
    };
    if let Some((digest, place)) = &digest
        && !digest
            .expose_secret()
            .split_once(':')
            .is_some_and(|(user, password)| !user.is_empty() && !password.is_empty())
    {
        return Err(Failure::usage(format!("{place} does not hold user:password")));
    }
    let sasl = match &settings.sasl_file {
        Some(path) => Some(sasl(&secret_file(path, observer)?, path)?),
        None => None,
    };
    Ok(ZkAuth {
        digest: digest.map(|(digest, _)| digest),
        sasl,
    })
}

/// Reads `username` and `password`. The parser's own words are not passed on: they quote the line.
fn sasl(text: &SecretString, path: &Path) -> Result<(String, SecretString), Failure> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sasl {
        username: String,
        password: String,
    }
    let read: Sasl = toml::from_str(text.expose_secret()).map_err(|_| {
        Failure::usage(format!(
            "{} is not TOML with username = \"…\" and password = \"…\" alone",
            path.display()
        ))
    })?;
    let password = SecretString::from(read.password);
    if read.username.is_empty() || password.expose_secret().is_empty() {
        return Err(Failure::usage(format!(
            "{}: username or password is empty",
            path.display()
        )));
    }
    Ok((read.username, password))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::Silent;

    fn settings(digest: Option<PathBuf>, sasl: Option<PathBuf>) -> Settings {
        Settings {
            wanted: true,
            digest_file: digest,
            sasl_file: sasl,
            ..Settings::default()
        }
    }

    #[test]
    fn credentials_are_read_and_no_message_quotes_them() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let good = settings(
            Some(file("d", "ann:not-a-real-secret\n")),
            Some(file("s", "username = \"zoe\"\npassword = \"not-a-real-secret\"\n")),
        );
        let auth = auth(&good, &Silent).unwrap();
        assert_eq!(auth.words(), "digest and sasl");
        assert_eq!(auth.sasl.as_ref().unwrap().0, "zoe");
        assert_eq!(
            auth.plain(),
            ["ann:not-a-real-secret", "not-a-real-secret", "not-a-real-secret"]
        );
        for (number, text) in [
            "not-a-real-secret",
            ":not-a-real-secret",
            "password = not-a-real-secret",
            "username = \"zoe\"\npassword = \"not-a-real-secret\"\nother = 1",
            "username = \"\"\npassword = \"not-a-real-secret\"",
        ]
        .iter()
        .enumerate()
        {
            let path = file(&format!("bad{number}"), text);
            for bad in [settings(Some(path.clone()), None), settings(None, Some(path.clone()))] {
                if let Err(failure) = super::auth(&bad, &Silent) {
                    assert!(!format!("{failure:?} {failure}").contains("not-a-real"), "{failure}");
                } else {
                    assert!(bad.digest_file.is_some() && text.contains(':'), "{text}");
                }
            }
        }
    }
}
