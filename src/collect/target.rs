//! Where requests go: origins, bases below which the endpoints of a source lie, and how they are named in the archive.
//!
//! Never holds credentials: a URL with user or password in it is refused.

use std::fmt;

use url::Url;

use crate::model::items;

/// Scheme, host and port: what credentials are bound to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// Whether TLS is used.
    pub tls: bool,
    /// Host name or address, lower case, IPv6 in brackets.
    pub host: String,
    /// Port.
    pub port: u16,
}

impl Origin {
    /// Scheme name.
    pub fn scheme(&self) -> &'static str {
        if self.tls { "https" } else { "http" }
    }

    /// Origin of a URL; `None` for schemes other than http and https.
    pub fn of(url: &Url) -> Option<Self> {
        let tls = match url.scheme() {
            "http" => false,
            "https" => true,
            _ => return None,
        };
        Some(Self {
            tls,
            host: url.host_str()?.to_ascii_lowercase(),
            port: url.port_or_known_default()?,
        })
    }

    /// `host:port`.
    pub fn authority(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// Name in evidence: the port is left out where it is the usual one of the source.
    pub fn label(&self, source: &str) -> String {
        let usual = items::usual_port(source).unwrap_or(if self.tls { 443 } else { 80 });
        if self.port == usual {
            self.host.clone()
        } else {
            self.authority()
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme(), self.authority())
    }
}

/// An origin and the path below which a source's endpoints lie (`/mesos`, `/service/marathon`; empty when direct).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Base {
    /// Origin.
    pub origin: Origin,
    /// Path without trailing slash.
    pub prefix: String,
}

impl Base {
    /// Reads `http://host:port/prefix`, `host:port` or `host`; what is not said is filled in.
    ///
    /// # Errors
    /// A sentence when it is no such address, or holds a user, a password, a query or a fragment.
    pub fn parse(text: &str, usual_port: u16) -> Result<Self, String> {
        let text = text.trim();
        let with_scheme = if text.contains("://") {
            text.to_owned()
        } else if text.matches(':').count() > 1 && !text.starts_with('[') {
            format!("http://[{text}]:{usual_port}")
        } else if text
            .rsplit_once(':')
            .is_some_and(|(_, port)| port.parse::<u16>().is_ok())
        {
            format!("http://{text}")
        } else {
            format!("http://{text}:{usual_port}")
        };
        let url = Url::parse(&with_scheme).map_err(|error| format!("`{text}` is no address ({error})"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(
                "a user or password in a URL is not read: use a file, the environment or the prompt".to_owned(),
            );
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(format!(
                "`{text}` has a query or a fragment; give scheme, host, port and path only"
            ));
        }
        let origin = Origin::of(&url).ok_or_else(|| format!("`{text}`: only http and https are spoken"))?;
        if origin.host.is_empty() || origin.host.starts_with('-') {
            return Err(format!("`{text}` names no host"));
        }
        Ok(Self {
            origin,
            prefix: url.path().trim_end_matches('/').to_owned(),
        })
    }

    /// The same origin with another prefix below this one's.
    #[must_use]
    pub fn below(&self, prefix: &str) -> Self {
        Self {
            origin: self.origin.clone(),
            prefix: format!("{}{prefix}", self.prefix),
        }
    }

    /// The same host and scheme on another port, without prefix.
    #[must_use]
    pub fn on_port(&self, port: u16) -> Self {
        Self {
            origin: Origin {
                port,
                ..self.origin.clone()
            },
            prefix: String::new(),
        }
    }

    /// Name in evidence: the port is left out where it is the usual one of the source, or, behind a path, of the scheme.
    pub fn label(&self, source: &str) -> String {
        let of_scheme = if self.origin.tls { 443 } else { 80 };
        if !self.prefix.is_empty() && self.origin.port == of_scheme {
            self.origin.host.clone()
        } else {
            self.origin.label(source)
        }
    }

    /// URL of a path of the compiled-in list.
    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{}{path}", self.origin, self.prefix)
    }
}

impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin, self.prefix)
    }
}

/// One path segment, percent-encoded so that it cannot end the segment.
pub fn segment(text: &str) -> String {
    use std::fmt::Write as _;
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric()
            || matches!(byte, b'-' | b'_' | b'~')
            || (byte == b'.' && !text.trim_matches('.').is_empty())
        {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_in_what_is_not_said() {
        for (text, shown) in [
            ("10.0.0.1", "http://10.0.0.1:5050"),
            ("10.0.0.1:5060", "http://10.0.0.1:5060"),
            ("Master.Example", "http://master.example:5050"),
            ("https://dcos.example/mesos/", "https://dcos.example:443/mesos"),
            ("::1", "http://[::1]:5050"),
            ("[::1]:5060", "http://[::1]:5060"),
        ] {
            assert_eq!(Base::parse(text, 5050).unwrap().to_string(), shown, "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_plain_address() {
        for text in [
            "",
            "ftp://x",
            "http://user:secret@h",
            "http://h/?q=1",
            "http://h/#f",
            "-oX",
            "a b",
        ] {
            let error = Base::parse(text, 5050).unwrap_err();
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn a_segment_stays_a_segment() {
        assert_eq!(segment("abc-S1"), "abc-S1");
        assert_eq!(segment("../x"), "..%2Fx");
        assert_eq!(segment(".."), "%2E%2E");
        assert_eq!(segment("a?b#c%"), "a%3Fb%23c%25");
    }
}
