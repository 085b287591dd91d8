//! The cluster attached in the DC/OS CLI's own configuration: its address, token and trust. Reads files, changes none.

use std::path::{Path, PathBuf};

use secrecy::SecretString;

/// What the DC/OS CLI knows about its attached cluster.
pub struct Attachment {
    /// File it was read from.
    pub file: PathBuf,
    /// `core.dcos_url`.
    pub url: String,
    /// `core.dcos_acs_token`, if logged in.
    pub token: Option<SecretString>,
    /// `core.ssl_verify`.
    pub verify: Verify,
}

/// How the DC/OS CLI verifies certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verify {
    /// With the machine's authorities.
    Machine,
    /// Not at all.
    Off,
    /// With the authority in this file.
    Authority(PathBuf),
}

#[derive(serde::Deserialize)]
struct DcosToml {
    core: Option<Core>,
}

#[derive(serde::Deserialize)]
struct Core {
    dcos_url: Option<String>,
    dcos_acs_token: Option<String>,
    ssl_verify: Option<SslVerify>,
}

#[derive(serde::Deserialize)]
#[serde(untagged)]
enum SslVerify {
    Switch(bool),
    Text(String),
}

/// The folder of the DC/OS CLI: `DCOS_DIR`, else `~/.dcos`.
pub fn folder() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    set("DCOS_DIR")
        .map(PathBuf::from)
        .or_else(|| set("HOME").map(|home| Path::new(&home).join(".dcos")))
}

/// The attached cluster of a DC/OS CLI folder; `None` when there is none.
///
/// # Errors
/// A sentence when several are attached, or the file of the attached one cannot be used.
pub fn attached(folder: &Path) -> Result<Option<Attachment>, String> {
    let Some(file) = attached_file(folder)? else {
        return Ok(None);
    };
    let text = std::fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    // The parser's message may quote the line, and the line may be the token.
    let parsed: DcosToml = toml::from_str(&text).map_err(|_| format!("{} cannot be read as TOML", file.display()))?;
    let core = parsed.core.ok_or_else(|| format!("{} has no [core]", file.display()))?;
    let url = core
        .dcos_url
        .ok_or_else(|| format!("{} has no core.dcos_url", file.display()))?;
    let verify = match core.ssl_verify {
        Some(SslVerify::Switch(false)) => Verify::Off,
        Some(SslVerify::Text(text)) if text.eq_ignore_ascii_case("false") => Verify::Off,
        None | Some(SslVerify::Switch(true)) => Verify::Machine,
        Some(SslVerify::Text(text)) if text.eq_ignore_ascii_case("true") || text.is_empty() => Verify::Machine,
        Some(SslVerify::Text(path)) => Verify::Authority(PathBuf::from(path)),
    };
    Ok(Some(Attachment {
        file,
        url,
        token: core
            .dcos_acs_token
            .filter(|token| !token.is_empty())
            .map(SecretString::from),
        verify,
    }))
}

/// `clusters/<id>/dcos.toml` beside a file `attached`; `dcos.toml` itself for CLIs before 0.5.
fn attached_file(folder: &Path) -> Result<Option<PathBuf>, String> {
    let clusters = folder.join("clusters");
    let Ok(entries) = std::fs::read_dir(&clusters) else {
        let old = folder.join("dcos.toml");
        return Ok(old.is_file().then_some(old));
    };
    let mut attached: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.join("attached").exists())
        .map(|path| path.join("dcos.toml"))
        .collect();
    attached.sort();
    match attached.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(one.clone())),
        many => Err(format!(
            "{} clusters are attached in {}; name the one that is meant with --admin-router",
            many.len(),
            clusters.display()
        )),
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    fn cluster(folder: &Path, id: &str, toml: &str, is_attached: bool) {
        let path = folder.join("clusters").join(id);
        std::fs::create_dir_all(&path).unwrap();
        std::fs::write(path.join("dcos.toml"), toml).unwrap();
        if is_attached {
            std::fs::write(path.join("attached"), "").unwrap();
        }
    }

    #[test]
    fn reads_the_attached_cluster_only() {
        let folder = tempfile::tempdir().unwrap();
        assert!(attached(folder.path()).unwrap().is_none());
        cluster(
            folder.path(),
            "a",
            "[core]\ndcos_url = \"https://other.example\"\n",
            false,
        );
        assert!(attached(folder.path()).unwrap().is_none());
        let toml = "[core]\ndcos_url = \"https://dcos.example\"\ndcos_acs_token = \"not-a-token\"\nssl_verify = \"/tmp/ca.crt\"\n\
                    [cluster]\nname = \"x\"\n";
        cluster(folder.path(), "b", toml, true);
        let found = attached(folder.path()).unwrap().unwrap();
        assert_eq!(found.url, "https://dcos.example");
        assert_eq!(found.token.unwrap().expose_secret(), "not-a-token");
        assert_eq!(found.verify, Verify::Authority("/tmp/ca.crt".into()));
        cluster(folder.path(), "c", toml, true);
        assert!(attached(folder.path()).err().unwrap().contains("2 clusters"));
    }

    #[test]
    fn an_unreadable_file_is_named_and_its_content_is_not_shown() {
        let folder = tempfile::tempdir().unwrap();
        cluster(folder.path(), "a", "dcos_acs_token = \"half-a-secret\n", true);
        let error = attached(folder.path()).err().unwrap();
        assert!(
            error.contains("dcos.toml") && !error.contains("half-a-secret"),
            "{error}"
        );
    }
}
