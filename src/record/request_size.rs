//! One request body from its first byte to its end or drop.

use std::sync::Arc;

use super::Recorder;
use super::local;
use super::tables::REQUEST_SIZES;

/// Observes the bytes read of one request body when dropped.
pub(crate) struct RequestSizeMeter {
    recorder: Arc<Recorder>,
    series: usize,
    bytes: u64,
}

impl RequestSizeMeter {
    pub(super) fn new(recorder: Arc<Recorder>, series: usize) -> Self {
        Self { recorder, series, bytes: 0 }
    }

    pub(crate) fn read(&mut self, bytes: usize) {
        self.bytes = self.bytes.saturating_add(bytes as u64);
    }
}

impl Drop for RequestSizeMeter {
    fn drop(&mut self) {
        local::with(&self.recorder.weak, |local| local.observe(REQUEST_SIZES, self.series, self.bytes));
    }
}
