//! Sealing and opening: what comes back is what went in; anything else leaves nothing behind.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use age::secrecy::ExposeSecret as _;
use gonogo::archive::{Place, WriteError};
use gonogo::backup::seal::{self, Form, Identities, Opened, Recipients, SealError, Sealed, Sealer};
use gonogo::model::hex;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

/// A pair of keys in files, as `age-keygen` writes them.
pub struct Keys {
    pub folder: TempDir,
    pub recipient: String,
    pub secret: String,
}

impl Keys {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let identity = age::x25519::Identity::generate();
        let recipient = identity.to_public().to_string();
        let secret = identity.to_string().expose_secret().to_owned();
        let keys = Self {
            folder,
            recipient,
            secret,
        };
        private(
            &keys.identity(),
            &format!("# public key: {}\n{}\n", keys.recipient, keys.secret),
        );
        fs::write(
            keys.recipients(),
            format!("# who may open backups\n\n{}\n", keys.recipient),
        )
        .unwrap();
        keys
    }

    pub fn identity(&self) -> PathBuf {
        self.folder.path().join("identity.txt")
    }

    pub fn recipients(&self) -> PathBuf {
        self.folder.path().join("recipients.txt")
    }

    pub fn to(&self) -> Recipients {
        let mut all = Recipients::default();
        all.add(&self.recipient).unwrap();
        all
    }

    pub fn by(&self) -> Identities {
        Identities::read(&self.identity()).unwrap()
    }
}

fn private(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

/// Every name below a folder, hidden ones too.
pub fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

pub fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

pub fn seal_bytes(path: &Path, to: &Recipients, form: Form, bytes: &[u8]) -> Sealed {
    let mut sealer = Sealer::at(Place::for_file(path, false).unwrap(), to, form).unwrap();
    sealer.write_all(bytes).unwrap();
    sealer.finish().unwrap()
}

fn open(sealed: &Path, by: &Identities, out: &Path) -> Result<Opened, SealError> {
    seal::open(sealed, by, &Place::for_file(out, false)?, None, &mut |_| true)
}

#[test]
fn what_comes_back_is_what_went_in() {
    let (one, two) = (Keys::new(), Keys::new());
    let folder = tempfile::tempdir().unwrap();
    let mut both = one.to();
    both.add_file(&two.recipients()).unwrap();
    both.add(&one.recipient).unwrap();
    assert_eq!(both.len(), 2, "one that is named twice counts once");
    // Chunks have 64 KiB.
    for (number, size) in [0, 1, 65_535, 65_536, 65_537, 131_072, 200_000].into_iter().enumerate() {
        let bytes: Vec<u8> = (0..size).map(|at: u32| (at % 251) as u8).collect();
        for form in [Form::Binary, Form::Armored] {
            let sealed = folder.path().join(format!("{number}-{form:?}.age"));
            let done = seal_bytes(&sealed, &both, form, &bytes);
            let stored = fs::read(&sealed).unwrap();
            assert_eq!((done.sha256, done.bytes), (sha256(&stored), stored.len() as u64));
            assert_eq!(
                (done.clear_sha256, done.clear_bytes),
                (sha256(&bytes), bytes.len() as u64)
            );
            assert_eq!((done.recipients, mode(&sealed)), (2, 0o600));
            assert_eq!(stored.starts_with(b"-----BEGIN AGE"), form == Form::Armored);
            for keys in [&one, &two] {
                let out = keys.folder.path().join(format!("{number}-{form:?}"));
                let opened = open(&sealed, &keys.by(), &out).unwrap();
                assert_eq!(fs::read(&out).unwrap(), bytes, "{size} {form:?}");
                assert_eq!((opened.sha256, opened.bytes), (sha256(&bytes), bytes.len() as u64));
                assert_eq!(opened.sealed_sha256, sha256(&stored));
                assert_eq!(mode(&out), 0o600);
            }
        }
    }
}

#[test]
fn another_identity_opens_nothing() {
    let (owner, other) = (Keys::new(), Keys::new());
    let folder = tempfile::tempdir().unwrap();
    let sealed = folder.path().join("zk.age");
    seal_bytes(&sealed, &owner.to(), Form::Binary, b"not-a-real-backup");
    let error = open(&sealed, &other.by(), &folder.path().join("zk")).unwrap_err();
    assert!(matches!(error, SealError::OtherIdentity { .. }), "{error}");
    assert_eq!(names(folder.path()), ["zk.age"]);
}

/// Opens an altered copy, which must fail and leave nothing.
fn refused(folder: &Path, by: &Identities, altered: &[u8], what: &str) -> SealError {
    let sealed = folder.join("altered.age");
    fs::write(&sealed, altered).unwrap();
    let error = open(&sealed, by, &folder.join("out")).expect_err(what);
    assert_eq!(names(folder), ["altered.age"], "{what}");
    error
}

#[test]
fn cut_at_any_byte_altered_in_any_byte_or_lengthened_it_is_refused() {
    let keys = Keys::new();
    let by = keys.by();
    let marker = b"not-a-real-secret of a znode";
    for form in [Form::Binary, Form::Armored] {
        let sealed = keys.folder.path().join(format!("{form:?}.age"));
        seal_bytes(&sealed, &keys.to(), form, marker);
        let whole = fs::read(&sealed).unwrap();
        let folder = tempfile::tempdir().unwrap();
        // The last byte of the armored form is the end of its last line: without it nothing is missing.
        let shortest = if form == Form::Armored {
            whole.len() - 1
        } else {
            whole.len()
        };
        for cut in 0..shortest {
            let error = refused(folder.path(), &by, &whole[..cut], &format!("cut at {cut}"));
            assert!(!format!("{error:?}").contains("not-a-real"), "{error:?}");
        }
        if form == Form::Binary {
            for at in 0..whole.len() {
                let mut altered = whole.clone();
                altered[at] ^= 1 << (at % 8);
                refused(folder.path(), &by, &altered, &format!("bit {} of byte {at}", at % 8));
            }
        }
        let longer = [whole.as_slice(), b"x"].concat();
        refused(folder.path(), &by, &longer, "one byte more");
    }
}

#[test]
fn what_is_no_sealed_file_is_said() {
    let keys = Keys::new();
    let folder = tempfile::tempdir().unwrap();
    let not_sealed = |text: &[u8]| refused(folder.path(), &keys.by(), text, "no sealed file").to_string();
    assert!(not_sealed(b"").contains("no sealed file"));
    assert!(not_sealed(b"\x1f\x8b not a sealed file").contains("expected it to begin with age-encryption.org/v1"));
    assert!(not_sealed(b"age-encryption.org/v2\n-> X\n").contains("version 1"));
    let passphrase = age::encrypt(
        &age::scrypt::Recipient::new("not-a-real-passphrase".to_owned().into()),
        b"x",
    )
    .unwrap();
    assert!(not_sealed(&passphrase).contains("passphrase"));
    let error = open(folder.path(), &keys.by(), &keys.folder.path().join("x")).unwrap_err();
    assert!(matches!(error, SealError::Unsuitable { .. }), "{error}");
}

#[test]
fn nothing_is_written_over_and_no_unsafe_place_is_used() {
    let keys = Keys::new();
    let folder = tempfile::tempdir().unwrap();
    let there = folder.path().join("there.age");
    fs::write(&there, b"mine").unwrap();
    let failure = |path: &Path| match Sealer::create(path, &keys.to()) {
        Err(SealError::Write(error)) => error,
        other => panic!("{:?}", other.map(|sealer| sealer.path().to_owned())),
    };
    assert!(matches!(failure(&there), WriteError::Exists { .. }));
    assert!(matches!(
        failure(&folder.path().join("none/a.age")),
        WriteError::Io { .. }
    ));
    let link = folder.path().join("link.age");
    symlink(&there, &link).unwrap();
    assert!(matches!(failure(&link), WriteError::Exists { .. }));
    assert!(Place::for_file(&link, true).unwrap_err().is_usage());
    assert!(Place::for_file(folder.path(), true).unwrap_err().is_usage());
    let open_to_all = folder.path().join("open");
    fs::create_dir(&open_to_all).unwrap();
    fs::set_permissions(&open_to_all, fs::Permissions::from_mode(0o777)).unwrap();
    assert!(matches!(
        failure(&open_to_all.join("a.age")),
        WriteError::Unsuitable { .. }
    ));
    // Somebody else was faster.
    let late = folder.path().join("late.age");
    let sealer = Sealer::create(&late, &keys.to()).unwrap();
    fs::write(&late, b"theirs").unwrap();
    let error = sealer.finish().unwrap_err();
    assert!(matches!(error, SealError::Write(WriteError::Exists { .. })), "{error}");
    assert_eq!(
        (fs::read(&late).unwrap(), fs::read(&there).unwrap()),
        (b"theirs".to_vec(), b"mine".to_vec())
    );
    assert_eq!(names(folder.path()), ["late.age", "link.age", "open", "there.age"]);
    // With leave, the old file stands until the new one is whole.
    let place = Place::for_file(&there, true).unwrap();
    let mut sealer = Sealer::at(place, &keys.to(), Form::Binary).unwrap();
    sealer.write_all(b"new").unwrap();
    assert_eq!(fs::read(&there).unwrap(), b"mine");
    sealer.finish().unwrap();
    assert_eq!(mode(&there), 0o600);
    assert!(fs::read(&there).unwrap().starts_with(b"age-encryption.org/v1\n"));
}

#[test]
fn no_clear_byte_touches_the_disk() {
    let keys = Keys::new();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("zk.age");
    let marker = b"not-a-real-secret-of-a-znode-7f3a";
    let mut sealer = Sealer::create(&path, &keys.to()).unwrap();
    let mut seen = 0;
    for _ in 0..40 {
        sealer.write_all(&marker.repeat(200)).unwrap();
        for name in names(folder.path()) {
            assert!(name.starts_with(".zk.age.part-"), "{name}");
            let part = folder.path().join(name);
            assert_eq!(mode(&part), 0o600);
            let bytes = fs::read(part).unwrap();
            assert!(!bytes.windows(16).any(|window| marker.starts_with(window)));
            seen = seen.max(bytes.len());
        }
    }
    assert!(seen > 65_536, "the part was looked at while it held something: {seen}");
    drop(sealer);
    assert!(names(folder.path()).is_empty(), "unfinished, it leaves nothing");
}

#[test]
fn identities_come_from_private_files_and_are_never_repeated() {
    let keys = Keys::new();
    let path = keys.identity();
    for open_to in [0o640, 0o604, 0o660, 0o644] {
        fs::set_permissions(&path, fs::Permissions::from_mode(open_to)).unwrap();
        let error = Identities::read(&path).unwrap_err();
        assert!(
            matches!(error, SealError::Exposed { mode, .. } if mode == open_to),
            "{error}"
        );
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
    assert_eq!(format!("{:?}", Identities::read(&path).unwrap()), "Identities(1)");
    let other = keys.folder.path().join("other.txt");
    for text in ["", "# only words\n", "not-a-real-key\n", &keys.recipient] {
        private(&other, text);
        let error = Identities::read(&other).unwrap_err();
        assert!(matches!(error, SealError::Identity(_)), "{error}");
        assert!(text.is_empty() || !error.to_string().contains(text.trim()), "{error}");
    }
    assert!(Identities::read(keys.folder.path()).is_err());
    assert!(Identities::read(&keys.folder.path().join("none")).is_err());
}

#[test]
fn a_secret_given_as_recipient_is_refused_and_not_repeated() {
    let keys = Keys::new();
    let mut to = Recipients::default();
    let wrong = [
        (keys.secret.as_str(), "an identity, a secret"),
        ("ssh-ed25519 AAAAnot-a-real-key", "SSH key"),
        ("age1pq1notarealone", "not known"),
        ("not-a-real-password", "no recipient"),
        (&keys.recipient[..40], "a character is missing"),
        ("", "no recipient"),
    ];
    for (text, why) in wrong {
        let error = to.add(text).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
        let file = keys.folder.path().join("wrong.txt");
        fs::write(&file, format!("{}\n{text}\n", keys.recipient)).unwrap();
        if !text.is_empty() {
            assert!(!error.contains(text), "{error}");
            let error = Recipients::default().add_file(&file).unwrap_err().to_string();
            assert!(error.contains("line 2: ") && !error.contains(text), "{error}");
        }
    }
    let empty = keys.folder.path().join("empty.txt");
    fs::write(&empty, "# nobody\n").unwrap();
    assert!(
        to.add_file(&empty)
            .unwrap_err()
            .to_string()
            .contains("names no recipient")
    );
    let nobody = Sealer::create(&keys.folder.path().join("x.age"), &to).map(|_| ());
    assert!(matches!(nobody, Err(SealError::Recipient(_))));
}
