//! A plan as terminal text, JSON, Markdown or HTML. Never decides anything: every word is in the plan, or says what it says.

mod terminal;
mod view;
mod words;

use super::format::{CannotRender, Format};
use super::terminal::Style;
use super::{html, markdown, safe};
use crate::plan::Plan;

/// The template of the HTML plan.
pub const HTML: &str = include_str!("../../../report-templates/plan.html");
/// The template of the Markdown plan.
pub const MARKDOWN: &str = include_str!("../../../report-templates/plan.md");
/// JSON Schema (2020-12) of the plan.
pub const SCHEMA: &str = include_str!("../../../report-templates/plan.schema.json");

/// The formats of a plan.
pub const FORMATS: [Format; 4] = [Format::Terminal, Format::Json, Format::Markdown, Format::Html];

/// Renders a plan; in a format that plans do not have, as text.
///
/// # Errors
/// The template is wrong, or a value cannot be written.
pub fn render(format: Format, plan: &Plan, style: Style, template: Option<&str>) -> Result<String, CannotRender> {
    Ok(match format {
        Format::Terminal | Format::Junit | Format::Sarif => terminal::render(plan, style),
        Format::Json => safe::json_escaped(&serde_json::to_string_pretty(plan)?) + "\n",
        Format::Markdown => markdown::page(&view::of(plan)?, "plan.md", template.unwrap_or(MARKDOWN))?,
        Format::Html => html::page(&view::of(plan)?, "plan.html", template.unwrap_or(HTML))?,
    })
}
