//! `gonogo plan`: which hops lead from one version to another, and what is done in each. Reads at most one archive, asks nobody.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};

use super::output::OutputArgs;
use super::{Ctx, Failure, exit, judge, load};
use crate::facts::Facts;
use crate::knowledge::Knowledge;
use crate::knowledge::hops::Product;
use crate::knowledge::signoffs::Edition;
use crate::model::Version;
use crate::plan::{self, Chosen, Cluster, NotKnown, Request};
use crate::report::format::Format;
use crate::report::plan as render;

/// Arguments.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  gonogo plan --from 1.9.4 --to 1.11.3                        the chain of hops, and each hop's steps
  gonogo plan --from 1.9.0 --to 1.11.1 --direct               may it be one hop?
  gonogo plan --archive pre.tar.gz --to 1.11.3 -o plan.html   with the names of the masters, the leader last
  gonogo plan --from 0.18 --to 0.22                           plain Mesos
  gonogo plan --from 1.10.8 --to 1.11.3 -v --edition ee       with commands, reasons, stop rules and sources

Commands are printed, marked where they change something, and never run.
Exit codes: 0 every hop is supported, 3 no chain of supported hops (or a way back), 5 the documents do not say,
2 usage or a version that does not exist, 6 archive refused, 1 failure.")]
#[command(mut_arg("format", |format| format
    .help("Form of the plan: one for standard output, or one for each -o")
    .value_parser(PossibleValuesParser::new(render::FORMATS.map(Format::as_str))
        .try_map(|name| Format::named(&name).ok_or("no such format")))))]
#[command(mut_arg("output", |output| output
    .help("Write a plan to FILE (repeatable); without --format its ending says which: .txt .json .md .html")))]
pub struct Args {
    /// Version that runs
    #[arg(long, value_name = "VERSION", value_parser = judge::version, required_unless_present_any = ["archive", "schema"], conflicts_with = "archive")]
    pub from: Option<Version>,
    /// Archive that says which version runs, and which masters there are
    #[arg(long, value_name = "ARCHIVE")]
    pub archive: Option<PathBuf>,
    /// Version to be reached
    #[arg(long, value_name = "VERSION", value_parser = judge::version, required_unless_present = "schema")]
    pub to: Option<Version>,
    /// Whose versions they are: dcos or mesos [default: what the archive says, else what the versions say]
    #[arg(long, value_name = "PRODUCT", value_parser = PossibleValuesParser::new(["dcos", "mesos"])
        .map(|name| if name == "mesos" { Product::Mesos } else { Product::Dcos }))]
    pub product: Option<Product>,
    /// Judge the one hop from the first to the last version, and plan no chain
    #[arg(long)]
    pub direct: bool,
    /// Edition of DC/OS: ee (Enterprise) or oss (Open Source) [default: steps of both]
    #[arg(long, value_name = "EDITION", value_parser = PossibleValuesParser::new(["ee", "oss"])
        .map(|name| if name == "ee" { Edition::Enterprise } else { Edition::Open }))]
    pub edition: Option<Edition>,
    /// Print the JSON Schema (2020-12) of plans
    #[arg(long, conflicts_with_all = ["from", "to", "archive", "product", "direct", "edition", "format", "output", "template"])]
    pub schema: bool,
    /// Where plans go.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// Runs the command.
pub fn run(args: &Args, ctx: &mut Ctx<'_>) -> anyhow::Result<u8> {
    let Some(to) = &args.to else {
        ctx.out
            .write_all(render::SCHEMA.as_bytes())
            .map_err(|error| Failure::io("standard output", &error))?;
        return Ok(exit::GO);
    };
    let inputs: Vec<&std::path::Path> = args.archive.iter().map(PathBuf::as_path).collect();
    let output = args.output.plan(ctx, &inputs)?;
    output.only(&render::FORMATS, "a plan")?;
    let knowledge = judge::knowledge_of(ctx)?;
    let request = match (&args.archive, &args.from) {
        (Some(_), _) => from_archive(args, to, knowledge)?,
        (None, Some(from)) => Request {
            chosen: plan::choose(knowledge, stated(args), from, to).map_err(|unknown| nonsense(&unknown))?,
            from: from.clone(),
            to: to.clone(),
            direct: args.direct,
            edition: args.edition,
            cluster: None,
        },
        (None, None) => return Err(Failure::usage("neither --from nor --archive was given").into()),
    };
    let mut plan = plan::make(knowledge, &request);
    plan.remarks = judge::site_remarks(knowledge);
    output.deliver_with(ctx, |format, style, template| {
        render::render(format, &plan, style, template)
    })?;
    Ok(match plan.supported {
        Some(true) => exit::GO,
        Some(false) => exit::NO_GO,
        None => exit::CANNOT_SAY,
    })
}

fn stated(args: &Args) -> Option<Chosen> {
    args.product.map(|product| Chosen {
        product,
        because: "stated by --product".to_owned(),
    })
}

fn from_archive(args: &Args, to: &Version, knowledge: &Knowledge) -> anyhow::Result<Request> {
    let Some(path) = &args.archive else {
        return Err(Failure::usage("no archive was given").into());
    };
    let opened = load::open(path)?;
    let name = opened.name.clone();
    let snapshot = opened.snapshot(path)?;
    let facts = Facts::new(&snapshot);
    let said = Cluster::product(&facts);
    if let (Some(stated), Some(said)) = (args.product, &said)
        && stated != said.product
    {
        return Err(Failure::usage(format!(
            "--product says {}, the archive says {} ({})",
            named(stated),
            named(said.product),
            said.because
        ))
        .hint("leave --product out, or give --from instead of the archive")
        .into());
    }
    let chosen = stated(args).or(said).ok_or_else(|| {
        Failure::new(
            exit::CANNOT_SAY,
            "the archive does not say whether the cluster is DC/OS or plain Mesos",
        )
        .hint("add --product dcos or --product mesos")
    })?;
    let from = Cluster::version(&facts, chosen.product).ok_or_else(|| {
        Failure::new(
            exit::CANNOT_SAY,
            format!(
                "the archive does not say which {} runs, or its masters differ",
                named(chosen.product)
            ),
        )
        .hint("give --from VERSION instead, or collect again")
    })?;
    let chosen = plan::choose(knowledge, Some(chosen), &from, to).map_err(|unknown| nonsense(&unknown))?;
    Ok(Request {
        edition: args.edition.or_else(|| Cluster::edition(&facts)),
        cluster: Some(Cluster::of(&facts, &name)),
        chosen,
        from,
        to: to.clone(),
        direct: args.direct,
    })
}

fn named(product: Product) -> &'static str {
    match product {
        Product::Dcos => "DC/OS",
        Product::Mesos => "Mesos",
    }
}

fn nonsense(unknown: &NotKnown) -> Failure {
    let list = |versions: &[Version]| {
        let shown: Vec<String> = versions.iter().map(ToString::to_string).collect();
        shown.join(", ")
    };
    let missing: Vec<String> = unknown
        .0
        .iter()
        .map(|(product, version, _)| format!("no {} {version}", named(*product)))
        .collect();
    let near: Vec<String> = unknown
        .0
        .iter()
        .map(|(product, _, near)| format!("{} {}", named(*product), list(near)))
        .collect();
    Failure::usage(format!("{} is known", missing.join(" and "))).hint(format!(
        "nearest known: {}; a line alone (1.11) is no release of DC/OS",
        near.join("; ")
    ))
}
