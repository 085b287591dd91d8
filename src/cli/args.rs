//! Arguments: global options and the list of commands. Each command's own arguments stand in its own file.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

/// Go or no-go for DC/OS and Apache Mesos maintenance windows, with evidence.
#[derive(Debug, Parser)]
#[command(
    name = "gonogo",
    version,
    max_term_width = 100,
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = AFTER_HELP,
    long_about = "Collects evidence from a DC/OS or Apache Mesos cluster before and after a maintenance window, checks it, \
                  compares before and after, and says GO or NO-GO.\n\nReads only. Never says GO because it failed to look: \
                  missing evidence gives CANNOT SAY."
)]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const AFTER_HELP: &str = "\
Examples:
  gonogo demo                                    see it all on a simulated cluster
  gonogo plan --from 1.9.4 --to 1.11.3           which hops, and what is done in each of them?
  gonogo check pre.tar.gz --target 1.11.3        is the cluster ready for this version?
  gonogo compare pre.tar.gz post.tar.gz          did everything come back?
  gonogo explain agents-inactive                 why a check exists and how to fix what it found

Exit codes:
  0 GO (also with warnings)    1 failure of the tool or of I/O    2 usage or configuration
  3 NO-GO    4 GO WITH WARNINGS under --strict    5 CANNOT SAY    6 archive refused
  7 security refusal    130 interrupted";

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// Less: errors and results only
    #[arg(
        short,
        long,
        global = true,
        conflicts_with = "verbose",
        help_heading = "Global options"
    )]
    pub quiet: bool,
    /// More: -v lists everything and logs what is done, -vv logs every step
    #[arg(short, long, global = true, action = ArgAction::Count, help_heading = "Global options")]
    pub verbose: u8,
    /// Colour: auto (a terminal, and NO_COLOR is not set), always, never
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        value_name = "WHEN",
        help_heading = "Global options"
    )]
    pub color: ColorWhen,
    /// Configuration file [default: gonogo.toml in the current folder, where there is one]
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "GONOGO_CONFIG",
        hide_env_values = true,
        help_heading = "Global options"
    )]
    pub config: Option<PathBuf>,
    /// The site's own releases, paths, rules and images, beside what the vendor's documents say
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "GONOGO_KNOWLEDGE",
        hide_env_values = true,
        help_heading = "Global options"
    )]
    pub knowledge: Option<PathBuf>,
}

impl Global {
    /// -1 quiet, 0 normal, 1 for `-v`, 2 for `-vv` and more.
    pub fn verbosity(&self) -> i8 {
        if self.quiet {
            return -1;
        }
        i8::try_from(self.verbose.min(2)).unwrap_or(2)
    }
}

/// When to use colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ColorWhen {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The commands, in the order of their use.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// See it all on a simulated cluster: collect, upgrade, collect, compare
    Demo(super::demo::Args),
    /// Which hops lead to a version, and what is done in each of them, step by step
    Plan(super::plan::Args),
    /// Capture evidence from a cluster into an archive
    Collect(Box<super::collect::Args>),
    /// Is the cluster ready? One archive, the verdict
    Check(super::check::Args),
    /// Did everything come back? Two archives, what changed, the verdict
    Compare(super::compare::Args),
    /// What a Marathon, and the way to another one, does with the placement constraints of a saved list of apps
    Constraints(super::constraints::Args),
    /// Prove that backups of ZooKeeper and of the IAM database can be restored
    Backup(super::backup::Args),
    /// Render a saved JSON report again, in another format
    Report(super::report::Args),
    /// Make an archive of files saved with curl, or of an unpacked diagnostics bundle
    Import(super::import::Args),
    /// Answer what only people can answer, or list what they are asked
    Signoff(super::signoff::Args),
    /// Fill in the vendor's upgrade workbook from evidence
    Workbook(super::workbook::Args),
    /// What stops when an agent stops, which workloads are at risk, and in which waves agents can go
    Workloads(super::workloads::Args),
    /// Check that an archive is what was written, and say what it holds
    Verify(super::verify::Args),
    /// List the checks
    Checks(super::checks::Args),
    /// Say why a check exists, how to see it by hand and how to fix it
    Explain(super::explain::Args),
    /// Say what gonogo knows of releases, paths and rules, and from which documents
    Knowledge(super::knowledge::Args),
    /// Print completions for a shell
    Completions(super::completions::Args),
    /// Print the manual page, or write all pages into a folder
    Man(super::man::Args),
}

/// What `--color` asks for, read before parsing: help and usage errors obey it too.
pub fn color_asked(arguments: &[OsString]) -> ColorWhen {
    let mut asked = ColorWhen::Auto;
    let mut previous_is_flag = false;
    for argument in arguments.iter().filter_map(|argument| argument.to_str()) {
        let value = if previous_is_flag {
            Some(argument)
        } else {
            argument.strip_prefix("--color=")
        };
        if let Some(value) = value {
            asked = ColorWhen::from_str(value, false).unwrap_or(asked);
        }
        previous_is_flag = argument == "--color";
    }
    asked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parser_is_sound() {
        use clap::CommandFactory as _;
        Cli::command().debug_assert();
    }

    #[test]
    fn colour_is_known_before_parsing() {
        let asked = |arguments: &[&str]| color_asked(&arguments.iter().map(OsString::from).collect::<Vec<_>>());
        assert_eq!(asked(&["gonogo", "--color", "never"]), ColorWhen::Never);
        assert_eq!(asked(&["gonogo", "--color=always", "check"]), ColorWhen::Always);
        assert_eq!(asked(&["gonogo", "check"]), ColorWhen::Auto);
    }
}
