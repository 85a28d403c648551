use crate::record::{End, InFlight};

/// Runs `inner`; if it panics, its request has failed, and is counted so while the panic goes on.
///
/// The guard lives in a future or body that may be dropped long after the panic: only here is it known that there was one.
pub(super) fn or_failed<T>(guard: &mut Option<InFlight>, inner: impl FnOnce() -> T) -> T {
    let unwinding = Unwinding(guard);
    let value = inner();
    std::mem::forget(unwinding);
    value
}

/// Dropped only by a panic.
struct Unwinding<'a>(&'a mut Option<InFlight>);

impl Drop for Unwinding<'_> {
    fn drop(&mut self) {
        if let Some(guard) = self.0.take() {
            guard.end(End::Failed);
        }
    }
}
