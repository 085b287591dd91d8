//! Whole runs of collect against servers that misbehave: redirects, hosts that are not there, deadline, gentleness.

use crate::collect_misbehaving::{ends, raw, with_state};
use crate::support::mini::{self, limits, masters, spoiled};
use crate::support::misbehaving::{Answer, Misbehaving, ok, redirect};
use gonogo::collect::Limits;
use gonogo::model::Outcome;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

#[test]
fn what_is_not_http_is_refused_at_once() {
    let garbage = Answer::Raw(b"SSH-2.0-OpenSSH_9.2\r\n\r\n".to_vec());
    ends(
        "another protocol",
        limits(),
        garbage,
        &Outcome::Failed,
        "does not answer in HTTP/1.1",
        1,
    );
    let many = "X-Y: z\r\n".repeat(200);
    ends(
        "many headers",
        limits(),
        raw(&many, b"{}"),
        &Outcome::Failed,
        "does not answer in HTTP/1.1",
        1,
    );
    let huge = Answer::Endless {
        head: b"HTTP/1.1 200 OK\r\nX: ".to_vec(),
        again: vec![b'y'; 8192],
    };
    ends(
        "an endless header",
        limits(),
        huge,
        &Outcome::Failed,
        "does not answer in HTTP/1.1",
        1,
    );
    let (ran, server) = with_state(limits(), |_| raw("Content-Length: -1\r\n", b"{}"));
    assert_eq!(ran.item("/state.json").outcome, Outcome::Failed);
    assert!((1..=3).contains(&server.asked("/state")));
}

#[test]
fn a_redirect_loop_ends_after_three_hops() {
    let server = Misbehaving::start("127.0.0.1", |seen, _| match seen.path() {
        "/state" => redirect(&format!("//{}/state", seen.header("host").unwrap())),
        _ => mini::healthy(seen),
    });
    let ran = mini::run(mini::job(masters(&[&server]), limits()));
    let state = ran.item("/state.json");
    assert_eq!(state.outcome, Outcome::Failed);
    assert!(
        state.reason.as_deref().unwrap().contains("redirected 4 times"),
        "{:?}",
        state.reason
    );
    assert_eq!((server.asked("/state"), ran.code()), (4, 5));
}

#[test]
fn a_redirect_without_a_target_or_to_another_protocol_is_refused() {
    for location in ["", "ftp://127.0.0.1/state", "file:///etc/passwd", "http://["] {
        let (ran, server) = with_state(limits(), move |_| redirect(location));
        let state = ran.item("/state.json");
        assert_eq!(state.outcome, Outcome::Failed, "{location}: {:?}", state.reason);
        assert_eq!(server.asked("/state"), 1, "{location}");
    }
}

#[test]
fn hosts_that_are_not_there_leave_a_record_for_every_item() {
    let gone = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().to_string()
    };
    let alive = spoiled("/none", |_| ok("{}"));
    let mut targets = masters(&[&alive]);
    targets.mesos.push(gonogo::collect::Base::parse(&gone, 5050).unwrap());
    let ran = mini::run(mini::job(targets, limits()));
    let folder = gone.replace(':', "_");
    let of_gone: Vec<_> = ran
        .collected
        .manifest
        .evidence
        .iter()
        .filter(|evidence| evidence.item.starts_with(&format!("data/mesos-master/{folder}/")))
        .collect();
    // Six items of its own, and who leads at the end.
    assert_eq!(of_gone.len(), 7);
    for evidence in &of_gone {
        assert_eq!(evidence.outcome, Outcome::Failed);
        assert!(
            evidence.reason.as_deref().unwrap().contains("no connection to"),
            "{:?}",
            evidence.reason
        );
    }
    // Tried three times once, and not again for each item.
    assert_eq!(of_gone.iter().map(|evidence| evidence.attempts).sum::<u32>(), 6);
    assert_eq!(
        ran.item("/state.json").outcome,
        Outcome::Captured,
        "the other master leads"
    );
    assert_eq!(ran.code(), 5);
}

#[test]
fn the_deadline_ends_the_run_with_a_record_for_every_item() {
    let server = Misbehaving::start("127.0.0.1", |_, _| Answer::Hang);
    let limits = Limits {
        deadline: Duration::from_millis(500),
        ..limits()
    };
    let ran = mini::run(mini::job(masters(&[&server]), limits));
    let version = ran.item("/version.json");
    assert_eq!(version.outcome, Outcome::TimedOut);
    assert_eq!(
        version.reason.as_deref(),
        Some("the run's deadline of 500 ms was reached")
    );
    for item in ["/flags.json", "/state.json", "/slaves.json", "/redirect_end.txt"] {
        assert_eq!(ran.item(item).outcome, Outcome::TimedOut, "{item}");
    }
    assert_eq!((server.connections(), ran.code()), (1, 5));
}

#[test]
fn a_host_never_sees_more_than_two_requests_nor_two_states_at_a_time() {
    let (open, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (states, most_states) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let servers: Vec<Misbehaving> = (0..4)
        .map(|_| {
            let (open, most) = (Arc::clone(&open), Arc::clone(&most));
            let (states, most_states) = (Arc::clone(&states), Arc::clone(&most_states));
            Misbehaving::start("127.0.0.1", move |seen, _| {
                let heavy = matches!(seen.path(), "/state" | "/frameworks");
                most.fetch_max(open.fetch_add(1, SeqCst) + 1, SeqCst);
                if heavy {
                    most_states.fetch_max(states.fetch_add(1, SeqCst) + 1, SeqCst);
                }
                std::thread::sleep(Duration::from_millis(5));
                if heavy {
                    states.fetch_sub(1, SeqCst);
                }
                open.fetch_sub(1, SeqCst);
                // All four say that they lead: every one of them is asked for its state.
                mini::healthy(seen)
            })
        })
        .collect();
    let targets = masters(&servers.iter().collect::<Vec<_>>());
    let ran = mini::run(mini::job(targets, limits()));
    assert_eq!(ran.code(), 0);
    assert!(servers.iter().all(|server| server.asked("/state") == 1));
    assert_eq!((most.load(SeqCst), most_states.load(SeqCst)), (2, 1));
}

#[test]
fn an_agent_listed_under_two_ids_is_asked_once() {
    let server = Misbehaving::start("127.0.0.1", |seen, _| match seen.path() {
        "/slaves" => {
            let address = seen.header("host").unwrap();
            let agent = |id: &str| format!(r#"{{"id":"{id}","hostname":"h","pid":"slave(1)@{address}"}}"#);
            ok(&format!("{{\"slaves\":[{},{}]}}", agent("a-S1"), agent("b-S7")))
        }
        _ => mini::healthy(seen),
    });
    let ran = mini::run(mini::job(masters(&[&server]), limits()));
    assert_eq!(server.asked("/state"), 2, "once as master, once as agent");
    assert_eq!(ran.code(), 0);
}
