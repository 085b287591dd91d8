//! Fields as releases of Marathon read them, on attributes as genuine agents give them.

use std::borrow::Cow;

use gonogo::facts::placement::{Reading, read};
use gonogo::snapshot::mesos::Attribute;

use super::world::agent;

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
