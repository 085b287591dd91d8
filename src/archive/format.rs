//! Names and version numbers of the archive format, and nothing else.
//!
//! Order of members in tar.gz and zip: the tag files as listed in [`TAG_ORDER`], then the payload sorted by path.
//! The manifests come first so that a reader that never unpacks knows what each member must be before it reads it.

/// Version of the format written by this program.
pub const FORMAT: &str = "gonogo-archive/1.0";
/// Major version this program reads.
pub const MAJOR: u32 = 1;
/// BagIt declaration (RFC 8493, 2.1.1).
pub const BAGIT_TXT: &str = "bagit.txt";
/// Contents of the BagIt declaration.
pub const BAGIT_DECLARATION: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
/// BagIt metadata (RFC 8493, 2.2.2).
pub const BAG_INFO: &str = "bag-info.txt";
/// Our own tag file: [`crate::model::Manifest`] as JSON.
pub const MANIFEST_JSON: &str = "gonogo.json";
/// BagIt payload manifest (RFC 8493, 2.1.3).
pub const PAYLOAD_MANIFEST: &str = "manifest-sha256.txt";
/// BagIt tag manifest (RFC 8493, 2.2.1); its SHA-256 is the digest by which reports name an archive.
pub const TAG_MANIFEST: &str = "tagmanifest-sha256.txt";
/// Tag files in the order in which they stand in an archive.
pub const TAG_ORDER: [&str; 5] = [BAGIT_TXT, BAG_INFO, MANIFEST_JSON, PAYLOAD_MANIFEST, TAG_MANIFEST];
/// Folder of the payload.
pub const DATA: &str = "data/";
/// Suffix of the error file that stands where data would have been.
pub const ERROR_SUFFIX: &str = ".error.json";
