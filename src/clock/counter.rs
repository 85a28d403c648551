//! The processor's time stamp counter, read without the kernel's help.
//!
//! That a processor says its counter is steady does not make it so: on some machines the cores' counters are 1.6 s apart
//! (<https://github.com/metrics-rs/quanta/issues/111>). Linux compares them when it starts, and goes on watching where it has reason to. While it tells the time
//! by this counter itself, so can we.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use quanta::Clock;

#[derive(Debug)]
pub(crate) struct Counter {
    clock: Clock,
    /// The file in which Linux says what it tells the time by.
    clocksource: &'static Path,
    is_trusted: AtomicBool,
}

/// What the process's counter stood at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ticks(u64);

impl Counter {
    /// The process's. Finds out the counter's frequency the first time, which takes at most 200 ms.
    pub(super) fn get() -> Option<&'static Self> {
        let clocksource = Path::new("/sys/devices/system/clocksource/clocksource0/current_clocksource");
        is_counter(clocksource).then(|| COUNTER.get_or_init(|| Self::new(clocksource)))
    }

    fn new(clocksource: &'static Path) -> Self {
        Self { clock: Clock::new(), clocksource, is_trusted: AtomicBool::new(true) }
    }

    /// `None` while it is not trusted.
    #[inline]
    pub(super) fn read(&self) -> Option<Ticks> {
        self.is_trusted.load(Ordering::Relaxed).then(|| Ticks(self.clock.raw()))
    }

    pub(super) fn check(&self) {
        self.is_trusted.store(is_counter(self.clocksource), Ordering::Relaxed);
    }
}

impl Ticks {
    #[inline]
    pub(super) fn nanoseconds(self) -> u64 {
        COUNTER.get().map_or(0, |Counter { clock, .. }| clock.delta_as_nanos(self.0, clock.raw()))
    }
}

static COUNTER: OnceLock<Counter> = OnceLock::new();

fn is_counter(clocksource: &Path) -> bool {
    fs::read_to_string(clocksource).is_ok_and(|name| name.trim_end() == "tsc")
}

#[cfg(test)]
mod tests {
    use std::env::temp_dir;
    use std::process;

    use crate::clock::{Clock, Moment};

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
        let counter = Clock::Counter(Box::leak(Box::new(Counter::new(file))));
        for (said, is_read) in [("tsc", true), ("hpet", false), ("tsc", true)] {
            fs::write(file, said).unwrap();
            counter.check();
            assert_eq!(matches!(counter.now(), Moment::Counter(_)), is_read, "{said}");
        }
        fs::remove_file(file).unwrap();
    }

    fn clocksource(name: &str) -> &'static Path {
        Box::leak(temp_dir().join(format!("tower-rum-clocksource-{}-{name}", process::id())).into_boxed_path())
    }
}
