//! Login to DC/OS: user and password, or a service account's signed login token, for a session token.
//!
//! One request, to a named origin, over the run's own trust. Passwords, keys and tokens appear in no error.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject as _;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

use super::super::endpoints::LOGIN_PATH;
use super::super::http::Http;
use super::super::limits::Limits;
use super::super::target::Base;
use super::super::tls::Tls;
use super::Credentials;

/// Life of a login token, seconds: long enough for clocks that differ a little.
const LOGIN_TOKEN_SECONDS: i64 = 300;

/// What is exchanged for a session token.
pub enum Login {
    /// A user's password.
    Password {
        /// User.
        user: String,
        /// Password.
        password: SecretString,
    },
    /// A service account.
    Service(Box<ServiceAccount>),
}

/// A service account: who it is and the key it signs with.
pub struct ServiceAccount {
    uid: String,
    key: RsaKeyPair,
    /// `login_endpoint` of the file, as written there.
    pub login_endpoint: Option<String>,
}

#[derive(Deserialize)]
struct ServiceFile {
    uid: String,
    private_key: String,
    login_endpoint: Option<String>,
    scheme: Option<String>,
}

#[derive(Serialize)]
struct Body<'a> {
    uid: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<&'a str>,
}

/// Why there is no session token.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// The server said no.
    #[error("login at {place}: {why}")]
    Refused {
        /// Where.
        place: String,
        /// Status in words.
        why: String,
    },
    /// A certificate or a redirect that is not trusted.
    #[error("login at {place}: {why}")]
    Security {
        /// Where.
        place: String,
        /// In words.
        why: String,
    },
    /// No usable answer.
    #[error("login at {place}: {why}")]
    Failed {
        /// Where.
        place: String,
        /// In words.
        why: String,
    },
}

impl ServiceAccount {
    /// Reads the JSON that DC/OS makes for service accounts (`uid`, `private_key` as PEM, `login_endpoint`, `scheme`).
    ///
    /// # Errors
    /// A sentence that never quotes the file.
    pub fn parse(json: &str) -> Result<Self, String> {
        let file: ServiceFile = serde_json::from_str(json)
            .map_err(|_| "it is not the JSON of a service account (uid, private_key, login_endpoint)".to_owned())?;
        if file.scheme.as_deref().is_some_and(|scheme| scheme != "RS256") {
            return Err("its scheme is not RS256".to_owned());
        }
        let der = PrivateKeyDer::from_pem_slice(file.private_key.as_bytes())
            .map_err(|_| "its private_key is no private key in PEM form".to_owned())?;
        let key = match &der {
            PrivateKeyDer::Pkcs8(pkcs8) => RsaKeyPair::from_pkcs8(pkcs8.secret_pkcs8_der()),
            PrivateKeyDer::Pkcs1(pkcs1) => RsaKeyPair::from_der(pkcs1.secret_pkcs1_der()),
            _ => return Err("its private_key is no RSA key".to_owned()),
        }
        .map_err(|error| format!("its private_key is no usable RSA key ({error})"))?;
        Ok(Self {
            uid: file.uid,
            key,
            login_endpoint: file.login_endpoint,
        })
    }

    /// The login token: a JWT with `uid` and `exp`, signed RS256.
    fn login_token(&self, now: i64) -> Result<SecretString, String> {
        #[derive(Serialize)]
        struct Claims<'a> {
            uid: &'a str,
            exp: i64,
        }
        let claims = Claims {
            uid: &self.uid,
            exp: now + LOGIN_TOKEN_SECONDS,
        };
        let claims = serde_json::to_vec(&claims).map_err(|error| error.to_string())?;
        let signed = format!(
            "{}.{}",
            BASE64URL.encode(br#"{"alg":"RS256","typ":"JWT"}"#),
            BASE64URL.encode(claims)
        );
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                signed.as_bytes(),
                &mut signature,
            )
            .map_err(|_| "the login token could not be signed".to_owned())?;
        Ok(format!("{signed}.{}", BASE64URL.encode(signature)).into())
    }
}

/// Exchanges a login for a session token at an Admin Router.
///
/// # Errors
/// See [`LoginError`].
pub async fn login(
    login: &Login,
    router: &Base,
    limits: &Limits,
    tls: &Tls,
    proxy: Option<&str>,
) -> Result<SecretString, LoginError> {
    #[derive(Deserialize)]
    struct Answer {
        token: String,
    }
    let place = router.to_string();
    let failed = |why: String| LoginError::Failed {
        place: place.clone(),
        why,
    };
    let http = Http::new(limits, tls.clone(), Credentials::none(), proxy).map_err(failed)?;
    let body: SecretString = match login {
        Login::Password { user, password } => json(&Body {
            uid: user,
            password: Some(password.expose_secret()),
            token: None,
        }),
        Login::Service(account) => {
            let token = account.login_token(chrono::Utc::now().timestamp()).map_err(failed)?;
            json(&Body {
                uid: &account.uid,
                password: None,
                token: Some(token.expose_secret()),
            })
        }
    }
    .map_err(failed)?;
    let (status, answer) = http
        .post_secret(&router.origin, &router.url(LOGIN_PATH), &body)
        .await
        .map_err(|fault| {
            let (place, why) = (place.clone(), fault.reason);
            if fault.security {
                LoginError::Security { place, why }
            } else {
                LoginError::Failed { place, why }
            }
        })?;
    match status {
        200 => serde_json::from_slice::<Answer>(answer.expose_secret())
            .map(|answer| answer.token.into())
            .map_err(|_| failed("the answer holds no token".to_owned())),
        301 | 302 | 303 | 307 | 308 => Err(LoginError::Security {
            place: place.clone(),
            why: format!("status {status}: a redirect, which is not followed with a password in hand"),
        }),
        401 | 403 => Err(LoginError::Refused {
            place: place.clone(),
            why: format!("status {status}: user, password or key is not accepted"),
        }),
        other => Err(failed(format!("status {other}"))),
    }
}

fn json(body: &Body<'_>) -> Result<SecretString, String> {
    serde_json::to_string(body)
        .map(SecretString::from)
        .map_err(|_| "the request could not be made".to_owned())
}
