//! What several tests need: fixtures, the fake cluster, the misbehaving server. Asserts nothing itself.

pub mod bag;
pub mod cluster;
pub mod fixture;
pub mod handmade;
pub mod hostile;
pub mod mini;
pub mod misbehaving;
