//! What a server is started with: its configuration, where its log goes, and the watch that ends it. Never anything of a
//! backup.

use std::fs;
use std::io;
use std::path::Path;

use super::Settings;

/// Ends the server and removes its folder as soon as standard input is closed: that happens however this process ends,
/// Ctrl-C and `kill -9` included. Writes the server's process id and, when it ends by itself, its exit status.
pub(super) const WATCH: &str = r#"
folder=$1; shift
umask 077
exec 3<&0
"$@" </dev/null >"$folder/server.log" 2>&1 3<&- &
server=$!
echo "$server" >"$folder/pid"
( cat <&3 >/dev/null; [ -e "$folder/ended" ] || kill -9 "$server" 2>/dev/null ) &
watch=$!
exec 3<&-
wait "$server"; status=$?
echo "$status" >"$folder/ended.new"; mv "$folder/ended.new" "$folder/ended"
wait "$watch"
rm -rf -- "$folder"
"#;

/// Ticks longer than any drill, in milliseconds: about 23 and 20 days. Sessions expire at multiples of the tick on the clock
/// of the machine only (`ExpiryQueue`), so those of the backup live on and their ephemeral znodes can be read.
const LONG: [u64; 2] = [2_000_000_000, 1_700_000_000];
/// Such a multiple must be further away than this, milliseconds: a day.
const FAR: u64 = 86_400_000;

/// The tick at which nothing expires soon on a machine that runs since so many milliseconds.
fn tick(up: u64) -> u64 {
    let [one, other] = LONG;
    if one - up % one > FAR { one } else { other }
}

/// How long the machine runs, milliseconds; where it does not say, as if it had just begun.
fn up() -> u64 {
    fs::read_to_string("/proc/uptime")
        .ok()
        .and_then(|text| text.split('.').next()?.parse::<u64>().ok())
        .map_or(0, |seconds| seconds.saturating_mul(1000))
}

/// Writes the configuration below `folder`; the data directory stands there already.
pub(super) fn write(folder: &Path, port: u16, settings: &Settings) -> io::Result<()> {
    let tick = if settings.keep_sessions { tick(up()) } else { 2000 };
    let mut text = format!(
        "dataDir={data}\nclientPort={port}\nclientPortAddress=127.0.0.1\ntickTime={tick}\n\
         minSessionTimeout=1000\nmaxSessionTimeout=600000\nmaxClientCnxns=0\n\
         admin.enableServer=false\n4lw.commands.whitelist=*\nforceSync=no\nextendedTypesEnabled=true\n\
         preAllocSize={pre}\n",
        data = folder.join("data").display(),
        pre = settings.pre_alloc_kib,
    );
    if settings.skip_acl {
        text.push_str("skipACL=yes\n");
    }
    if let Some(count) = settings.snap_count {
        text.push_str("snapCount=");
        text.push_str(&count.to_string());
        text.push('\n');
    }
    fs::write(folder.join("zoo.cfg"), text)?;
    // Whichever logging the installation brings, it writes plain lines to the terminal, which is a file here.
    let conf = folder.join("conf");
    fs::create_dir(&conf)?;
    fs::write(
        conf.join("log4j.properties"),
        "log4j.rootLogger=INFO, C\nlog4j.appender.C=org.apache.log4j.ConsoleAppender\n\
         log4j.appender.C.layout=org.apache.log4j.PatternLayout\n\
         log4j.appender.C.layout.ConversionPattern=%d{ISO8601} %-5p %c{1} - %m%n\n",
    )?;
    fs::write(
        conf.join("logback.xml"),
        "<configuration><appender name=\"C\" class=\"ch.qos.logback.core.ConsoleAppender\"><encoder>\
         <pattern>%d{ISO8601} %-5p %c{1} - %m%n</pattern></encoder></appender>\
         <root level=\"INFO\"><appender-ref ref=\"C\"/></root></configuration>\n",
    )
}

/// The last lines of a server's log that say something went wrong; where none does, its last lines. Lines are cut at 300
/// characters.
pub(super) fn telling_lines(log: &str, most: usize) -> Vec<String> {
    let bad = |line: &&str| {
        ["ERROR", "FATAL", "Exception", "Error:", "Caused by", "OutOfMemory"]
            .iter()
            .any(|word| line.contains(word))
            && !line.trim_start().starts_with("at ")
    };
    let mut chosen: Vec<&str> = log.lines().filter(bad).collect();
    if chosen.is_empty() {
        chosen = log.lines().filter(|line| !line.trim().is_empty()).collect();
    }
    let from = chosen.len().saturating_sub(most);
    chosen
        .into_iter()
        .skip(from)
        .map(|line| {
            line.chars()
                .filter(|character| !character.is_control())
                .take(300)
                .collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_do_not_expire_during_a_drill() {
        for up in (0..400_u64).map(|days| days * 86_400_000 / 2) {
            let tick = tick(up);
            assert!(tick - up % tick > FAR / 2, "{up}");
        }
    }

    #[test]
    fn the_lines_that_tell_are_quoted() {
        let log = "[main] INFO started\n[main] ERROR no snapshot found\n\tat some.java.Method(File.java:1)\n\
                   java.io.IOException: bad\u{1b}[0m\n[main] INFO bye\n";
        assert_eq!(
            telling_lines(log, 5),
            ["[main] ERROR no snapshot found", "java.io.IOException: bad[0m"]
        );
        assert_eq!(telling_lines(log, 1), ["java.io.IOException: bad[0m"]);
        assert_eq!(telling_lines("one\n\ntwo\n", 1), ["two"]);
    }
}
