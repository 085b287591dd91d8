//! Whether a warning of the documents hits this cluster. Never takes missing evidence for "does not": what evidence cannot
//! show is left to people, and said to be.

use crate::knowledge::Advisory;
use crate::knowledge::advisories::Edition;
use crate::model::{EvidenceRef, Observed, Subject, SubjectKind, Version};

use super::Facts;

/// Whether a warning hits.
#[derive(Debug, Clone)]
pub enum Hit {
    /// The versions of the hop alone make it hit every cluster.
    Always,
    /// Evidence shows whom it hits.
    Yes(Vec<(Subject, EvidenceRef)>),
    /// Evidence shows that it does not.
    No,
    /// No evidence can show it: people must tell.
    People,
    /// Evidence could show it and is missing: says which.
    Unknown(String),
}

impl Facts<'_> {
    /// Whether a warning about a hop hits this cluster.
    pub fn advisory(&self, advisory: &Advisory) -> Hit {
        let enterprise = self.snapshot.dcos.license.is_known();
        if advisory.edition == Some(Edition::Open) && enterprise {
            return Hit::No;
        }
        if advisory.always {
            return Hit::Always;
        }
        if !advisory.packages.is_empty() {
            return self.packages_hit(advisory);
        }
        if !advisory.app_names.is_empty() {
            return self.app_names_hit(advisory);
        }
        Hit::People
    }

    fn packages_hit(&self, advisory: &Advisory) -> Hit {
        let installed = match &self.snapshot.dcos.packages {
            Observed::Known(packages, _) => packages,
            Observed::Unknown(why) => return Hit::Unknown(why.sentence()),
        };
        let hit: Vec<(Subject, EvidenceRef)> = installed
            .iter()
            .filter(|package| advisory.packages.contains(&package.name))
            .filter(
                |package| match (&advisory.packages_below, package.version.parse::<Version>()) {
                    // A version that cannot be read is not known to be new enough.
                    (Some(bound), Ok(version)) => version < *bound,
                    _ => true,
                },
            )
            .map(|package| {
                let subject = Subject::new(SubjectKind::Package, &package.app_id, &package.name);
                (subject, package.at.clone().quoting(&package.version))
            })
            .collect();
        if hit.is_empty() { Hit::No } else { Hit::Yes(hit) }
    }

    fn app_names_hit(&self, advisory: &Advisory) -> Hit {
        let mut hit = Vec::new();
        let mut unknown: Vec<String> = self.marathons.gaps.clone();
        for (marathon, listing) in self.snapshot.marathons.iter().zip(&self.marathons.listings) {
            if *listing == super::marathons::Listing::NotThere {
                continue;
            }
            match &marathon.apps {
                Observed::Known(apps, _) => {
                    if let super::marathons::Listing::Partial(_) = listing {
                        unknown.push(format!("Marathon {} does not list all of its apps", marathon.name));
                    }
                    let last = |id: &str| id.rsplit('/').next().unwrap_or_default().to_owned();
                    for app in apps.iter().filter(|app| advisory.app_names.contains(&last(&app.id))) {
                        hit.push((
                            Subject::named(SubjectKind::App, &app.id),
                            app.at.clone().quoting(&app.id),
                        ));
                    }
                }
                Observed::Unknown(why) => unknown.push(format!("Marathon {}: {}", marathon.name, why.sentence())),
            }
        }
        if !hit.is_empty() {
            Hit::Yes(hit)
        } else if let Some(first) = unknown.into_iter().next() {
            Hit::Unknown(first)
        } else {
            Hit::No
        }
    }
}
