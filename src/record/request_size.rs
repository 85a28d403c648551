//! One request body from its first byte to its end or drop.

use std::sync::Arc;

use super::local;
use super::{Observed, Recorder};

/// Observes the bytes read of one request body when dropped.
pub(crate) struct RequestSizeMeter {
    recorder: Arc<Recorder>,
    observed: Observed,
    bytes: u64,
}

impl RequestSizeMeter {
    pub(super) fn new(recorder: Arc<Recorder>, observed: Observed) -> Self {
        Self { recorder, observed, bytes: 0 }
    }

    pub(crate) fn read(&mut self, bytes: usize) {
        self.bytes = self.bytes.saturating_add(bytes as u64);
    }
}

impl Drop for RequestSizeMeter {
    fn drop(&mut self) {
        local::with(&self.recorder.weak, |local| local.observe(self.observed, self.bytes));
    }
}
