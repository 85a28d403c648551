//! Whatever comes in, what must hold afterwards; all of it through the crate's public surface. A check panics where something does not hold.

mod beacons;
mod exposition;
mod scrapes;
mod traceparent;

use std::collections::BTreeMap;
use std::convert::Infallible;

use bytes::Bytes;
use futures_util::FutureExt;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Full};
use tower::{Layer, ServiceExt, service_fn};
use tower_rum::Monitor;

use crate::support::text_format::{self, Family};

pub use beacons::{batch, single};
pub use exposition::exposition;
pub use scrapes::negotiation;
pub use traceparent::traceparent;

/// The checks by the name of their target, which is that of their corpus too.
pub const ALL: [(&str, Check); 5] = [
    ("batch", batch),
    ("single", single),
    ("negotiation", negotiation),
    ("traceparent", traceparent),
    ("exposition", exposition),
];

/// Panics where what is to hold does not.
type Check = fn(&[u8]);

type Families = BTreeMap<String, Family>;

struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Bytes,
}

/// What a monitor's own routes answer.
fn ask(monitor: &Monitor, request: Request<Full<Bytes>>) -> Answer {
    let not_ours =
        service_fn(async |_| Ok::<_, Infallible>(Response::builder().status(404).body(Full::<Bytes>::default()).unwrap()));
    // Without a runtime nothing has to be waited for: registry and exposition are read in this thread.
    let response = monitor.routes_layer().layer(not_ours).oneshot(request).now_or_never().unwrap().unwrap();
    let (head, body) = response.into_parts();
    let body = body.collect().now_or_never().unwrap().unwrap().to_bytes();
    Answer { status: head.status.as_u16(), headers: head.headers, body }
}

/// A document that the monitor's layer has seen on its way: its head.
fn serve(monitor: &Monitor, request: Request<()>) -> HeaderMap {
    let document = service_fn(async |_| {
        Ok::<_, Infallible>(Response::builder().header("content-type", "text/html").body(Full::<Bytes>::from("hello")).unwrap())
    });
    let response = monitor.layer().layer(document).oneshot(request).now_or_never().unwrap().unwrap();
    let (head, body) = response.into_parts();
    body.collect().now_or_never().unwrap().unwrap();
    head.headers
}

/// The families of a scrape in text, whose numbers are all in order.
fn families(monitor: &Monitor) -> Families {
    let answer = ask(monitor, Request::get("/metrics").body(Full::default()).unwrap());
    assert_eq!(answer.status, 200);
    let families = text_format::parse(str::from_utf8(&answer.body).unwrap());
    for (name, family) in &families {
        for sample in &family.samples {
            assert!(sample.value.is_finite() && sample.value >= 0.0, "{sample:?}");
        }
        if family.kind == "histogram" {
            is_histogram(name, family);
        }
    }
    families
}

/// Buckets never fall, and the last holds all.
fn is_histogram(name: &str, family: &Family) {
    let (mut below, mut total) = (0.0, 0.0);
    for sample in &family.samples {
        match sample.name.strip_prefix(name) {
            Some("_bucket") => {
                let bound: f64 = sample.labels["le"].parse().unwrap();
                assert!(sample.value >= below, "{sample:?} after {below}");
                below = if bound.is_infinite() { 0.0 } else { sample.value };
                total = sample.value;
            }
            Some("_count") => assert_eq!(sample.value, total, "{sample:?}"),
            _ => {}
        }
    }
}

/// The sum of all series of a name.
fn total(families: &Families, family: &str, sample: &str) -> f64 {
    let samples = families.get(family).into_iter().flat_map(|family| &family.samples);
    samples.filter(|found| found.name == sample).map(|found| found.value).sum()
}
