//! Every archive format ever released stays readable: golden archives, never written again, read by today's reader.
//!
//! A new format number adds a folder to `fixtures/archives/`; nothing there is ever changed.

use gonogo::archive::limits::Limits;
use gonogo::archive::reader::Reader;
use gonogo::model::Phase;
use gonogo::snapshot;

use crate::support::fixture::fixtures;

/// Digest of the golden archive of format 1.0, the same in both containers: it names the evidence, not the file.
const DIGEST_1_0: &str = "b9d5089cc41b8fe2836294e618341ed31e921895eb1b7a82881a94fec89fd80b";

#[test]
fn format_1_0_is_read_with_the_digest_it_was_written_with() {
    for file in ["agent.tar.gz", "agent.zip"] {
        let path = fixtures().join("archives/1.0").join(file);
        let verified = Reader::open(&path, &Limits::default())
            .and_then(Reader::verify)
            .unwrap();
        assert_eq!(verified.digest, DIGEST_1_0, "{file}");
        assert_eq!(verified.manifest.format, "gonogo-archive/1.0");
        assert_eq!(verified.manifest.phase, Phase::Pre);
        let snapshot = snapshot::load(Reader::open(&path, &Limits::default()).unwrap()).unwrap();
        let agent = &snapshot.agent_nodes[0];
        assert_eq!(
            agent.version.known().map(ToString::to_string).as_deref(),
            Some("1.5.3"),
            "{file}"
        );
        assert!(
            agent.flags.is_known() && !agent.state.is_known(),
            "{file}: what is not in it stays unknown"
        );
    }
}
