//! Which checks run: `--only` and `--skip`. What is left out stays in the report, as left out.

use super::Failure;
use super::explain::unknown_check;
use crate::checks::{self, Check};
use crate::model::{CheckMeta, CheckResult, Stage, Status};

/// Arguments that choose checks.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Selection {
    /// Run only these checks (repeatable); what is left out keeps the verdict from being GO
    #[arg(long, value_name = "CHECK", value_delimiter = ',')]
    pub only: Vec<String>,
    /// Leave these checks out (repeatable); a blocking check left out gives CANNOT SAY
    #[arg(long, value_name = "CHECK", value_delimiter = ',')]
    pub skip: Vec<String>,
}

/// The checks of a run.
pub struct Selected {
    /// Those that run.
    pub run: Vec<&'static dyn Check>,
    /// Results that stand for those left out.
    pub left_out: Vec<CheckResult>,
}

impl Selection {
    /// The checks that fit (`pair` or a single archive), chosen. Unknown ids and an empty choice are usage errors.
    pub fn apply(&self, pair: bool) -> Result<Selected, Failure> {
        let fits = |check: &&'static dyn Check| pair || check.meta().stage == Stage::Single;
        let all: Vec<&'static dyn Check> = checks::all().into_iter().filter(fits).collect();
        for id in self.only.iter().chain(&self.skip) {
            if checks::find(id).is_none() {
                return Err(unknown_check(id));
            }
            if !all.iter().any(|check| check.meta().id == id) {
                return Err(
                    Failure::usage(format!("`{id}` looks at a pair of archives")).hint("use `gonogo compare PRE POST`")
                );
            }
        }
        let wanted = |meta: &CheckMeta| {
            let named = |list: &[String]| list.iter().any(|id| id == meta.id);
            (self.only.is_empty() || named(&self.only)) && !named(&self.skip)
        };
        let (run, left): (Vec<_>, Vec<_>) = all.into_iter().partition(|check| wanted(check.meta()));
        if run.is_empty() {
            return Err(Failure::usage("no check is left to run").hint("`gonogo checks` lists every id"));
        }
        let option = if self.only.is_empty() { "--skip" } else { "--only" };
        let left_out = left
            .into_iter()
            .map(|check| {
                let meta = check.meta();
                let by = if self.skip.iter().any(|id| id == meta.id) {
                    "--skip"
                } else {
                    option
                };
                CheckResult {
                    check: meta.id.to_owned(),
                    area: meta.area,
                    title: meta.title.to_owned(),
                    severity: meta.severity,
                    status: Status::Skipped,
                    reason: Some(format!("left out by {by}")),
                    judged: None,
                    findings: Vec::new(),
                    requirements: meta.requirements.iter().map(ToString::to_string).collect(),
                    left_out: true,
                }
            })
            .collect();
        Ok(Selected { run, left_out })
    }
}
