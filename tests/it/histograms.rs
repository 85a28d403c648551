//! Buckets as a host may give them, and values on and beside their bounds: the same counts as in prometheus's own `Histogram`.

use prometheus::core::Collector;
use prometheus::{Histogram, HistogramOpts};
use tower_rum::{Buckets, Monitor};

use crate::support::layered::{raw_paths, request};
use crate::support::metrics::Metrics;
use crate::support::mount::{FORM, Mount};
use crate::support::random::Random;

#[test]
fn buckets_that_cannot_work_are_refused_with_what_is_wrong() {
    let refused: [&[f64]; 12] = [
        &[],
        &[f64::INFINITY],
        &[0.5, 0.1],
        &[0.1, 0.1],
        &[0.1, f64::NAN],
        &[f64::NAN],
        &[f64::NEG_INFINITY, 1.0],
        &[0.1, f64::INFINITY, f64::INFINITY],
        &[f64::INFINITY, 1.0],
        &[-1.0, 1.0],
        &[0.0, 1.0],
        &[1.0, 1e300],
    ];
    for bounds in refused {
        let error = Buckets::new(bounds).unwrap_err().to_string();
        assert!(error.starts_with("buckets take 1 to 160 ascending numbers"), "{bounds:?}: {error}");
    }
    let many = |count: u32| Buckets::new((1..=count).map(f64::from).collect::<Vec<_>>());
    assert!(many(160).is_ok() && many(161).is_err());
}

#[test]
fn an_infinity_at_the_end_is_the_one_that_is_always_there() {
    assert_eq!(Buckets::new([0.1, 1.0, f64::INFINITY]).unwrap().bounds(), [0.1, 1.0]);
}

#[tokio::test]
async fn durations_fall_in_the_buckets_that_prometheus_puts_them_in() {
    let bounds = [0.001, 0.1, 0.25, 0.3, 1.0, 1.1, 2.5, 600.0];
    let mut milliseconds = vec![0.0, 0.000_001, 0.999_999, 1.000_001, 599_999.999_999];
    milliseconds.extend(bounds.map(|bound| bound * 1000.0));
    let mut random = Random::seeded(6);
    milliseconds.extend((0..200).map(|_| f64::from(u32::try_from(random.below(6_000_000)).unwrap()) / 1000.0));

    let monitor = raw_paths().page_load_buckets(Buckets::new(bounds).unwrap()).build().unwrap();
    let theirs = prometheus_histogram(&bounds);
    for value in milliseconds {
        theirs.observe(value / 1000.0);
        assert_eq!(Mount::tower(&monitor).post("/log-page-load", FORM, format!("load_time={value}")).await.status, 204);
    }
    assert_same(&Metrics::of(&monitor).await, "page_load_time_seconds", &theirs);
}

#[tokio::test]
async fn sizes_fall_in_the_buckets_that_prometheus_puts_them_in_also_between_whole_bytes() {
    for bounds in [&[1.0, 3.0, 10.0][..], &[0.5, 2.5, 2.75, 9.9], &[0.1, 0.2, 0.9, 1.0, 5.0]] {
        let monitor = raw_paths().size_buckets(Buckets::new(bounds).unwrap()).build().unwrap();
        let theirs = prometheus_histogram(bounds);
        for bytes in 0..12_u8 {
            theirs.observe(f64::from(bytes));
            request(&monitor, "GET", "/", vec![b'x'; usize::from(bytes)]);
        }
        assert_same(&Metrics::of(&monitor).await, "http_response_size_bytes", &theirs);
    }
}

#[tokio::test]
async fn bounds_of_the_host_are_the_ones_exposed() {
    let monitor = raw_paths().duration_buckets(Buckets::new([1.0, 60.0]).unwrap()).build().unwrap();
    request(&monitor, "GET", "/", "");
    let metrics = Metrics::of(&monitor).await;
    let buckets = metrics.series("http_request_duration_seconds_bucket").map(|(series, _)| series.rsplit_once("le=").unwrap().1);
    assert_eq!(buckets.collect::<Vec<_>>(), ["\"1.0\"}", "\"60.0\"}", "\"+Inf\"}"]);
}

#[test]
fn settings_that_cannot_work_are_errors_and_no_panics() {
    let builders = vec![
        Monitor::builder().namespace("1st"),
        Monitor::builder().namespace("a-b"),
        Monitor::builder().path_prefix("internal"),
        Monitor::builder().path_prefix("/internal/"),
        Monitor::builder().path_prefix("/{id}"),
        Monitor::builder().http_series(0),
        Monitor::builder().family_series(usize::MAX),
        Monitor::builder().beacons_per_second(0),
        Monitor::builder().origins(["example.com"]),
        Monitor::builder().origins(["https://example.com/"]),
        Monitor::builder().interaction_names(["n".repeat(65)]),
        Monitor::builder().interaction_types([""]),
        Monitor::builder().endpoints(["/\n"]),
        Monitor::builder().endpoints(["/".repeat(257)]),
    ];
    for builder in builders {
        let shown = format!("{builder:?}");
        assert!(!builder.build().expect_err(&shown).to_string().is_empty());
    }
}

fn prometheus_histogram(bounds: &[f64]) -> Histogram {
    Histogram::with_opts(HistogramOpts::new("theirs", "Theirs.").buckets(bounds.to_vec())).unwrap()
}

/// The one series of our family against theirs: every bucket, the count, and the sum to the last digit but rounding.
fn assert_same(metrics: &Metrics, family: &str, theirs: &Histogram) {
    let families = theirs.collect();
    let theirs = families[0].get_metric()[0].get_histogram();
    let mut expected: Vec<f64> = theirs.get_bucket().iter().map(|bucket| bucket.cumulative_count() as f64).collect();
    expected.push(theirs.get_sample_count() as f64);
    let ours: Vec<(&str, f64)> = metrics.series(&format!("{family}_bucket")).collect();
    assert_eq!(ours.iter().map(|&(_, count)| count).collect::<Vec<_>>(), expected, "{ours:?}");
    assert_eq!(metrics.total(&format!("{family}_count")), theirs.get_sample_count() as f64);
    assert!((metrics.total(&format!("{family}_sum")) - theirs.get_sample_sum()).abs() < 1e-6);
}
