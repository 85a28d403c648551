//! The same label sets in every library, and the text that a scrape makes of them.

use std::borrow::Cow;
use std::convert::Infallible;
use std::pin::pin;

use bytes::Bytes;
use http::{Method, Request, Response};
use http_body_util::{BodyExt, Empty, Full};
use prometheus::{Encoder, TextEncoder};
use tower::{Layer, Service};
use tower_rum::Monitor;

use crate::beds::{Bed, Variant, drain, now_or_never};
use crate::peers::{GuardedLayer, MetricsMacros, PrometheusClient, PrometheusVec, Record, metrics_recorder};

/// A library with label sets in it.
pub struct Scraped {
    pub name: &'static str,
    /// Adds label sets up to this number, one sample each.
    pub fill: Box<dyn Fn(usize) + Send + Sync>,
    pub text: Box<dyn Fn() -> Bytes + Send + Sync>,
    /// Requests in the tower bed, counted beside the label sets.
    pub tower: Bed,
}

impl Scraped {
    /// Samples that a label set adds; to be asked before any is there.
    pub fn samples_per_label_set(&self) -> usize {
        // Families without labels are there from the start.
        let [few, more] = [10, 20].map(|label_sets| {
            (self.fill)(label_sets);
            samples(&(self.text)())
        });
        (more - few) / 10
    }
}

pub fn all() -> Vec<Scraped> {
    vec![tower_rum(), prometheus(), prometheus_client(), metrics_exporter()]
}

/// The number of samples in an exposition.
pub fn samples(text: &[u8]) -> usize {
    text.split(|&byte| byte == b'\n').filter(|line| !line.is_empty() && line[0] != b'#').count()
}

pub fn endpoint(number: usize) -> String {
    format!("/api/v1/things/{number}/{{id}}")
}

pub fn tower_rum() -> Scraped {
    let monitor = monitor(MOST);
    let layer = monitor.layer();
    let tower = Variant::new(crate::peers::OURS, layer.clone()).tower;
    let fill = move |label_sets| requests(layer.clone(), 0..label_sets);
    Scraped { name: crate::peers::OURS, fill: Box::new(fill), text: Box::new(move || exposition(&monitor)), tower }
}

/// One that takes its endpoints from the request's path.
pub fn monitor(label_sets: usize) -> Monitor {
    Monitor::builder()
        .endpoint(|head| Some(Cow::Borrowed(head.uri().path())))
        .http_series(2 * label_sets.max(16))
        .registry(prometheus::Registry::new())
        .build()
        .expect("good settings")
}

/// One request for each of these label sets.
pub fn requests(layer: tower_rum::middleware::HttpMetricsLayer, label_sets: std::ops::Range<usize>) {
    let answer =
        async |_: Request<Empty<Bytes>>| Ok::<_, Infallible>(Response::new(Full::new(Bytes::from_static(b"some bytes"))));
    let mut service = layer.layer(tower::service_fn(answer));
    for number in label_sets {
        let path = endpoint(number).replace(['{', '}'], "-");
        let request = Request::get(path).body(Empty::new()).expect("a request");
        let Ok(response) = now_or_never(service.call(request));
        drain(response.into_body());
    }
}

/// What `GET /metrics` answers.
pub fn exposition(monitor: &Monitor) -> Bytes {
    let unused = tower::service_fn(async |_: Request<Empty<Bytes>>| Ok::<_, Infallible>(Response::new(Empty::<Bytes>::new())));
    let mut service = monitor.routes_layer().layer(unused);
    let request = Request::get("/metrics").body(Empty::new()).expect("a request");
    let Ok(response) = now_or_never(service.call(request));
    let body = pin!(response.into_body());
    now_or_never(body.collect()).unwrap_or_else(|_| unreachable!("a body in memory")).to_bytes()
}

fn prometheus() -> Scraped {
    let peer = PrometheusVec::new();
    let registry = peer.registry.clone();
    let text = move || {
        let mut text = Vec::new();
        TextEncoder::new().encode(&registry.gather(), &mut text).expect("text");
        text.into()
    };
    scraped("prometheus", peer, text)
}

fn prometheus_client() -> Scraped {
    let peer = PrometheusClient::new();
    let registry = peer.registry();
    let text = move || {
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &registry).expect("text");
        text.into()
    };
    scraped("prometheus-client", peer, text)
}

fn metrics_exporter() -> Scraped {
    let handle = metrics_recorder();
    scraped("metrics-exporter-prometheus", MetricsMacros, || handle.render().into())
}

fn scraped(name: &'static str, peer: impl Record + Clone, text: impl Fn() -> Bytes + Send + Sync + 'static) -> Scraped {
    let tower = Variant::new(name, GuardedLayer::new(peer.clone())).tower;
    let fill = move |label_sets| {
        for endpoint in (0..label_sets).map(endpoint) {
            let arrived = peer.arrived(&endpoint, &Method::GET);
            peer.answered(&arrived, &endpoint, &Method::GET, 200);
            peer.ended(&arrived, &endpoint, &Method::GET, 10);
        }
    };
    Scraped { name, fill: Box::new(fill), text: Box::new(text), tower }
}

/// Label sets that make 100 000 samples, and then some.
const MOST: usize = 5_000;
