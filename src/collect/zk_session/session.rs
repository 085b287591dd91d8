//! The session: opened, kept, opened again when it was lost, closed at the end.
//!
//! The client itself goes back to any of the servers while the session lives; when it is lost for good another one is
//! opened, with growing pauses. Never tells a credential.

use std::time::Duration;

use secrecy::ExposeSecret as _;
use tokio::time::{Instant, sleep, timeout};
use zookeeper_client::{Client, Error, SaslOptions, SessionState};

use crate::collect::fourletter;
use crate::collect::target::Origin;
use crate::model::backup::Zxid;
use crate::sources::zk_words;

use super::{WalkError, WalkLimits, ZkAuth};

/// First pause before opening again; doubled each time.
const PAUSE: Duration = Duration::from_millis(200);
/// Longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// Time for a server to confirm that the session is closed.
const CLOSING: Duration = Duration::from_secs(3);
/// Time for a four-letter word.
const WORD: Duration = Duration::from_secs(5);

/// A session that comes back.
pub(super) struct Session<'w> {
    servers: &'w [Origin],
    auth: &'w ZkAuth,
    limits: &'w WalkLimits,
    client: Option<Client>,
    /// Sessions opened so far.
    pub opened: u64,
    /// Whether a server cut off from its quorum answered.
    pub read_only: bool,
    /// When anything was last answered.
    progress: Instant,
}

/// Why there is no session.
pub(super) enum NoSession {
    /// For too long.
    Late(String),
    /// The credentials were refused.
    Refused,
}

impl<'w> Session<'w> {
    pub fn new(servers: &'w [Origin], auth: &'w ZkAuth, limits: &'w WalkLimits) -> Self {
        Self {
            servers,
            auth,
            limits,
            client: None,
            opened: 0,
            read_only: false,
            progress: Instant::now(),
        }
    }

    /// Something was answered.
    pub fn progressed(&mut self) {
        self.progress = Instant::now();
    }

    /// How long nothing was answered.
    pub fn silent_for(&self) -> Duration {
        self.progress.elapsed()
    }

    /// The client, opened where there is none. Cancel safe.
    pub async fn client(&mut self) -> Result<&Client, NoSession> {
        if self
            .client
            .as_ref()
            .is_some_and(|client| client.state().is_terminated())
        {
            self.client = None;
        }
        let client = match self.client.take() {
            Some(client) => client,
            None => self.open().await?,
        };
        self.read_only |= client.state() == SessionState::ConnectedReadOnly;
        Ok(self.client.insert(client))
    }

    async fn open(&mut self) -> Result<Client, NoSession> {
        let within = if self.opened == 0 {
            self.limits.first_session
        } else {
            self.limits.patience
        };
        let servers: Vec<String> = self.servers.iter().map(Origin::authority).collect();
        let servers = servers.join(",");
        let mut pause = PAUSE;
        loop {
            let left = within.saturating_sub(self.progress.elapsed());
            let last = match timeout(left, self.connector().connect(&servers)).await {
                Ok(Ok(client)) => {
                    self.opened += 1;
                    return Ok(client);
                }
                Ok(Err(Error::AuthFailed)) => return Err(NoSession::Refused),
                Ok(Err(Error::NoHosts)) => "no server takes a connection, or none of them serves".to_owned(),
                Ok(Err(error)) => error.to_string(),
                Err(_) => "no server answered".to_owned(),
            };
            if self.progress.elapsed() + pause >= within {
                return Err(NoSession::Late(last));
            }
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    fn connector(&self) -> zookeeper_client::Connector {
        let mut connector = Client::connector()
            .with_session_timeout(self.limits.session_timeout)
            // A server that is cut off from its quorum takes such a session too; the summary says so.
            .with_readonly(true)
            .with_fail_eagerly();
        if let Some(digest) = &self.auth.digest {
            connector = connector.with_auth("digest", digest.expose_secret().as_bytes());
        }
        if let Some((user, password)) = &self.auth.sasl {
            connector = connector.with_sasl(SaslOptions::digest_md5(
                user.clone(),
                password.expose_secret().to_owned(),
            ));
        }
        connector
    }

    /// Highest zxid that any of the servers tells with `srvr`; `None` where none does.
    pub async fn zxid(&self) -> Option<Zxid> {
        let asked = self.servers.iter().map(|server| async move {
            let text = fourletter::word(server, "srvr", WORD, WORD).await.ok()?;
            zk_words::zxid(&text)
        });
        futures_util::future::join_all(asked).await.into_iter().flatten().max()
    }

    /// Closes the session and waits a moment for the server to say so.
    pub async fn close(mut self) {
        let Some(client) = self.client.take() else { return };
        let mut state = client.state_watcher();
        if client.state().is_terminated() {
            return;
        }
        drop(client);
        let closed = async { while !state.changed().await.is_terminated() {} };
        // Late or not: the server ends it by itself after the session timeout.
        let _ = timeout(CLOSING, closed).await;
    }

    /// What is said when no first session was opened.
    pub fn none(&self, last: String) -> WalkError {
        let servers: Vec<String> = self.servers.iter().map(Origin::authority).collect();
        WalkError::NoSession {
            servers: servers.join(", "),
            within: self.limits.first_session,
            last,
        }
    }
}
