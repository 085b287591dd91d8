//! Four-letter words over plain TCP: answers, refusals, silence. And proxies of the environment, which are never used.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::time::Duration;

use gonogo::collect::{Base, Limits};
use gonogo::model::Outcome;

use crate::support::mini::{self, limits, masters, spoiled};
use crate::support::misbehaving::{Misbehaving, ok};

/// A server that answers each word as told; `None` keeps the connection open and silent.
fn words(answer: impl Fn(&str) -> Option<&'static str> + Send + Sync + 'static) -> Base {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut word = [0; 4];
            if stream.read_exact(&mut word).is_err() {
                continue;
            }
            match answer(std::str::from_utf8(&word).unwrap()) {
                Some(text) => drop(stream.write_all(text.as_bytes())),
                // Until the other side gives up.
                None => drop(stream.read(&mut word)),
            }
        }
    });
    Base::parse(&address, 2181).unwrap()
}

#[test]
fn a_refused_word_is_a_normal_answer_and_silence_is_not() {
    let server = words(|word| match word {
        "ruok" => Some("imok"),
        "srvr" => Some("srvr is not executed because it is not in the whitelist.\n"),
        "mntr" => None,
        _ => Some(""),
    });
    let master = spoiled("/none", |_| ok("{}"));
    let mut targets = masters(&[&master]);
    targets.zookeepers = vec![server];
    let short = Limits {
        first_byte: Duration::from_millis(500),
        ..limits()
    };
    let ran = mini::run(mini::job(targets, short));
    let told = |item: &str| {
        let evidence = ran.item(item);
        (evidence.outcome.clone(), evidence.reason.clone().unwrap_or_default())
    };
    assert_eq!(told("/ruok.txt"), (Outcome::Captured, String::new()));
    let (outcome, reason) = told("/srvr.txt");
    assert_eq!(outcome, Outcome::NotApplicable);
    assert!(reason.contains("not in the whitelist"), "{reason}");
    let (outcome, reason) = told("/mntr.txt");
    assert_eq!(outcome, Outcome::TimedOut, "{reason}");
    let (outcome, reason) = told("/conf.txt");
    assert_eq!(outcome, Outcome::Failed);
    assert!(reason.contains("closed the connection without an answer"), "{reason}");
    // A named server must answer: `mntr` is missing.
    assert_eq!(ran.code(), 5);
}

#[test]
fn proxies_of_the_environment_are_never_used() {
    let master = spoiled("/none", |_| ok("{}"));
    let proxy = Misbehaving::start("127.0.0.1", |_, _| ok("{}"));
    let folder = tempfile::tempdir().unwrap();
    let url = format!("http://{}", proxy.authority());
    let status = Command::new(env!("CARGO_BIN_EXE_gonogo"))
        .args([
            "collect",
            "--masters",
            &master.authority(),
            "--phase",
            "pre",
            "-q",
            "-o",
        ])
        .arg(folder.path().join("pre.zip"))
        .envs([
            ("HTTP_PROXY", &url),
            ("http_proxy", &url),
            ("ALL_PROXY", &url),
            ("all_proxy", &url),
        ])
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(0));
    assert_eq!(proxy.connections(), 0);
    assert!(master.connections() > 0);
}
