//! What the demo's simulated visitors say that they did.

use std::collections::BTreeMap;

use serde_json::Value;

use super::samples::{Labels, Samples};

/// Samples by metric.
#[derive(Clone, Default)]
pub struct Visits(pub BTreeMap<String, Samples>);

impl Visits {
    /// By the line that tells them, if it has been printed to its end.
    pub fn told(said: &str) -> Option<Self> {
        let line = said.split_inclusive('\n').find_map(|line| line.strip_prefix("traffic: {")?.strip_suffix('\n'))?;
        let told: Value = serde_json::from_str(&format!("{{{line}")).unwrap();
        let samples = |list: &Value| list.as_array().unwrap().iter().map(sample).collect();
        Some(Self(told.as_object().unwrap().iter().map(|(metric, list)| (metric.clone(), samples(list))).collect()))
    }

    pub fn of(&self, metric: &str) -> Samples {
        self.0.get(metric).cloned().unwrap_or_default()
    }

    pub fn add(&mut self, metric: &str, labels: Labels, amount: f64) {
        *self.0.entry(metric.to_owned()).or_default().entry(labels).or_default() += amount;
    }

    pub fn and(mut self, more: Self) -> Self {
        for (metric, samples) in more.0 {
            for (labels, amount) in samples {
                self.add(&metric, labels, amount);
            }
        }
        self
    }
}

/// To Prometheus a label without a value is none.
fn sample(told: &Value) -> (Labels, f64) {
    let labels =
        told["labels"].as_object().unwrap().iter().map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()));
    (labels.filter(|(_, value)| !value.is_empty()).collect(), told["value"].as_f64().unwrap())
}
