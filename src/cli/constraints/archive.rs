//! The constraints of every Marathon of an archive, each by the release that it runs. What the archive lacks is a row as well.

use std::path::Path;

use super::Args;
use super::fix::Fix;
use super::judge::{Judge, Verdict};
use super::lines::Lines;
use super::placement;
use super::row::Row;
use crate::cli::{Ctx, load};
use crate::facts::Facts;
use crate::facts::marathons::Listing;
use crate::model::{EvidenceRef, Observed, Version};
use crate::snapshot::{ConstrainedVolume, Constraint, Marathon};
use crate::sources::marathon_constraints::Form;

/// Reads the archive and judges what it holds.
pub fn judge(path: &Path, args: &Args, lines: &mut Lines, ctx: &mut Ctx<'_>) -> anyhow::Result<()> {
    let snapshot = load::open(path)?.snapshot(path)?;
    let facts = Facts::new(&snapshot);
    let target = args.target_marathon.as_ref();
    lines.head(args.marathon.as_ref(), target);
    let there = facts
        .snapshot
        .marathons
        .iter()
        .zip(&facts.marathons.listings)
        .filter(|(_, listing)| **listing != Listing::NotThere);
    let mut instances = 0;
    for (marathon, listing) in there {
        instances += 1;
        let running = running(marathon, args.marathon.as_ref(), ctx);
        let mut room = Room {
            judge: Judge::new(running.as_ref().map_err(Clone::clone).copied(), target, args.all),
            lines: &mut *lines,
            marathon: Some(&marathon.name),
        };
        if let Some(note) = room.judge.note() {
            room.lines.note(format!("Marathon {}: {note}", marathon.name));
        }
        room.all(marathon, listing, running.ok());
    }
    let mut room = Room {
        judge: Judge::new(Err(String::new()), target, args.all),
        lines,
        marathon: None,
    };
    for gap in &facts.marathons.gaps {
        room.gap(Form::App, "the archive", gap);
    }
    match &facts.marathons.none {
        Some(why) => ctx.say(&format!("no Marathon: {}", super::sanitized(why))),
        None if instances == 0 && facts.marathons.gaps.is_empty() => {
            room.gap(Form::App, "the archive", "it holds no answer of a Marathon");
        }
        None => {}
    }
    placement::judge(&facts, args, room.lines)
}

/// The release by which an instance is judged, or why there is none.
fn running<'a>(marathon: &'a Marathon, stated: Option<&'a Version>, ctx: &mut Ctx<'_>) -> Result<&'a Version, String> {
    let said = marathon.info.get();
    if let Some(stated) = stated {
        if let Ok((info, _)) = said
            && info.version.as_ref().is_some_and(|said| said != stated)
        {
            ctx.say(&super::sanitized(&format!(
                "Marathon {} says that it runs {}; it is judged as {stated}, as --marathon has it",
                marathon.name, info.version_text
            )));
        }
        return Ok(stated);
    }
    match said {
        Ok((info, at)) => info
            .version
            .as_ref()
            .ok_or_else(|| format!("its version `{}` ({}) is not understood", info.version_text, at.item)),
        Err(why) => Err(format!("its version is not known: {}", why.sentence())),
    }
}

struct Room<'a> {
    judge: Judge,
    lines: &'a mut Lines,
    marathon: Option<&'a str>,
}

impl Room<'_> {
    fn all(&mut self, marathon: &Marathon, listing: &Listing, running: Option<&Version>) {
        match marathon.apps.get() {
            Ok((apps, at)) => {
                if let Some(doubt) = listing.doubt(apps.len(), &at.item) {
                    self.gap(Form::App, &at.item, &doubt);
                }
                for app in apps {
                    self.lines.counts.apps += 1;
                    let owner = Owner::new(Form::App, &app.id, &app.at);
                    self.each(&owner, &app.constraints, "constraints");
                    self.volumes(&owner, &app.volumes, "container/volumes");
                }
            }
            Err(why) => self.gap(Form::App, &marathon.name, &why.sentence()),
        }
        match &marathon.pods {
            Observed::Known(pods, _) => {
                for pod in pods {
                    self.lines.counts.pods += 1;
                    let owner = Owner::new(Form::Pod, &pod.id, &pod.at);
                    self.each(&owner, &pod.constraints, "scheduling/placement/constraints");
                    self.volumes(&owner, &pod.volumes, "volumes");
                }
            }
            // Marathon before 1.4 has none.
            Observed::Unknown(why) if why.is_absent() && running.is_some_and(|running| running.line() < (1, 4)) => {}
            Observed::Unknown(why) => self.gap(Form::Pod, &marathon.name, &why.sentence()),
        }
    }

    fn each(&mut self, owner: &Owner<'_>, constraints: &[Constraint], inside: &str) {
        let fix = self
            .judge
            .fix_of(owner.form, constraints)
            .filter(|_| !owner.id.is_empty());
        for (index, constraint) in constraints.iter().enumerate() {
            let verdict = self.judge.constraint(owner.form, constraint);
            self.show(owner, index, None, &format!("{inside}/{index}"), &verdict, fix.as_ref());
        }
    }

    fn volumes(&mut self, owner: &Owner<'_>, volumes: &[ConstrainedVolume], inside: &str) {
        for volume in volumes {
            for (index, constraint) in volume.constraints.iter().enumerate() {
                let verdict = self.judge.volume(owner.form, volume, constraint);
                let place = format!("{inside}/{}/persistent/constraints/{index}", volume.index);
                self.show(owner, index, Some(&volume.name), &place, &verdict, None);
            }
        }
    }

    fn show(
        &mut self,
        owner: &Owner<'_>,
        index: usize,
        volume: Option<&str>,
        inside: &str,
        verdict: &Verdict,
        fix: Option<&Fix>,
    ) {
        self.lines.counts.constraint(verdict);
        let Some(told) = &verdict.told else { return };
        self.lines.row(Row {
            marathon: self.marathon,
            app: if owner.id.is_empty() { &owner.place } else { owner.id },
            form: owner.form,
            index,
            volume,
            pointer: &format!("{}/{inside}", owner.place),
            told,
            fix,
        });
    }

    /// Something that is not there.
    fn gap(&mut self, form: Form, place: &str, why: &str) {
        self.lines.counts.unread += 1;
        self.lines.row(Row {
            marathon: self.marathon,
            app: place,
            form,
            index: 0,
            volume: None,
            pointer: place,
            told: &self.judge.unread(why),
            fix: None,
        });
    }
}

/// An app or pod of a snapshot.
struct Owner<'a> {
    form: Form,
    id: &'a str,
    /// Item and JSON pointer.
    place: String,
}

impl<'a> Owner<'a> {
    fn new(form: Form, id: &'a str, at: &EvidenceRef) -> Self {
        Self {
            form,
            id,
            place: format!("{}{}", at.item, at.pointer),
        }
    }
}
