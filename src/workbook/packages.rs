//! The installed catalogue packages, and what the documents say about upgrading them with their state. Pure; never renders.

use crate::facts::Facts;
use crate::facts::cluster::Kind;
use crate::knowledge::Knowledge;
use crate::knowledge::packages::Word;
use crate::model::Observed;

use super::sheet::{Cell, Sheet};

/// One row per installed package.
pub fn packages(facts: &Facts<'_>, knowledge: &Knowledge) -> Sheet {
    let mut sheet = Sheet::new(
        "packages",
        "Catalogue packages",
        ["App", "Package", "Version", "Upgrade that keeps its state"],
    );
    let remark = match (&facts.snapshot.dcos.packages, facts.cluster.kind.known()) {
        (_, Some(Kind::Mesos)) => "Mesos without DC/OS has no catalogue.".to_owned(),
        (Observed::Known(packages, _), _) => {
            for package in packages {
                let says = match knowledge.package(&package.name, &package.version) {
                    Word::NoWay(statement) => {
                        Cell::Value(format!("NO: {} [{}]", statement.text, statement.sources.join("; ")))
                    }
                    Word::Silent => Cell::Unknown("no document speaks of it".to_owned()),
                    Word::Unreadable => Cell::Unknown("its version cannot be read".to_owned()),
                };
                sheet.rows.push(vec![
                    Cell::value(&package.app_id),
                    Cell::value(&package.name),
                    Cell::value(&package.version),
                    says,
                ]);
            }
            format!(
                "{} packages are installed. DC/OS upgrades none of them.",
                packages.len()
            )
        }
        (Observed::Unknown(why), _) => {
            let row = vec![Cell::why(why), Cell::Blank, Cell::Blank, Cell::Blank];
            sheet.rows.push(row);
            "Which packages are installed is not known.".to_owned()
        }
    };
    sheet.remarks.push(remark);
    sheet
}
