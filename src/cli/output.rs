//! Where reports go: `--format`, `-o`, `--template`. Files are complete or not there; an archive is never written over.

use std::path::{Path, PathBuf};

use clap::builder::{PossibleValuesParser, TypedValueParser as _};

use super::{Ctx, Failure, text};
use crate::report::Report;
use crate::report::format::{self, Format};
use crate::report::terminal::Style;
use crate::report::words::Catalogue;

/// Arguments that say where reports go.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct OutputArgs {
    /// Form of the report: one for standard output, or one for each -o
    #[arg(long, value_name = "FORMAT", value_parser = PossibleValuesParser::new(Format::ALL.map(Format::as_str))
        .try_map(|name| Format::named(&name).ok_or("no such format")))]
    pub format: Vec<Format>,
    /// Write a report to FILE (repeatable); without --format its ending says which: .txt .json .md .html .xml .sarif
    #[arg(short, long, value_name = "FILE")]
    pub output: Vec<PathBuf>,
    /// Template for the HTML or Markdown report instead of the built-in one (values stay escaped)
    #[arg(long, value_name = "FILE")]
    pub template: Option<PathBuf>,
}

/// Where one report goes.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Target {
    Stdout,
    File(PathBuf),
}

/// What will be written, decided and probed before anything is read.
#[derive(Debug)]
pub struct Plan {
    reports: Vec<(Format, Target)>,
    template: Option<String>,
}

impl OutputArgs {
    /// Decides what goes where and makes sure that it can. `inputs` are never written over.
    pub fn plan(&self, ctx: &Ctx<'_>, inputs: &[&Path]) -> anyhow::Result<Plan> {
        let reports = self.pair(ctx.verbosity < 0)?;
        for (_, target) in &reports {
            if let Target::File(path) = target {
                probe(path, inputs)?;
            }
        }
        let template = match &self.template {
            None => None,
            Some(path) => {
                if !reports
                    .iter()
                    .any(|(format, _)| matches!(format, Format::Html | Format::Markdown))
                {
                    return Err(Failure::usage("--template is for HTML and Markdown")
                        .hint("add --format html or --format markdown")
                        .into());
                }
                let read = std::fs::read_to_string(path);
                Some(read.map_err(|error| {
                    Failure::usage(format!("the template {} cannot be read: {error}", path.display()))
                })?)
            }
        };
        Ok(Plan { reports, template })
    }

    fn pair(&self, quiet: bool) -> Result<Vec<(Format, Target)>, Failure> {
        if self.output.is_empty() {
            return match self.format.as_slice() {
                [] => Ok(vec![(Format::Terminal, Target::Stdout)]),
                [one] => Ok(vec![(*one, Target::Stdout)]),
                many => Err(
                    Failure::usage(format!("{} formats and one standard output", many.len()))
                        .hint("give each its file with -o"),
                ),
            };
        }
        let formats: Vec<Format> = if self.format.is_empty() {
            self.output.iter().map(|path| by_name(path)).collect::<Result<_, _>>()?
        } else if self.format.len() == self.output.len() {
            self.format.clone()
        } else {
            return Err(
                Failure::usage(format!("{} formats for {} files", self.format.len(), self.output.len()))
                    .hint("give one --format for each -o, or none: the ending of the file says which"),
            );
        };
        let mut reports: Vec<(Format, Target)> = formats
            .into_iter()
            .zip(&self.output)
            .map(|(format, path)| {
                let target = if path.as_os_str() == "-" {
                    Target::Stdout
                } else {
                    Target::File(path.clone())
                };
                (format, target)
            })
            .collect();
        for (number, (_, target)) in reports.iter().enumerate() {
            if reports.iter().skip(number + 1).any(|(_, other)| other == target) {
                return Err(Failure::usage("two reports for the same file"));
            }
        }
        // Whoever asks for files still sees the verdict.
        if !quiet && !reports.iter().any(|(_, target)| *target == Target::Stdout) {
            reports.push((Format::Terminal, Target::Stdout));
        }
        Ok(reports)
    }
}

fn by_name(path: &Path) -> Result<Format, Failure> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Format::of_file_name(&name).ok_or_else(|| {
        Failure::usage(format!(
            "`{}` does not say which format it is",
            text::sanitized(&path.display().to_string())
        ))
        .hint("end it in .txt, .json, .md, .html, .xml (JUnit) or .sarif, or give --format")
    })
}

/// The folder a file stands in.
fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Fails before the work where the file could not be written after it.
pub(super) fn probe(path: &Path, inputs: &[&Path]) -> anyhow::Result<()> {
    let place = path.display();
    if let Ok(own) = path.canonicalize() {
        if inputs
            .iter()
            .any(|input| input.canonicalize().is_ok_and(|input| own.starts_with(input)))
        {
            return Err(Failure::usage(format!(
                "{place} is what the report is made from; it is not written over"
            ))
            .into());
        }
        if own.is_dir() {
            return Err(Failure::usage(format!("{place} is a folder; expected the name of a file")).into());
        }
        if !own.is_file() {
            return Ok(());
        }
    }
    tempfile::NamedTempFile::new_in(folder(path))
        .map(drop)
        .map_err(|error| unwritable(path, &error))
}

fn unwritable(path: &Path, error: &std::io::Error) -> anyhow::Error {
    Failure::io(&path.display().to_string(), error)
        .hint("name a file in a folder that exists and that you may write to")
        .into()
}

/// Writes beside the final name, syncs, renames: a file under that name is complete. Devices and pipes are written to as they are.
pub(super) fn write(path: &Path, contents: &str) -> anyhow::Result<()> {
    write_from(path, &mut contents.as_bytes())
}

/// As [`write()`], from a reader.
pub(super) fn write_from(path: &Path, contents: &mut dyn std::io::Read) -> anyhow::Result<()> {
    let failed = |error: std::io::Error| unwritable(path, &error);
    if std::fs::metadata(path).is_ok_and(|there| !there.is_file()) {
        let mut device = std::fs::OpenOptions::new().write(true).open(path).map_err(failed)?;
        return std::io::copy(contents, &mut device).map(drop).map_err(failed);
    }
    let mut part = tempfile::NamedTempFile::new_in(folder(path)).map_err(failed)?;
    std::io::copy(contents, &mut part).map_err(failed)?;
    part.as_file().sync_all().map_err(failed)?;
    part.persist(path).map_err(|error| failed(error.error))?;
    // The name itself must survive a power cut; a folder that cannot be opened for that has no say in it.
    if let Ok(folder) = std::fs::File::open(folder(path)) {
        let _ = folder.sync_all();
    }
    Ok(())
}

impl Plan {
    /// Renders everything, then writes everything.
    pub fn deliver(&self, report: &Report, catalogue: &Catalogue, ctx: &mut Ctx<'_>) -> anyhow::Result<()> {
        self.deliver_with(ctx, |format, style, template| {
            format::render(format, report, catalogue, style, template)
        })
    }

    /// Fails where a format is asked for that `what` does not have.
    pub fn only(&self, formats: &[Format], what: &str) -> Result<(), Failure> {
        let Some((other, _)) = self.reports.iter().find(|(format, _)| !formats.contains(format)) else {
            return Ok(());
        };
        let names: Vec<&str> = formats.iter().map(|format| format.as_str()).collect();
        Err(Failure::usage(format!("{what} has no form `{other}`")).hint(format!("there are {}", names.join(", "))))
    }

    /// Renders everything with what is handed in, then writes everything.
    pub fn deliver_with(
        &self,
        ctx: &mut Ctx<'_>,
        render: impl Fn(Format, Style, Option<&str>) -> Result<String, format::CannotRender>,
    ) -> anyhow::Result<()> {
        let mut rendered = Vec::new();
        for (format, target) in &self.reports {
            let on_screen = *target == Target::Stdout;
            let style = Style {
                width: if on_screen {
                    ctx.terminal.width
                } else {
                    super::Terminal::NONE.width
                },
                color: on_screen && ctx.terminal.color,
                all: ctx.verbosity > 0,
            };
            let text = render(*format, style, self.template.as_deref()).map_err(|error| match error {
                format::CannotRender::Template(_) => Failure::usage(error.to_string()),
                other => Failure::new(super::exit::FAILURE, other.to_string()),
            })?;
            rendered.push((target, text));
        }
        for (target, text) in &rendered {
            match target {
                Target::Stdout => ctx
                    .out
                    .write_all(text.as_bytes())
                    .map_err(|error| Failure::io("standard output", &error))?,
                Target::File(path) => write(path, text)?,
            }
        }
        for (target, _) in &rendered {
            if let Target::File(path) = target {
                ctx.say(&format!("report: {}", text::sanitized(&path.display().to_string())));
            }
        }
        Ok(())
    }
}
