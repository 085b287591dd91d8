//! Builds hostile archives byte by byte: tar headers, zip records and bags that no writer of ours would produce.
//!
//! Starts from a good archive's members, so that each case differs from something acceptable in one respect only.

use std::fmt::Write as _;
use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;

use flate2::Compression;
use flate2::bufread::GzDecoder;
use flate2::write::{DeflateEncoder, GzEncoder};
use gonogo::archive::Container;
use gonogo::model::hex;
use sha2::{Digest as _, Sha256};

use super::bag;

/// Members of an archive as (name, bytes), in order.
pub type Members = Vec<(String, Vec<u8>)>;

/// The members of the small archive, tag files first, inside their folder.
pub fn good() -> Members {
    let folder = tempfile::tempdir().unwrap();
    members_of(&fs::read(bag::small(folder.path(), Container::TarGz)).unwrap())
}

/// Members of any tar.gz, read by the `tar` crate.
pub fn members_of(targz: &[u8]) -> Members {
    let mut archive = tar::Archive::new(GzDecoder::new(targz));
    let entries = archive.entries().unwrap();
    entries
        .map(|entry| {
            let mut entry = entry.unwrap();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            (entry.path().unwrap().to_str().unwrap().to_owned(), bytes)
        })
        .collect()
}

/// Index of the member whose name ends so.
pub fn at(members: &Members, end: &str) -> usize {
    members.iter().position(|(name, _)| name.ends_with(end)).unwrap()
}

/// Replaces text in one member.
pub fn edit(members: &mut Members, end: &str, from: &str, to: &str) {
    let index = at(members, end);
    let text = String::from_utf8(members[index].1.clone()).unwrap();
    assert!(text.contains(from), "{from} is not in {text}");
    members[index].1 = text.replacen(from, to, 1).into_bytes();
}

/// The name inside the bag's folder.
pub fn inside(name: &str) -> &str {
    name.split_once('/')
        .filter(|(base, _)| base.starts_with("gonogo-"))
        .map_or(name, |(_, rest)| rest)
}

/// Makes the BagIt files agree again with whatever the members are now: an attacker can do that too.
pub fn resign(members: &mut Members) {
    let mut payload: Vec<(String, String, usize)> = members
        .iter()
        .filter(|(name, _)| inside(name).starts_with("data/"))
        .map(|(name, bytes)| (inside(name).to_owned(), hex(&Sha256::digest(bytes)), bytes.len()))
        .collect();
    payload.sort();
    let mut text = String::new();
    for (name, hash, _) in &payload {
        writeln!(text, "{hash}  {name}").unwrap();
    }
    let index = at(members, "/manifest-sha256.txt");
    members[index].1 = text.into_bytes();
    let total: usize = payload.iter().map(|(_, _, size)| size).sum();
    let index = at(members, "/bag-info.txt");
    let info = String::from_utf8(members[index].1.clone()).unwrap();
    let mut kept: Vec<&str> = info.lines().filter(|line| !line.starts_with("Payload-Oxum")).collect();
    let oxum = format!("Payload-Oxum: {total}.{}\n", payload.len());
    kept.push(&oxum);
    members[index].1 = kept.join("\n").into_bytes();
    resign_tags(members);
}

/// Makes only the tag manifest agree again.
pub fn resign_tags(members: &mut Members) {
    let names = ["bag-info.txt", "bagit.txt", "gonogo.json", "manifest-sha256.txt"];
    let mut text = String::new();
    for name in names {
        let index = at(members, &format!("/{name}"));
        writeln!(text, "{}  {name}", hex(&Sha256::digest(&members[index].1))).unwrap();
    }
    let index = at(members, "/tagmanifest-sha256.txt");
    members[index].1 = text.into_bytes();
}

/// A ustar header with any name bytes, type and size.
pub fn header(name: &[u8], kind: u8, size: u64) -> [u8; 512] {
    let mut block = [0_u8; 512];
    let cut = name.len().min(100);
    block[..cut].copy_from_slice(&name[..cut]);
    block[100..108].copy_from_slice(b"0000600\0");
    block[108..116].copy_from_slice(b"0000000\0");
    block[116..124].copy_from_slice(b"0000000\0");
    block[124..136].copy_from_slice(format!("{size:011o}\0").as_bytes());
    block[136..148].copy_from_slice(b"00000000000\0");
    block[156] = kind;
    block[257..265].copy_from_slice(b"ustar\x0000");
    sum(&mut block);
    block
}

/// Sets the checksum of a header.
pub fn sum(block: &mut [u8; 512]) {
    block[148..156].copy_from_slice(b"        ");
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}

/// A tar under construction.
#[derive(Default)]
pub struct Tar(pub Vec<u8>);

impl Tar {
    /// A tar of these members.
    pub fn of(members: &Members) -> Self {
        let mut tar = Self::default();
        for (name, bytes) in members {
            tar.add(name.as_bytes(), b'0', bytes);
        }
        tar
    }

    /// Adds an entry of any type.
    pub fn add(&mut self, name: &[u8], kind: u8, bytes: &[u8]) {
        self.add_block(&header(name, kind, bytes.len() as u64), bytes);
    }

    /// Adds an entry with a header made elsewhere.
    pub fn add_block(&mut self, block: &[u8; 512], bytes: &[u8]) {
        self.0.extend_from_slice(block);
        self.0.extend_from_slice(bytes);
        self.0.resize(self.0.len().next_multiple_of(512), 0);
    }

    /// Ends it and compresses it.
    pub fn gz(mut self) -> Vec<u8> {
        self.0.extend_from_slice(&[0; 1024]);
        gzip(&self.0)
    }
}

/// One gzip member.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// One member of a zip, with everything that its two headers say.
#[derive(Clone)]
pub struct ZipMember {
    pub name: Vec<u8>,
    pub central_name: Vec<u8>,
    pub flags: u16,
    pub method: u16,
    pub crc: u32,
    pub central_crc: u32,
    pub packed: Vec<u8>,
    pub size: u32,
    pub central_size: u32,
    pub extra: Vec<u8>,
    pub attributes: u32,
    pub gap: usize,
    pub offset_shift: i64,
}

impl ZipMember {
    /// A well-formed deflated member.
    pub fn new(name: &str, bytes: &[u8]) -> Self {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        let mut crc = flate2::Crc::new();
        crc.update(bytes);
        let size = u32::try_from(bytes.len()).unwrap();
        Self {
            name: name.into(),
            central_name: name.into(),
            flags: 0,
            method: 8,
            crc: crc.sum(),
            central_crc: crc.sum(),
            packed: encoder.finish().unwrap(),
            size,
            central_size: size,
            extra: Vec::new(),
            attributes: 0o100_600 << 16,
            gap: 0,
            offset_shift: 0,
        }
    }
}

/// A zip of these members; `count` is added to the number of entries that its end states.
pub fn zip(members: &[ZipMember], count: i32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut central = Vec::new();
    for member in members {
        bytes.resize(bytes.len() + member.gap, 0);
        let offset = u32::try_from(i64::try_from(bytes.len()).unwrap() + member.offset_shift).unwrap();
        let common = |crc: u32, size: u32, name: &[u8]| {
            let mut fields = Vec::new();
            fields.extend_from_slice(&20_u16.to_le_bytes());
            fields.extend_from_slice(&member.flags.to_le_bytes());
            fields.extend_from_slice(&member.method.to_le_bytes());
            fields.extend_from_slice(&[0; 4]);
            fields.extend_from_slice(&crc.to_le_bytes());
            fields.extend_from_slice(&u32::try_from(member.packed.len()).unwrap().to_le_bytes());
            fields.extend_from_slice(&size.to_le_bytes());
            fields.extend_from_slice(&u16::try_from(name.len()).unwrap().to_le_bytes());
            fields.extend_from_slice(&u16::try_from(member.extra.len()).unwrap().to_le_bytes());
            fields
        };
        bytes.extend_from_slice(b"PK\x03\x04");
        bytes.extend_from_slice(&common(member.crc, member.size, &member.name));
        bytes.extend_from_slice(&member.name);
        bytes.extend_from_slice(&member.extra);
        bytes.extend_from_slice(&member.packed);
        central.extend_from_slice(b"PK\x01\x02");
        central.extend_from_slice(&[20, 3]);
        central.extend_from_slice(&common(member.central_crc, member.central_size, &member.central_name));
        central.extend_from_slice(&[0; 6]);
        central.extend_from_slice(&member.attributes.to_le_bytes());
        central.extend_from_slice(&offset.to_le_bytes());
        central.extend_from_slice(&member.central_name);
        central.extend_from_slice(&member.extra);
    }
    let start = u32::try_from(bytes.len()).unwrap();
    let entries = u16::try_from(i32::try_from(members.len()).unwrap() + count).unwrap();
    bytes.extend_from_slice(&central);
    bytes.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    bytes.extend_from_slice(&entries.to_le_bytes());
    bytes.extend_from_slice(&entries.to_le_bytes());
    bytes.extend_from_slice(&u32::try_from(central.len()).unwrap().to_le_bytes());
    bytes.extend_from_slice(&start.to_le_bytes());
    bytes.extend_from_slice(&[0, 0]);
    bytes
}

/// The good members as zip members.
pub fn zip_members(members: &Members) -> Vec<ZipMember> {
    members
        .iter()
        .map(|(name, bytes)| ZipMember::new(name, bytes))
        .collect()
}

/// Unpacks members into a folder, without the bag's own folder.
pub fn unpack(members: &Members, folder: &Path) {
    for (name, bytes) in members {
        let path = folder.join(inside(name));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}
