//! Our families in a registry of the host's own: what it gathers is what `/metrics` shows.

use std::collections::BTreeMap;

use prometheus::{Registry, TextEncoder};
use tower_rum::Monitor;

use crate::support::layered::{raw_paths, request};
use crate::support::metrics::Metrics;
use crate::support::mount::{FORM, JSON, Mount};
use crate::support::text_format::{self, Sample};

#[tokio::test]
async fn the_collector_gathers_what_metrics_shows() {
    let monitor = busy().await;
    let registry = Registry::new();
    registry.register(Box::new(monitor.collector())).unwrap();

    let gathered = text_format::parse(&TextEncoder::new().encode_to_string(&registry.gather()).unwrap());
    let shown = text_format::parse(&Metrics::of(&monitor).await.text);

    assert_eq!(gathered.keys().collect::<Vec<_>>(), shown.keys().collect::<Vec<_>>());
    for (name, family) in &shown {
        if name.starts_with("rum_exposition_requests_") {
            continue; // A scrape sees itself.
        }
        assert_eq!((&family.kind, &family.help), (&gathered[name].kind, &gathered[name].help), "{name}");
        assert_eq!(values(&family.samples), values(&gathered[name].samples), "{name}");
    }
}

#[tokio::test]
async fn labels_of_the_collector_are_sorted_by_name_as_those_of_prometheus_are() {
    let monitor = busy().await;
    for family in prometheus::core::Collector::collect(&monitor.collector()) {
        for metric in family.get_metric() {
            assert!(metric.get_label().is_sorted_by(|a, b| a.name() < b.name()), "{}", family.name());
        }
    }
}

#[tokio::test]
async fn a_registrys_prefix_and_labels_go_on_our_families_too() {
    let labels = std::collections::HashMap::from([("zone".to_owned(), "a".to_owned())]);
    let registry = Registry::new_custom(Some("shop".to_owned()), Some(labels)).unwrap();
    registry.register(Box::new(busy().await.collector())).unwrap();
    let text = TextEncoder::new().encode_to_string(&registry.gather()).unwrap();
    let families = text_format::parse(&text);
    assert!(families.keys().all(|name| name.starts_with("shop_")));
    let zones = families.values().flat_map(|family| &family.samples).map(|sample| sample.labels.get("zone"));
    assert!(zones.into_iter().all(|zone| zone.is_some_and(|zone| zone == "a")));
}

#[tokio::test]
async fn a_monitor_in_the_registry_that_it_exposes_is_printed_once() {
    let registry = Registry::new();
    let monitor = raw_paths().registry(registry.clone()).build().unwrap();
    registry.register(Box::new(monitor.collector())).unwrap();
    request(&monitor, "GET", "/", "");
    let metrics = Metrics::of(&monitor).await;
    text_format::parse(&metrics.text);
    assert_eq!(metrics.total("http_requests_total"), 1.0);
}

/// A monitor with something in nearly every family.
async fn busy() -> Monitor {
    let monitor = raw_paths().response_duration(true).build().unwrap();
    for path in ["/a", "/b"] {
        request(&monitor, "GET", path, "hello");
        request(&monitor, "BREW", path, "");
    }
    let mount = Mount::tower(&monitor);
    mount.post("/log-page-load", JSON, r#"{"load_time":1234.567,"cls":0.3,"lcp":0.1,"phases":{"dns":3}}"#).await;
    mount.post("/log-interaction", FORM, "type=click").await;
    mount.post("/log-user-error", FORM, "kind=nonsense").await;
    monitor
}

/// Samples by name and labels, whatever their order and however `le` is written.
fn values(samples: &[Sample]) -> BTreeMap<(String, Vec<(String, String)>), f64> {
    let labels = |sample: &Sample| {
        let label = |(name, value): (&String, &String)| match name.as_str() {
            "le" => (name.clone(), value.parse::<f64>().unwrap().to_string()),
            _ => (name.clone(), value.clone()),
        };
        sample.labels.iter().map(label).collect()
    };
    samples.iter().map(|sample| ((sample.name.clone(), labels(sample)), sample.value)).collect()
}
