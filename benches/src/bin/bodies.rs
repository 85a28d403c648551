//! A response streamed in 64 frames, and a request given up before its head.

use tower::layer::util::Identity;
use tower_rum::Monitor;
use tower_rum_benches::beds::{FRAMES, Worker, giving_up, streaming};
use tower_rum_benches::measure::{BARE, added, on_core};
use tower_rum_benches::peers::{self, GuardedLayer, OURS, PrometheusVec};
use tower_rum_benches::report::{figure, rounds};

fn main() {
    let streamed: [(&str, Worker); 5] = [
        (BARE, streaming(Identity::new())),
        (OURS, streaming(Monitor::new().layer())),
        ("axum-prometheus (A)", streaming(peers::axum_prometheus(false))),
        ("axum-prometheus (B)", streaming(peers::axum_prometheus(true))),
        ("prometheus vec (B)", streaming(GuardedLayer::new(PrometheusVec::new()))),
    ];
    for (variant, cost) in measure(streamed, 1_000) {
        figure("streamed 1 MiB, per frame", variant, cost / FRAMES as f64);
    }
    let cancelled: [(&str, Worker); 4] = [
        (BARE, giving_up(Identity::new())),
        (OURS, giving_up(Monitor::new().layer())),
        ("axum-prometheus (B)", giving_up(peers::axum_prometheus(true))),
        ("prometheus vec (B)", giving_up(GuardedLayer::new(PrometheusVec::new()))),
    ];
    for (variant, cost) in measure(cancelled, 10_000) {
        figure("cancelled before the head", variant, cost);
    }
}

fn measure<const N: usize>(variants: [(&'static str, Worker); N], requests: usize) -> Vec<(&'static str, f64)> {
    let (names, mut workers): (Vec<_>, Vec<_>) = variants.into_iter().unzip();
    workers.iter_mut().for_each(|worker| worker(100));
    added(&names, rounds(45), |variant| {
        let cost = on_core(|| {
            workers[variant](requests);
            // Where each frame is a sample, emptying what has piled up is part of its cost.
            peers::upkeep();
        });
        cost / requests as f64
    })
}
