//! Quantiles of what label sets have observed lately, from mergeable sketches of a relative error
//! ("`DDSketch`: A Fast and Fully-Mergeable Quantile Sketch with Relative-Error Guarantees", <https://arxiv.org/abs/1908.10693>).
//!
//! Threads add to sketches that a scrape takes away and merges, one for each slice of the window. Whoever adds holds a lock, and
//! never waits for one: where one is taken there are others.

use std::sync::{PoisonError, TryLockError};
use std::time::{Duration, Instant};

use sketches_ddsketch::{Config, DDSketch};

use super::pages::Pages;
use super::sync::{Mutex, MutexGuard};

/// The quantiles that a summary shows.
pub(crate) const QUANTILES: [f64; 3] = [0.5, 0.9, 0.99];

/// The value of each of [`QUANTILES`].
pub(crate) type Quantiles = [f64; QUANTILES.len()];

/// The summaries of every table that has some, by series.
pub(super) struct Summaries {
    start: Instant,
    tables: Box<[Option<Pages<Box<Summary>>>]>,
}

impl Summaries {
    /// With room for that many series in each table that is to have summaries.
    pub(super) fn new(rooms: impl IntoIterator<Item = Option<usize>>) -> Self {
        Self { start: Instant::now(), tables: rooms.into_iter().map(|room| room.map(Pages::with_len)).collect() }
    }

    pub(super) fn has(&self, table: usize) -> bool {
        self.tables[table].is_some()
    }

    /// Threads with a `home` of their own seldom meet.
    pub(super) fn add(&self, table: usize, series: usize, home: usize, value: u64, now: Instant) {
        if let Some(table) = &self.tables[table] {
            table.get_or_init(series, Box::default).add(home, self.slice(now), value);
        }
    }

    /// `None` before the first value.
    pub(super) fn quantiles(&self, table: usize, series: usize, now: Instant) -> Option<Quantiles> {
        self.tables[table].as_ref()?.get(series)?.quantiles(self.slice(now))
    }

    fn slice(&self, now: Instant) -> u64 {
        now.saturating_duration_since(self.start).as_secs() / SLICE.as_secs()
    }
}

/// One label set's recent values.
#[derive(Default)]
struct Summary {
    stripes: [Stripe; STRIPES],
    window: Mutex<Window>,
}

/// What has been added since the last scrape; none while there is nothing.
#[derive(Default)]
#[repr(align(64))]
struct Stripe(Mutex<Option<Box<Slice>>>);

impl Summary {
    /// A value that finds every stripe taken, several times over, is left out of the quantiles.
    fn add(&self, home: usize, number: u64, value: u64) {
        let tries = (home..home + STRIPES * ROUNDS).map(|at| free(&self.stripes[at % STRIPES].0));
        if let Some(mut stripe) = tries.flatten().next() {
            if stripe.as_ref().is_some_and(|slice| slice.number < number) {
                self.retire(&mut stripe, number);
            }
            stripe.get_or_insert_with(|| Box::new(Slice::new(number))).sketch.add(value as f64);
        }
    }

    /// Makes room for the slice of that number.
    #[cold]
    fn retire(&self, stripe: &mut Option<Box<Slice>>, number: u64) {
        match free(&self.window) {
            Some(mut window) => window.absorb(stripe.take()),
            None if stripe.as_ref().is_some_and(|slice| slice.number < first_of_window(number)) => *stripe = None,
            // The scrape that has the window takes this slice as well; until then it may grow.
            None => {}
        }
    }

    fn quantiles(&self, now: u64) -> Option<Quantiles> {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        for stripe in &self.stripes {
            let slice = stripe.0.lock().unwrap_or_else(PoisonError::into_inner).take();
            window.absorb(slice);
        }
        window.quantiles(now)
    }
}

/// The slices that scrapes have merged, and what they said last.
#[derive(Default)]
struct Window {
    slices: Vec<Slice>,
    last: Option<Quantiles>,
}

impl Window {
    fn absorb(&mut self, slice: Option<Box<Slice>>) {
        let Some(slice) = slice else { return };
        match self.slices.iter_mut().find(|known| known.number == slice.number) {
            Some(known) => known.merge(&slice),
            None => self.slices.push(*slice),
        }
        let newest = self.newest();
        self.slices.retain(|slice| slice.number >= first_of_window(newest));
    }

    /// Of the slices in the window; where those are empty, what they said before they were.
    fn quantiles(&mut self, now: u64) -> Option<Quantiles> {
        let (first, newest) = (first_of_window(now), self.newest());
        self.slices.retain(|slice| slice.number >= first.min(newest));
        let mut slices = self.slices.iter();
        if let Some(one) = slices.next() {
            let mut all = one.clone();
            slices.for_each(|slice| all.merge(slice));
            self.last = all.quantiles();
        }
        if newest < first {
            self.slices = Vec::new();
        }
        self.last
    }

    fn newest(&self) -> u64 {
        self.slices.iter().map(|slice| slice.number).max().unwrap_or(0)
    }
}

/// What was observed in one slice of time.
#[derive(Clone)]
struct Slice {
    number: u64,
    sketch: DDSketch,
}

impl Slice {
    fn new(number: u64) -> Self {
        Self { number, sketch: DDSketch::new(Config::new(RELATIVE_ERROR, MOST_BINS, LEAST)) }
    }

    fn merge(&mut self, other: &Self) {
        // Fails on sketches of another configuration, and there is but one.
        let _ = self.sketch.merge(&other.sketch);
    }

    /// No quantile lies outside of what was observed, which a sketch alone does not know.
    fn quantiles(&self) -> Option<Quantiles> {
        let (least, most) = (self.sketch.min()?, self.sketch.max()?);
        let quantile = |quantile| self.sketch.quantile(quantile).ok().flatten().map_or(least, |value| value.clamp(least, most));
        Some(QUANTILES.map(quantile))
    }
}

fn first_of_window(last: u64) -> u64 {
    (last + 1).saturating_sub(SLICES)
}

/// The lock, if nobody has it.
#[inline]
fn free<T>(lock: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    match lock.try_lock() {
        Ok(guard) => Some(guard),
        Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    }
}

/// As the summaries of `client_golang` by default: ten minutes in five.
const SLICES: u64 = 5;
const SLICE: Duration = Duration::from_secs(120);

const STRIPES: usize = 8;
const ROUNDS: usize = 4;

const RELATIVE_ERROR: f64 = 0.01;
/// As many as keep 1 and `u64::MAX` apart, so that no sketch gives up its precision. Of 8 bytes each, in steps of 128: a step is a factor of 13.
const MOST_BINS: u32 = 2_304;
/// What is not above it counts as zero.
const LEAST: f64 = 0.5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_within_one_percent_of_the_exact_ones_whatever_the_distribution() {
        let mut random = Random(88_172_645_463_325_252);
        for round in 0..300 {
            let (count, least, span) = (1 + random.below(3_000), random.below(40), 1 + random.below(24));
            let mut draw = || match round % 4 {
                0 => random.below(1 << (least + span)),
                1 => ((least as f64 + span as f64 * random.unit()) * std::f64::consts::LN_2).exp() as u64,
                2 => [0, 1, 1 << least, (1 << least) + 1][random.below(4) as usize],
                _ => (1_000.0 / random.unit().max(1e-12)) as u64,
            };
            let mut values: Vec<u64> = (0..count).map(|_| draw()).collect();
            let summary = Summary::default();
            for (place, &value) in values.iter().enumerate() {
                summary.add(place % 11, (place % 5) as u64, value);
                if place % 997 == 0 {
                    summary.quantiles(4);
                }
            }
            values.sort_unstable();
            for (quantile, shown) in QUANTILES.into_iter().zip(summary.quantiles(4).unwrap()) {
                let exact = values[(quantile * (values.len() - 1) as f64) as usize] as f64;
                assert!((shown - exact).abs() <= exact * (RELATIVE_ERROR + 1e-9), "round {round}: {shown} for {exact}");
            }
        }
    }

    #[test]
    fn the_ends_of_what_can_be_counted_stay_apart() {
        for (value, low, high) in [(1, 0, u64::MAX), (u64::MAX, 1, u64::MAX), (0, 0, u64::MAX)] {
            let summary = Summary::default();
            for value in [low, value, high] {
                summary.add(0, 0, value);
            }
            let median = summary.quantiles(0).unwrap()[0];
            assert!((median - value as f64).abs() <= value as f64 * 0.0101, "{median} for {value}");
        }
    }

    #[test]
    fn a_constant_is_shown_to_the_digit() {
        let summary = Summary::default();
        (0..100).for_each(|home| summary.add(home, 0, 1_234));
        assert_eq!(summary.quantiles(0), Some([1_234.0; 3]));
    }

    #[test]
    fn values_leave_the_window_and_the_last_ones_stay_known() {
        for scraped in [false, true] {
            let summary = Summary::default();
            assert_eq!(summary.quantiles(7), None);
            summary.add(0, 7, 10);
            for slice in 7..=11 {
                if scraped || slice == 11 {
                    assert_eq!(summary.quantiles(slice), Some([10.0; 3]), "slice {slice}");
                }
            }
            summary.add(0, 11, 1_000);
            assert!(summary.quantiles(11).is_some_and(|[median, _, _]| median < 20.0), "of two the lower one");
            assert_eq!(summary.quantiles(12), Some([1_000.0; 3]), "what was first is five slices old");
            for later in [15, 16, 17, 1_000] {
                assert_eq!(summary.quantiles(later), Some([1_000.0; 3]), "nothing since: slice {later}");
            }
            summary.add(0, 1_000, 5);
            assert_eq!(summary.quantiles(1_000), Some([5.0; 3]), "what is remembered is in no window");
        }
    }

    #[test]
    fn what_no_scrape_has_seen_is_known_afterwards() {
        let summary = Summary::default();
        summary.add(0, 3, 10);
        assert_eq!(summary.quantiles(3_000), Some([10.0; 3]));
        summary.add(0, 3_001, 20);
        summary.add(0, 9_000, 30);
        assert_eq!(summary.quantiles(9_000), Some([30.0; 3]));
    }

    #[test]
    fn adding_waits_for_no_lock_that_another_holds() {
        let summary = Summary::default();
        summary.add(0, 0, 10);
        let scrape = (summary.window.lock().unwrap(), summary.stripes[0].0.lock().unwrap());
        summary.add(0, 1, 20);
        assert!(summary.stripes[1].0.lock().unwrap().is_some(), "the next one took it");
        drop(scrape);
        summary.add(1, 2, 30);
        let scrape = summary.window.lock().unwrap();
        // The turn of a slice while a scrape has the window.
        summary.add(1, 3, 40);
        summary.add(1, 90, 40);
        drop(scrape);
        assert_eq!(summary.quantiles(90), Some([40.0; 3]));
        let all: Vec<_> = summary.stripes.iter().map(|stripe| stripe.0.lock().unwrap()).collect();
        summary.add(3, 90, 5_000);
        drop(all);
        assert_eq!(summary.quantiles(90), Some([40.0; 3]));
    }

    #[test]
    fn threads_that_add_while_others_scrape_lose_nothing() {
        const EACH: u64 = 20_000;
        let summary = Summary::default();
        std::thread::scope(|scope| {
            for home in 0..4 {
                let summary = &summary;
                scope.spawn(move || (0..EACH).for_each(|value| summary.add(home, 0, value)));
            }
            for _ in 0..200 {
                summary.quantiles(0);
            }
        });
        summary.quantiles(0);
        assert_eq!(summary.window.lock().unwrap().slices[0].sketch.count() as u64, 4 * EACH);
    }

    #[test]
    fn memory_is_bounded_whatever_comes_and_however_long_no_scrape_does() {
        let summary = Summary::default();
        for slice in 0..40 {
            for home in 0..200 {
                for bit in 0..64 {
                    summary.add(home, slice, 1 << bit);
                }
                summary.add(home, slice, u64::MAX);
            }
        }
        let window = summary.window.lock().unwrap();
        let bins: usize = window.slices.iter().map(|slice| slice.sketch.length()).sum();
        assert!(window.slices.len() == 5 && bins <= 5 * MOST_BINS as usize, "{bins}");
        for stripe in &summary.stripes {
            let stripe = stripe.0.lock().unwrap();
            assert!(stripe.as_ref().is_some_and(|slice| slice.sketch.length() <= MOST_BINS as usize));
        }
        drop(window);
        summary.quantiles(1_000);
        assert!(summary.window.lock().unwrap().slices.is_empty(), "an idle series keeps three numbers");
    }

    /// Xorshift, after Marsaglia.
    struct Random(u64);

    impl Random {
        fn next(&mut self) -> u64 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            self.0
        }

        fn below(&mut self, end: u64) -> u64 {
            self.next() % end
        }

        fn unit(&mut self) -> f64 {
            (self.next() >> 11) as f64 / (1_u64 << 53) as f64
        }
    }
}
