//! A histogram's bounds in whole units, so that finding a bucket and adding to a sum is integer work.

use crate::config::Buckets;

/// What one of a histogram's integers stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Resolution {
    /// Billionths: nanoseconds for a duration in seconds.
    Billionth,
    /// Whole units: bytes.
    Whole,
}

impl Resolution {
    fn per_unit(self) -> f64 {
        match self {
            Self::Billionth => 1e9,
            Self::Whole => 1.0,
        }
    }
}

/// Words of a histogram: one per finite bound, one for `+Inf`, one for the sum.
#[derive(Debug, Clone)]
pub(crate) struct Bounds {
    integers: Box<[u64]>,
    pub(crate) floats: Box<[f64]>,
    resolution: Resolution,
}

impl Bounds {
    pub(super) fn new(buckets: &Buckets, resolution: Resolution) -> Self {
        let scaled = |bound: &f64| (bound * resolution.per_unit()).round() as u64;
        Self { integers: buckets.bounds().iter().map(scaled).collect(), floats: buckets.bounds().into(), resolution }
    }

    /// The buckets, `+Inf` included.
    pub(crate) fn buckets(&self) -> usize {
        self.integers.len() + 1
    }

    pub(super) fn words(&self) -> usize {
        self.buckets() + 1
    }

    /// The bucket that a value falls in: the first whose bound is not below it.
    pub(super) fn bucket(&self, value: u64) -> usize {
        self.integers.partition_point(|&bound| bound < value)
    }

    /// A finite value that is not negative, in this histogram's integers.
    pub(super) fn integer(&self, value: f64) -> u64 {
        (value * self.resolution.per_unit()).round() as u64
    }

    /// A sum of integers in units.
    pub(crate) fn units(&self, sum: u64) -> f64 {
        sum as f64 / self.resolution.per_unit()
    }

    pub(crate) fn resolution(&self) -> Resolution {
        self.resolution
    }
}

#[cfg(test)]
mod tests {
    use prometheus::core::Collector;
    use prometheus::{Histogram, HistogramOpts};

    use super::*;

    #[test]
    fn buckets_are_those_of_prometheus_itself_also_on_a_bound() {
        let bounds = [0.005, 0.01, 0.1, 0.3, 1.0, 2.5];
        let values = [0.0, 0.004_999_999, 0.005, 0.005_000_001, 0.01, 0.1, 0.100_000_001, 0.3, 0.7, 1.0, 1.000_000_001, 2.5, 9.0];
        let ours = Bounds::new(&Buckets::new(bounds).unwrap(), Resolution::Billionth);
        for value in values {
            let theirs = Histogram::with_opts(HistogramOpts::new("h", "h").buckets(bounds.into())).unwrap();
            theirs.observe(value);
            let families = theirs.collect();
            let buckets = families[0].get_metric()[0].get_histogram().get_bucket();
            let first = buckets.iter().position(|bucket| bucket.cumulative_count() == 1);
            assert_eq!(ours.bucket(ours.integer(value)), first.unwrap_or(bounds.len()), "{value}");
        }
    }
}
