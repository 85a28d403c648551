//! What a request through axum costs more by where the layer stands: added to the router, around each handler, or around the whole router.

use std::borrow::Cow;
use std::sync::Arc;

use tower::Layer;
use tower_rum::Monitor;
use tower_rum_benches::beds::{PATTERNS, Traffic, Worker, boxed, router, router_of_layered};
use tower_rum_benches::measure::{BARE, added, on_core};
use tower_rum_benches::report::{figure, rounds};

fn main() {
    let beds = [
        (BARE, boxed(router().with_state(()))),
        ("Router::layer", boxed(router().layer(Monitor::new().layer()).with_state(()))),
        ("Handler::layer, each handler", boxed(router_of_layered(&Monitor::new().layer()).with_state(()))),
        ("around the Router, matching paths itself", boxed(around().layer().layer(router().with_state(())))),
    ];
    let names = beds.each_ref().map(|(name, _)| *name);
    let mut workers: Vec<Worker> = beds.iter().map(|(_, bed)| bed(Traffic::Mix)).collect();
    workers.iter_mut().for_each(|worker| worker(1_000));
    let costs = added(&names, rounds(45), |variant| on_core(|| workers[variant](REQUESTS)) / REQUESTS as f64);
    for (name, cost) in costs {
        figure("axum by the layer's place", name, cost);
    }
}

/// A monitor that finds the template before the router does.
fn around() -> Monitor {
    let mut paths = matchit::Router::new();
    for (pattern, _) in PATTERNS {
        paths.insert(pattern, pattern).expect("patterns of a router");
    }
    let paths = Arc::new(paths);
    Monitor::builder()
        .endpoint(move |head| paths.at(head.uri().path()).ok().map(|found| Cow::Borrowed(*found.value)))
        .build()
        .expect("good settings")
}

const REQUESTS: usize = 10_000;
