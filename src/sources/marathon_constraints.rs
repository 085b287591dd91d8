//! Placement constraints of a saved body of Marathon, app by app, through one bounded window.
//!
//! Forms: `/v2/apps`, `/v2/apps/<id>`, `/v2/groups` (a tree), `/v2/pods` and its `::status`, a bare definition, a list of
//! definitions; mesosphere/marathon `apps.raml`, `groups.raml`, `pods.raml`. An app that is not what it should be is
//! handed over as such and hides no other; a body in which no app could be found is an error, never an empty list.
//! Judges nothing, and never holds more than one definition.

mod memo;
mod workload;

use std::io::{self, Read};

use super::json_feed::{Fail, Fed, Feed, settle};
use super::skeleton::Streamed;
use super::{Malformed, Parsed};

pub use memo::Memo;
pub use workload::{Constraints, Form, Place, Workload};

use workload::{Expected, Kept};

/// Receives what a body lists, in its order.
pub trait Sink {
    /// An app or pod.
    fn workload(&mut self, workload: &Workload<'_>);
    /// An entry that could not be understood as an app or pod, or a part that is missing: why.
    fn stranger(&mut self, form: Form, place: Place<'_>, why: &str);
}

/// What a body was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Body {
    /// Groups walked, the root included; 0 for lists of apps or pods.
    pub groups: u64,
}

const EXPECTED: &str = "a saved answer of Marathon: /v2/apps, /v2/apps/<id>, /v2/groups or /v2/pods, or the definition of an app or pod, or a list of them";

/// Longest pieces of foreign names that an error quotes.
const QUOTED: usize = 40;
/// Most foreign names that an error quotes.
const NAMES: usize = 5;

/// Reads a body. What the sink received counts only if the answer is `Ok(Ok(_))`.
///
/// # Errors
/// Those of reading `body`; what is wrong with its content is inside.
pub fn read(body: &mut dyn Read, sink: &mut dyn Sink) -> io::Result<Parsed<Body>> {
    let mut head = [0; 3];
    let mut filled = 0;
    while let Some(room) = head.get_mut(filled..).filter(|room| !room.is_empty()) {
        match body.read(room) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    // Editors on Windows write a byte order mark; it says nothing and changes nothing.
    let kept = match head.get(..filled).unwrap_or_default() {
        b"\xef\xbb\xbf" => &[],
        other => other,
    };
    let mut whole = kept.chain(body);
    let mut feed = Feed::new(&mut whole);
    let read = settle(top(&mut feed, sink))?;
    Ok(read.map_err(|error| Malformed(format!("{error}; expected {EXPECTED}"))))
}

fn top(feed: &mut Feed<'_>, sink: &mut dyn Sink) -> Fed<Body> {
    let first = feed.value(|cursor| {
        let first = cursor.peek()?;
        Ok(first)
    })?;
    let body = match first {
        b'[' => list(feed, sink)?,
        b'{' => object(feed, sink)?,
        b'<' => return Err(feed.bad("this looks like HTML, not JSON")),
        b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n' => {
            return Err(feed.bad("a single value, neither an object nor a list"));
        }
        _ => return Err(feed.bad("this is not JSON")),
    };
    feed.end()?;
    Ok(body)
}

/// A list of definitions, or `/v2/pods`.
fn list(feed: &mut Feed<'_>, sink: &mut dyn Sink) -> Fed<Body> {
    let mut known = 0;
    let all = feed.list(|feed, ordinal| {
        let place = Place {
            prefix: "",
            ordinal: Some(ordinal),
        };
        let understood = feed
            .value(|cursor| workload::read(cursor, Expected::Either, place, sink))
            .map_err(|error| error.at("", ordinal))?;
        known += usize::from(understood);
        Ok(())
    })?;
    if all > 0 && known == 0 {
        return Err(feed.bad(format_args!(
            "a list of {all} entries, none of which has a field of an app or pod"
        )));
    }
    Ok(Body::default())
}

/// What a tree, or a single object, showed.
#[derive(Default)]
struct Seen {
    groups: u64,
    apps: bool,
    pods: bool,
}

/// `/v2/apps`, `/v2/apps/<id>`, `/v2/groups`, or a bare definition.
fn object(feed: &mut Feed<'_>, sink: &mut dyn Sink) -> Fed<Body> {
    let mut seen = Seen::default();
    let mut streamed = Streamed::default();
    let mut kept = Kept::default();
    let mut names: Vec<String> = Vec::new();
    let mut tree = false;
    feed.object(|feed, key| match key {
        "apps" => {
            streamed.once(feed, "apps")?;
            seen.apps = true;
            workloads(feed, "/apps", Expected::App, sink)
        }
        "pods" => {
            streamed.once(feed, "pods")?;
            (seen.pods, tree) = (true, true);
            workloads(feed, "/pods", Expected::Pod, sink)
        }
        "groups" => {
            streamed.once(feed, "groups")?;
            tree = true;
            groups(feed, "", &mut seen, sink)
        }
        "app" => {
            streamed.once(feed, "app")?;
            seen.apps = true;
            feed.value(|cursor| workload::read(cursor, Expected::App, Place::whole("/app"), sink))
                .map(|_| ())
        }
        _ => {
            if names.len() < NAMES {
                names.push(format!("`{}`", key.chars().take(QUOTED).collect::<String>()));
            }
            kept.take(feed, key)
        }
    })?;
    if tree {
        seen.groups += 1;
    }
    if !seen.apps && !seen.pods && !tree {
        let understood = workload::read_kept(&kept, Place::whole(""), sink).map_err(|what| feed.bad(what))?;
        if !understood {
            let shown = if names.is_empty() {
                "an empty object".to_owned()
            } else {
                format!("an object with {}", names.join(", "))
            };
            return Err(feed.bad(format_args!("{shown}: no list `apps`, and no field of an app or pod")));
        }
    } else if !seen.apps {
        if !seen.pods {
            return Err(feed.bad("groups without any list `apps` or `pods`: they were asked for without their apps"));
        }
        sink.stranger(
            Form::App,
            Place::whole(""),
            "no group has a list `apps`: the groups were asked for without their apps",
        );
    }
    Ok(Body { groups: seen.groups })
}

/// A list of apps or of pods.
fn workloads(feed: &mut Feed<'_>, prefix: &str, expected: Expected, sink: &mut dyn Sink) -> Fed<()> {
    feed.list(|feed, ordinal| {
        let place = Place {
            prefix,
            ordinal: Some(ordinal),
        };
        feed.value(|cursor| workload::read(cursor, expected, place, sink))
            .map(|_| ())
            .map_err(|error| error.at(prefix, ordinal))
    })
    .map(|_| ())
}

/// A list of groups below `outer`. Depth is bounded: the cursor stops at 127 levels.
fn groups(feed: &mut Feed<'_>, outer: &str, seen: &mut Seen, sink: &mut dyn Sink) -> Fed<()> {
    feed.list(|feed, ordinal| {
        let here = format!("{outer}/groups/{ordinal}");
        group(feed, &here, seen, sink).map_err(|error| match error {
            Fail::Body(Malformed(text)) if !text.starts_with('/') => Fail::Body(Malformed(format!("{here}: {text}"))),
            other => other,
        })
    })
    .map(|_| ())
}

fn group(feed: &mut Feed<'_>, here: &str, seen: &mut Seen, sink: &mut dyn Sink) -> Fed<()> {
    let mut streamed = Streamed::default();
    seen.groups += 1;
    feed.object(|feed, key| match key {
        "apps" => {
            streamed.once(feed, "apps")?;
            seen.apps = true;
            workloads(feed, &format!("{here}/apps"), Expected::App, sink)
        }
        "pods" => {
            streamed.once(feed, "pods")?;
            seen.pods = true;
            workloads(feed, &format!("{here}/pods"), Expected::Pod, sink)
        }
        "groups" => {
            streamed.once(feed, "groups")?;
            groups(feed, here, seen, sink)
        }
        _ => feed.skip(),
    })
}
