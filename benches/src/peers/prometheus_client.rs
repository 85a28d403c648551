//! The `prometheus-client` crate: `get_or_create` at each event.

use std::time::Instant;

use http::Method;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::bounds::{BYTES, SECONDS};
use super::guarded::Record;

#[derive(Clone, Hash, PartialEq, Eq, Debug, EncodeLabelSet)]
struct ByStatus {
    method: &'static str,
    endpoint: String,
    status: u16,
}

#[derive(Clone, Hash, PartialEq, Eq, Debug, EncodeLabelSet)]
struct ByEndpoint {
    method: &'static str,
    endpoint: String,
}

type Histograms<L> = Family<L, Histogram, fn() -> Histogram>;

#[derive(Clone)]
pub struct PrometheusClient {
    requests: Family<ByStatus, Counter>,
    seconds: Histograms<ByStatus>,
    bytes: Histograms<ByEndpoint>,
    in_flight: Family<ByEndpoint, Gauge>,
}

impl PrometheusClient {
    pub fn new() -> Self {
        Self {
            requests: Family::default(),
            seconds: Family::new_with_constructor(|| Histogram::new(SECONDS)),
            bytes: Family::new_with_constructor(|| Histogram::new(BYTES)),
            in_flight: Family::default(),
        }
    }

    pub fn registry(&self) -> Registry {
        let mut registry = Registry::default();
        registry.register("http_requests", "help", self.requests.clone());
        registry.register("http_request_duration_seconds", "help", self.seconds.clone());
        registry.register("http_response_size_bytes", "help", self.bytes.clone());
        registry.register("http_requests_in_flight", "help", self.in_flight.clone());
        registry
    }
}

impl Default for PrometheusClient {
    fn default() -> Self {
        Self::new()
    }
}

impl Record for PrometheusClient {
    type Arrived = Instant;

    fn arrived(&self, endpoint: &str, method: &Method) -> Instant {
        self.in_flight.get_or_create(&by_endpoint(endpoint, method)).inc();
        Instant::now()
    }

    fn answered(&self, arrived: &Instant, endpoint: &str, method: &Method, status: u16) {
        let labels = ByStatus { method: name(method), endpoint: endpoint.to_owned(), status };
        self.requests.get_or_create(&labels).inc();
        self.seconds.get_or_create(&labels).observe(arrived.elapsed().as_secs_f64());
    }

    fn ended(&self, _: &Instant, endpoint: &str, method: &Method, bytes: u64) {
        let labels = by_endpoint(endpoint, method);
        self.bytes.get_or_create(&labels).observe(bytes as f64);
        self.in_flight.get_or_create(&labels).dec();
    }
}

fn by_endpoint(endpoint: &str, method: &Method) -> ByEndpoint {
    ByEndpoint { method: name(method), endpoint: endpoint.to_owned() }
}

fn name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        _ => "_OTHER",
    }
}
