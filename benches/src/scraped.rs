//! The same label sets in every library, and the text that a scrape makes of them.

use std::borrow::Cow;
use std::convert::Infallible;
use std::pin::pin;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
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

/// Every library, with so many label sets to an endpoint.
pub fn all(sharing: usize) -> Vec<Scraped> {
    vec![tower_rum(sharing), prometheus(sharing), prometheus_client(sharing), metrics_exporter(sharing)]
}

/// The number of samples in an exposition.
pub fn samples(text: &[u8]) -> usize {
    text.split(|&byte| byte == b'\n').filter(|line| !line.is_empty() && line[0] != b'#').count()
}

pub fn endpoint(number: usize) -> String {
    format!("/api/v1/things/{number}/{{id}}")
}

/// The label set of this number, where so many share an endpoint.
fn label_set(number: usize, sharing: usize) -> (String, Method, StatusCode) {
    let place = number % sharing;
    let status = StatusCode::from_u16(STATUSES[place / METHODS.len()]).expect("a status");
    (endpoint(number / sharing), METHODS[place % METHODS.len()].clone(), status)
}

fn tower_rum(sharing: usize) -> Scraped {
    let monitor = monitor(MOST);
    let layer = monitor.layer();
    let tower = Variant::new(crate::peers::OURS, layer.clone()).tower;
    let fill = move |label_sets| requests(layer.clone(), 0..label_sets, sharing);
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

/// One request for each of these label sets, of which so many share an endpoint.
pub fn requests(layer: tower_rum::middleware::HttpMetricsLayer, label_sets: std::ops::Range<usize>, sharing: usize) {
    let answer = async |request: Request<Empty<Bytes>>| {
        let mut response = Response::new(Full::new(Bytes::from_static(b"some bytes")));
        *response.status_mut() = *request.extensions().get().expect("the status to answer with");
        Ok::<_, Infallible>(response)
    };
    let mut service = layer.layer(tower::service_fn(answer));
    for (endpoint, method, status) in label_sets.map(|number| label_set(number, sharing)) {
        let path = endpoint.replace(['{', '}'], "-");
        let request = Request::builder().method(method).uri(path).extension(status).body(Empty::new()).expect("a request");
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

fn prometheus(sharing: usize) -> Scraped {
    let peer = PrometheusVec::new();
    let registry = peer.registry.clone();
    let text = move || {
        let mut text = Vec::new();
        TextEncoder::new().encode(&registry.gather(), &mut text).expect("text");
        text.into()
    };
    scraped("prometheus", peer, sharing, text)
}

fn prometheus_client(sharing: usize) -> Scraped {
    let peer = PrometheusClient::new();
    let registry = peer.registry();
    let text = move || {
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &registry).expect("text");
        text.into()
    };
    scraped("prometheus-client", peer, sharing, text)
}

fn metrics_exporter(sharing: usize) -> Scraped {
    let handle = metrics_recorder();
    scraped("metrics-exporter-prometheus", MetricsMacros, sharing, || handle.render().into())
}

fn scraped(
    name: &'static str,
    peer: impl Record + Clone,
    sharing: usize,
    text: impl Fn() -> Bytes + Send + Sync + 'static,
) -> Scraped {
    let tower = Variant::new(name, GuardedLayer::new(peer.clone())).tower;
    let fill = move |label_sets| {
        for (endpoint, method, status) in (0..label_sets).map(|number| label_set(number, sharing)) {
            let arrived = peer.arrived(&endpoint, &method);
            peer.answered(&arrived, &endpoint, &method, status.as_u16());
            peer.ended(&arrived, &endpoint, &method, 10);
        }
    };
    Scraped { name, fill: Box::new(fill), text: Box::new(text), tower }
}

/// Label sets that make 100 000 samples, and then some.
const MOST: usize = 5_000;

const METHODS: [Method; 4] = [Method::GET, Method::POST, Method::PUT, Method::DELETE];
const STATUSES: [u16; 10] = [200, 201, 302, 400, 401, 403, 404, 409, 500, 503];

/// The most label sets that an endpoint can have here.
pub const MOST_SHARING: usize = METHODS.len() * STATUSES.len();
