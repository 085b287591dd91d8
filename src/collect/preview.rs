//! Every request that a run would make, without making one: what is known from the targets, and what discovery adds.

use crate::model::items;
use crate::model::manifest::ClusterKind;

use super::endpoints::{self, Asked, Endpoint, Method};
use super::plan::Targets;
use super::target::Base;

/// The lines of `--dry-run`.
pub fn lines(targets: &Targets) -> Vec<String> {
    let mut preview = Preview {
        targets,
        lines: Vec::new(),
    };
    preview.masters();
    preview.marathon();
    let dcos = match targets.kind {
        ClusterKind::Dcos => Some(""),
        ClusterKind::Auto if targets.admin_router.is_some() => Some(""),
        ClusterKind::Auto => Some(" (only if the masters' flags show DC/OS)"),
        ClusterKind::Mesos => None,
    };
    if let Some(note) = dcos {
        preview.dcos(note);
    } else if !targets.exhibitors.is_empty() {
        preview.exhibitor("");
    }
    preview.zookeeper();
    preview.agents();
    for input in &targets.inputs {
        preview.line(
            items::INPUT,
            &format!("FILE {}", input.path.display()),
            items::INPUT_HOST,
            input.item,
            "",
        );
    }
    preview.backups();
    preview.each(Asked::EachMasterAtEnd, &targets.mesos_bases(), "");
    preview.lines
}

struct Preview<'t> {
    targets: &'t Targets,
    lines: Vec<String>,
}

impl Preview<'_> {
    fn line(&mut self, source: &str, request: &str, folder: &str, item: &str, note: &str) {
        let left_out = if self.targets.skips(source) { "left out: " } else { "" };
        let path = if folder.starts_with('<') {
            // Stands for what discovery will find.
            format!("data/{source}/{folder}/{item}")
        } else {
            items::path(source, folder, item)
        };
        self.lines.push(format!("{left_out}{request} -> {path}{note}"));
    }

    fn request(&mut self, endpoint: &Endpoint, base: &str, folder: &str, note: &str) {
        let method = match endpoint.method {
            Method::Get => "GET",
            Method::Post(_) => "POST",
        };
        let older = match endpoint.older_paths {
            [] => String::new(),
            paths => format!(" (on 404: {})", paths.join(", ")),
        };
        self.line(
            endpoint.source,
            &format!("{method} {base}{}", endpoint.path),
            folder,
            endpoint.item,
            &format!("{note}{older}"),
        );
    }

    fn each(&mut self, asked: Asked, bases: &[Base], note: &str) {
        for base in bases {
            for endpoint in endpoints::ALL.iter().filter(|endpoint| endpoint.asked == asked) {
                let folder = base.label(endpoint.source);
                self.request(endpoint, &base.to_string(), &folder, note);
            }
        }
    }

    fn backups(&mut self) {
        for named in &self.targets.backups.named {
            let path = named.path.display();
            let request = format!("BACKUP {path}");
            self.line(items::BACKUP, &request, &named.label, items::BACKUP_PROOF, "");
        }
    }

    fn masters(&mut self) {
        let bases = self.targets.mesos_bases();
        self.each(Asked::EachMaster, &bases, "");
        let note = " (of the leading master)";
        match bases.as_slice() {
            [one] => self.each(Asked::Leader, std::slice::from_ref(one), note),
            _ => {
                for endpoint in endpoints::of(items::MESOS_MASTER, Asked::Leader) {
                    self.request(endpoint, "http://<leader>", "<leader>", note);
                }
            }
        }
    }

    fn marathon(&mut self) {
        let mut named = self.targets.marathons.clone();
        let is_dcos = self.targets.kind == ClusterKind::Dcos || self.targets.admin_router.is_some();
        if is_dcos && !named.iter().any(|(name, _)| name == "root") {
            let root = self.targets.root_marathons();
            named.extend(root.into_iter().take(1).map(|base| ("root".to_owned(), base)));
        }
        for (name, base) in named {
            for endpoint in endpoints::of(items::MARATHON, Asked::EachMarathon) {
                self.request(endpoint, &base.to_string(), &name, "");
            }
        }
        let found = match &self.targets.admin_router {
            Some(router) if !self.targets.direct() => format!("{router}/service/<framework>"),
            _ => "http://<webui_url>".to_owned(),
        };
        for endpoint in endpoints::of(items::MARATHON, Asked::EachMarathon) {
            self.request(
                endpoint,
                &found,
                "<framework>",
                " (of each Marathon among the frameworks)",
            );
        }
        if let Some(info) = endpoints::of(items::MARATHON, Asked::EachMarathon).next() {
            let why = "of each other framework with an address, to see whether it is Marathon; kept only if so";
            self.request(info, &found, "<framework>", &format!(" ({why})"));
        }
    }

    fn dcos(&mut self, note: &str) {
        self.exhibitor(if self.targets.exhibitors.is_empty() { note } else { "" });
        let routers = self.targets.routers();
        if let Some(first) = routers.first() {
            let metronome = first.below("/service/metronome");
            for endpoint in endpoints::of(items::METRONOME, Asked::Metronome) {
                self.request(
                    endpoint,
                    &metronome.to_string(),
                    &metronome.label(items::METRONOME),
                    note,
                );
            }
            self.each(Asked::FirstRouter, std::slice::from_ref(first), note);
        }
        self.each(Asked::EachRouter, &routers, note);
    }

    fn exhibitor(&mut self, note: &str) {
        let bases = self.targets.exhibitor_bases();
        self.each(Asked::EachExhibitor, &bases, note);
        for endpoint in endpoints::of(items::MARATHON, Asked::StateOfMarathon) {
            let base = match bases.as_slice() {
                [one] => one.to_string(),
                _ => "http://<exhibitor>".to_owned(),
            };
            // Filed under Marathon and asked of Exhibitor: leaving out either leaves it out.
            let one_only = self.targets.skips(items::EXHIBITOR) && !self.targets.skips(endpoint.source);
            let left_out = if one_only { "left out: " } else { "" };
            let method = format!("{left_out}GET {base}{}<path of Marathon>/state", endpoint.path);
            let note = format!(" (of each Marathon, names of nodes only){note}");
            self.line(endpoint.source, &method, "<marathon>", endpoint.item, &note);
        }
    }

    fn zookeeper(&mut self) {
        let (servers, note) = if self.targets.zookeepers.is_empty() {
            (
                vec!["<server>".to_owned()],
                " (of each server in the masters' flag `zk`, else each master)",
            )
        } else {
            let named = self.targets.zookeepers.iter().map(|base| base.origin.authority());
            (named.collect(), "")
        };
        for server in servers {
            for word in items::ZOOKEEPER_WORDS {
                self.line(
                    items::ZOOKEEPER,
                    &format!("4LW {word} {server}"),
                    &server,
                    &format!("{word}.txt"),
                    note,
                );
            }
        }
    }

    fn agents(&mut self) {
        let base = match &self.targets.admin_router {
            Some(router) if !self.targets.direct() => format!("{router}/agent/<id>"),
            _ => "http://<agent>".to_owned(),
        };
        for endpoint in endpoints::of(items::MESOS_AGENT, Asked::EachAgent) {
            self.request(endpoint, &base, "<agent>", " (of each agent in /slaves)");
        }
    }
}
