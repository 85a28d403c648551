//! Amounts and values on their way into a thread's cells.

use std::time::Instant;

use super::Local;
use crate::record::Observed;
use crate::record::bounds::{BUCKETS, Bounds, SUM};
use crate::record::cell::Words;
use crate::record::tables::{UPGRADE_DURATION, UPGRADED, UPGRADES};

impl Local {
    pub(in crate::record) fn upgraded(&mut self, series: usize) {
        self.claim.words(UPGRADES, series).add(UPGRADED, 1);
    }

    pub(in crate::record) fn upgrade_ended(&mut self, series: usize, nanoseconds: u64) -> Option<()> {
        let bounds = self.bounds[UPGRADES].as_ref()?;
        self.put(UPGRADES, UPGRADE_DURATION, series, bounds, nanoseconds);
        Some(())
    }

    pub(in crate::record) fn add(&mut self, table: usize, series: usize, amount: u64) {
        self.claim.words(table, series).add(0, amount);
    }

    pub(in crate::record) fn observe(&mut self, observed: Observed, value: u64) -> Option<()> {
        let Observed { table, series, bounds } = observed;
        if self.summaries.is_some() {
            self.summarize(table, Some(series), value);
        }
        self.put(table, 0, series, self.bounds[bounds.index()].as_ref()?, value);
        Some(())
    }

    /// Observes a value in units.
    pub(in crate::record) fn observe_units(&self, table: usize, series: usize, bounds: &Bounds, value: f64) {
        let (words, integer) = (self.claim.words(table, series), bounds.integer(value));
        match bounds.grid() {
            None => words.add(BUCKETS + bounds.bucket_of_units(value), 1),
            Some(_) => self.claim.count_fine(table, series, bounds.cell_of_units(value)),
        }
        words.add(SUM, integer);
    }

    fn put(&self, table: usize, first: usize, series: usize, bounds: &Bounds, value: u64) {
        match bounds.grid() {
            None => Place::of(bounds, first, value).add(self.claim.words(table, series)),
            Some(_) => self.count_fine(table, first, series, bounds, value),
        }
    }

    /// Counts a value in its cell of a grid: a scrape reads the bucket from there.
    #[inline(never)]
    pub(super) fn count_fine(&self, table: usize, first: usize, series: usize, bounds: &Bounds, value: u64) {
        self.claim.count_fine(table, series, bounds.cell(value));
        self.claim.words(table, series).add(first + SUM, value);
    }

    /// What a summary shows beside its count and sum: before those, so that what is counted has been seen.
    #[inline(never)]
    pub(super) fn summarize(&self, table: usize, series: Option<usize>, value: u64) {
        if let (Some(summaries), Some(series)) = (&self.summaries, series)
            && summaries.has(table)
        {
            summaries.add(table, series, self.claim.slot(), value, Instant::now());
        }
    }
}

/// Where a value goes in a histogram's cell.
pub(super) struct Place {
    bucket: usize,
    sum: usize,
    value: u64,
}

impl Place {
    #[inline]
    pub(super) fn of(bounds: &Bounds, first: usize, value: u64) -> Self {
        Self { bucket: first + BUCKETS + bounds.bucket(value), sum: first + SUM, value }
    }

    #[inline]
    pub(super) fn add(&self, cell: Words<'_>) {
        cell.add(self.bucket, 1);
        cell.add(self.sum, self.value);
    }
}
