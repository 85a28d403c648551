//! One JSON beacon through axum to 204 beside an empty handler that answers 204.

use tower_rum_benches::beds::{EMPTY_HANDLER, PAGE_LOAD, beacons};
use tower_rum_benches::measure::{BARE, added, on_core};
use tower_rum_benches::report::{figure, rounds};

fn main() {
    let mut workers = [EMPTY_HANDLER, PAGE_LOAD].map(beacons);
    let costs = added(&[BARE, "one JSON beacon"], rounds(45), |variant| on_core(|| workers[variant](REQUESTS)) / REQUESTS as f64);
    let (empty, more) = (costs[0].1, costs[1].1);
    figure("beacon, empty handler", "axum", empty);
    figure("beacon", "tower-rum", empty + more);
    figure("beacon, times the empty handler", "tower-rum", (empty + more) / empty);
}

const REQUESTS: usize = 5_000;
