//! Apps and pods before and after, in the terminal: totals, and a short table of those that differ. Decides nothing.

use super::{Page, SHORT};
use crate::report::view::View;

impl Page {
    /// Per Marathon.
    pub(super) fn apps(&mut self, view: &View) {
        for marathon in &view.workloads {
            let heading = self.paint("strong", &format!("Apps and pods of Marathon {}", marathon.marathon));
            self.line(&format!("{heading} ({})", marathon.releases));
            for total in &marathon.totals {
                self.paragraph(2, total);
            }
            if self.style.all && !marathon.written.is_empty() {
                let mut table = self.table(["written otherwise by", "what it says", "in"]);
                for row in &marathon.written {
                    table.add_row([&row.entry, &row.says, &row.count]);
                }
                self.draw(&table);
            }
            let shown = if self.style.all { marathon.rows.len() } else { SHORT };
            if !marathon.rows.is_empty() {
                let mut table = self.table(["app or pod", "definition", "constraints that differ", "tasks"]);
                for row in marathon.rows.iter().take(shown) {
                    let mut definition = vec![row.definition.to_owned()];
                    definition.extend(row.fields.iter().cloned());
                    table.add_row([
                        row.name.clone(),
                        definition.join("\n"),
                        row.constraints.join("\n"),
                        row.tasks.clone(),
                    ]);
                }
                self.draw(&table);
                self.more(marathon.rows.len().saturating_sub(shown) + marathon.more, "app and pod");
            }
            self.blank();
        }
    }
}
