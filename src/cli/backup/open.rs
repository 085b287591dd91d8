//! `gonogo backup open`: decrypts a sealed backup with an identity file, and compares it with what an archive proves of it.
//!
//! The identity comes from a file, never from an argument, and stands in no message.

use std::path::{Path, PathBuf};

use super::{interruptible, kept};
use crate::archive::Place;
use crate::backup::seal::{self, ENDING, Identities, Known, Opened};
use crate::cli::text::sanitized;
use crate::cli::{Ctx, Failure, exit};
use crate::model::backup::Kept;

/// Arguments.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
What comes out appears under its name (mode 0600) when its last byte was read and found to be the one that was sealed; of a
file that is altered, cut or sealed for others nothing is kept. A folder was sealed as a tar and comes back as one; `gonogo
backup inspect` reads it as it is. With --archive it must besides be a backup that the archive proves (SHA-256).

Examples:
  gonogo backup open pre.sealed/zk-backup.tar.gz.age --identity identity.txt -o restore/
  gonogo backup open zk.age --identity identity.txt -o zk-backup.tar.gz --archive pre.tar.gz

Exit codes: 0 opened, 6 altered, cut, no sealed file, or not what the archive proves, 2 usage (another identity, something stands
there already), 7 others may read the identity file, 1 failure of I/O, 130 interrupted (nothing is left behind).")]
pub struct Args {
    /// The sealed file
    #[arg(value_name = "FILE.age")]
    pub sealed: PathBuf,
    /// File with the identity (AGE-SECRET-KEY-…), as `age-keygen` writes it; nobody else may read it
    #[arg(long, value_name = "FILE", env = "GONOGO_IDENTITY_FILE", hide_env_values = true)]
    pub identity: PathBuf,
    /// Where to: a file, or an existing folder, which gets the name without .age
    #[arg(short, long, value_name = "PATH")]
    pub output: PathBuf,
    /// Archive that proves it
    #[arg(long, value_name = "ARCHIVE")]
    pub archive: Option<PathBuf>,
    /// Replace a file that stands there already
    #[arg(long)]
    pub force: bool,
}

/// Runs the command.
pub fn run(args: &Args, ctx: &mut Ctx<'_>) -> anyhow::Result<u8> {
    let by = Identities::read(&args.identity)?;
    let place = Place::for_file(&output(args)?, args.force)?;
    let known = args.archive.as_deref().map(known).transpose()?;
    let sealed = args.sealed.clone();
    let opened = interruptible::run(move |watch| seal::open(&sealed, &by, &place, known.as_deref(), watch))??;
    ctx.out
        .write_all(lines(args, &opened).as_bytes())
        .map_err(|error| Failure::io("standard output", &error))?;
    Ok(exit::GO)
}

fn output(args: &Args) -> Result<PathBuf, Failure> {
    if !args.output.is_dir() {
        return Ok(args.output.clone());
    }
    let name = args.sealed.file_name().unwrap_or_default().to_string_lossy();
    match name.strip_suffix(ENDING).filter(|name| !name.is_empty()) {
        Some(name) => Ok(args.output.join(name)),
        None => Err(Failure::usage(format!(
            "{} is a folder, and `{}` does not end in {ENDING}",
            sanitized(&args.output.display().to_string()),
            sanitized(&name)
        ))
        .hint("name the file to write with -o")),
    }
}

/// What the archive proves; an archive without any proof is of no use here.
fn known(archive: &Path) -> anyhow::Result<Vec<Known>> {
    let held = kept::read(archive)?;
    let known: Vec<Known> = held
        .proofs
        .into_iter()
        .flat_map(|(_, proofs)| proofs.backups)
        .map(|proof| Known {
            sealed_sha256: match proof.kept {
                Some(Kept::Sealed { sha256, .. }) => Some(sha256),
                Some(Kept::InClear { .. }) | None => None,
            },
            name: sanitized(&proof.path),
            sha256: proof.sha256,
        })
        .collect();
    if known.is_empty() {
        return Err(Failure::usage(format!(
            "{} holds no proof of a backup",
            sanitized(&archive.display().to_string())
        ))
        .hint("give the archive that was made with `gonogo collect --backup`, or leave --archive out")
        .into());
    }
    Ok(known)
}

fn lines(args: &Args, opened: &Opened) -> String {
    let proven = match (&opened.proven, &args.archive) {
        (Some(name), Some(archive)) => {
            format!("  the backup {name} of {}\n", sanitized(&archive.display().to_string()))
        }
        _ => String::new(),
    };
    format!(
        "{} ({} bytes, sha256 {})\n{proven}",
        sanitized(&opened.path.display().to_string()),
        opened.bytes,
        opened.sha256
    )
}
