//! How much is kept of one session, and for how long.

use std::time::Duration;

/// What a [`Store`](super::Store) keeps of one session. A batch that would go past any of these is not appended, and nothing of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of its events' text. Default: 4 MiB.
    pub bytes: u64,
    /// Its events. Default: 50 000.
    pub events: u64,
    /// From its first event to its last, by the page's clock. Default: an hour.
    pub duration: Duration,
    /// How long after its first batch came it is forgotten, by the store's clock. Default: a day.
    pub ttl: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: MOST_SESSION_BYTES,
            events: MOST_SESSION_EVENTS,
            duration: Duration::from_secs(MOST_SESSION_SECONDS),
            ttl: Duration::from_secs(KEPT_SECONDS),
        }
    }
}

const MOST_SESSION_BYTES: u64 = 4 * 1024 * 1024;
const MOST_SESSION_EVENTS: u64 = 50_000;
const MOST_SESSION_SECONDS: u64 = 3_600;
const KEPT_SECONDS: u64 = 86_400;
