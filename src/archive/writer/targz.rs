//! The bag as tar.gz: plain ustar entries, no extensions, fixed owner and times.
//!
//! Never writes a name or a size that ustar cannot hold.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use tar::{EntryType, Header};

use super::deflate::GzipWriter;
use super::plan::Plan;
use super::{Sink, WriteError, send};
use crate::archive::bagit;
use crate::archive::target::Target;

/// Size of a tar block.
const BLOCK: u64 = 512;
/// The end of a tar: two empty blocks.
const END: [u8; 1024] = [0; 1024];

struct TarSink<W: Write> {
    output: GzipWriter<W>,
    mtime: u64,
    size: u64,
}

pub(super) fn write(target: &Target, plan: &Plan) -> Result<(), WriteError> {
    let part = target.part_file()?;
    pack(part.as_file(), part.path(), plan)?;
    target.publish_file(part)
}

fn pack(file: &File, path: &Path, plan: &Plan) -> Result<(), WriteError> {
    let io = |e| WriteError::io(path, e);
    let mut sink = TarSink {
        output: GzipWriter::new(BufWriter::with_capacity(1 << 20, file)).map_err(io)?,
        mtime: u64::try_from(plan.manifest.finished_at.timestamp()).unwrap_or(0),
        size: 0,
    };
    let base = format!("{}/", bagit::base_folder(&plan.manifest));
    send(plan, &base, path, &mut sink)?;
    sink.output.write_all(&END).map_err(io)?;
    let buffered = sink.output.finish().map_err(io)?;
    buffered.into_inner().map_err(|e| io(e.into_error()))?;
    Ok(())
}

impl<W: Write> Sink for TarSink<W> {
    fn begin(&mut self, name: &str, size: u64) -> io::Result<()> {
        let mut header = Header::new_ustar();
        header.set_path(name)?;
        header.set_entry_type(EntryType::Regular);
        header.set_mode(0o600);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(self.mtime);
        header.set_size(size);
        header.set_device_major(0)?;
        header.set_device_minor(0)?;
        header.set_cksum();
        self.size = size;
        self.output.write_all(header.as_bytes())
    }

    fn end(&mut self) -> io::Result<()> {
        let over = self.size % BLOCK;
        let padding = if over == 0 { 0 } else { BLOCK - over };
        let zeros = usize::try_from(padding).unwrap_or(0);
        self.output.write_all(END.get(..zeros).unwrap_or_default())
    }
}

impl<W: Write> Write for TarSink<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.output.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}
