use crate::record::{End, InFlight};

/// Holds a request while the inner service is called. When it goes out of scope the request ends: as failed, unless told otherwise.
///
/// So a panic of the inner service is counted while it goes on: the guard lives in a future or body that may be dropped long after, and
/// only here is it known that there was one. The guard is held by value, and ends after the scope's result is in place:
/// neither the future nor the result has to be copied for its sake.
#[must_use]
pub(crate) struct Watch {
    guard: InFlight,
    end: End,
}

impl Watch {
    /// Takes the guard until it is given back.
    #[inline]
    pub(crate) fn over(guard: InFlight) -> Self {
        Self { guard, end: End::Failed }
    }

    #[inline]
    pub(crate) fn guard(&mut self) -> &mut InFlight {
        &mut self.guard
    }

    /// The request ends with this scope.
    #[inline]
    pub(crate) fn ends(&mut self, end: End) {
        self.end = end;
    }

    /// The request goes on.
    #[inline]
    pub(crate) fn goes_on(&mut self) -> InFlight {
        self.guard.take()
    }
}

impl Drop for Watch {
    #[inline]
    fn drop(&mut self) {
        self.guard.take().end(self.end);
    }
}
