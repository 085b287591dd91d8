//! Fields as releases of Marathon read them, on attributes as genuine agents give them.

use std::borrow::Cow;

use gonogo::facts::Facts;
use gonogo::facts::placement::racks::Racks;
use gonogo::facts::placement::{Fit, Placer, Reading, read};
use gonogo::snapshot::mesos::Attribute;

use super::world::{World, agent, workload};
use crate::public_captures::captures;
use crate::snapshot::{captured, snapshot};
use crate::support::fixture::Cluster;

fn text(value: Attribute, release: &str) -> Result<String, ()> {
    let mut agent = agent(1, None);
    agent.attributes.insert("a".to_owned(), value);
    match read(&agent, "a", &release.parse().unwrap()).unwrap() {
        Reading::Text(text) => Ok(text.into_owned()),
        Reading::Unknown(_) => Err(()),
        Reading::Absent => panic!("the attribute is there"),
    }
}

#[test]
fn attributes_have_the_text_of_their_release() {
    let scalar = Attribute::Scalar;
    let listed = |list: &str| Attribute::Text(list.to_owned());
    for (value, old, middle, new) in [
        (listed("rack-1"), Ok("rack-1"), Ok("rack-1"), Ok("rack-1")),
        (scalar(4.0), Ok(""), Ok("4"), Ok("4")),
        (scalar(-4.0), Ok(""), Ok("-4"), Ok("-4")),
        (scalar(0.8), Ok(""), Err(()), Ok("0.8")),
        (scalar(1.0005), Ok(""), Err(()), Ok("1")),
        (scalar(1.00051), Ok(""), Err(()), Ok("1.001")),
        (scalar(1.1005), Ok(""), Err(()), Ok("1.101")),
        (scalar(0.0625), Ok(""), Err(()), Ok("0.062")),
        (scalar(0.1875), Ok(""), Err(()), Ok("0.188")),
        (scalar(1_000_000.5), Ok(""), Err(()), Ok("1000000.5")),
        (scalar(1000.0), Ok(""), Err(()), Ok("1000")),
        (scalar(1e22), Ok(""), Err(()), Err(())),
        (listed("[8-9, 1-5]"), Ok(""), Ok("[1-5,8-9]"), Ok("[1-5,8-9]")),
        (listed("[1-x]"), Ok(""), Err(()), Err(())),
        (listed("{b, a}"), Ok(""), Ok("{a,b}"), Ok("{a,b}")),
        (listed("{ä}"), Ok(""), Err(()), Err(())),
    ] {
        let seen = ["1.1.7", "1.5.15", "1.10.26"].map(|release| text(value.clone(), release));
        let expected = [old, middle, new].map(|text| text.map(str::to_owned));
        assert_eq!(seen, expected, "{value:?}");
    }
}

#[test]
fn names_are_read_by_release() {
    let mut agent = agent(1, Some("r1"));
    agent.domain = Some(("east".to_owned(), "east-1".to_owned()));
    let reading = |name: &str, release: &str| match read(&agent, name, &release.parse().unwrap()).unwrap() {
        Reading::Text(Cow::Borrowed(text)) => Some(text),
        Reading::Absent => None,
        other => panic!("{other:?}"),
    };
    for (name, before, from) in [
        ("hostname", Some("10.0.1.1"), Some("10.0.1.1")),
        ("@hostname", None, Some("10.0.1.1")),
        ("@region", None, Some("east")),
        ("@zone", None, Some("east-1")),
        ("rack", Some("r1"), Some("r1")),
        ("Rack", None, None),
        ("", None, None),
    ] {
        assert_eq!(
            (reading(name, "1.5.15"), reading(name, "1.6.322")),
            (before, from),
            "{name}"
        );
    }
    assert!(read(&agent, "rack", &"1.2.0".parse().unwrap()).is_err());
}

/// Placement on a genuine cluster that was recorded in the lab: five agents in three racks, one of them public.
#[test]
fn genuine_agents_take_what_their_domains_and_roles_allow() {
    let snapshot = Cluster::read("lab-1.5.3").snapshot();
    let facts = Facts::new(&snapshot);
    let marathon = &World::of([None]).snapshot("1.6.496").marathons[0].clone();
    let mut placer = Placer::new(&facts, marathon, &"1.6.496".parse().unwrap()).unwrap();
    let mut most = |all: &[&[&str]], public: bool| {
        let mut app = workload(all, 9);
        let role = if public { "slave_public" } else { "*" };
        app.accepted = Ok(vec![role.to_owned()]);
        placer.fits(&app, &[]).at_most
    };
    for (constraint, private, public) in [
        (&["hostname", "UNIQUE"][..], Some(4), Some(1)),
        (&["rack", "UNIQUE"], Some(3), Some(1)),
        (&["@zone", "UNIQUE"], Some(3), Some(1)),
        (&["@region", "UNIQUE"], Some(1), Some(1)),
        (&["@region", "IS", "lab-region"], None, None),
        (&["@region", "IS", "elsewhere"], Some(0), Some(0)),
        (&["rack", "CLUSTER", "r3"], None, Some(0)),
        (&["public_ip", "LIKE", "true"], Some(0), None),
    ] {
        assert_eq!(
            (most(&[constraint], false), most(&[constraint], true)),
            (private, public),
            "{constraint:?}"
        );
    }
    let racks = Racks::of(placer.agents(), "rack");
    let names: Vec<&str> = racks.named.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "lab-region/lab-zone-a",
            "lab-region/lab-zone-b",
            "lab-region/lab-zone-c"
        ]
    );
    let mut zones = workload(&[&["@zone", "UNIQUE"]], 3);
    // Which roles it takes is not known where it names none: the lab has no Marathon that would say.
    assert!(matches!(placer.fits(&zones, &[]).fit, Fit::Unknown { .. }));
    zones.accepted = Ok(vec!["*".to_owned()]);
    let losses = placer.losses(&zones, &racks);
    // Two zones have one private agent each, the third has two.
    assert_eq!((losses.agents.len(), losses.racks.len()), (2, 3));
}

/// After a failover an agent is missing from the list: nothing is placed on what may not be all.
#[test]
fn a_genuine_list_that_lost_an_agent_is_in_doubt_or_smaller() {
    let snapshot = Cluster::read("lab-no-quorum").snapshot();
    let facts = Facts::new(&snapshot);
    let marathon = &World::of([None]).snapshot("1.6.496").marathons[0].clone();
    assert!(Placer::new(&facts, marathon, &"1.6.496".parse().unwrap()).is_err());
}

/// Attributes of public captures: all are read, and those that are no text by the rule of the release.
#[test]
fn attributes_of_public_captures_are_read() {
    let Some(folder) = captures().map(|folder| folder.join("public/mesos-master-state")) else {
        crate::support::skipped("attributes of public captures (no ../shared/captures here)");
        return;
    };
    let mut texts = std::collections::BTreeSet::new();
    let mut entries: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        let bytes = std::fs::read(&path).unwrap();
        let snapshot = snapshot(&[captured("data/mesos-master/10.0.0.1/state.json", &bytes)]);
        for agent in snapshot.agents.known().into_iter().flatten() {
            let names = agent.attributes.keys().map(String::as_str).chain(["hostname", "@zone"]);
            for name in names {
                for release in ["1.1.7", "1.5.15", "1.10.26"] {
                    let reading = read(agent, name, &release.parse().unwrap()).unwrap();
                    let text = match reading {
                        Reading::Text(text) => text.into_owned(),
                        Reading::Absent => "(absent)".to_owned(),
                        Reading::Unknown(why) => panic!("{}: {name}: {why}", path.display()),
                    };
                    texts.insert((name.to_owned(), release, text));
                }
            }
        }
    }
    let has = |name: &str, release, text: &str| texts.contains(&(name.to_owned(), release, text.to_owned()));
    // 0.28.1: `rack:106` is a scalar.
    assert!(has("rack", "1.1.7", "") && has("rack", "1.5.15", "106") && has("rack", "1.10.26", "106"));
    assert!(has("public_ip", "1.1.7", "true") && has("type", "1.10.26", "storage"));
    assert!(has("@zone", "1.10.26", "aws/us-west-2d") && has("@zone", "1.5.15", "(absent)"));
}
