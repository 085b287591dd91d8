//! Finds the ZooKeeper and the Java that are installed on this machine. Never downloads, unpacks or installs anything.

use std::fs;
use std::path::{Path, PathBuf};

use super::ServerError;

/// Where Debian and Ubuntu put the jars of their packages.
const DEBIAN_JARS: &str = "/usr/share/java";
/// Where DC/OS keeps the packages of a node.
const DCOS_PACKAGES: &str = "/opt/mesosphere/packages";
/// Folders below which people unpack a release of Apache.
const USUAL_PLACES: [&str; 5] = [
    "/usr/share/zookeeper",
    "/opt",
    "/usr/local",
    "/usr/lib/zookeeper",
    "/usr/hdp/current/zookeeper-server",
];

/// A ZooKeeper that can be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installation {
    /// The Java to run it with.
    pub java: PathBuf,
    /// Its class path: jars, and folders followed by `/*`.
    pub classpath: Vec<PathBuf>,
    /// Where it was found.
    pub home: PathBuf,
}

/// What the environment says about where to look; the command line fills it in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// The ZooKeeper that was named: an unpacked release, a folder of jars, or `zookeeper.jar` itself.
    pub home: Option<PathBuf>,
    /// `JAVA_HOME`.
    pub java_home: Option<PathBuf>,
    /// The folders of `PATH`.
    pub path: Vec<PathBuf>,
}

impl Installation {
    /// The one that was named; else the first that stands in a usual place: Debian's package, `/usr/share/zookeeper`, a
    /// release unpacked below `/opt` or `/usr/local`, the one DC/OS brings. Java is that of `JAVA_HOME`, of `PATH`, or of
    /// DC/OS.
    ///
    /// # Errors
    /// [`ServerError::NotInstalled`] when there is no ZooKeeper, or no Java.
    pub fn find(surroundings: &Surroundings) -> Result<Self, ServerError> {
        let (home, classpath) = match &surroundings.home {
            Some(named) => classpath_of(named).map(|found| (named.clone(), found)).ok_or_else(|| {
                ServerError::NotInstalled(format!(
                    "{} holds no zookeeper.jar, no zookeeper-<version>.jar and no lib/ with one",
                    named.display()
                ))
            })?,
            None => usual_homes()
                .into_iter()
                .find_map(|home| classpath_of(&home).map(|found| (home, found)))
                .ok_or_else(|| {
                    ServerError::NotInstalled(format!(
                        "looked for {DEBIAN_JARS}/zookeeper.jar, in {} and in {DCOS_PACKAGES}/exhibitor--*",
                        USUAL_PLACES.join(", ")
                    ))
                })?,
        };
        let java = find_java(surroundings.java_home.as_deref(), &surroundings.path).ok_or_else(|| {
            ServerError::NotInstalled(format!(
                "a ZooKeeper stands in {}, but no java: looked in JAVA_HOME, PATH and {DCOS_PACKAGES}/java--*",
                home.display()
            ))
        })?;
        Ok(Self { java, classpath, home })
    }
}

/// The class path of a ZooKeeper at this place, where there is one.
fn classpath_of(home: &Path) -> Option<Vec<PathBuf>> {
    if home.extension().is_some_and(|extension| extension == "jar") {
        return home
            .is_file()
            .then(|| with_logging(home, home.parent().unwrap_or(Path::new("."))));
    }
    // A folder of jars of many packages: the jar names what else it needs in its manifest.
    let jar = home.join("zookeeper.jar");
    if jar.is_file() {
        return Some(with_logging(&jar, home));
    }
    // An unpacked release: until 3.4 the jar stands at the top, since 3.5 in lib/.
    [home.to_owned(), home.join("lib")]
        .iter()
        .any(|folder| holds_release_jar(folder))
        .then(|| vec![home.join("lib").join("*"), home.join("*")])
}

/// The jar and, beside it, what makes it write its log; a distribution's jar does not name it.
fn with_logging(jar: &Path, folder: &Path) -> Vec<PathBuf> {
    let mut path = vec![jar.to_owned()];
    path.extend(Some(folder.join("slf4j-simple.jar")).filter(|simple| simple.is_file()));
    path
}

/// `zookeeper-3.8.4.jar`, not `zookeeper-jute-3.8.4.jar`.
fn holds_release_jar(folder: &Path) -> bool {
    names_in(folder).iter().any(|name| {
        name.strip_suffix(".jar")
            .and_then(|stem| stem.strip_prefix("zookeeper-"))
            .is_some_and(|version| version.starts_with(|c: char| c.is_ascii_digit()))
    })
}

/// Names in a folder, in order; none where it cannot be read.
fn names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    names.sort();
    names
}

/// Every place to look at, in the order in which they count.
fn usual_homes() -> Vec<PathBuf> {
    let mut homes = vec![PathBuf::from(DEBIAN_JARS)];
    for place in USUAL_PLACES {
        homes.push(PathBuf::from(place));
        // The newest name last in order of letters; good enough to choose among releases that all do.
        homes.extend(
            names_in(Path::new(place))
                .into_iter()
                .rev()
                .filter(|name| name.starts_with("apache-zookeeper-") || name.starts_with("zookeeper"))
                .map(|name| Path::new(place).join(name)),
        );
    }
    homes.extend(
        names_in(Path::new(DCOS_PACKAGES))
            .into_iter()
            .filter(|name| name.starts_with("exhibitor--"))
            .map(|name| Path::new(DCOS_PACKAGES).join(name).join("usr/zookeeper")),
    );
    homes
}

/// The first `java` of these places that is there.
fn find_java(java_home: Option<&Path>, path: &[PathBuf]) -> Option<PathBuf> {
    let dcos = names_in(Path::new(DCOS_PACKAGES))
        .into_iter()
        .filter(|name| name.starts_with("java--"))
        .map(|name| Path::new(DCOS_PACKAGES).join(name).join("usr/java/bin"));
    java_home
        .map(|home| home.join("bin"))
        .into_iter()
        .chain(path.iter().cloned())
        .chain(dcos)
        .map(|folder| folder.join("java"))
        .find(|java| java.is_file())
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    reason = "a test that cannot lay out its folders must stop loudly"
)]
mod tests {
    use super::*;

    fn with(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        folder
    }

    #[test]
    fn knows_the_layouts_of_installations() {
        let debian = with(&["zookeeper.jar", "slf4j-simple.jar", "unrelated.jar"]);
        let jars = classpath_of(debian.path()).unwrap();
        assert_eq!(
            jars,
            [
                debian.path().join("zookeeper.jar"),
                debian.path().join("slf4j-simple.jar")
            ]
        );
        assert_eq!(classpath_of(&debian.path().join("zookeeper.jar")).unwrap(), jars);

        let new = with(&["lib/zookeeper-3.8.4.jar", "lib/zookeeper-jute-3.8.4.jar"]);
        let old = with(&["zookeeper-3.4.14.jar", "lib/slf4j-api-1.7.25.jar"]);
        for home in [&new, &old] {
            assert_eq!(
                classpath_of(home.path()).unwrap(),
                [home.path().join("lib/*"), home.path().join("*")]
            );
        }
        assert_eq!(classpath_of(with(&["lib/zookeeper-jute-3.8.4.jar"]).path()), None);
        assert_eq!(classpath_of(Path::new("/no/such/zookeeper.jar")), None);
    }

    #[test]
    fn java_home_counts_before_the_path() {
        let (home, path) = (with(&["bin/java"]), with(&["java"]));
        let on_path = [PathBuf::from("/no/such/folder"), path.path().to_owned()];
        assert_eq!(
            find_java(Some(home.path()), &on_path),
            Some(home.path().join("bin/java"))
        );
        assert_eq!(find_java(None, &on_path), Some(path.path().join("java")));
    }
}
