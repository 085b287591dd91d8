//! The little HTTP/1.1 the simulated processes speak: requests without surprises in, whole or broken answers out.
//!
//! Written by hand, because tests need answers that a web framework refuses to send (half a body, no byte at all).
//! Never meant for clients other than gonogo and curl on the same machine: large or odd requests are refused.

use std::fmt::Write as _;

use chrono::Utc;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use super::answers::Reply;

/// Longest request head that is read.
const MAX_HEAD: u64 = 16 * 1024;
/// Longest request body that is read (and thrown away).
const MAX_BODY: u64 = 64 * 1024;

/// The first line of a request.
#[derive(Debug, PartialEq, Eq)]
pub struct Line {
    /// Method.
    pub method: String,
    /// Path with query, as sent.
    pub target: String,
}

/// Reads one request; `None` at the end of the connection or when it cannot be understood.
pub async fn read_request(stream: &mut BufReader<TcpStream>) -> Option<Line> {
    let mut head = Vec::new();
    let mut limited = (&mut *stream).take(MAX_HEAD);
    while !head.ends_with(b"\r\n\r\n") {
        if limited.read_until(b'\n', &mut head).await.ok()? == 0 {
            return None;
        }
    }
    let (line, length) = parse_head(std::str::from_utf8(&head).ok()?)?;
    if length > MAX_BODY {
        return None;
    }
    let read = tokio::io::copy(&mut stream.take(length), &mut tokio::io::sink()).await;
    (read.ok()? == length).then_some(line)
}

fn parse_head(head: &str) -> Option<(Line, u64)> {
    let mut lines = head.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let line = Line {
        method: first.next()?.to_owned(),
        target: first.next()?.to_owned(),
    };
    let length = lines
        .filter_map(|header| header.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map_or(Some(0), |(_, value)| value.trim().parse().ok())?;
    Some((line, length))
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        301 => "Moved Permanently",
        307 => "Temporary Redirect",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        500 => "Internal Server Error",
        503 => "Service Unavailable",
        _ => "Status",
    }
}

/// The bytes of an answer, with where its body begins.
fn encode(reply: &Reply) -> (Vec<u8>, usize) {
    let body = reply.bytes(false);
    let mut head = format!("HTTP/1.1 {} {}\r\n", reply.status, reason(reply.status));
    let _ = write!(head, "Date: {}\r\n", Utc::now().format("%a, %d %b %Y %H:%M:%S GMT"));
    if let Some(kind) = reply.content_type() {
        let _ = write!(head, "Content-Type: {kind}\r\n");
    }
    if let Some(to) = &reply.location {
        let _ = write!(head, "Location: {to}\r\n");
    }
    let _ = write!(head, "Content-Length: {}\r\n\r\n", body.len());
    let mut bytes = head.into_bytes();
    let begin = bytes.len();
    bytes.extend(body);
    (bytes, begin)
}

/// Sends a whole answer; `false` when the client has gone.
pub async fn send(stream: &mut BufReader<TcpStream>, reply: &Reply) -> bool {
    let (bytes, _) = encode(reply);
    stream.write_all(&bytes).await.is_ok() && stream.flush().await.is_ok()
}

/// Sends an answer whose body ends half way; the caller closes the connection.
pub async fn send_half(stream: &mut BufReader<TcpStream>, reply: &Reply) {
    let (bytes, begin) = encode(reply);
    let end = begin + (bytes.len() - begin) / 2;
    if let Some(half) = bytes.get(..end) {
        let _ = stream.write_all(half).await;
        let _ = stream.flush().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_request_head() {
        let (line, length) =
            parse_head("POST /package/list?x=1 HTTP/1.1\r\nHost: a\r\ncontent-length: 2\r\n\r\n").unwrap();
        assert_eq!(
            (line.method.as_str(), line.target.as_str()),
            ("POST", "/package/list?x=1")
        );
        assert_eq!(length, 2);
        assert!(parse_head("GET\r\n\r\n").is_none());
        assert!(parse_head("GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n").is_none());
    }

    #[test]
    fn writes_an_answer() {
        let (bytes, begin) = encode(&Reply::redirect(307, "//127.0.0.1:5050".to_owned()));
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.starts_with("HTTP/1.1 307 Temporary Redirect\r\n"), "{text}");
        assert!(text.contains("\r\nLocation: //127.0.0.1:5050\r\nContent-Length: 0\r\n\r\n"));
        assert_eq!(begin, text.len());
    }
}
