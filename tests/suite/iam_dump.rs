//! Dumps of the IAM database as CockroachDB 1.0 to 20.x write them: counted right, and never called whole when they are not.

use std::io::Read;

use gonogo::backup::iam::{looks_like, prove};
use gonogo::model::backup::Taken;
use gonogo::model::{BackupStatus, Proof};
use gonogo::sources::iam_dump::{Dump, read};
use proptest::prelude::*;

/// 1.0: bytes as `b'..'`, texts with anything unusual as `e'..'`, foreign keys inside CREATE TABLE.
pub const V1: &str = r#"CREATE TABLE alembic_version (
	version_num STRING(32) NOT NULL,
	FAMILY "primary" (version_num, rowid)
);

CREATE TABLE configs (
	id INT NOT NULL DEFAULT unique_rowid(),
	key STRING(64) NULL,
	value STRING NULL,
	CONSTRAINT "primary" PRIMARY KEY (id ASC),
	FAMILY "primary" (id, key, value)
);

CREATE TABLE users (
	id INT NOT NULL DEFAULT unique_rowid(),
	uid STRING(96) NOT NULL,
	passwordhash STRING NULL,
	description STRING NULL,
	CONSTRAINT "primary" PRIMARY KEY (id ASC),
	UNIQUE INDEX users_uid_key (uid ASC),
	FAMILY "primary" (id, uid, passwordhash, description)
);

INSERT INTO alembic_version (version_num) VALUES
	('a1b2c3d4e5f6');

INSERT INTO configs (id, key, value) VALUES
	(1, 'privkey', e'-----BEGIN not-a-real-key-----\nnot-a-real-private-key; '' \' "\n-----END-----\n');

INSERT INTO users (id, uid, passwordhash, description) VALUES
	(1, 'bootstrapuser', '$6$rounds=656000$notareal$not-a-real-hash', 'Bootstrap superuser'),
	(2, e'o\'brien', NULL, b'\x00;\'\\');
"#;

/// 2.0 and later: foreign keys at the end.
pub const V2: &str = r#"CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL,
	FAMILY "primary" (version_num, rowid)
);

CREATE TABLE groups (
	id INT8 NOT NULL DEFAULT unique_rowid(),
	gid STRING NOT NULL,
	CONSTRAINT "primary" PRIMARY KEY (id ASC)
);

CREATE TABLE users (
	id INT8 NOT NULL DEFAULT unique_rowid(),
	uid VARCHAR(96) NOT NULL,
	passwordhash STRING NULL,
	CONSTRAINT "primary" PRIMARY KEY (id ASC),
	CONSTRAINT utype CHECK (uid IN ('a;b':::STRING, 'c':::STRING))
);

CREATE TABLE "user;groups" (
	user_id INT8 NULL,
	group_id INT8 NULL
);

INSERT INTO alembic_version (version_num) VALUES
	('a1b2c3d4e5f6');

INSERT INTO groups (id, gid) VALUES
	(1, 'superusers'),
	(2, 'sales');

INSERT INTO users (id, uid, passwordhash) VALUES
	(1, 'bootstrapuser', '$6$rounds=656000$notareal$not-a-real-hash'),
	(2, 'service-a', ':public:not-a-real-key'),
	(3, 'service-b', NULL);

INSERT INTO "user;groups" (user_id, group_id) VALUES
	(1, 1);

ALTER TABLE "user;groups" ADD CONSTRAINT fk_user FOREIGN KEY (user_id) REFERENCES users(id);
ALTER TABLE "user;groups" ADD CONSTRAINT fk_group FOREIGN KEY (group_id) REFERENCES groups(id);

-- Validate foreign key constraints. These can fail if there was unvalidated data during the dump.
ALTER TABLE "user;groups" VALIDATE CONSTRAINT fk_user;
ALTER TABLE "user;groups" VALIDATE CONSTRAINT fk_group;
"#;

pub fn dump(text: impl AsRef<[u8]>) -> Dump {
    read(&mut text.as_ref()).unwrap()
}

pub fn proof(text: impl AsRef<[u8]>, exit_status: Option<i32>) -> Proof {
    let taken = exit_status.map(|status| Taken {
        exit_status: Some(status),
        ..Taken::default()
    });
    prove("iam-backup.sql", &mut text.as_ref(), taken).unwrap()
}

fn ids(dump: &Dump, table: &str) -> Vec<String> {
    dump.ids[table].names.iter().cloned().collect()
}

fn said(proof: &Proof) -> String {
    let lines: Vec<String> = proof
        .findings
        .iter()
        .map(|finding| format!("{}: {}", finding.check, finding.summary))
        .collect();
    lines.join("\n")
}

#[test]
fn a_dump_of_1_0_is_counted_and_needs_a_record() {
    let read = dump(V1);
    assert_eq!(read.created, ["alembic_version", "configs", "users"]);
    assert_eq!(
        (read.rows("users"), read.rows("configs"), read.rows("alembic_version")),
        (Some(2), Some(1), Some(1))
    );
    assert_eq!(ids(&read, "users"), ["bootstrapuser", "o'brien"]);
    assert_eq!(
        (read.closed, read.open.clone(), read.broken, read.nul),
        (6, None, None, 0)
    );
    assert!(!read.tail_complete());

    let alone = proof(V1, None);
    assert_eq!(alone.status, BackupStatus::CannotSay);
    assert!(
        said(&alone).starts_with("iam-backup-count-differs: every statement is closed"),
        "{}",
        said(&alone)
    );
    assert_eq!(proof(V1, Some(0)).status, BackupStatus::Restorable);
    let failed = proof(V1, Some(1));
    assert_eq!(failed.status, BackupStatus::NotRestorable);
    assert!(said(&failed).contains("exit status 1"));
}

#[test]
fn a_dump_of_2_0_shows_its_end_by_the_foreign_keys() {
    let read = dump(V2);
    assert_eq!(read.created, ["alembic_version", "groups", "users", "user;groups"]);
    assert_eq!(
        (read.rows("users"), read.rows("groups"), read.rows("user;groups")),
        (Some(3), Some(2), Some(1))
    );
    assert_eq!((read.keys_validated, read.keys_pending), (2, 0));
    assert_eq!(ids(&read, "groups"), ["sales", "superusers"]);
    let whole = proof(V2, None);
    assert_eq!((whole.status, said(&whole)), (BackupStatus::Restorable, String::new()));
    assert_eq!(whole.tables["users"], 3);
    assert_eq!(whole.ids["users"].names, ["bootstrapuser", "service-a", "service-b"]);

    // The last validation is missing: cut off, whatever the record says.
    let cut = V2.rsplit_once("ALTER TABLE").unwrap().0;
    assert_eq!(proof(cut, Some(0)).status, BackupStatus::CannotSay);
    assert!(
        said(&proof(cut, None)).contains("1 of 2 foreign keys"),
        "{}",
        said(&proof(cut, None))
    );
}

#[test]
fn rows_without_a_list_of_columns_take_the_order_of_the_definition() {
    let text = "CREATE TABLE users (\n\t\"id\" INT NOT NULL,\n\tuid STRING NULL,\n\tINDEX uid (uid)\n);\n\nINSERT INTO users VALUES\n\t(1, \
                'a'),\n\t(2, 'b');\n";
    let read = dump(text);
    assert_eq!(
        (read.rows("users"), ids(&read, "users")),
        (Some(2), vec!["a".to_owned(), "b".to_owned()])
    );
    assert_eq!(read.broken, None);
}

#[test]
fn no_secret_and_no_content_comes_out_of_a_dump() {
    for text in [V1, V2] {
        let whole = serde_json::to_string(&proof(text, None)).unwrap();
        assert!(!whole.contains("not-a-real") && !whole.contains("rounds="), "{whole}");
        // Nor out of a damaged one: every quote left out in turn shifts what is literal and what is not.
        for (at, _) in text.match_indices('\'') {
            let damaged = format!("{}{}", &text[..at], &text[at + 1..]);
            let proof = proof(&damaged, Some(0));
            assert!(!said(&proof).contains("not-a-real"), "{}", said(&proof));
        }
    }
}

#[test]
fn cut_at_every_byte_it_is_never_called_restorable() {
    for text in [V1, V2] {
        for at in 0..text.len() {
            let part = &text[..at];
            let read = dump(part);
            let rest = part.trim_end();
            let between = rest.is_empty() || rest.ends_with(';') || rest.ends_with("the dump.");
            let in_comment = read.ending == gonogo::sources::iam_dump::Ending::Line;
            if !between && !in_comment && !rest.ends_with('-') {
                assert!(
                    read.open.is_some(),
                    "no open statement seen at byte {at}: {:?}",
                    &part[part.len().saturating_sub(20)..]
                );
            }
            assert_ne!(proof(part, None).status, BackupStatus::Restorable, "byte {at}");
            let recorded = proof(part, Some(0)).status;
            if read.open.is_some() || in_comment || at == 0 {
                assert_ne!(recorded, BackupStatus::Restorable, "byte {at}, exit status 0 recorded");
            }
        }
    }
}

#[test]
fn quotes_comments_and_brackets_hide_semicolons() {
    let text = concat!(
        "-- a comment; with ' and \"\n/* another; /* nested; */ ' \" */\n",
        "CREATE TABLE \"a;\"\"b\" (i INT, s STRING DEFAULT ';' /* ; */);\n",
        "CREATE TABLE users (uid STRING);\n",
        "INSERT INTO \"a;\"\"b\" (i, s) VALUES (1, 'it''s; )('), (2, E'\\';\\\\'), (3, X'3b27'), (4, x''), (5, B'\\'\\x3b');\n",
        "INSERT INTO users (uid) VALUES ('a'), (e'b\\x3b\\u00e4\\101'), (('c')), (ARRAY['d','e'][1]), (DATE'\\');\n",
    );
    let read = dump(text);
    assert_eq!((read.rows("a;\"b"), read.rows("users")), (Some(5), Some(5)));
    assert_eq!((read.closed, read.broken, &read.open), (4, None, &None));
    assert_eq!(ids(&read, "users"), ["a", "b;äA"]);
    assert_eq!(read.ids["users"].left_out, 3);
}

#[test]
fn bytes_that_are_no_text_stand_in_literals_only() {
    let mut text = V1.as_bytes().to_vec();
    let at = V1.find("Bootstrap superuser").unwrap();
    text.splice(at..at + 9, [0xff, 0xfe, b';', 0x80, b'(']);
    assert_eq!(dump(&text).rows("users"), Some(2));
    text[at] = 0;
    let zeros = proof(&text, Some(0));
    assert_eq!(zeros.status, BackupStatus::NotRestorable);
    assert!(said(&zeros).contains("1 NUL byte in it"), "{}", said(&zeros));
}

#[test]
fn what_a_failed_dump_leaves_is_told() {
    let log = "[INFO] My internal IP address is `10.0.0.1`\n[INFO] Write backup to: STDOUT\n";
    for (text, expected) in [
        (String::new(), "empty (0 bytes)"),
        (
            "Error: problem with CA certificate: not found\nFailed running \"dump\"\n".to_owned(),
            "line 1 is an error message",
        ),
        (format!("{V1}pq: internal error\n"), "is an error message"),
        (
            format!("{log}{V2}[ERROR] Failed to dump database.\n"),
            "is an error message",
        ),
        (
            format!("{V1}E180308 13:56:10.123456 1 cli/error.go:68  gone\n"),
            "is an error message",
        ),
        (
            format!("{log}{V2}[INFO] Database successfully dumped.\n"),
            "3 log lines of the tool stand in the dump, the first on line 1",
        ),
        (
            V1.replace("CREATE TABLE users", "CREATE TABLE persons"),
            "no CREATE TABLE users",
        ),
        (
            V1.split("INSERT INTO users").next().unwrap().to_owned(),
            "users has no whole row",
        ),
        (
            V1.split_once("\n\nINSERT")
                .map(|(_, rest)| format!("INSERT{rest}"))
                .unwrap(),
            "begins on line 1 with something else",
        ),
        (
            format!("{V1}INSERT INTO groups (gid) VALUES ('x');\n"),
            "no CREATE TABLE before them makes: groups",
        ),
        (V1.replace("(1, 'bootstrapuser', ", "("), "is none that a dump holds"),
        (format!("{V1}{V1}"), "is none that a dump holds"),
        (format!("{V1}DROP TABLE users;\n"), "is none that a dump holds"),
        (
            V1.replace("description)\n);", "description)\n;"),
            "is none that a dump holds",
        ),
        (
            V1.replace("e'o\\'brien'", "'bootstrapuser'"),
            "1 row of table users has an id that stands in an earlier row",
        ),
        (
            format!("{V1}ALTER TABLE users DROP COLUMN uid;\n"),
            "is none that a dump holds",
        ),
        (
            "<html><body>502 Bad Gateway; sorry</body></html>\n".to_owned(),
            "something else than CREATE TABLE",
        ),
    ] {
        let proof = proof(&text, Some(0));
        assert_eq!(proof.status, BackupStatus::NotRestorable, "{expected}");
        assert!(
            said(&proof).contains(expected),
            "expected {expected} in:\n{}",
            said(&proof)
        );
    }
    // The same words inside a literal are data.
    let quiet = V1.replace("Bootstrap superuser", "x\nError: pq: \n[ERROR] no\n");
    assert_eq!(proof(quiet, Some(0)).status, BackupStatus::Restorable);
}

#[test]
fn dumps_are_known_by_their_first_line() {
    for text in [V1, "-- x\n\ncreate table a", "Error: no", "[INFO] My internal"] {
        assert!(looks_like(text.as_bytes()), "{text}");
    }
    for text in ["", "PK\u{3}\u{4}", "ZKSN", "# README", "{\"a\":1}"] {
        assert!(!looks_like(text.as_bytes()), "{text}");
    }
}

/// Gives `begin`, then `middle` again and again until `bytes` came out, then `end`; never holds it.
struct Huge<'a> {
    begin: &'a [u8],
    middle: &'a [u8],
    times: u64,
    end: &'a [u8],
    at: &'a [u8],
}

impl Read for Huge<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let mut filled = 0;
        while filled < buffer.len() {
            if self.at.is_empty() {
                if !self.begin.is_empty() {
                    self.at = std::mem::take(&mut self.begin);
                } else if self.times > 0 {
                    self.times -= 1;
                    self.at = self.middle;
                } else if !self.end.is_empty() {
                    self.at = std::mem::take(&mut self.end);
                } else {
                    break;
                }
            }
            let count = self.at.len().min(buffer.len() - filled);
            buffer[filled..filled + count].copy_from_slice(&self.at[..count]);
            self.at = &self.at[count..];
            filled += count;
        }
        Ok(filled)
    }
}

const USERS: &[u8] = b"CREATE TABLE users (\n\tid INT,\n\tuid STRING\n);\n\nINSERT INTO users (id, uid) VALUES\n\t";

#[test]
fn a_row_of_a_gigabyte_and_a_statement_of_a_gigabyte_pass_through() {
    let block = vec![b';'; 1 << 20];
    let mut row = Huge {
        begin: &[USERS, b"(1, '"].concat(),
        middle: &block,
        times: 1024,
        end: b"');\n",
        at: &[],
    };
    let read_row = read(&mut row).unwrap();
    assert_eq!(
        (read_row.rows("users"), read_row.closed, read_row.bytes >> 30),
        (Some(1), 2, 1)
    );
    assert_eq!(read_row.ids["users"].left_out, 1);

    let rows = b"(1, 'a'),\n\t".repeat(1000);
    let mut many = Huge {
        begin: USERS,
        middle: &rows,
        times: 1000,
        end: b"(2, 'b');\n",
        at: &[],
    };
    let read_many = read(&mut many).unwrap();
    assert_eq!((read_many.rows("users"), read_many.closed), (Some(1_000_001), 2));
    assert_eq!(ids(&read_many, "users"), ["a", "b"]);
}

fn literal(text: &str, plain: bool) -> String {
    if plain {
        format!("'{}'", text.replace('\'', "''"))
    } else {
        format!("e'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// What a generator wrote is what is counted, however the bytes come in.
    #[test]
    fn rows_counted_are_rows_written(
        tables in proptest::collection::vec(proptest::collection::vec((".{0,12}", any::<bool>()), 0..12), 1..5),
        batch in 1_usize..5,
        piece in 1_usize..40,
    ) {
        let mut text = String::new();
        for number in 0..tables.len() {
            let create = format!("CREATE TABLE \"t;{number}\" (\n\tid INT8,\n\ts STRING\n);\n\n");
            text.push_str(&create);
        }
        for (number, rows) in tables.iter().enumerate() {
            for rows in rows.chunks(batch) {
                let rows: Vec<String> = rows.iter().map(|(s, plain)| format!("\n\t(-1, {})", literal(s, *plain))).collect();
                let insert = format!("\nINSERT INTO \"t;{number}\" (id, s) VALUES{};\n", rows.join(","));
                text.push_str(&insert);
            }
        }
        let text = text.replace('\0', "0");
        let mut pieces = Pieces { rest: text.as_bytes(), piece };
        let read = read(&mut pieces).unwrap();
        for (number, rows) in tables.iter().enumerate() {
            prop_assert_eq!(read.rows(&format!("t;{number}")), Some(rows.len() as u64));
        }
        prop_assert_eq!((read.open, read.broken), (None, None));
    }

    /// Whatever the bytes are: an answer, and no restorable without a users table that was closed.
    #[test]
    fn no_bytes_make_it_fall(bytes in proptest::collection::vec(any::<u8>(), 0..400), at in 0_usize..900) {
        let mut text = V1.as_bytes().to_vec();
        let at = at.min(text.len());
        text.splice(at..at, bytes.iter().copied());
        let _ = proof(&text, Some(0));
        prop_assert!(proof(&bytes, Some(0)).status != BackupStatus::Restorable);
    }
}

struct Pieces<'a> {
    rest: &'a [u8],
    piece: usize,
}

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.piece.min(self.rest.len()).min(buffer.len());
        buffer[..count].copy_from_slice(&self.rest[..count]);
        self.rest = &self.rest[count..];
        Ok(count)
    }
}

/// A compressed dump whose stream ends early, as every decompressor says it.
struct CutStream;

impl Read for CutStream {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        Err(std::io::ErrorKind::UnexpectedEof.into())
    }
}

/// A disk that fails.
struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        Err(std::io::ErrorKind::PermissionDenied.into())
    }
}

#[test]
fn a_stream_that_ends_early_is_damage_and_a_disk_that_fails_is_none() {
    let cut = prove("iam-backup.sql.gz", &mut V2.as_bytes().chain(CutStream), None).unwrap();
    assert_eq!(cut.status, BackupStatus::NotRestorable);
    assert!(said(&cut).contains("ends early or is damaged"), "{}", said(&cut));
    assert!(prove("iam-backup.sql", &mut Broken, None).is_err());
}
