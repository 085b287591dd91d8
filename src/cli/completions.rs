//! `gonogo completions`: prints a completion script. Writes no file.

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::{Ctx, Failure, exit};

/// Arguments.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  gonogo completions bash > ~/.local/share/bash-completion/completions/gonogo
  gonogo completions zsh  > \"${fpath[1]}/_gonogo\"
  gonogo completions fish > ~/.config/fish/completions/gonogo.fish")]
pub struct Args {
    /// Which shell
    pub shell: Shell,
}

/// Runs the command.
pub fn run(args: &Args, ctx: &mut Ctx<'_>) -> anyhow::Result<u8> {
    // Generated into memory first: the generator panics where its writer fails.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::args::Cli::command(), "gonogo", &mut script);
    ctx.out
        .write_all(&script)
        .map_err(|error| Failure::io("standard output", &error))?;
    Ok(exit::GO)
}
