//! Bytes alive per label set: one counter, a latency and a size histogram, a gauge. With one thread, and with four that all touch every label set;
//! each of an endpoint of its own, and as many to an endpoint as there can be.

use std::sync::Barrier;

use tower_rum_benches::allocations::{Counting, alive};
use tower_rum_benches::report::figure;
use tower_rum_benches::scraped::{self, MOST_SHARING, Scraped};

#[global_allocator]
static COUNTING: Counting = Counting;

fn main() {
    for (table, sharing) in
        [("memory per label set".to_owned(), 1), (format!("memory per label set of {MOST_SHARING} to an endpoint"), MOST_SHARING)]
    {
        scraped::all(sharing).iter().for_each(|library| memory(&table, library));
    }
}

fn memory(table: &str, library: &Scraped) {
    // What is there before the first request is not a label set's, nor what the exporter of `metrics` still has of an earlier table.
    (library.fill)(FIRST);
    tower_rum_benches::peers::upkeep();
    let before = alive();
    (library.fill)(LABEL_SETS);
    tower_rum_benches::peers::upkeep();
    let one = per_label_set(before);
    figure(&format!("{table}, 1 thread"), library.name, one);
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
    figure(&format!("{table}, 4 threads"), library.name, four);
    figure(&format!("{table}, each further thread"), library.name, (four - one) / 3.0);
}

fn per_label_set(before: i64) -> f64 {
    (alive() - before) as f64 / (LABEL_SETS - FIRST) as f64
}

const FIRST: usize = 16;
const LABEL_SETS: usize = 3_000;
