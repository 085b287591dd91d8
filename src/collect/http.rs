//! The HTTP client: sends one request of the compiled-in list and reads the head of its answer.
//!
//! Takes an [`Endpoint`], never a path. Redirects, retries, proxies of the environment, referers and content decoding of
//! the library are off: all of that is done by hand in `fetch` and `body`, or not at all. Credentials go to named
//! origins only. No error text holds a header or a body.

use std::error::Error as _;
use std::time::Duration;

use reqwest::header::{self, HeaderMap, HeaderValue};
use reqwest::{Client, Response};
use secrecy::{ExposeSecret as _, SecretSlice, SecretString};

use crate::model::Outcome;

use super::auth::Credentials;
use super::endpoints::{Body, Endpoint, Method};
use super::engine::words;
use super::limits::Limits;
use super::target::Origin;
use super::tls::Tls;

/// Name and version sent to servers.
const USER_AGENT: &str = concat!("gonogo/", env!("CARGO_PKG_VERSION"));

/// Why an attempt gave no usable answer.
#[derive(Debug, Clone)]
pub struct Fault {
    /// How the item ends if this attempt was the last.
    pub outcome: Outcome,
    /// One sentence.
    pub reason: String,
    /// Whether another attempt may help.
    pub retry: bool,
    /// Whether the host could not be reached at all.
    pub unreachable: bool,
    /// Whether this is a security refusal (certificate, redirect).
    pub security: bool,
    /// Whether this machine failed (disk full), not the server.
    pub local: bool,
}

impl Fault {
    /// A fault that another attempt does not mend.
    pub fn new(outcome: Outcome, reason: impl Into<String>) -> Self {
        Self {
            outcome,
            reason: reason.into(),
            retry: false,
            unreachable: false,
            security: false,
            local: false,
        }
    }

    /// The same, worth another attempt.
    #[must_use]
    pub fn worth_retrying(mut self) -> Self {
        self.retry = true;
        self
    }

    /// The same, this machine's fault.
    #[must_use]
    pub fn local(mut self) -> Self {
        self.local = true;
        self
    }

    /// The same, a security refusal.
    #[must_use]
    pub fn security(mut self) -> Self {
        self.security = true;
        self
    }
}

/// How a body is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// As it is.
    Identity,
    /// One layer of gzip, sent although `identity` was asked for.
    Gzip,
}

/// The head of an answer.
#[derive(Debug)]
pub struct Head {
    /// Status.
    pub status: u16,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `Date`.
    pub server_date: Option<String>,
    /// `Location`.
    pub location: Option<String>,
    /// `Retry-After` in seconds.
    pub retry_after: Option<Duration>,
    /// Stated length of the body.
    pub length: Option<u64>,
    /// Whether the end of the body can be told from a broken connection (stated length, or chunks).
    pub end_is_marked: bool,
}

/// The client.
pub struct Http {
    client: Client,
    credentials: Credentials,
    tls: Tls,
    connect: Duration,
    first_byte: Duration,
}

impl Http {
    /// A client with these limits, trust and credentials.
    ///
    /// # Errors
    /// A sentence when the TLS set-up or the proxy is not usable.
    pub fn new(limits: &Limits, tls: Tls, credentials: Credentials, proxy: Option<&str>) -> Result<Self, String> {
        let mut builder = Client::builder()
            .user_agent(USER_AGENT)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .http1_only()
            .connect_timeout(limits.connect)
            .pool_max_idle_per_host(limits.per_host)
            .pool_idle_timeout(Duration::from_secs(15));
        if let Some(proxy) = proxy {
            let proxy = reqwest::Proxy::all(proxy).map_err(|_| "the proxy is no address".to_owned())?;
            builder = builder.proxy(proxy);
        }
        let client = tls
            .apply(builder)?
            .build()
            .map_err(|error| format!("TLS cannot be set up: {}", innermost(&error)))?;
        Ok(Self {
            client,
            credentials,
            tls,
            connect: limits.connect,
            first_byte: limits.first_byte,
        })
    }

    /// Whether an origin gets our credentials.
    pub fn trusts(&self, origin: &Origin) -> bool {
        self.credentials.go_to(origin)
    }

    /// Whether there are credentials at all.
    pub fn authenticates(&self) -> bool {
        self.credentials.present()
    }

    /// Our own credentials in plain, to recognise them when a server sends them back.
    pub fn secrets(&self) -> Vec<String> {
        self.credentials.plain()
    }

    /// Sends one request and waits for the head of its answer.
    ///
    /// Cancel safe: dropping it closes the connection.
    pub async fn send(&self, endpoint: &Endpoint, origin: &Origin, url: &str) -> Result<(Head, Response), Fault> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        let accept = match (endpoint.method, endpoint.body) {
            (Method::Post(post), _) => post.accept,
            (Method::Get, Body::Json) => "application/json",
            (Method::Get, Body::Text) => "*/*",
        };
        headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
        if let Some(value) = self.credentials.header_for(origin) {
            headers.insert(header::AUTHORIZATION, value);
        }
        let request = match endpoint.method {
            Method::Get => self.client.get(url),
            Method::Post(post) => self
                .client
                .post(url)
                .header(header::CONTENT_TYPE, post.content_type)
                .body(post.body),
        };
        let limit = self.connect + self.first_byte;
        match tokio::time::timeout(limit, request.headers(headers).send()).await {
            Err(_) => Err(Fault::new(
                Outcome::TimedOut,
                format!(
                    "{} gave no answer within {}",
                    origin.authority(),
                    words(self.first_byte)
                ),
            )),
            Ok(Err(error)) => Err(self.explain(&error, origin)),
            Ok(Ok(response)) => {
                let head = head(&response)?;
                Ok((head, response))
            }
        }
    }

    /// Posts a secret and gives status and body (at most a megabyte). Only `auth::login` uses it.
    pub(super) async fn post_secret(
        &self,
        origin: &Origin,
        url: &str,
        body: &SecretString,
    ) -> Result<(u16, SecretSlice<u8>), Fault> {
        let request = self
            .client
            .post(url)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/json")
            .header(header::ACCEPT_ENCODING, "identity")
            .body(body.expose_secret().to_owned());
        let talk = async {
            let mut response = request.send().await?;
            let mut answer = Vec::new();
            while let Some(chunk) = response.chunk().await? {
                answer.extend_from_slice(&chunk);
                if answer.len() > 1 << 20 {
                    break;
                }
            }
            Ok((response.status().as_u16(), answer.into()))
        };
        match tokio::time::timeout(self.connect + self.first_byte, talk).await {
            Err(_) => Err(Fault::new(
                Outcome::TimedOut,
                format!("no answer within {}", words(self.first_byte)),
            )),
            Ok(Err(error)) => Err(self.explain(&error, origin)),
            Ok(Ok(answer)) => Ok(answer),
        }
    }

    fn explain(&self, error: &reqwest::Error, origin: &Origin) -> Fault {
        let place = origin.authority();
        if let Some(tls) = find::<rustls::Error>(error) {
            return Fault::new(Outcome::Failed, format!("TLS with {place}: {}", self.tls.explain(tls))).security();
        }
        let cause = innermost(error);
        if error.is_connect() {
            let mut fault = if error.is_timeout() {
                Fault::new(
                    Outcome::TimedOut,
                    format!("no connection to {place} within {}", words(self.connect)),
                )
            } else if origin.tls && find::<std::io::Error>(error).is_some_and(is_eof) {
                Fault::new(
                    Outcome::Failed,
                    format!("TLS with {place}: the connection ended in the handshake"),
                )
            } else {
                Fault::new(Outcome::Failed, format!("no connection to {place}: {cause}")).worth_retrying()
            };
            fault.unreachable = true;
            return fault;
        }
        match find::<hyper::Error>(error) {
            Some(hyper) if hyper.is_parse() => {
                Fault::new(Outcome::Failed, format!("{place} does not answer in HTTP/1.1: {cause}"))
            }
            _ => Fault::new(
                Outcome::Failed,
                format!("the connection to {place} broke before an answer: {cause}"),
            )
            .worth_retrying(),
        }
    }
}

fn is_eof(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::UnexpectedEof
}

/// Reads the head; refuses one that says two things at once (request smuggling: which length is true?).
fn head(response: &Response) -> Result<Head, Fault> {
    let headers = response.headers();
    let text = |name: header::HeaderName| {
        headers.get(name).map(|value| {
            String::from_utf8_lossy(value.as_bytes())
                .chars()
                .take(300)
                .collect::<String>()
        })
    };
    let lengths: Vec<&[u8]> = headers
        .get_all(header::CONTENT_LENGTH)
        .iter()
        .map(HeaderValue::as_bytes)
        .collect();
    let chunked = headers.contains_key(header::TRANSFER_ENCODING);
    if lengths.len() > 1 {
        return Err(Fault::new(
            Outcome::Failed,
            "the answer states its length more than once",
        ));
    }
    if chunked && !lengths.is_empty() {
        return Err(Fault::new(
            Outcome::Failed,
            "the answer states a length and comes in chunks: one of them is untrue",
        ));
    }
    Ok(Head {
        status: response.status().as_u16(),
        content_type: text(header::CONTENT_TYPE),
        server_date: text(header::DATE),
        location: text(header::LOCATION),
        retry_after: text(header::RETRY_AFTER)
            .and_then(|value| value.trim().parse().ok())
            .map(Duration::from_secs),
        length: response.content_length().filter(|_| !chunked),
        end_is_marked: chunked || !lengths.is_empty() || matches!(response.status().as_u16(), 204 | 304),
    })
}

/// How the body is encoded, or why it is not read: more than one layer, or a layer that is not known.
pub(super) fn encoding(response: &Response) -> Result<Encoding, Fault> {
    let layers: Vec<String> = response
        .headers()
        .get_all(header::CONTENT_ENCODING)
        .iter()
        .flat_map(|value| {
            String::from_utf8_lossy(value.as_bytes())
                .split(',')
                .map(|layer| layer.trim().to_ascii_lowercase())
                .collect::<Vec<_>>()
        })
        .filter(|layer| !layer.is_empty() && layer != "identity")
        .collect();
    match layers.as_slice() {
        [] => Ok(Encoding::Identity),
        [one] if one == "gzip" || one == "x-gzip" => Ok(Encoding::Gzip),
        [one] => Err(Fault::new(
            Outcome::Failed,
            format!(
                "the body is encoded as `{}` although `identity` was asked for",
                short(one)
            ),
        )),
        many => Err(Fault::new(
            Outcome::Failed,
            format!("the body is encoded {} times over; one layer is read", many.len()),
        )),
    }
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

/// The first cause of some type in an error's chain, also when wrapped in an I/O error.
pub(super) fn find<'e, T: std::error::Error + 'static>(error: &'e reqwest::Error) -> Option<&'e T> {
    let mut next: Option<&'e (dyn std::error::Error + 'static)> = error.source();
    while let Some(cause) = next {
        if let Some(found) = cause.downcast_ref::<T>() {
            return Some(found);
        }
        if let Some(inner) = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
            if let Some(found) = (inner as &(dyn std::error::Error + 'static)).downcast_ref::<T>() {
                return Some(found);
            }
            next = Some(inner);
            continue;
        }
        next = cause.source();
    }
    None
}

/// The innermost cause in words; never names a URL.
pub(super) fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &(dyn std::error::Error + 'static) = match error.source() {
        Some(cause) => cause,
        None => return "the request could not be made".to_owned(),
    };
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}
