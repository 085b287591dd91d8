//! The constraints of every Marathon of an archive, each by the release that it runs. What the archive lacks is a row as well.

use std::path::Path;

use super::Args;
use super::judge::Judge;
use super::lines::Lines;
use super::row::Row;
use crate::cli::{Ctx, load};
use crate::facts::Facts;
use crate::facts::marathons::Listing;
use crate::model::{EvidenceRef, Observed, Version};
use crate::snapshot::{Constraint, Marathon};
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
    Ok(())
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
                    self.each(Form::App, &app.id, &app.constraints, &app.at, "constraints");
                }
            }
            Err(why) => self.gap(Form::App, &marathon.name, &why.sentence()),
        }
        match &marathon.pods {
            Observed::Known(pods, _) => {
                for pod in pods {
                    self.lines.counts.pods += 1;
                    let place = "scheduling/placement/constraints";
                    self.each(Form::Pod, &pod.id, &pod.constraints, &pod.at, place);
                }
            }
            // Marathon before 1.4 has none.
            Observed::Unknown(why) if why.is_absent() && running.is_some_and(|running| running.line() < (1, 4)) => {}
            Observed::Unknown(why) => self.gap(Form::Pod, &marathon.name, &why.sentence()),
        }
    }

    fn each(&mut self, form: Form, id: &str, constraints: &[Constraint], at: &EvidenceRef, inside: &str) {
        let whole = format!("{}{}", at.item, at.pointer);
        for (index, constraint) in constraints.iter().enumerate() {
            let told = self.judge.constraint(form, constraint);
            self.lines.counts.constraint(told.as_ref());
            let Some(told) = told else { continue };
            self.lines.row(Row {
                marathon: self.marathon,
                app: if id.is_empty() { &whole } else { id },
                form,
                index,
                pointer: &format!("{whole}/{inside}/{index}"),
                told: &told,
            });
        }
    }

    /// Something that is not there.
    fn gap(&mut self, form: Form, place: &str, why: &str) {
        self.lines.counts.unread += 1;
        self.lines.row(Row {
            marathon: self.marathon,
            app: place,
            form,
            index: 0,
            pointer: place,
            told: &self.judge.unread(why),
        });
    }
}
