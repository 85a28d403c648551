//! Exemplars through real Prometheus servers: what the buckets name is what is looked up.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::support::prometheus::{Prometheus, Version};
use crate::support::samples::labels;
use crate::support::target::{TRACE, Target};
use crate::support::wait;

#[test]
fn prometheus_2_keeps_them_from_openmetrics() {
    kept(&Version::two(), &["exemplar-storage"]);
}

#[test]
fn prometheus_2_keeps_them_from_protobuf() {
    kept(&Version::two(), &["exemplar-storage", "native-histograms"]);
}

#[test]
fn prometheus_3_keeps_them_from_openmetrics() {
    if let Some(three) = Version::three() {
        kept(&three, &["exemplar-storage"]);
    }
}

fn kept(version: &Version, features: &[&str]) {
    let target = Target::start();
    let prometheus = Prometheus::with(version, &target.address(), features, "");
    let request = labels([("method", "GET"), ("endpoint", "/traced/{id}"), ("status", "200")]);
    let page = labels([("endpoint", "unmatched")]);
    for (family, series) in [
        ("http_request_duration_seconds", &request),
        ("http_response_duration_seconds", &request),
        ("page_load_time_seconds", &page),
        ("web_vitals_lcp_seconds", &page),
    ] {
        let query = format!("{family}_bucket");
        let exemplars = wait::until(&query, || Some(prometheus.exemplars(&query)).filter(|exemplars| !exemplars.is_empty()));
        let [exemplar] = &exemplars[..] else { panic!("one of {family}: {exemplars:#?}") };
        assert_eq!(exemplar.labels, labels([("trace_id", TRACE)]));
        let mut of = exemplar.series.clone();
        let bound: f64 = of.remove("le").unwrap().parse().unwrap();
        assert_eq!(&of, series, "{family}");
        assert!(exemplar.value > 0.0 && exemplar.value <= bound, "{exemplar:?}");
        let age = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64() - exemplar.timestamp;
        assert!((-1.0..120.0).contains(&age), "{age} s");
    }
    assert!(prometheus.exemplars("http_response_size_bytes_bucket").is_empty());
}
