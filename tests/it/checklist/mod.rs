//! The checklist of an ingest that is open to the internet: each item as a test with its number, and the holes that others have had, with their names.
//! Item 4 is in `rates.rs`; what each item means in detail stands in `beacon_*.rs`, `batch.rs`, `cors.rs`, `script.rs` and `closed_labels.rs`.

mod holes;
mod items;

use bytes::Bytes;
use http::Request;
use prometheus::Registry;
use tower_rum::{Builder, Monitor};

use crate::support::beacon::fresh_id;
use crate::support::metrics::Metrics;
use crate::support::mount::{Body, TEXT, post};

fn batch(events: &str) -> Request<Body> {
    numbered(&fresh_id(), events)
}

fn numbered(id: &str, events: &str) -> Request<Body> {
    post("/log-beacon", TEXT, format!(r#"{{"version":1,"id":"{id}","events":{events}}}"#))
}

fn interaction(body: impl Into<Bytes>) -> Request<Body> {
    post("/log-interaction", TEXT, body)
}

fn with(mut request: Request<Body>, fields: &[(&'static str, &str)]) -> Request<Body> {
    for (name, value) in fields {
        request.headers_mut().append(*name, value.parse().unwrap());
    }
    request
}

fn monitor(configure: impl Fn(Builder) -> Builder) -> Monitor {
    configure(Monitor::builder().registry(Registry::new()).beacons_per_second(1_000_000)).build().unwrap()
}

async fn rejected(monitor: &Monitor, reason: &str) -> f64 {
    Metrics::of(monitor).await.value(&format!(r#"rum_rejected_total{{reason="{reason}"}}"#))
}
