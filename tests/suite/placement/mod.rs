//! Satisfiability: what each operator leaves room for, by release; what is not known stays unknown.

mod command;
mod law;
mod public;
pub mod world;

use gonogo::facts::Facts;
use gonogo::facts::placement::{Fit, Workload};
use gonogo::snapshot::mesos::Attribute;

use world::{World, agent, fits, most, workload};

/// The sentence of an answer "cannot".
fn because(world: &World, marathon: &str, constraints: &[&[&str]], instances: u64) -> String {
    match fits(world, marathon, constraints, instances).fit {
        Fit::CannotFit { because, .. } => because,
        other => panic!("{constraints:?} on {marathon}: {other:?}"),
    }
}

fn is_unknown(world: &World, marathon: &str, constraints: &[&[&str]], instances: u64) -> String {
    match fits(world, marathon, constraints, instances).fit {
        Fit::Unknown { why } => why,
        other => panic!("{constraints:?} on {marathon}: {other:?}"),
    }
}

/// Five agents in three racks, one without a rack.
fn racks() -> World {
    World::of([Some("r1"), Some("r1"), Some("r2"), Some("r3"), None])
}

#[test]
fn every_operator_has_its_room() {
    let world = racks();
    let none = None;
    for (constraint, room) in [
        (&["hostname", "UNIQUE"][..], Some(5)),
        (&["rack", "UNIQUE"], Some(3)),
        (&["rack", "MAX_PER", "2"], Some(6)),
        (&["rack", "MAX_PER", "0"], Some(3)),
        (&["rack", "CLUSTER"], none),
        (&["rack", "CLUSTER", "r9"], Some(0)),
        (&["rack", "LIKE", "r[12]"], none),
        (&["rack", "LIKE", "r"], Some(0)),
        (&["rack", "LIKE", ""], Some(0)),
        (&["rack", "UNLIKE", "r.*"], none),
        (&["hostname", "UNLIKE", ".*"], Some(0)),
        (&["rack", "GROUP_BY"], none),
        (&["rack", "GROUP_BY", "3"], none),
        (&["rack", "GROUP_BY", "4"], Some(3)),
        (&["nowhere", "UNIQUE"], Some(0)),
        (&["nowhere", "CLUSTER"], Some(0)),
        (&["nowhere", "UNLIKE", "x"], none),
    ] {
        assert_eq!(most(&world, "1.5.11", &[constraint], 9), room, "{constraint:?}");
    }
}

#[test]
fn releases_differ() {
    let mut world = racks();
    // UNLIKE with an empty expression: the host name passes up to 1.5, nothing that is there passes from 1.6.
    let empty: &[&[&str]] = &[&["hostname", "UNLIKE", ""]];
    assert_eq!(fits(&world, "1.5.11", empty, 1).fit, Fit::Fits);
    assert_eq!(most(&world, "1.6.392", empty, 1), Some(0));
    // @hostname is an attribute of that name before 1.6.
    let at_host: &[&[&str]] = &[&["@hostname", "UNIQUE"]];
    assert_eq!(most(&world, "1.5.11", at_host, 1), Some(0));
    assert_eq!(most(&world, "1.6.392", at_host, 1), Some(5));
    // MAX_PER on an attribute does not work up to 1.4.3.
    let per: &[&[&str]] = &[&["rack", "MAX_PER", "1"]];
    assert_eq!(most(&world, "1.4.3", per, 4), None);
    assert_eq!(most(&world, "1.4.4", per, 4), Some(3));
    is_unknown(&world, "1.1.7", per, 1);
    // GROUP_BY of 1.11 divides.
    let by = |value| -> Vec<Vec<&str>> { vec![vec!["rack", "GROUP_BY", value]] };
    for (value, instances, room) in [("0", 1, 0), ("2", 5, 5), ("3", 7, 7), ("4", 8, 6), ("9", 8, 3)] {
        let list = by(value);
        let list: Vec<&[&str]> = list.iter().map(Vec::as_slice).collect();
        assert_eq!(
            most(&world, "1.11.24", &list, instances),
            Some(room),
            "{value} {instances}"
        );
    }
    // Attributes that are not text are empty up to 1.1.
    for (at, agent) in world.agents_mut().iter_mut().enumerate() {
        let level = f64::from(u8::try_from(at).unwrap());
        agent
            .attributes
            .insert("level".to_owned(), Attribute::Scalar(level / 2.0));
    }
    let level: &[&[&str]] = &[&["level", "UNIQUE"]];
    assert_eq!(most(&world, "1.1.7", level, 9), Some(1));
    assert_eq!(most(&world, "1.6.392", level, 9), Some(5));
    assert!(is_unknown(&world, "1.5.11", level, 5).contains("number format"));
    assert_eq!(most(&world, "1.6.392", &[&["level", "IS", "1.50"]], 1), None);
    assert_eq!(most(&world, "1.6.392", &[&["level", "CLUSTER", "1.50"]], 1), Some(0));
    assert_eq!(most(&world, "1.6.392", &[&["level", "LIKE", "[01]\\.5"]], 1), None);
    is_unknown(&world, "1.5.11", &[&["level", "IS", "1.5"]], 1);
}

#[test]
fn domains_belong_to_1_6_and_later_and_the_local_region_holds() {
    let mut world = racks();
    for (at, agent) in world.agents_mut().iter_mut().enumerate() {
        let region = if at < 2 { "east" } else { "west" };
        agent.domain = Some((region.to_owned(), format!("zone-{}", at % 2)));
    }
    let zones: &[&[&str]] = &[&["@zone", "UNIQUE"]];
    assert_eq!(most(&world, "1.5.11", zones, 3), Some(0));
    assert_eq!(most(&world, "1.6.392", zones, 3), Some(2));
    assert_eq!(
        most(
            &world,
            "1.8.244",
            &[&["@region", "IS", "west"], &["hostname", "UNIQUE"]],
            9
        ),
        Some(3)
    );
    // The leading master has no region: what names neither region nor zone is refused everywhere.
    let plain: &[&[&str]] = &[&["hostname", "UNIQUE"]];
    assert!(because(&world, "1.8.244", plain, 1).contains("5 in another region"));
    // Mesos would not admit such agents: before 1.6, where Mesos decides, nothing is said.
    is_unknown(&world, "1.5.11", plain, 1);
    world.region = Some("east".to_owned());
    for release in ["1.5.11", "1.8.244"] {
        assert_eq!(most(&world, release, plain, 9), Some(2), "{release}");
    }
    // A constraint on the zone opens every region from 1.6 on; before, it is an attribute.
    let zone: &[&[&str]] = &[&["@zone", "UNLIKE", "nowhere"], &["hostname", "UNIQUE"]];
    assert_eq!(most(&world, "1.8.244", zone, 9), Some(5));
    assert_eq!(most(&world, "1.5.11", zone, 9), Some(2));
}

#[test]
fn together_is_less_than_each_alone() {
    let world = World::of([
        Some("r1"),
        Some("r2"),
        Some("r2"),
        Some("r2"),
        Some("r3"),
        Some("r3"),
        Some("r3"),
    ]);
    let both: &[&[&str]] = &[&["rack", "GROUP_BY", "3"], &["hostname", "UNIQUE"]];
    // One instance on r1 holds the two others at two.
    assert_eq!(most(&world, "1.5.11", both, 9), Some(5));
    assert!(because(&world, "1.5.11", both, 6).contains("together leave room for 5 instances"));
    assert_eq!(fits(&world, "1.5.11", both, 5).fit, Fit::Fits);
    let capped: &[&[&str]] = &[&["rack", "MAX_PER", "2"], &["hostname", "UNIQUE"]];
    assert_eq!(most(&world, "1.5.11", capped, 9), Some(5));
    let gathered: &[&[&str]] = &[&["rack", "CLUSTER"], &["hostname", "UNIQUE"]];
    assert_eq!(most(&world, "1.5.11", gathered, 9), Some(3));
    let apart: &[&[&str]] = &[&["rack", "LIKE", "r1"], &["hostname", "LIKE", "10.0.1.2"]];
    assert!(because(&world, "1.5.11", apart, 1).contains("each alone"));
}

#[test]
fn sentences_name_what_was_seen() {
    let world = racks();
    let said = because(&world, "1.5.11", &[&["rack", "LIKE", "r9"]], 1);
    assert_eq!(
        said,
        r#"["rack","LIKE","r9"]: none of 5 agents that can take it passes; their attribute `rack`: `r1`, `r2`, `r3`"#
    );
    let said = because(&world, "1.5.11", &[&["ssd", "CLUSTER", "yes"]], 1);
    assert!(
        said.contains("none of 5 agents that can take it has the attribute `ssd`"),
        "{said}"
    );
    let said = because(&world, "1.5.11", &[&["hostname", "UNIQUE"]], 6);
    assert!(
        said.contains("5 agents that can take it have 5 distinct values, one instance on each"),
        "{said}"
    );
    let said = because(&world, "1.11.24", &[&["rack", "GROUP_BY"]], 1);
    assert!(said.contains("divides by its value"), "{said}");
}

#[test]
fn what_is_not_known_is_said_unless_the_rest_proves_it() {
    let world = racks();
    // Not matched here, but the rest is proof enough.
    let odd: &[&str] = &["rack", "LIKE", "\\X+"];
    is_unknown(&world, "1.5.11", &[odd], 1);
    because(&world, "1.5.11", &[odd, &["hostname", "UNIQUE"]], 6);
    for broken in [
        &["rack", "LIKE", "*"][..],
        &["rack", "LIKE", "(a"],
        &["rack", "unique"],
        &["rack", "BETWEEN", "1"],
        &["rack"],
        &[],
        &["a", "LIKE", "b", "c"],
        &["rack", "MAX_PER", "two"],
        &["rack", "GROUP_BY", "٣"],
    ] {
        is_unknown(&world, "1.5.11", &[broken], 1);
    }
    let exploding = "(a*)*".repeat(40) + "b";
    let mut many = racks();
    for agent in many.agents_mut() {
        agent
            .attributes
            .insert("rack".to_owned(), Attribute::Text("a".repeat(200)));
    }
    is_unknown(&many, "1.5.11", &[&["rack", "LIKE", &format!("(?=a){exploding}")]], 1);
}

#[test]
fn agents_that_do_not_count() {
    let mut world = racks();
    let unique: &[&[&str]] = &[&["hostname", "UNIQUE"]];
    world.agents_mut()[0].active = Some(false);
    assert_eq!(most(&world, "1.5.11", unique, 9), Some(4));
    world.agents_mut()[1].deactivated = Some(true);
    assert_eq!(most(&world, "1.5.11", unique, 9), Some(3));
    // A public agent offers nothing to an app that names no role.
    let public = &mut world.agents_mut()[2];
    public.reserved_roles = vec!["slave_public".to_owned()];
    public.unreserved = Some(false);
    assert_eq!(most(&world, "1.5.11", unique, 9), Some(2));
    let mut app = workload(unique, 9);
    app.accepted = Ok(vec!["slave_public".to_owned()]);
    assert_eq!(world.outcome("1.5.11", &app, &[]).at_most, Some(1));
    app.accepted = Ok(vec!["slave_public".to_owned(), "*".to_owned()]);
    assert_eq!(world.outcome("1.5.11", &app, &[]).at_most, Some(3));
    app.accepted = Ok(vec!["nobody".to_owned()]);
    assert_eq!(world.outcome("1.5.11", &app, &[]).at_most, Some(0));
    // An agent whose unreserved resources are not shown may offer some.
    world.agents_mut()[2].unreserved = None;
    assert_eq!(most(&world, "1.5.11", unique, 9), Some(3));
    is_unknown(&world, "1.5.11", unique, 3);
    assert_eq!(fits(&world, "1.5.11", unique, 2).fit, Fit::Fits);
}

#[test]
fn an_attribute_given_twice_counts_as_its_first_value() {
    let mut world = racks();
    for agent in world.agents_mut() {
        agent.ambiguous_attributes = vec!["rack".to_owned()];
    }
    assert_eq!(most(&world, "1.6.392", &[&["rack", "UNIQUE"]], 9), Some(3));
    let said = because(&world, "1.6.392", &[&["rack", "LIKE", "r9"]], 1);
    assert!(said.contains("more than once, and the first counts"), "{said}");
    // Up to 1.5 a placed instance is found by any of the values: how many are distinct is not known.
    is_unknown(&world, "1.5.11", &[&["rack", "UNIQUE"]], 3);
}

#[test]
fn a_list_of_agents_in_doubt_places_nothing() {
    let mut world = racks();
    world.lost_agents = 1;
    let snapshot = world.snapshot("1.5.11");
    let facts = Facts::new(&snapshot);
    assert!(world::placer(&facts, "1.5.11").is_err());
    let whole = racks();
    let snapshot = whole.snapshot("1.5.11");
    let facts = Facts::new(&snapshot);
    for release in ["1.2.0", "1.6.0", "0.7.6", "1.12.0", "2.0.0"] {
        assert!(world::placer(&facts, release).is_err(), "{release}");
    }
}

#[test]
fn instances_that_nobody_wants_or_states() {
    let world = racks();
    let impossible: &[&[&str]] = &[&["rack", "CLUSTER", "r9"]];
    assert_eq!(fits(&world, "1.5.11", impossible, 0).fit, Fit::Fits);
    let mut app = workload(impossible, 1);
    app.instances = None;
    assert!(matches!(world.outcome("1.5.11", &app, &[]).fit, Fit::Unknown { .. }));
    app.instances = Some(1);
    app.accepted = Err("its acceptedResourceRoles are not a list of texts".to_owned());
    assert!(matches!(world.outcome("1.5.11", &app, &[]).fit, Fit::Unknown { .. }));
}

#[test]
fn roles_are_read_from_the_definition() {
    let mut app = crate::support::handmade::app("/web");
    assert_eq!(Workload::app(&app).accepted, Ok(Vec::new()));
    app.definition
        .insert("acceptedResourceRoles".to_owned(), r#"["slave_public"]"#.to_owned());
    app.definition.insert("role".to_owned(), r#""prod""#.to_owned());
    let workload = Workload::app(&app);
    assert_eq!(workload.accepted, Ok(vec!["slave_public".to_owned()]));
    assert_eq!(workload.role.as_deref(), Some("prod"));
    app.definition
        .insert("acceptedResourceRoles".to_owned(), "null".to_owned());
    assert_eq!(Workload::app(&app).accepted, Ok(Vec::new()));
    app.definition
        .insert("acceptedResourceRoles".to_owned(), "7".to_owned());
    assert!(Workload::app(&app).accepted.is_err());
}

#[test]
fn taking_agents_away_names_those_that_matter() {
    let world = racks();
    let lost = |constraints: &[&[&str]], instances| world.losses("1.5.11", constraints, instances);
    let host: &[&[&str]] = &[&["hostname", "LIKE", "10.0.1.3"]];
    let one = lost(host, 1);
    assert_eq!(one.agents, [2]);
    assert_eq!(
        one.racks.iter().map(|(rack, _)| rack.as_str()).collect::<Vec<_>>(),
        ["r2"]
    );
    let unique: &[&[&str]] = &[&["hostname", "UNIQUE"]];
    assert_eq!(lost(unique, 5).agents, [0, 1, 2, 3, 4]);
    let fewer = lost(unique, 4);
    assert!(fewer.agents.is_empty());
    assert_eq!(fewer.racks.len(), 1, "only r1 has two agents");
    assert!(lost(unique, 3).is_empty());
    assert_eq!(agent(3, Some("r2")).hostname, "10.0.1.3");
}
