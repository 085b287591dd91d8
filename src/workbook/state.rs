//! Cluster state: the workbook's table of counts and healths, before and after; constraints of every app; metrics.

use crate::facts::Facts;
use crate::facts::constraints::{Judgement, Kind, Rules};
use crate::facts::marathons::Listing;
use crate::model::{Observed, Why};
use crate::snapshot::{Constraint, Marathon};
use crate::sources::marathon_metrics::NAMES;

use super::sheet::{Cell, Sheet, named};

/// An archive and what it is called in the workbook (`before`, `after`, `now`).
pub type Side<'a> = (&'a str, &'a Facts<'a>);

/// One line of the table: what, how to see it by hand, and how it is found in an archive.
type Line = (&'static str, &'static str, fn(&Facts<'_>) -> Cell);

const LINES: [Line; 11] = [
    ("Tasks that have not ended", "curl leader.mesos:5050/state", |facts| {
        Cell::of(facts.tasks().map(|tasks| tasks.tasks.len()).map_err(Why::sentence))
    }),
    (
        "Agents, all",
        "curl leader.mesos:5050/slaves | jq '.slaves | length'",
        |facts| agents(facts, |_| true),
    ),
    ("Agents, private", "role slave in /etc/mesosphere/roles", |facts| {
        agents(facts, |agent| !agent.is_public())
    }),
    (
        "Agents, public",
        "role slave_public in /etc/mesosphere/roles",
        |facts| agents(facts, crate::snapshot::Agent::is_public),
    ),
    (
        "Agents, active",
        "curl leader.mesos:5050/slaves | jq -r '.slaves[].active' | grep -c true",
        |facts| active(facts, true),
    ),
    (
        "Agents, not connected",
        "curl leader.mesos:5050/slaves | jq -r '.slaves[].active' | grep -c false",
        |facts| active(facts, false),
    ),
    (
        "Agents known to the registry that did not come back",
        "curl leader.mesos:5050/slaves | jq '.recovered_slaves | length'",
        |facts| match &facts.snapshot.recovered_agents {
            Observed::Known(list, _) => Cell::value(list.len()),
            Observed::Unknown(why) => Cell::why(why),
        },
    ),
    (
        "Frameworks connected",
        "curl leader.mesos:5050/frameworks",
        |facts| match facts.frameworks() {
            Ok(list) if list.iter().all(|one| one.connected.is_some()) => {
                let connected = list.iter().filter(|one| one.connected == Some(true)).count();
                Cell::value(format!("{connected} of {}", list.len()))
            }
            Ok(_) => Cell::Unknown("this Mesos does not print `connected`".to_owned()),
            Err(why) => Cell::why(why),
        },
    ),
    ("Masters that answer", "curl MASTER:5050/health", |facts| {
        let masters = &facts.snapshot.masters;
        let well = masters
            .iter()
            .filter(|master| master.health.known() == Some(&true))
            .count();
        if masters.is_empty() {
            Cell::Unknown("no master was asked".to_owned())
        } else {
            Cell::value(format!("{well} of {} asked", masters.len()))
        }
    }),
    (
        "Exhibitor",
        "curl leader.mesos:8181/exhibitor/v1/cluster/status",
        exhibitor,
    ),
    ("ZooKeeper", "echo srvr | nc MASTER 2181", zookeeper),
];

/// The table.
pub fn cluster(sides: &[Side<'_>]) -> Sheet {
    let mut sheet = Sheet::new("cluster-state", "Cluster state", ["What", "By hand"]);
    sheet.columns.extend(sides.iter().map(|(role, _)| (*role).to_owned()));
    for (what, by_hand, find) in LINES {
        let mut row = vec![Cell::value(what), Cell::value(by_hand)];
        row.extend(sides.iter().map(|(_, facts)| find(facts)));
        sheet.rows.push(row);
    }
    let mut names: Vec<&str> = sides
        .iter()
        .flat_map(|(_, facts)| facts.snapshot.marathons.iter())
        .map(|marathon| marathon.name.as_str())
        .collect();
    names.sort_by_key(|name| (*name != "root", *name));
    names.dedup();
    for name in names {
        for (what, by_hand, find) in MARATHON {
            let mut row = vec![Cell::value(format!("Marathon {name}: {what}")), Cell::value(by_hand)];
            row.extend(sides.iter().map(|(_, facts)| of_marathon(facts, name, find)));
            sheet.rows.push(row);
        }
    }
    for (role, facts) in sides {
        sheet
            .remarks
            .extend(facts.marathons.gaps.iter().map(|gap| format!("{role}: {gap}")));
    }
    sheet
}

type OfMarathon = (&'static str, &'static str, fn(&Marathon, &Listing) -> Cell);

const MARATHON: [OfMarathon; 4] = [
    ("leader", "curl MARATHON/v2/leader", |marathon, _| {
        match &marathon.leader {
            Observed::Known(Some(leader), _) => Cell::value(leader),
            Observed::Known(None, _) => Cell::value("none"),
            Observed::Unknown(why) => Cell::why(why),
        }
    }),
    (
        "apps",
        "curl MARATHON/v2/apps | jq '.apps | length'",
        |marathon, listing| counted(&marathon.apps, listing),
    ),
    ("pods", "curl MARATHON/v2/pods | jq length", |marathon, listing| {
        counted(&marathon.pods, listing)
    }),
    (
        "deployments under way",
        "curl MARATHON/v2/deployments | jq length",
        |marathon, _| match &marathon.deployments {
            Observed::Known(list, _) => Cell::value(list.len()),
            Observed::Unknown(why) => Cell::why(why),
        },
    ),
];

fn counted<T>(list: &Observed<Vec<T>>, listing: &Listing) -> Cell {
    match (list, listing) {
        (Observed::Unknown(why), _) => Cell::why(why),
        (Observed::Known(list, _), Listing::Partial(missing)) => Cell::Unknown(format!(
            "{} listed, but tasks of others run: {}",
            list.len(),
            named(missing.iter().map(String::as_str))
        )),
        (Observed::Known(list, _), _) => Cell::value(list.len()),
    }
}

fn of_marathon(facts: &Facts<'_>, name: &str, find: fn(&Marathon, &Listing) -> Cell) -> Cell {
    let all = facts.snapshot.marathons.iter().zip(&facts.marathons.listings);
    let mut found = all.filter(|(marathon, _)| marathon.name == name);
    match found.next() {
        Some((_, Listing::NotThere)) => Cell::value("not there"),
        Some((marathon, listing)) => find(marathon, listing),
        None => Cell::Unknown("this instance was not asked".to_owned()),
    }
}

fn agents(facts: &Facts<'_>, which: fn(&crate::snapshot::Agent) -> bool) -> Cell {
    Cell::of(
        facts
            .agents()
            .map(|agents| agents.iter().filter(|agent| which(agent)).count())
            .map_err(Why::sentence),
    )
}

fn active(facts: &Facts<'_>, wanted: bool) -> Cell {
    match facts.agents() {
        Ok(agents) if agents.iter().all(|agent| agent.active.is_some()) => {
            Cell::value(agents.iter().filter(|agent| agent.active == Some(wanted)).count())
        }
        Ok(_) => Cell::Unknown("this Mesos does not print `active`".to_owned()),
        Err(why) => Cell::why(why),
    }
}

fn exhibitor(facts: &Facts<'_>) -> Cell {
    if let Some(why) = &facts.ensemble.without_exhibitor {
        return Cell::Value(format!("none: {why}"));
    }
    let views = &facts.snapshot.exhibitors;
    if views.is_empty() {
        return Cell::Unknown("no Exhibitor was asked".to_owned());
    }
    let mut told = Vec::new();
    for view in views {
        match &view.servers {
            Observed::Known(servers, _) => {
                let serving = servers.iter().filter(|server| server.code == 3).count();
                let leaders: Vec<&str> = servers
                    .iter()
                    .filter(|server| server.leader)
                    .map(|server| server.hostname.as_str())
                    .collect();
                told.push(format!(
                    "{serving} of {} serving, leader {}",
                    servers.len(),
                    named(leaders.into_iter())
                ));
            }
            // One Exhibitor that did not answer may see what the others do not.
            Observed::Unknown(why) => return Cell::why(why),
        }
    }
    told.sort();
    told.dedup();
    Cell::Value(match told.as_slice() {
        [one] => format!("{one} (seen alike by all {} asked)", views.len()),
        many => format!("not seen alike: {}", many.join(" / ")),
    })
}

fn zookeeper(facts: &Facts<'_>) -> Cell {
    let servers = &facts.snapshot.zookeepers;
    if servers.is_empty() {
        return Cell::Unknown("no ZooKeeper server was asked".to_owned());
    }
    let mut told = Vec::new();
    for server in servers {
        match (&server.mode, &server.znodes) {
            (Observed::Known(mode, _), Observed::Known(znodes, _)) => {
                told.push(format!("{} {mode}, {znodes} znodes", server.host));
            }
            (Observed::Unknown(why), _) | (_, Observed::Unknown(why)) => return Cell::why(why),
        }
    }
    Cell::Value(told.join("; "))
}

/// Constraints of every app and pod.
pub fn constraints(facts: &Facts<'_>) -> Sheet {
    let mut sheet = Sheet::new(
        "constraints",
        "Constraints",
        ["Marathon", "App or pod", "Constraint", "Valid for this Marathon"],
    );
    let all = facts.snapshot.marathons.iter().zip(&facts.marathons.listings);
    let mut places = 0;
    for (marathon, _) in all.filter(|(_, listing)| **listing != Listing::NotThere) {
        let version = marathon.info.get().map(|(info, _)| info.version.as_ref());
        let rules = match version {
            Ok(Some(version)) => Rules::of(version),
            Ok(None) => Err("its version cannot be read".to_owned()),
            Err(why) => Err(why.sentence()),
        };
        let mut add = |id: &str, constraints: &[Constraint], kind: Kind| {
            for constraint in constraints {
                let judged = match &rules {
                    Ok(rules) => match rules.judge(constraint, kind) {
                        Judgement::Valid => Cell::value("valid"),
                        Judgement::Invalid { rule, .. } => Cell::Value(format!("INVALID: {}", rule.text())),
                        Judgement::Unknown { why } => Cell::Unknown(why),
                    },
                    Err(why) => Cell::Unknown(why.clone()),
                };
                sheet.rows.push(vec![
                    Cell::value(&marathon.name),
                    Cell::value(id),
                    Cell::value(&constraint.raw),
                    judged,
                ]);
            }
        };
        let mut unread = Vec::new();
        match &marathon.apps {
            Observed::Known(apps, _) => {
                places += apps.len();
                for app in apps {
                    add(&app.id, &app.constraints, Kind::App);
                }
            }
            Observed::Unknown(why) => unread.push(Cell::why(why)),
        }
        match &marathon.pods {
            Observed::Known(pods, _) => {
                places += pods.len();
                for pod in pods {
                    add(&pod.id, &pod.constraints, Kind::Pod);
                }
            }
            Observed::Unknown(why) if why.is_absent() => {}
            Observed::Unknown(why) => unread.push(Cell::why(why)),
        }
        for why in unread {
            sheet
                .rows
                .push(vec![Cell::value(&marathon.name), why, Cell::Blank, Cell::Blank]);
        }
    }
    sheet.remarks.push(format!(
        "{places} apps and pods were looked at; those without constraints are not listed."
    ));
    sheet.remarks.extend(facts.marathons.gaps.iter().cloned());
    sheet
}

/// Marathon's metrics, for those that print them under the workbook's names.
pub fn metrics(sides: &[Side<'_>]) -> Sheet {
    let mut sheet = Sheet::new("metrics", "Marathon's metrics", ["Marathon", "Metric"]);
    sheet.columns.extend(sides.iter().map(|(role, _)| (*role).to_owned()));
    let mut names: Vec<&str> = sides
        .iter()
        .flat_map(|(_, facts)| facts.snapshot.marathons.iter().map(|marathon| marathon.name.as_str()))
        .collect();
    names.sort_by_key(|name| (*name != "root", *name));
    names.dedup();
    for name in names {
        for metric in NAMES {
            let mut row = vec![Cell::value(name), Cell::value(metric)];
            row.extend(sides.iter().map(|(_, facts)| metric_of(facts, name, metric)));
            sheet.rows.push(row);
        }
    }
    sheet.remarks.push(
        "Names are those of Marathon up to 1.4, after service.mesosphere.marathon. Some moved with 1.5, all changed with 1.7: \
         what is not printed under its old name is unknown here. Times are milliseconds."
            .to_owned(),
    );
    sheet
}

fn metric_of(facts: &Facts<'_>, name: &str, metric: &str) -> Cell {
    let mut found = facts.snapshot.marathons.iter().filter(|marathon| marathon.name == name);
    match found.next().map(|marathon| &marathon.metrics) {
        Some(Observed::Known(metrics, _)) => metrics
            .get(metric)
            .map_or_else(|| Cell::Unknown("not printed under this name".to_owned()), Cell::value),
        Some(Observed::Unknown(why)) => Cell::why(why),
        None => Cell::Unknown("this instance was not asked".to_owned()),
    }
}
