//! What IAM answers through Admin Router: users, service accounts, groups, permissions. Names only.
//!
//! Form: an object with the list `array` (dcos/bouncer `app/users.py`, DC/OS Enterprise IAM API). Never keeps a description, a
//! key or a provider.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::json;
use super::{Malformed, Parsed};

fn names<T, F>(bytes: &[u8], expected: &str, name: F) -> Parsed<BTreeSet<String>>
where
    T: for<'de> Deserialize<'de>,
    F: Fn(T) -> String,
{
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum List<T> {
        Some(Vec<T>),
        // dcos/dcos-oauth prints an empty list as null.
        None(()),
    }
    #[derive(Deserialize)]
    struct Answer<T> {
        array: List<T>,
    }
    let answer: Answer<T> = json::read(bytes, expected)?;
    let list = match answer.array {
        List::Some(list) => list,
        List::None(()) => Vec::new(),
    };
    let count = list.len();
    let names: BTreeSet<String> = list.into_iter().map(name).collect();
    if names.len() != count {
        return Err(Malformed(format!(
            "{count} entries with {} names: some stand twice",
            names.len()
        )));
    }
    if names.contains("") {
        return Err(Malformed("an entry has an empty name".to_owned()));
    }
    Ok(names)
}

/// `/acs/api/v1/users`, and with `?type=service` the service accounts: the `uid` of each.
pub fn users(bytes: &[u8]) -> Parsed<BTreeSet<String>> {
    #[derive(Deserialize)]
    struct User {
        uid: String,
    }
    names(
        bytes,
        "the answer of /acs/api/v1/users: an object with the list `array` of entries with `uid`",
        |user: User| user.uid,
    )
}

/// `/acs/api/v1/groups`: the `gid` of each.
pub fn groups(bytes: &[u8]) -> Parsed<BTreeSet<String>> {
    #[derive(Deserialize)]
    struct Group {
        gid: String,
    }
    names(
        bytes,
        "the answer of /acs/api/v1/groups: an object with the list `array` of entries with `gid`",
        |group: Group| group.gid,
    )
}

/// `/acs/api/v1/acls`: the `rid` of each permission that is defined.
pub fn acls(bytes: &[u8]) -> Parsed<BTreeSet<String>> {
    #[derive(Deserialize)]
    struct Acl {
        rid: String,
    }
    names(
        bytes,
        "the answer of /acs/api/v1/acls: an object with the list `array` of entries with `rid`",
        |acl: Acl| acl.rid,
    )
}
