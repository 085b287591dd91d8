//! Whose file is it? The host from folders and from contents. Guesses nothing that is written nowhere.

use super::shape::Shape;
use super::usual::WORDS;
use crate::model::items::{MARATHON, SOURCES};

/// What the folders above a file say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct FolderHint {
    /// Source, as in `10.0.0.5_agent/` or `mesos-agent/10.0.0.5/`.
    pub(super) source: Option<&'static str>,
    /// Host, as in `10.0.0.5_agent/`.
    pub(super) host: Option<String>,
    /// Name of a Marathon instance, as in `marathon/user/`.
    pub(super) instance: Option<String>,
}

/// Endings of host folders, as diagnostics bundles write them.
const ENDINGS: &[(&str, &str)] = &[
    ("_agent_public", "mesos-agent"),
    ("_public_agent", "mesos-agent"),
    ("_slave_public", "mesos-agent"),
    ("_agent", "mesos-agent"),
    ("_slave", "mesos-agent"),
    ("_master", "mesos-master"),
];

/// Folder names that people and programs use for anything but a host.
const NO_HOSTS: &[&str] = &["mesos", "data", "4lw", "json", "api", "curl", "endpoints", "http"];

/// Reads the two innermost folders.
pub(super) fn of_folders(folders: &[String]) -> FolderHint {
    let mut hint = FolderHint::default();
    let Some((inner, outer)) = folders.split_last() else {
        return hint;
    };
    let outer = outer.last().and_then(|folder| source_word(folder));
    if let Some(source) = source_word(inner) {
        // `mesos/agent/state.json`: a role and no host.
        hint.source = Some(source);
        return hint;
    }
    if outer == Some(MARATHON) {
        hint.source = outer;
        hint.instance = Some(inner.clone());
        return hint;
    }
    let lower = inner.to_ascii_lowercase();
    if let Some(instance) = lower
        .strip_prefix("marathon-")
        .or_else(|| lower.strip_prefix("marathon_"))
    {
        hint.source = Some(MARATHON);
        hint.instance = Some(format!("marathon-{instance}"));
        return hint;
    }
    let ending = ENDINGS.iter().find(|(ending, _)| lower.ends_with(ending));
    let kept = ending.map_or(inner.len(), |(ending, _)| inner.len() - ending.len());
    let host = inner.get(..kept).unwrap_or(inner);
    hint.source = outer.or(ending.map(|(_, source)| *source));
    hint.host = (!host.is_empty() && !NO_HOSTS.contains(&lower.as_str())).then(|| host.to_owned());
    hint
}

fn source_word(folder: &str) -> Option<&'static str> {
    let lower = folder.to_ascii_lowercase();
    let source = SOURCES.into_iter().find(|source| *source == lower);
    source.or_else(|| WORDS.iter().find(|(word, _)| *word == lower).map(|(_, source)| *source))
}

/// The address that a state or flags answer gives for its own process.
pub(super) fn of_shape(shape: &Shape) -> Option<String> {
    let real = |text: &&str| !text.is_empty() && *text != "0.0.0.0" && *text != "::";
    if let Some((_, address)) = shape.text("pid").and_then(|pid| pid.split_once('@')) {
        return Some(address.to_owned()).filter(|address| !address.is_empty());
    }
    let flag = |name: &str| shape.text(name).filter(real);
    let host = flag("flags.advertise_ip")
        .or_else(|| flag("flags.ip"))
        .or_else(|| flag("flags.hostname"))
        .or_else(|| flag("hostname"))?;
    Some(match flag("flags.port") {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_name_hosts_and_roles() {
        let hint = |path: &str| {
            let folders: Vec<String> = path.split('/').map(str::to_owned).collect();
            let hint = of_folders(&folders);
            (hint.source, hint.host, hint.instance)
        };
        let host = |text: &str| Some(text.to_owned());
        assert_eq!(hint("10.0.5.2_master"), (Some("mesos-master"), host("10.0.5.2"), None));
        assert_eq!(
            hint("b/10.0.5.3_agent_public"),
            (Some("mesos-agent"), host("10.0.5.3"), None)
        );
        assert_eq!(hint("10.0.5.3"), (None, host("10.0.5.3"), None));
        assert_eq!(hint("agents/10.0.5.3"), (Some("mesos-agent"), host("10.0.5.3"), None));
        assert_eq!(hint("data/mesos-master/m1"), (Some("mesos-master"), host("m1"), None));
        assert_eq!(hint("marathon/user"), (Some("marathon"), None, host("user")));
        assert_eq!(hint("marathon-user"), (Some("marathon"), None, host("marathon-user")));
        assert_eq!(hint("marathon"), (Some("marathon"), None, None));
    }
}
