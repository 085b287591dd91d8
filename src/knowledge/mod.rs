//! Knowledge: what vendors' documents and sources say about releases, as data with sources. Never looks at a cluster.

pub mod releases;
