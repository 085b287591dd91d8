//! What only people can answer about a hop: advisories, rules that evidence does not settle, sign-off items. Answers none of them.

use super::{Manual, ManualKind, When};
use crate::knowledge::hops::{Classified, Product};
use crate::knowledge::requirements;
use crate::knowledge::rule::{Rule, RuleKind, Side, Weight};
use crate::knowledge::signoffs::{self, Edition, SignoffItem};
use crate::knowledge::{Advisory, Knowledge, advisories};
use crate::model::Line;

pub(super) fn items(knowledge: &Knowledge, edition: Option<Edition>, hop: &Classified) -> Vec<Manual> {
    let mut items = advisories(knowledge, edition, hop);
    items.extend(rules(knowledge, hop));
    items.extend(
        knowledge
            .signoffs
            .iter()
            .filter(|item| asked(item, edition, hop))
            .map(|item| signoff(knowledge, item)),
    );
    items.extend(images(knowledge));
    items
}

/// Images of the site's own file: they must be there before the window.
fn images(knowledge: &Knowledge) -> impl Iterator<Item = Manual> + '_ {
    let images = knowledge.site.iter().flat_map(|site| &site.images);
    images.map(|image| Manual {
        id: format!("image-{}", image.name),
        kind: ManualKind::Image,
        when: When::Before,
        blocking: true,
        text: format!(
            "the image {} {} is available in {}",
            image.name, image.version, image.place
        ),
        how: image.text.clone(),
        requirements: vec!["S1-98".to_owned()],
        sources: image.sources.clone(),
    })
}

/// Sign-off items that stand behind requirements, where they are asked for this hop.
pub(super) fn signoffs(
    knowledge: &Knowledge,
    requirements: &[String],
    edition: Option<Edition>,
    hop: &Classified,
) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for item in requirements.iter().filter_map(|id| knowledge.requirements.find(id)) {
        for id in &item.signoff {
            let asked = knowledge
                .signoffs
                .iter()
                .any(|signoff| signoff.id == *id && asked(signoff, edition, hop));
            if asked && !ids.contains(id) {
                ids.push(id.clone());
            }
        }
    }
    ids
}

fn advisories(knowledge: &Knowledge, edition: Option<Edition>, hop: &Classified) -> Vec<Manual> {
    if hop.product == Product::Mesos {
        return Vec::new();
    }
    let of_edition = |advisory: &&Advisory| {
        let named = advisory.edition.map(|named| match named {
            advisories::Edition::Enterprise => Edition::Enterprise,
            advisories::Edition::Open => Edition::Open,
        });
        named.is_none() || edition.is_none() || named == edition
    };
    let all = knowledge.advisories_for(&hop.from, &hop.to).into_iter();
    all.filter(of_edition)
        .map(|advisory| Manual {
            id: advisory.id.clone(),
            kind: ManualKind::Advisory,
            when: When::Before,
            blocking: advisory.weight == Weight::Blocker,
            text: advisory.text.clone(),
            how: whom(advisory),
            requirements: Vec::new(),
            sources: advisory
                .sources
                .iter()
                .map(|id| knowledge.documents_named(std::slice::from_ref(id)))
                .collect(),
        })
        .collect()
}

/// Whom an advisory bears on, where that is not everybody.
fn whom(advisory: &Advisory) -> Option<String> {
    let mut whom: Vec<String> = Vec::new();
    if !advisory.packages.is_empty() {
        let below = advisory.packages_below.as_ref();
        let below = below.map(|version| format!(" below {version}")).unwrap_or_default();
        whom.push(format!("the package {}{below}", advisory.packages.join(" or ")));
    }
    if !advisory.app_names.is_empty() {
        whom.push(format!("apps whose last name is {}", advisory.app_names.join(", ")));
    }
    if let Some(mode) = &advisory.security {
        whom.push(format!("the security mode {mode}"));
    }
    match advisory.edition {
        Some(advisories::Edition::Enterprise) => whom.push("Enterprise".to_owned()),
        Some(advisories::Edition::Open) => whom.push("Open Source".to_owned()),
        None => {}
    }
    (!whom.is_empty()).then(|| format!("bears on clusters with: {}", whom.join("; ")))
}

fn rules(knowledge: &Knowledge, hop: &Classified) -> Vec<Manual> {
    super::changes::rules(knowledge, hop)
        .into_iter()
        // Of DC/OS the packages are DC/OS's own.
        .filter(|rule| rule.manual && (hop.product == Product::Mesos || rule.kind != RuleKind::Packaging))
        .map(rule)
        .collect()
}

fn rule(rule: &Rule) -> Manual {
    Manual {
        id: rule.id.clone(),
        kind: ManualKind::Rule,
        when: match rule.side {
            Side::Pre => When::Before,
            Side::Post => When::After,
            Side::Both => When::BeforeAndAfter,
        },
        blocking: rule.weight == Weight::Blocker,
        text: rule.text.clone(),
        how: rule.hint.clone(),
        requirements: rule.requirements.clone(),
        sources: rule.sources.clone(),
    }
}

/// Whether a sign-off item is asked for this hop.
fn asked(item: &SignoffItem, edition: Option<Edition>, hop: &Classified) -> bool {
    let product = match item.product {
        requirements::Product::Both => true,
        requirements::Product::Dcos => hop.product == Product::Dcos,
        requirements::Product::Mesos => hop.product == Product::Mesos,
    };
    let line = match item.when {
        signoffs::When::Pre => Line::from(&hop.from),
        signoffs::When::Post => Line::from(&hop.to),
    };
    let of_edition = item.edition.is_none()
        || edition.is_none()
        || item.edition == edition
        || item.both_since.is_some_and(|since| line >= since);
    let crosses = item.crosses.is_empty() || item.crosses.iter().any(|crossing| crossing.lies_on(&hop.from, &hop.to));
    product && of_edition && crosses && item.since.is_none_or(|since| line >= since)
}

fn signoff(knowledge: &Knowledge, item: &SignoffItem) -> Manual {
    Manual {
        id: item.id.clone(),
        kind: ManualKind::Signoff,
        when: match item.when {
            signoffs::When::Pre => When::Before,
            signoffs::When::Post => When::After,
        },
        blocking: item.blocking,
        text: item.text.clone(),
        how: Some(item.how.clone()),
        requirements: knowledge
            .requirements
            .of_signoff(&item.id)
            .map(|requirement| requirement.id.clone())
            .collect(),
        sources: item.sources.clone(),
    }
}
