//! The processor's time stamp counter, read without the kernel's help.
//!
//! That a processor says its counter is steady does not make it so: on some machines the cores' counters are 1.6 s apart
//! (<https://github.com/metrics-rs/quanta/issues/111>). Linux compares them when it starts, and goes on watching where it has reason to. While it tells the time
//! by this counter itself, so can we. How fast it runs is found out once, and held against the system's clock from then on.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use quanta::Clock;

#[derive(Debug)]
pub(crate) struct Counter {
    clock: Clock,
    /// The file in which Linux says what it tells the time by.
    clocksource: &'static Path,
    is_trusted: AtomicBool,
    checked: Mutex<Both>,
}

/// What the process's counter stood at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ticks(u64);

/// What both clocks say at one moment.
#[derive(Debug, Clone, Copy)]
struct Both {
    system: Instant,
    counter: Ticks,
}

impl Counter {
    /// The process's. Finds out how fast it runs the first time, which takes up to some 200 ms.
    pub(super) fn get() -> Option<&'static Self> {
        let clocksource = Path::new("/sys/devices/system/clocksource/clocksource0/current_clocksource");
        is_counter(clocksource).then(|| COUNTER.get_or_init(|| Self::new(clocksource)))
    }

    fn new(clocksource: &'static Path) -> Self {
        let clock = Clock::new();
        let checked = Mutex::new(Both::now(&clock));
        Self { clock, clocksource, is_trusted: AtomicBool::new(true), checked }
    }

    /// `None` while it is not trusted.
    #[inline]
    pub(super) fn read(&self) -> Option<Ticks> {
        self.is_trusted.load(Ordering::Relaxed).then(|| Ticks(self.clock.raw()))
    }

    pub(super) fn check(&self) {
        let mut checked = self.checked.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Both::now(&self.clock);
        if now.system.duration_since(checked.system) >= BETWEEN_CHECKS {
            let agree = now.agrees_since(&checked, &self.clock);
            self.is_trusted.store(agree && is_counter(self.clocksource), Ordering::Relaxed);
            *checked = now;
        }
    }
}

impl Ticks {
    #[inline]
    pub(super) fn nanoseconds(self) -> u64 {
        COUNTER.get().map_or(0, |Counter { clock, .. }| clock.delta_as_nanos(self.0, clock.raw()))
    }
}

impl Both {
    fn now(clock: &Clock) -> Self {
        Self { system: Instant::now(), counter: Ticks(clock.raw()) }
    }

    /// Whether as much time has passed by either clock, to a thousandth: twice what the system's may be slewed by to set the time.
    fn agrees_since(&self, then: &Self, clock: &Clock) -> bool {
        let passed = self.system.duration_since(then.system);
        let counted = Duration::from_nanos(clock.delta_as_nanos(then.counter.0, self.counter.0));
        passed.abs_diff(counted) < passed / 1_000
    }
}

static COUNTER: OnceLock<Counter> = OnceLock::new();

/// Over less, an interruption between the two readings would tell more than the clocks.
const BETWEEN_CHECKS: Duration = Duration::from_secs(1);

fn is_counter(clocksource: &Path) -> bool {
    fs::read_to_string(clocksource).is_ok_and(|name| name.trim_end() == "tsc")
}

#[cfg(test)]
mod tests {
    use std::env::temp_dir;
    use std::process;

    use super::*;

    #[test]
    fn linux_says_by_name_whether_it_reads_the_counter() {
        let file = clocksource("names");
        for (said, expected) in
            [("tsc\n", true), ("tsc", true), ("tsc-early\n", false), ("hpet\n", false), ("kvm-clock\n", false)]
        {
            fs::write(file, said).unwrap();
            assert_eq!(is_counter(file), expected, "{said}");
        }
        fs::remove_file(file).unwrap();
        assert!(!is_counter(file), "nobody says");
    }

    #[test]
    fn a_counter_that_linux_gives_up_is_read_no_more_until_it_is_taken_up_again() {
        let file = clocksource("given-up");
        let counter = Counter::new(file);
        for (said, is_read) in [("tsc", true), ("hpet", false), ("tsc", true)] {
            fs::write(file, said).unwrap();
            checked_after(&counter, 1.0);
            assert_eq!(counter.read().is_some(), is_read, "{said}");
        }
        fs::remove_file(file).unwrap();
    }

    #[test]
    fn a_counter_that_runs_at_another_speed_is_read_no_more_until_it_runs_right() {
        let file = clocksource("speed");
        fs::write(file, "tsc").unwrap();
        let counter = Counter::new(file);
        for (speed, is_read) in [(1.0, true), (1.002, false), (1.0005, true), (0.998, false), (0.0, false), (1.0, true)] {
            checked_after(&counter, speed);
            assert_eq!(counter.read().is_some(), is_read, "{speed}");
        }
        fs::remove_file(file).unwrap();
    }

    impl crate::clock::Clock {
        /// A counter that Linux has given up some seconds ago, which nobody has noticed yet.
        pub(crate) fn given_up() -> Self {
            let counter = Counter::new(clocksource("nobody-says"));
            ran_for_a_while(&counter, 1.0);
            Self::Counter(Box::leak(Box::new(counter)))
        }
    }

    #[test]
    fn it_is_checked_once_a_second_and_no_more() {
        let counter = Counter::new(clocksource("nobody-says"));
        counter.check();
        assert!(counter.read().is_some());
        checked_after(&counter, 1.0);
        assert!(counter.read().is_none());
    }

    fn checked_after(counter: &Counter, speed: f64) {
        ran_for_a_while(counter, speed);
        counter.check();
    }

    /// As if the last check were some seconds ago, and the counter had run at this speed since then.
    fn ran_for_a_while(counter: &Counter, speed: f64) {
        const WHILE: Duration = Duration::from_secs(10);
        const MANY: u64 = 1 << 40;
        let nanoseconds = counter.clock.delta_as_nanos(0, MANY) as f64 / MANY as f64;
        let ticks = WHILE.as_nanos() as f64 * speed / nanoseconds;
        let Both { system, counter: Ticks(now) } = Both::now(&counter.clock);
        *counter.checked.lock().unwrap() =
            Both { system: system.checked_sub(WHILE).unwrap(), counter: Ticks(now - ticks as u64) };
    }

    fn clocksource(name: &str) -> &'static Path {
        Box::leak(temp_dir().join(format!("tower-rum-clocksource-{}-{name}", process::id())).into_boxed_path())
    }
}
