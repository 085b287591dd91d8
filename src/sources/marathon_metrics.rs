//! `/metrics` of Marathon: the few values that the vendor's workbook asks for, under the names they have there.
//!
//! Two forms are read: up to 1.4 and from 1.7 on `{"value": n}` and `{"count": n, "mean": n}` below `gauges`, `counters`,
//! `meters`, `timers`, `histograms`; 1.5 and 1.6 `{"count": n, "mean": n}` throughout. Names that are not there are left
//! out: they changed with 1.5 and 1.7, and none is guessed.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Parsed;
use super::json;

/// Names of the workbook (DC/OS Upgrade FAQ & Workbook, Appendix II), without `service.mesosphere.marathon.`.
pub const NAMES: [&str; 12] = [
    "uptime",
    "leaderDuration",
    "app.count",
    "group.count",
    "task.running.count",
    "task.staged.count",
    "core.task.update.impl.ThrottlingTaskStatusUpdateProcessor.queued",
    "core.task.update.impl.ThrottlingTaskStatusUpdateProcessor.processing",
    "core.task.update.impl.TaskStatusUpdateProcessorImpl.publishFuture",
    "core.launcher.impl.OfferProcessorImpl.incomingOffers",
    "MarathonScheduler.resourceOffers",
    "MarathonScheduler.statusUpdate",
];

/// Beginning of every name.
const PREFIX: &str = "service.mesosphere.marathon.";

#[derive(Deserialize)]
struct Metric {
    #[serde(default)]
    value: Option<f64>,
    #[serde(default)]
    count: Option<f64>,
    #[serde(default)]
    mean: Option<f64>,
}

#[derive(Deserialize)]
struct Answer {
    // Every form has them: an object without is another answer (an empty list would pass for one with defaults only).
    gauges: BTreeMap<String, Metric>,
    #[serde(default)]
    counters: BTreeMap<String, Metric>,
    #[serde(default)]
    meters: BTreeMap<String, Metric>,
    #[serde(default)]
    timers: BTreeMap<String, Metric>,
    #[serde(default)]
    histograms: BTreeMap<String, Metric>,
}

/// Reads the answer: value (else mean, else count) by the workbook's name.
pub fn read(bytes: &[u8]) -> Parsed<BTreeMap<String, f64>> {
    const EXPECTED: &str = "the answer of Marathon's /metrics: an object with `gauges`";
    let answer: Answer = json::read(bytes, EXPECTED)?;
    let mut found = BTreeMap::new();
    // Counters and meters tell how many; of gauges and timers the value, or the mean, is meant.
    let sections = [
        (answer.gauges, false),
        (answer.timers, false),
        (answer.histograms, false),
        (answer.counters, true),
        (answer.meters, true),
    ];
    for (section, counts) in sections {
        for (name, metric) in section {
            let Some(short) = name.strip_prefix(PREFIX).filter(|short| NAMES.contains(short)) else {
                continue;
            };
            let number = if counts {
                metric.count
            } else {
                metric.value.or(metric.mean)
            };
            if let Some(number) = number {
                found.entry(short.to_owned()).or_insert(number);
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_forms_and_leaves_out_what_is_not_there() {
        let old = br#"{"version":"3.0.0","gauges":{"service.mesosphere.marathon.uptime":{"value":5221988},
            "service.mesosphere.marathon.app.count":{"value":4},"jvm.memory.total.used":{"value":1}},
            "counters":{},"histograms":{},"meters":{"service.mesosphere.marathon.core.launcher.impl.OfferProcessorImpl.incomingOffers":{"count":38,"m1_rate":0.01}},"timers":{}}"#;
        let old = read(old).unwrap();
        assert_eq!(old.get("uptime"), Some(&5_221_988.0));
        assert_eq!(
            old.get("core.launcher.impl.OfferProcessorImpl.incomingOffers"),
            Some(&38.0)
        );
        assert_eq!(old.len(), 3);
        let kamon =
            br#"{"gauges":{"service.mesosphere.marathon.task.running.count":{"count":1,"max":20,"mean":20,"min":20}}}"#;
        assert_eq!(read(kamon).unwrap().get("task.running.count"), Some(&20.0));
        assert_eq!(read(br#"{"gauges":{}}"#).unwrap().len(), 0);
        for other in ["{}", "[]", "<html>", r#"{"gauges":[]}"#] {
            assert!(read(other.as_bytes()).is_err(), "{other}");
        }
    }
}
