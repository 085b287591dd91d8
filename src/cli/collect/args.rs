//! Arguments of `gonogo collect`. Holds no secret: those come from files, the environment or the prompt.

use std::path::PathBuf;

use crate::archive::Container;
use crate::cli::backups::BackupArgs;
use crate::cli::zk_tree::ZkTreeArgs;
use crate::model::Phase;

/// Sources with their names, for the help text.
const SOURCES_HELP: &str = "mesos-master, mesos-agent, marathon, metronome, exhibitor, zookeeper, dcos, input, backup";

/// Arguments of `collect`.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// Masters of the cluster (host, host:port or URL); also the list of hosts that redirects and credentials may go to
    #[arg(
        long,
        value_name = "LIST",
        value_delimiter = ',',
        env = "GONOGO_MASTERS",
        hide_env_values = true,
        help_heading = "Where from"
    )]
    pub masters: Vec<String>,
    /// Admin Router of a DC/OS cluster
    #[arg(
        long,
        value_name = "URL",
        env = "GONOGO_ADMIN_ROUTER",
        hide_env_values = true,
        help_heading = "Where from"
    )]
    pub admin_router: Option<String>,
    /// Mesos masters, where they are not on port 5050 of each master
    #[arg(
        long,
        value_name = "LIST",
        value_delimiter = ',',
        env = "GONOGO_MESOS",
        hide_env_values = true,
        help_heading = "Where from"
    )]
    pub mesos: Vec<String>,
    /// Expected agents: a list, a file with one host per line, or an Ansible inventory
    #[arg(
        long,
        value_name = "LIST|FILE",
        value_delimiter = ',',
        env = "GONOGO_AGENTS",
        hide_env_values = true,
        help_heading = "Where from"
    )]
    pub agents: Vec<String>,
    /// A Marathon instance (the main one is called root); repeat for more
    #[arg(long, value_name = "NAME=URL", help_heading = "Where from")]
    pub marathon: Vec<String>,
    /// Exhibitors, where they are not on port 8181 of each master
    #[arg(
        long,
        value_name = "LIST",
        value_delimiter = ',',
        env = "GONOGO_EXHIBITOR",
        hide_env_values = true,
        help_heading = "Where from"
    )]
    pub exhibitor: Vec<String>,
    /// ZooKeeper servers, where the masters' flags do not name them
    #[arg(
        long,
        value_name = "LIST",
        value_delimiter = ',',
        env = "GONOGO_ZOOKEEPER",
        hide_env_values = true,
        help_heading = "Where from"
    )]
    pub zookeeper: Vec<String>,
    /// Kind of cluster: auto (decided from the masters' flags), dcos, mesos
    #[arg(
        long,
        value_name = "KIND",
        env = "GONOGO_KIND",
        hide_env_values = true,
        help_heading = "Where from"
    )]
    pub kind: Option<String>,
    /// Phase of the maintenance window: pre, during, post
    #[arg(
        long,
        value_name = "PHASE",
        required_unless_present = "dry_run",
        help_heading = "Archive"
    )]
    pub phase: Option<Phase>,
    /// The archive to write
    #[arg(
        short,
        long,
        value_name = "FILE",
        required_unless_present = "dry_run",
        help_heading = "Archive"
    )]
    pub output: Option<PathBuf>,
    /// Form of the archive: tar.gz, zip, folder [default: by the name of the output]
    #[arg(long, value_name = "FORM", value_parser = container, help_heading = "Archive")]
    pub container: Option<Container>,
    /// Replace an archive that stands there already
    #[arg(long, help_heading = "Archive")]
    pub force: bool,
    /// Why the archive is made
    #[arg(long, value_name = "TEXT", help_heading = "Archive")]
    pub reason: Option<String>,
    /// Change or support ticket
    #[arg(long, value_name = "ID", help_heading = "Archive")]
    pub ticket: Option<String>,
    /// Who makes it
    #[arg(
        long,
        value_name = "NAME",
        env = "GONOGO_OPERATOR",
        hide_env_values = true,
        help_heading = "Archive"
    )]
    pub operator: Option<String>,
    /// Only these sources
    #[arg(long, value_name = "SOURCES", value_delimiter = ',', help_heading = "What", long_help = format!("Only these sources: {SOURCES_HELP}"))]
    pub only: Vec<String>,
    /// All but these sources
    #[arg(long, value_name = "SOURCES", value_delimiter = ',', help_heading = "What", long_help = format!("All but these sources: {SOURCES_HELP}"))]
    pub skip: Vec<String>,
    /// The config.yaml in force
    #[arg(long, value_name = "FILE", help_heading = "What")]
    pub config_yaml: Option<PathBuf>,
    /// The config.yaml of the new version
    #[arg(long, value_name = "FILE", help_heading = "What")]
    pub new_config_yaml: Option<PathBuf>,
    /// The ip-detect script
    #[arg(long, value_name = "FILE", help_heading = "What")]
    pub ip_detect: Option<PathBuf>,
    /// The ip-detect script of the new version
    #[arg(long, value_name = "FILE", help_heading = "What")]
    pub new_ip_detect: Option<PathBuf>,
    /// The licence; only its size and hash are kept
    #[arg(long, value_name = "FILE", help_heading = "What")]
    pub license: Option<PathBuf>,
    /// Sign-offs that go into the archive [default: gonogo-signoffs.toml beside gonogo.toml, where there is one]
    #[arg(long, value_name = "FILE", help_heading = "Input files")]
    pub signoffs: Option<PathBuf>,
    /// Backups.
    #[command(flatten)]
    pub backups: BackupArgs,
    /// Print every request that would be made, and make none
    #[arg(long, help_heading = "What")]
    pub dry_run: bool,
    /// Time for the whole run [default: 1h]
    #[arg(
        long,
        value_name = "TIME",
        env = "GONOGO_DEADLINE",
        hide_env_values = true,
        help_heading = "Limits"
    )]
    pub deadline: Option<String>,
    /// Time from a request to the first byte of its answer [default: 30s]
    #[arg(
        long,
        value_name = "TIME",
        env = "GONOGO_TIMEOUT",
        hide_env_values = true,
        help_heading = "Limits"
    )]
    pub timeout: Option<String>,
    /// Requests in flight over all hosts; at one host there are never more than two [default: 16]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), env = "GONOGO_CONCURRENCY", hide_env_values = true, help_heading = "Limits")]
    pub concurrency: Option<u64>,
    /// Largest /state in MiB [default: 4096]
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u64).range(1..), help_heading = "Limits")]
    pub max_state: Option<u64>,
    /// File with a DC/OS token (also read: DCOS_ACS_TOKEN)
    #[arg(
        long,
        value_name = "FILE",
        env = "GONOGO_TOKEN_FILE",
        hide_env_values = true,
        help_heading = "Credentials"
    )]
    pub token_file: Option<PathBuf>,
    /// DC/OS user; the password comes from --password-file, GONOGO_PASSWORD or the prompt
    #[arg(
        long,
        value_name = "NAME",
        env = "GONOGO_USER",
        hide_env_values = true,
        help_heading = "Credentials"
    )]
    pub user: Option<String>,
    /// File with the password
    #[arg(
        long,
        value_name = "FILE",
        env = "GONOGO_PASSWORD_FILE",
        hide_env_values = true,
        help_heading = "Credentials"
    )]
    pub password_file: Option<PathBuf>,
    /// DC/OS service account (JSON with uid, private_key, login_endpoint)
    #[arg(
        long,
        value_name = "FILE",
        env = "GONOGO_SERVICE_ACCOUNT",
        hide_env_values = true,
        help_heading = "Credentials"
    )]
    pub service_account: Option<PathBuf>,
    /// User of a plain Mesos cluster with HTTP basic; password as for --user
    #[arg(
        long,
        value_name = "NAME",
        env = "GONOGO_BASIC_USER",
        hide_env_values = true,
        help_heading = "Credentials"
    )]
    pub basic_user: Option<String>,
    /// Certificate authority of the cluster (PEM); repeat for more
    #[arg(long, value_name = "FILE", help_heading = "Credentials")]
    pub ca_cert: Vec<PathBuf>,
    /// Do not verify certificates: anybody can pretend to be the cluster; recorded in the archive
    #[arg(long, help_heading = "Credentials")]
    pub insecure: bool,
    /// HTTP proxy; those of the environment are never used
    #[arg(long, value_name = "URL", help_heading = "Credentials")]
    pub proxy: Option<String>,
    /// The tree of znodes
    #[command(flatten)]
    pub zk: ZkTreeArgs,
}

const AFTER_HELP: &str = "\
Examples:
  gonogo collect --masters 10.0.0.1,10.0.0.2,10.0.0.3 --phase pre -o pre.tar.gz
  gonogo collect --admin-router https://dcos.example --token-file token --phase pre -o pre.tar.gz
  gonogo collect --masters 10.0.0.1 --backup zk-backup.tar.gz --recipient age1… --phase pre -o pre.tar.gz
  gonogo collect --masters 10.0.0.1 --zk-tree --phase pre -o pre.tar.gz
  gonogo collect --masters 10.0.0.1 --zk-data --recipient age1… --phase pre -o pre.tar.gz
  gonogo collect --config gonogo.toml --dry-run

Without --masters, --mesos and --admin-router, the cluster attached in the DC/OS CLI's own configuration is read.

Exit codes: 0 everything required was captured, 5 archive written but required evidence is missing,
7 a certificate or a redirect was refused (archive written all the same), 1 failure of this machine,
2 usage or configuration, 130 interrupted (nothing is left behind but the journal of --zk-tree, OUTPUT.zk-walk, and
whole files of --zk-data: the same command goes on with them).";

fn container(text: &str) -> Result<Container, String> {
    match text {
        "tar.gz" => Ok(Container::TarGz),
        "zip" => Ok(Container::Zip),
        "folder" => Ok(Container::Folder),
        other => Err(format!("`{other}` is no form of archive (tar.gz, zip, folder)")),
    }
}
