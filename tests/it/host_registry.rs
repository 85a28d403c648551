//! The application's own metrics behind ours: all of them appear, and none of them can break a scrape.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;
use prometheus::{HistogramOpts, HistogramVec, IntCounter, IntGauge, Opts, Registry};
use tower_rum::Monitor;

use crate::support::layered::request;
use crate::support::metrics::Metrics;
use crate::support::text_format;

#[tokio::test]
async fn metrics_of_the_host_appear_behind_ours() {
    let (registry, monitor) = host();
    let purchases = IntCounter::new("purchases_total", "Purchases.").unwrap();
    registry.register(Box::new(purchases.clone())).unwrap();
    purchases.inc_by(3);
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.value("purchases_total"), 3.0);
    assert!(metrics.text.ends_with("# HELP purchases_total Purchases.\n# TYPE purchases_total counter\npurchases_total 3\n"));
    purchases.inc();
    assert_eq!(Metrics::of(&monitor).await.value("purchases_total"), 4.0);
}

#[tokio::test]
async fn without_a_word_the_default_registry_is_the_hosts() {
    let logins = prometheus::register_int_counter!("it_logins_total", "Logins.").unwrap();
    logins.inc();
    assert_eq!(Metrics::of(&Monitor::new()).await.value("it_logins_total"), 1.0);
    let (_, apart) = host();
    assert_eq!(Metrics::of(&apart).await.get("it_logins_total"), None);
}

#[tokio::test]
async fn of_a_family_that_both_have_ours_is_printed_and_the_conflict_counted() {
    let (registry, monitor) = host();
    let theirs = IntCounter::new("http_requests_total", "Theirs.").unwrap();
    theirs.inc_by(1_000);
    registry.register(Box::new(theirs)).unwrap();
    let beside = IntGauge::new("beside", "Not in conflict.").unwrap();
    registry.register(Box::new(beside)).unwrap();
    request(&monitor, "GET", "/", "");

    let metrics = Metrics::of(&monitor).await;
    text_format::parse(&metrics.text);
    assert_eq!(metrics.total("http_requests_total"), 1.0);
    assert_eq!(metrics.value("beside"), 0.0);
    // Counted by one scrape, seen by the next.
    assert_eq!(Metrics::of(&monitor).await.value("rum_exposition_conflicts_total"), 1.0);
    assert_eq!(Metrics::of(&monitor).await.value("rum_exposition_conflicts_total"), 2.0);
    assert_eq!(Metrics::of(&monitor).await.total("rum_exposition_failures_total"), 0.0);
}

#[tokio::test]
async fn a_family_of_the_hosts_that_has_the_name_of_a_sample_of_ours_is_a_conflict() {
    let (registry, monitor) = host();
    for name in ["http_request_duration_seconds_count", "http_response_size_bytes_sum", "page_load_time_seconds_bucket"] {
        registry.register(Box::new(IntCounter::new(name, "Theirs.").unwrap())).unwrap();
    }
    request(&monitor, "GET", "/", "");
    let metrics = Metrics::of(&monitor).await;
    assert!(!metrics.text.contains("Theirs."), "two series of one name");
    assert_eq!(Metrics::of(&monitor).await.value("rum_exposition_conflicts_total"), 3.0);
}

#[tokio::test]
async fn a_collector_that_panics_costs_the_hosts_families_of_that_scrape_and_none_of_ours() {
    let (registry, monitor) = host();
    let beside = IntGauge::new("beside", "Of the host.").unwrap();
    registry.register(Box::new(beside)).unwrap();
    let faulty = Faulty::new("faulty", |number| {
        assert!(number != 1, "the second gather fails");
    });
    registry.register(Box::new(faulty)).unwrap();
    request(&monitor, "GET", "/", "");

    let [first, second, third] = [Metrics::of(&monitor).await, Metrics::of(&monitor).await, Metrics::of(&monitor).await];
    assert_eq!([&first, &second, &third].map(|metrics| metrics.get("beside").is_some()), [true, false, true]);
    assert_eq!([&first, &second, &third].map(|metrics| metrics.total("http_requests_total")), [1.0; 3]);
    assert_eq!([&second, &third].map(|metrics| metrics.value(r#"rum_exposition_failures_total{reason="panic"}"#)), [0.0, 1.0]);
}

#[tokio::test]
async fn a_family_that_cannot_be_written_costs_itself_and_is_counted() {
    let (registry, monitor) = host();
    registry.register(Box::new(Faulty::new("nameless", |_| {}))).unwrap();
    registry.register(Box::new(IntGauge::new("beside", "Of the host.").unwrap())).unwrap();
    let metrics = Metrics::of(&monitor).await;
    text_format::parse(&metrics.text);
    assert_eq!(metrics.value("beside"), 0.0);
    assert_eq!(Metrics::of(&monitor).await.value(r#"rum_exposition_failures_total{reason="encoding"}"#), 1.0);
}

#[tokio::test]
async fn one_scrape_gathers_once() {
    let (registry, monitor) = host();
    let gathers = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&gathers);
    let counting = Faulty::new("counting", move |_| {
        seen.fetch_add(1, Ordering::Relaxed);
    });
    registry.register(Box::new(counting)).unwrap();
    Metrics::of(&monitor).await;
    assert_eq!(gathers.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn bounds_of_host_histograms_are_canonical_too() {
    let (registry, monitor) = host();
    let options =
        HistogramOpts::new("job_seconds", r#"Jobs, as in job_seconds{le="1"} 2"#).buckets(vec![1e-5, 0.5, 1.0, 10.0, 1e6]);
    let jobs = HistogramVec::new(options, &["handle", "queue", "sale", "zz"]).unwrap();
    registry.register(Box::new(jobs.clone())).unwrap();
    jobs.with_label_values(&["1", "le=", r#","le="3"} "#, ",le="]).observe(1.0);

    let metrics = Metrics::of(&monitor).await;
    let family = &text_format::parse(&metrics.text)["job_seconds"];
    assert_eq!(family.help, r#"Jobs, as in job_seconds{le="1"} 2"#);
    let les: Vec<&str> = family.samples.iter().filter_map(|sample| sample.labels.get("le")).map(String::as_str).collect();
    assert_eq!(les, ["1e-05", "0.5", "1.0", "10.0", "1e+06", "+Inf"]);
    for sample in &family.samples {
        let label = |name: &str| sample.labels[name].as_str();
        assert_eq!([label("handle"), label("queue"), label("sale"), label("zz")], ["1", "le=", r#","le="3"} "#, ",le="]);
    }
}

#[tokio::test]
async fn a_gauge_of_the_host_whose_label_is_called_le_is_left_as_it_is() {
    let (registry, monitor) = host();
    let gauges = prometheus::IntGaugeVec::new(Opts::new("versions", "By release."), &["le"]).unwrap();
    registry.register(Box::new(gauges.clone())).unwrap();
    gauges.with_label_values(&["1"]).set(1);
    assert_eq!(Metrics::of(&monitor).await.value(r#"versions{le="1"}"#), 1.0);
}

fn host() -> (Registry, Monitor) {
    let registry = Registry::new();
    let monitor = Monitor::builder().registry(registry.clone()).build().unwrap();
    (registry, monitor)
}

/// A collector of a host's that does something of its own each time it is gathered, then hands out a family without a metric's name.
struct Faulty<F> {
    description: Desc,
    gathered: AtomicUsize,
    act: F,
}

impl<F: Fn(usize)> Faulty<F> {
    fn new(name: &str, act: F) -> Self {
        let description = Desc::new(name.to_owned(), "Faulty.".to_owned(), Vec::new(), HashMap::new()).unwrap();
        Self { description, gathered: AtomicUsize::new(0), act }
    }
}

impl<F: Fn(usize) + Send + Sync> Collector for Faulty<F> {
    fn desc(&self) -> Vec<&Desc> {
        vec![&self.description]
    }

    fn collect(&self) -> Vec<MetricFamily> {
        (self.act)(self.gathered.fetch_add(1, Ordering::Relaxed));
        let mut family = MetricFamily::default();
        if self.description.fq_name == "nameless" {
            family.set_metric(vec![prometheus::proto::Metric::default()]);
        }
        vec![family]
    }
}
