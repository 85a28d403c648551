//! The cells that a histogram's classic and native buckets are both made of.
//!
//! The bounds of the two kinds together cut the numbers into intervals, each in one bucket of either kind. An observation counts in one cell, that
//! of its interval, and a scrape adds cells up to both kinds: their counts are equal whatever is being recorded meanwhile.
//!
//! From one bound to the next, either the classic bucket changes, or the native one, or both. So the two buckets' numbers added up are a number
//! of the interval.

use super::native::{self, FIRST_INDEX, LAST_INDEX, Native};

/// The intervals of one set of classic bounds, in order: zero is the first.
#[derive(Debug)]
pub(super) struct Grid {
    /// The cell that ends with each classic bound.
    ends: Box<[usize]>,
}

impl Grid {
    /// Of bounds in the unit, as they stand in what is observed.
    pub(super) fn new(bounds: impl Iterator<Item = f64>) -> Self {
        Self { ends: bounds.enumerate().map(|(classic, bound)| cell(classic, bound).max(classic + ZERO + 1)).collect() }
    }

    /// Adds the counts of all cells to the classic buckets that they lie in.
    pub(super) fn add_up(&self, counts: &[u64], classic: &mut [u64]) -> Native {
        let mut native = Native::default();
        for (cell, &count) in counts.iter().enumerate().filter(|&(_, &count)| count > 0) {
            let bucket = self.ends.partition_point(|&end| end < cell);
            classic[bucket] = classic[bucket].saturating_add(count);
            if cell == ZERO {
                native.zeros = count;
                continue;
            }
            let index = FIRST_INDEX + ((cell - ZERO - 1 - bucket) as u32).cast_signed();
            match native.buckets.last_mut() {
                Some((last, sum)) if *last == index => *sum = sum.saturating_add(count),
                _ => native.buckets.push((index, count)),
            }
        }
        native
    }
}

/// The cell of a value in the unit that falls in that classic bucket.
#[inline]
pub(super) fn cell(classic: usize, value: f64) -> usize {
    match native::index(value) {
        Some(index) => ZERO + 1 + classic + (index - FIRST_INDEX) as usize,
        None => ZERO,
    }
}

/// Below every classic bound.
const ZERO: usize = 0;

/// The most cells of a grid.
pub(super) const MOST_CELLS: usize = 2 + (LAST_INDEX - FIRST_INDEX) as usize + crate::config::MAX_BUCKETS;

#[cfg(test)]
mod tests {
    use crate::config::Buckets;
    use crate::record::bounds::{Bounds, Resolution};

    use super::*;

    #[test]
    fn both_kinds_of_buckets_have_the_counts_that_they_would_have_alone() {
        let root = 2.0_f64.powf(0.125);
        let crowd: Vec<f64> = (0..160).map(|number| 1.0 + f64::from(number) * 1e-4).collect();
        let cases: [&[f64]; 7] = [
            &[0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0],
            &[1.0],
            &[1.0, 2.0, 4.0, 8.0],
            &[root, root.next_up(), root * root],
            &[1e-9, 2e-9, 1e9],
            &[0.5, 2.5, 2.75, 9.9],
            &crowd,
        ];
        for floats in cases {
            let buckets = Buckets::of(floats);
            for resolution in [Resolution::BILLIONTHS, Resolution::WHOLE] {
                let bounds = Bounds::new(&buckets, resolution).with_grid();
                let nearby = floats.iter().flat_map(|&bound| {
                    let integer = bounds.integer(bound);
                    integer.saturating_sub(2)..=integer + 2
                });
                let values: Vec<u64> = nearby.chain((0..64).map(|bit| 1 << bit)).chain([0, 3, 999, u64::MAX]).collect();
                let alone = |value: &u64| (bounds.bucket(*value), native::index(bounds.units(*value)));
                agree(&bounds, values.iter().map(|value| (bounds.cell(*value), alone(value))));
            }
            let bounds = Bounds::of_units(&buckets, Resolution::fitting(1e9)).with_grid();
            let nearby = floats.iter().flat_map(|&bound| [bound.next_down(), bound, bound.next_up(), bound * 1.01]);
            let values: Vec<f64> = nearby.chain([0.0, 1e-300, 1e-30, 1e-9, 0.3, 1e9, 1e300]).collect();
            let alone = |value: &f64| (bounds.bucket_of_units(*value), native::index(*value));
            agree(&bounds, values.iter().map(|value| (bounds.cell_of_units(*value), alone(value))));
        }
    }

    /// Cells of values, and the buckets of either kind that those are in.
    fn agree(bounds: &Bounds, values: impl Iterator<Item = (usize, (usize, Option<i32>))>) {
        let (mut cells, mut classic) = (vec![0; MOST_CELLS], vec![0; bounds.buckets()]);
        let (mut expected, mut zeros) = (classic.clone(), 0);
        let mut natives = std::collections::BTreeMap::new();
        for (cell, (bucket, index)) in values {
            cells[cell] += 1;
            expected[bucket] += 1;
            match index {
                Some(index) => *natives.entry(index).or_insert(0) += 1,
                None => zeros += 1,
            }
        }
        let native = bounds.grid().unwrap().add_up(&cells, &mut classic);
        assert_eq!(classic, expected, "{bounds:?}");
        assert_eq!(native.zeros, zeros);
        assert_eq!(native.buckets, natives.into_iter().collect::<Vec<_>>(), "{bounds:?}");
    }
}
