//! `gonogo backup`: proves backups, and what goes with them. One file per subcommand; reads no cluster.

pub mod drill;
pub mod inspect;
pub mod script;

use super::Ctx;

/// Arguments.
#[derive(Debug, clap::Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
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
    /// Write the script that takes the backups of a DC/OS release: for one host, as an Ansible playbook, or as commands
    Script(script::Args),
}

/// Runs the command.
pub fn run(args: &Args, ctx: &mut Ctx<'_>) -> anyhow::Result<u8> {
    match &args.command {
        BackupCommand::Inspect(args) => inspect::run(args, ctx),
        BackupCommand::Drill(args) => drill::run(args, ctx),
        BackupCommand::Script(args) => script::run(args, ctx),
    }
}
