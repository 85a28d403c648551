//! Other ways to count the same requests.
//!
//! Job A is requests, latency and requests in flight, recorded at the response head. Job B is A and the response size, recorded at the end of the body.

mod actix;
mod bounds;
mod clocks;
mod guarded;
mod measured_sparse;
mod metrics_macros;
mod no_op;
mod prometheus_client;
mod prometheus_vec;
mod ready_made;

use tower_rum::Monitor;
use tower_rum::exemplars::{Exemplars, TraceContext};

use crate::beds::{Bed, Variant};

pub use actix::actix;
pub use bounds::{BYTES, SECONDS};
pub use guarded::{GuardedLayer, Record};
pub use measured_sparse::MeasuredSparse;
pub use metrics_macros::MetricsMacros;
pub use no_op::NoOpLayer;
pub use prometheus_client::PrometheusClient;
pub use prometheus_vec::{PrometheusCached, PrometheusVec};
pub use ready_made::{axum_otel_metrics, axum_prometheus, metrics_recorder, otel_instrumentation_tower, upkeep};

/// Every bed by name, and by name what runs in it.
pub fn by_bed() -> [(&'static str, Vec<(&'static str, Bed)>); 3] {
    let (tower, axum) = all().into_iter().map(|Variant { name, tower, axum }| ((name, tower), (name, axum))).unzip();
    [("tower", tower), ("axum", axum), ("actix", actix())]
}

/// Every variant of the tower and axum beds; those of one job and recorder share nothing.
pub fn all() -> Vec<Variant> {
    vec![
        Variant::bare(),
        Variant::new("no-op layer", NoOpLayer),
        Variant::new("full machinery, no-op recorder (B)", GuardedLayer::new(guarded::Nothing)),
        Variant::new("two Instant reads", clocks::ClocksLayer::<std::time::Instant>::new()),
        Variant::new("two quanta reads", clocks::ClocksLayer::<quanta::Instant>::new()),
        Variant::new(OURS, Monitor::new().layer()),
        Variant::new(OURS_BY_COUNTER, by_counter().layer()),
        Variant::new("tower-rum (B), exemplars", with_exemplars().layer()),
        Variant::new("axum-prometheus (A)", ready_made::axum_prometheus(false)),
        Variant::new("axum-prometheus (B)", ready_made::axum_prometheus(true)),
        Variant::new("axum-otel-metrics (A + sizes)", ready_made::axum_otel_metrics()),
        Variant::new("otel-instrumentation-tower (A + sizes)", ready_made::otel_instrumentation_tower()),
        Variant::new("metrics macros by hand (B)", GuardedLayer::new(metrics_macros::MetricsMacros)),
        Variant::new("prometheus vec (B)", GuardedLayer::new(PrometheusVec::new())),
        Variant::new("prometheus, cached children (B)", GuardedLayer::new(PrometheusCached(PrometheusVec::new()))),
        Variant::new("prometheus-client (B)", GuardedLayer::new(PrometheusClient::new())),
        Variant::new("measured, sparse (B)", GuardedLayer::new(MeasuredSparse::new())),
        Variant::new("tower-http trace, no subscriber", ready_made::trace()),
    ]
}

/// Reads the processor's counter, where it may be relied on.
pub fn by_counter() -> Monitor {
    Monitor::builder().time_stamp_counter(true).build().expect("a monitor")
}

/// Every request is of a trace, whose field is read.
fn with_exemplars() -> Monitor {
    const FIELD: &[u8] = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let exemplars = Exemplars::from_fn(|_| TraceContext::from_traceparent(std::hint::black_box(FIELD)));
    Monitor::builder().exemplars(exemplars).build().expect("a monitor")
}

pub const OURS: &str = "tower-rum (B)";
pub const OURS_BY_COUNTER: &str = "tower-rum (B), time stamp counter";
