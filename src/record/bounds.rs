//! A histogram's bounds in whole units, so that finding a bucket and adding to a sum is integer work.

use std::sync::Arc;

use crate::config::Buckets;

use super::grid::{self, Grid};

/// How many of a histogram's integers are one of its unit: a power of ten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Resolution {
    per_unit: u64,
}

impl Resolution {
    /// Nanoseconds, for a duration in seconds.
    pub(crate) const BILLIONTHS: Self = Self { per_unit: 1_000_000_000 };
    /// Milliseconds, for a moment in seconds.
    pub(crate) const THOUSANDTHS: Self = Self { per_unit: 1_000 };
    /// Bytes.
    pub(crate) const WHOLE: Self = Self { per_unit: 1 };

    /// As many decimals, up to nine, as leave room to add up a billion of the largest value.
    pub(super) fn fitting(most: f64) -> Self {
        let decimals = (1e10 / most).log10().floor().clamp(0.0, 9.0);
        Self { per_unit: 10_u64.pow(decimals as u32) }
    }

    pub(crate) fn per_unit(self) -> u64 {
        self.per_unit
    }

    /// The largest integer that is not above a bound; where there are decimals the nearest, as most decimal bounds have no exact float.
    fn bound(self, bound: f64) -> u64 {
        match self.per_unit {
            1 => bound as u64,
            _ => (bound * self.per_unit() as f64).round() as u64,
        }
    }
}

/// A histogram's words: its sum, then one per finite bound and one for `+Inf`. The sum and the lowest buckets, where most values fall, share
/// a cache line.
pub(super) const SUM: usize = 0;
pub(super) const BUCKETS: usize = 1;

/// The upper bounds of a histogram's buckets.
#[derive(Debug, Clone)]
pub(crate) struct Bounds {
    integers: Box<[u64]>,
    pub(crate) floats: Box<[f64]>,
    resolution: Resolution,
    /// Whether it's `floats` that values are compared with.
    of_units: bool,
    number: usize,
    /// Where there are native histograms too.
    grid: Option<Arc<Grid>>,
}

impl Bounds {
    pub(super) fn new(buckets: &Buckets, resolution: Resolution) -> Self {
        let integers = buckets.bounds().iter().map(|&bound| resolution.bound(bound)).collect();
        Self { integers, floats: buckets.bounds().into(), resolution, of_units: false, number: 0, grid: None }
    }

    /// Bounds of what is observed in units.
    pub(super) fn of_units(buckets: &Buckets, resolution: Resolution) -> Self {
        Self { of_units: true, ..Self::new(buckets, resolution) }
    }

    /// With native histograms beside the buckets.
    pub(super) fn with_grid(self) -> Self {
        let bounds = |(place, &float): (usize, &f64)| if self.of_units { float } else { self.units(self.integers[place]) };
        Self { grid: Some(Arc::new(Grid::new(self.floats.iter().enumerate().map(bounds)))), ..self }
    }

    #[inline]
    pub(super) fn grid(&self) -> Option<&Grid> {
        self.grid.as_deref()
    }

    /// The cell of the grid that a value falls in.
    pub(super) fn cell(&self, value: u64) -> usize {
        grid::cell(self.bucket(value), self.units(value))
    }

    /// The same for a value in units.
    pub(super) fn cell_of_units(&self, value: f64) -> usize {
        grid::cell(self.bucket_of_units(value), value)
    }

    pub(super) fn numbered(self, number: usize) -> Self {
        Self { number, ..self }
    }

    /// Its place among all bounds of its recorder.
    pub(crate) fn number(&self) -> usize {
        self.number
    }

    /// The buckets, `+Inf` included.
    pub(crate) fn buckets(&self) -> usize {
        self.integers.len() + 1
    }

    pub(super) fn words(&self) -> usize {
        self.buckets() + 1
    }

    /// The bucket that a value falls in: the first whose bound is not below it.
    ///
    /// From the first one on: most values are found there, and a slow request has the time for the rest.
    #[inline]
    pub(super) fn bucket(&self, value: u64) -> usize {
        self.integers.iter().position(|&bound| value <= bound).unwrap_or(self.integers.len())
    }

    /// The same for a value in units: exact also where the sum keeps fewer decimals than a bound has.
    pub(super) fn bucket_of_units(&self, value: f64) -> usize {
        self.floats.partition_point(|&bound| bound < value)
    }

    /// Whether a value in units lies in a bucket, by the bounds that are exposed.
    pub(super) fn holds(&self, bucket: usize, value: f64) -> bool {
        self.bucket_of_units(value) == bucket
    }

    /// A finite value that is not negative, in this histogram's integers.
    pub(super) fn integer(&self, value: f64) -> u64 {
        (value * self.resolution.per_unit() as f64).round() as u64
    }

    /// A sum of integers in units.
    pub(crate) fn units(&self, sum: u64) -> f64 {
        sum as f64 / self.resolution.per_unit() as f64
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
        let ours = Bounds::new(&Buckets::new(bounds).unwrap(), Resolution::BILLIONTHS);
        for value in values {
            let theirs = Histogram::with_opts(HistogramOpts::new("h", "h").buckets(bounds.into())).unwrap();
            theirs.observe(value);
            let families = theirs.collect();
            let buckets = families[0].get_metric()[0].get_histogram().get_bucket();
            let first = buckets.iter().position(|bucket| bucket.cumulative_count() == 1);
            let expected = first.unwrap_or(bounds.len());
            assert_eq!(ours.bucket(ours.integer(value)), expected, "{value}");
            assert_eq!(ours.bucket_of_units(value), expected, "{value}");
        }
    }
}
