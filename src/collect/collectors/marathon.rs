//! Marathon: the root one and every nested one, named in the configuration or found among the frameworks.
//!
//! A framework is taken for Marathon by its name (`marathon…`), or when what answers at its address says so. Of an
//! address that a framework gives, only scheme, host and port are used: its path is never asked.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::model::{Outcome, items};

use super::super::discovery::{Kind, ListedFramework};
use super::super::endpoints::{self, Asked};
use super::super::engine::Context;
use super::super::fetch;
use super::super::step::{Call, Step};
use super::super::target::{Base, segment};
use super::exhibitor;

/// Name of the instance that DC/OS runs on its masters.
const ROOT: &str = "root";
/// Usual port.
const PORT: u16 = 8080;
/// Frameworks that are known to be no Marathon.
const OTHERS: [&str; 3] = ["metronome", "chronos", "jenkins"];

#[derive(Deserialize)]
struct Info {
    marathon_config: Option<IgnoredAny>,
}

/// One step per instance, or the records of those that cannot be asked.
pub fn steps(ctx: &Context) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut names: BTreeSet<String> = BTreeSet::new();
    let mut bases: BTreeSet<Base> = BTreeSet::new();
    for (name, base) in &ctx.targets.marathons {
        names.insert(name.to_ascii_lowercase());
        bases.insert(base.on_port(base.origin.port));
        steps.push(instance(name, vec![base.clone()]));
    }
    let kind = ctx.known.kind(&ctx.targets);
    let frameworks = ctx.known.frameworks();
    if kind != Kind::Dcos && frameworks.is_none() && names.is_empty() {
        steps.push(missing(
            ROOT,
            Outcome::Failed,
            "no list of frameworks could be read, so Marathon was not found",
        ));
        return steps;
    }
    if kind == Kind::Dcos && names.insert(ROOT.to_owned()) {
        steps.push(instance(ROOT, ctx.targets.root_marathons()));
    }
    let mut found = !names.is_empty();
    for framework in frameworks.into_iter().flatten() {
        let by_name = framework.name.starts_with("marathon");
        if by_name && framework.name == "marathon" {
            found = true;
            if !names.insert(ROOT.to_owned()) {
                continue;
            }
            steps.push(discovered(ctx, &framework, ROOT));
        } else if by_name {
            found = true;
            let Some(name) = unique(&mut names, &framework) else {
                continue;
            };
            if address(ctx, &framework).is_some_and(|base| bases.contains(&base)) {
                continue;
            }
            steps.push(discovered(ctx, &framework, &name));
        } else if let Some(base) = address(ctx, &framework)
            && !OTHERS.contains(&framework.name.as_str())
            && !bases.contains(&base)
        {
            steps.push(perhaps(ctx, framework, base, &mut names));
        }
    }
    if !found {
        steps.push(missing(
            ROOT,
            Outcome::NotApplicable,
            "no framework named `marathon` is registered with the leader",
        ));
    }
    steps
}

/// A name that no other instance has. A framework whose name the configuration used is that instance.
fn unique(names: &mut BTreeSet<String>, framework: &ListedFramework) -> Option<String> {
    if names.insert(framework.name.to_ascii_lowercase()) {
        return Some(framework.name.clone());
    }
    let name = format!(
        "{}-{}",
        framework.name,
        framework.id.rsplit('-').next().unwrap_or_default()
    );
    names.insert(name.to_ascii_lowercase()).then_some(name)
}

/// Where a framework's API answers: through Admin Router where only that is known, else at its own address.
fn address(ctx: &Context, framework: &ListedFramework) -> Option<Base> {
    if let Some(router) = ctx.targets.admin_router.as_ref().filter(|_| !ctx.targets.direct()) {
        let name: Vec<String> = framework.name.trim_matches('/').split('/').map(segment).collect();
        return Some(router.below(&format!("/service/{}", name.join("/"))));
    }
    let url = framework.webui_url.as_deref().filter(|url| !url.is_empty())?;
    let mut base = Base::parse(url, PORT).ok()?;
    base.prefix = String::new();
    Some(base)
}

fn discovered(ctx: &Context, framework: &ListedFramework, name: &str) -> Step {
    match address(ctx, framework) {
        Some(base) => instance(name, vec![base]),
        None => missing(
            name,
            Outcome::Failed,
            &format!(
                "framework {} ({}) is registered without a usable webui_url; name it with --marathon {name}=URL",
                framework.name, framework.id
            ),
        ),
    }
}

fn calls(name: &str, base: &Base) -> Vec<Call> {
    endpoints::of(items::MARATHON, Asked::EachMarathon)
        .map(|endpoint| Call::filed(endpoint, base, name))
        .collect()
}

fn missing(name: &str, outcome: Outcome, why: &str) -> Step {
    let nowhere = Base {
        origin: super::super::target::Origin {
            tls: false,
            host: "-".to_owned(),
            port: 0,
        },
        prefix: String::new(),
    };
    let planned = calls(name, &nowhere)
        .into_iter()
        .map(|call| {
            let mut planned = call.planned;
            "-".clone_into(&mut planned.host);
            call.endpoint.path.clone_into(&mut planned.request);
            planned
        })
        .collect();
    Step::without_asking(items::MARATHON, name, planned, outcome, why)
}

/// An instance that answers at one of some bases: standby Marathons pass requests on, so the first that answers will do.
fn instance(name: &str, bases: Vec<Base>) -> Step {
    let Some(first) = bases.first().cloned() else {
        return missing(name, Outcome::Failed, "no address is known for it");
    };
    let planned = calls(name, &first).into_iter().map(|call| call.planned).collect();
    let label = name.to_owned();
    Step::new(items::MARATHON, name, planned, move |ctx| async move {
        let mut base = first;
        if bases.len() > 1 {
            for candidate in &bases {
                if is_marathon(&ctx, candidate).await {
                    base = candidate.clone();
                    break;
                }
            }
        }
        let mut host = fetch::Host::new(&ctx);
        let mut info = None;
        for call in calls(&label, &base) {
            if call.endpoint.item == items::MARATHON_INFO {
                info = host.read(&call).await.body;
            } else {
                host.ask(&call).await;
            }
        }
        exhibitor::state_of_marathon(&ctx, &label, info.as_deref())
    })
}

async fn is_marathon(ctx: &Context, base: &Base) -> bool {
    let Some(info) = endpoints::of(items::MARATHON, Asked::EachMarathon).next() else {
        return false;
    };
    fetch::probe(ctx, info, base)
        .await
        .and_then(|body| serde_json::from_slice::<Info>(&body).ok())
        .is_some_and(|info| info.marathon_config.is_some())
}

/// A framework with an address and another name: asked whether it is Marathon; if not, it leaves no record.
fn perhaps(_ctx: &Context, framework: ListedFramework, base: Base, names: &mut BTreeSet<String>) -> Step {
    let name = unique(names, &framework).unwrap_or_else(|| framework.id.clone());
    Step::new(
        items::MARATHON,
        &format!("{name}?"),
        Vec::new(),
        move |ctx| async move {
            if is_marathon(&ctx, &base).await {
                ctx.observer
                    .note(&format!("framework {} answers as Marathon", framework.name));
                vec![instance(&name, vec![base])]
            } else {
                Vec::new()
            }
        },
    )
}
