//! One app or pod as its constraints need it: what it is called, where it stands, and the text of its list of constraints.
//!
//! Everything is borrowed from the window; what has the wrong type is handed over as text, for the judges to refuse.

use std::borrow::Cow;
use std::fmt;

use super::Sink;
use crate::sources::json_cursor::{Cursor, Raw, Step, Stop};
use crate::sources::json_feed::{Fed, Feed};

/// App or pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// `constraints` is a list of lists.
    App,
    /// `scheduling.placement.constraints` is a list of objects.
    Pod,
}

/// A place in the body, as a JSON pointer once it is printed.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The list, or the whole place.
    pub prefix: &'a str,
    /// Position in the list.
    pub ordinal: Option<usize>,
}

impl<'a> Place<'a> {
    /// A place without a list.
    pub fn whole(prefix: &'a str) -> Self {
        Self { prefix, ordinal: None }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.ordinal {
            Some(ordinal) => write!(f, "{}/{ordinal}", self.prefix),
            None => f.write_str(self.prefix),
        }
    }
}

/// The constraints of one app or pod, as they stand in the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Constraints<'a> {
    /// None given, or `null`.
    Absent,
    /// The text of a list.
    List(&'a [u8]),
    /// The text of something else that stands in the place of the list.
    Other(&'a [u8]),
    /// Not readable: why.
    Unclear(&'static str),
}

/// One app or pod.
#[derive(Debug)]
pub struct Workload<'a> {
    /// What it is.
    pub form: Form,
    /// Its id; `None` when it has none, or none that is text.
    pub id: Option<Cow<'a, str>>,
    /// Where it stands.
    pub place: Place<'a>,
    /// Whether its definition stands under `spec`.
    pub in_spec: bool,
    /// Its constraints.
    pub constraints: Constraints<'a>,
    /// Text of what holds its volumes, where constraints may stand in it: `container` of an app, `volumes` of a pod.
    pub volumes: Option<&'a [u8]>,
}

impl Workload<'_> {
    /// JSON pointer of its list of volumes.
    pub fn volumes_pointer(&self) -> String {
        let inside = match (self.form, self.in_spec) {
            (Form::App, _) => "container/volumes",
            (Form::Pod, false) => "volumes",
            (Form::Pod, true) => "spec/volumes",
        };
        format!("{}/{inside}", self.place)
    }

    /// JSON pointer of the list of constraints.
    pub fn pointer(&self) -> String {
        let inside = match (self.form, self.in_spec) {
            (Form::App, _) => "constraints",
            (Form::Pod, false) => "scheduling/placement/constraints",
            (Form::Pod, true) => "spec/scheduling/placement/constraints",
        };
        format!("{}/{inside}", self.place)
    }

    /// Calls `each` with position and text of every constraint of the list.
    pub fn each(&self, mut each: impl FnMut(usize, &[u8])) {
        let Constraints::List(text) = self.constraints else {
            return;
        };
        let mut index = 0;
        let mut cursor = Cursor::new(text, 0, true);
        // The text was checked when it was passed: reading it again cannot fail.
        let _ = cursor.list(|cursor| {
            each(index, value(cursor)?);
            index += 1;
            Ok(())
        });
    }
}

/// What an entry must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expected {
    /// It stands in a list of apps.
    App,
    /// It stands in a list of pods.
    Pod,
    /// Its fields say.
    Either,
}

/// Fields that only the definition or status of a pod has.
const OF_PODS: [&str; 5] = ["containers", "scaling", "scheduling", "executorResources", "spec"];
/// Fields that say of an object without them that it is neither app nor pod. Names that other programs' jobs have as well
/// (`id`, `name`, `labels`, `env`) say nothing.
const OF_APPS: [&str; 16] = [
    "constraints",
    "cmd",
    "args",
    "container",
    "instances",
    "cpus",
    "mem",
    "disk",
    "ports",
    "portDefinitions",
    "healthChecks",
    "upgradeStrategy",
    "backoffSeconds",
    "acceptedResourceRoles",
    "tasksRunning",
    "versionInfo",
];
/// Fields whose value is needed.
const NEEDED: [&str; 6] = ["id", "constraints", "scheduling", "spec", "container", "volumes"];
/// A field of the status of a pod.
const OF_STATUS: &str = "statusSince";

/// The few fields that count.
#[derive(Default)]
struct Fields<'a> {
    id: Option<Raw<'a>>,
    constraints: Option<&'a [u8]>,
    scheduling: Option<&'a [u8]>,
    spec: Option<&'a [u8]>,
    container: Option<&'a [u8]>,
    volumes: Option<&'a [u8]>,
    of_app: bool,
    of_pod: bool,
    of_status: bool,
    /// Given twice: then it is not said which one counts.
    twice: Option<&'static str>,
    two_ids: bool,
}

/// Passes a value and gives its text.
fn value<'a>(cursor: &mut Cursor<'a>) -> Step<&'a [u8]> {
    cursor.peek()?;
    let from = cursor.at();
    cursor.skip()?;
    Ok(cursor.since(from))
}

fn fields<'a>(cursor: &mut Cursor<'a>, sort: bool) -> Step<Fields<'a>> {
    let mut found = Fields::default();
    cursor.object(|cursor, key| {
        let name = key.name()?;
        let slot = match name.as_ref() {
            b"id" => {
                found.two_ids |= found.id.is_some();
                if cursor.peek()? == b'"' {
                    found.id = Some(cursor.string()?);
                    return Ok(());
                }
                return cursor.skip();
            }
            b"constraints" => (&mut found.constraints, "the field `constraints` stands twice"),
            b"scheduling" => (&mut found.scheduling, "the field `scheduling` stands twice"),
            b"spec" => (&mut found.spec, "the field `spec` stands twice"),
            b"container" => (&mut found.container, "the field `container` stands twice"),
            b"volumes" => (&mut found.volumes, "the field `volumes` stands twice"),
            // Where the place says what it is, its other fields need not.
            _ if !sort => return cursor.skip(),
            other => {
                found.of_app |= OF_APPS.iter().any(|name| name.as_bytes() == other);
                found.of_pod |= OF_PODS.iter().any(|name| name.as_bytes() == other);
                found.of_status |= OF_STATUS.as_bytes() == other;
                return cursor.skip();
            }
        };
        if slot.0.replace(value(cursor)?).is_some() {
            found.twice = Some(slot.1);
        }
        Ok(())
    })?;
    found.of_app |= found.constraints.is_some() || found.container.is_some();
    found.of_pod |= found.scheduling.is_some() || found.spec.is_some();
    Ok(found)
}

/// Reads one entry and hands it over; gives whether it is an app or pod. The sink is called once, at the end of the entry.
pub(super) fn read(cursor: &mut Cursor<'_>, expected: Expected, place: Place<'_>, sink: &mut dyn Sink) -> Step<bool> {
    if cursor.peek()? == b'{' {
        let found = fields(cursor, expected != Expected::App)?;
        return understand(&found, expected, place, sink);
    }
    let text = value(cursor)?;
    let (form, what) = match expected {
        Expected::Pod => (Form::Pod, "a pod is an object, and this is "),
        Expected::App | Expected::Either => (Form::App, "an app is an object, and this is "),
    };
    sink.stranger(form, place, &format!("{what}{}", kind(text)));
    Ok(false)
}

/// What a value is, in words.
fn kind(text: &[u8]) -> &'static str {
    match text.first() {
        Some(b'{') => "an object",
        Some(b'[') => "a list",
        Some(b'"') => "a text",
        Some(b't' | b'f') => "true or false",
        Some(b'n') => "null",
        _ => "a number",
    }
}

fn understand(found: &Fields<'_>, expected: Expected, place: Place<'_>, sink: &mut dyn Sink) -> Step<bool> {
    let form = match expected {
        Expected::App => Form::App,
        Expected::Pod => Form::Pod,
        Expected::Either if found.of_pod => Form::Pod,
        Expected::Either if found.of_app => Form::App,
        Expected::Either => {
            sink.stranger(Form::App, place, "it has no field of an app or pod");
            return Ok(false);
        }
    };
    let inner = match (form, found.spec) {
        (Form::Pod, Some(spec)) => {
            if !spec.starts_with(b"{") {
                sink.stranger(form, place, "its definition, `spec`, is no object");
                return Ok(true);
            }
            Some(fields(&mut Cursor::new(spec, 0, true), false)?)
        }
        (Form::Pod, None) if found.of_status => {
            sink.stranger(
                form,
                place,
                "this is the status of a pod without its definition, `spec`",
            );
            return Ok(true);
        }
        _ => None,
    };
    let definition = inner.as_ref().unwrap_or(found);
    let id = match (definition.id.or(found.id), definition.two_ids || found.two_ids) {
        (Some(id), false) => Some(id.text()?).filter(|id| !id.is_empty()),
        _ => None,
    };
    let constraints = match (found.twice.or(definition.twice), form) {
        (Some(twice), _) => Constraints::Unclear(twice),
        (None, Form::App) => listed(definition.constraints),
        (None, Form::Pod) => of_pod(definition.scheduling)?,
    };
    sink.workload(&Workload {
        form,
        id,
        place,
        in_spec: inner.is_some(),
        constraints,
        volumes: match form {
            Form::App => definition.container,
            Form::Pod => definition.volumes,
        }
        .filter(|text| may_constrain(text)),
    });
    Ok(true)
}

/// Whether a key `constraints` may stand in a text: most volumes have none and need not be read a second time.
fn may_constrain(text: &[u8]) -> bool {
    memchr::memmem::find(text, b"constraints").is_some() || memchr::memmem::find(text, b"\\u").is_some()
}

fn listed(text: Option<&[u8]>) -> Constraints<'_> {
    match text {
        None | Some(b"null") => Constraints::Absent,
        Some(text) if text.starts_with(b"[") => Constraints::List(text),
        Some(text) => Constraints::Other(text),
    }
}

/// `placement.constraints` of `scheduling`.
fn of_pod(scheduling: Option<&[u8]>) -> Step<Constraints<'_>> {
    let mut here = scheduling;
    for (name, no_object, twice) in [
        (
            "placement",
            "its `scheduling` is no object",
            "the field `placement` stands twice",
        ),
        (
            "constraints",
            "its `scheduling.placement` is no object",
            "the field `constraints` stands twice",
        ),
    ] {
        let Some(text) = here.filter(|text| *text != b"null") else {
            return Ok(Constraints::Absent);
        };
        if !text.starts_with(b"{") {
            return Ok(Constraints::Unclear(no_object));
        }
        let (mut inner, mut count) = (None, 0);
        Cursor::new(text, 0, true).object(|cursor, key| {
            let wanted = key.name()?.as_ref() == name.as_bytes();
            let text = value(cursor)?;
            if wanted {
                count += 1;
                inner = Some(text);
            }
            Ok(())
        })?;
        if count > 1 {
            return Ok(Constraints::Unclear(twice));
        }
        here = inner;
    }
    Ok(listed(here))
}

/// The fields of a top-level object, kept while it is not yet known whether it is a tree or a definition.
#[derive(Default)]
pub(super) struct Kept {
    text: Vec<u8>,
    seen: Vec<&'static str>,
}

impl Kept {
    /// Reads the value of `key`: kept if it is needed, else checked and passed.
    pub(super) fn take(&mut self, feed: &mut Feed<'_>, key: &str) -> Fed<()> {
        let known = NEEDED
            .iter()
            .chain(&OF_APPS)
            .chain(&OF_PODS)
            .chain([&OF_STATUS])
            .find(|name| **name == key);
        let Some(name) = known else {
            return feed.skip();
        };
        // A third one says nothing that a second one does not.
        if self.seen.iter().filter(|seen| *seen == name).count() > 1 {
            return feed.skip();
        }
        self.seen.push(name);
        self.text.push(if self.text.is_empty() { b'{' } else { b',' });
        self.text.push(b'"');
        self.text.extend_from_slice(name.as_bytes());
        self.text.extend_from_slice(b"\":");
        if !NEEDED.contains(name) {
            self.text.push(b'0');
            return feed.skip();
        }
        let text = &mut self.text;
        feed.value(|cursor| {
            text.extend_from_slice(value(cursor)?);
            Ok(())
        })
    }
}

/// Reads a definition that stands alone; gives whether it is one.
pub(super) fn read_kept(kept: &Kept, place: Place<'_>, sink: &mut dyn Sink) -> Result<bool, &'static str> {
    if !kept.seen.iter().any(|name| *name != "id") {
        return Ok(false);
    }
    let mut text = kept.text.clone();
    text.push(b'}');
    let found = fields(&mut Cursor::new(&text, 0, true), true).map_err(what)?;
    understand(&found, Expected::Either, place, sink).map_err(what)
}

/// The words of a stop in a text that is complete.
fn what(stop: Stop) -> &'static str {
    match stop {
        Stop::Bad(what) => what,
        Stop::More => "the text ends too early",
    }
}
