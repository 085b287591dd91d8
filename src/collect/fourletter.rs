//! ZooKeeper's four-letter words: four bytes out, text until the server closes. Nothing else can be sent.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::model::{Outcome, items};

use super::engine::{Context, words};
use super::step::Planned;
use super::target::Origin;

/// Largest answer, bytes: `mntr` has a few kilobytes.
const LIMIT: u64 = 1 << 20;
/// What a server says when its whitelist does not hold the word (3.4.10 and later).
const REFUSED: &str = "is not executed because it is not in the whitelist";

/// Asks one word and keeps the record. Gives the reason when the server could not be reached at all.
///
/// Cancel safe: dropping it closes the connection.
pub async fn fetch(ctx: &Context, server: &Origin, item: &Planned) -> Option<(Outcome, String)> {
    let begun = Instant::now();
    let mut evidence = item.begun(Outcome::Captured, chrono::Utc::now());
    evidence.attempts = 1;
    let mut unreachable = None;
    let word = items::ZOOKEEPER_WORDS.iter().find(|word| **word == item.request);
    let answer = match word {
        Some(word) => {
            let _pass = ctx.gate.pass(&server.host, false).await;
            word_of(server, word, ctx.limits.connect, ctx.limits.first_byte).await
        }
        None => Err(Ended::failed("not a word of the compiled-in list")),
    };
    match answer {
        Ok(text) if String::from_utf8_lossy(&text).contains(REFUSED) => {
            evidence.outcome = Outcome::NotApplicable;
            evidence.reason = Some(String::from_utf8_lossy(&text).trim().to_owned());
        }
        Ok(text) => match ctx.staging.put(&item.item, &text) {
            Ok(stored) => {
                evidence.bytes = stored.bytes;
                evidence.sha256 = Some(stored.sha256);
            }
            Err(error) => {
                ctx.records.fail(error.to_string());
                evidence.outcome = Outcome::Failed;
                evidence.reason = Some(error.to_string());
            }
        },
        Err(ended) => {
            if ended.unreachable {
                unreachable = Some((ended.outcome.clone(), ended.reason.clone()));
            }
            evidence.outcome = ended.outcome;
            evidence.reason = Some(ended.reason);
        }
    }
    evidence.duration_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    ctx.records.put(evidence);
    unreachable
}

struct Ended {
    outcome: Outcome,
    reason: String,
    unreachable: bool,
}

impl Ended {
    fn failed(reason: impl Into<String>) -> Self {
        Self {
            outcome: Outcome::Failed,
            reason: reason.into(),
            unreachable: false,
        }
    }

    fn late(reason: String) -> Self {
        Self {
            outcome: Outcome::TimedOut,
            reason,
            unreachable: false,
        }
    }
}

/// Asks one word of the compiled-in list without keeping a record.
///
/// # Errors
/// One sentence why there is no answer.
pub async fn word(server: &Origin, word: &str, connect: Duration, answer: Duration) -> Result<Vec<u8>, String> {
    if !items::ZOOKEEPER_WORDS.contains(&word) {
        return Err("not a word of the compiled-in list".to_owned());
    }
    word_of(server, word, connect, answer)
        .await
        .map_err(|ended| ended.reason)
}

async fn word_of(server: &Origin, word: &str, connect: Duration, limit: Duration) -> Result<Vec<u8>, Ended> {
    let place = server.authority();
    let stream = timeout(
        connect,
        TcpStream::connect((server.host.trim_matches(['[', ']']), server.port)),
    )
    .await
    .map_err(|_| Ended::late(format!("no connection to {place} within {}", words(connect))))
    .and_then(|stream| stream.map_err(|error| Ended::failed(format!("no connection to {place}: {error}"))));
    let mut stream = stream.map_err(|ended| Ended {
        unreachable: true,
        ..ended
    })?;
    let mut text = Vec::new();
    let talk = async {
        stream.write_all(word.as_bytes()).await?;
        (&mut stream).take(LIMIT + 1).read_to_end(&mut text).await
    };
    match timeout(limit, talk).await {
        Err(_) => {
            return Err(Ended::late(format!(
                "{place} gave no whole answer within {}",
                words(limit)
            )));
        }
        Ok(Err(error)) => return Err(Ended::failed(format!("the connection to {place} broke: {error}"))),
        Ok(Ok(_)) => {}
    }
    if text.len() as u64 > LIMIT {
        return Err(Ended {
            outcome: Outcome::Truncated,
            reason: format!("the answer is larger than {} MiB", LIMIT >> 20),
            unreachable: false,
        });
    }
    if text.is_empty() {
        return Err(Ended::failed(format!(
            "{place} closed the connection without an answer"
        )));
    }
    Ok(text)
}
