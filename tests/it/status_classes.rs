//! Statuses by class: fewer series, and the same errors.

use bytes::Bytes;
use http::{Request, Response};
use prometheus::Registry;
use tower_rum::Monitor;

use crate::support::layered::respond;
use crate::support::metrics::Metrics;

#[tokio::test]
async fn statuses_of_a_class_are_one_series_and_errors_count_as_before() {
    let monitor = Monitor::builder().registry(Registry::new()).response_duration(true).status_classes(true).build().unwrap();
    for status in [200, 201, 204, 301, 404, 429, 500, 503, 599, 600] {
        for _ in 0..2 {
            let response = Response::builder().status(status).body(Bytes::from("x").into()).unwrap();
            respond(&monitor, Request::get("/").body(()).unwrap(), response);
        }
    }
    let metrics = Metrics::of(&monitor).await;
    for (class, requests) in [("2xx", 6.0), ("3xx", 2.0), ("4xx", 4.0), ("5xx", 8.0)] {
        for family in ["http_requests_total", "http_request_duration_seconds_count", "http_response_duration_seconds_count"] {
            let series = format!(r#"{family}{{method="GET",endpoint="unmatched",status="{class}"}}"#);
            assert_eq!(metrics.value(&series), requests);
        }
    }
    assert_eq!(metrics.series("http_requests_total").count(), 4);
    assert_eq!(metrics.value(r#"http_errors_total{method="GET",endpoint="unmatched"}"#), 8.0);
}
