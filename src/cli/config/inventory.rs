//! The inventory of agents: a list, a plain file with one host per line, or an Ansible inventory in INI form.
//!
//! Of an Ansible inventory the groups whose names speak of agents are taken; without such a group, every host that
//! stands in no group of masters. Never resolves names, never opens anything but the one file.

use std::collections::{BTreeMap, BTreeSet};

/// Parts of group names that speak of agents.
const AGENT_GROUPS: [&str; 4] = ["agent", "slave", "worker", "node"];
/// Parts of group names that speak of something else.
const OTHER_GROUPS: [&str; 4] = ["master", "bootstrap", "control", "lb"];

/// Reads hosts out of the text of an inventory, in the order of the text, each once.
///
/// # Errors
/// A sentence with the line when something is no host name.
pub fn hosts(text: &str) -> Result<Vec<String>, String> {
    let ini = text.lines().any(|line| line.trim_start().starts_with('['));
    if ini { ansible(text) } else { plain(text) }
}

fn content(line: &str) -> &str {
    let cut = line.find(['#', ';']).unwrap_or(line.len());
    line.get(..cut).unwrap_or_default().trim()
}

fn plain(text: &str) -> Result<Vec<String>, String> {
    let mut all = Unique::default();
    for (number, line) in text.lines().enumerate() {
        let host = content(line);
        if host.is_empty() {
            continue;
        }
        check(host).map_err(|what| format!("line {}: {what}", number + 1))?;
        all.add(host);
    }
    all.some()
}

fn ansible(text: &str) -> Result<Vec<String>, String> {
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut order: Vec<String> = vec![String::new()];
    let mut group = Some(String::new());
    let mut children: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut parent: Option<String> = None;
    for (number, line) in text.lines().enumerate() {
        let line = content(line);
        if line.is_empty() {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            let (name, suffix) = name.trim().split_once(':').unwrap_or((name.trim(), ""));
            group = suffix.is_empty().then(|| name.to_ascii_lowercase());
            parent = (suffix == "children").then(|| name.to_ascii_lowercase());
            order.extend(group.iter().cloned());
            continue;
        }
        if let Some(parent) = &parent {
            children
                .entry(parent.clone())
                .or_default()
                .push(line.to_ascii_lowercase());
            continue;
        }
        // Lines of `[x:vars]` are no hosts.
        let Some(group) = &group else { continue };
        let mut words = line.split_whitespace();
        let name = words.next().unwrap_or_default();
        let host = words
            .find_map(|word| word.strip_prefix("ansible_host="))
            .map_or(name, |value| value.trim_matches(['"', '\'']));
        let hosts =
            range(host).ok_or_else(|| format!("line {}: `{host}` is no host range that is understood", number + 1))?;
        for host in hosts {
            check(&host).map_err(|what| format!("line {}: {what}", number + 1))?;
            groups.entry(group.clone()).or_default().push(host);
        }
    }
    let speaks = |name: &str, of: &[&str]| of.iter().any(|part| name.contains(part));
    let mut wanted: BTreeSet<String> = groups
        .keys()
        .chain(children.keys())
        .filter(|name| speaks(name, &AGENT_GROUPS) && !speaks(name, &OTHER_GROUPS))
        .cloned()
        .collect();
    for (parent, members) in &children {
        if wanted.contains(parent) {
            wanted.extend(members.iter().cloned());
        }
    }
    if wanted.is_empty() {
        wanted = groups
            .keys()
            .filter(|name| !speaks(name, &OTHER_GROUPS))
            .cloned()
            .collect();
    }
    let mut all = Unique::default();
    for name in order.iter().filter(|name| wanted.contains(*name)) {
        for host in groups.get(name).into_iter().flatten() {
            all.add(host);
        }
    }
    all.some()
}

/// `host[01:03].example` gives three hosts; text without brackets gives itself.
fn range(host: &str) -> Option<Vec<String>> {
    let Some((before, rest)) = host.split_once('[') else {
        return Some(vec![host.to_owned()]);
    };
    let (inside, after) = rest.split_once(']')?;
    // An IPv6 address in brackets, with or without a port.
    if before.is_empty() && inside.contains(':') && inside.parse::<std::net::Ipv6Addr>().is_ok() {
        return Some(vec![host.to_owned()]);
    }
    let (from, to) = inside.split_once(':')?;
    let (first, last): (u32, u32) = (from.parse().ok()?, to.parse().ok()?);
    if last < first || last - first > 100_000 || after.contains('[') {
        return None;
    }
    let width = if from.starts_with('0') { from.len() } else { 0 };
    Some((first..=last).map(|n| format!("{before}{n:0width$}{after}")).collect())
}

/// A host name or address, perhaps with a port, that can be put into a URL.
pub fn check(host: &str) -> Result<(), String> {
    let fine = !host.is_empty()
        && host.len() <= 255
        && !host.starts_with('-')
        && host.chars().all(|c| c.is_ascii_alphanumeric() || ".-_:[]".contains(c));
    if fine {
        Ok(())
    } else {
        Err(format!(
            "`{}` is no host name or address",
            host.chars().take(60).collect::<String>()
        ))
    }
}

/// Keeps order, drops repetitions.
#[derive(Default)]
struct Unique {
    list: Vec<String>,
    seen: BTreeSet<String>,
}

impl Unique {
    fn add(&mut self, host: &str) {
        if self.seen.insert(host.to_ascii_lowercase()) {
            self.list.push(host.to_owned());
        }
    }

    fn some(self) -> Result<Vec<String>, String> {
        if self.list.is_empty() {
            return Err("it names no agent; leave `agents` out when there is no inventory".to_owned());
        }
        Ok(self.list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_plain_lists() {
        assert_eq!(
            hosts("10.0.0.1\n# rack 2\n10.0.0.2 ; spare\n\n10.0.0.1\n").unwrap(),
            ["10.0.0.1", "10.0.0.2"]
        );
        assert!(hosts("\n# nothing\n").is_err());
        assert_eq!(
            hosts("10.0.0.1\n$(reboot)\n").unwrap_err(),
            "line 2: `$(reboot)` is no host name or address"
        );
    }

    #[test]
    fn reads_ansible_inventories() {
        let text = "[masters]\nm1 ansible_host=10.0.0.1\n\n[agents_private]\na[1:2].example ansible_user=core\n\
                    [agents_public]\np1 ansible_host='10.0.2.1'\n[agents_private:vars]\nansible_port=22\n\
                    [agents:children]\nagents_private\nagents_public\n";
        assert_eq!(hosts(text).unwrap(), ["a1.example", "a2.example", "10.0.2.1"]);
        // Without a group of agents: everybody but masters.
        assert_eq!(hosts("[masters]\nm1\n[rack1]\nx\ny\n").unwrap(), ["x", "y"]);
        assert_eq!(
            hosts("[all:children]\ndcos\n[dcos:children]\nworkers\n[workers]\nw01\n").unwrap(),
            ["w01"]
        );
    }

    #[test]
    fn reads_ranges() {
        assert_eq!(range("n[08:10]").unwrap(), ["n08", "n09", "n10"]);
        assert_eq!(range("[::1]:5051").unwrap(), ["[::1]:5051"]);
        assert_eq!(range("n[a:c]"), None);
    }
}
