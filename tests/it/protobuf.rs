//! `/metrics` in protobuf, read with messages of the test's own: the series of the text format, with types, units and start timestamps.

use std::collections::BTreeMap;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use prometheus::proto::MetricType;
use prometheus::{IntCounter, Registry};
use tower_rum::Monitor;
use tower_rum::exemplars::Exemplars;

use crate::support::acting::{self, polled};
use crate::support::host::{self, Custom};
use crate::support::layered::{raw_paths, request, respond};
use crate::support::metrics::Metrics;
use crate::support::protobuf::{self, Family, bits, key, samples};
use crate::support::scrape::{OPENMETRICS, scrape};
use crate::support::text_format;

#[tokio::test]
async fn it_is_served_where_the_host_has_turned_it_on() {
    let builder = || Monitor::builder().registry(Registry::new());
    for (monitor, served) in [(builder().build().unwrap(), false), (builder().protobuf(true).build().unwrap(), true)] {
        let (headers, _) = scrape(&monitor, &[("accept", PROTOBUF)]).await;
        assert_eq!(headers["content-type"] == PROTOBUF.replace(';', "; "), served);
        let (headers, body) = scrape(&monitor, &[("accept", OPENMETRICS)]).await;
        assert_eq!(headers["content-type"], "application/openmetrics-text; version=1.0.0; charset=utf-8");
        assert!(body.ends_with(b"# EOF\n"));
    }
}

#[tokio::test]
async fn all_series_are_those_of_the_text_format() {
    let registry = Registry::new();
    host::families_of_every_kind(&registry);
    registry.register(Box::new(IntCounter::new("logins", "Logins.").unwrap())).unwrap();
    let monitor = raw_paths().registry(registry).response_duration(true).protobuf(true).build().unwrap();
    for path in host::HOSTILE.iter().filter(|path| !path.contains('\n')) {
        request(&monitor, "GET", &format!("/{}", path.replace(|c: char| !c.is_ascii_alphanumeric(), "-")), "hello");
    }
    let text = Metrics::of(&monitor).await.text.replace("stamped 3 1700000000005", "stamped 3");
    let expected = text_format::parse(&text);
    let families = families(&monitor).await;
    assert_eq!(families.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (name, family) in &families {
        if name.starts_with("rum_exposition_requests_") {
            continue; // A scrape sees itself.
        }
        let text = &expected[name];
        assert_eq!(
            (kind(family), family.help.as_deref().unwrap()),
            (text.kind.as_str(), unescaped(&text.help).as_str()),
            "{name}"
        );
        let expected: BTreeMap<_, _> =
            text.samples.iter().map(|sample| (key(&sample.name, &sample.labels), bits(sample.value))).collect();
        assert_eq!(samples(name, family), expected, "{name}");
    }
    assert_eq!(families["stamped"].metric[0].timestamp_ms, Some(1_700_000_000_005));
}

#[tokio::test]
async fn counters_and_histograms_of_ours_began_with_the_monitor_and_say_so_alike_each_time() {
    let before = SystemTime::now();
    let monitor = raw_paths().protobuf(true).build().unwrap();
    let after = SystemTime::now();
    tokio::time::sleep(Duration::from_millis(20)).await;
    request(&monitor, "GET", "/a", "hello");
    let asked = Instant::now();
    let first = families(&monitor).await;
    let began = first["http_requests_total"].metric[0].counter.as_ref().unwrap().created_timestamp.unwrap();
    let moment = UNIX_EPOCH + Duration::new(began.seconds.try_into().unwrap(), began.nanos.try_into().unwrap());
    // The two clocks are not read in one instant, but while it was asked for.
    let slack = Duration::from_millis(10) + asked.elapsed();
    assert!(before - slack <= moment && moment <= after + slack, "{moment:?} of {before:?} to {after:?}");
    assert_eq!(first["http_request_duration_seconds"].metric[0].histogram.as_ref().unwrap().created_timestamp, Some(began));
    assert!(first["http_requests_in_flight"].metric[0].gauge.is_some());
    tokio::time::sleep(Duration::from_millis(5)).await;
    let second = families(&monitor).await;
    assert_eq!(second["http_requests_total"].metric[0].counter.as_ref().unwrap().created_timestamp, Some(began));
}

#[tokio::test]
async fn classic_histograms_have_no_native_part() {
    let monitor = raw_paths().protobuf(true).build().unwrap();
    request(&monitor, "GET", "/a", "hello");
    let families = families(&monitor).await;
    assert_eq!(families["http_request_duration_seconds"].unit.as_deref(), Some("seconds"));
    assert_eq!(families["http_requests_total"].unit, None);
    let histogram = families["http_request_duration_seconds"].metric[0].histogram.as_ref().unwrap();
    assert!(histogram.schema.is_none() && histogram.zero_threshold.is_none() && histogram.positive_span.is_empty());
}

#[tokio::test]
async fn a_long_one_is_written_off_the_worker() {
    let monitor = raw_paths().registry(acting::registry_slower_than_a_poll()).protobuf(true).build().unwrap();
    for number in 0..60 {
        request(&monitor, "GET", &format!("/route/{number}"), "hello");
    }
    let (_, body) = scrape(&monitor, &[("accept", PROTOBUF)]).await;
    assert!((32 * 1024..256 * 1024).contains(&body.len()), "{} bytes", body.len());
    // The worker is free.
    polled(3, || scrape(&monitor, &[("accept", PROTOBUF)])).await;
}

#[tokio::test]
async fn a_bucket_names_its_trace() {
    let monitor = raw_paths().exemplars(Exemplars::traceparent()).protobuf(true).build().unwrap();
    let traced = http::Request::get("/a").header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    respond(&monitor, traced.body(()).unwrap(), http::Response::default());
    let families = families(&monitor).await;
    let histogram = families["http_request_duration_seconds"].metric[0].histogram.as_ref().unwrap();
    let (bucket, exemplar) = histogram.bucket.iter().find_map(|bucket| Some((bucket, bucket.exemplar.as_ref()?))).unwrap();
    assert_eq!(bucket.cumulative_count, Some(1));
    assert!(exemplar.value.unwrap() > 0.0 && exemplar.value <= bucket.upper_bound);
    let [label] = &exemplar.label[..] else { panic!("one label") };
    let label = (label.name.as_deref(), label.value.as_deref());
    assert_eq!(label, (Some("trace_id"), Some("4bf92f3577b34da6a3ce929d0e0e4736")));
    let taken = exemplar.timestamp.unwrap();
    let taken = UNIX_EPOCH + Duration::new(taken.seconds.try_into().unwrap(), taken.nanos.try_into().unwrap());
    assert!(taken <= SystemTime::now() && taken.elapsed().unwrap() < Duration::from_mins(1));
    assert_eq!(histogram.bucket.iter().filter(|bucket| bucket.exemplar.is_some()).count(), 1);
}

#[tokio::test]
async fn what_no_reader_takes_is_left_out_here_too() {
    let registry = Registry::new();
    Custom::register(&registry, "bad", MetricType::GAUGE, vec![host::gauge(&[("a-b", "1")], 1.0)]);
    Custom::register(&registry, "http_requests", MetricType::GAUGE, vec![host::gauge(&[], 1.0)]);
    let monitor = Monitor::builder().registry(registry).protobuf(true).build().unwrap();
    let families = families(&monitor).await;
    assert!(!families.contains_key("bad") && !families.contains_key("http_requests"));
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(
        (metrics.value(r#"rum_exposition_failures_total{reason="encoding"}"#), metrics.value("rum_exposition_conflicts_total")),
        (1.0, 1.0)
    );
}

const PROTOBUF: &str = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";

/// Every family of a scrape, in the order of names.
async fn families(monitor: &Monitor) -> BTreeMap<String, Family> {
    protobuf::parse(&scrape(monitor, &[("accept", PROTOBUF)]).await.1)
}

fn unescaped(help: &str) -> String {
    help.replace("\\n", "\n").replace("\\\\", "\\")
}

fn kind(family: &Family) -> &'static str {
    ["counter", "gauge", "summary", "untyped", "histogram"][usize::try_from(family.r#type.unwrap()).unwrap()]
}
