//! Decides which file becomes which item of which host, and says of every other file why it does not.
//!
//! Of several files for one item the one named most usually is taken; two that are equally usual are refused, because
//! nobody but the operator knows which is the evidence.

use std::collections::BTreeMap;
use std::fs;

use super::address::{self, FolderHint};
use super::names::{self, Name};
use super::shape::{self, Shape};
use super::usual::{self, Usual};
use super::walk::{self, Found};
use super::{ImportError, Named, Options, Placed, kinds};
use crate::model::items;

/// Host of files that say none.
const UNKNOWN_HOST: &str = "imported";
/// Name of the root Marathon.
const ROOT: &str = "root";
/// Distance of a file that only its contents tell.
const BY_SHAPE: u8 = 20;

/// The decision.
#[derive(Debug)]
pub(super) struct Placement {
    pub(super) placed: Vec<Placed>,
    /// File and reason.
    pub(super) ignored: Vec<(String, String)>,
}

/// A recognised file.
struct Candidate {
    found: Found,
    usual: &'static Usual,
    by: &'static str,
    distance: u8,
    folder: FolderHint,
    /// Folder and words of the name: files that share them are of one host.
    group: (Vec<String>, String),
    stated_host: Option<String>,
    own_address: Option<String>,
    /// What a Marathon calls itself.
    own_name: Option<String>,
}

/// Decides for every file.
/// With `others`, there are backups besides: then no file needs to be recognised.
pub(super) fn decide(options: &Options, found: Vec<Found>, others: bool) -> Result<Placement, ImportError> {
    let looked_at = found.len();
    let mut ignored = Vec::new();
    let mut candidates = Vec::new();
    let mut named_paths = Vec::new();
    for named in &options.named {
        let candidate = by_operator(named)?;
        named_paths.push(fs::canonicalize(&candidate.found.path).ok());
        candidates.push(candidate);
    }
    let mut open = Vec::new();
    for file in found {
        if let Some(why) = file.unusable {
            ignored.push((file.relative, why.to_owned()));
        } else if file.name.eq_ignore_ascii_case("license.txt") {
            let why = "a licence is a secret: only its digest belongs into an archive";
            ignored.push((file.relative, why.to_owned()));
        } else if named_paths.is_empty() || !named_paths.contains(&fs::canonicalize(&file.path).ok()) {
            match recognise(file)? {
                Recognised::As(candidate) => candidates.push(candidate),
                Recognised::OneOf(file, name, folder) => open.push((file, name, folder)),
                Recognised::Not(file) => {
                    ignored.push((file.relative, "not recognised by name or contents".to_owned()));
                }
            }
        }
    }
    settle(open, &mut candidates);
    if candidates.is_empty() && !others {
        return Err(nothing(options, looked_at, &ignored));
    }
    let placed = place(options, candidates, &mut ignored)?;
    Ok(Placement { placed, ignored })
}

/// Nothing was recognised.
pub(super) fn nothing(options: &Options, looked_at: usize, ignored: &[(String, String)]) -> ImportError {
    let examples: Vec<&str> = ignored.iter().take(3).map(|(file, _)| file.as_str()).collect();
    let kinds: Vec<&str> = kinds().collect();
    ImportError::Input(format!(
        "none of the {looked_at} files in {} was recognised (such as {}): expected names like state.json, slaves.json, \
         apps.json or 5050-master_state.json; name files with --as KIND=FILE, where KIND is one of {}",
        options.from.display(),
        examples.join(", "),
        kinds.join(", ")
    ))
}

fn by_operator(named: &Named) -> Result<Candidate, ImportError> {
    let Some(usual) = usual::of_kind(&named.kind) else {
        let kinds: Vec<&str> = kinds().collect();
        return Err(ImportError::Input(format!(
            "--as {}: no such kind; expected one of {}",
            named.kind,
            kinds.join(", ")
        )));
    };
    let found = walk::single(&named.file)?;
    if let Some(why) = found.unusable {
        return Err(ImportError::Input(format!(
            "--as {}={}: {why}",
            named.kind,
            named.file.display()
        )));
    }
    let shape = peek(&found)?;
    Ok(Candidate {
        usual,
        by: "--as",
        distance: 0,
        folder: FolderHint::default(),
        group: (Vec::new(), named.file.display().to_string()),
        stated_host: named.host.clone(),
        own_address: address_of(usual, &shape),
        own_name: marathon_name(usual, &shape),
        found,
    })
}

/// What looking at one file gave.
enum Recognised {
    As(Candidate),
    /// A Mesos answer of a master or an agent, to be told from its neighbours.
    OneOf(Found, Name, FolderHint),
    Not(Found),
}

fn peek(found: &Found) -> Result<Shape, ImportError> {
    shape::peek(found).map_err(|e| ImportError::read(&found.path, e))
}

fn recognise(found: Found) -> Result<Recognised, ImportError> {
    let folder = address::of_folders(&found.folders);
    let name = names::read(&found.name);
    let mut possible = name.usual.clone();
    if let [only] = possible.as_slice() {
        let telling = [items::STATE, items::FLAGS, items::MARATHON_INFO].contains(&only.item);
        let shape = if telling { peek(&found)? } else { Shape::default() };
        return Ok(Recognised::As(candidate(found, only, "name", &name, folder, &shape)));
    }
    let shape = peek(&found)?;
    let by_shape = shape.usual();
    if possible.is_empty() {
        return Ok(match by_shape {
            Some(usual) => Recognised::As(candidate(found, usual, "shape", &name, folder, &shape)),
            None => Recognised::Not(found),
        });
    }
    if let Some(usual) = by_shape.filter(|usual| possible.contains(usual)) {
        return Ok(Recognised::As(candidate(found, usual, "name", &name, folder, &shape)));
    }
    let wanted = match shape.of_master() {
        Some(true) => Some(items::MESOS_MASTER),
        Some(false) => Some(items::MESOS_AGENT),
        None => folder.source,
    };
    possible.retain(|usual| wanted.is_none_or(|source| usual.source == source));
    Ok(match possible.as_slice() {
        [only] => Recognised::As(candidate(found, only, "name", &name, folder, &shape)),
        _ => Recognised::OneOf(found, name, folder),
    })
}

fn candidate(
    found: Found,
    usual: &'static Usual,
    by: &'static str,
    name: &Name,
    folder: FolderHint,
    shape: &Shape,
) -> Candidate {
    Candidate {
        usual,
        by,
        distance: if by == "shape" { BY_SHAPE } else { 1 + name.distance },
        group: (found.folders.clone(), name.group.clone()),
        stated_host: name.host.clone().or_else(|| folder.host.clone()),
        own_address: address_of(usual, shape),
        own_name: marathon_name(usual, shape),
        folder,
        found,
    }
}

fn address_of(usual: &Usual, shape: &Shape) -> Option<String> {
    let tells = matches!(usual.source, items::MESOS_MASTER | items::MESOS_AGENT)
        && matches!(usual.item, items::STATE | items::FLAGS);
    tells.then(|| address::of_shape(shape)).flatten()
}

fn marathon_name(usual: &Usual, shape: &Shape) -> Option<String> {
    let name =
        (usual.item == items::MARATHON_INFO && usual.source == items::MARATHON).then(|| shape.text("name"))??;
    Some(if name == "marathon" {
        ROOT.to_owned()
    } else {
        name.to_owned()
    })
}

/// `version.json` and the like: of the agent where all neighbours are an agent's, else of the master.
fn settle(open: Vec<(Found, Name, FolderHint)>, candidates: &mut Vec<Candidate>) {
    let known: Vec<_> = candidates
        .iter()
        .map(|candidate| (candidate.group.clone(), candidate.usual.source))
        .collect();
    for (found, name, folder) in open {
        let group = (found.folders.clone(), name.group.clone());
        let near = |source: &str| known.iter().any(|(of, has)| *of == group && *has == source);
        let agents = near(items::MESOS_AGENT) && !near(items::MESOS_MASTER);
        let wanted = if agents {
            items::MESOS_AGENT
        } else {
            items::MESOS_MASTER
        };
        let usual = name
            .usual
            .iter()
            .find(|usual| usual.source == wanted)
            .or(name.usual.first());
        if let Some(usual) = usual.copied() {
            candidates.push(candidate(found, usual, "name", &name, folder, &Shape::default()));
        }
    }
}

/// Hosts and Marathon names that files of one group know of each other.
struct Neighbours {
    addresses: BTreeMap<(Vec<String>, String, &'static str), String>,
    names: BTreeMap<Vec<String>, String>,
}

impl Neighbours {
    fn of(candidates: &[Candidate]) -> Self {
        let mut all = Self {
            addresses: BTreeMap::new(),
            names: BTreeMap::new(),
        };
        for candidate in candidates {
            let (folders, words) = candidate.group.clone();
            if let Some(name) = &candidate.own_name {
                all.names.entry(folders.clone()).or_insert_with(|| name.clone());
            }
            if let Some(address) = &candidate.own_address {
                all.addresses
                    .entry((folders, words, candidate.usual.source))
                    .or_insert_with(|| address.clone());
            }
        }
        all
    }

    fn address(&self, candidate: &Candidate, source: &'static str) -> Option<String> {
        let (folders, words) = candidate.group.clone();
        self.addresses.get(&(folders, words, source)).cloned()
    }
}

fn host(candidate: &Candidate, options: &Options, near: &Neighbours) -> String {
    let usual = candidate.usual;
    match usual.source {
        items::INPUT => items::INPUT_HOST.to_owned(),
        items::MARATHON => {
            let stated = candidate.folder.instance.clone().or_else(|| {
                (candidate.by == "--as")
                    .then(|| candidate.stated_host.clone())
                    .flatten()
            });
            let own = stated.or_else(|| candidate.own_name.clone());
            own.or_else(|| near.names.get(&candidate.group.0).cloned())
                .unwrap_or_else(|| ROOT.to_owned())
        }
        items::MESOS_AGENT => {
            let stated = candidate.stated_host.clone().or_else(|| candidate.own_address.clone());
            stated
                .or_else(|| near.address(candidate, items::MESOS_AGENT))
                .unwrap_or_else(|| unknown_host(candidate))
        }
        _ => {
            let standby = !candidate.group.1.is_empty() && candidate.by != "--as";
            // `--host` names the host of the plain files, not of those that say that they are another's.
            let given = options.host.clone().filter(|_| !standby);
            let stated = candidate.stated_host.clone().or(given);
            stated
                .or_else(|| candidate.own_address.clone())
                .or_else(|| {
                    let master = near.address(candidate, items::MESOS_MASTER)?;
                    // Another service on that host listens elsewhere.
                    let host = master.rsplit_once(':').map_or(master.as_str(), |(host, _)| host);
                    let own = usual.source == items::MESOS_MASTER;
                    Some(if own { master.clone() } else { host.to_owned() })
                })
                .unwrap_or_else(|| unknown_host(candidate))
        }
    }
}

fn unknown_host(candidate: &Candidate) -> String {
    match candidate.group.1.as_str() {
        words if !words.is_empty() && candidate.by != "--as" => words.to_owned(),
        _ => UNKNOWN_HOST.to_owned(),
    }
}

/// Gives every candidate its item, and every item one candidate.
fn place(
    options: &Options,
    candidates: Vec<Candidate>,
    ignored: &mut Vec<(String, String)>,
) -> Result<Vec<Placed>, ImportError> {
    let near = Neighbours::of(&candidates);
    let mut claims: BTreeMap<String, Vec<(String, Candidate)>> = BTreeMap::new();
    for candidate in candidates {
        let host = host(&candidate, options, &near);
        let item = items::path(candidate.usual.source, &host, candidate.usual.item);
        claims.entry(item).or_default().push((host, candidate));
    }
    let mut placed = Vec::with_capacity(claims.len());
    for (item, mut claim) in claims {
        claim.sort_by(|(_, a), (_, b)| (a.distance, &a.found.relative).cmp(&(b.distance, &b.found.relative)));
        let mut claim = claim.into_iter();
        let Some((host, winner)) = claim.next() else { continue };
        for (_, other) in claim {
            // Every master of a bundle has the answers of the one Marathon behind it.
            let same_service = matches!(winner.usual.source, items::MARATHON | items::METRONOME)
                && winner.folder.host.is_some()
                && winner.folder.host != other.folder.host;
            if other.distance == winner.distance && !same_service {
                return Err(ImportError::Input(format!(
                    "{} and {} both claim {item}: move one away, put them into a folder per host, or say which with \
                     --as {}=FILE",
                    winner.found.relative, other.found.relative, winner.usual.kind
                )));
            }
            ignored.push((
                other.found.relative,
                format!("{} was taken for {item}", winner.found.relative),
            ));
        }
        placed.push(Placed {
            source: winner.usual.source,
            found: winner.found,
            host,
            item,
            by: winner.by,
        });
    }
    Ok(placed)
}
