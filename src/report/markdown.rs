//! Markdown: for tickets and chats. The template is `report-templates/report.md`, or one of the user's.

use super::template::{self, Language};
use super::view::View;

/// The template of the program.
pub const TEMPLATE: &str = include_str!("../../report-templates/report.md");

/// Renders with a template; values are escaped whatever it says. Never leaves more than one empty line.
pub fn render(view: &View, template: &str) -> Result<String, minijinja::Error> {
    page(view, "report.md", template)
}

/// Renders anything that people are shown; its texts must be harmless already.
pub fn page<V: serde::Serialize>(view: &V, name: &str, template: &str) -> Result<String, minijinja::Error> {
    let text = template::render(Language::Markdown, name, template, view)?;
    let mut page = String::with_capacity(text.len());
    let mut empty = true;
    for line in text.lines().map(str::trim_end) {
        if line.is_empty() && empty {
            continue;
        }
        empty = line.is_empty();
        page.push_str(line);
        page.push('\n');
    }
    Ok(page.trim_end().to_owned() + "\n")
}
