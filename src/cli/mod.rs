//! The command line: one thin file per command, arguments, progress, logging, exit codes. The only room that prints.
//!
//! A new command is one file with `Args` and `run`, one variant in [`args::Command`] and one arm in `dispatch`.

pub mod args;
pub mod backup;
pub mod backups;
pub mod check;
pub mod checks;
pub mod collect;
pub mod compare;
pub mod completions;
pub mod config;
pub mod constraints;
mod credentials;
pub mod ctx;
pub mod demo;
pub mod exit;
pub mod explain;
pub mod failure;
pub mod import;
pub mod judge;
pub mod knowledge;
pub mod load;
pub mod logging;
pub mod man;
pub mod output;
pub mod plan;
mod progress;
pub mod recipients;
pub mod report;
pub mod select;
pub mod signoff;
pub mod signoffs;
pub mod text;
pub mod verify;
pub mod waivers;
pub mod workbook;
pub mod workloads;
pub mod zk_tree;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};
pub use ctx::{Ctx, Terminal};
pub use failure::Failure;

/// The whole program: arguments and terminal of this process in, exit code out.
pub fn main() -> ExitCode {
    let mut out = ctx::QuietPipe::new(io::BufWriter::new(io::stdout()));
    let mut err = ctx::QuietPipe::new(io::stderr());
    let code = run(std::env::args_os(), Terminal::of_process(), &mut out, &mut err);
    ExitCode::from(code)
}

/// Parses, dispatches, and turns whatever happened into an exit code. Never panics on arguments or on a closed pipe.
pub fn run(
    arguments: impl IntoIterator<Item = OsString>,
    terminal: Terminal,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> u8 {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let terminal = terminal.with_color(args::color_asked(&arguments));
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => return answer_clap(&error, terminal, out, err),
    };
    logging::init(cli.global.verbosity());
    let mut ctx = Ctx {
        out,
        err,
        terminal,
        verbosity: cli.global.verbosity(),
        config: cli.global.config,
        knowledge: cli.global.knowledge,
    };
    let ended = dispatch(cli.command, &mut ctx).and_then(|code| {
        ctx.out
            .flush()
            .map_err(|error| Failure::io("standard output", &error))?;
        Ok(code)
    });
    match ended {
        Ok(code) => code,
        Err(error) => {
            // A message that cannot be written must not hide the exit code.
            let _ = writeln!(ctx.err, "{}", failure::message(&error));
            exit::of_error(&error)
        }
    }
}

/// Hands over to the command. One arm per command.
fn dispatch(command: Command, ctx: &mut Ctx<'_>) -> anyhow::Result<u8> {
    match command {
        Command::Demo(args) => demo::run(&args, ctx),
        Command::Check(args) => check::run(&args, ctx),
        Command::Compare(args) => compare::run(&args, ctx),
        Command::Plan(args) => plan::run(&args, ctx),
        Command::Constraints(args) => constraints::run(&args, ctx),
        Command::Backup(args) => backup::run(&args, ctx),
        Command::Report(args) => report::run(&args, ctx),
        Command::Import(args) => import::run(&args, ctx),
        Command::Signoff(args) => signoff::run(&args, ctx),
        Command::Workbook(args) => workbook::run(&args, ctx),
        Command::Workloads(args) => workloads::run(&args, ctx),
        Command::Verify(args) => verify::run(&args, ctx),
        Command::Collect(args) => collect::run(&args, ctx),
        Command::Checks(args) => checks::run(&args, ctx),
        Command::Explain(args) => explain::run(&args, ctx),
        Command::Knowledge(args) => knowledge::run(&args, ctx),
        Command::Completions(args) => completions::run(&args, ctx),
        Command::Man(args) => man::run(&args, ctx),
    }
}

/// Help and version are results (stdout, 0); every other complaint of the parser is a usage error (stderr, 2).
fn answer_clap(error: &clap::Error, terminal: Terminal, out: &mut dyn Write, err: &mut dyn Write) -> u8 {
    let rendered = error.render();
    let (to, color, code): (&mut dyn Write, bool, u8) = if error.use_stderr() {
        (err, terminal.err_color, exit::USAGE)
    } else {
        (out, terminal.color, exit::GO)
    };
    let text = if color {
        rendered.ansi().to_string()
    } else {
        text::sanitized_lines(&rendered.to_string())
    };
    let _ = to.write_all(text.as_bytes());
    let _ = to.flush();
    code
}
