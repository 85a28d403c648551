//! Native histograms, for a host that asks for them: each observation by its own value, in as many buckets as there may be, and the classic
//! buckets as they are without.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use prost::Message;
use tower_rum::exemplars::Exemplars;
use tower_rum::{Buckets, Builder, ClientHistogram, Monitor, Sizes, Unit};

use crate::support::beacon::batch;
use crate::support::block_on;
use crate::support::layered::{raw_paths, request, respond};
use crate::support::metrics::Metrics;
use crate::support::mount::{FORM, Mount};
use crate::support::random::Random;
use crate::support::scrape::scrape;

#[tokio::test]
async fn page_loads_are_in_the_buckets_of_their_own_values_and_in_the_classic_ones_as_ever() {
    let (native, classic) = (with_native(raw_paths()), raw_paths().build().unwrap());
    let mut expected = BTreeMap::<i32, u64>::new();
    let mut random = Random::seeded(11);
    for _ in 0..300 {
        let milliseconds = 1.0 + random.below(600_000) as f64 / 64.0;
        for monitor in [&native, &classic] {
            assert_eq!(Mount::tower(monitor).post("/log-page-load", FORM, format!("load_time={milliseconds}")).await.status, 204);
        }
        // No bound is as near to any of these as a logarithm may be off.
        *expected.entry(((milliseconds / 1_000.0).log2() * 8.0).ceil() as i32).or_default() += 1;
    }
    let (_, histogram) = histograms(&native, "page_load_time_seconds").await.remove(0);
    assert_eq!((histogram.schema, histogram.zero_threshold, histogram.zero_count), (Some(3), Some(2.0_f64.powi(-128)), Some(0)));
    assert_eq!(histogram.buckets(), expected);
    assert_eq!(histogram.sample_count, Some(300));
    let samples = |metrics: &Metrics| metrics.series("page_load_time_seconds_bucket").map(|(_, count)| count).collect::<Vec<_>>();
    assert_eq!(samples(&Metrics::of(&native).await), samples(&Metrics::of(&classic).await));
    let cumulative: Vec<f64> = histogram.bucket.iter().map(|bucket| bucket.cumulative_count.unwrap() as f64).collect();
    assert_eq!(cumulative, samples(&Metrics::of(&classic).await));
}

#[tokio::test]
async fn sizes_and_durations_of_requests_are_native_too_whatever_bounds_their_endpoint_has() {
    let own = Buckets::new([2.0, 3.0, 1_000.0]).unwrap();
    let monitor = with_native(raw_paths().endpoint_size_buckets("/own", own).response_duration(true));
    for path in ["/own", "/other"] {
        for size in [0, 1, 2, 3, 4, 1_000, 1_024, 1_025] {
            request(&monitor, "GET", path, vec![b'x'; size]);
        }
    }
    let sizes = histograms(&monitor, "http_response_size_bytes").await;
    assert_eq!(sizes.len(), 2);
    for (_, histogram) in &sizes {
        let expected = BTreeMap::from([(0, 1), (8, 1), (13, 1), (16, 1), (80, 2), (81, 1)]);
        assert_eq!((histogram.buckets(), histogram.zero_count, histogram.sample_count), (expected, Some(1), Some(8)));
        assert_eq!(histogram.sample_sum, Some(3_059.0));
    }
    let metrics = Metrics::of(&monitor).await;
    let bucket = |le| metrics.value(&format!(r#"http_response_size_bytes_bucket{{method="GET",endpoint="/own",le="{le}"}}"#));
    assert_eq!(["2.0", "3.0", "1000.0", "+Inf"].map(bucket), [3.0, 4.0, 6.0, 8.0]);
    for family in ["http_request_duration_seconds", "http_response_duration_seconds"] {
        for (_, histogram) in histograms(&monitor, family).await {
            assert_eq!(histogram.total(), 8);
        }
    }
    assert_eq!(metrics.total("http_requests_total"), 16.0);
    assert_eq!(metrics.total("http_requests_in_flight"), 0.0);
}

#[tokio::test]
async fn a_histogram_of_very_different_values_is_shown_at_a_lower_resolution() {
    let histogram = ClientHistogram::new("anything", "Anything.", Unit::None).max_value(1e9);
    let monitor = with_native(raw_paths().client_histogram(histogram));
    for exponent in -300..=240 {
        let value = 2.0_f64.powf(f64::from(exponent) / 8.0 - 0.01).min(1e9);
        let event = format!(r#"[{{"event":"histogram","name":"anything","value":{value:e}}}]"#);
        assert_eq!(batch(&monitor, &event).await.status(), 204);
    }
    let (_, histogram) = histograms(&monitor, "anything").await.remove(0);
    assert_eq!(histogram.total(), 541);
    assert_eq!(histogram.schema, Some(1));
    assert!(histogram.positive_delta.len() <= 160, "{}", histogram.positive_delta.len());
    assert_eq!(histogram.buckets().keys().next_back(), Some(&60), "1e9 is below 2^(60/2)");
}

#[tokio::test]
async fn while_threads_observe_both_kinds_have_one_count_and_no_bucket_ever_falls() {
    const THREADS: usize = 6;
    const EACH: usize = 3_000;
    let monitor = with_native(raw_paths());
    let running = AtomicUsize::new(THREADS);
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                (0..EACH).for_each(|number| request(&monitor, "GET", "/", vec![b'x'; number % 50]));
                running.fetch_sub(1, Ordering::Release);
            });
        }
        let mut before = BTreeMap::new();
        while running.load(Ordering::Acquire) > 0 {
            for family in ["http_request_duration_seconds", "http_response_size_bytes"] {
                for (labels, histogram) in block_on(histograms(&monitor, family)) {
                    assert_eq!(Some(histogram.total()), histogram.sample_count);
                    assert_eq!(histogram.bucket.last().unwrap().cumulative_count, histogram.sample_count);
                    let now = histogram.buckets();
                    let was: BTreeMap<i32, u64> = before.insert((family, labels), now.clone()).unwrap_or_default();
                    assert!(was.iter().all(|(index, count)| now.get(index) >= Some(count)), "{was:?} {now:?}");
                }
            }
        }
    });
    let (_, histogram) = histograms(&monitor, "http_response_size_bytes").await.remove(0);
    assert_eq!(histogram.total(), (THREADS * EACH) as u64);
    assert_eq!(Metrics::of(&monitor).await.total("http_requests_in_flight"), 0.0);
}

#[tokio::test]
async fn a_trace_is_named_beside_them_in_a_bucket_that_only_its_endpoint_has() {
    const OWN: usize = 100;
    let own = Buckets::new((1..=OWN).map(|number| number as f64 * 1e-9).collect::<Vec<_>>()).unwrap();
    let monitor = with_native(raw_paths().endpoint_duration_buckets("/own", own).exemplars(Exemplars::traceparent()));
    let traced = http::Request::get("/own").header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    respond(&monitor, traced.body(()).unwrap(), http::Response::default());
    let (_, histogram) = histograms(&monitor, "http_request_duration_seconds").await.remove(0);
    let named = histogram.bucket.iter().position(|bucket| bucket.exemplar.is_some()).unwrap();
    assert_eq!(Some(named), histogram.bucket.iter().position(|bucket| bucket.cumulative_count == Some(1)));
    assert!(named > 16, "past the buckets of all, in {named}");
    assert_eq!((histogram.bucket.len(), histogram.total()), (OWN + 1, 1));
}

#[tokio::test]
async fn what_is_a_summary_has_no_native_buckets() {
    let monitor = with_native(raw_paths().sizes(Sizes::Summary));
    request(&monitor, "GET", "/", "hello");
    assert!(histograms(&monitor, "http_response_size_bytes").await.is_empty());
    assert_eq!(histograms(&monitor, "http_request_duration_seconds").await[0].1.total(), 1);
    assert_eq!(Metrics::of(&monitor).await.total("http_response_size_bytes_count"), 1.0);
}

#[tokio::test]
async fn they_are_never_there_unasked() {
    let monitor = raw_paths().protobuf(true).build().unwrap();
    request(&monitor, "GET", "/", "hello");
    let (_, histogram) = histograms(&monitor, "http_request_duration_seconds").await.remove(0);
    assert!(histogram.schema.is_none() && histogram.zero_threshold.is_none() && histogram.positive_delta.is_empty());
}

fn with_native(builder: Builder) -> Monitor {
    builder.native_histograms(true).build().unwrap()
}

/// The histograms of a family, with their labels.
async fn histograms(monitor: &Monitor, name: &str) -> Vec<(String, Histogram)> {
    let accept = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";
    let (_, mut body) = scrape(monitor, &[("accept", accept)]).await;
    let mut found = Vec::new();
    while !body.is_empty() {
        let family = Family::decode_length_delimited(&mut body).unwrap();
        if family.name.as_deref() == Some(name) {
            let labels = |metric: &Metric| format!("{:?}", metric.label);
            found.extend(family.metric.into_iter().filter_map(|metric| Some((labels(&metric), metric.histogram?))));
        }
    }
    found
}

impl Histogram {
    /// Counts by index, of those that have one.
    fn buckets(&self) -> BTreeMap<i32, u64> {
        let (mut buckets, mut index, mut count) = (BTreeMap::new(), 0, 0_i64);
        let mut deltas = self.positive_delta.iter();
        for span in &self.positive_span {
            index += span.offset.unwrap();
            for delta in deltas.by_ref().take(span.length.unwrap() as usize) {
                count += delta;
                buckets.insert(index, u64::try_from(count).unwrap());
                index += 1;
            }
        }
        assert_eq!(deltas.next(), None);
        buckets
    }

    fn total(&self) -> u64 {
        self.zero_count.unwrap() + self.buckets().values().sum::<u64>()
    }
}

#[derive(Message)]
struct Family {
    #[prost(string, optional, tag = "1")]
    name: Option<String>,
    #[prost(message, repeated, tag = "4")]
    metric: Vec<Metric>,
}

#[derive(Message)]
struct Metric {
    #[prost(bytes = "vec", repeated, tag = "1")]
    label: Vec<Vec<u8>>,
    #[prost(message, optional, tag = "7")]
    histogram: Option<Histogram>,
}

#[derive(Message)]
struct Histogram {
    #[prost(uint64, optional, tag = "1")]
    sample_count: Option<u64>,
    #[prost(double, optional, tag = "2")]
    sample_sum: Option<f64>,
    #[prost(message, repeated, tag = "3")]
    bucket: Vec<Bucket>,
    #[prost(sint32, optional, tag = "5")]
    schema: Option<i32>,
    #[prost(double, optional, tag = "6")]
    zero_threshold: Option<f64>,
    #[prost(uint64, optional, tag = "7")]
    zero_count: Option<u64>,
    #[prost(message, repeated, tag = "12")]
    positive_span: Vec<Span>,
    #[prost(sint64, repeated, tag = "13")]
    positive_delta: Vec<i64>,
}

#[derive(Message)]
struct Bucket {
    #[prost(uint64, optional, tag = "1")]
    cumulative_count: Option<u64>,
    #[prost(bytes = "vec", optional, tag = "3")]
    exemplar: Option<Vec<u8>>,
}

#[derive(Message)]
struct Span {
    #[prost(sint32, optional, tag = "1")]
    offset: Option<i32>,
    #[prost(uint32, optional, tag = "2")]
    length: Option<u32>,
}
