//! HTML: one self-contained page without script. The template is `report-templates/report.html`, or one of the user's; the style
//! that all pages share is `report-templates/style.css`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::template::{self, Language};
use super::view::View;

/// The template of the program.
pub const TEMPLATE: &str = include_str!("../../report-templates/report.html");

/// What every page looks like; a page may add to it below.
const STYLE: &str = include_str!("../../report-templates/style.css");

/// Stands for [`STYLE`] in a template.
const STYLE_MARK: &str = "/* style.css */\n";

/// Stands for the digest until the page is made; no Base64 text looks like it.
const MARK: &str = "{style}";

#[derive(Serialize)]
struct Values<'a, V> {
    #[serde(flatten)]
    view: &'a V,
    /// Base64 SHA-256 of the text of the page's `<style>`, for its Content-Security-Policy.
    style_sha256: &'static str,
}

/// Renders with a template; values are escaped whatever it says.
pub fn render(view: &View, template: &str) -> Result<String, minijinja::Error> {
    page(view, "report.html", template)
}

/// Renders anything that people are shown as a page; its texts must be harmless already.
pub fn page<V: Serialize>(view: &V, name: &str, template: &str) -> Result<String, minijinja::Error> {
    let values = Values {
        view,
        style_sha256: MARK,
    };
    let template = template.replacen(STYLE_MARK, STYLE, 1);
    let page = template::render(Language::Html, name, &template, &values)?;
    // The first `<style>` is the template's: a value cannot hold a `<`.
    let style = page
        .split_once("<style>")
        .and_then(|(_, rest)| rest.split_once("</style>"))
        .map_or("", |(style, _)| style);
    let digest = STANDARD.encode(Sha256::digest(style.as_bytes()));
    Ok(page.replacen(MARK, &digest, 1))
}
