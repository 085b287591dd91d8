//! Ways in which a process of the simulated cluster can misbehave, set per process and path.
//!
//! Used by the scenario `blind` and by tests; without faults every answer is whole and true.

use std::collections::BTreeMap;

use super::answers::Service;

/// One way to misbehave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Answers with this status and a short text.
    Status(u16),
    /// Answers 200 with a page for people.
    Html,
    /// Answers 200 with this body, called JSON.
    Body(String),
    /// Takes the request and never answers.
    Hang,
    /// Promises the whole answer, sends half of it and closes the connection.
    Truncate,
    /// Closes the connection without a byte.
    Drop,
    /// Sends elsewhere with status 307.
    Redirect(String),
}

/// Faults by process and path; the path `*` stands for every path of the process.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    by_place: BTreeMap<(Service, String), Fault>,
}

impl Faults {
    /// Lets a process misbehave on one path (for ZooKeeper: one word), or on all with `*`.
    pub fn set(&mut self, service: Service, path: &str, fault: Fault) {
        self.by_place.insert((service, path.to_owned()), fault);
    }

    /// Everything answers again.
    pub fn clear(&mut self) {
        self.by_place.clear();
    }

    /// The fault that applies.
    pub fn of(&self, service: Service, path: &str) -> Option<Fault> {
        self.by_place
            .get(&(service, path.to_owned()))
            .or_else(|| self.by_place.get(&(service, "*".to_owned())))
            .cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_its_own_fault_or_that_of_its_process() {
        let mut faults = Faults::default();
        faults.set(Service::Master(0), "/state", Fault::Hang);
        faults.set(Service::Exhibitor(1), "*", Fault::Drop);
        assert_eq!(faults.of(Service::Master(0), "/state"), Some(Fault::Hang));
        assert_eq!(faults.of(Service::Master(0), "/slaves"), None);
        assert_eq!(faults.of(Service::Master(1), "/state"), None);
        assert_eq!(faults.of(Service::Exhibitor(1), "/anything"), Some(Fault::Drop));
        faults.clear();
        assert_eq!(faults.of(Service::Master(0), "/state"), None);
    }
}
