//! The types that ship, run by loom through the interleavings of a few threads, and through every value that their memory orderings let a
//! load return.

mod cells;
mod exemplars;
mod pages;
mod requests;
mod series;
mod slots;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use loom::thread::{self, JoinHandle};

/// Runs a model through every interleaving in which threads are interrupted `preemptions` times at most; `LOOM_MAX_PREEMPTIONS` sets
/// another number.
///
/// Who only reads is to be spawned last: loom forgets a load that another thread's load of the same word follows, and so would not try
/// that thread's store before it. A reader that comes last is given every value that it could have read earlier.
fn model(preemptions: usize, run: impl Fn() + Send + Sync + 'static) {
    const MOST_STEPS: usize = 100_000;
    let mut model = loom::model::Builder::new();
    model.preemption_bound.get_or_insert(preemptions);
    model.max_branches = MOST_STEPS;
    let runs = Arc::new(AtomicUsize::new(0));
    model.check({
        let runs = Arc::clone(&runs);
        move || {
            runs.fetch_add(1, Ordering::Relaxed);
            run();
        }
    });
    let runs = runs.load(Ordering::Relaxed);
    println!("{runs} interleavings");
    assert!(runs > 1, "nothing happened at once");
}

/// With room for a whole recorder.
fn spawn<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    const STACK: usize = 1 << 20;
    thread::Builder::new().stack_size(STACK).spawn(run).unwrap()
}
