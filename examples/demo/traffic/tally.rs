//! What visitors did, as the metrics should tell it.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value, json};

/// Sums by metric and labels.
#[derive(Default)]
pub(crate) struct Tally(BTreeMap<&'static str, BTreeMap<Labels, f64>>);

type Labels = Vec<(&'static str, String)>;

impl Tally {
    pub(crate) fn count(&mut self, metric: &'static str, labels: &[(&'static str, &str)]) {
        self.add(metric, labels, 1.0);
    }

    pub(crate) fn add(&mut self, metric: &'static str, labels: &[(&'static str, &str)], amount: f64) {
        let labels = labels.iter().map(|&(name, value)| (name, value.to_owned())).collect();
        *self.0.entry(metric).or_default().entry(labels).or_default() += amount;
    }

    pub(crate) fn add_up(&mut self, other: Self) {
        for (metric, samples) in other.0 {
            let sums = self.0.entry(metric).or_default();
            for (labels, amount) in samples {
                *sums.entry(labels).or_default() += amount;
            }
        }
    }
}

/// One line of JSON: by metric a list of `{"labels": {…}, "value": …}`.
impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sample = |(labels, value): (&Labels, &f64)| {
            let labels: Map<String, Value> =
                labels.iter().map(|(name, value)| ((*name).to_owned(), Value::from(value.as_str()))).collect();
            json!({"labels": labels, "value": value})
        };
        let metrics = self.0.iter().map(|(metric, samples)| ((*metric).to_owned(), samples.iter().map(sample).collect()));
        Value::Object(metrics.collect()).fmt(f)
    }
}
