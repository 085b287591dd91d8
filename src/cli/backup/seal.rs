//! `gonogo backup seal`: encrypts backups to recipients. Leaves what it reads as it is; no clear byte is written.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::interruptible;
use crate::archive::Place;
use crate::backup::seal::{self, Content, ENDING, Form, SealError, Sealed};
use crate::cli::config::reader::Problems;
use crate::cli::recipients::{self, RecipientArgs};
use crate::cli::text::sanitized;
use crate::cli::{Ctx, Failure, config, exit};

/// Arguments.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A file is sealed as it is, a folder as a tar of everything in it. The sealed file appears when it is whole and flushed, mode
0600; `age -d` opens it as well as `gonogo backup open`. The backup itself stays where it is: delete it yourself, when the
sealed copy was opened once for a trial. A file that changes while it is read is not sealed.

An identity is made with `age-keygen -o identity.txt`; `age-keygen -y identity.txt` prints its recipient. Keep the identity
away from the cluster and from the backups.

Examples:
  gonogo backup seal zk-backup.tar.gz iam-backup.sql --recipients-file recipients.txt -o sealed/
  gonogo backup seal /var/backups/zookeeper --recipient age1… -o zookeeper.tar.age

Exit codes: 0 sealed, 2 usage (something stands there already, no recipient), 1 failure of I/O, a backup that changed while it was
read, 130 interrupted (nothing half-written is left).")]
pub struct Args {
    /// Backups: files or folders
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,
    /// The sealed file; or an existing folder, which gets NAME.age of each (of a folder NAME.tar.age)
    #[arg(short, long, value_name = "FILE|FOLDER")]
    pub output: PathBuf,
    /// To whom.
    #[command(flatten)]
    pub to: RecipientArgs,
    /// As text between BEGIN and END lines, a third larger
    #[arg(long, help_heading = "Sealing")]
    pub armor: bool,
    /// Replace a sealed file that stands there already
    #[arg(long)]
    pub force: bool,
}

/// Runs the command.
pub fn run(args: &Args, ctx: &mut Ctx<'_>) -> anyhow::Result<u8> {
    let mut problems = Problems::default();
    let file = config::read(ctx.config.as_deref(), &mut problems)?;
    let to = args.to.merge(&file.backup, &mut problems);
    if !problems.is_empty() {
        return Err(config::failure(&problems).into());
    }
    if to.is_empty() {
        return Err(recipients::nobody().into());
    }
    let form = if args.armor { Form::Armored } else { Form::Binary };
    let mut work = Vec::new();
    // Every place is looked at before the first byte is read.
    for (path, out) in outputs(args)? {
        work.push((path, Place::for_file(&out, args.force)?));
    }
    for (path, place) in work {
        let (from, to) = (path.clone(), to.clone());
        let (sealed, content) = interruptible::run(move |watch| seal::seal(&from, place, &to, form, watch))??;
        ctx.out
            .write_all(lines(&path, &sealed, &content).as_bytes())
            .map_err(|error| Failure::io("standard output", &error))?;
    }
    Ok(exit::GO)
}

/// What goes where.
fn outputs(args: &Args) -> Result<Vec<(PathBuf, PathBuf)>, anyhow::Error> {
    let into = args.output.is_dir();
    if !into && args.paths.len() > 1 {
        return Err(Failure::usage(format!(
            "{} paths, and {} is no folder",
            args.paths.len(),
            sanitized(&args.output.display().to_string())
        ))
        .hint("make the folder first, or seal them one by one")
        .into());
    }
    let mut all: BTreeMap<PathBuf, PathBuf> = BTreeMap::new();
    let mut ordered = Vec::new();
    for path in &args.paths {
        let out = if into {
            args.output.join(sealed_name(path)?)
        } else {
            args.output.clone()
        };
        if let Some(other) = all.insert(out.clone(), path.clone()) {
            return Err(Failure::usage(format!(
                "{} and {} would both become {}",
                sanitized(&other.display().to_string()),
                sanitized(&path.display().to_string()),
                sanitized(&out.display().to_string())
            ))
            .hint("seal them one by one, each with its own -o")
            .into());
        }
        ordered.push((path.clone(), out));
    }
    Ok(ordered)
}

/// `zk.tar.gz.age`, `zookeeper.tar.age`.
fn sealed_name(path: &Path) -> Result<String, SealError> {
    // `.` and `..` have a name, too.
    let own = path.canonicalize().map_err(|source| SealError::Read {
        path: path.to_owned(),
        source,
    })?;
    let name = own.file_name().unwrap_or(OsStr::new("backup")).to_string_lossy();
    let tar = if own.is_dir() { ".tar" } else { "" };
    Ok(format!("{name}{tar}{ENDING}"))
}

fn lines(path: &Path, sealed: &Sealed, content: &Content) -> String {
    let recipients = match sealed.recipients {
        1 => "1 recipient".to_owned(),
        many => format!("{many} recipients"),
    };
    let tar = if content.folder { ", as a tar" } else { "" };
    format!(
        "{} ({} bytes, sha256 {}{tar})\n  -> {} ({} bytes, sha256 {}, for {recipients})\n",
        sanitized(&path.display().to_string()),
        content.bytes,
        content.sha256,
        sanitized(&sealed.path.display().to_string()),
        sealed.bytes,
        sealed.sha256,
    )
}
