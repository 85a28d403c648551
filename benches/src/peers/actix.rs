//! Ways to count an actix application's requests.

use std::hint::black_box;
use std::time::Instant;

use actix_web_prom::PrometheusMetricsBuilder;
use tower_rum::Monitor;

use crate::beds::{Bed, actix_bed};
use crate::measure::BARE;

use super::{OURS, OURS_BY_COUNTER, SECONDS, by_counter};

/// Every variant of the actix bed.
pub fn actix() -> Vec<(&'static str, Bed)> {
    let (monitor, by_counter) = (Monitor::new(), by_counter());
    let prometheus = PrometheusMetricsBuilder::new("").buckets(&SECONDS).build().expect("metrics");
    vec![
        (BARE, actix_bed!(app => app)),
        ("no-op wrap_fn", actix_bed!(app => app.wrap_fn(|request, inner| inner.call(request)))),
        (
            "two Instant reads",
            actix_bed!(app => app.wrap_fn(|request, inner| {
                let arrived = Instant::now();
                let response = inner.call(request);
                async move {
                    let response = response.await;
                    black_box(arrived.elapsed());
                    response
                }
            })),
        ),
        (OURS, actix_bed!(app => app.wrap(monitor.actix()))),
        (OURS_BY_COUNTER, actix_bed!(app => app.wrap(by_counter.actix()))),
        ("actix-web-prom (A, at the end of the body)", actix_bed!(app => app.wrap(prometheus.clone()))),
    ]
}
