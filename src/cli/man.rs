//! `gonogo man`: manual pages in roff. Writes only where it is told to.

use std::path::PathBuf;

use clap::CommandFactory as _;

use super::{Ctx, Failure, exit};

/// Arguments.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  gonogo man | man -l -
  gonogo man --folder ~/.local/share/man/man1")]
pub struct Args {
    /// Write one page per command into this folder, instead of printing the main page
    #[arg(long, value_name = "FOLDER")]
    pub folder: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: &Args, ctx: &mut Ctx<'_>) -> anyhow::Result<u8> {
    let command = super::args::Cli::command();
    if let Some(folder) = &args.folder {
        clap_mangen::generate_to(command, folder).map_err(|error| {
            Failure::io(&folder.display().to_string(), &error).hint("name an existing folder that you may write to")
        })?;
        ctx.say(&format!(
            "manual pages are in {}",
            super::text::sanitized(&folder.display().to_string())
        ));
        return Ok(exit::GO);
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(command)
        .render(&mut page)
        .map_err(|error| Failure::io("the manual page", &error))?;
    ctx.out
        .write_all(&page)
        .map_err(|error| Failure::io("standard output", &error))?;
    Ok(exit::GO)
}
