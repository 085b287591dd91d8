//! What kind of file was given, by its first bytes, and the way of a saved body through the judge. Opens no file twice.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use super::fix::Fix;
use super::judge::{self, Judge};
use super::lines::Lines;
use super::row::{Row, Told};
use crate::cli::Failure;
use crate::cli::text::sanitized;
use crate::sources::marathon_constraints::{self as bodies, Constraints, Form, Place, Sink, Workload};

/// What was given.
pub enum Input {
    /// An archive, or a folder that must be one.
    Archive,
    /// Anything else, to be read as JSON.
    Body(Box<dyn Read>),
}

/// First bytes of a tar that say so stand here.
const TAR: std::ops::Range<usize> = 257..262;
/// Bytes read to know what it is.
const HEAD: usize = 512;

/// Opens what was named. Standard input, pipes and devices are read once, from their begin to their end.
pub fn open(path: &Path) -> anyhow::Result<Input> {
    let stdin = path.as_os_str() == "-";
    let failed = |error: io::Error| Failure::io(&name(path), &error);
    if stdin {
        return sort(Box::new(io::stdin()), path, false);
    }
    let there = fs::metadata(path).map_err(failed)?;
    if there.is_dir() {
        return Ok(Input::Archive);
    }
    sort(Box::new(File::open(path).map_err(failed)?), path, there.is_file())
}

fn sort(mut source: Box<dyn Read>, path: &Path, regular: bool) -> anyhow::Result<Input> {
    let head = begin(&mut source).map_err(|error| Failure::io(&name(path), &error))?;
    let archive = |what: &str| {
        if regular {
            Ok(Input::Archive)
        } else {
            Err(
                Failure::refused(format!("{}: {what} cannot be read from a stream", name(path)))
                    .hint("save it to a file and name that file")
                    .into(),
            )
        }
    };
    if head.starts_with(b"PK\x03\x04") {
        return archive("a zip");
    }
    let gzip = head.starts_with(b"\x1f\x8b");
    let whole = io::Cursor::new(head).chain(source);
    if !gzip {
        return Ok(Input::Body(Box::new(whole)));
    }
    let mut inflated: Box<dyn Read> = Box::new(MultiGzDecoder::new(io::BufReader::with_capacity(64 << 10, whole)));
    let head = begin(&mut inflated).map_err(|error| unreadable(path, &error))?;
    if head.get(TAR) == Some(b"ustar") {
        return archive("an archive");
    }
    Ok(Input::Body(Box::new(io::Cursor::new(head).chain(inflated))))
}

fn begin(source: &mut dyn Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(HEAD);
    source.take(HEAD as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// How a file is named in messages.
fn name(path: &Path) -> String {
    if path.as_os_str() == "-" {
        "standard input".to_owned()
    } else {
        sanitized(&path.display().to_string())
    }
}

/// Damage of the compressed stream says something about the file; a failing disk does not.
fn unreadable(path: &Path, error: &io::Error) -> Failure {
    let damage = matches!(
        error.kind(),
        io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput
    );
    if damage && error.raw_os_error().is_none() {
        Failure::refused(format!(
            "{}: the gzip stream is damaged or ends early: {error}",
            name(path)
        ))
        .hint(AGAIN)
    } else {
        Failure::io(&name(path), error)
    }
}

const AGAIN: &str =
    "nothing of it is shown; save the answer again, as a whole: curl -sf http://MASTER:8080/v2/apps > apps.json";

/// Judges a body.
pub fn read(path: &Path, mut body: Box<dyn Read>, judge: Judge, lines: &mut Lines) -> Result<(), Failure> {
    if let Some(note) = judge.note() {
        lines.note(note.to_owned());
    }
    let mut room = Room { judge, lines };
    match bodies::read(&mut body, &mut room) {
        Ok(Ok(read)) => {
            room.lines.counts.groups += read.groups;
            Ok(())
        }
        Ok(Err(wrong)) => {
            Err(Failure::refused(format!("{}: {}", name(path), sanitized(&wrong.to_string()))).hint(AGAIN))
        }
        Err(error) => Err(unreadable(path, &error)),
    }
}

struct Room<'a> {
    judge: Judge,
    lines: &'a mut Lines,
}

impl Sink for Room<'_> {
    fn workload(&mut self, workload: &Workload<'_>) {
        let Self { judge, lines } = self;
        match workload.form {
            Form::App => lines.counts.apps += 1,
            Form::Pod => lines.counts.pods += 1,
        }
        let quiet = judge.quiet(workload);
        match workload.constraints {
            Constraints::Absent => {}
            Constraints::List(_) if quiet.is_some() => lines.counts.quiet(quiet.unwrap_or_default()),
            Constraints::List(_) => {
                let fix = judge.fix(workload);
                workload.each(|index, text| {
                    let verdict = judge.text(workload.form, text);
                    lines.counts.constraint(&verdict);
                    if let Some(told) = &verdict.told {
                        let pointer = format!("{}/{index}", workload.pointer());
                        show(workload, lines, index, None, &pointer, told, fix.as_deref());
                    }
                });
            }
            // What stands in the place of the list is named as it is.
            Constraints::Other(text) => {
                let verdict = judge.no_list(workload.form, text);
                lines.counts.constraint(&verdict);
                if let Some(told) = &verdict.told {
                    show(workload, lines, 0, None, &workload.pointer(), told, None);
                }
            }
            Constraints::Unclear(why) => self.unread(workload, why),
        }
        if let Some(text) = workload.volumes {
            self.volumes(workload, text);
        }
    }

    fn stranger(&mut self, form: Form, place: Place<'_>, why: &str) {
        self.lines.counts.unread += 1;
        let place = place.to_string();
        self.lines.row(Row {
            marathon: None,
            app: &place,
            form,
            index: 0,
            volume: None,
            pointer: &place,
            told: &self.judge.unread(why),
            fix: None,
        });
    }
}

impl Room<'_> {
    fn volumes(&mut self, workload: &Workload<'_>, text: &[u8]) {
        let Some(volumes) = judge::volumes(workload.form, text) else {
            self.unread(
                workload,
                "a key in its volumes stands twice, and it is not said which one counts",
            );
            return;
        };
        for volume in &volumes {
            for (index, constraint) in volume.constraints.iter().enumerate() {
                let verdict = self.judge.volume(workload.form, volume, constraint);
                self.lines.counts.constraint(&verdict);
                if let Some(told) = &verdict.told {
                    let list = workload.volumes_pointer();
                    let pointer = format!("{list}/{}/persistent/constraints/{index}", volume.index);
                    show(workload, self.lines, index, Some(&volume.name), &pointer, told, None);
                }
            }
        }
    }

    /// Something of this app or pod that could not be read.
    fn unread(&mut self, workload: &Workload<'_>, why: &str) {
        self.lines.counts.unread += 1;
        let place = workload.place.to_string();
        show(workload, self.lines, 0, None, &place, &self.judge.unread(why), None);
    }
}

fn show(
    workload: &Workload<'_>,
    lines: &mut Lines,
    index: usize,
    volume: Option<&str>,
    pointer: &str,
    told: &Told,
    fix: Option<&Fix>,
) {
    let place;
    let app = if let Some(id) = &workload.id {
        id.as_ref()
    } else {
        place = workload.place.to_string();
        &place
    };
    lines.row(Row {
        marathon: None,
        app,
        form: workload.form,
        index,
        volume,
        pointer,
        told,
        // What has no id has nowhere to be pasted.
        fix: fix.filter(|_| workload.id.is_some()),
    });
}
