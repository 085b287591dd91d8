//! `gonogo backup script`: writes what takes the backups of one DC/OS release. Runs none of it, asks no cluster.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};

use crate::backup::script::{self, Request};
use crate::cli::{Ctx, Failure, exit, judge, load, output};
use crate::facts::Facts;
use crate::knowledge::Knowledge;
use crate::knowledge::hops::Product;
use crate::knowledge::signoffs::Edition;
use crate::model::Version;
use crate::plan::Cluster;

/// Arguments.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  gonogo backup script --from 1.11.3 --edition enterprise -o gonogo-backup.sh
  ssh <master> sudo sh -s < gonogo-backup.sh                     over ssh; by hand: sudo sh gonogo-backup.sh
  gonogo backup script --archive pre.tar.gz --form ansible -o gonogo-backup.yml
  gonogo backup script --from 1.9.4 --form commands                the lines alone, to type

The script looks at free space first, overwrites nothing, and writes a record beside each backup: exit status, times, counts
of znodes before and after, SHA-256. `gonogo backup inspect` and `gonogo collect --backup` read it. What changes something
(dcos-zk stops Exhibitor) is done only when the script is told to; what makes Marathon's leader step down is printed, never
called.")]
pub struct Args {
    /// DC/OS release that runs
    #[arg(long, value_name = "VERSION", value_parser = judge::version, required_unless_present = "archive", conflicts_with = "archive")]
    pub from: Option<Version>,
    /// Archive that says which release runs, its edition and its masters
    #[arg(long, value_name = "ARCHIVE")]
    pub archive: Option<PathBuf>,
    /// Edition: enterprise or open [default: what the archive says, else ways of both]
    #[arg(long, value_name = "EDITION", value_parser = PossibleValuesParser::new(["enterprise", "open"])
        .map(|name| if name == "enterprise" { Edition::Enterprise } else { Edition::Open }))]
    pub edition: Option<Edition>,
    /// Masters in the order of their turn, with commas between
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = host, conflicts_with = "archive")]
    pub masters: Vec<String>,
    /// What to write [default: sh; ansible where -o ends in .yml or .yaml]
    #[arg(long, value_enum)]
    pub form: Option<Form>,
    /// Write it to FILE instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// What to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Form {
    /// A script for one host
    Sh,
    /// A playbook around it, the leading master last
    Ansible,
    /// The lines alone
    Commands,
}

/// A host name or address: it stands in a playbook.
fn host(text: &str) -> Result<String, String> {
    let text = text.trim();
    let fine = !text.is_empty()
        && text.len() < 254
        && !text.starts_with('-')
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':'));
    if fine {
        Ok(text.to_owned())
    } else {
        Err("not a host name or address".to_owned())
    }
}

/// Runs the command.
pub fn run(args: &Args, ctx: &mut Ctx<'_>) -> anyhow::Result<u8> {
    if let Some(path) = &args.output {
        let inputs: Vec<&std::path::Path> = args.archive.iter().map(PathBuf::as_path).collect();
        output::probe(path, &inputs)?;
    }
    let knowledge = judge::knowledge_of(ctx)?;
    let request = match (&args.archive, &args.from) {
        (Some(path), _) => from_archive(path, args)?,
        (None, Some(release)) => Request {
            release: release.clone(),
            edition: args.edition,
            masters: args.masters.clone(),
            leader_known: false,
        },
        (None, None) => return Err(Failure::usage("neither --from nor --archive was given").into()),
    };
    known(knowledge, &request.release)?;
    let by_name = args
        .output
        .as_deref()
        .and_then(|path| path.extension())
        .is_some_and(|extension| extension.eq_ignore_ascii_case("yml") || extension.eq_ignore_ascii_case("yaml"));
    let form = match args.form {
        Some(Form::Ansible) => script::Form::Ansible,
        Some(Form::Commands) => script::Form::Commands,
        None if by_name => script::Form::Ansible,
        Some(Form::Sh) | None => script::Form::Sh,
    };
    let text = script::write(knowledge, &request, form);
    match &args.output {
        Some(path) => {
            output::write(path, &text)?;
            ctx.say(&format!("backup script: {}", path.display()));
        }
        None => ctx
            .out
            .write_all(text.as_bytes())
            .map_err(|error| Failure::io("standard output", &error))?,
    }
    Ok(exit::GO)
}

fn from_archive(path: &std::path::Path, args: &Args) -> anyhow::Result<Request> {
    let opened = load::open(path)?;
    let name = opened.name.clone();
    let snapshot = opened.snapshot(path)?;
    let facts = Facts::new(&snapshot);
    let release = Cluster::version(&facts, Product::Dcos).ok_or_else(|| {
        Failure::new(
            exit::CANNOT_SAY,
            "the archive does not say which DC/OS runs, or its masters differ",
        )
        .hint("give --from VERSION instead, or collect again")
    })?;
    let cluster = Cluster::of(&facts, &name);
    // Names out of an archive stand in what people run: whatever is no host name is left out, and the group takes its place.
    let masters: Vec<String> = cluster.masters.iter().filter_map(|master| host(master).ok()).collect();
    let all = masters.len() == cluster.masters.len();
    Ok(Request {
        release,
        edition: args.edition.or_else(|| Cluster::edition(&facts)),
        masters: if all { masters } else { Vec::new() },
        leader_known: all && cluster.leader.is_some(),
    })
}

/// Commands of a release that no document knows would be guesses.
fn known(knowledge: &Knowledge, release: &Version) -> Result<(), Failure> {
    if knowledge.release(release).is_some() {
        return Ok(());
    }
    let line: Vec<String> = knowledge
        .releases
        .iter()
        .filter(|known| known.dcos.line() == release.line())
        .map(|known| known.dcos.to_string())
        .collect();
    let hint = if line.is_empty() {
        "`gonogo knowledge --list releases` shows those that are known".to_owned()
    } else {
        format!("known of that line: {}", line.join(", "))
    };
    Err(Failure::usage(format!("no DC/OS {release} is known")).hint(hint))
}
