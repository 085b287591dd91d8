//! The formats of a report: one variant per renderer. A new one is its file, a variant and an arm.

use std::fmt;

use super::terminal::Style;
use super::words::Catalogue;
use super::{Report, html, json, junit, markdown, sarif, terminal, view};

/// A form in which a report can be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Text for a terminal.
    Terminal,
    /// The contract (`gonogo-report/1`).
    Json,
    /// For tickets and chats.
    Markdown,
    /// One self-contained page.
    Html,
    /// For CI systems.
    Junit,
    /// For code-scanning viewers.
    Sarif,
}

impl Format {
    /// Every format, in the order of the help.
    pub const ALL: [Self; 6] = [
        Self::Terminal,
        Self::Json,
        Self::Markdown,
        Self::Html,
        Self::Junit,
        Self::Sarif,
    ];

    /// The name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Terminal => "terminal",
            Self::Json => "json",
            Self::Markdown => "markdown",
            Self::Html => "html",
            Self::Junit => "junit",
            Self::Sarif => "sarif",
        }
    }

    /// The format of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == name)
    }

    /// The format that a file name stands for.
    pub fn of_file_name(name: &str) -> Option<Self> {
        let name = name.to_lowercase();
        let endings = [
            (".sarif.json", Self::Sarif),
            (".sarif", Self::Sarif),
            (".json", Self::Json),
            (".md", Self::Markdown),
            (".markdown", Self::Markdown),
            (".html", Self::Html),
            (".htm", Self::Html),
            (".xml", Self::Junit),
            (".txt", Self::Terminal),
        ];
        endings
            .into_iter()
            .find(|(ending, _)| name.ends_with(ending))
            .map(|(_, format)| format)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a report could not be rendered.
#[derive(Debug, thiserror::Error)]
pub enum CannotRender {
    /// A template is wrong: unknown name, syntax.
    #[error("the template is wrong: {0}")]
    Template(#[from] minijinja::Error),
    /// A value could not be written as JSON.
    #[error("the report cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// A value could not be written as XML.
    #[error("the report cannot be written as JUnit: {0}")]
    Junit(#[from] quick_junit::SerializeError),
}

/// Renders a finished report. `style` is for the terminal, `template` for HTML and Markdown (none: the program's own).
pub fn render(
    format: Format,
    report: &Report,
    catalogue: &Catalogue,
    style: Style,
    template: Option<&str>,
) -> Result<String, CannotRender> {
    let view = || view::of(report, catalogue);
    Ok(match format {
        Format::Terminal => terminal::render(&view(), style),
        Format::Json => json::render(report)?,
        Format::Markdown => markdown::render(&view(), template.unwrap_or(markdown::TEMPLATE))?,
        Format::Html => html::render(&view(), template.unwrap_or(html::TEMPLATE))?,
        Format::Junit => junit::render(&view(), report.archives.last().map(|archive| archive.collected_at))?,
        Format::Sarif => sarif::render(report, catalogue)?,
    })
}
