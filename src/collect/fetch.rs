//! Fetches one item: attempts, older paths, redirects by hand, and the record in the end, whatever happened.
//!
//! Retries only what another attempt may mend (429, 502, 503, 504, a connection that broke before the body), never 401
//! or 403: a second wrong password may lock an account.

use std::time::{Duration, Instant};

use chrono::Utc;
use url::Url;

use crate::archive::WriteError;
use crate::model::{Evidence, Outcome};

use super::body::{self, Wanted};
use super::endpoints::{Body, Endpoint, NotFound, Redirect};
use super::engine::Context;
use super::http::{self, Fault, Head};
use super::step::Call;
use super::target::{Base, Origin};

/// What a collector learns from a fetch, beside the record.
pub struct Fetched {
    /// How it ended.
    pub outcome: Outcome,
    /// Why, if it was not captured.
    pub reason: Option<String>,
    /// The body, where it was asked for and captured.
    pub body: Option<Vec<u8>>,
    /// Where a redirect pointed to.
    pub redirect: Option<Url>,
    /// Whether the host could not be reached at all.
    pub unreachable: bool,
}

/// One host within one step: once it cannot be reached, it is not tried again for the step's other items.
pub struct Host<'c> {
    ctx: &'c Context,
    down: Option<(Outcome, String)>,
}

impl<'c> Host<'c> {
    /// A host of which nothing is known yet.
    pub fn new(ctx: &'c Context) -> Self {
        Self { ctx, down: None }
    }

    /// Asks, keeps the record.
    pub async fn ask(&mut self, call: &Call) -> Fetched {
        self.fetch(call, false).await
    }

    /// Asks, keeps the record, and gives the body.
    pub async fn read(&mut self, call: &Call) -> Fetched {
        self.fetch(call, true).await
    }

    async fn fetch(&mut self, call: &Call, copy: bool) -> Fetched {
        if let Some((outcome, reason)) = &self.down {
            let reason = format!("not asked again: {reason}");
            self.ctx
                .records
                .put(call.planned.ended(outcome.clone(), reason.clone()));
            return Fetched {
                outcome: outcome.clone(),
                reason: Some(reason),
                body: None,
                redirect: None,
                unreachable: true,
            };
        }
        let fetched = fetch(self.ctx, call, copy).await;
        if fetched.unreachable {
            self.down = Some((fetched.outcome.clone(), fetched.reason.clone().unwrap_or_default()));
        }
        fetched
    }
}

/// One attempt's good end.
struct Answer {
    head: Head,
    redirect: Option<Url>,
    read: Option<body::Read>,
}

/// Where the attempts stand.
struct Course<'c> {
    ctx: &'c Context,
    call: &'c Call,
    base: Base,
    path: &'static str,
    evidence: Evidence,
    copy: bool,
}

/// Fetches one item and keeps its record.
///
/// Cancel safe: see `engine`.
pub async fn fetch(ctx: &Context, call: &Call, copy: bool) -> Fetched {
    let begun = Instant::now();
    let mut course = Course {
        ctx,
        call,
        base: call.base.clone(),
        path: call.endpoint.path,
        evidence: call.planned.begun(Outcome::Failed, Utc::now()),
        copy,
    };
    let ended = course.walk().await;
    let mut evidence = course.evidence;
    evidence.duration_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let mut fetched = Fetched {
        outcome: Outcome::Failed,
        reason: None,
        body: None,
        redirect: None,
        unreachable: false,
    };
    match ended {
        Ok(answer) => {
            // Where an answer only points somewhere, that is all it says: without it the record would be empty.
            if let Some(target) = &answer.redirect {
                evidence.redirected_to = Some(place(target));
            }
            fetched.redirect = answer.redirect;
            let stored = match answer.read.map(|read| (read.writing, read.copy)) {
                Some((Some(writing), copy)) => {
                    fetched.body = copy;
                    writing.finish()
                }
                Some((None, _)) | None => ctx.staging.put(&call.planned.item, b""),
            };
            match stored {
                Ok(stored) => {
                    evidence.outcome = Outcome::Captured;
                    evidence.bytes = stored.bytes;
                    evidence.sha256 = Some(stored.sha256);
                    if !answer.head.end_is_marked && stored.bytes > 0 {
                        evidence.reason = Some("length not stated: the answer ended with the connection".to_owned());
                    }
                }
                Err(error) => {
                    evidence.reason = Some(error.to_string());
                    note_local(ctx, &error);
                    fetched.body = None;
                }
            }
        }
        Err(fault) => {
            fetched.unreachable = fault.unreachable;
            if fault.security {
                ctx.records.refuse(fault.reason.clone());
            }
            if fault.local {
                ctx.records.fail(fault.reason.clone());
            }
            evidence.outcome = fault.outcome;
            evidence.reason = Some(fault.reason);
        }
    }
    fetched.outcome = evidence.outcome.clone();
    fetched.reason.clone_from(&evidence.reason);
    ctx.records.put(evidence);
    fetched
}

impl Course<'_> {
    /// Goes from attempt to attempt: older paths, hops, retries; each counted.
    async fn walk(&mut self) -> Result<Answer, Fault> {
        let mut older = self.older();
        let mut hops = 0;
        let mut retries = 0;
        loop {
            self.evidence.attempts += 1;
            let url = self.call.url(&self.base, self.path);
            self.evidence.request.clone_from(&url);
            let fault = match self.attempt(&url).await {
                Ok(Step::Done(answer)) => return Ok(*answer),
                Ok(Step::NotFound) => {
                    if let Some((base, path)) = older.pop() {
                        (self.base, self.path) = (base, path);
                        continue;
                    }
                    return Err(self.not_found());
                }
                Ok(Step::Elsewhere(base)) => {
                    hops += 1;
                    if hops > self.ctx.limits.hops {
                        return Err(Fault::new(
                            Outcome::Failed,
                            format!("redirected {hops} times; the last time to {base}"),
                        ));
                    }
                    self.evidence.redirected_to = Some(self.call.url(&base, self.path));
                    self.base = base;
                    continue;
                }
                Err(Retry { fault, after }) => {
                    if !fault.retry || retries >= self.ctx.limits.retries {
                        return Err(fault);
                    }
                    (fault, after)
                }
            };
            retries += 1;
            tracing::debug!("{url}: {}; another attempt", fault.0.reason);
            tokio::time::sleep(pause(self.ctx.limits.retry_pause, retries, fault.1)).await;
        }
    }

    /// Other names of the same thing, the next one last.
    fn older(&self) -> Vec<(Base, &'static str)> {
        let endpoint = self.call.endpoint;
        let mut all = Vec::new();
        for base in std::iter::once(&self.call.base).chain(&self.call.older_base) {
            for path in std::iter::once(&endpoint.path).chain(endpoint.older_paths) {
                all.push((base.clone(), *path));
            }
        }
        all.reverse();
        // The first of all is the one that is asked anyway.
        all.pop();
        all
    }

    fn not_found(&self) -> Fault {
        match self.call.endpoint.not_found {
            NotFound::NotApplicable(why) => Fault::new(Outcome::NotApplicable, format!("404: {why}")),
            NotFound::Refused(what) => Fault::new(Outcome::Refused, format!("404: {what}")),
        }
    }

    /// One request. The pass is held until the body is read.
    async fn attempt(&mut self, url: &str) -> Result<Step, Retry> {
        let origin = self.base.origin.clone();
        let endpoint = self.call.endpoint;
        let _pass = self.ctx.gate.pass(&origin.host, endpoint.expensive).await;
        let (head, response) = self.ctx.http.send(endpoint, &origin, url).await?;
        self.evidence.status = Some(head.status);
        self.evidence.content_type.clone_from(&head.content_type);
        self.evidence.server_date.clone_from(&head.server_date);
        match head.status {
            200 => {
                let is_html = head
                    .content_type
                    .as_deref()
                    .is_some_and(|kind| kind.trim_start().to_ascii_lowercase().starts_with("text/html"));
                if endpoint.body == Body::Json && is_html {
                    return Err(body::html().into());
                }
                let secrets = self.ctx.http.secrets();
                let wanted = Wanted {
                    body: endpoint.body,
                    limits: &self.ctx.limits,
                    bulk: endpoint.bulk,
                    encoding: http::encoding(&response)?,
                    length: head.length,
                    end_is_marked: head.end_is_marked,
                    secrets: &secrets,
                    copy: self.copy,
                };
                let max = if endpoint.bulk {
                    self.ctx.limits.bulk_bytes
                } else {
                    self.ctx.limits.item_bytes
                };
                let writing = self.ctx.staging.create(&self.call.planned.item, max).map_err(|error| {
                    note_local(self.ctx, &error);
                    Fault::new(Outcome::Failed, error.to_string())
                })?;
                let read = body::read(response, &wanted, Some(writing)).await?;
                Ok(Step::Done(Box::new(Answer {
                    head,
                    redirect: None,
                    read: Some(read),
                })))
            }
            301 | 302 | 303 | 307 | 308 => self.redirect(head, url),
            404 => Ok(Step::NotFound),
            status => Err(self.refused(status, &head, &origin)),
        }
    }

    fn redirect(&self, head: Head, url: &str) -> Result<Step, Retry> {
        let said = head.location.clone().unwrap_or_default();
        let target = Url::parse(url).ok().and_then(|from| from.join(&said).ok());
        let Some(target) = target.filter(|_| !said.is_empty()) else {
            return Err(Fault::new(
                Outcome::Failed,
                format!("status {} without a usable Location", head.status),
            )
            .into());
        };
        match self.call.endpoint.redirect {
            Redirect::Record => {
                // Held as an answer: nothing is asked there.
                Ok(Step::Done(Box::new(Answer {
                    head,
                    redirect: Some(target),
                    read: None,
                })))
            }
            Redirect::ToNamedMaster => {
                match Origin::of(&target).and_then(|origin| self.ctx.known.master_at(&self.ctx.targets, &origin)) {
                    Some(base) => Ok(Step::Elsewhere(base)),
                    None => Err(self.stranger(&target)),
                }
            }
            Redirect::Refuse => Err(self.stranger(&target)),
        }
    }

    /// A redirect that is not followed. With credentials in hand it is a security refusal all the same: they stay here.
    fn stranger(&self, target: &Url) -> Retry {
        let to = place(target);
        let why = match self.call.endpoint.redirect {
            Redirect::ToNamedMaster => "which is no named master (--masters)",
            _ => "and redirects of this request are not followed",
        };
        let kept = if self.ctx.http.trusts(&self.base.origin) {
            "; no credential went there"
        } else {
            ""
        };
        Fault::new(Outcome::Failed, format!("redirected to {to}, {why}{kept}"))
            .security()
            .into()
    }

    fn refused(&self, status: u16, head: &Head, origin: &Origin) -> Retry {
        let sent = self.ctx.http.trusts(origin);
        let reason = match status {
            401 if sent => "401: our credential is not accepted (wrong, or expired?)".to_owned(),
            401 if self.ctx.http.authenticates() => {
                format!("401: {origin} wants a credential, and ours go to named hosts only (name agents with --agents)")
            }
            401 => {
                "401: the server wants a credential (--token-file, --user, --basic-user, --service-account)".to_owned()
            }
            403 => "403: the account may not read this".to_owned(),
            503 => "503: the server says that it cannot answer now (no leader, or recovering?)".to_owned(),
            status => format!("status {status}"),
        };
        let fault = Fault::new(
            if status < 300 {
                Outcome::Failed
            } else {
                Outcome::Refused
            },
            if status < 300 {
                format!("{reason}: 200 was expected")
            } else {
                reason
            },
        );
        if matches!(status, 429 | 502 | 503 | 504) {
            Retry {
                fault: fault.worth_retrying(),
                after: head.retry_after,
            }
        } else {
            fault.into()
        }
    }
}

/// A staging error that is this machine's fault ends the run; one of a name is only this item's.
fn note_local(ctx: &Context, error: &WriteError) {
    if matches!(error, WriteError::Io { .. }) {
        ctx.records.fail(error.to_string());
    }
}

/// Asks an endpoint without keeping anything: to find out what answers there. One attempt, no redirect followed.
pub async fn probe(ctx: &Context, endpoint: &'static Endpoint, base: &Base) -> Option<Vec<u8>> {
    let _pass = ctx.gate.pass(&base.origin.host, endpoint.expensive).await;
    let (head, response) = ctx
        .http
        .send(endpoint, &base.origin, &base.url(endpoint.path))
        .await
        .ok()?;
    if head.status != 200 {
        return None;
    }
    let secrets = ctx.http.secrets();
    let wanted = Wanted {
        body: endpoint.body,
        limits: &ctx.limits,
        bulk: false,
        encoding: http::encoding(&response).ok()?,
        length: head.length,
        end_is_marked: head.end_is_marked,
        secrets: &secrets,
        copy: true,
    };
    body::read(response, &wanted, None).await.ok()?.copy
}

/// Whether a host takes a connection at all. Nothing is sent.
pub async fn reaches(ctx: &Context, origin: &Origin) -> bool {
    let _pass = ctx.gate.pass(&origin.host, false).await;
    let address = (origin.host.trim_matches(['[', ']']), origin.port);
    let connecting = tokio::net::TcpStream::connect(address);
    matches!(tokio::time::timeout(ctx.limits.connect, connecting).await, Ok(Ok(_)))
}

/// Scheme, host, port and path: a query may hold what is nobody's business.
pub(super) fn place(url: &Url) -> String {
    match Origin::of(url) {
        Some(origin) => format!("{origin}{}", url.path().trim_end_matches('/')),
        None => format!("a `{}:` address", url.scheme()),
    }
}

enum Step {
    Done(Box<Answer>),
    NotFound,
    Elsewhere(Base),
}

struct Retry {
    fault: Fault,
    after: Option<Duration>,
}

impl From<Fault> for Retry {
    fn from(fault: Fault) -> Self {
        Self { fault, after: None }
    }
}

/// Pause before a retry: doubled each time, up to half of it more by chance, or what the server asks for within reason.
fn pause(first: Duration, retry: u32, asked: Option<Duration>) -> Duration {
    use std::hash::{BuildHasher as _, RandomState};
    let doubled = first * 2u32.saturating_pow(retry.saturating_sub(1));
    let chance = u32::try_from(RandomState::new().hash_one(retry) % 512).unwrap_or(0);
    let jittered = doubled + doubled * chance / 1024;
    asked.map_or(jittered, |asked| asked.min(first * 30).max(jittered))
}
