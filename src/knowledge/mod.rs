//! Knowledge: what vendors' documents and sources say, as data with sources. Never looks at a cluster.
//!
//! One value holds every table; a room that judges is handed that value and never reads a table by itself, so that a
//! site's own file counts everywhere or nowhere.

pub mod advisories;
pub mod app_fields;
pub mod backups;
pub mod chain;
pub mod components;
pub mod config;
pub mod documents;
pub mod guide;
pub mod hops;
pub mod ledger;
pub mod lint;
pub mod marathon;
pub mod packages;
pub mod paths;
pub mod procedure;
pub mod releases;
pub mod requirements;
pub mod rule;
pub mod signoffs;
pub mod site;
pub mod summary;
mod tenure;

use std::sync::LazyLock;

use sha2::{Digest as _, Sha256};

use crate::model::{Line, Version, hex};

pub use advisories::Advisory;
pub use app_fields::AppFields;
pub use components::Components;
pub use documents::Document;
pub use guide::{Guide, GuideHop};
pub use marathon::{MarathonLine, MarathonLines};
pub use paths::Paths;
pub use procedure::Procedure;
pub use releases::Release;
pub use requirements::{Requirement, Requirements};
pub use rule::Rule;
pub use signoffs::SignoffItem;
pub use site::Site;

/// Date of the last change to any table; part of the revision.
pub const DATED: &str = "2026-11-21";

/// The tables compiled into the program: file name and text. Their bytes make the revision.
const TABLES: &[(&str, &str)] = &[
    ("documents.toml", include_str!("data/documents.toml")),
    ("releases.toml", include_str!("data/releases.toml")),
    ("components.toml", include_str!("data/components.toml")),
    ("paths.toml", include_str!("data/paths.toml")),
    ("advisories.toml", include_str!("data/advisories.toml")),
    ("packages.toml", include_str!("data/packages.toml")),
    ("mesos-0.toml", include_str!("data/mesos-0.toml")),
    ("mesos-1.toml", include_str!("data/mesos-1.toml")),
    ("marathon.toml", include_str!("data/marathon.toml")),
    ("ledger.toml", include_str!("data/ledger.toml")),
    ("marathon-lines.toml", include_str!("data/marathon-lines.toml")),
    ("procedure.toml", include_str!("data/procedure.toml")),
    ("requirements.toml", include_str!("data/requirements.toml")),
    ("signoffs.toml", include_str!("data/signoffs.toml")),
    ("config.toml", include_str!("data/config.toml")),
    ("app-fields.toml", include_str!("data/app-fields.toml")),
    ("backups.toml", include_str!("data/backups.toml")),
];

/// Everything the documents say.
#[derive(Debug, Clone)]
pub struct Knowledge {
    /// The documents that other tables cite by a short id.
    pub documents: Vec<Document>,
    /// DC/OS releases and what they ship, in order.
    pub releases: Vec<Release>,
    /// What each release ships, source by source.
    pub components: Vec<Components>,
    /// Steps from one release to another.
    pub paths: Paths,
    /// Warnings about certain steps.
    pub advisories: Vec<Advisory>,
    /// Catalogue packages that cannot be upgraded with their state.
    pub packages: Vec<packages::NoWay>,
    /// Apache Mesos, line by line.
    pub mesos: Guide,
    /// Marathon, line by line.
    pub marathon: Guide,
    /// What hops change by themselves.
    pub ledger: Vec<ledger::ExpectedChange>,
    /// What each Marathon line needs and reads, and what holds for all of them.
    pub marathon_lines: MarathonLines,
    /// The vendor's procedure, step by step.
    pub procedure: procedure::Procedure,
    /// Every checkable item of the vendor's documents.
    pub requirements: Requirements,
    /// Items that only people can answer.
    pub signoffs: Vec<SignoffItem>,
    /// The installer's config.yaml.
    pub config: config::ConfigRules,
    /// Fields of app, pod and job definitions, and what two releases write otherwise.
    pub app_fields: AppFields,
    /// How each DC/OS release is backed up.
    pub backups: Vec<backups::Way>,
    /// The site's own file, where one was given.
    pub site: Option<Site>,
    revision: String,
}

static BUILTIN: LazyLock<Result<Knowledge, String>> = LazyLock::new(Knowledge::read);

impl Knowledge {
    /// What is compiled into the program.
    ///
    /// # Errors
    /// A table is broken: a defect of the program, named by file.
    pub fn builtin() -> Result<&'static Self, &'static str> {
        BUILTIN.as_ref().map_err(String::as_str)
    }

    fn read() -> Result<Self, String> {
        let mut hash = Sha256::new();
        for (name, text) in TABLES {
            hash.update(format!("{name} {}\n", text.len()));
            hash.update(text);
        }
        let digest: String = hex(&hash.finalize()).chars().take(12).collect();
        Ok(Self {
            documents: table("documents.toml", documents::read)?,
            releases: table("releases.toml", releases::read)?,
            components: table("components.toml", components::read)?,
            paths: table("paths.toml", paths::read)?,
            advisories: table("advisories.toml", advisories::read)?,
            packages: table("packages.toml", packages::read)?,
            mesos: mesos()?,
            marathon: table("marathon.toml", guide::read)?,
            ledger: table("ledger.toml", ledger::read)?,
            marathon_lines: table("marathon-lines.toml", marathon::read)?,
            procedure: table("procedure.toml", procedure::read)?,
            requirements: table("requirements.toml", requirements::read)?,
            signoffs: table("signoffs.toml", signoffs::read)?,
            config: table("config.toml", config::read)?,
            app_fields: table("app-fields.toml", app_fields::read)?,
            backups: table("backups.toml", backups::read)?,
            site: None,
            revision: format!("{DATED}+{digest}"),
        })
    }

    /// Date and digest of the tables (`2026-11-21+0123456789ab`); with a site's own file its digest follows.
    pub fn revision(&self) -> &str {
        &self.revision
    }

    /// The release of that version; its suffix (`1.7-open`) does not count.
    pub fn release(&self, version: &Version) -> Option<&Release> {
        let numbers = |version: &Version| (version.major, version.minor, version.patch);
        self.releases
            .iter()
            .find(|release| numbers(&release.dcos) == numbers(version))
    }

    /// Warnings of the documents about one step between DC/OS releases.
    pub fn advisories_for(&self, from: &Version, to: &Version) -> Vec<&Advisory> {
        let about = |advisory: &&Advisory| advisory.is_about(from, to);
        self.advisories.iter().filter(about).collect()
    }

    /// The document of that short id.
    pub fn document(&self, id: &str) -> Option<&Document> {
        self.documents.iter().find(|document| document.id == id)
    }

    /// The lines of DC/OS releases, in order.
    pub fn lines(&self) -> Vec<Line> {
        let mut lines: Vec<Line> = self.releases.iter().map(|release| Line::from(&release.dcos)).collect();
        lines.dedup();
        lines
    }

    /// The last release of a line, of those in the table.
    pub fn latest_of(&self, line: Line) -> Option<&Release> {
        self.releases
            .iter()
            .filter(|release| Line::from(&release.dcos) == line)
            .max_by(|a, b| a.dcos.cmp(&b.dcos))
    }
}

/// The guide of Mesos stands in two tables.
fn mesos() -> Result<Guide, String> {
    let mut whole = Guide::default();
    for part in ["mesos-0.toml", "mesos-1.toml"] {
        whole.append(table(part, guide::read)?);
    }
    Ok(whole)
}

fn table<T>(name: &str, read: impl FnOnce(&str) -> Result<T, String>) -> Result<T, String> {
    let text = TABLES.iter().find(|(table, _)| *table == name).map(|(_, text)| *text);
    let text = text.ok_or_else(|| format!("{name} is not compiled in"))?;
    read(text).map_err(|error| format!("{name}: {error}"))
}
