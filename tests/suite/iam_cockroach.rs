//! CockroachDB's own answers about its nodes: read as every version prints them, and nothing else taken for them.

use std::fmt::Write as _;
use std::fs;

use gonogo::sources::cockroach_status::{self, Node};
use gonogo::sources::{cockroach_vars, iam_api};

const CAPTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/captures/public");

/// A capture; none where the captures do not stand beside the project.
fn capture(name: &str) -> Option<Vec<u8>> {
    fs::read(format!("{CAPTURES}/{name}")).ok()
}

fn status(text: &str) -> Vec<Node> {
    cockroach_status::read(text.as_bytes()).unwrap()
}

fn refused(text: &str) -> String {
    cockroach_status::read(text.as_bytes()).unwrap_err().0
}

const TABLE: &str = "\
+----+----------------+--------+---------------------+---------------------+--------+--------------------+------------------------+
| id |    address     | build  |     updated_at      |     started_at      | ranges | ranges_unavailable | ranges_underreplicated |
+----+----------------+--------+---------------------+---------------------+--------+--------------------+------------------------+
|  1 | 10.0.0.1:26257 | v1.1.4 | 2026-11-21 13:56:10 | 2026-11-01 20:11:00 |    195 |                  0 |                      0 |
|  2 | 10.0.0.2:26257 | v1.1.4 | 2026-11-21 13:56:05 | 2026-11-01 13:33:45 |    200 |                  1 |                      7 |
+----+----------------+--------+---------------------+---------------------+--------+--------------------+------------------------+
";

#[test]
fn the_drawn_table_of_1_1_is_read_by_its_header() {
    let nodes = status(TABLE);
    assert_eq!(nodes.len(), 2);
    assert_eq!((nodes[1].unavailable, nodes[1].underreplicated), (Some(1), Some(7)));
    assert_eq!(
        (nodes[0].id, nodes[0].address.as_deref(), nodes[0].build.as_deref()),
        (1, Some("10.0.0.1:26257"), Some("v1.1.4"))
    );
    assert_eq!((nodes[0].live, nodes[0].decommissioned), (None, false));
}

#[test]
fn tabs_commas_and_the_later_drawing_say_the_same() {
    let mut tabs = String::from("id\taddress\tbuild\tis_live\tranges_unavailable\tranges_underreplicated\n");
    let mut commas =
        String::from("ranges_underreplicated,id,locality,address,build,is_live,ranges_unavailable,membership\n");
    let mut drawn = String::from(
        "  id |    address     | build  | is_live | ranges_unavailable | ranges_underreplicated\n+----+---+\n",
    );
    for (id, live) in [(1, "true"), (2, "false")] {
        let _ = writeln!(tabs, "{id}\t10.0.0.{id}:26257\tv2.1.8\t{live}\t0\t3");
        let _ = writeln!(
            commas,
            "3,{id},\"region=a,zone=b\",10.0.0.{id}:26257,v2.1.8,{live},0,active"
        );
        let _ = writeln!(drawn, "   {id} | 10.0.0.{id}:26257 | v2.1.8 | {live} | 0 | 3");
    }
    tabs.push_str("# 2 rows\n");
    drawn.push_str("(2 rows)\n");
    assert_eq!(status(&tabs), status(&commas));
    assert_eq!(status(&tabs), status(&drawn));
    assert_eq!(status(&tabs)[1].live, Some(false));
}

#[test]
fn null_is_not_known_and_never_zero() {
    let nodes = status(
        "id\taddress\tranges_unavailable\tranges_underreplicated\tmembership\n3\tNULL\tNULL\tNULL\tdecommissioned\n",
    );
    assert_eq!(
        (nodes[0].unavailable, nodes[0].underreplicated, nodes[0].address.clone()),
        (None, None, None)
    );
    assert!(nodes[0].decommissioned);
}

#[test]
fn a_table_that_is_cut_off_or_none_at_all_is_refused() {
    for (text, why) in [
        ("", "no table"),
        (
            "Error: cannot dial server.\nFailed running \"node status\"\n",
            "no table",
        ),
        (
            "id\taddress\tranges_unavailable\n1\ta\t0\n",
            "no column ranges_underreplicated",
        ),
        ("id\tranges_unavailable\tranges_underreplicated\n", "lists no node"),
        (
            "id\tranges_unavailable\tranges_underreplicated\n1\t0\n",
            "2 columns, the header has 3",
        ),
        (
            "id\tranges_unavailable\tranges_underreplicated\n1\tx\t0\n",
            "line 2: ranges_unavailable is no whole number",
        ),
        (
            "id\tranges_unavailable\tranges_underreplicated\n1\t-1\t0\n",
            "no whole number",
        ),
        (
            "id\tranges_unavailable\tranges_underreplicated\tid\n1\t0\t0\t2\n",
            "two columns are named id",
        ),
        (
            "id\tranges_unavailable\tranges_underreplicated\n1\t0\t0\n# 3 rows\n",
            "1 rows where 3 are announced",
        ),
    ] {
        assert!(refused(text).contains(why), "{why}: {}", refused(text));
    }
    let rows = TABLE.find("|  1").unwrap();
    for at in rows..TABLE.len() - 2 {
        let part = &TABLE[..at];
        if let Ok(nodes) = cockroach_status::read(part.as_bytes()) {
            assert!(
                part.trim_end().ends_with("-+") || part.lines().last().unwrap().starts_with('+'),
                "{part}"
            );
            assert_eq!(nodes.len(), 2, "{part}");
        }
    }
}

#[test]
fn genuine_tables_have_what_their_list_says() {
    let (Some(old), Some(new)) = (
        capture("cockroach/node-status-ranges-v1.1.4.txt"),
        capture("cockroach/node-status-all-v22.1-decommissioned.csv"),
    ) else {
        eprintln!("skipped: no public captures beside the project");
        return;
    };
    let old = cockroach_status::read(&old).unwrap();
    assert_eq!(old.iter().map(|node| node.id).collect::<Vec<_>>(), [1, 2, 3]);
    assert!(
        old.iter()
            .all(|node| node.unavailable == Some(0) && node.underreplicated == Some(0))
    );
    let new = cockroach_status::read(&new).unwrap();
    let taken_out: Vec<u64> = new
        .iter()
        .filter(|node| node.decommissioned)
        .map(|node| node.id)
        .collect();
    assert_eq!((new.len(), taken_out), (5, vec![3, 4]));
    assert_eq!(new.iter().filter(|node| node.live == Some(true)).count(), 3);
    assert_eq!(new[0].build.as_deref(), Some("v22.1.22-29-g865aff1595"));
}

#[test]
fn metrics_are_summed_over_stores_and_another_program_is_refused() {
    let text = "# HELP ranges_unavailable Number\nranges_unavailable{store=\"1\"} 0.0\nranges_unavailable{store=\"2\"} 2\n\
                ranges_underreplicated{store=\"1\"} 1e+01 1700000000\nliveness_livenodes 3.0\n\
                build_timestamp{tag=\"v2.1.8\",go_version=\"go1.10\"} 1.5e+09\n";
    let vars = cockroach_vars::read(text.as_bytes()).unwrap();
    assert_eq!(
        (vars.unavailable, vars.underreplicated, vars.live_nodes),
        (2, 10, Some(3))
    );
    assert_eq!(vars.build.as_deref(), Some("v2.1.8"));
    for (bad, why) in [
        ("", "not the metrics of CockroachDB"),
        ("up 1\n", "not the metrics of CockroachDB"),
        ("ranges_unavailable 0\n", "no metric ranges_underreplicated"),
        (
            "ranges_unavailable NaN\nranges_underreplicated 0\n",
            "line 1: ranges_unavailable is no whole number",
        ),
        ("ranges_unavailable 0\nranges_underreplicated 0.5\n", "no whole number"),
        ("ranges_unavailable\nranges_underreplicated 0\n", "no whole number"),
    ] {
        let said = cockroach_vars::read(bad.as_bytes()).unwrap_err().0;
        assert!(said.contains(why), "{why}: {said}");
    }
    if let (Some(own), Some(other)) = (
        capture("cockroach/status-vars-v19.2.2.txt"),
        capture("cockroach/status-vars-not-cockroach.txt"),
    ) {
        let own = cockroach_vars::read(&own).unwrap();
        assert_eq!(
            (
                own.unavailable,
                own.underreplicated,
                own.live_nodes,
                own.build.as_deref()
            ),
            (0, 0, Some(3), Some("v19.2.2"))
        );
        assert!(
            cockroach_vars::read(&other)
                .unwrap_err()
                .0
                .contains("not the metrics of CockroachDB")
        );
    }
}

#[test]
fn answers_of_iam_give_names_only() {
    let users =
        iam_api::users(br#"{"array":[{"uid":"a","is_service":false,"public_key":"not-a-real-key"},{"uid":"b"}]}"#)
            .unwrap();
    assert_eq!(users.into_iter().collect::<Vec<_>>(), ["a", "b"]);
    assert!(iam_api::groups(b"{\"array\":null}").unwrap().is_empty());
    for bad in [
        &b"{}"[..],
        b"[]",
        b"{\"array\":[{}]}",
        b"{\"array\":{}}",
        br#"{"array":[{"uid":"a"},{"uid":"a"}]}"#,
        br#"{"array":[{"uid":""}]}"#,
    ] {
        assert!(iam_api::users(bad).is_err(), "{}", String::from_utf8_lossy(bad));
    }
    let Some(answer) = capture("dcos-iam/demo-acls.json") else {
        return;
    };
    assert_eq!(iam_api::acls(&answer).unwrap().len(), 29);
    for (name, count) in [("demo-users.json", 3), ("demo-users_groups.json", 3)] {
        assert_eq!(
            iam_api::users(&capture(&format!("dcos-iam/{name}")).unwrap())
                .unwrap()
                .len(),
            count,
            "{name}"
        );
    }
    assert_eq!(
        iam_api::groups(&capture("dcos-iam/demo-groups.json").unwrap())
            .unwrap()
            .len(),
        3
    );
}
