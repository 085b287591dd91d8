//! A ZooKeeper server in miniature: connect, getChildren2, getACL, getData, exists, auth, ping, closeSession and the word
//! `srvr`. Can drop connections, forget sessions, be slow. Asserts nothing itself; keeps what was asked of it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use gonogo::collect::{Base, Origin};

const OK: i32 = 0;
const NO_NODE: i32 = -101;
const NO_AUTH: i32 = -102;

/// One znode.
#[derive(Debug, Clone, Default)]
pub struct Fake {
    pub data: Vec<u8>,
    pub owner: i64,
    /// Refuses to show children and data.
    pub hidden: bool,
    /// Listed by its parent, and gone.
    pub gone: bool,
    /// (permissions, scheme, id); empty: world:anyone, all.
    pub acl: Vec<(i32, &'static str, &'static str)>,
}

/// What goes wrong.
#[derive(Debug, Default)]
pub struct Faults {
    /// The connection is closed after so many requests, each time anew; 0: never.
    pub drop_every: AtomicU64,
    /// So many connections are dropped at all; then none.
    pub drops: AtomicU64,
    /// A session that comes back is unknown.
    pub forget_sessions: AtomicBool,
    /// Milliseconds before each answer.
    pub slow_ms: AtomicU64,
    /// Connections are closed before anything is said.
    pub closed: AtomicBool,
    /// Nothing is answered after the handshake.
    pub silent: AtomicBool,
}

/// What was asked.
#[derive(Debug, Default)]
pub struct Asked {
    /// Requests by operation code.
    pub codes: Mutex<BTreeMap<i32, u64>>,
    /// Requests that list children, by path.
    pub paths: Mutex<BTreeMap<String, u64>>,
    /// New sessions.
    pub sessions: AtomicU64,
    /// Sessions that were closed in order.
    pub closed: AtomicU64,
    /// Most requests that waited for an answer at once.
    pub at_once: AtomicU64,
}

/// The server; it lives as long as the process.
pub struct FakeZookeeper {
    pub origin: Origin,
    pub tree: Arc<Mutex<BTreeMap<String, Fake>>>,
    pub faults: Arc<Faults>,
    pub asked: Arc<Asked>,
}

/// A tree from its paths; parents are added.
pub fn tree(paths: &[&str]) -> BTreeMap<String, Fake> {
    let mut all = BTreeMap::from([("/".to_owned(), Fake::default())]);
    for path in paths {
        for (at, _) in path.match_indices('/').skip(1) {
            all.entry(path[..at].to_owned()).or_default();
        }
        all.entry((*path).to_owned()).or_default();
    }
    all
}

impl FakeZookeeper {
    pub fn start(tree: BTreeMap<String, Fake>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let server = Self {
            origin: Base::parse(&address, 2181).unwrap().origin,
            tree: Arc::new(Mutex::new(tree)),
            faults: Arc::default(),
            asked: Arc::default(),
        };
        let (tree, faults, asked) = (server.tree.clone(), server.faults.clone(), server.asked.clone());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (tree, faults, asked) = (tree.clone(), faults.clone(), asked.clone());
                thread::spawn(move || drop(talk(stream, &tree, &faults, &asked)));
            }
        });
        server
    }

    /// How often the children of a path were listed.
    pub fn listed(&self, path: &str) -> u64 {
        self.asked.paths.lock().unwrap().get(path).copied().unwrap_or(0)
    }

    /// Operation codes that were sent.
    pub fn codes(&self) -> BTreeSet<i32> {
        self.asked.codes.lock().unwrap().keys().copied().collect()
    }
}

fn read_frame(stream: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut length = [0; 4];
    stream.read_exact(&mut length)?;
    let mut body = vec![0; u32::from_be_bytes(length) as usize];
    stream.read_exact(&mut body)?;
    Ok(body)
}

fn frame(body: &[u8]) -> Vec<u8> {
    let mut all = u32::try_from(body.len()).unwrap().to_be_bytes().to_vec();
    all.extend_from_slice(body);
    all
}

fn put(into: &mut Vec<u8>, bytes: &[u8]) {
    into.extend_from_slice(&frame(bytes));
}

fn talk(
    mut stream: TcpStream,
    tree: &Arc<Mutex<BTreeMap<String, Fake>>>,
    faults: &Arc<Faults>,
    asked: &Arc<Asked>,
) -> std::io::Result<()> {
    if faults.closed.load(Ordering::SeqCst) {
        return Ok(());
    }
    let mut start = [0; 4];
    stream.read_exact(&mut start)?;
    if &start == b"srvr" {
        let count = tree.lock().unwrap().len() + 1;
        return write!(
            stream,
            "Zookeeper version: fake\nZxid: 0x10\nMode: standalone\nNode count: {count}\n"
        );
    }
    // The other words: a server that has them in no whitelist says so; this one just closes.
    if start.iter().all(u8::is_ascii_lowercase) {
        return Ok(());
    }
    let mut hello = vec![0; u32::from_be_bytes(start) as usize];
    stream.read_exact(&mut hello)?;
    let session = i64::from_be_bytes(hello[16..24].try_into().unwrap());
    let id = match session {
        0 => 0x1000 + i64::try_from(asked.sessions.fetch_add(1, Ordering::SeqCst)).unwrap(),
        _ if faults.forget_sessions.load(Ordering::SeqCst) => 0,
        known => known,
    };
    let mut answer = 0_i32.to_be_bytes().to_vec();
    answer.extend_from_slice(&10_000_i32.to_be_bytes());
    answer.extend_from_slice(&id.to_be_bytes());
    put(&mut answer, &[7; 16]);
    answer.push(0);
    stream.write_all(&frame(&answer))?;
    let waiting = Arc::new(AtomicU64::new(0));
    let (sender, requests) = std::sync::mpsc::channel::<Vec<u8>>();
    let mut reader = stream.try_clone()?;
    let (counter, most) = (waiting.clone(), asked.clone());
    thread::spawn(move || {
        while let Ok(request) = read_frame(&mut reader) {
            // A ping (code 11) is no request of ours.
            if request[4..8] != 11_i32.to_be_bytes() {
                let now = counter.fetch_add(1, Ordering::SeqCst) + 1;
                most.at_once.fetch_max(now, Ordering::SeqCst);
            }
            if sender.send(request).is_err() {
                break;
            }
        }
    });
    let mut answered = 0;
    for request in requests {
        let code = i32::from_be_bytes(request[4..8].try_into().unwrap());
        *asked.codes.lock().unwrap().entry(code).or_default() += 1;
        thread::sleep(Duration::from_millis(faults.slow_ms.load(Ordering::SeqCst)));
        if code != 11 {
            waiting.fetch_sub(1, Ordering::SeqCst);
            answered += 1;
            let every = faults.drop_every.load(Ordering::SeqCst);
            if every > 0 && answered > every && faults.drops.load(Ordering::SeqCst) > 0 {
                faults.drops.fetch_sub(1, Ordering::SeqCst);
                return stream.shutdown(Shutdown::Both);
            }
            if faults.silent.load(Ordering::SeqCst) {
                continue;
            }
        }
        let (error, body) = answer_to(code, &request[8..], tree, asked);
        let mut all = request[..4].to_vec();
        all.extend_from_slice(&16_i64.to_be_bytes());
        all.extend_from_slice(&error.to_be_bytes());
        all.extend_from_slice(&body);
        stream.write_all(&frame(&all))?;
        if code == -11 {
            asked.closed.fetch_add(1, Ordering::SeqCst);
            return stream.shutdown(Shutdown::Both);
        }
    }
    Ok(())
}

fn answer_to(code: i32, body: &[u8], tree: &Mutex<BTreeMap<String, Fake>>, asked: &Asked) -> (i32, Vec<u8>) {
    if matches!(code, 11 | 100 | -11) {
        return (OK, Vec::new());
    }
    let length = u32::from_be_bytes(body[..4].try_into().unwrap()) as usize;
    let path = std::str::from_utf8(&body[4..4 + length]).unwrap();
    if code == 12 {
        *asked.paths.lock().unwrap().entry(path.to_owned()).or_default() += 1;
    }
    let tree = tree.lock().unwrap();
    let Some(node) = tree.get(path).filter(|node| !node.gone) else {
        return (NO_NODE, Vec::new());
    };
    let below = if path == "/" {
        "/".to_owned()
    } else {
        format!("{path}/")
    };
    let names: Vec<&str> = tree
        .range(below.clone()..)
        .map_while(|(path, _)| path.strip_prefix(below.as_str()))
        .filter(|name| !name.is_empty() && !name.contains('/'))
        .collect();
    let mut out = Vec::new();
    match code {
        // getData
        4 | 12 if node.hidden => return (NO_AUTH, Vec::new()),
        4 => put(&mut out, &node.data),
        // exists
        3 => {}
        // getACL
        6 => {
            let acl = if node.acl.is_empty() {
                vec![(31, "world", "anyone")]
            } else {
                node.acl.clone()
            };
            out.extend_from_slice(&u32::try_from(acl.len()).unwrap().to_be_bytes());
            for (permissions, scheme, id) in acl {
                out.extend_from_slice(&permissions.to_be_bytes());
                put(&mut out, scheme.as_bytes());
                put(&mut out, id.as_bytes());
            }
        }
        // getChildren2
        12 => {
            out.extend_from_slice(&u32::try_from(names.len()).unwrap().to_be_bytes());
            for name in &names {
                put(&mut out, name.as_bytes());
            }
        }
        // Whatever else there is, nobody may ask for it.
        _ => return (-6, Vec::new()),
    }
    let zxid = i64::try_from(path.len()).unwrap();
    for number in [zxid, zxid + 1, 0, 0] {
        out.extend_from_slice(&number.to_be_bytes());
    }
    for number in [1_i32, 0, 0] {
        out.extend_from_slice(&number.to_be_bytes());
    }
    out.extend_from_slice(&node.owner.to_be_bytes());
    out.extend_from_slice(&i32::try_from(node.data.len()).unwrap().to_be_bytes());
    out.extend_from_slice(&i32::try_from(names.len()).unwrap().to_be_bytes());
    out.extend_from_slice(&zxid.to_be_bytes());
    (OK, out)
}
