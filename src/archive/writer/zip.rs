//! The bag as zip: deflated members with sizes known in their local headers, no extra fields, fixed times.
//!
//! Never writes data descriptors, comments or encryption.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use chrono::{Datelike as _, Timelike as _};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::plan::Plan;
use super::{Sink, WriteError, send};
use crate::archive::bagit;
use crate::archive::limits::Limits;
use crate::archive::target::Target;

/// From this size on a member gets zip64 fields (its compressed size might pass 4 GiB too).
const LARGE: u64 = 0xf000_0000;

struct ZipSink<'a> {
    output: ZipWriter<BufWriter<&'a File>>,
    options: SimpleFileOptions,
}

pub(super) fn write(target: &Target, plan: &Plan) -> Result<(), WriteError> {
    let mut part = target.part_file()?;
    pack(part.as_file(), part.path(), plan, CompressionMethod::Deflated)?;
    let packed = part
        .as_file()
        .metadata()
        .map_err(|e| WriteError::io(part.path(), e))?
        .len();
    let bytes: u64 = plan.payload.iter().map(|member| member.stored.bytes).sum();
    if bytes / (Limits::STORE_ABOVE as u64) > packed {
        // Evidence that is nearly all blanks must not look like a bomb: see `Limits::STORE_ABOVE`.
        drop(part);
        part = target.part_file()?;
        pack(part.as_file(), part.path(), plan, CompressionMethod::Stored)?;
    }
    target.publish_file(part)
}

fn pack(file: &File, path: &Path, plan: &Plan, method: CompressionMethod) -> Result<(), WriteError> {
    let io = |e| WriteError::io(path, e);
    let at = plan.manifest.finished_at;
    // Zip knows 1980 to 2107 in steps of two seconds; anything else becomes its epoch.
    let byte = |n: u32| u8::try_from(n).unwrap_or(0);
    let time = DateTime::from_date_and_time(
        u16::try_from(at.year()).unwrap_or(0),
        byte(at.month()),
        byte(at.day()),
        byte(at.hour()),
        byte(at.minute()),
        byte(at.second() / 2 * 2),
    )
    .unwrap_or_default();
    let mut sink = ZipSink {
        output: ZipWriter::new(BufWriter::with_capacity(1 << 20, file)),
        options: SimpleFileOptions::default()
            .compression_method(method)
            .compression_level((method == CompressionMethod::Deflated).then_some(6))
            .last_modified_time(time)
            .unix_permissions(0o600),
    };
    let base = format!("{}/", bagit::base_folder(&plan.manifest));
    send(plan, &base, path, &mut sink)?;
    let buffered = sink.output.finish().map_err(|e| io(e.into()))?;
    buffered.into_inner().map_err(|e| io(e.into_error()))?;
    Ok(())
}

impl Sink for ZipSink<'_> {
    fn begin(&mut self, name: &str, size: u64) -> io::Result<()> {
        let options = self.options.large_file(size >= LARGE);
        self.output.start_file(name, options).map_err(io::Error::from)
    }

    fn end(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Write for ZipSink<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.output.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}
