//! config.yaml before and for the target, in the terminal: one line where nothing differs, else a short table. Decides nothing.

use super::{Page, SHORT};
use crate::report::view::View;

impl Page {
    /// Side by side.
    pub(super) fn config(&mut self, view: &View) {
        let Some(config) = &view.config else { return };
        let heading = self.paint("strong", "config.yaml");
        self.line(&format!(
            "{heading}: {} ({}, {})",
            config.sentence, config.old, config.new
        ));
        let shown = if self.style.all { config.rows.len() } else { SHORT };
        if !config.rows.is_empty() {
            let mut table = self.table(["setting", "old -> new", "the documents"]);
            for row in config.rows.iter().take(shown) {
                let side = |side: &Option<String>| side.clone().unwrap_or_else(|| "not there".to_owned());
                table.add_row([
                    row.key.as_str(),
                    &format!("{} -> {}", side(&row.old), side(&row.new)),
                    row.says,
                ]);
            }
            self.draw(&table);
            self.more(config.rows.len().saturating_sub(shown) + config.more, "setting");
        }
        self.blank();
    }
}
