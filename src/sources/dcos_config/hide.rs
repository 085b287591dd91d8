//! Which values of a configuration are secret, by name or by look. Hides rather too much than too little: that a hidden value
//! changed is still seen by its digest.

use std::collections::BTreeMap;

use super::tree::Node;

/// Names whose values hold secrets although the name does not say so (REX-Ray's own configuration: storage credentials).
const BY_NAME: [&str; 1] = ["rexray_config"];

/// Words that make any value below the name a secret.
const WORDS: [&str; 27] = [
    "pass",
    "passwd",
    "password",
    "passphrase",
    "passcode",
    "pwd",
    "pw",
    "secret",
    "secrets",
    "token",
    "tokens",
    "credential",
    "credentials",
    "cred",
    "creds",
    "apikey",
    "bearer",
    "jwt",
    "cookie",
    "auth",
    "authorization",
    "privkey",
    "sharedkey",
    "keytab",
    "sas",
    "dsn",
    "superdigest",
];

/// Words before `key` or `keys` that make it a secret one; a public key is none.
const KEYS: [&str; 21] = [
    "api",
    "access",
    "secret",
    "private",
    "signing",
    "encryption",
    "master",
    "account",
    "session",
    "shared",
    "storage",
    "license",
    "unseal",
    "recovery",
    "hmac",
    "admin",
    "db",
    "keystore",
    "truststore",
    "super",
    "service",
];

/// Endings of names whose values are times, switches or counts.
const HARMLESS: [&str; 8] = [
    "_days",
    "_seconds",
    "_ms",
    "_ttl",
    "_timeout",
    "_interval",
    "_enabled",
    "_required",
];

/// Endings of names whose values are places, as long as the value is an absolute path.
const PLACES: [&str; 4] = ["_file", "_filename", "_path", "_dir"];

/// Words that, with `:` or `=` behind them, show that a text carries a secret.
const ASSIGNED: [&str; 12] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "credential",
    "credentials",
    "privatekey",
    "apikey",
    "accesskey",
    "secretkey",
    "authorization",
];

/// Shortest text that is taken for a key by its look alone.
const OPAQUE: usize = 32;

/// The value without its secrets, and whether it had any. The name `key` is that of the outermost key.
pub(super) fn without_secrets(key: &str, node: Node) -> (Node, bool) {
    let mut hidden = false;
    let node = walk(key, node, &mut hidden);
    (node, hidden)
}

fn walk(name: &str, node: Node, hidden: &mut bool) -> Node {
    match node {
        Node::Null | Node::Bool(_) | Node::Secret => node,
        Node::Text(text) if text.is_empty() => Node::Text(text),
        node if secret_name(name, &node) => {
            *hidden = true;
            Node::Secret
        }
        Node::Text(text) => in_text(&text, hidden),
        Node::Int(_) | Node::Float(_) | Node::Moment(_) => node,
        Node::List(items) => Node::List(items.into_iter().map(|item| walk(name, item, hidden)).collect()),
        Node::Map(map) => {
            // `{"name": …, "value": …}` names what it holds by a value.
            let named = match map.get("name").or_else(|| map.get("key")) {
                Some(Node::Text(name)) => Some(name.clone()),
                _ => None,
            };
            let map: BTreeMap<String, Node> = map
                .into_iter()
                .map(|(key, node)| {
                    let name = match &named {
                        Some(named) if key == "value" => named.as_str(),
                        _ => key.as_str(),
                    };
                    let node = walk(name, node, hidden);
                    (key, node)
                })
                .collect();
            Node::Map(map)
        }
    }
}

/// Whether a value of that name is a secret. Numbers are: an unquoted password of digits is a number to YAML.
fn secret_name(name: &str, node: &Node) -> bool {
    let name = normal(name);
    if BY_NAME.contains(&name.as_str()) {
        return true;
    }
    let absolute = matches!(node, Node::Text(text) if text.starts_with('/'));
    if HARMLESS.iter().any(|end| name.ends_with(end)) || (absolute && PLACES.iter().any(|end| name.ends_with(end))) {
        return false;
    }
    if ["password", "passwd", "passphrase", "credential"]
        .iter()
        .any(|word| name.contains(word))
    {
        return true;
    }
    let words: Vec<&str> = name
        .split('_')
        .map(|word| word.trim_end_matches(|c: char| c.is_ascii_digit()))
        .collect();
    words.iter().any(|word| WORDS.contains(word))
        || words
            .windows(2)
            .any(|pair| matches!(pair, [kind, "key" | "keys"] if KEYS.contains(kind)))
}

/// `camelCase` and anything that is no letter or digit become `_`.
fn normal(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    let mut before = '_';
    for c in name.chars() {
        if c.is_ascii_uppercase() && before.is_ascii_lowercase() {
            normal.push('_');
        }
        normal.push(if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '_'
        });
        before = c;
    }
    normal
}

fn in_text(text: &str, hidden: &mut bool) -> Node {
    if whole_is_secret(text) {
        *hidden = true;
        return Node::Secret;
    }
    let shown = without_userinfo(text);
    *hidden |= shown != text;
    Node::Text(shown)
}

fn whole_is_secret(text: &str) -> bool {
    text.contains("PRIVATE KEY")
        || text.contains("AGE-SECRET-KEY-")
        || [
            "$1$", "$2a$", "$2b$", "$2y$", "$5$", "$6$", "$argon2", "$scrypt$", "$pbkdf2",
        ]
        .iter()
        .any(|hash| text.contains(hash))
        || assigns(text)
        || text
            .split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '=' | '_' | '-')))
            .any(opaque)
}

/// A word of [`ASSIGNED`] with `:` or `=` behind it, with quotes, spaces and separators between left out.
fn assigns(text: &str) -> bool {
    let plain: String = text
        .to_ascii_lowercase()
        .chars()
        .filter(|c| !matches!(c, '_' | '-' | '.' | '"' | '\'' | '\\' | ' ' | '\t'))
        .collect();
    ASSIGNED.iter().any(|word| {
        plain.match_indices(word).any(|(at, _)| {
            plain
                .get(at + word.len()..)
                .is_some_and(|rest| rest.starts_with([':', '=']))
        })
    })
}

/// Long, with both cases and digits: no name that people give.
fn opaque(word: &str) -> bool {
    word.len() >= OPAQUE
        && word.chars().any(|c| c.is_ascii_uppercase())
        && word.chars().any(|c| c.is_ascii_lowercase())
        && word.chars().any(|c| c.is_ascii_digit())
}

/// `scheme://user:password@host` and `user:password@host` without what stands before the `@`.
fn without_userinfo(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for (number, piece) in text.split("://").enumerate() {
        if number > 0 {
            shown.push_str("://");
        }
        let end = piece
            .find(|c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '"' | '\'' | '<' | '>'))
            .unwrap_or(piece.len());
        let (authority, rest) = piece.split_at(end);
        match authority.rsplit_once('@') {
            Some((user, host)) if number > 0 || user.contains(':') => {
                shown.push_str(super::SECRET);
                shown.push('@');
                shown.push_str(host);
            }
            _ => shown.push_str(authority),
        }
        shown.push_str(rest);
    }
    shown
}
