//! What a run tells whoever watches it: every method does nothing unless overridden. Nothing here prints.

use crate::model::Evidence;

/// Watches a run. Text that comes from servers must be sanitised before it is shown.
pub trait Observer: Send + Sync {
    /// So many more items will be asked for.
    fn planned(&self, _items: usize) {}
    /// A step begins.
    fn step_started(&self, _step: &str) {}
    /// An item ended, one way or another.
    fn item_ended(&self, _evidence: &Evidence) {}
    /// A step ended: so many items it had, so many of them were captured (or do not apply, or were left out).
    fn step_ended(&self, _step: &str, _items: usize, _fine: usize) {}
    /// Something worth saying that is no item (what was found out, what was left alone).
    fn note(&self, _text: &str) {}
}

/// Watches nothing.
#[derive(Debug, Clone, Copy)]
pub struct Silent;

impl Observer for Silent {}
