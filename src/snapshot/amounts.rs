//! Amounts of the resources that every Mesos counts, exact to the thousandth as Mesos itself counts them.
//!
//! Never holds ports, sets or revocable resources, and never stands for an amount that was not printed.

use std::collections::BTreeMap;
use std::fmt;

use crate::sources::mesos_agents::Scalar;

/// Amounts in thousandths: of a core, of an MB, of a GPU. Mesos rounds its scalars to three decimals
/// (apache/mesos `src/common/values.cpp`, 0.28 and later).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amounts {
    /// Thousandths of a core.
    pub cpus: u64,
    /// Thousandths of an MB of memory.
    pub mem: u64,
    /// Thousandths of an MB of disk.
    pub disk: u64,
    /// Thousandths of a GPU.
    pub gpus: u64,
}

/// Names of the amounts, in the order of [`Amounts::each`].
pub const NAMES: [&str; 4] = ["cpus", "mem", "disk", "gpus"];

/// A number in thousandths; `None` for what is no amount (negative, not finite, beyond any machine).
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to be within the range first"
)]
pub fn thousandths(number: f64) -> Option<u64> {
    let rounded = (number * 1000.0).round();
    (0.0..=9.0e15).contains(&rounded).then_some(rounded as u64)
}

impl Amounts {
    /// Of numbers as Mesos and Marathon write them; `None` where one of them is no amount.
    pub fn of(cpus: f64, mem: f64, disk: f64, gpus: f64) -> Option<Self> {
        Some(Self {
            cpus: thousandths(cpus)?,
            mem: thousandths(mem)?,
            disk: thousandths(disk)?,
            gpus: thousandths(gpus)?,
        })
    }

    /// Of a flat object of resources; a name that is not there counts as 0, as in Mesos.
    pub(super) fn read(resources: &BTreeMap<String, Scalar>) -> Option<Self> {
        let number = |name: &str| match resources.get(name) {
            None => Some(0.0),
            Some(Scalar::Number(number)) => Some(*number),
            Some(Scalar::Text(_)) => None,
        };
        Self::of(number("cpus")?, number("mem")?, number("disk")?, number("gpus")?)
    }

    /// The four amounts, in the order of [`NAMES`].
    pub fn each(self) -> [u64; 4] {
        [self.cpus, self.mem, self.disk, self.gpus]
    }

    fn zip(self, other: Self, with: impl Fn(u64, u64) -> u64) -> Self {
        Self {
            cpus: with(self.cpus, other.cpus),
            mem: with(self.mem, other.mem),
            disk: with(self.disk, other.disk),
            gpus: with(self.gpus, other.gpus),
        }
    }

    /// The sum.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        self.zip(other, u64::saturating_add)
    }

    /// What is left, never less than nothing.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        self.zip(other, u64::saturating_sub)
    }

    /// The smaller of each.
    #[must_use]
    pub fn least(self, other: Self) -> Self {
        self.zip(other, u64::min)
    }

    /// The name of the first amount of which `room` has less than this; `None` where it has all.
    pub fn lacking(self, room: Self) -> Option<&'static str> {
        let wanted = self.each().into_iter().zip(room.each());
        NAMES
            .into_iter()
            .zip(wanted)
            .find(|(_, (wanted, room))| wanted > room)
            .map(|(name, _)| name)
    }
}

/// Thousandths as people write them: `3.65`, `4384`.
pub fn shown(thousandths: u64) -> String {
    let (whole, rest) = (thousandths / 1000, thousandths % 1000);
    if rest == 0 {
        return whole.to_string();
    }
    format!("{whole}.{rest:03}").trim_end_matches('0').to_owned()
}

impl fmt::Display for Amounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} cpus, {} MB memory, {} MB disk",
            shown(self.cpus),
            shown(self.mem),
            shown(self.disk)
        )?;
        if self.gpus > 0 {
            write!(f, ", {} gpus", shown(self.gpus))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact_and_never_negative() {
        let a = Amounts::of(0.1, 32.0, 10.0, 0.0).unwrap();
        let b = Amounts::of(0.2, 64.5, 0.0, 1.0).unwrap();
        assert_eq!(a.plus(b), Amounts::of(0.3, 96.5, 10.0, 1.0).unwrap());
        assert_eq!(a.minus(b).each(), [0, 0, 10_000, 0]);
        assert_eq!(b.lacking(a), Some("cpus"));
        assert_eq!(a.lacking(a), None);
        for bad in [-0.1, f64::NAN, f64::INFINITY, 1e300] {
            assert_eq!(Amounts::of(bad, 0.0, 0.0, 0.0), None, "{bad}");
        }
        assert_eq!(b.to_string(), "0.2 cpus, 64.5 MB memory, 0 MB disk, 1 gpus");
        assert_eq!(
            (shown(3650), shown(7), shown(4_384_000)),
            ("3.65".to_owned(), "0.007".to_owned(), "4384".to_owned())
        );
    }

    #[test]
    fn what_is_no_number_is_not_counted() {
        let mut resources = BTreeMap::from([("cpus".to_owned(), Scalar::Number(4.0))]);
        assert_eq!(Amounts::read(&resources), Amounts::of(4.0, 0.0, 0.0, 0.0));
        resources.insert("mem".to_owned(), Scalar::Text("[1-2]".to_owned()));
        assert_eq!(Amounts::read(&resources), None);
    }
}
