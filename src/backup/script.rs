//! The script that takes the backups of one DC/OS release: POSIX sh, an Ansible playbook around it, or the plain commands.
//!
//! Writes text, never runs it. What changes something is done by the script only when its reader says so; what would make
//! Marathon's leader step down is printed and never called.

use crate::knowledge::Knowledge;
use crate::knowledge::backups::{How, On, Way};
use crate::knowledge::signoffs::Edition;
use crate::model::Version;

/// The part of the script that is the same for every release.
const BEGIN: &str = include_str!("script/begin.sh");

/// What to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A script for one host: by hand or over ssh.
    Sh,
    /// A playbook: one host after the other, the leader last.
    Ansible,
    /// The lines alone, to type.
    Commands,
}

/// For which cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Release that runs.
    pub release: Version,
    /// Edition; `None`: not known, ways of both are in it and look for their tools.
    pub edition: Option<Edition>,
    /// Masters in the order of their turn; empty where they are not known.
    pub masters: Vec<String>,
    /// Whether the last of `masters` is known to lead.
    pub leader_known: bool,
}

/// Writes it.
pub fn write(knowledge: &Knowledge, request: &Request, form: Form) -> String {
    let ways = knowledge.backups_of(&request.release, request.edition);
    match form {
        Form::Sh => sh(request, &ways),
        Form::Ansible => ansible(request, &sh(request, &ways)),
        Form::Commands => commands(request, &ways),
    }
}

fn edition(request: &Request) -> &'static str {
    match request.edition {
        Some(Edition::Enterprise) => "Enterprise",
        Some(Edition::Open) => "Open Source",
        None => "edition not stated: what is not installed is left out",
    }
}

/// Single quotes of sh around a word.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// Where a backup that is taken by hand goes.
fn place(way: &Way) -> String {
    format!("/var/tmp/{}-$(hostname){}", way.file.0, way.file.1)
}

fn comment(into: &mut Vec<String>, text: &str) {
    let mut line = String::from("#");
    for word in text.split_whitespace() {
        if line.len() + word.len() > 118 {
            into.push(std::mem::replace(&mut line, String::from("#")));
        }
        line.push(' ');
        line.push_str(word);
    }
    into.push(line);
}

fn sh(request: &Request, ways: &[&Way]) -> String {
    let mut lines = vec![
        "#!/bin/sh".to_owned(),
        format!(
            "# Backups of one master of DC/OS {} ({}), written by gonogo backup script.",
            request.release,
            edition(request)
        ),
    ];
    let mut text = BEGIN.replacen(
        "ROOT=${ROOT:-}\n",
        &format!("RELEASE={}\nROOT=${{ROOT:-}}\n", quoted(&request.release.to_string())),
        1,
    );
    text.insert_str(0, &(lines.join("\n") + "\n"));
    lines.clear();
    lines.push(String::new());
    lines.push("if [ \"$ROLE\" = bootstrap ]; then".to_owned());
    lines.push("genconf=${2:-./genconf}".to_owned());
    for way in ways.iter().filter(|way| way.on == On::Bootstrap) {
        step(&mut lines, way, request.edition);
    }
    lines.push("if [ -f \"$genconf/license.txt\" ]; then say \"license.txt: $(digest \"$genconf/license.txt\") (digest; it is not copied)\"; fi".to_owned());
    lines.push("ended".to_owned());
    lines.push("fi".to_owned());
    for way in ways.iter().filter(|way| way.on != On::Bootstrap) {
        step(&mut lines, way, request.edition);
    }
    for (name, what) in [
        ("inventory", "names, sizes and owners of what stands in /var/lib"),
        (
            "certificates",
            "certificates by the digest of their public key; keys by mode and owner alone",
        ),
        ("settings", "digests of the node's own settings"),
    ] {
        lines.push(String::new());
        lines.push(format!("# Other state: {what}."));
        lines.push(format!("take {name} {name} .txt '' '' '' {name}"));
    }
    lines.push(String::new());
    lines.push("ended".to_owned());
    lines.push("}".to_owned());
    lines.push("gonogo_backup \"$@\"".to_owned());
    text + &lines.join("\n") + "\n"
}

/// The lines of one way. Where the edition is not known, a tool that is not there is no failure.
fn step(lines: &mut Vec<String>, way: &Way, asked: Option<Edition>) {
    lines.push(String::new());
    comment(lines, &format!("{}. {}", way.title, way.text));
    let function = way.id.replace('-', "_");
    let run = way.run.replace("{root}", "\"$ROOT\"").replace("{file}", "\"$part\"");
    match way.how {
        How::Unknown => {
            lines.push(format!(
                "say {}",
                quoted(&format!("NOT TAKEN: {}: {}", way.title, way.text))
            ));
            return;
        }
        How::Print => {
            lines.push(format!(
                "#   {}",
                way.run.replace("{root}", "").replace("{file}", &place(way))
            ));
            return;
        }
        How::Take | How::Ask => {}
    }
    let redirect = if way.redirect { " >\"$part\"" } else { " >&2" };
    lines.push(format!("{function}() {{"));
    if let Some(service) = &way.stops {
        lines.push(format!("  systemctl stop {service} || return 1"));
        lines.push(format!(
            "  trap 'systemctl start {service}; say \"interrupted; {service} is started again\"; exit 130' HUP INT TERM"
        ));
        lines.push(format!("  {run}{redirect}"));
        lines.push("  stopped_status=$?".to_owned());
        lines.push(format!(
            "  systemctl start {service} || say \"{service} DOES NOT START: start it before anything else\""
        ));
        lines.push("  trap 'exit 130' HUP INT TERM".to_owned());
        lines.push("  tries=0".to_owned());
        lines.push("  until serving; do".to_owned());
        lines.push("    tries=$((tries + 1))".to_owned());
        lines.push("    if [ \"$tries\" -gt 60 ]; then say 'ZooKeeper does not answer after 5 minutes: stop here'; failed=1; break; fi".to_owned());
        lines.push("    sleep 5".to_owned());
        lines.push("  done".to_owned());
        lines.push("  return \"$stopped_status\"".to_owned());
    } else {
        lines.push(format!("  {run}{redirect}"));
    }
    lines.push("}".to_owned());
    let rooted = |place: &Option<String>| {
        place.as_ref().map_or_else(
            || "''".to_owned(),
            |place| format!("\"{}\"", place.replace("{root}", "$ROOT")),
        )
    };
    let stopped = if way.stops.is_some() { "true" } else { "''" };
    let mut call = format!(
        "take {} {} {} {} {} {stopped} {function}",
        way.way,
        way.file.0,
        quoted(&way.file.1),
        rooted(&way.needs),
        rooted(&way.room),
    );
    let mut conditions = Vec::new();
    if way.on == On::OneMaster {
        // Where nobody can tell who leads, twice is better than never.
        conditions.push("[ \"$leading\" != false ]".to_owned());
    }
    if let Some(switch) = &way.switch {
        conditions.push(format!("[ \"${{{switch}:-}}\" = yes ]"));
    }
    if asked.is_none() && way.edition.is_some() {
        conditions.push(format!("[ -e {} ]", rooted(&way.needs)));
    }
    if !conditions.is_empty() {
        call = format!("if {}; then {call}; fi", conditions.join(" && "));
    }
    lines.push(call);
}

fn ansible(request: &Request, script: &str) -> String {
    let hosts = if request.masters.is_empty() {
        "masters".to_owned()
    } else {
        request.masters.join(",")
    };
    // The text is the shell's own: nothing in it is a variable of Ansible.
    let mut block = String::from("&script !unsafe |\n");
    for line in script.lines() {
        if !line.is_empty() {
            block.push_str("          ");
            block.push_str(line);
        }
        block.push('\n');
    }
    let release = &request.release;
    let followers = play("masters that do not lead", &hosts, &block, "followers");
    let leader = play("the leading master", &hosts, "*script\n", "leader");
    format!(
        "---\n\
         # Backups of the masters of DC/OS {release}, written by gonogo backup script. One host after the other; the leading\n\
         # master comes last, found when the playbook runs. Run: ansible-playbook -i <inventory> gonogo-backup.yml\n\
         # The backups stay on the masters: copy them off afterwards, each with the .record beside it.\n\
         {followers}{leader}"
    )
}

fn play(of: &str, hosts: &str, stdin: &str, only: &str) -> String {
    let hosts = yaml_quoted(hosts);
    format!(
        "- name: backups of {of}
  hosts: {hosts}
  serial: 1
  become: true
  gather_facts: false
  any_errors_fatal: true
  tasks:
    - name: take them
      ansible.builtin.command:
        argv: [sh, -s]
        stdin: {stdin}      environment:
        ONLY: {only}
      register: backups
      changed_when: true
    - name: what was taken
      ansible.builtin.debug:
        var: backups.stdout_lines
"
    )
}

fn yaml_quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "''"))
}

fn commands(request: &Request, ways: &[&Way]) -> String {
    let mut lines = Vec::new();
    comment(
        &mut lines,
        &format!(
            "Backups of DC/OS {} ({}): the commands to type, by root. gonogo runs none of them.",
            request.release,
            edition(request)
        ),
    );
    match (request.masters.is_empty(), request.leader_known) {
        (true, _) => comment(
            &mut lines,
            "Masters: each, the leading one (getent hosts leader.mesos) last.",
        ),
        (false, true) => comment(
            &mut lines,
            &format!(
                "Masters in their order, the leading one last: {}.",
                request.masters.join(", ")
            ),
        ),
        (false, false) => comment(
            &mut lines,
            &format!(
                "Masters: {}; find out who leads (getent hosts leader.mesos): its turn is the last.",
                request.masters.join(", ")
            ),
        ),
    }
    comment(
        &mut lines,
        "Before and after each: echo mntr | nc localhost 2181 | grep -E 'zk_znode_count|zk_ephemerals_count'; note both, the time and the exit status.",
    );
    lines.push("umask 077".to_owned());
    for way in ways {
        lines.push(String::new());
        let whereabouts = match way.on {
            On::EveryMaster => "every master",
            On::OneMaster => "the leading master",
            On::Bootstrap => "the bootstrap node",
            On::Anywhere => "wherever the DC/OS command line is",
        };
        comment(&mut lines, &format!("{} (on {whereabouts}). {}", way.title, way.text));
        let file = place(way);
        let mut run = way
            .run
            .replace("{root}", "")
            .replace("{file}", &file)
            .replace("$genconf/..", ".")
            .replace("$genconf", "genconf");
        if way.redirect {
            run = format!("{run} > {file}");
        }
        if let Some(service) = &way.stops {
            run = format!("systemctl stop {service} && {run}; systemctl start {service}");
        }
        match way.how {
            How::Unknown => {}
            How::Take => lines.push(run),
            How::Ask => {
                lines.push("# CHANGES SOMETHING:".to_owned());
                lines.push(format!("# {run}"));
            }
            How::Print => lines.push(format!("# {run}")),
        }
    }
    lines.push(String::new());
    comment(
        &mut lines,
        "Then copy everything off the cluster with its SHA-256, and there: gonogo backup inspect <files>; gonogo collect --backup <file>.",
    );
    lines.join("\n") + "\n"
}
