//! Requests of one variant, for callgrind to count: `instructions BED VARIANT [REQUESTS]`; without arguments, the names of the variants.
//!
//! Only what runs inside [`measured_loop`] is to be counted: `valgrind --tool=callgrind --toggle-collect='*measured_loop*'`.

use tower_rum_benches::beds::{Traffic, Worker};
use tower_rum_benches::peers;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let variants = peers::all();
    let Some((bed, name)) = arguments.next().zip(arguments.next()) else {
        return variants.iter().for_each(|variant| println!("{}", variant.name));
    };
    let variant = variants.iter().find(|variant| variant.name == name).expect("a variant of that name");
    let bed = if bed == "tower" { &variant.tower } else { &variant.axum };
    let mut worker = bed(Traffic::Mix);
    worker(1_000);
    measured_loop(&mut worker, arguments.next().and_then(|requests| requests.parse().ok()).unwrap_or(REQUESTS));
}

#[inline(never)]
fn measured_loop(worker: &mut Worker, requests: usize) {
    worker(requests);
}

const REQUESTS: usize = 2_000;
