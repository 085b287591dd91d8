//! The template engine as reports use it: escaping forced on whatever a template says, names that do not exist are errors.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, Error, Output, State, UndefinedBehavior};

use super::safe;

/// What a template writes; decides how values are escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// HTML.
    Html,
    /// Markdown.
    Markdown,
}

/// Renders `source` with `values`.
pub fn render<S: serde::Serialize>(language: Language, name: &str, source: &str, values: &S) -> Result<String, Error> {
    let mut environment = Environment::new();
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    // The one formatter: `{% autoescape false %}` and a file name cannot switch it off.
    environment.set_formatter(move |out, state, value| write(language, out, state, value));
    // Filters that declare text to be safe, or that turn values into text of their own making.
    for filter in ["safe", "escape", "e", "pprint", "format"] {
        environment.remove_filter(filter);
    }
    if language == Language::Markdown {
        environment.add_filter("code", |text: &str| Value::from_safe_string(safe::markdown_code(text)));
        environment.add_filter("oneline", |text: &str| {
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        });
    }
    environment.add_template(name, source)?;
    environment
        .get_template(name)?
        .render(Value::from(minijinja::value::Serde(values)))
}

/// Writes one value. Only what a macro of the template has put together (and escaped part by part) is written as it is.
fn write(language: Language, out: &mut Output<'_>, _state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    let text = value.to_string();
    let written = if value.is_safe() {
        out.write_str(&text)
    } else {
        match language {
            Language::Html => out.write_str(&safe::html_escaped(&text)),
            Language::Markdown => out.write_str(&safe::markdown_escaped(&text)),
        }
    };
    Ok(written?)
}
