//! The collectors: one file per source, and their list.
