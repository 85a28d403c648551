//! The batches seen lately, so that one that is sent twice counts once.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, PoisonError};

use crate::beacon::BatchId;

/// The last [`REMEMBERED`] batch numbers; the oldest is forgotten first.
#[derive(Debug, Default)]
pub(super) struct Seen {
    batches: Mutex<Batches>,
}

#[derive(Debug, Default)]
struct Batches {
    known: HashSet<BatchId>,
    in_order: VecDeque<BatchId>,
}

impl Seen {
    /// Whether this is the first time that the batch is there.
    pub(super) fn is_first(&self, batch: BatchId) -> bool {
        let mut batches = self.batches.lock().unwrap_or_else(PoisonError::into_inner);
        if !batches.known.insert(batch.clone()) {
            return false;
        }
        batches.in_order.push_back(batch);
        if batches.in_order.len() > REMEMBERED
            && let Some(oldest) = batches.in_order.pop_front()
        {
            batches.known.remove(&oldest);
        }
        true
    }
}

/// A browser sends a batch again at once or never; at the default rate this is four seconds and more. Under 1 MiB when full.
const REMEMBERED: usize = 4_096;
