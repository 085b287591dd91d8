//! `gonogo backup`: proves backups, and what goes with them. One file per subcommand; reads no cluster.

pub mod drill;
pub mod inspect;
mod interruptible;
pub mod kept;
pub mod open;
pub mod script;
pub mod seal;

use super::Ctx;

/// Arguments.
#[derive(Debug, clap::Args)]
#[command(
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "\
Examples:
  gonogo backup inspect zk-backup.tar.gz iam-backup.sql
  gonogo backup seal zk-backup.tar.gz --recipients-file recipients.txt -o zk-backup.tar.gz.age
  gonogo backup open zk-backup.tar.gz.age --identity identity.txt -o zk-backup.tar.gz"
)]
pub struct Args {
    /// What to do with backups.
    #[command(subcommand)]
    pub command: BackupCommand,
}

/// The subcommands, in the order of their use.
#[derive(Debug, clap::Subcommand)]
pub enum BackupCommand {
    /// Prove that backups can be restored: read them to their end, count what is in them, find what is missing
    Inspect(inspect::Args),
    /// Restore drill: start a genuine ZooKeeper on a copy of a backup and compare what it gives back
    Drill(drill::Args),
    /// Encrypt backups to recipients, so that they can be kept and carried
    Seal(seal::Args),
    /// Decrypt a sealed backup with an identity, whole or not at all
    Open(open::Args),
    /// Write the script that takes the backups of a DC/OS release: for one host, as an Ansible playbook, or as commands
    Script(script::Args),
}

/// Runs the command.
pub fn run(args: &Args, ctx: &mut Ctx<'_>) -> anyhow::Result<u8> {
    match &args.command {
        BackupCommand::Inspect(args) => inspect::run(args, ctx),
        BackupCommand::Drill(args) => drill::run(args, ctx),
        BackupCommand::Seal(args) => seal::run(args, ctx),
        BackupCommand::Open(args) => open::run(args, ctx),
        BackupCommand::Script(args) => script::run(args, ctx),
    }
}
