//! Allocations that a request costs more than without a layer.

use tower_rum_benches::allocations::{Counting, calls};
use tower_rum_benches::beds::{Bed, Traffic};
use tower_rum_benches::measure::BARE;
use tower_rum_benches::peers;
use tower_rum_benches::report::figure;

#[global_allocator]
static COUNTING: Counting = Counting;

fn main() {
    for (bed, variants) in peers::by_bed() {
        let bench = format!("{bed}, allocations");
        let mut bare = 0.0;
        for (name, bed) in &variants {
            let count = per_request(bed);
            if *name == BARE {
                bare = count;
                figure(&bench, BARE, bare);
            } else {
                figure(&bench, name, count - bare);
            }
        }
    }
}

fn per_request(bed: &Bed) -> f64 {
    let mut worker = bed(Traffic::Mix);
    worker(REQUESTS);
    let before = calls();
    worker(REQUESTS);
    (calls() - before) as f64 / REQUESTS as f64
}

const REQUESTS: usize = 3_840;
