//! Of each bucket one observation with its trace: written by whoever has one when it is due, read by a scrape, and waited for by nobody.

use std::sync::Arc;
use std::time::Instant;

use crate::exemplars::{TraceId, time_of_day};

use super::bounds::Bounds;
use super::catalog::{FamilyId, Histogram};
use super::pages::Pages;
use super::sync::atomic::{AtomicU64, Ordering, fence};
use super::tables::{REQUESTS, RESPONSES, STREAMS, Table};

/// The exemplars of one recorder, by table and series.
pub(super) struct Exemplars {
    started: Instant,
    /// In the order of the tables; none for one that has no exemplars.
    tables: Box<[Option<Pages<Arc<SeriesExemplars>>>]>,
}

/// The exemplars of one series of a histogram.
pub(crate) struct SeriesExemplars {
    started: Instant,
    buckets: Box<[Place]>,
}

/// An observation that may become an exemplar.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    pub(super) trace: TraceId,
    /// In the family's unit.
    pub(super) value: f64,
    pub(super) at: Instant,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Exemplar {
    pub(crate) trace: TraceId,
    /// In the family's unit.
    pub(crate) value: f64,
    /// When it was taken, since 1970.
    pub(crate) milliseconds: u64,
}

impl Exemplars {
    /// Room for the tables whose observations come with a trace; it is taken series by series.
    pub(super) fn new(tables: &[Table]) -> Self {
        let traced = [
            REQUESTS,
            RESPONSES,
            STREAMS,
            FamilyId::from(Histogram::PageLoadTime).table(),
            FamilyId::from(Histogram::LargestContentfulPaint).table(),
        ];
        let pages = |(number, table): (usize, &Table)| traced.contains(&number).then(|| Pages::with_len(table.shape.series));
        Self { started: Instant::now(), tables: tables.iter().enumerate().map(pages).collect() }
    }

    /// Those of a series, if they have been written.
    pub(super) fn get(&self, table: usize, series: usize) -> Option<&SeriesExemplars> {
        self.tables[table].as_ref()?.get(series).map(|exemplars| &**exemplars)
    }

    /// Those of a series, to write: at most `buckets`.
    pub(super) fn of(&self, table: usize, series: usize, buckets: usize) -> Option<&Arc<SeriesExemplars>> {
        let make = || Arc::new(SeriesExemplars::new(self.started, buckets));
        Some(self.tables[table].as_ref()?.get_or_init(series, make))
    }
}

impl SeriesExemplars {
    pub(super) fn new(started: Instant, buckets: usize) -> Self {
        Self { started, buckets: (0..buckets).map(|_| Place::default()).collect() }
    }

    /// An observation that fell into this bucket: its exemplar, if another is due.
    pub(super) fn offer(&self, bucket: usize, candidate: Candidate) {
        let since = candidate.at.saturating_duration_since(self.started);
        let moment = since.as_secs() * 1_000 + u64::from(since.subsec_millis());
        if let Some(place) = self.buckets.get(bucket) {
            place.offer(moment + 1, candidate);
        }
    }

    /// The exemplar of a bucket; `None` where there is none, or where one is just being written.
    ///
    /// Bounds are rounded to whole units of a sum, and so is where an observation belongs: one that by its own digits is beside its bucket is
    /// left out.
    pub(crate) fn of(&self, bucket: usize, bounds: &Bounds) -> Option<Exemplar> {
        self.buckets.get(bucket)?.read().filter(|exemplar| bounds.holds(bucket, exemplar.value))
    }
}

/// One exemplar behind a sequence lock: odd while it is written, and no reader believes what two versions said.
#[derive(Default)]
struct Place {
    version: AtomicU64,
    /// One more than the millisecond, since the recorder's start, in which it was taken; 0 for none yet.
    renewed: AtomicU64,
    trace: [AtomicU64; 2],
    value: AtomicU64,
    milliseconds: AtomicU64,
}

impl Place {
    #[inline]
    fn offer(&self, moment: u64, candidate: Candidate) {
        let renewed = self.renewed.load(Ordering::Relaxed);
        if renewed == 0 || moment >= renewed.saturating_add(GOOD_FOR) {
            self.renew(moment, candidate);
        }
    }

    #[cold]
    fn renew(&self, moment: u64, Candidate { trace, value, .. }: Candidate) {
        let milliseconds = time_of_day();
        let version = self.version.load(Ordering::Relaxed);
        let claim = |version| self.version.compare_exchange(version, version + 1, Ordering::Acquire, Ordering::Relaxed);
        if !version.is_multiple_of(2) || claim(version).is_err() {
            return; // somebody else's will do
        }
        // Whoever reads one of the words below has then seen the odd version as well.
        fence(Ordering::Release);
        let number = trace.number();
        let words = [(number >> 64) as u64, number as u64, value.to_bits(), milliseconds, moment];
        for (place, word) in self.words().into_iter().zip(words) {
            place.store(word, Ordering::Relaxed);
        }
        self.version.store(version + 2, Ordering::Release);
    }

    fn read(&self) -> Option<Exemplar> {
        let version = self.version.load(Ordering::Acquire);
        let [high, low, value, milliseconds, _] = self.words().map(|word| word.load(Ordering::Relaxed));
        fence(Ordering::Acquire);
        let whole = version.is_multiple_of(2) && self.version.load(Ordering::Relaxed) == version;
        let trace = TraceId::of(u128::from(high) << 64 | u128::from(low)).filter(|_| whole)?;
        Some(Exemplar { trace, value: f64::from_bits(value), milliseconds })
    }

    fn words(&self) -> [&AtomicU64; 5] {
        let Self { version: _, renewed, trace: [high, low], value, milliseconds } = self;
        [high, low, value, milliseconds, renewed]
    }
}

/// Milliseconds. Short against any scrape interval, so that what is scraped is recent; long against a request, which then mostly reads one word.
const GOOD_FOR: u64 = 1_000;

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;
    use std::thread;

    use crate::config::Buckets;
    use crate::record::bounds::Resolution;

    use super::*;

    #[test]
    fn what_is_read_was_written_as_a_whole_by_one_of_the_writers() {
        const WRITERS: u64 = 4;
        const EACH: u64 = 50_000;
        let (place, done) = (Place::default(), AtomicBool::new(false));
        thread::scope(|scope| {
            let writers: Vec<_> = (0..WRITERS)
                .map(|writer| {
                    let place = &place;
                    scope.spawn(move || {
                        for round in 0..EACH {
                            let number = 1 + round * WRITERS + writer;
                            place.offer(1 + round * GOOD_FOR, candidate(number));
                        }
                    })
                })
                .collect();
            scope.spawn(|| {
                let mut seen = false;
                // What stands at the end is read in any case.
                while !done.load(Ordering::Relaxed) || !seen {
                    let Some(exemplar) = place.read() else { continue };
                    let number = exemplar.value as u64;
                    assert_eq!(exemplar.trace, candidate(number).trace);
                    seen = true;
                }
            });
            for writer in writers {
                writer.join().unwrap();
            }
            done.store(true, Ordering::Relaxed);
        });
    }

    #[test]
    fn one_that_is_being_written_is_neither_read_nor_waited_for() {
        let place = Place::default();
        place.offer(1, candidate(1));
        place.version.fetch_add(1, Ordering::Relaxed);
        place.offer(1 + GOOD_FOR, candidate(2));
        assert_eq!(place.read(), None);
        place.version.fetch_add(1, Ordering::Relaxed);
        assert_eq!(place.read().map(|exemplar| exemplar.value), Some(1.0));
    }

    #[test]
    fn another_is_taken_when_one_is_old_enough_and_no_sooner() {
        let place = Place::default();
        for (moment, number, kept) in
            [(1, 1, 1), (2, 2, 1), (GOOD_FOR, 3, 1), (GOOD_FOR + 1, 4, 4), (GOOD_FOR + 2, 5, 4), (1, 6, 4)]
        {
            place.offer(moment, candidate(number));
            assert_eq!(place.read().map(|exemplar| exemplar.value), Some(f64::from(kept)));
        }
    }

    /// The bound is told apart from the next number, the sum's whole units are not.
    #[test]
    fn a_value_that_its_own_digits_put_beside_the_bucket_is_left_out() {
        let exact = Bounds::new(&Buckets::new([0.5, 1.0]).unwrap(), Resolution::BILLIONTHS);
        let inexact = Bounds::new(&Buckets::new([2.0 / 3.0, 1.0]).unwrap(), Resolution::BILLIONTHS);
        let shown = |bounds: &Bounds, nanoseconds: u64| {
            let started = Instant::now();
            let exemplars = SeriesExemplars::new(started, 3);
            let bucket = bounds.bucket(nanoseconds);
            exemplars.offer(bucket, Candidate { value: nanoseconds as f64 / 1e9, ..candidate(1) });
            exemplars.of(bucket, bounds).map(|_| bucket)
        };
        assert_eq!(shown(&exact, 500_000_000), Some(0));
        assert_eq!(shown(&exact, 500_000_001), Some(1));
        assert_eq!(shown(&inexact, 666_666_666), Some(0));
        assert_eq!(shown(&inexact, 666_666_667), None);
        assert_eq!(shown(&inexact, 666_666_668), Some(1));
    }

    /// Both halves of its trace say its number, and so does its value.
    fn candidate(number: u64) -> Candidate {
        let number = u128::from(number);
        let trace = TraceId::of(number << 64 | number).unwrap();
        Candidate { trace, value: number as f64, at: Instant::now() }
    }
}
