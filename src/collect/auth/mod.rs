//! Credentials: what they are, and to whom they go. Never shown, never logged, never sent to an origin that was not named.
//!
//! The type has no `Debug` and no `Display`; the header is marked sensitive. How a credential is got stands in
//! `login` (user and password, service account) and `dcos_cli` (the DC/OS CLI's own configuration).

pub mod dcos_cli;
pub mod login;

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chrono::{DateTime, Utc};
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret as _, SecretString};

use super::target::Origin;

/// Secrets shorter than this are not searched for in answers: they would be found everywhere.
const SEARCHED_FROM: usize = 8;

/// The credential of a run and the origins that may see it.
pub struct Credentials {
    kind: &'static str,
    header: Option<SecretString>,
    searched: Vec<SecretString>,
    origins: BTreeSet<Origin>,
}

impl Credentials {
    /// None.
    pub fn none() -> Self {
        Self {
            kind: "none",
            header: None,
            searched: Vec::new(),
            origins: BTreeSet::new(),
        }
    }

    /// A DC/OS token: `Authorization: token=…`. `kind` says how it was got (`token`, `password`, `service-account`).
    pub fn token(kind: &'static str, token: &SecretString, origins: BTreeSet<Origin>) -> Self {
        let plain = token.expose_secret();
        Self {
            kind,
            header: Some(format!("token={plain}").into()),
            searched: vec![plain.to_owned().into()],
            origins,
        }
    }

    /// HTTP basic, for plain Mesos.
    pub fn basic(user: &str, password: &SecretString, origins: BTreeSet<Origin>) -> Self {
        let encoded = BASE64.encode(format!("{user}:{}", password.expose_secret()));
        Self {
            kind: "basic",
            header: Some(format!("Basic {encoded}").into()),
            searched: vec![password.clone(), encoded.into()],
            origins,
        }
    }

    /// How requests are authenticated, for the manifest.
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// Whether there is a credential.
    pub(super) fn present(&self) -> bool {
        self.header.is_some()
    }

    /// Whether an origin may see it.
    pub(super) fn go_to(&self, origin: &Origin) -> bool {
        self.header.is_some() && self.origins.contains(origin)
    }

    /// The header for an origin, marked sensitive.
    pub(super) fn header_for(&self, origin: &Origin) -> Option<HeaderValue> {
        let header = self.header.as_ref().filter(|_| self.origins.contains(origin))?;
        let mut value = HeaderValue::from_str(header.expose_secret()).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// What to search for in answers.
    pub(super) fn plain(&self) -> Vec<String> {
        self.searched
            .iter()
            .map(|secret| secret.expose_secret().to_owned())
            .filter(|secret| secret.len() >= SEARCHED_FROM)
            .collect()
    }
}

/// When a token ends, if it is a JWT that says so. The signature is the server's business.
pub fn expires_at(token: &SecretString) -> Option<DateTime<Utc>> {
    #[derive(serde::Deserialize)]
    struct Claims {
        exp: Option<f64>,
    }
    let payload = token.expose_secret().split('.').nth(1)?;
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(payload.trim_end_matches('='))
        .ok()?;
    let exp = serde_json::from_slice::<Claims>(&bytes).ok()?.exp?;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "seconds since 1970; a nonsensical number gives no date"
    )]
    DateTime::from_timestamp(exp as i64, 0)
}

#[cfg(test)]
mod tests {
    use super::super::target::Base;
    use super::*;

    fn origin(text: &str) -> Origin {
        Base::parse(text, 5050).unwrap().origin
    }

    #[test]
    fn go_to_named_origins_only() {
        let credentials = Credentials::token(
            "token",
            &"not-a-real-token".into(),
            BTreeSet::from([origin("10.0.0.1")]),
        );
        let header = credentials.header_for(&origin("10.0.0.1")).unwrap();
        assert!(header.is_sensitive());
        assert_eq!(header.to_str().unwrap(), "token=not-a-real-token");
        for stranger in ["10.0.0.2", "10.0.0.1:80", "https://10.0.0.1:5050"] {
            assert!(credentials.header_for(&origin(stranger)).is_none(), "{stranger}");
        }
    }

    #[test]
    fn reads_when_a_token_ends() {
        let payload = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(br#"{"uid":"someone","exp":1700000000}"#);
        let token: SecretString = format!("e30.{payload}.x").into();
        assert_eq!(expires_at(&token).unwrap().timestamp(), 1_700_000_000);
        assert_eq!(expires_at(&"opaque".into()), None);
        assert_eq!(expires_at(&"a.b.c".into()), None);
    }
}
