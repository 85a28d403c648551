//! What threads share memory by: std's types and one of `once_cell`, or those of a model, which loom runs through every interleaving.
//!
//! A model (`--cfg loom`, in tests) differs from what ships in this:
//! - `Arc` and `Weak` stay std's: loom has no `Weak`, no `Arc<str>` and no `Arc<[T]>`. To loom, counting references orders nothing.
//! - `OnceLock` and `OnceBox` keep their value in std's, behind a flag of loom's with the orderings that they promise.
//! - A thread local is made at its first use; std's `const` one is there before.
//! - [`scaled`] numbers are small.

#[cfg(all(test, loom))]
pub(super) use loom::sync::{Mutex, MutexGuard, RwLock, atomic};
#[cfg(all(test, loom))]
pub(super) use modelled::{OnceBox, OnceLock, per_thread};
#[cfg(not(all(test, loom)))]
pub(super) use once_cell::race::OnceBox;
#[cfg(not(all(test, loom)))]
pub(super) use std::sync::{Mutex, MutexGuard, OnceLock, RwLock, atomic};
#[cfg(not(all(test, loom)))]
pub(super) use std::thread_local as per_thread;

/// A number that only needs to be large in earnest.
pub(super) const fn scaled(shipped: usize, modelled: usize) -> usize {
    if cfg!(all(test, loom)) { modelled } else { shipped }
}

#[cfg(all(test, loom))]
mod modelled {
    use loom::sync::Mutex;
    use loom::sync::atomic::{AtomicBool, Ordering};

    /// Of two threads one makes the value, and the other waits for it.
    pub(in crate::record) struct OnceLock<T> {
        is_set: AtomicBool,
        making: Mutex<()>,
        value: std::sync::OnceLock<T>,
    }

    impl<T> OnceLock<T> {
        pub(in crate::record) fn new() -> Self {
            Self { is_set: AtomicBool::new(false), making: Mutex::new(()), value: std::sync::OnceLock::new() }
        }

        pub(in crate::record) fn get(&self) -> Option<&T> {
            let is_set = self.is_set.load(Ordering::Acquire);
            self.value.get().filter(|_| is_set)
        }

        pub(in crate::record) fn get_or_init(&self, make: impl FnOnce() -> T) -> &T {
            if let Some(value) = self.get() {
                return value;
            }
            let _making = self.making.lock().unwrap();
            let value = self.value.get_or_init(make);
            self.is_set.store(true, Ordering::Release);
            value
        }
    }

    /// Of two threads both make a value, and the later one drops its own.
    pub(in crate::record) struct OnceBox<T> {
        is_set: AtomicBool,
        value: std::sync::OnceLock<Box<T>>,
    }

    impl<T> OnceBox<T> {
        pub(in crate::record) fn new() -> Self {
            Self { is_set: AtomicBool::new(false), value: std::sync::OnceLock::new() }
        }

        pub(in crate::record) fn get(&self) -> Option<&T> {
            let is_set = self.is_set.load(Ordering::Acquire);
            self.value.get().filter(|_| is_set).map(|value| &**value)
        }

        pub(in crate::record) fn get_or_init(&self, make: impl FnOnce() -> Box<T>) -> &T {
            if let Some(value) = self.get() {
                return value;
            }
            let made = make();
            // No other thread of a model runs between the exchange and what follows it.
            let _ = self.is_set.compare_exchange(false, true, Ordering::AcqRel, Ordering::Acquire);
            self.value.get_or_init(|| made)
        }
    }

    macro_rules! per_thread {
        (static $name:ident: $type:ty = const $start:block;) => {
            loom::thread_local! { static $name: $type = $start; }
        };
    }
    pub(in crate::record) use per_thread;
}
