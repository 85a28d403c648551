//! The `prometheus` crate as its own examples use it, and with its children looked up once per thread.

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Instant;

use http::Method;
use prometheus::{Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry};

use super::bounds::{BYTES, SECONDS};
use super::guarded::Record;

/// `with_label_values` at each event.
#[derive(Clone)]
pub struct PrometheusVec {
    pub registry: Registry,
    requests: IntCounterVec,
    seconds: HistogramVec,
    bytes: HistogramVec,
    in_flight: IntGaugeVec,
}

impl PrometheusVec {
    pub fn new() -> Self {
        let opts = |name| Opts::new(name, "help");
        let histogram = |name, bounds: &[f64]| HistogramOpts::new(name, "help").buckets(bounds.to_vec());
        let by_status = ["method", "endpoint", "status"];
        let by_endpoint = ["method", "endpoint"];
        let peer = Self {
            registry: Registry::new(),
            requests: IntCounterVec::new(opts("http_requests_total"), &by_status).expect("a name"),
            seconds: HistogramVec::new(histogram("http_request_duration_seconds", &SECONDS), &by_status).expect("a name"),
            bytes: HistogramVec::new(histogram("http_response_size_bytes", &BYTES), &by_endpoint).expect("a name"),
            in_flight: IntGaugeVec::new(opts("http_requests_in_flight"), &by_endpoint).expect("a name"),
        };
        let collectors: [Box<dyn prometheus::core::Collector>; 4] = [
            Box::new(peer.requests.clone()),
            Box::new(peer.seconds.clone()),
            Box::new(peer.bytes.clone()),
            Box::new(peer.in_flight.clone()),
        ];
        collectors.into_iter().for_each(|collector| peer.registry.register(collector).expect("a name of its own"));
        peer
    }
}

impl Default for PrometheusVec {
    fn default() -> Self {
        Self::new()
    }
}

impl Record for PrometheusVec {
    type Arrived = Instant;

    fn arrived(&self, endpoint: &str, method: &Method) -> Instant {
        self.in_flight.with_label_values(&[method.as_str(), endpoint]).inc();
        Instant::now()
    }

    fn answered(&self, arrived: &Instant, endpoint: &str, method: &Method, status: u16) {
        let status = status.to_string();
        let labels = [method.as_str(), endpoint, &status];
        self.requests.with_label_values(&labels).inc();
        self.seconds.with_label_values(&labels).observe(arrived.elapsed().as_secs_f64());
    }

    fn ended(&self, _: &Instant, endpoint: &str, method: &Method, bytes: u64) {
        let labels = [method.as_str(), endpoint];
        self.bytes.with_label_values(&labels).observe(bytes as f64);
        self.in_flight.with_label_values(&labels).dec();
    }
}

/// Children in a map of the thread's own.
pub struct PrometheusCached(pub PrometheusVec);

struct Children {
    in_flight: IntGauge,
    bytes: Histogram,
    statuses: Vec<(u16, IntCounter, Histogram)>,
}

thread_local! {
    static CHILDREN: RefCell<HashMap<String, Vec<(Method, Children)>>> = RefCell::default();
}

impl PrometheusCached {
    fn with<R>(&self, endpoint: &str, method: &Method, then: impl FnOnce(&mut Children) -> R) -> R {
        CHILDREN.with_borrow_mut(|endpoints| {
            if !endpoints.contains_key(endpoint) {
                endpoints.insert(endpoint.to_owned(), Vec::new());
            }
            let methods = endpoints.get_mut(endpoint).expect("inserted above");
            let place = methods.iter().position(|(known, _)| known == method).unwrap_or_else(|| {
                let labels = [method.as_str(), endpoint];
                let in_flight = self.0.in_flight.with_label_values(&labels);
                let bytes = self.0.bytes.with_label_values(&labels);
                methods.push((method.clone(), Children { in_flight, bytes, statuses: Vec::new() }));
                methods.len() - 1
            });
            then(&mut methods[place].1)
        })
    }
}

impl Record for PrometheusCached {
    type Arrived = Instant;

    fn arrived(&self, endpoint: &str, method: &Method) -> Instant {
        self.with(endpoint, method, |children| children.in_flight.inc());
        Instant::now()
    }

    fn answered(&self, arrived: &Instant, endpoint: &str, method: &Method, status: u16) {
        self.with(endpoint, method, |children| {
            let place = children.statuses.iter().position(|&(known, ..)| known == status).unwrap_or_else(|| {
                let text = status.to_string();
                let labels = [method.as_str(), endpoint, &text];
                let (requests, seconds) = (self.0.requests.with_label_values(&labels), self.0.seconds.with_label_values(&labels));
                children.statuses.push((status, requests, seconds));
                children.statuses.len() - 1
            });
            let (_, requests, seconds) = &children.statuses[place];
            requests.inc();
            seconds.observe(arrived.elapsed().as_secs_f64());
        });
    }

    fn ended(&self, _: &Instant, endpoint: &str, method: &Method, bytes: u64) {
        self.with(endpoint, method, |children| {
            children.bytes.observe(bytes as f64);
            children.in_flight.dec();
        });
    }
}
