//! The cells added up at one moment, and the families read out of them.

use std::sync::atomic::Ordering;
use std::time::Instant;

use super::Recorder;
use super::bounds::{BUCKETS, Bounds, SUM};
use super::exemplars::SeriesExemplars;
use super::native::Native;
use super::own_bounds::BoundsId;
use super::series::Series;
use super::summary::Quantiles;
use super::sync;
use super::tables::{
    self, BODY_ERROR, CLIENT_GONE, EXCHANGES, Family, REASON, REQUESTS, RESPONSE_SIZE, STARTED, Table, UNANSWERED,
    UPGRADE_DURATION, UPGRADED, UPGRADES, View,
};

/// What every series stood at when the snapshot was taken.
pub(crate) struct Snapshot<'a> {
    recorder: &'a Recorder,
    tables: Box<[Sums]>,
}

struct Sums {
    words: usize,
    totals: Vec<u64>,
    /// By series, in a table with native histograms.
    native: Vec<Native>,
    /// By series, in a table of summaries.
    quantiles: Vec<Option<Quantiles>>,
}

/// One series of a family, as an exposition format writes it.
pub(crate) struct Sample<'a> {
    pub(crate) series: &'a Series,
    /// Its own within its family, and for good.
    pub(crate) place: usize,
    /// A label that the series itself does not have.
    pub(crate) extra: Option<(&'static str, &'static str)>,
    pub(crate) value: Value<'a>,
}

#[derive(Clone, Copy)]
pub(crate) enum Value<'a> {
    Integer(u64),
    /// A counter of time.
    Nanoseconds(u64),
    /// Counts per bucket, not yet cumulative, and the sum, in the bounds' integers.
    Histogram {
        bounds: &'a Bounds,
        counts: &'a [u64],
        sum: u64,
        /// The same observations by finer bounds, if the host asked for that.
        #[cfg_attr(not(feature = "protobuf"), expect(dead_code, reason = "text formats have no native histograms"))]
        native: Option<&'a Native>,
        /// Of what the buckets count, if it has any.
        exemplars: Option<&'a SeriesExemplars>,
    },
    /// Quantiles of what was observed lately; the count and the sum, in the bounds' integers, of all that ever was.
    Summary {
        quantiles: Quantiles,
        bounds: &'a Bounds,
        count: u64,
        sum: u64,
    },
}

impl Recorder {
    /// Adds up all cells, and asks the summaries. Keeps no request waiting: the locks of summaries are such that none waits for them.
    ///
    /// Every word only grows, so what is read later is never less. A histogram's count is the sum of its buckets, hence
    /// always equal to its `+Inf`; its sum may lag behind by samples that are just being written.
    pub(crate) fn snapshot(&self) -> Snapshot<'_> {
        self.clock.check();
        self.snapshot_at(Instant::now())
    }

    /// The same, for a moment of the caller's choice.
    fn snapshot_at(&self, now: Instant) -> Snapshot<'_> {
        Snapshot { recorder: self, tables: (0..self.tables.len()).map(|number| self.sums(number, now)).collect() }
    }

    /// What a table stands at.
    fn sums(&self, number: usize, now: Instant) -> Sums {
        let mut sums = Sums::zero(&self.tables[number]);
        match number {
            EXCHANGES => self.read_open(number, STARTED, in_flight, &mut sums),
            UPGRADES => self.read_open(number, UPGRADED, upgraded, &mut sums),
            _ => {
                self.slots.sum_all(number, &mut sums.totals);
                self.read_fine(number, &mut sums);
            }
        }
        // Behind the counts: what is counted has quantiles.
        if let Some(summaries) = self.summaries.as_ref().filter(|summaries| summaries.has(number)) {
            let series = sums.rows().count();
            sums.quantiles = (0..series).map(|series| summaries.quantiles(number, series, now)).collect();
        }
        sums
    }

    /// Ends before starts: an end that was seen had started, so no gauge falls below zero.
    ///
    /// What starts and ends between the two reads seems to be open, and a scrape may be suspended there for long. So it reads again
    /// where there is something open, and believes the least. `started` is the first word.
    fn read_open(&self, table: usize, started: usize, open: fn(&[u64]) -> u64, sums: &mut Sums) {
        const TRIES: usize = sync::scaled(3, 1);
        let words = sums.words;
        let (mut read, mut cells) = (vec![0; words], self.no_cells(table));
        for (series, row) in sums.totals.chunks_exact_mut(words).enumerate() {
            let mut native = None;
            for number in 0..TRIES {
                read.fill(0);
                self.slots.sum(table, series, started + 1..words, &mut read);
                let fine = self.fine(table, series, &mut cells, &mut read);
                self.slots.sum(table, series, started..started + 1, &mut read);
                if number == 0 || open(&read) < open(row) {
                    row.copy_from_slice(&read);
                    native = fine;
                }
                if open(row) == 0 {
                    break;
                }
            }
            sums.native.extend(native);
        }
    }

    /// Reads the grids of a table that has some.
    fn read_fine(&self, table: usize, sums: &mut Sums) {
        let mut cells = self.no_cells(table);
        if !cells.is_empty() {
            let rows = sums.totals.chunks_exact_mut(sums.words).enumerate();
            sums.native = rows.filter_map(|(series, row)| self.fine(table, series, &mut cells, row)).collect();
        }
    }

    /// Adds a series' cells to the buckets in its row; `None` in a table without grids. Each observation is in one cell, so the buckets of both
    /// kinds have the same count.
    fn fine(&self, table: usize, series: usize, cells: &mut [u64], row: &mut [u64]) -> Option<Native> {
        let bounds = self.bounds[self.observed(table, series).bounds.index()].as_ref()?;
        let grid = bounds.grid()?;
        cells.fill(0);
        self.slots.sum_fine(table, series, cells);
        Some(grid.add_up(cells, &mut row[tables::histogram(table) + BUCKETS..][..bounds.buckets()]))
    }

    fn no_cells(&self, table: usize) -> Vec<u64> {
        vec![0; self.tables[table].shape.fine]
    }
}

impl Sums {
    fn zero(table: &Table) -> Self {
        let words = table.shape.words;
        Self { words, totals: vec![0; table.series.len() * words], native: Vec::new(), quantiles: Vec::new() }
    }

    fn rows(&self) -> impl Iterator<Item = &[u64]> {
        self.totals.chunks_exact(self.words)
    }
}

impl<'a> Snapshot<'a> {
    pub(crate) fn families(&self) -> &'a [Family] {
        &self.recorder.families
    }

    /// Calls `visit` with each sample of a family.
    pub(crate) fn samples(&self, family: &Family, visit: &mut dyn FnMut(Sample<'_>)) {
        match family.view {
            View::Count(table) => self.values(table, visit, |row| Value::Integer(row[0])),
            View::Seconds(table) => self.values(table, visit, |row| Value::Nanoseconds(row[0])),
            View::Requests => self.values(REQUESTS, visit, |row| Value::Integer(count(row))),
            View::InFlight => self.values(EXCHANGES, visit, |row| Value::Integer(in_flight(row))),
            View::Scrapes(table) => {
                let scrapes = self.recorder.scrapes.load(Ordering::Relaxed);
                self.values(table, visit, |_| Value::Integer(scrapes));
            }
            View::Upgraded => self.values(UPGRADES, visit, |row| Value::Integer(upgraded(row))),
            View::Errors => {
                let errors = self.errors();
                for (number, row) in self.tables[EXCHANGES].rows().enumerate() {
                    // Statuses may be past their cap, and have failed, where no endpoint is.
                    let overflow = || self.shown(EXCHANGES, number, &errors[number..=number]);
                    if let Some(series) = self.shown(EXCHANGES, number, row).or_else(overflow) {
                        visit(Sample { series, place: number, extra: None, value: Value::Integer(errors[number]) });
                    }
                }
            }
            View::Histogram(table, first) => self.histograms(table, first, visit),
            View::Summary(table, first) => self.summaries(table, first, visit),
            View::Incomplete => {
                for (number, row) in self.tables[EXCHANGES].rows().enumerate() {
                    let Some(series) = self.shown(EXCHANGES, number, row) else { continue };
                    for (reason, label, word) in [(0, "client_gone", CLIENT_GONE), (1, "body_error", BODY_ERROR)] {
                        let value = Value::Integer(row[word]);
                        visit(Sample { series, place: 2 * number + reason, extra: Some((REASON, label)), value });
                    }
                }
            }
        }
    }

    fn values<'v>(&self, table: usize, visit: &mut dyn FnMut(Sample<'_>), read: impl Fn(&[u64]) -> Value<'v>) {
        for (number, row) in self.tables[table].rows().enumerate() {
            if let Some(series) = self.shown(table, number, row) {
                visit(Sample { series, place: number, extra: None, value: read(row) });
            }
        }
    }

    fn histograms(&self, table: usize, first: usize, visit: &mut dyn FnMut(Sample<'_>)) {
        let (sum, buckets) = (first + SUM, first + BUCKETS);
        let sums = &self.tables[table];
        for (number, row) in sums.rows().enumerate() {
            let Some(series) = self.shown(table, number, row) else { continue };
            let bounds = series.meaning.bounds.unwrap_or(BoundsId::of_table(table));
            if let Some(bounds) = &self.recorder.bounds[bounds.index()] {
                let counts = &row[buckets..buckets + bounds.buckets()];
                let exemplars = self.recorder.exemplars.as_ref().and_then(|exemplars| exemplars.get(table, number));
                let value = Value::Histogram { bounds, counts, sum: row[sum], native: sums.native.get(number), exemplars };
                visit(Sample { series, place: number, extra: None, value });
            }
        }
    }

    /// A series has no quantiles before its first value, and so is not there.
    fn summaries(&self, table: usize, first: usize, visit: &mut dyn FnMut(Sample<'_>)) {
        let Some(bounds) = &self.recorder.bounds[table] else { return };
        let sums = &self.tables[table];
        for ((number, row), quantiles) in sums.rows().enumerate().zip(&sums.quantiles) {
            let (count, sum) = (row[first + BUCKETS], row[first + SUM]);
            if let Some(series) = self.shown(table, number, row).filter(|_| count > 0)
                && let &Some(quantiles) = quantiles
            {
                let value = Value::Summary { quantiles, bounds, count, sum };
                visit(Sample { series, place: number, extra: None, value });
            }
        }
    }

    /// Errors by the number of their exchange series.
    fn errors(&self) -> Vec<u64> {
        let mut errors = vec![0; self.tables[EXCHANGES].rows().count()];
        for (number, row) in self.tables[REQUESTS].rows().enumerate() {
            let exchange = self.recorder.tables[REQUESTS].series.get(number).and_then(|series| series.meaning.error_of);
            if let Some(errors) = exchange.and_then(|number| errors.get_mut(number)) {
                *errors += count(row);
            }
        }
        errors
    }

    /// The series, unless it is one that waits for a cap to be reached.
    fn shown(&self, table: usize, number: usize, row: &[u64]) -> Option<&Series> {
        let series = &self.recorder.tables[table].series;
        let waiting = series.is_prebuilt(number) && row.iter().all(|&word| word == 0);
        series.get(number).filter(|_| !waiting)
    }
}

#[cfg(all(test, loom))]
impl Recorder {
    /// The words of each series of a table, as a snapshot has them.
    pub(super) fn words(&self, table: usize) -> Vec<Vec<u64>> {
        self.sums(table, Instant::now()).rows().map(<[u64]>::to_vec).collect()
    }

    /// The same of a table of summaries, with the quantiles.
    pub(super) fn words_and_quantiles(&self, table: usize) -> Vec<(Vec<u64>, Option<Quantiles>)> {
        let Sums { words, totals, quantiles, .. } = self.sums(table, Instant::now());
        totals.chunks_exact(words).map(<[u64]>::to_vec).zip(quantiles).collect()
    }
}

/// Observations in a row that is a histogram: all its buckets.
fn count(row: &[u64]) -> u64 {
    row.iter().skip(BUCKETS).sum()
}

fn in_flight(row: &[u64]) -> u64 {
    let responded: u64 = count(&row[RESPONSE_SIZE..]);
    row[STARTED].saturating_sub(row[UNANSWERED] + responded)
}

fn upgraded(row: &[u64]) -> u64 {
    row[UPGRADED].saturating_sub(count(&row[UPGRADE_DURATION..]))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::Method;

    use crate::config::{Choice, Config, Sizes};
    use crate::label::{MethodLabel, Template};
    use crate::record::{End, Lifetime};

    use super::*;

    #[cfg(all(feature = "time-stamp-counter", target_os = "linux", target_arch = "x86_64"))]
    #[test]
    fn a_scrape_notices_that_linux_has_given_the_counter_up() {
        use crate::clock::{Clock, Moment};

        let recorder = Recorder::by(Clock::given_up(), &Config::default());
        assert!(matches!(recorder.now(), Moment::Counter(_)));
        drop(recorder.snapshot());
        assert!(matches!(recorder.now(), Moment::System(_)));
    }

    #[test]
    fn a_summary_forgets_what_is_ten_minutes_old_but_not_the_last_it_knew() {
        let recorder = Recorder::new(&Config { sizes: Sizes::Summary, ..Config::default() });
        let respond = |bytes| {
            let mut request = recorder.begin(recorder.now(), &Template::Unmatched, Choice::at(0), MethodLabel::of(&Method::GET));
            request.respond(200, Lifetime::Unrecorded, None);
            request.sent(bytes);
            request.end(End::Complete);
        };
        let summary = |after| {
            let snapshot = recorder.snapshot_at(Instant::now() + Duration::from_secs(after));
            let family = snapshot.families().iter().find(|family| family.name == "http_response_size_bytes").unwrap();
            let mut seen = None;
            snapshot.samples(family, &mut |sample| {
                let Value::Summary { quantiles, count, sum, .. } = sample.value else { panic!("a summary") };
                seen = Some((quantiles[0], count, sum));
            });
            seen
        };
        assert_eq!(summary(0), None);
        respond(100);
        assert_eq!(summary(0), Some((100.0, 1, 100)));
        assert_eq!(summary(11 * 60), Some((100.0, 1, 100)), "the last that is known");
        respond(5_000);
        assert_eq!(summary(60), Some((5_000.0, 2, 5_100)));
    }
}
