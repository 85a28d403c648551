//! Bytes alive per label set: one counter, a latency and a size histogram, a gauge. With one thread, and with four that all touch every label set.

use std::sync::Barrier;

use tower_rum_benches::allocations::{Counting, alive};
use tower_rum_benches::report::figure;
use tower_rum_benches::scraped;

#[global_allocator]
static COUNTING: Counting = Counting;

fn main() {
    for library in scraped::all() {
        // What is there before the first request is not a label set's.
        (library.fill)(16);
        let before = alive();
        (library.fill)(LABEL_SETS);
        tower_rum_benches::peers::upkeep();
        let one = per_label_set(before);
        figure("memory per label set, 1 thread", library.name, one);
        let together = Barrier::new(3);
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    // One after another would hand one slot on.
                    together.wait();
                    (library.fill)(LABEL_SETS);
                    together.wait();
                });
            }
        });
        let four = per_label_set(before);
        figure("memory per label set, 4 threads", library.name, four);
        figure("memory per label set, each further thread", library.name, (four - one) / 3.0);
    }
}

fn per_label_set(before: i64) -> f64 {
    (alive() - before) as f64 / (LABEL_SETS - 16) as f64
}

const LABEL_SETS: usize = 3_000;
