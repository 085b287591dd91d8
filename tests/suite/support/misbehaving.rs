//! A server on raw TCP that answers as it is told: half, twice, packed, elsewhere, or not at all. Asserts nothing
//! itself; keeps what was asked of it.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// One request as it came.
#[derive(Debug, Clone)]
pub struct Seen {
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Header names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Seen {
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

/// What to do with a request.
#[derive(Debug, Clone)]
pub enum Answer {
    /// Send these bytes and close.
    Raw(Vec<u8>),
    /// Send these bytes and keep the connection open, silent.
    RawThenHang(Vec<u8>),
    /// Nothing, ever.
    Hang,
    /// The head, then one byte at a time.
    Drip { head: Vec<u8>, every: Duration },
    /// The head, then this again and again until the other side goes away.
    Endless { head: Vec<u8>, again: Vec<u8> },
    /// Close with what was sent unread: a TCP reset.
    Reset,
}

/// `200` with a body and its length.
pub fn ok(body: &str) -> Answer {
    status(200, "application/json", body)
}

/// Any status with a body and its length.
pub fn status(code: u16, kind: &str, body: &str) -> Answer {
    with_headers(code, &format!("Content-Type: {kind}\r\n"), body.as_bytes())
}

/// Any status with headers (each ended by CRLF), a body and its length.
pub fn with_headers(code: u16, headers: &str, body: &[u8]) -> Answer {
    let mut bytes = format!(
        "HTTP/1.1 {code} X\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    )
    .into_bytes();
    bytes.extend_from_slice(body);
    Answer::Raw(bytes)
}

/// A redirect.
pub fn redirect(location: &str) -> Answer {
    with_headers(307, &format!("Location: {location}\r\n"), b"")
}

type Behave = dyn Fn(&Seen, usize) -> Answer + Send + Sync;

/// The running server.
pub struct Misbehaving {
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    connections: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
}

impl Misbehaving {
    /// Listens on a free port of a loopback address. `behave` gets the request and how many of its path came before.
    pub fn start(ip: &str, behave: impl Fn(&Seen, usize) -> Answer + Send + Sync + 'static) -> Self {
        Self::listen(TcpListener::bind((ip, 0)).unwrap(), Arc::new(behave))
    }

    fn listen(listener: TcpListener, behave: Arc<Behave>) -> Self {
        let address = listener.local_addr().unwrap();
        let this = Self {
            address,
            seen: Arc::default(),
            connections: Arc::default(),
            stop: Arc::default(),
        };
        let (seen, connections, stop) = (
            Arc::clone(&this.seen),
            Arc::clone(&this.connections),
            Arc::clone(&this.stop),
        );
        thread::spawn(move || {
            for stream in listener.incoming() {
                if stop.load(Ordering::SeqCst) {
                    break;
                }
                let Ok(stream) = stream else { continue };
                connections.fetch_add(1, Ordering::SeqCst);
                let (seen, stop, behave) = (Arc::clone(&seen), Arc::clone(&stop), Arc::clone(&behave));
                thread::spawn(move || {
                    serve(stream, &seen, &*behave, &stop);
                });
            }
        });
        this
    }

    /// `host:port`.
    pub fn authority(&self) -> String {
        self.address.to_string()
    }

    /// Everything that was asked.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// How often a path was asked.
    pub fn asked(&self, path: &str) -> usize {
        self.seen().iter().filter(|seen| seen.path() == path).count()
    }

    /// How many connections there were at all.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Misbehaving {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Wakes the listener.
        let _ = TcpStream::connect(self.address);
    }
}

fn read_request(stream: &mut TcpStream) -> Option<Seen> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        let count = stream.read(&mut chunk).ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&chunk[..count]);
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.lines();
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length: usize = headers
        .iter()
        .find(|(name, _)| name == "content-length")
        .and_then(|(_, value)| value.parse().ok())
        .unwrap_or(0);
    while bytes.len() < end + length {
        let count = stream.read(&mut chunk).ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&chunk[..count]);
    }
    Some(Seen {
        method,
        target,
        headers,
        body: String::from_utf8_lossy(&bytes[end..]).into_owned(),
    })
}

fn serve(mut stream: TcpStream, seen: &Mutex<Vec<Seen>>, behave: &Behave, stop: &AtomicBool) {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(20)));
    let _ = stream.set_write_timeout(Some(Duration::from_secs(20)));
    let Some(request) = read_request(&mut stream) else {
        return;
    };
    let before = {
        let mut all = seen.lock().unwrap();
        let before = all.iter().filter(|one| one.path() == request.path()).count();
        all.push(request.clone());
        before
    };
    act(&mut stream, behave(&request, before), stop);
}

fn act(stream: &mut TcpStream, answer: Answer, stop: &AtomicBool) {
    let wait = |stream: &mut TcpStream| {
        // Until the other side goes away or the test ends.
        let _ = stream.set_read_timeout(Some(Duration::from_millis(50)));
        let mut byte = [0];
        while !stop.load(Ordering::SeqCst) {
            match stream.read(&mut byte) {
                Ok(0) => break,
                Ok(_) => {}
                Err(error)
                    if matches!(
                        error.kind(),
                        std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
                    ) => {}
                Err(_) => break,
            }
        }
    };
    match answer {
        Answer::Raw(bytes) => {
            let _ = stream.write_all(&bytes);
            let _ = stream.shutdown(Shutdown::Write);
            wait(stream);
        }
        Answer::RawThenHang(bytes) => {
            let _ = stream.write_all(&bytes);
            wait(stream);
        }
        Answer::Hang => wait(stream),
        Answer::Drip { head, every } => {
            let mut fine = stream.write_all(&head).is_ok();
            while fine && !stop.load(Ordering::SeqCst) {
                thread::sleep(every);
                fine = stream.write_all(b" ").is_ok();
            }
        }
        Answer::Endless { head, again } => {
            let mut fine = stream.write_all(&head).is_ok();
            while fine && !stop.load(Ordering::SeqCst) {
                fine = stream.write_all(&again).is_ok();
            }
        }
        Answer::Reset => {
            // Bytes of the peer that nobody reads make the kernel answer the close with a reset. The request was read;
            // the peer sends no more, so linger is switched off by the socket library instead.
            socket_reset(stream);
        }
    }
}

/// Closes with a reset, by way of tokio, which can switch lingering off without unsafe code.
fn socket_reset(stream: &TcpStream) {
    let copy = stream.try_clone().unwrap();
    copy.set_nonblocking(true).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()
        .unwrap();
    runtime.block_on(async {
        let stream = tokio::net::TcpStream::from_std(copy).unwrap();
        stream.set_zero_linger().unwrap();
    });
}
