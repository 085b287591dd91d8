//! Amounts of resources and the forms in which Mesos prints them.
//!
//! Follows apache/mesos `src/common/http.cpp`: scalars with three decimals, ranges as text.

use serde_json::{Map, Value, json};

/// An amount of resources.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Resources {
    /// Cores.
    pub cpus: f64,
    /// Memory, MB.
    pub mem: f64,
    /// Disk, MB.
    pub disk: f64,
    /// Port ranges, both ends included.
    pub ports: Vec<(u16, u16)>,
}

fn rounded(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}

impl Resources {
    /// Scalars without ports.
    pub fn of(cpus: f64, mem: f64, disk: f64) -> Self {
        Self {
            cpus,
            mem,
            disk,
            ports: Vec::new(),
        }
    }

    /// The same with one port.
    #[must_use]
    pub fn with_port(mut self, port: u16) -> Self {
        self.ports.push((port, port));
        self
    }

    /// The sum; port ranges are joined and sorted.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        let mut ports = self.ports.clone();
        ports.extend_from_slice(&other.ports);
        ports.sort_unstable();
        Self {
            cpus: rounded(self.cpus + other.cpus),
            mem: rounded(self.mem + other.mem),
            disk: rounded(self.disk + other.disk),
            ports,
        }
    }

    /// What is left of the scalars; ports stay unless all of them are taken.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        Self {
            cpus: rounded(self.cpus - other.cpus),
            mem: rounded(self.mem - other.mem),
            disk: rounded(self.disk - other.disk),
            ports: if self.ports == other.ports {
                Vec::new()
            } else {
                self.ports.clone()
            },
        }
    }

    /// The sum of many.
    pub fn sum<'a>(all: impl IntoIterator<Item = &'a Self>) -> Self {
        all.into_iter().fold(Self::default(), |sum, one| sum.plus(one))
    }

    /// `[1025-2180, 2182-3887]`.
    pub fn ports_text(&self) -> Option<String> {
        let mut joined: Vec<(u16, u16)> = Vec::new();
        for &(from, to) in &self.ports {
            match joined.last_mut() {
                Some((_, end)) if end.checked_add(1) == Some(from) => *end = to,
                _ => joined.push((from, to)),
            }
        }
        let ranges: Vec<String> = joined.iter().map(|(from, to)| format!("{from}-{to}")).collect();
        (!ranges.is_empty()).then(|| format!("[{}]", ranges.join(", ")))
    }

    /// The flat object of `/state`.
    pub fn flat(&self) -> Value {
        let mut object = json!({"disk": self.disk, "mem": self.mem, "gpus": 0.0, "cpus": self.cpus});
        if let (Some(ports), Some(fields)) = (self.ports_text(), object.as_object_mut()) {
            fields.insert("ports".to_owned(), json!(ports));
        }
        object
    }

    /// The `*_resources_full` array: one protobuf object per resource, each with the fields of `more`.
    pub fn full(&self, role: &str, more: &Value) -> Vec<Value> {
        let mut all = Vec::new();
        for (name, amount) in [("cpus", self.cpus), ("mem", self.mem), ("disk", self.disk)] {
            if amount > 0.0 {
                all.push(json!({"name": name, "type": "SCALAR", "scalar": {"value": amount}, "role": role}));
            }
        }
        if !self.ports.is_empty() {
            let ranges: Vec<Value> = self
                .ports
                .iter()
                .map(|(from, to)| json!({"begin": from, "end": to}))
                .collect();
            all.push(json!({"name": "ports", "type": "RANGES", "ranges": {"range": ranges}, "role": role}));
        }
        let none = Map::new();
        for value in &mut all {
            if let Some(fields) = value.as_object_mut() {
                for (name, extra) in more.as_object().unwrap_or(&none) {
                    fields.insert(name.clone(), extra.clone());
                }
            }
        }
        all
    }
}

/// What the built-in command executor costs on the agent, beside its task.
pub fn command_executor() -> Resources {
    Resources::of(0.1, 32.0, 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_as_mesos_does() {
        let sum = Resources::of(0.1, 32.0, 0.0)
            .with_port(31001)
            .plus(&Resources::of(0.2, 64.0, 0.0).with_port(31000));
        assert_eq!(
            sum.flat(),
            json!({"disk": 0.0, "mem": 96.0, "gpus": 0.0, "cpus": 0.3, "ports": "[31000-31001]"})
        );
        assert_eq!(
            Resources::default().flat(),
            json!({"disk": 0.0, "mem": 0.0, "gpus": 0.0, "cpus": 0.0})
        );
        assert_eq!(
            Resources::of(1.0, 0.0, 0.0).full("*", &json!({})),
            vec![json!({"name": "cpus", "type": "SCALAR", "scalar": {"value": 1.0}, "role": "*"})]
        );
    }
}
