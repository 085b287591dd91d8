//! Tasks of `/state`: read in one pass straight from the text, because there are hundreds of thousands.
//!
//! Fields and versions: apache/mesos `src/common/http.cpp`, tags 0.19 to 1.11. Strict as everything else: a consumed
//! field of another type or given twice is an error.

use std::borrow::Cow;

use super::json_cursor::{Cursor, Raw, Step, Stop};
use super::json_feed::{Fed, Feed};

/// Which array of `/state` a task stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskArray {
    /// `frameworks[].tasks[]`.
    Tasks,
    /// `frameworks[].unreachable_tasks[]`.
    Unreachable,
    /// `orphan_tasks[]`.
    Orphan,
}

/// Where a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaskPlace {
    /// The array.
    pub array: TaskArray,
    /// Ordinal of the framework in `frameworks[]`; 0 for orphans.
    pub framework: u32,
    /// Ordinal in the array.
    pub ordinal: u32,
}

/// One task.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct TaskWire<'a> {
    pub id: Cow<'a, str>,
    pub name: Cow<'a, str>,
    pub framework_id: Cow<'a, str>,
    pub slave_id: Cow<'a, str>,
    pub state: Cow<'a, str>,
    /// Container id of the newest status that has one.
    pub container: Option<Cow<'a, str>>,
    /// `healthy` of the newest status.
    pub healthy: Option<bool>,
}

/// Receives tasks, in the order of the evidence.
pub trait TaskSink {
    /// A task.
    fn task(&mut self, place: TaskPlace, task: &TaskWire<'_>);
}

/// Reads a list of tasks; `framework` is the ordinal of their framework.
pub fn list<S: TaskSink + ?Sized>(feed: &mut Feed<'_>, array: TaskArray, framework: usize, sink: &mut S) -> Fed<()> {
    let name = match array {
        TaskArray::Tasks => "/tasks",
        TaskArray::Unreachable => "/unreachable_tasks",
        TaskArray::Orphan => "/orphan_tasks",
    };
    feed.list(|feed, ordinal| {
        let (Ok(framework), Ok(short)) = (u32::try_from(framework), u32::try_from(ordinal)) else {
            return Err(feed.bad("more than 2^32 entries"));
        };
        let place = TaskPlace {
            array,
            framework,
            ordinal: short,
        };
        feed.value(|cursor| {
            let task = task(cursor)?;
            sink.task(place, &task);
            Ok(())
        })
        .map_err(|error| error.at(name, ordinal))
    })
    .map(|_| ())
}

/// Stores a text field; a second one of the same name is an error.
#[inline]
fn text<'a>(cursor: &mut Cursor<'a>, slot: &mut Option<Raw<'a>>, twice: &'static str) -> Step<()> {
    if slot.replace(cursor.string()?).is_some() {
        return Err(Stop::Bad(twice));
    }
    Ok(())
}

/// Reads one task.
pub fn task<'a>(cursor: &mut Cursor<'a>) -> Step<TaskWire<'a>> {
    let (mut id, mut name, mut framework, mut agent, mut state) = (None, None, None, None, None);
    let mut statuses = None;
    cursor.object(|cursor, key| match &*key.name()? {
        b"id" => text(cursor, &mut id, "duplicate field `id`"),
        b"name" => text(cursor, &mut name, "duplicate field `name`"),
        b"framework_id" => text(cursor, &mut framework, "duplicate field `framework_id`"),
        b"slave_id" => text(cursor, &mut agent, "duplicate field `slave_id`"),
        b"state" => text(cursor, &mut state, "duplicate field `state`"),
        b"statuses" => {
            let mut newest = Status::default();
            cursor.list(|cursor| {
                let status = status(cursor)?;
                newest.healthy = status.healthy;
                newest.container = status.container.or(newest.container);
                Ok(())
            })?;
            match statuses.replace(newest) {
                Some(_) => Err(Stop::Bad("duplicate field `statuses`")),
                None => Ok(()),
            }
        }
        _ => cursor.skip(),
    })?;
    let newest = statuses.unwrap_or_default();
    Ok(TaskWire {
        id: id.ok_or(Stop::Bad("missing field `id`"))?.text()?,
        name: name.ok_or(Stop::Bad("missing field `name`"))?.text()?,
        framework_id: framework.ok_or(Stop::Bad("missing field `framework_id`"))?.text()?,
        slave_id: agent.ok_or(Stop::Bad("missing field `slave_id`"))?.text()?,
        state: state.ok_or(Stop::Bad("missing field `state`"))?.text()?,
        container: newest.container.map(Raw::text).transpose()?,
        healthy: newest.healthy,
    })
}

/// Of a status (or of all statuses so far) what is kept.
#[derive(Default, Clone, Copy)]
struct Status<'a> {
    healthy: Option<bool>,
    container: Option<Raw<'a>>,
}

/// Mesos appends statuses: the last one is the newest.
fn status<'a>(cursor: &mut Cursor<'a>) -> Step<Status<'a>> {
    let mut status = Status::default();
    let mut seen = false;
    cursor.object(|cursor, key| match &*key.name()? {
        b"healthy" => match status.healthy.replace(cursor.boolean()?) {
            Some(_) => Err(Stop::Bad("duplicate field `healthy`")),
            None => Ok(()),
        },
        b"container_status" => {
            if std::mem::replace(&mut seen, true) {
                return Err(Stop::Bad("duplicate field `container_status`"));
            }
            status.container = inner(cursor, b"container_id", |cursor| {
                inner(cursor, b"value", |cursor| cursor.string().map(Some))?
                    .ok_or(Stop::Bad("`container_id` without `value`"))
                    .map(Some)
            })?;
            Ok(())
        }
        _ => cursor.skip(),
    })?;
    Ok(status)
}

/// Reads an object of which one field is used; `None` when it is not there.
fn inner<'a, T>(
    cursor: &mut Cursor<'a>,
    field: &[u8],
    mut read: impl FnMut(&mut Cursor<'a>) -> Step<Option<T>>,
) -> Step<Option<T>> {
    let mut found = None;
    let mut seen = false;
    cursor.object(|cursor, key| {
        if &*key.name()? != field {
            return cursor.skip();
        }
        if std::mem::replace(&mut seen, true) {
            return Err(Stop::Bad("duplicate field within `container_status`"));
        }
        found = read(cursor)?;
        Ok(())
    })?;
    Ok(found)
}
