//! Requests of one variant, for callgrind to count: `instructions BED VARIANT [REQUESTS]`; with a bed alone, the names of its variants.
//!
//! Only what runs inside [`measured_loop`] is to be counted: `valgrind --tool=callgrind --toggle-collect='*measured_loop*'`.

use tower_rum_benches::beds::{EMPTY_HANDLER, PAGE_LOAD, Traffic, Worker, beacons};
use tower_rum_benches::peers;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let bed = arguments.next().expect("tower, axum or beacon");
    let Some(name) = arguments.next() else {
        return names(&bed).iter().for_each(|name| println!("{name}"));
    };
    let mut worker = worker(&bed, &name);
    worker(1_000);
    measured_loop(&mut worker, arguments.next().and_then(|requests| requests.parse().ok()).unwrap_or(REQUESTS));
}

fn names(bed: &str) -> Vec<&'static str> {
    match bed {
        "beacon" => vec![EMPTY, BEACON],
        _ => peers::all().iter().map(|variant| variant.name).collect(),
    }
}

fn worker(bed: &str, name: &str) -> Worker {
    if bed == "beacon" {
        return beacons(if name == BEACON { PAGE_LOAD } else { EMPTY_HANDLER });
    }
    let variants = peers::all();
    let variant = variants.iter().find(|variant| variant.name == name).expect("a variant of that name");
    let bed = if bed == "tower" { &variant.tower } else { &variant.axum };
    bed(Traffic::Mix)
}

#[inline(never)]
fn measured_loop(worker: &mut Worker, requests: usize) {
    worker(requests);
}

const EMPTY: &str = "axum";
const BEACON: &str = "tower-rum";
const REQUESTS: usize = 2_000;
