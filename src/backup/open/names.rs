//! Names of files in containers. Nothing is ever written under them; an unsafe one is still not believed.

/// Longest name that is taken: paths of znodes can be long, but not without end.
const LONGEST: usize = 4096;

/// A name without `./`, leading `/` and doubled slashes; `""` for the top folder itself.
///
/// # Errors
/// Why the name is not taken, in words that follow it.
pub(in crate::backup) fn clean(name: &[u8]) -> Result<String, &'static str> {
    if name.len() > LONGEST {
        return Err("a name of more than 4096 bytes");
    }
    let name = std::str::from_utf8(name).map_err(|_| "a name that is not UTF-8")?;
    let mut clean = String::with_capacity(name.len());
    for part in name.split('/') {
        match part {
            "" | "." => {}
            ".." => return Err("a name that leaves its folder"),
            part if part.contains('\0') => return Err("a name with a NUL"),
            part => {
                if !clean.is_empty() {
                    clean.push('/');
                }
                clean.push_str(part);
            }
        }
    }
    Ok(clean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_as_tar_programs_write_them() {
        for (name, is) in [
            ("./zookeeper/", "zookeeper"),
            ("/var/lib//x", "var/lib/x"),
            ("./", ""),
            ("größe ü", "größe ü"),
        ] {
            assert_eq!(clean(name.as_bytes()), Ok(is.to_owned()));
        }
        for bad in [&b"a/../b"[..], b"..", b"\xff", b"a\0b"] {
            assert!(clean(bad).is_err(), "{bad:?}");
        }
        assert!(clean(&[b'a'; 4097]).is_err());
    }
}
