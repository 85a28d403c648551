//! Requests of one variant, for callgrind to count: `instructions BED VARIANT [REQUESTS]`; with a bed alone, the names of its variants.
//!
//! Only what runs inside [`measured_loop`] is to be counted: `valgrind --tool=callgrind --toggle-collect='*measured_loop*'`.

use tower_rum_benches::beds::{EMPTY_HANDLER, PAGE_LOAD, Traffic, Worker, beacons};
use tower_rum_benches::peers;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let variants = variants(&arguments.next().expect("tower, axum, actix or beacon"));
    let Some(name) = arguments.next() else {
        return variants.iter().for_each(|(name, _)| println!("{name}"));
    };
    let (_, make) = variants.iter().find(|(known, _)| *known == name).expect("a variant of that name");
    let mut worker = make();
    worker(1_000);
    measured_loop(&mut worker, arguments.next().and_then(|requests| requests.parse().ok()).unwrap_or(REQUESTS));
}

type Make = Box<dyn Fn() -> Worker>;

fn variants(bed: &str) -> Vec<(&'static str, Make)> {
    if bed == "beacon" {
        return vec![("axum", Box::new(|| beacons(EMPTY_HANDLER))), ("tower-rum", Box::new(|| beacons(PAGE_LOAD)))];
    }
    let (_, variants) = peers::by_bed().into_iter().find(|(known, _)| *known == bed).expect("a bed of that name");
    variants.into_iter().map(|(name, bed)| (name, Box::new(move || bed(Traffic::Mix)) as Make)).collect()
}

#[inline(never)]
fn measured_loop(worker: &mut Worker, requests: usize) {
    worker(requests);
}

const REQUESTS: usize = 2_000;
