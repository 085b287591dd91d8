//! Writes a synthetic answer of `/v2/apps`: three constraints for each app, most of them sound, some of every kind not.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

/// Writes `apps` apps; gives the number of constraints.
pub fn write(path: &Path, apps: u64) -> u64 {
    let mut file = BufWriter::new(File::create(path).unwrap());
    let mut random = 42_u64;
    let mut below = |limit: u64| {
        // Numbers of a linear congruence (Knuth, MMIX): the same file every time.
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % limit
    };
    write!(file, "{{\"apps\":[").unwrap();
    for app in 0..apps {
        let mut constraints: [Cow<str>; 3] = [
            r#"["hostname","UNIQUE"]"#.into(),
            format!(r#"["rack","GROUP_BY","{}"]"#, 1 + below(8)).into(),
            format!(r#"["rack","LIKE","rack-[1-{}]"]"#, 2 + below(8)).into(),
        ];
        match app % 100 {
            1 => constraints[0] = r#"["hostname","UNIQUE",""]"#.into(),
            2 => constraints[1] = r#"["rack","CLUSTER"]"#.into(),
            3 => constraints[2] = r#"["rack","LIKE","*"]"#.into(),
            // Apps bound to one of many hosts: a different text each.
            at if at % 10 == 5 => {
                constraints[0] = format!(r#"["hostname","CLUSTER","10.0.{}.{}"]"#, below(20), below(250)).into();
            }
            _ => {}
        }
        let comma = if app == 0 { "" } else { "," };
        write!(
            file,
            "{comma}{{\"id\":\"/team-{}/service-{app}\",\"cmd\":\"./run --port $PORT0\",\"instances\":{},\"cpus\":0.5,\
             \"mem\":256,\"constraints\":[{}]}}",
            app % 97,
            1 + below(8),
            constraints.join(",")
        )
        .unwrap();
    }
    writeln!(file, "]}}").unwrap();
    file.flush().unwrap();
    apps * 3
}
