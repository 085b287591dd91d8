//! `gonogo verify`: what it says and how it ends, for intact, altered and absent archives.

use std::fs;

use gonogo::archive::Container;
use gonogo::cli::{self, Terminal};

use crate::support::bag;

/// Runs the program: exit code, standard output, standard error.
pub fn gonogo(arguments: &[&str]) -> (u8, String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let arguments = std::iter::once("gonogo").chain(arguments.iter().copied());
    let code = cli::run(arguments.map(Into::into), Terminal::NONE, &mut out, &mut err);
    (code, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

#[test]
fn an_intact_archive_is_described() {
    let folder = tempfile::tempdir().unwrap();
    for container in [Container::TarGz, Container::Zip, Container::Folder] {
        let path = bag::small(folder.path(), container);
        let (code, out, err) = gonogo(&["verify", path.to_str().unwrap()]);
        assert_eq!((code, err.as_str()), (0, ""));
        let digest = bag::read(&path).unwrap().1.digest;
        for wanted in [
            "intact",
            digest.as_str(),
            "not signed",
            "phase      pre",
            "4 captured, 1 timed-out",
            "- data/mesos-master/10.0.0.2/state.json timed-out (required): no answer in 30 s",
        ] {
            assert!(out.contains(wanted), "{wanted} is not in\n{out}");
        }
    }
}

#[test]
fn json_says_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = bag::small(folder.path(), Container::Folder);
    let name = path.to_str().unwrap();
    let (code, out, _) = gonogo(&["verify", name, "--format", "json"]);
    let answer: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(code, 0);
    assert_eq!(answer["intact"], true);
    assert_eq!(answer["outcomes"]["timed-out"], 1);
    assert_eq!(answer["missing"][0]["required"], true);
    fs::write(path.join("data/zookeeper/10.0.0.1/ruok.txt"), "imoK").unwrap();
    let (code, out, err) = gonogo(&["verify", name, "--format", "json"]);
    let answer: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(code, 6);
    assert_eq!(answer["intact"], false);
    assert_eq!(answer["place"], "data/zookeeper/10.0.0.1/ruok.txt");
    assert!(err.contains("archive altered"), "{err}");
}

#[test]
fn an_absent_archive_is_a_failure_and_a_foreign_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let absent = folder.path().join("absent.tar.gz");
    let (code, out, err) = gonogo(&["verify", absent.to_str().unwrap()]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.contains("absent.tar.gz"), "{err}");
    let foreign = folder.path().join("state.json");
    fs::write(&foreign, "{}").unwrap();
    let (code, _, err) = gonogo(&["verify", foreign.to_str().unwrap()]);
    assert_eq!(code, 6);
    assert!(err.contains("gonogo import"), "{err}");
}
