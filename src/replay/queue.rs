//! Between the ingest, which never waits, and the writer, which waits for the store.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::Batch;

/// Batches on their way to the store, bounded in number and in bytes.
pub(crate) struct Queue {
    waiting: Mutex<Waiting>,
    there_is_one: Notify,
}

#[derive(Default)]
struct Waiting {
    batches: VecDeque<Batch>,
    bytes: usize,
}

/// There is no room for the batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Full;

impl Queue {
    pub(crate) fn new() -> Self {
        Self { waiting: Mutex::default(), there_is_one: Notify::new() }
    }

    pub(crate) fn push(&self, batch: Batch) -> Result<(), Full> {
        {
            let mut waiting = self.lock();
            let bytes = waiting.bytes + batch.memory();
            if waiting.batches.len() == MOST_QUEUED_BATCHES || bytes > MOST_QUEUED_BYTES {
                return Err(Full);
            }
            waiting.bytes = bytes;
            waiting.batches.push_back(batch);
        }
        self.there_is_one.notify_one();
        Ok(())
    }

    /// The batch that has waited longest, once there is one. Dropped while it waits, it takes none.
    pub(crate) async fn next(&self) -> Batch {
        loop {
            if let Some(batch) = self.pop() {
                return batch;
            }
            self.there_is_one.notified().await;
        }
    }

    fn pop(&self) -> Option<Batch> {
        let mut waiting = self.lock();
        let batch = waiting.batches.pop_front()?;
        waiting.bytes -= batch.memory();
        if waiting.batches.is_empty() {
            // What a burst has made it grow to is given back.
            waiting.batches = VecDeque::new();
        }
        Some(batch)
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue").finish_non_exhaustive()
    }
}

const MOST_QUEUED_BATCHES: usize = 1_024;
const MOST_QUEUED_BYTES: usize = 16 * 1024 * 1024;
