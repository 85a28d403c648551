//! When counting began.

use std::sync::OnceLock;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use super::message::Timestamp;

/// The moment at which all counters were 0. The wall clock is asked once, by the first scrape: one that is set meanwhile would move the
/// start, which Prometheus takes for a restart.
#[derive(Debug)]
pub(in crate::encode) struct Start {
    began: Instant,
    timestamp: OnceLock<Timestamp>,
}

impl Start {
    pub(in crate::encode) fn now() -> Self {
        Self { began: Instant::now(), timestamp: OnceLock::new() }
    }

    pub(super) fn timestamp(&self) -> Timestamp {
        *self.timestamp.get_or_init(|| {
            let began = SystemTime::now().checked_sub(self.began.elapsed()).unwrap_or(UNIX_EPOCH);
            let since = began.duration_since(UNIX_EPOCH).unwrap_or_default();
            Timestamp { seconds: since.as_secs().cast_signed(), nanos: since.subsec_nanos().cast_signed() }
        })
    }
}
