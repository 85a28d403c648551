//! `/metrics` in `OpenMetrics`: the series of the text format, and no more of them, under the names and types of that format.

use prometheus::proto::MetricType;
use prometheus::{Counter, HistogramOpts, HistogramVec, IntCounter, IntGauge, Opts, Registry};
use tower_rum::{ClientCounter, ClientHistogram, Monitor, Unit};

use crate::support::host::{self, Custom};
use crate::support::layered::{raw_paths, request};
use crate::support::metrics::Metrics;
use crate::support::scrape::{OPENMETRICS, scrape, text};

#[tokio::test]
async fn it_is_served_to_who_asks_for_it_and_says_so() {
    let monitor = Monitor::builder().registry(Registry::new()).build().unwrap();
    let (headers, body) = scrape(&monitor, &[("accept", OPENMETRICS)]).await;
    assert_eq!(headers["content-type"], "application/openmetrics-text; version=1.0.0; charset=utf-8");
    assert_eq!(headers["vary"], "accept, accept-encoding");
    assert_eq!(headers["cache-control"], "no-store");
    let text = String::from_utf8(body.to_vec()).unwrap();
    assert!(text.starts_with("# TYPE ") && text.ends_with("\n# EOF\n"));
    assert_eq!(text.matches("# EOF").count(), 1);
}

#[tokio::test]
async fn all_samples_are_those_of_the_text_format() {
    let registry = Registry::new();
    host::families_of_every_kind(&registry);
    let monitor = raw_paths().registry(registry).response_duration(true).build().unwrap();
    request(&monitor, "GET", "/a", "hello");
    let (plain, openmetrics) = (Metrics::of(&monitor).await.text, text(&monitor, OPENMETRICS).await);
    // A timestamp is milliseconds in one, and seconds in the other.
    let plain = plain.replace("stamped 3 1700000000005\n", "stamped 3 1700000000.005\n");
    assert!(openmetrics.contains("stamped 3 1700000000.005\n"));
    let samples = |text: &str| text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(samples(&plain), samples(&openmetrics));
    for sample in [
        "temperature{place=\"hot\"} +Inf",
        "temperature{place=\"cold\"} -Inf",
        "temperature{place=\"broken\"} NaN",
        "temperature{place=\"far\"} 10000000000000000000000",
        "job_seconds_bucket{queue=\"empty\",le=\"1e-05\"} 0",
        "job_seconds_bucket{queue=\"empty\",le=\"+Inf\"} 0",
        "job_bytes{queue=\"a\",quantile=\"1.0\"} 4",
        "job_bytes_count{queue=\"b\"} 0",
    ] {
        assert!(openmetrics.contains(&format!("\n{sample}\n")), "no {sample}");
    }
}

#[tokio::test]
async fn families_are_called_typed_and_measured_by_its_rules() {
    let registry = Registry::new();
    host::families_of_every_kind(&registry);
    let monitor = raw_paths()
        .registry(registry)
        .client_counter(ClientCounter::new("votes_total", "With \"quotes\" and \\."))
        .build()
        .unwrap();
    request(&monitor, "GET", "/a", "hello");
    let text = text(&monitor, OPENMETRICS).await;
    for head in [
        "# TYPE http_requests counter\n# HELP http_requests ",
        "# TYPE http_request_duration_seconds histogram\n# UNIT http_request_duration_seconds seconds\n# HELP http_request_duration_seconds ",
        "# TYPE http_response_size_bytes histogram\n# UNIT http_response_size_bytes bytes\n",
        "# TYPE http_requests_in_flight gauge\n# HELP http_requests_in_flight ",
        "# TYPE user_engaged_seconds counter\n# UNIT user_engaged_seconds seconds\n",
        "# TYPE votes counter\n# HELP votes With \\\"quotes\\\" and \\\\.\nvotes_total 0\n",
        "# TYPE jobs counter\n# HELP jobs Jobs, \\\"quoted\\\" and \\\\ escaped\\nin two lines.\njobs_total{",
        "# TYPE temperature gauge\n# HELP temperature Degrees.\ntemperature{",
        "# TYPE job_seconds histogram\n# UNIT job_seconds seconds\n# HELP job_seconds Time.\njob_seconds_bucket{",
        "# TYPE job_bytes summary\n# UNIT job_bytes bytes\n",
    ] {
        assert!(text.contains(head), "no {head}");
    }
}

#[tokio::test]
async fn a_counter_that_is_none_by_its_rules_keeps_its_series_and_has_no_type() {
    let registry = Registry::new();
    registry.register(Box::new(IntCounter::new("logins", "Logins.").unwrap())).unwrap();
    registry.register(Box::new(IntGauge::new("orders", "Open.").unwrap())).unwrap();
    registry.register(Box::new(IntCounter::new("orders_total", "All.").unwrap())).unwrap();
    Custom::register(&registry, "broken_total", MetricType::COUNTER, vec![host::counter(f64::NAN)]);
    let monitor = Monitor::builder().registry(registry).build().unwrap();
    let (plain, openmetrics) = (Metrics::of(&monitor).await.text, text(&monitor, OPENMETRICS).await);
    assert!(
        plain.contains("# TYPE logins counter\nlogins 0\n") && plain.contains("# TYPE orders_total counter\norders_total 0\n")
    );
    for family in [
        "# TYPE logins unknown\n# HELP logins Logins.\nlogins 0\n",
        "# TYPE orders gauge\n# HELP orders Open.\norders 0\n",
        "# TYPE orders_total unknown\n# HELP orders_total All.\norders_total 0\n",
        "# TYPE broken_total unknown\n# HELP broken_total Custom.\nbroken_total NaN\n",
    ] {
        assert!(openmetrics.contains(family), "no {family}");
    }
    assert_eq!(Metrics::of(&monitor).await.value("rum_exposition_conflicts_total"), 0.0);
}

#[tokio::test]
async fn a_histogram_or_summary_that_is_none_by_its_rules_keeps_its_series_and_has_no_type() {
    let registry = Registry::new();
    for (name, bounds, value) in [
        ("broken_seconds", vec![1.0], f64::NAN),
        ("lowered", vec![1.0], -2.0),
        ("degrees", vec![-1.0, 0.0], 7.0),
        ("good", vec![0.0, 1.0], 0.5),
    ] {
        let histogram = HistogramVec::new(HistogramOpts::new(name, "Custom.").buckets(bounds), &["of"]).unwrap();
        for of in ["a", "b"] {
            histogram.with_label_values(&[of]).observe(value);
        }
        registry.register(Box::new(histogram)).unwrap();
    }
    let summaries = [("cold", -3.0, 0.0, 1), ("idle", f64::NAN, 0.0, 0)];
    for (name, quantile, sum, count) in summaries {
        Custom::register(&registry, name, MetricType::SUMMARY, vec![host::summary(&[], &[(0.5, quantile)], sum, count)]);
    }
    // What samples of the histogram are called stays taken.
    registry.register(Box::new(IntGauge::new("lowered_count", "Clashing.").unwrap())).unwrap();
    let monitor = Monitor::builder().registry(registry).build().unwrap();
    let (plain, openmetrics) = (Metrics::of(&monitor).await.text, text(&monitor, OPENMETRICS).await);
    for part in [
        "# TYPE broken_seconds_bucket unknown\n# HELP broken_seconds_bucket Custom.\nbroken_seconds_bucket{of=\"a\",le=\"1.0\"} 0\n\
         broken_seconds_bucket{of=\"a\",le=\"+Inf\"} 1\nbroken_seconds_bucket{of=\"b\",le=\"1.0\"} 0\n",
        "# TYPE broken_seconds_sum unknown\n# HELP broken_seconds_sum Custom.\nbroken_seconds_sum{of=\"a\"} NaN\nbroken_seconds_sum{of=\"b\"} NaN\n",
        "# TYPE lowered_sum unknown\n# HELP lowered_sum Custom.\nlowered_sum{of=\"a\"} -2\n",
        "# TYPE degrees_bucket unknown\n",
        "# TYPE degrees_count unknown\n# HELP degrees_count Custom.\ndegrees_count{of=\"a\"} 1\ndegrees_count{of=\"b\"} 1\n",
        "# TYPE good histogram\n# HELP good Custom.\ngood_bucket{of=\"a\",le=\"0.0\"} 0\n",
        "# TYPE cold unknown\n# HELP cold Custom.\ncold{quantile=\"0.5\"} -3\n# TYPE cold_sum unknown\n",
        "# TYPE idle summary\n# HELP idle Custom.\nidle{quantile=\"0.5\"} NaN\n",
    ] {
        assert!(openmetrics.contains(part), "no {part} in {openmetrics}");
    }
    let sorted = |text: &str| {
        // The conflict is counted by every scrape.
        let samples = text.lines().filter(|line| !line.starts_with('#') && !line.starts_with("rum_exposition_conflicts_total "));
        let mut samples: Vec<_> = samples.map(str::to_owned).collect();
        samples.sort_unstable();
        samples
    };
    assert_eq!(sorted(&plain), sorted(&openmetrics));
    assert!(plain.contains("# TYPE lowered histogram\n") && !plain.contains("Clashing."));
}

#[tokio::test]
async fn a_timestamp_before_1970_is_the_same_moment_in_both() {
    let registry = Registry::new();
    for (name, milliseconds) in [("early", -5), ("earlier", -1_500), ("late", 5)] {
        let mut stamped = host::gauge(&[], 3.0);
        stamped.set_timestamp_ms(milliseconds);
        Custom::register(&registry, name, MetricType::GAUGE, vec![stamped]);
    }
    let monitor = Monitor::builder().registry(registry).build().unwrap();
    let (plain, openmetrics) = (Metrics::of(&monitor).await.text, text(&monitor, OPENMETRICS).await);
    for sample in ["early 3 -5\n", "earlier 3 -1500\n", "late 3 5\n"] {
        assert!(plain.contains(&format!("\n{sample}")), "no {sample}");
    }
    for sample in ["early 3 -0.005\n", "earlier 3 -1.500\n", "late 3 0.005\n"] {
        assert!(openmetrics.contains(&format!("\n{sample}")), "no {sample}");
    }
}

#[tokio::test]
async fn a_family_that_would_be_taken_for_another_is_left_out_of_every_format_and_counted() {
    let registry = Registry::new();
    host::families_of_every_kind(&registry);
    // What our counter is called there, and names of samples that the two histograms have, or could have.
    let clashing = ["http_requests", "http_request_duration_seconds_created", "job_seconds_count", "job_bytes_sum"];
    for name in clashing {
        registry.register(Box::new(IntGauge::new(name, "Clashing.").unwrap())).unwrap();
    }
    let monitor = Monitor::builder().registry(registry).build().unwrap();
    for accept in ["text/plain", OPENMETRICS] {
        assert!(!text(&monitor, accept).await.contains("Clashing."), "{accept}");
    }
    assert_eq!(Metrics::of(&monitor).await.value("rum_exposition_conflicts_total"), 2.0 * clashing.len() as f64);
}

#[tokio::test]
async fn a_family_that_no_reader_would_take_costs_itself_and_is_counted() {
    let registry = Registry::new();
    registry.register(Box::new(Counter::with_opts(Opts::new("beside_total", "Good.")).unwrap())).unwrap();
    let labels: [&[(&str, &str)]; 4] =
        [&[("a-b", "1")], &[("a", "1"), ("a", "2")], &[("__name__", "other")], &[("a=\"1\",b", "2"), ("b", "2")]];
    for (number, labels) in labels.into_iter().enumerate() {
        Custom::register(&registry, &format!("bad_{number}"), MetricType::GAUGE, vec![host::gauge(labels, 1.0)]);
    }
    Custom::register(&registry, "bad name", MetricType::GAUGE, vec![host::gauge(&[], 1.0)]);
    Custom::register(&registry, "bad_untyped", MetricType::UNTYPED, vec![host::gauge(&[], 1.0)]);
    let monitor = Monitor::builder().registry(registry).build().unwrap();
    for accept in ["text/plain", OPENMETRICS] {
        let text = text(&monitor, accept).await;
        assert!(text.contains("\nbeside_total 0\n") && !text.contains("Custom."), "{accept}");
    }
    assert_eq!(Metrics::of(&monitor).await.value(r#"rum_exposition_failures_total{reason="encoding"}"#), 12.0);
}

#[test]
fn client_metrics_that_would_be_taken_for_one_another_are_refused() {
    let build = |counter: &str, histogram: &str| {
        let builder = Monitor::builder().registry(Registry::new());
        let builder = builder.client_counter(ClientCounter::new(counter, "Help."));
        builder.client_histogram(ClientHistogram::new(histogram, "Help.", Unit::None)).build().map(drop)
    };
    for (counter, histogram) in [("votes_total", "votes"), ("votes_sum_total", "votes"), ("votes_created_total", "votes")] {
        assert!(build(counter, histogram).unwrap_err().to_string().contains("votes"), "{counter}, {histogram}");
    }
    build("votes_total", "votes_each").unwrap();
}
