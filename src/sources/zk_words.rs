//! Answers of ZooKeeper's four-letter words: `ruok`, `srvr` (and `stat`), `mntr`, `conf`.
//!
//! A refused word and a server that does not serve are told apart from both health and garbage: a refused word says
//! nothing about the server (apache/zookeeper `ServerCnxn.java`, `NIOServerCnxn.java`).

use std::collections::BTreeMap;

use super::{Malformed, Parsed};
use crate::model::Zxid;

/// What a server answered to a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer<T> {
    /// The content of the answer.
    Said(T),
    /// The word is not in the server's whitelist.
    Refused,
    /// "This ZooKeeper instance is not currently serving requests": up, but without a quorum.
    NotServing,
}

/// Content of `srvr` or `stat`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Srvr {
    /// `leader`, `follower`, `standalone`, `observer`.
    pub mode: String,
    /// Number of znodes, as the server counts: one more than a walk finds.
    pub nodes: u64,
    /// Last transaction that the server has taken in; `None` where it prints no such line.
    pub zxid: Option<Zxid>,
}

fn answer<'a>(bytes: &'a [u8], word: &str) -> Parsed<Answer<&'a str>> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| Malformed(format!("invalid UTF-8 at byte {}", error.valid_up_to())))?
        .trim();
    if text.is_empty() {
        return Err(Malformed(format!(
            "the body is empty; expected the answer to the word `{word}`"
        )));
    }
    if text.contains("is not executed because it is not in the whitelist") {
        return Ok(Answer::Refused);
    }
    if text.contains("is not currently serving requests") {
        return Ok(Answer::NotServing);
    }
    Ok(Answer::Said(text))
}

impl<'a> Answer<&'a str> {
    fn read<T>(self, read: impl FnOnce(&'a str) -> Parsed<T>) -> Parsed<Answer<T>> {
        Ok(match self {
            Self::Said(text) => Answer::Said(read(text)?),
            Self::Refused => Answer::Refused,
            Self::NotServing => Answer::NotServing,
        })
    }
}

/// `ruok`: whether it said `imok`.
pub fn ruok(bytes: &[u8]) -> Parsed<Answer<bool>> {
    answer(bytes, "ruok")?.read(|text| {
        if text == "imok" {
            Ok(true)
        } else {
            Err(Malformed(format!(
                "seen `{}`; expected `imok`",
                text.chars().take(60).collect::<String>()
            )))
        }
    })
}

/// `srvr`, or `stat`, which says the same and more.
pub fn srvr(bytes: &[u8]) -> Parsed<Answer<Srvr>> {
    answer(bytes, "srvr")?.read(|text| {
        let field = |name: &str| {
            let mut found = text.lines().filter_map(|line| line.trim().strip_prefix(name));
            match (found.next(), found.next()) {
                (Some(value), None) => Ok(value.trim()),
                (None, _) => Err(Malformed(format!("no line `{name} …`; expected the answer to `srvr`"))),
                (Some(_), Some(_)) => Err(Malformed(format!("two lines `{name} …`"))),
            }
        };
        let mode = field("Mode:")?;
        let nodes = field("Node count:")?;
        let zxid = if text.lines().any(|line| line.trim().starts_with("Zxid:")) {
            Some(field("Zxid:")?)
        } else {
            None
        };
        if mode.is_empty() {
            return Err(Malformed("`Mode:` without a value".to_owned()));
        }
        Ok(Srvr {
            mode: mode.to_owned(),
            nodes: nodes
                .parse()
                .map_err(|_| Malformed(format!("`Node count: {nodes}` is not a count")))?,
            zxid: zxid.map(str::parse).transpose().map_err(Malformed)?,
        })
    })
}

/// `Zxid:` of `srvr`: the last transaction that this server has done. `None` where it does not say one.
pub fn zxid(bytes: &[u8]) -> Option<Zxid> {
    let text = std::str::from_utf8(bytes).ok()?;
    text.lines()
        .find_map(|line| line.trim().strip_prefix("Zxid:"))?
        .trim()
        .parse()
        .ok()
}

/// `mntr`: keys with their `zk_` prefix, values as text. Fields are separated by a tab (by blanks in old manuals).
pub fn mntr(bytes: &[u8]) -> Parsed<Answer<BTreeMap<String, String>>> {
    answer(bytes, "mntr")?.read(|text| {
        let mut values = BTreeMap::new();
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let (key, value) = line
                .split_once('\t')
                .or_else(|| line.split_once(char::is_whitespace))
                .filter(|(key, _)| key.starts_with("zk_"))
                .ok_or_else(|| Malformed(format!("line {}: expected `zk_<key>`, a tab and a value", number + 1)))?;
            if values.insert(key.trim().to_owned(), value.trim().to_owned()).is_some() {
                return Err(Malformed(format!("line {}: `{key}` is given twice", number + 1)));
            }
        }
        Ok(values)
    })
}

/// `conf`: `key=value` lines; of the membership lines of newer versions (`server.1=…`) too.
pub fn conf(bytes: &[u8]) -> Parsed<Answer<BTreeMap<String, String>>> {
    answer(bytes, "conf")?.read(|text| {
        let mut values = BTreeMap::new();
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            // Ensembles print a heading (`membership:`) before the server lines.
            if line.is_empty() || (line.ends_with(':') && !line.contains('=')) {
                continue;
            }
            let (key, value) = line
                .split_once('=')
                .ok_or_else(|| Malformed(format!("line {}: expected `key=value`", number + 1)))?;
            values.insert(key.trim().to_owned(), value.trim().to_owned());
        }
        Ok(values)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusal_and_silence_are_not_health() {
        let refused = b"ruok is not executed because it is not in the whitelist.\n";
        assert_eq!(ruok(refused).unwrap(), Answer::Refused);
        assert_eq!(mntr(refused).unwrap(), Answer::Refused);
        let idle = b"This ZooKeeper instance is not currently serving requests\n";
        assert_eq!(srvr(idle).unwrap(), Answer::NotServing);
        assert_eq!(ruok(b"imok").unwrap(), Answer::Said(true));
        for body in [&b""[..], b"nope", b"<html>"] {
            assert!(ruok(body).is_err());
            assert!(srvr(body).is_err());
            assert!(mntr(body).is_err());
        }
    }

    #[test]
    fn reads_what_servers_print() {
        let text = b"Zookeeper version: 3.4.14\nLatency min/avg/max: 0/0/1\nMode: follower\nNode count: 1069\n";
        let expected = Srvr {
            mode: "follower".to_owned(),
            nodes: 1069,
            zxid: None,
        };
        assert_eq!(srvr(text).unwrap(), Answer::Said(expected));
        let Answer::Said(told) = srvr(b"Zxid: 0x30000f1a2\nMode: leader\nNode count: 5\n").unwrap() else {
            panic!("refused")
        };
        assert_eq!(told.zxid, Some(Zxid(0x3_0000_f1a2)));
        assert!(srvr(b"Zxid: 12\nMode: leader\nNode count: 5\n").is_err());
        assert!(srvr(b"Mode: follower\n").is_err());
        assert!(srvr(b"Mode: follower\nNode count: -1\n").is_err());
        let Answer::Said(values) = mntr(b"zk_version\t3.4.14, built on x\nzk_znode_count\t5\n").unwrap() else {
            panic!("refused")
        };
        assert_eq!(values["zk_version"], "3.4.14, built on x");
        assert_eq!(values["zk_znode_count"], "5");
        assert!(mntr(b"zk_a\t1\nzk_a\t2\n").is_err());
        let Answer::Said(values) = conf(b"clientPort=2181\nmembership: \nserver.1=a:2888:3888\n").unwrap() else {
            panic!("refused")
        };
        assert_eq!(values["server.1"], "a:2888:3888");
    }
}
