//! Samples by their labels: what the exposition, Prometheus's API and a tally have in common.

use std::collections::BTreeMap;

pub type Labels = BTreeMap<String, String>;
pub type Samples = BTreeMap<Labels, f64>;

pub fn labels<const N: usize>(pairs: [(&str, &str); N]) -> Labels {
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

/// By how much each series grew; one that was not there before grew from 0.
pub fn growth(before: &Samples, after: &Samples) -> Samples {
    after.iter().map(|(labels, value)| (labels.clone(), value - before.get(labels).unwrap_or(&0.0))).collect()
}

/// The samples that are not 0: counters whose labels are known are there from the start.
pub fn moved(samples: Samples) -> Samples {
    samples.into_iter().filter(|&(_, value)| value != 0.0).collect()
}

/// One reading of `/metrics`, in Prometheus's text format.
pub struct Exposition {
    pub text: String,
}

impl Exposition {
    pub fn samples(&self, name: &str) -> Samples {
        self.text.lines().filter_map(|line| sample(line.strip_prefix(name)?)).collect()
    }

    pub fn moved(&self, name: &str) -> Samples {
        moved(self.samples(name))
    }
}

/// What follows the name in a sample line; nothing if the name went on.
fn sample(rest: &str) -> Option<(Labels, f64)> {
    let (pairs, value) = match rest.strip_prefix('{') {
        Some(rest) => rest.rsplit_once("} ")?,
        None => ("", rest.strip_prefix(' ')?),
    };
    let pairs = pairs.strip_suffix('"').unwrap_or(pairs).split("\",").filter_map(|pair| pair.split_once("=\""));
    Some((pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(), value.parse().ok()?))
}
