//! When a probe runs: at each place of a grid of its interval, later by its jitter, and never before its last run has ended.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

#[derive(Debug)]
pub(super) struct Schedule {
    interval: Duration,
    jitter: Duration,
    last: Option<Instant>,
}

impl Schedule {
    pub(super) fn new(interval: Duration, jitter: Duration) -> Self {
        Self { interval, jitter, last: None }
    }

    /// Waits for the next beginning. Places that a long run has missed, jitter and all, are left out.
    pub(super) async fn next(&mut self) {
        let place = self.last.map_or_else(Instant::now, |last| self.after(last));
        self.last = Some(place);
        sleep_until(place + self.jitter.mul_f64(fraction())).await;
    }

    fn after(&self, last: Instant) -> Instant {
        let place = last + self.interval;
        let late = (place + self.jitter).elapsed().as_nanos();
        let missed = late.div_ceil(self.interval.as_nanos());
        place + self.interval.saturating_mul(u32::try_from(missed).unwrap_or(u32::MAX))
    }
}

/// In [0, 1), from the keys that std draws for its hash maps.
fn fraction() -> f64 {
    let bits = RandomState::new().hash_one(()) >> 11;
    bits as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// The seconds at which runs of these lengths begin.
    async fn beginnings(jitter: Duration, runs: &[f64]) -> Vec<f64> {
        let start = Instant::now();
        let mut schedule = Schedule::new(SECOND, jitter);
        let mut seen = Vec::new();
        for &run in runs {
            schedule.next().await;
            seen.push((start.elapsed().as_secs_f64() * 100.0).round() / 100.0);
            advance(Duration::from_secs_f64(run)).await;
        }
        seen
    }

    #[tokio::test(start_paused = true)]
    async fn runs_begin_on_a_grid_from_now_on() {
        assert_eq!(beginnings(Duration::ZERO, &[0.2, 0.9, 0.0, 0.5]).await, [0.0, 1.0, 2.0, 3.0]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_long_run_misses_is_left_out() {
        assert_eq!(beginnings(Duration::ZERO, &[2.5, 0.1, 4.1, 0.0]).await, [0.0, 3.0, 4.0, 9.0]);
    }

    #[tokio::test(start_paused = true)]
    async fn each_run_is_late_by_something_below_the_jitter_of_its_own() {
        let begun = beginnings(SECOND / 2, &[0.0; 200]).await;
        let late: Vec<f64> = begun.iter().zip(0_u32..).map(|(begun, place)| begun - f64::from(place)).collect();
        assert!(late.iter().all(|late| (0.0..=0.51).contains(late)), "{late:?}");
        let early = late.iter().filter(|&&late| late < 0.25).count();
        assert!((60..140).contains(&early), "half of them in each half: {early}");
        assert!(late.windows(2).filter(|pair| pair[0].to_bits() == pair[1].to_bits()).count() < 40, "{late:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_run_that_only_eats_into_the_next_ones_jitter_costs_none() {
        let begun = beginnings(SECOND, &[0.5; 100]).await;
        assert!(begun.last().unwrap() < &100.0, "{begun:?}");
    }
}
