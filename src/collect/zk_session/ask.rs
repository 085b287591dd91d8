//! What is asked about one znode, and what the answers mean. The only file that calls the client's requests.

use zookeeper_client::{Acl, Client, Error, Permission, Stat};

use crate::model::backup::Zxid;
use crate::sources::zk_tree_file::{AclEntry, Node};

use super::WalkLimits;
use super::tally::answer_bytes;

/// What became of asking for one znode.
pub(super) enum Answer {
    /// It was read.
    Read(Box<Read>),
    /// It is gone.
    Vanished,
    /// The connection or the session was lost, or the server had no time: ask again.
    Lost(String),
    /// The server refuses the session as such.
    Refused,
    /// It cannot be asked for, or its answer cannot be read.
    Odd(String),
}

/// What was read of a znode.
pub(super) struct Read {
    pub node: Node,
    pub acl: AclAnswer,
    pub names: Vec<String>,
    pub answer_bytes: u64,
    pub data: Option<Vec<u8>>,
    pub refused: bool,
}

/// What became of asking for its access list.
pub(super) enum AclAnswer {
    NotAsked,
    Refused,
    Entries(Vec<AclEntry>),
}

/// Requests that one znode takes.
pub(super) fn requests(limits: &WalkLimits) -> usize {
    1 + usize::from(limits.acls) + usize::from(limits.contents)
}

/// Asks for one znode. Cancel safe: nothing is asked again by itself.
pub(super) async fn ask(client: &Client, path: &str, limits: &WalkLimits) -> Answer {
    match tokio::time::timeout(limits.answer, read(client, path, limits)).await {
        Ok(Ok(read)) => Answer::Read(Box::new(read)),
        Ok(Err(error)) => meaning(&error),
        Err(_) => Answer::Lost(format!("no answer within {} s", limits.answer.as_secs())),
    }
}

async fn read(client: &Client, path: &str, limits: &WalkLimits) -> Result<Read, Error> {
    let acl = async {
        if !limits.acls {
            return Ok(AclAnswer::NotAsked);
        }
        match client.get_acl(path).await {
            Ok((acl, _)) => Ok(AclAnswer::Entries(acl.iter().map(entry).collect())),
            Err(Error::NoAuth) => Ok(AclAnswer::Refused),
            Err(error) => Err(error),
        }
    };
    let data = async {
        if !limits.contents {
            return Ok(None);
        }
        match client.get_data(path).await {
            Ok(data) => Ok(Some(data)),
            Err(Error::NoAuth) => Ok(None),
            Err(error) => Err(error),
        }
    };
    let (children, acl, data) = tokio::join!(client.get_children(path), acl, data);
    let (mut names, stat, refused) = match children {
        Ok((names, stat)) => (names, stat, false),
        // The stat of every znode is shown to everybody (FinalRequestProcessor, `exists`).
        Err(Error::NoAuth) => match client.check_stat(path).await? {
            Some(stat) => (Vec::new(), stat, true),
            None => return Err(Error::NoNode),
        },
        Err(error) => return Err(error),
    };
    if names.iter().any(|name| name.is_empty() || name.contains('/')) {
        return Err(Error::UnmarshalError {
            entity: "children paths",
            reason: &"a name is empty or holds a slash",
        });
    }
    let answer_bytes = answer_bytes(&names);
    names.sort_unstable();
    names.dedup();
    let children = u64::try_from(stat.num_children).unwrap_or(0).max(names.len() as u64);
    // Version and length belong to the data that were read, not to those of a moment before.
    let (stat, data) = match data? {
        Some((data, of_data)) => (
            Stat {
                cversion: stat.cversion,
                pzxid: stat.pzxid,
                ..of_data
            },
            Some(data),
        ),
        None => (stat, None),
    };
    Ok(Read {
        node: node(path, &stat, children),
        acl: acl?,
        names,
        answer_bytes,
        data,
        refused,
    })
}

fn node(path: &str, stat: &Stat, children: u64) -> Node {
    let zxid = |raw: i64| Zxid(raw.cast_unsigned());
    Node {
        path: path.to_owned(),
        version: stat.version,
        cversion: stat.cversion,
        czxid: zxid(stat.czxid),
        mzxid: zxid(stat.mzxid),
        pzxid: zxid(stat.pzxid),
        data_length: u64::try_from(stat.data_length).unwrap_or(0),
        children,
        ephemeral_owner: zxid(stat.ephemeral_owner),
        acl: None,
    }
}

/// An entry without anything secret: of a digest the user alone, of an unknown scheme nothing.
fn entry(acl: &Acl) -> AclEntry {
    let who = match acl.scheme() {
        "digest" => acl.id().split(':').next(),
        "world" | "ip" | "sasl" | "x509" | "auth" => Some(acl.id()),
        _ => None,
    };
    let permissions = [
        (Permission::CREATE, 'c'),
        (Permission::DELETE, 'd'),
        (Permission::READ, 'r'),
        (Permission::WRITE, 'w'),
        (Permission::ADMIN, 'a'),
    ];
    AclEntry {
        scheme: acl.scheme().to_owned(),
        who: who.map(str::to_owned),
        permissions: permissions
            .into_iter()
            .filter(|(permission, _)| acl.permission().has(*permission))
            .map(|(_, letter)| letter)
            .collect(),
    }
}

fn meaning(error: &Error) -> Answer {
    match error {
        Error::NoNode => Answer::Vanished,
        Error::AuthFailed => Answer::Refused,
        Error::ConnectionLoss
        | Error::Timeout
        | Error::NoHosts
        | Error::SessionExpired
        | Error::SessionMoved
        | Error::ClientClosed
        | Error::Throttled
        | Error::UnexpectedError(_)
        | Error::Custom(_) => Answer::Lost(error.to_string()),
        other => Answer::Odd(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_access_list_is_told_without_its_hash() {
        let shown = |permission, scheme: &'static str, id: &'static str| {
            let entry = entry(&Acl::new_const(permission, scheme, id));
            format!("{}:{:?}:{}", entry.scheme, entry.who, entry.permissions)
        };
        assert_eq!(
            shown(Permission::ALL, "digest", "ann:not-a-real-hash="),
            "digest:Some(\"ann\"):cdrwa"
        );
        assert_eq!(shown(Permission::READ, "world", "anyone"), "world:Some(\"anyone\"):r");
        assert_eq!(shown(Permission::WRITE, "site", "not-a-real-token"), "site:None:w");
    }

    #[test]
    fn losses_are_asked_again_and_nothing_else_is() {
        for lost in [
            Error::ConnectionLoss,
            Error::SessionExpired,
            Error::SessionMoved,
            Error::ClientClosed,
            Error::Throttled,
        ] {
            assert!(matches!(meaning(&lost), Answer::Lost(_)), "{lost}");
        }
        assert!(matches!(meaning(&Error::NoNode), Answer::Vanished));
        assert!(matches!(meaning(&Error::AuthFailed), Answer::Refused));
        for odd in [
            Error::BadArguments(&"unsupported characters in path"),
            Error::MarshallingError,
            Error::Unimplemented,
        ] {
            assert!(matches!(meaning(&odd), Answer::Odd(_)), "{odd}");
        }
    }
}
