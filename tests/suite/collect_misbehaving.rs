//! Servers that do everything but answer: how each item ends, why, how often it was asked, and the exit code.
//!
//! No assertion on time: what waits, waits for a short configured limit.

use std::io::Write as _;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use gonogo::collect::Limits;
use gonogo::model::Outcome;

use crate::support::mini::{self, Ran, limits, masters, spoiled};
use crate::support::misbehaving::{Answer, Misbehaving, ok, status, with_headers};

/// Asks a master whose `/state` is spoiled. Everything else is well, so `/state` alone decides.
pub fn with_state(limits: Limits, answer: impl Fn(usize) -> Answer + Send + Sync + 'static) -> (Ran, Misbehaving) {
    let server = spoiled("/state", answer);
    let ran = mini::run(mini::job(masters(&[&server]), limits));
    (ran, server)
}

#[track_caller]
pub fn ends(what: &str, limits: Limits, answer: Answer, outcome: &Outcome, reason: &str, requests: usize) {
    let (ran, server) = with_state(limits, move |_| answer.clone());
    let state = ran.item("/state.json");
    assert_eq!(state.outcome, *outcome, "{what}: {:?}", state.reason);
    let told = state.reason.as_deref().unwrap_or_default();
    assert!(told.contains(reason), "{what}: {told}");
    assert_eq!(server.asked("/state"), requests, "{what}: requests");
    assert_eq!(
        state.attempts as usize,
        server.asked("/state") + server.asked("/state.json"),
        "{what}: attempts"
    );
    let expected = if *outcome == Outcome::Captured { 0 } else { 5 };
    assert_eq!(ran.code(), expected, "{what}: exit code");
    assert_eq!(
        state.sha256.is_some(),
        *outcome == Outcome::Captured,
        "{what}: nothing partial is kept"
    );
    assert_eq!(
        ran.staging.stored(&state.item).is_some(),
        *outcome == Outcome::Captured,
        "{what}: nothing partial is staged"
    );
    // One broken item never touches another.
    assert_eq!(ran.item("/slaves.json").outcome, Outcome::Captured, "{what}");
}

pub fn short() -> Limits {
    Limits {
        connect: Duration::from_millis(500),
        first_byte: Duration::from_millis(500),
        rate_window: Duration::from_millis(300),
        least_rate: 10_000,
        ..limits()
    }
}

pub fn head(headers: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{headers}\r\n").into_bytes()
}

pub fn raw(headers: &str, body: &[u8]) -> Answer {
    let mut bytes = head(headers);
    bytes.extend_from_slice(body);
    Answer::Raw(bytes)
}

pub fn packed(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

pub fn gzip(coding: &str, body: &[u8]) -> Answer {
    with_headers(
        200,
        &format!("Content-Type: application/json\r\nContent-Encoding: {coding}\r\n"),
        body,
    )
}

#[test]
fn a_good_answer_is_captured_byte_for_byte() {
    ends("good", limits(), ok("{ \"id\" : 1 }\n"), &Outcome::Captured, "", 1);
    let (ran, _server) = with_state(limits(), |_| ok("not json \u{e9}"));
    // Valid or not is the snapshot's business; the bytes are kept.
    assert_eq!(ran.item("/state.json").bytes, 11);
    assert_eq!(ran.code(), 0);
}

#[test]
fn a_server_that_is_silent_or_slow_times_out() {
    ends(
        "hang",
        short(),
        Answer::Hang,
        &Outcome::TimedOut,
        "gave no answer within 500 ms",
        1,
    );
    ends(
        "half a head",
        short(),
        Answer::RawThenHang(b"HTTP/1.1 200 OK\r\nContent-Ty".to_vec()),
        &Outcome::TimedOut,
        "gave no answer within 500 ms",
        1,
    );
    ends(
        "silence in the body",
        short(),
        Answer::RawThenHang(head("Content-Length: 100\r\n")),
        &Outcome::TimedOut,
        "slower than 10000 bytes per second",
        1,
    );
    ends(
        "drip",
        short(),
        Answer::Drip {
            head: head("Content-Length: 100000\r\n"),
            every: Duration::from_millis(20),
        },
        &Outcome::TimedOut,
        "slower than 10000 bytes per second",
        1,
    );
    let patient = Limits {
        bulk_total: Duration::from_millis(600),
        ..limits()
    };
    ends(
        "total",
        patient,
        Answer::Drip {
            head: head("Content-Length: 100000\r\n"),
            every: Duration::from_millis(20),
        },
        &Outcome::TimedOut,
        "was not complete after 600 ms",
        1,
    );
}

#[test]
fn a_connection_that_breaks_before_the_body_is_tried_three_times() {
    ends(
        "reset",
        limits(),
        Answer::Reset,
        &Outcome::Failed,
        "broke before an answer",
        3,
    );
    ends(
        "empty reply",
        limits(),
        Answer::Raw(Vec::new()),
        &Outcome::Failed,
        "broke before an answer",
        3,
    );
    let (ran, server) = with_state(limits(), |before| if before == 0 { Answer::Reset } else { ok("{}") });
    assert_eq!(ran.item("/state.json").outcome, Outcome::Captured);
    assert_eq!((ran.item("/state.json").attempts, server.asked("/state")), (2, 2));
}

#[test]
fn half_a_body_is_truncated_and_not_asked_again() {
    ends(
        "short of its length",
        limits(),
        raw("Content-Length: 100\r\n", b"{\"slaves\":["),
        &Outcome::Truncated,
        "ended early, after 11 bytes",
        1,
    );
    ends(
        "chunk cut",
        limits(),
        raw("Transfer-Encoding: chunked\r\n", b"20\r\n{\"slaves\":["),
        &Outcome::Truncated,
        "ended early",
        1,
    );
    ends(
        "last chunk missing",
        limits(),
        raw("Transfer-Encoding: chunked\r\n", b"2\r\n{}\r\n"),
        &Outcome::Truncated,
        "ended early",
        1,
    );
    ends(
        "half, ended by close",
        limits(),
        raw("Connection: close\r\n", b"{\"slaves\":[{}"),
        &Outcome::Truncated,
        "is no whole JSON text",
        1,
    );
    ends(
        "nothing, ended by close",
        limits(),
        raw("Connection: close\r\n", b""),
        &Outcome::Truncated,
        "after 0 bytes",
        1,
    );
    ends(
        "whole, ended by close",
        limits(),
        raw("Connection: close\r\n", b"{\"slaves\":[]}"),
        &Outcome::Captured,
        "length not stated",
        1,
    );
}

#[test]
fn a_page_in_place_of_json_is_no_evidence() {
    let page = "<!DOCTYPE html><title>Sign in</title>";
    let reason = "an HTML page came in place of JSON (sign-in page?)";
    ends(
        "html",
        limits(),
        status(200, "text/html; charset=utf-8", page),
        &Outcome::Failed,
        reason,
        1,
    );
    ends(
        "html called json",
        limits(),
        ok(&format!("\n  {page}")),
        &Outcome::Failed,
        reason,
        1,
    );
}

#[test]
fn refusals_are_not_asked_twice_and_busy_servers_are() {
    ends(
        "401",
        limits(),
        status(401, "text/plain", "who?"),
        &Outcome::Refused,
        "401: the server wants a credential",
        1,
    );
    ends(
        "403",
        limits(),
        status(403, "text/plain", "no"),
        &Outcome::Refused,
        "403: the account may not read this",
        1,
    );
    ends(
        "500",
        limits(),
        status(500, "text/plain", "oh"),
        &Outcome::Refused,
        "status 500",
        1,
    );
    ends(
        "503",
        limits(),
        status(503, "text/plain", "No leader elected"),
        &Outcome::Refused,
        "503: ",
        3,
    );
    ends(
        "429",
        limits(),
        with_headers(429, "Retry-After: 0\r\n", b""),
        &Outcome::Refused,
        "status 429",
        3,
    );
    ends(
        "502",
        limits(),
        status(502, "text/plain", ""),
        &Outcome::Refused,
        "status 502",
        3,
    );
    ends(
        "204",
        limits(),
        Answer::Raw(b"HTTP/1.1 204 X\r\n\r\n".to_vec()),
        &Outcome::Failed,
        "200 was expected",
        1,
    );
    let (ran, server) = with_state(limits(), |before| {
        if before < 2 {
            status(503, "text/plain", "")
        } else {
            ok("{}")
        }
    });
    assert_eq!(ran.item("/state.json").outcome, Outcome::Captured);
    assert_eq!(ran.item("/state.json").attempts, 3);
    assert_eq!((server.asked("/state"), ran.code()), (3, 0));
}

#[test]
fn not_found_is_an_answer_for_optional_items_and_a_gap_for_required_ones() {
    // `/state` has an older name, which is asked once.
    let server = Misbehaving::start("127.0.0.1", |seen, _| match seen.path() {
        "/state" | "/state.json" | "/quota" => status(404, "text/plain", ""),
        _ => mini::healthy(seen),
    });
    let ran = mini::run(mini::job(masters(&[&server]), limits()));
    let state = ran.item("/state.json");
    assert_eq!((&state.outcome, state.attempts), (&Outcome::Refused, 2));
    assert_eq!((server.asked("/state"), server.asked("/state.json")), (1, 1));
    assert_eq!(ran.item("/quota.json").outcome, Outcome::NotApplicable);
    assert_eq!(ran.item("/overlay_master_state.json").outcome, Outcome::NotApplicable);
    assert_eq!(ran.code(), 5);
    let old = Misbehaving::start("127.0.0.1", |seen, _| match seen.path() {
        "/state" | "/roles" => status(404, "text/plain", ""),
        _ => mini::healthy(seen),
    });
    let ran = mini::run(mini::job(masters(&[&old]), limits()));
    assert_eq!((&ran.item("/state.json").outcome, ran.code()), (&Outcome::Captured, 0));
    assert!(ran.item("/roles.json").request.ends_with("/roles.json"));
}

#[test]
fn large_and_packed_bodies_stop_at_their_limits() {
    let endless = Answer::Endless {
        head: head("Connection: close\r\n"),
        again: vec![b' '; 8192],
    };
    ends(
        "endless",
        limits(),
        endless,
        &Outcome::Truncated,
        "larger than the limit",
        1,
    );
    let endless_chunks = Answer::Endless {
        head: head("Transfer-Encoding: chunked\r\n"),
        again: b"4\r\n    \r\n".to_vec(),
    };
    ends(
        "endless chunks",
        limits(),
        endless_chunks,
        &Outcome::Truncated,
        "larger than the limit",
        1,
    );
    ends(
        "says that it is large",
        limits(),
        Answer::RawThenHang(head("Content-Length: 99999999999\r\n")),
        &Outcome::Truncated,
        "larger than the limit",
        1,
    );
    ends(
        "gzip",
        limits(),
        gzip("gzip", &packed(b"{\"slaves\":[]}")),
        &Outcome::Captured,
        "",
        1,
    );
    ends(
        "gzip bomb",
        limits(),
        gzip("gzip", &packed(&vec![b' '; 4 << 20])),
        &Outcome::Truncated,
        "larger than the limit",
        1,
    );
    let roomy = Limits {
        bulk_bytes: 1 << 30,
        ..limits()
    };
    ends(
        "packed too well",
        roomy,
        gzip("gzip", &packed(&vec![b' '; 24 << 20])),
        &Outcome::Truncated,
        "decompression bomb",
        1,
    );
}

#[test]
fn what_is_said_to_be_packed_and_is_not_as_said_is_refused() {
    let half = packed(&b"{\"slaves\":[]}".repeat(100));
    ends(
        "half a gzip",
        limits(),
        gzip("gzip", &half[..half.len() / 2]),
        &Outcome::Truncated,
        "gzip body ends before its end",
        1,
    );
    ends(
        "no gzip at all",
        limits(),
        gzip("gzip", b"{\"slaves\":[]}"),
        &Outcome::Failed,
        "is said to be gzip and is not",
        1,
    );
    let mut trailing = packed(b"{}");
    trailing.extend_from_slice(b"more");
    ends(
        "bytes behind the gzip",
        limits(),
        gzip("gzip", &trailing),
        &Outcome::Failed,
        "bytes follow the end",
        1,
    );
    ends(
        "packed twice",
        limits(),
        gzip("gzip, gzip", &packed(&packed(b"{}"))),
        &Outcome::Failed,
        "encoded 2 times over",
        1,
    );
    ends(
        "an unknown coding",
        limits(),
        gzip("br", b"xx"),
        &Outcome::Failed,
        "encoded as `br`",
        1,
    );
}

#[test]
fn answers_that_say_two_things_at_once_are_refused() {
    ends(
        "two equal lengths",
        limits(),
        raw("Content-Length: 2\r\nContent-Length: 2\r\n", b"{}"),
        &Outcome::Failed,
        "more than once",
        1,
    );
    let (ran, server) = with_state(limits(), |_| raw("Content-Length: 2\r\nContent-Length: 3\r\n", b"{} "));
    assert_eq!(ran.item("/state.json").outcome, Outcome::Failed);
    assert!((1..=3).contains(&server.asked("/state")));
    ends(
        "length and chunks",
        limits(),
        raw(
            "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
            b"2\r\n{}\r\n0\r\n\r\n",
        ),
        &Outcome::Failed,
        "one of them is untrue",
        1,
    );
}
