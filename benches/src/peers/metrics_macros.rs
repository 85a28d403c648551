//! The `metrics` macros with labels made at each event, as its examples show, over the Prometheus exporter.

use std::time::Instant;

use http::Method;
use metrics::{counter, gauge, histogram};

use super::guarded::Record;

#[derive(Clone)]
pub struct MetricsMacros;

impl Record for MetricsMacros {
    type Arrived = Instant;

    fn arrived(&self, endpoint: &str, method: &Method) -> Instant {
        gauge!("http_requests_in_flight", "method" => method.to_string(), "endpoint" => endpoint.to_owned()).increment(1);
        Instant::now()
    }

    fn answered(&self, arrived: &Instant, endpoint: &str, method: &Method, status: u16) {
        let labels = [("method", method.to_string()), ("endpoint", endpoint.to_owned()), ("status", status.to_string())];
        counter!("http_requests_total", &labels).increment(1);
        histogram!("http_request_duration_seconds", &labels).record(arrived.elapsed());
    }

    fn ended(&self, _: &Instant, endpoint: &str, method: &Method, bytes: u64) {
        let labels = [("method", method.to_string()), ("endpoint", endpoint.to_owned())];
        histogram!("http_response_size_bytes", &labels).record(bytes as f64);
        gauge!("http_requests_in_flight", &labels).decrement(1);
    }
}
