//! What the times of requests are read from: the system's clock or, where the host asks for it and Linux itself does so, the processor's counter.

#[cfg_attr(not(all(feature = "time-stamp-counter", target_os = "linux", target_arch = "x86_64")), path = "no_counter.rs")]
mod counter;

use std::time::{Duration, Instant};

use counter::{Counter, Ticks};

/// What one monitor's requests read.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) enum Clock {
    #[default]
    System,
    Counter(&'static Counter),
}

/// When something began, by the clock that it was read from.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Moment {
    System(Instant),
    Counter(Ticks),
}

impl Clock {
    /// The processor's counter if it may be relied on, else the system's clock.
    pub(crate) fn counter() -> Self {
        Counter::get().map_or(Self::System, Self::Counter)
    }

    #[inline]
    pub(crate) fn now(self) -> Moment {
        match self {
            Self::System => Moment::now(),
            Self::Counter(counter) => counter.read().map_or_else(Moment::now, Moment::Counter),
        }
    }

    /// Whether the counter may still be relied on is asked here and not by every request.
    pub(crate) fn check(self) {
        if let Self::Counter(counter) = self {
            counter.check();
        }
    }
}

impl Moment {
    /// By the system's clock.
    #[inline]
    pub(crate) fn now() -> Self {
        Self::System(Instant::now())
    }

    /// Since then; 0 where a clock has gone back.
    #[inline]
    pub(crate) fn nanoseconds(self) -> u64 {
        match self {
            // They fit for five centuries.
            Self::System(start) => start.elapsed().as_nanos() as u64,
            Self::Counter(start) => start.nanoseconds(),
        }
    }

    /// The time by the system's clock when so many of its [nanoseconds](Self::nanoseconds) have just been read.
    pub(crate) fn after(self, nanoseconds: u64) -> Instant {
        match self {
            Self::System(start) => start + Duration::from_nanos(nanoseconds),
            Self::Counter(_) => Instant::now(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::thread;

    use super::*;

    #[test]
    fn the_counter_is_read_where_linux_reads_it() {
        let said = fs::read_to_string("/sys/devices/system/clocksource/clocksource0/current_clocksource");
        let is_counter =
            cfg!(all(feature = "time-stamp-counter", target_arch = "x86_64")) && said.is_ok_and(|name| name == "tsc\n");
        assert_eq!(matches!(Clock::counter().now(), Moment::Counter(_)), is_counter);
        assert!(matches!(Clock::System.now(), Moment::System(_)));
    }

    #[test]
    fn both_clocks_run_alike() {
        const WAIT: Duration = Duration::from_millis(100);
        for clock in [Clock::System, Clock::counter()] {
            let before = Instant::now();
            let start = clock.now();
            thread::sleep(WAIT);
            let passed = Duration::from_nanos(start.nanoseconds());
            let longest = before.elapsed();
            assert!(passed >= WAIT.mul_f64(0.999), "{clock:?}: {passed:?}");
            assert!(passed <= longest.mul_f64(1.001), "{clock:?}: {passed:?} of {longest:?}");
        }
    }

    #[test]
    fn what_either_has_read_is_a_time_by_the_system_s() {
        for clock in [Clock::System, Clock::counter()] {
            let before = Instant::now();
            let start = clock.now();
            let now = start.after(start.nanoseconds());
            assert!((before..=Instant::now()).contains(&now), "{clock:?}");
        }
    }
}
