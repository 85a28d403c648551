//! The time of a sample: the time of day, but never back.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

/// Goes as steadily as a monotonic clock, from the time of day on: a rate over two samples is right also where somebody sets the time between them.
#[derive(Debug)]
pub(super) struct Clock {
    started: Instant,
    /// The time of day then, since 1970.
    since: Duration,
}

impl Clock {
    pub(super) fn new() -> Self {
        Self { started: Instant::now(), since: time_of_day() }
    }

    /// Milliseconds since 1970.
    pub(super) fn now(&mut self) -> u64 {
        self.read(self.started.elapsed(), time_of_day())
    }

    fn read(&mut self, elapsed: Duration, time_of_day: Duration) -> u64 {
        // A monotonic clock stands still while the machine sleeps.
        let slept = time_of_day.saturating_sub(self.since + elapsed);
        if slept > MOST_ASTRAY {
            self.since += slept;
        }
        (self.since + elapsed).as_millis() as u64
    }
}

fn time_of_day() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

const MOST_ASTRAY: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_the_time_of_day_does_a_second_is_a_second() {
        let at = Duration::from_secs;
        let mut clock = Clock { started: Instant::now(), since: at(1_000_000) };
        for (elapsed, time_of_day, now) in [
            (0, 1_000_000, 1_000_000),
            (10, 1_000_010, 1_000_010),
            (20, 999_000, 1_000_020),   // set back
            (30, 1_000_034, 1_000_030), // drifts
            (40, 1_003_640, 1_003_640), // slept for an hour
            (50, 1_000_050, 1_003_650),
        ] {
            assert_eq!(clock.read(at(elapsed), at(time_of_day)), now * 1_000, "{elapsed} s");
        }
    }
}
