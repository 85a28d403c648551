use std::mem;

use crate::record::{End, InFlight};

/// Stands around a call of the inner service: if that panics, its request has failed, and is counted so while the panic goes on.
///
/// The guard lives in a future or body that may be dropped long after the panic: only here is it known that there was one.
#[must_use]
pub(super) struct FailedByPanic<'a>(&'a mut InFlight);

impl<'a> FailedByPanic<'a> {
    #[inline]
    pub(super) fn unless_returned(guard: &'a mut InFlight) -> Self {
        Self(guard)
    }

    /// There was no panic.
    #[inline]
    pub(super) fn returned(self) {
        mem::forget(self);
    }
}

impl Drop for FailedByPanic<'_> {
    #[cold]
    fn drop(&mut self) {
        self.0.take().end(End::Failed);
    }
}
