//! Histograms that the host declares for its pages: buckets and sums also at the edges of what a number can hold.

use prometheus::core::Collector;
use tower_rum::{Buckets, ClientHistogram, Monitor, Unit};

use crate::support::beacon::batch;
use crate::support::metrics::Metrics;

#[tokio::test]
async fn a_bound_finer_than_the_sums_decimals_still_parts_values() {
    let monitor = monitor(ClientHistogram::new("share", "A share.", Unit::None).buckets(bounds([0.25, 1.0])).max_value(1e9));
    observe(&monitor, "share", 0.3).await;
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.value(r#"share_bucket{le="0.25"}"#), 0.0);
    assert_eq!(metrics.value(r#"share_bucket{le="1.0"}"#), 1.0);
}

#[tokio::test]
async fn sums_of_the_largest_values_do_not_fall() {
    let monitor = monitor(ClientHistogram::new("age_seconds", "An age.", Unit::Seconds).max_value(1e9));
    for observations in 1..=30 {
        observe(&monitor, "age_seconds", 1e12).await;
        assert_eq!(Metrics::of(&monitor).await.value("age_seconds_sum"), 1e9 * f64::from(observations));
    }
}

#[tokio::test]
async fn a_help_text_with_a_backslash_reads_the_same_from_both_ways_out() {
    let monitor = monitor(ClientHistogram::new("share", r"Of C:\ and \n.", Unit::None));
    observe(&monitor, "share", 1.0).await;
    let ours = Metrics::of(&monitor).await;
    let family = monitor.collector().collect().into_iter().find(|family| family.name() == "share").unwrap();
    assert_eq!(family.help(), r"Of C:\ and \n.");
    assert!(ours.text.lines().any(|line| line == r"# HELP share Of C:\\ and \\n."));
}

fn monitor(histogram: ClientHistogram) -> Monitor {
    Monitor::builder().client_histogram(histogram).build().unwrap()
}

fn bounds(bounds: impl Into<Vec<f64>>) -> Buckets {
    Buckets::new(bounds).unwrap()
}

async fn observe(monitor: &Monitor, name: &str, value: f64) {
    let event = format!(r#"[{{"event":"histogram","name":"{name}","value":{value}}}]"#);
    assert_eq!(batch(monitor, &event).await.status(), 204);
}
