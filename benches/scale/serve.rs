//! Serves the plain answers of one side as a Mesos master does, on loopback, so that `collect` can be measured beside curl.
//!
//! One thread per connection, bodies streamed from files; knows nothing of gonogo's own simulated cluster, so that
//! neither client has a friend in it.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::thread;

use gonogo::model::items;

/// What a master answers from a file; everything else is 404, as for an endpoint that this Mesos does not have.
pub const ROUTES: [(&str, &str); 9] = [
    ("/version", items::VERSION),
    ("/flags", items::FLAGS),
    ("/metrics/snapshot", items::METRICS),
    ("/registrar(1)/registry", items::REGISTRY),
    ("/state-summary", items::STATE_SUMMARY),
    ("/state", items::STATE),
    ("/slaves", items::SLAVES),
    ("/maintenance/schedule", items::MAINTENANCE_SCHEDULE),
    ("/maintenance/status", items::MAINTENANCE_STATUS),
];

/// Starts serving the files below `folder`; the address it listens on.
pub fn start(folder: &Path) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let folder = folder.to_owned();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let folder = folder.clone();
            thread::spawn(move || {
                // A client that goes away is its own business.
                let _ = answer(&stream, address, &folder);
            });
        }
    });
    address
}

fn answer(stream: &TcpStream, address: SocketAddr, folder: &Path) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    let mut out = stream;
    loop {
        let mut request = String::new();
        if reader.read_line(&mut request)? == 0 {
            return Ok(());
        }
        let mut line = String::new();
        while reader.read_line(&mut line)? > 2 {
            line.clear();
        }
        let path = request.split(' ').nth(1).unwrap_or("/");
        let path = path
            .split('?')
            .next()
            .unwrap_or(path)
            .replace("%28", "(")
            .replace("%29", ")");
        if let Some((_, item)) = ROUTES.iter().find(|(route, _)| *route == path) {
            let mut file = File::open(file(folder, item))?;
            let length = file.metadata()?.len();
            write!(
                out,
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
            )?;
            io::copy(&mut file, &mut out)?;
        } else if path == "/redirect" {
            write!(
                out,
                "HTTP/1.1 307 Temporary Redirect\r\nLocation: //{address}\r\nContent-Length: 0\r\n\r\n"
            )?;
        } else {
            let status = if path == "/health" { "200 OK" } else { "404 Not Found" };
            write!(out, "HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n")?;
        }
    }
}

fn file(folder: &Path, item: &str) -> PathBuf {
    folder.join(items::path(items::MESOS_MASTER, "10.0.0.1", item))
}
