//! A handle on what the services of a monitor share, made for being cloned for each request.
//!
//! axum clones a router's services for each request, and drops the clones as soon as they are called. With an [`Arc`] that would be two changes of
//! one count from all threads, and at each of them a processor waits until whatever it has yet to store is stored. Here a thread keeps
//! the handle that was dropped on it last, and gives it to the next who clones one of the same monitor.

use std::cell::Cell;
use std::ops::Deref;
use std::sync::Arc;

use super::shared::Shared;

thread_local! {
    static SPARE: Cell<Option<Arc<Shared>>> = const { Cell::new(None) };
}

/// An [`Arc`] of [`Shared`] whose count seldom changes.
///
/// A thread that has dropped one holds on to what is shared until it drops one of another monitor, or ends.
#[derive(Debug)]
pub(crate) struct Handle(Option<Arc<Shared>>);

impl Handle {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self(Some(shared))
    }
}

impl Deref for Handle {
    type Target = Shared;

    #[inline]
    fn deref(&self) -> &Shared {
        match &self.0 {
            Some(shared) => shared,
            None => unreachable!("it is empty only while it is dropped"),
        }
    }
}

impl Clone for Handle {
    #[inline]
    fn clone(&self) -> Self {
        match (&self.0, swap(None)) {
            (Some(own), Some(spare)) if Arc::ptr_eq(own, &spare) => Self(Some(spare)),
            (own, spare) => {
                let _none = swap(spare);
                Self(own.clone())
            }
        }
    }
}

impl Drop for Handle {
    #[inline]
    fn drop(&mut self) {
        // The one before is dropped when the thread has the new one: it may be the last, and own whatever the host's closures do.
        let _before = swap(self.0.take());
    }
}

/// Leaves a spare handle with the calling thread for the one that it had; a thread that is being torn down takes none.
#[inline]
fn swap(spare: Option<Arc<Shared>>) -> Option<Arc<Shared>> {
    SPARE.try_with(|place| place.replace(spare)).ok().flatten()
}

#[cfg(test)]
mod tests {
    use crate::config::Config;
    use crate::label::EndpointSource;
    use crate::record::Recorder;

    use super::*;

    #[test]
    fn a_clone_takes_what_was_dropped_last_and_leaves_the_count_alone() {
        let shared = shared();
        let handle = Handle::new(Arc::clone(&shared));
        drop(handle.clone());
        let count = Arc::strong_count(&shared);
        for _ in 0..3 {
            let clone = handle.clone();
            assert!(Arc::ptr_eq(held(&clone), &shared));
            assert_eq!(Arc::strong_count(&shared), count);
        }
        let both = [handle.clone(), handle.clone()];
        assert_eq!(Arc::strong_count(&shared), count + 1, "one more at once than ever before");
        drop(both);
        assert_eq!(Arc::strong_count(&shared), count);
    }

    #[test]
    fn clones_by_turns_are_each_of_their_own_monitor() {
        let monitors = [shared(), shared()];
        let handles = monitors.each_ref().map(|shared| Handle::new(Arc::clone(shared)));
        let a_turn = || {
            for (handle, shared) in handles.iter().zip(&monitors) {
                assert!(Arc::ptr_eq(held(&handle.clone()), shared));
            }
            monitors.each_ref().map(Arc::strong_count)
        };
        let counts = a_turn();
        assert_eq!([a_turn(), a_turn()], [counts; 2]);
    }

    #[test]
    fn a_thread_lets_go_of_a_monitor_when_it_drops_another_and_when_it_ends() {
        let (one, other) = (shared(), shared());
        std::thread::scope(|scope| {
            let on_a_thread = scope.spawn(|| {
                drop(Handle::new(Arc::clone(&one)));
                assert_eq!(Arc::strong_count(&one), 2, "kept");
                drop(Handle::new(Arc::clone(&other)));
                assert_eq!(Arc::strong_count(&one), 1);
                drop(Handle::new(Arc::clone(&one)));
            });
            on_a_thread.join().expect("no panic");
        });
        assert_eq!([one, other].each_ref().map(Arc::strong_count), [1; 2]);
    }

    fn held(handle: &Handle) -> &Arc<Shared> {
        handle.0.as_ref().expect("a handle that is not being dropped")
    }

    fn shared() -> Arc<Shared> {
        Arc::new(Shared {
            recorder: Recorder::new(&Config::default()),
            endpoint: EndpointSource::Router,
            by_head: None,
            response_duration: false,
            server_timing: false,
        })
    }
}
