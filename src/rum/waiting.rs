//! Places for bodies that are waited for: each may hold as much as a body may.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::beacon::{Reason, Rejection};

/// So many at one time.
#[derive(Debug)]
pub(super) struct Places {
    taken: Arc<AtomicUsize>,
    most: usize,
}

/// A body that is waited for.
#[derive(Debug)]
pub(super) struct Waiting(Arc<AtomicUsize>);

impl Places {
    pub(super) fn of(most: usize) -> Self {
        Self { taken: Arc::default(), most }
    }

    /// A place; free again when dropped.
    pub(super) fn take(&self) -> Result<Waiting, Rejection> {
        // Counted from here on, so that a refusal gives the place back as well.
        let place = Waiting(Arc::clone(&self.taken));
        if self.taken.fetch_add(1, Ordering::Relaxed) < self.most {
            Ok(place)
        } else {
            Err(Reason::Rate.because("too many beacons at once"))
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
