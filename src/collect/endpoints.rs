//! The compiled-in list of every HTTP request that gonogo can make while collecting.
//!
//! The HTTP client takes an [`Endpoint`] of this list, never a path: what does not stand here cannot be requested.
//! All are reads. The two POSTs ask for a login token and for the list of packages. Facts about paths, versions and
//! status codes: apache/mesos `docs/endpoints`, `src/master/http.cpp`; mesosphere/marathon API; dcos/exhibitor; dcos/dcos.

use crate::model::items;

/// HTTP method of an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Reads that the server only takes as POST; the body is fixed here.
    Post(&'static Post),
}

/// Fixed parts of a POST that reads.
#[derive(Debug, PartialEq, Eq)]
pub struct Post {
    /// `Content-Type`.
    pub content_type: &'static str,
    /// `Accept`.
    pub accept: &'static str,
    /// Body.
    pub body: &'static str,
}

/// Which nodes an endpoint is asked of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Every master, standby ones too.
    EachMaster,
    /// Every master once more, at the end of the run.
    EachMasterAtEnd,
    /// The leading master.
    Leader,
    /// Every agent.
    EachAgent,
    /// Every Marathon instance.
    EachMarathon,
    /// Metronome.
    Metronome,
    /// Exhibitor on every master.
    EachExhibitor,
    /// One Exhibitor, about every Marathon instance whose path in ZooKeeper is known.
    StateOfMarathon,
    /// Every Admin Router.
    EachRouter,
    /// The first Admin Router.
    FirstRouter,
}

/// What a body must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    /// JSON: an HTML page in its place is refused.
    Json,
    /// Anything, also nothing.
    Text,
}

/// What 404 means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotFound {
    /// The source does not have this, and that is a normal answer; why.
    NotApplicable(&'static str),
    /// A refusal like any other; what it probably means.
    Refused(&'static str),
}

/// What to do with a redirect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redirect {
    /// Not expected: refused.
    Refuse,
    /// Followed by hand when it leads to a named master.
    ToNamedMaster,
    /// It is the answer: where it points to is kept, nothing is followed.
    Record,
}

/// One read request.
#[derive(Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Source (`model::items`).
    pub source: &'static str,
    /// Item name of the answer (`model::items`).
    pub item: &'static str,
    /// Method.
    pub method: Method,
    /// Path and query, below the base of the target.
    pub path: &'static str,
    /// Paths tried in turn when `path` answers 404: names that older versions use.
    pub older_paths: &'static [&'static str],
    /// Which nodes.
    pub asked: Asked,
    /// Whether `collect` ends with 5 when it is missing.
    pub required: bool,
    /// Costs the server much: never in parallel with another expensive one.
    pub expensive: bool,
    /// Grows with the number of tasks: the large size limit applies.
    pub bulk: bool,
    /// What the body must be.
    pub body: Body,
    /// What 404 means.
    pub not_found: NotFound,
    /// What to do with a redirect.
    pub redirect: Redirect,
}

impl Endpoint {
    const fn get(source: &'static str, item: &'static str, path: &'static str, asked: Asked) -> Self {
        Self {
            source,
            item,
            method: Method::Get,
            path,
            older_paths: &[],
            asked,
            required: false,
            expensive: false,
            bulk: false,
            body: Body::Json,
            not_found: NotFound::Refused("the server does not know this path"),
            redirect: Redirect::Refuse,
        }
    }

    const fn master(item: &'static str, path: &'static str) -> Self {
        Self::get(items::MESOS_MASTER, item, path, Asked::EachMaster).required()
    }

    const fn leader(item: &'static str, path: &'static str) -> Self {
        let mut this = Self::get(items::MESOS_MASTER, item, path, Asked::Leader);
        this.redirect = Redirect::ToNamedMaster;
        this
    }

    const fn agent(item: &'static str, path: &'static str) -> Self {
        Self::get(items::MESOS_AGENT, item, path, Asked::EachAgent)
    }

    const fn marathon(item: &'static str, path: &'static str) -> Self {
        Self::get(items::MARATHON, item, path, Asked::EachMarathon)
    }

    const fn exhibitor(item: &'static str, path: &'static str) -> Self {
        Self::get(items::EXHIBITOR, item, path, Asked::EachExhibitor)
    }

    const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    const fn older(mut self, paths: &'static [&'static str]) -> Self {
        self.older_paths = paths;
        self
    }

    const fn expensive(mut self) -> Self {
        self.expensive = true;
        self.bulk = true;
        self
    }

    const fn bulk(mut self) -> Self {
        self.bulk = true;
        self
    }

    const fn text(mut self) -> Self {
        self.body = Body::Text;
        self
    }

    const fn absent(mut self, why: &'static str) -> Self {
        self.not_found = NotFound::NotApplicable(why);
        self
    }

    const fn means(mut self, what: &'static str) -> Self {
        self.not_found = NotFound::Refused(what);
        self
    }

    const fn post(mut self, post: &'static Post) -> Self {
        self.method = Method::Post(post);
        self
    }

    const fn records_redirect(mut self) -> Self {
        self.redirect = Redirect::Record;
        self.body = Body::Text;
        self
    }
}

/// `POST /package/list`: the only way Cosmos lists packages; changes nothing.
static PACKAGE_LIST: Post = Post {
    content_type: "application/vnd.dcos.package.list-request+json;charset=utf-8;version=v1",
    accept: "application/vnd.dcos.package.list-response+json;charset=utf-8;version=v1",
    body: "{}",
};

/// `POST` that exchanges a password or a signed login token for a session token; used by `auth`, never stored.
pub const LOGIN_PATH: &str = "/acs/api/v1/auth/login";

/// Every read request, in the order in which a source is read.
pub static ALL: &[Endpoint] = &[
    Endpoint::master(items::VERSION, "/version"),
    Endpoint::master(items::FLAGS, "/flags"),
    Endpoint::master(items::HEALTH, "/health").text(),
    Endpoint::master(items::METRICS, "/metrics/snapshot?timeout=10secs"),
    Endpoint::master(items::REGISTRY, "/registrar(1)/registry")
        .means("the registrar of this master is not `registrar(1)`"),
    Endpoint::master(items::REDIRECT, "/redirect")
        .records_redirect()
        .older(&["/master/redirect"]),
    Endpoint::leader(items::STATE_SUMMARY, "/state-summary").absent("masters before 0.23 have no state-summary"),
    Endpoint::leader(items::STATE, "/state")
        .older(&["/state.json"])
        .required()
        .expensive(),
    Endpoint::leader(items::SLAVES, "/slaves").required(),
    Endpoint::leader(items::FRAMEWORKS, "/frameworks")
        .expensive()
        .absent("masters before 0.26 have no /frameworks"),
    Endpoint::leader(items::ROLES, "/roles").older(&["/roles.json"]),
    Endpoint::leader(items::QUOTA, "/quota").absent("masters before 0.27 have no quota"),
    Endpoint::leader(items::WEIGHTS, "/weights").absent("masters before 0.29 have no /weights"),
    Endpoint::leader(items::MAINTENANCE_SCHEDULE, "/maintenance/schedule")
        .absent("masters before 0.25 have no maintenance"),
    Endpoint::leader(items::MAINTENANCE_STATUS, "/maintenance/status")
        .absent("masters before 0.25 have no maintenance"),
    Endpoint::leader(items::OVERLAY, "/overlay-master/state").absent("no overlay module is loaded"),
    Endpoint::leader(items::SYSTEM_STATS, "/system/stats.json").absent("this master has no /system/stats.json"),
    Endpoint::leader(items::FILES_DEBUG, "/files/debug")
        .older(&["/files/debug.json"])
        .absent("this master has no /files/debug"),
    Endpoint::get(
        items::MESOS_MASTER,
        items::REDIRECT_END,
        "/redirect",
        Asked::EachMasterAtEnd,
    )
    .required()
    .records_redirect()
    .older(&["/master/redirect"]),
    Endpoint::agent(items::VERSION, "/version").required(),
    Endpoint::agent(items::FLAGS, "/flags"),
    Endpoint::agent(items::METRICS, "/metrics/snapshot?timeout=10secs").required(),
    Endpoint::agent(items::STATE, "/state")
        .older(&["/state.json"])
        .required()
        .bulk(),
    Endpoint::marathon(items::MARATHON_INFO, "/v2/info").required(),
    Endpoint::marathon(items::MARATHON_LEADER, "/v2/leader").means("Marathon says that it has no leader"),
    Endpoint::marathon(
        items::MARATHON_APPS,
        "/v2/apps?embed=apps.tasks&embed=apps.counts&embed=apps.deployments&embed=apps.lastTaskFailure",
    )
    .required()
    .bulk(),
    Endpoint::marathon(items::MARATHON_PODS, "/v2/pods")
        .bulk()
        .absent("Marathon before 1.4 has no pods"),
    Endpoint::marathon(items::MARATHON_PODS_STATUS, "/v2/pods/::status")
        .bulk()
        .absent("Marathon before 1.4 has no pods"),
    Endpoint::marathon(items::MARATHON_DEPLOYMENTS, "/v2/deployments").required(),
    Endpoint::marathon(items::MARATHON_QUEUE, "/v2/queue"),
    Endpoint::marathon(items::MARATHON_SUBSCRIPTIONS, "/v2/eventSubscriptions")
        .absent("Marathon 1.5 and later have no event subscriptions"),
    Endpoint::marathon(items::MARATHON_METRICS, "/metrics"),
    Endpoint::get(
        items::METRONOME,
        items::METRONOME_JOBS,
        "/v1/jobs?embed=activeRuns&embed=schedules",
        Asked::Metronome,
    ),
    Endpoint::exhibitor(items::EXHIBITOR_STATUS, "/exhibitor/v1/cluster/status").required(),
    Endpoint::exhibitor(items::EXHIBITOR_STATE, "/exhibitor/v1/cluster/state"),
    Endpoint::exhibitor(items::EXHIBITOR_CONFIG, "/exhibitor/v1/config/get-state"),
    // Lists the children of one node; behind `key=` stands a `StateNode` or a `Key` of `zk_explorer` and nothing else.
    Endpoint::get(
        items::MARATHON,
        items::MARATHON_STATE_NODES,
        "/exhibitor/v1/explorer/node?key=",
        Asked::StateOfMarathon,
    )
    .bulk()
    .means("this Exhibitor has no explorer"),
    Endpoint::get(
        items::DCOS,
        items::DCOS_VERSION,
        "/dcos-metadata/dcos-version.json",
        Asked::EachRouter,
    )
    .required(),
    Endpoint::get(items::DCOS, items::DCOS_METADATA, "/metadata", Asked::FirstRouter),
    Endpoint::get(items::DCOS, items::DCOS_HEALTH, "/system/health/v1", Asked::EachRouter),
    Endpoint::get(
        items::DCOS,
        items::DCOS_HEALTH_NODES,
        "/system/health/v1/nodes",
        Asked::FirstRouter,
    ),
    Endpoint::get(
        items::DCOS,
        items::DCOS_HEALTH_UNITS,
        "/system/health/v1/units",
        Asked::FirstRouter,
    ),
    Endpoint::get(items::DCOS, items::DCOS_PACKAGES, "/package/list", Asked::FirstRouter)
        .post(&PACKAGE_LIST)
        .absent("this DC/OS has no package manager"),
    Endpoint::get(
        items::DCOS,
        items::DCOS_LICENSE,
        "/licensing/v1/status",
        Asked::FirstRouter,
    )
    .absent("no licensing service: open DC/OS, or older than 1.11"),
    Endpoint::get(items::DCOS, items::IAM_USERS, "/acs/api/v1/users", Asked::FirstRouter).absent("no IAM here"),
    // Without `type` only people are listed (dcos/bouncer `app/users.py`).
    Endpoint::get(
        items::DCOS,
        items::IAM_SERVICE_USERS,
        "/acs/api/v1/users?type=service",
        Asked::FirstRouter,
    )
    .absent("no IAM here"),
    Endpoint::get(items::DCOS, items::IAM_GROUPS, "/acs/api/v1/groups", Asked::FirstRouter)
        .absent("this IAM has no groups: open DC/OS"),
    Endpoint::get(items::DCOS, items::IAM_ACLS, "/acs/api/v1/acls", Asked::FirstRouter)
        .absent("this IAM has no permissions: open DC/OS"),
];

/// The endpoints of one source asked of one kind of node, in the order of the list.
pub fn of(source: &str, asked: Asked) -> impl Iterator<Item = &'static Endpoint> {
    ALL.iter()
        .filter(move |endpoint| endpoint.source == source && endpoint.asked == asked)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Paths that change a cluster, some of them by GET (Exhibitor): apache/mesos docs/endpoints, dcos/exhibitor
    /// ClusterResource.java, ConfigResource.java, UIResource.java, mesosphere/marathon API.
    const WRITING: [&str; 27] = [
        "machine/down",
        "machine/up",
        "teardown",
        "reserve",
        "unreserve",
        "create-volumes",
        "destroy-volumes",
        "logging/toggle",
        "cluster/restart",
        "cluster/start",
        "cluster/stop",
        "cluster/set",
        "config/set",
        "rollback-rolling",
        "force-commit-rolling",
        "explorer/znode",
        // Those read, and are as little to be reached: data of nodes, walks of whole subtrees.
        "explorer/node-data",
        "explorer/analyze",
        "explorer/usage-listing",
        "ui/shutdown",
        "report/diagnostics/create",
        "package/install",
        "package/uninstall",
        "repository/add",
        "repository/delete",
        "profiler/start",
        "api/v1/scheduler",
    ];

    #[test]
    fn nothing_in_the_list_can_change_a_cluster() {
        for endpoint in ALL {
            for path in std::iter::once(&endpoint.path).chain(endpoint.older_paths) {
                assert!(
                    path.starts_with('/') && !path.contains("..") && !path.contains("//"),
                    "{path}"
                );
                for writing in WRITING {
                    assert!(!path.contains(writing), "{path} looks like {writing}, which writes");
                }
                match endpoint.method {
                    Method::Get => {}
                    Method::Post(post) => {
                        assert_eq!(*path, "/package/list", "the only POST of the list");
                        assert_eq!(post.body, "{}");
                    }
                }
            }
        }
        assert_eq!(LOGIN_PATH, "/acs/api/v1/auth/login");
    }

    #[test]
    fn every_item_has_one_endpoint() {
        let mut seen = BTreeSet::new();
        for endpoint in ALL {
            assert!(items::SOURCES.contains(&endpoint.source), "{}", endpoint.source);
            assert!(
                seen.insert((
                    endpoint.source,
                    endpoint.item,
                    format!("{:?}", endpoint.asked == Asked::EachAgent)
                )),
                "{} {} stands twice",
                endpoint.source,
                endpoint.item
            );
        }
    }

    #[test]
    fn the_summary_is_asked_before_the_state_and_only_the_state_family_is_expensive() {
        let leader: Vec<&str> = of(items::MESOS_MASTER, Asked::Leader)
            .map(|endpoint| endpoint.item)
            .collect();
        assert_eq!(leader.first(), Some(&items::STATE_SUMMARY));
        assert_eq!(leader.get(1), Some(&items::STATE));
        let expensive: Vec<&str> = ALL.iter().filter(|e| e.expensive).map(|e| e.path).collect();
        assert_eq!(expensive, ["/state", "/frameworks"]);
    }

    #[test]
    fn no_leader_of_marathon_is_never_taken_for_an_absent_endpoint() {
        for endpoint in ALL.iter().filter(|endpoint| endpoint.required) {
            assert!(
                matches!(endpoint.not_found, NotFound::Refused(_)),
                "{}: a required item cannot be absent",
                endpoint.path
            );
        }
        let leader = ALL.iter().find(|endpoint| endpoint.path == "/v2/leader").unwrap();
        assert!(matches!(leader.not_found, NotFound::Refused(_)));
    }
}
