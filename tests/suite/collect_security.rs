//! Credentials and trust: to whom they go, to whom never, and what a certificate or a redirect to a stranger leads to.
//!
//! Keys and certificates are made by `openssl` while the test runs; without it those tests say what they skipped.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use base64::Engine as _;
use gonogo::collect::auth::Credentials;
use gonogo::collect::auth::login::{Login, LoginError, ServiceAccount, login};
use gonogo::collect::{Base, Limits, Targets, Tls};
use gonogo::model::Outcome;
use secrecy::ExposeSecret as _;

use crate::support::mini::{self, limits, masters, spoiled};
use crate::support::misbehaving::{Answer, Misbehaving, ok, redirect, status};

/// Long enough to be searched for in answers; obviously no secret.
const TOKEN: &str = "test-token-that-opens-nothing";

fn with_token(targets: Targets) -> gonogo::collect::Job {
    let credentials = Credentials::token("token", &TOKEN.into(), targets.named_origins());
    let mut job = mini::job(targets, limits());
    job.credentials = credentials;
    job
}

/// Everything that a run would write, as one text.
fn everything(ran: &mini::Ran) -> String {
    serde_json::to_string(&ran.collected.manifest).unwrap() + &ran.collected.refusals.join("\n")
}

fn got_credentials(server: &Misbehaving) -> usize {
    server
        .seen()
        .iter()
        .filter(|seen| {
            seen.header("authorization").is_some() || seen.headers.iter().any(|(_, value)| value.contains(TOKEN))
        })
        .count()
}

#[test]
fn a_redirect_to_a_stranger_is_refused_and_gets_nothing() {
    let stranger = Misbehaving::start("127.0.0.1", |_, _| ok("{}"));
    for form in ["//{}/state", "http://{}/state", "http://{}/machine/down"] {
        let location = form.replace("{}", &stranger.authority());
        let server = spoiled("/state", move |_| redirect(&location));
        let ran = mini::run(with_token(masters(&[&server])));
        let state = ran.item("/state.json");
        let told = state.reason.as_deref().unwrap();
        assert_eq!(state.outcome, Outcome::Failed, "{told}");
        assert!(
            told.contains(&stranger.authority()) && told.contains("no named master"),
            "{told}"
        );
        assert_eq!((ran.code(), server.asked("/state"), stranger.connections()), (7, 1, 0));
        assert!(got_credentials(&server) > 5, "the named master does get the token");
        assert!(!everything(&ran).contains(TOKEN));
    }
    // Any other request is not redirected at all, named host or not.
    let server = spoiled("/version", move |_| redirect("/login"));
    let ran = mini::run(with_token(masters(&[&server])));
    assert_eq!((&ran.item("/version.json").outcome, ran.code()), (&Outcome::Failed, 7));
}

#[test]
fn a_redirect_to_another_named_master_is_followed_with_our_own_path() {
    let leader = Misbehaving::start("127.0.0.1", |seen, _| match seen.path() {
        "/metrics/snapshot" => ok("{}"),
        _ => mini::healthy(seen),
    });
    let there = leader.authority();
    let standby = Misbehaving::start("127.0.0.1", move |seen, _| match seen.path() {
        "/metrics/snapshot" => ok("{}"),
        "/redirect" => redirect(&format!("//{}", seen.header("host").unwrap())),
        "/state" | "/slaves" => redirect(&format!("//{there}/machine/down")),
        _ => mini::healthy(seen),
    });
    let mut targets = masters(&[&standby, &leader]);
    // The standby is asked first, for nobody's metrics say who leads and the leader points at the standby's liking.
    targets
        .mesos
        .sort_by_key(|base| base.origin.port != standby.address.port());
    let ran = mini::run(with_token(targets));
    let state = ran.item("/state.json");
    if state.redirected_to.is_some() {
        assert_eq!(
            state.redirected_to.as_deref(),
            Some(format!("http://{}/state", leader.authority()).as_str())
        );
    }
    assert_eq!(
        (&state.outcome, leader.asked("/state"), leader.asked("/machine/down")),
        (&Outcome::Captured, 1, 0)
    );
    assert_eq!(ran.code(), 0);
}

#[test]
fn agents_and_marathons_that_nobody_named_get_no_credentials() {
    let stranger = Misbehaving::start("127.0.0.1", |seen, _| match seen.path() {
        "/v2/info" => ok(r#"{"name":"marathon","marathon_config":{}}"#),
        _ => mini::healthy(seen),
    });
    let there = stranger.authority();
    let listing = {
        let there = there.clone();
        move |seen: &crate::support::misbehaving::Seen| match seen.path() {
            "/slaves" => ok(&format!(
                r#"{{"slaves":[{{"id":"a-S1","hostname":"h","pid":"slave(1)@{there}"}}]}}"#
            )),
            "/state-summary" => ok(&format!(
                r#"{{"slaves":[],"frameworks":[{{"id":"f1","name":"marathon","webui_url":"http://{there}/exhibitor/v1/cluster/restart"}},
                   {{"id":"f2","name":"something","webui_url":"http://{there}"}}]}}"#
            )),
            _ => mini::healthy(seen),
        }
    };
    let server = Misbehaving::start("127.0.0.1", {
        let listing = listing.clone();
        move |seen, _| listing(seen)
    });
    let ran = mini::run(with_token(masters(&[&server])));
    assert_eq!(ran.code(), 0);
    assert!(stranger.connections() > 5, "they are asked");
    assert_eq!(got_credentials(&stranger), 0, "without the token");
    assert!(
        stranger.seen().iter().all(|seen| !seen.target.contains("restart")),
        "and by our own paths"
    );
    assert_eq!(ran.item("marathon/root/info.json").outcome, Outcome::Captured);
    assert_eq!(ran.item("marathon/something/info.json").outcome, Outcome::Captured);

    // Named in the inventory, the agent does get it.
    let mut targets = masters(&[&server]);
    targets.agents = Some(vec![there]);
    let before = stranger.seen().len();
    mini::run(with_token(targets));
    let with_header = stranger.seen()[before..]
        .iter()
        .filter(|seen| seen.header("authorization").is_some())
        .count();
    assert!(with_header > 0);
}

#[test]
fn a_server_that_sends_our_credential_back_does_not_get_it_into_the_archive() {
    let server = Misbehaving::start("127.0.0.1", |seen, _| {
        let sent = seen.header("authorization").unwrap_or_default().to_owned();
        match seen.path() {
            "/state" => ok(&format!("{{\"you\":\"{}{sent}\"}}", "x".repeat(9000))),
            "/version" => status(200, &format!("application/json; {sent}"), "{}"),
            "/flags" => status(401, "text/plain", &sent),
            "/redirect" => redirect(&format!("//127.0.0.1:1/{sent}?{sent}")),
            _ => mini::healthy(seen),
        }
    });
    let ran = mini::run(with_token(masters(&[&server])));
    let state = ran.item("/state.json");
    assert_eq!(state.outcome, Outcome::Failed);
    assert_eq!(
        state.reason.as_deref(),
        Some("the answer repeats our own credential; it is not kept")
    );
    assert!(!everything(&ran).contains(TOKEN), "{}", everything(&ran));
    let flags = ran.item("/flags.json");
    assert_eq!((&flags.outcome, flags.attempts), (&Outcome::Refused, 1));
    assert!(
        flags.reason.as_deref().unwrap().contains("expired?"),
        "{:?}",
        flags.reason
    );
}

#[test]
fn basic_credentials_are_sent_as_http_wants_them() {
    let server = spoiled("/none", |_| ok("{}"));
    let targets = masters(&[&server]);
    let credentials = Credentials::basic("ops", &"not-a-password".into(), targets.named_origins());
    let mut job = mini::job(targets, limits());
    job.credentials = credentials;
    let ran = mini::run(job);
    assert_eq!(ran.collected.manifest.auth, "basic");
    // base64 of `ops:not-a-password`.
    assert!(
        server
            .seen()
            .iter()
            .all(|seen| seen.header("authorization") == Some("Basic b3BzOm5vdC1hLXBhc3N3b3Jk"))
    );
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

fn router(server: &Misbehaving) -> Base {
    Base::parse(&server.authority(), 80).unwrap()
}

#[test]
fn a_password_is_exchanged_for_a_token_once_and_never_follows_a_redirect() {
    let server = Misbehaving::start("127.0.0.1", |seen, before| match (seen.path(), before) {
        ("/acs/api/v1/auth/login", 0) => ok(&format!("{{\"token\":\"{TOKEN}\"}}")),
        ("/acs/api/v1/auth/login", 1) => status(401, "application/json", "{\"title\":\"no\"}"),
        _ => redirect("http://127.0.0.1:1/steal"),
    });
    let asked = Login::Password {
        user: "ops".to_owned(),
        password: "not-a-password".into(),
    };
    let log_in = || block_on(login(&asked, &router(&server), &limits(), &Tls::default(), None));
    assert_eq!(log_in().unwrap().expose_secret(), TOKEN);
    let refused = log_in().err().unwrap();
    assert!(
        matches!(refused, LoginError::Refused { .. }) && !refused.to_string().contains("not-a-password"),
        "{refused}"
    );
    assert!(matches!(log_in(), Err(LoginError::Security { .. })));
    let seen = server.seen();
    assert_eq!(seen.len(), 3);
    assert_eq!(
        (seen[0].method.as_str(), seen[0].body.as_str()),
        ("POST", r#"{"uid":"ops","password":"not-a-password"}"#)
    );
}

/// Runs openssl in a folder; `false` when it is not there.
fn openssl(folder: &Path, arguments: &str) -> bool {
    let Ok(output) = Command::new("openssl")
        .args(arguments.split(' '))
        .current_dir(folder)
        .output()
    else {
        crate::support::skipped("openssl is not installed");
        return false;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    true
}

#[test]
fn a_service_account_signs_a_login_token_that_its_public_key_verifies() {
    let folder = tempfile::tempdir().unwrap();
    if !openssl(folder.path(), "genrsa -out key.pem 2048") {
        return;
    }
    openssl(folder.path(), "rsa -in key.pem -pubout -out public.pem");
    let pem = std::fs::read_to_string(folder.path().join("key.pem")).unwrap();
    let file = serde_json::json!({"scheme": "RS256", "uid": "robot", "private_key": pem,
        "login_endpoint": "https://leader.mesos/acs/api/v1/auth/login"});
    let account = ServiceAccount::parse(&file.to_string()).unwrap();
    let server = Misbehaving::start("127.0.0.1", |_, _| ok(&format!("{{\"token\":\"{TOKEN}\"}}")));
    let token = block_on(login(
        &Login::Service(Box::new(account)),
        &router(&server),
        &limits(),
        &Tls::default(),
        None,
    ));
    assert_eq!(token.unwrap().expose_secret(), TOKEN);
    let body: serde_json::Value = serde_json::from_str(&server.seen()[0].body).unwrap();
    assert_eq!(body["uid"], "robot");
    let jwt = body["token"].as_str().unwrap();
    let (signed, signature) = jwt.rsplit_once('.').unwrap();
    let engine = base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let claims: serde_json::Value =
        serde_json::from_slice(&engine.decode(signed.split_once('.').unwrap().1).unwrap()).unwrap();
    assert_eq!(claims["uid"], "robot");
    assert!(claims["exp"].as_i64().unwrap() > 1_700_000_000);
    std::fs::write(folder.path().join("signed"), signed).unwrap();
    std::fs::write(folder.path().join("signature"), engine.decode(signature).unwrap()).unwrap();
    openssl(
        folder.path(),
        "dgst -sha256 -verify public.pem -signature signature signed",
    );
    for (broken, told) in [
        ("{}".to_owned(), "is not the JSON of a service account"),
        (file.to_string().replace("RS256", "HS256"), "scheme is not RS256"),
        (
            serde_json::json!({"uid": "robot", "private_key": "x"}).to_string(),
            "no private key in PEM form",
        ),
    ] {
        let error = ServiceAccount::parse(&broken).err().unwrap();
        assert!(error.contains(told) && !error.contains("BEGIN"), "{error}");
    }
}

/// A certificate authority, and a server certificate it signed for some name.
fn certificates(folder: &Path, name: &str) -> bool {
    if !openssl(
        folder,
        "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test-ca -keyout ca.key -out ca.pem",
    ) {
        return false;
    }
    std::fs::write(
        folder.join("ext"),
        format!("subjectAltName={name}\nbasicConstraints=CA:FALSE\n"),
    )
    .unwrap();
    openssl(
        folder,
        "req -newkey rsa:2048 -nodes -subj /CN=server -keyout server.key -out server.csr",
    ) && openssl(
        folder,
        "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile ext -out server.pem",
    )
}

/// A TLS server that answers every request with `{}`; gives its port and how many requests got through.
fn tls_server(folder: &Path) -> (u16, Arc<std::sync::atomic::AtomicUsize>) {
    use rustls_pki_types::pem::PemObject as _;
    use rustls_pki_types::{CertificateDer, PrivateKeyDer};
    gonogo::collect::tls::provide_crypto();
    let chain = vec![CertificateDer::from_pem_file(folder.join("server.pem")).unwrap()];
    let key = PrivateKeyDer::from_pem_file(folder.join("server.key")).unwrap();
    let config = Arc::new(
        rustls::ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap(),
    );
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let through = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let count = Arc::clone(&through);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (config, count) = (Arc::clone(&config), Arc::clone(&count));
            std::thread::spawn(move || {
                let connection = rustls::ServerConnection::new(config).unwrap();
                let mut tls = rustls::StreamOwned::new(connection, stream);
                let mut buffer = [0; 4096];
                if tls.read(&mut buffer).is_ok_and(|read| read > 0) {
                    count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                    let _ = tls.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
                    tls.conn.send_close_notify();
                    let _ = tls.flush();
                }
            });
        }
    });
    (port, through)
}

fn tls_job(port: u16, authority: Option<PathBuf>, insecure: bool) -> gonogo::collect::Job {
    let targets = Targets {
        mesos: vec![Base::parse(&format!("https://127.0.0.1:{port}"), 5050).unwrap()],
        skipped: BTreeSet::new(),
        ..Targets::default()
    };
    let mut job = with_token(targets);
    job.tls.needed = true;
    job.tls.insecure = insecure;
    if let Some(file) = authority {
        job.tls.add_authority(&file).unwrap();
    }
    job.limits = Limits { ..limits() };
    job
}

#[test]
fn certificates_decide_and_nothing_falls_back() {
    let folder = tempfile::tempdir().unwrap();
    if !certificates(folder.path(), "IP:127.0.0.1") {
        return;
    }
    let (port, through) = tls_server(folder.path());
    let count = || through.load(std::sync::atomic::Ordering::SeqCst);
    let ca = folder.path().join("ca.pem");

    // Nobody vouches for it: no request gets through, no item is captured, exit code 7.
    let ran = mini::run(tls_job(port, None, false));
    let version = ran.item("/version.json");
    assert_eq!(
        (&version.outcome, version.attempts, count()),
        (&Outcome::Failed, 1, 0),
        "{:?}",
        version.reason
    );
    assert!(
        version.reason.as_deref().unwrap().contains("--ca-cert"),
        "{:?}",
        version.reason
    );
    assert_eq!(ran.code(), 7);

    // A CA that did not sign it is named.
    let other = tempfile::tempdir().unwrap();
    assert!(certificates(other.path(), "IP:127.0.0.1"));
    let ran = mini::run(tls_job(port, Some(other.path().join("ca.pem")), false));
    let told = ran.item("/version.json").reason.clone().unwrap();
    assert!(
        told.contains(&other.path().join("ca.pem").display().to_string()),
        "{told}"
    );
    assert_eq!(count(), 0);

    // The cluster's own CA.
    let ran = mini::run(tls_job(port, Some(ca), false));
    assert_eq!(
        ran.item("/version.json").outcome,
        Outcome::Captured,
        "{:?}",
        ran.item("/version.json").reason
    );
    assert!(count() > 0 && !ran.collected.manifest.insecure);

    // Switched off: works, and is recorded.
    let ran = mini::run(tls_job(port, None, true));
    assert_eq!(ran.item("/version.json").outcome, Outcome::Captured);
    assert!(ran.collected.manifest.insecure);
}

#[test]
fn a_certificate_for_another_name_and_a_server_without_tls_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    if !certificates(folder.path(), "DNS:other.example") {
        return;
    }
    let ca = folder.path().join("ca.pem");
    let (port, through) = tls_server(folder.path());
    let ran = mini::run(tls_job(port, Some(ca.clone()), false));
    assert_eq!((&ran.item("/version.json").outcome, ran.code()), (&Outcome::Failed, 7));
    assert_eq!(through.load(std::sync::atomic::Ordering::SeqCst), 0);

    let plain = Misbehaving::start("127.0.0.1", |_, _| Answer::Hang);
    let mut job = tls_job(plain.address.port(), Some(ca), false);
    job.limits.connect = std::time::Duration::from_millis(400);
    let ran = mini::run(job);
    assert_ne!(ran.item("/version.json").outcome, Outcome::Captured);
    assert!(plain.seen().is_empty(), "nothing was said in plain");
}
