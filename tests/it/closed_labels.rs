//! Label values come out of closed sets: what a client makes up becomes one of the names there are.

use std::borrow::Cow;

use bytes::Bytes;
use futures_util::FutureExt;
use http::{Request, Response};
use http_body_util::Full;
use prometheus::Registry;
use tower::{Layer, ServiceExt, service_fn};
use tower_rum::Monitor;

use crate::support::layered::request;
use crate::support::metrics::Metrics;
use crate::support::random::Random;

#[tokio::test]
async fn ten_thousand_random_paths_methods_and_hosts_leave_the_series_constant_and_the_total_exact() {
    let monitor = Monitor::builder()
        .registry(Registry::new())
        .endpoint(|request| (request.uri().path() == "/known").then_some(Cow::Borrowed("/known")))
        .build()
        .unwrap();
    for uri in ["/known", "/nope"] {
        for method in METHODS.into_iter().chain(["BREW"]) {
            request(&monitor, method, uri, "");
        }
    }
    let before = Metrics::of(&monitor).await;
    let mut random = Random::seeded(4);
    for number in 0..10_000 {
        let method = match random.below(3) {
            0 => format!("A{number}"),
            1 => (*random.pick(&METHODS)).to_owned(),
            _ => format!("X-{:x}", random.next()),
        };
        let path = if random.below(10) == 0 { "known".to_owned() } else { format!("{:x}", random.next()) };
        request(&monitor, &method, &format!("http://{:x}.example:{}/{path}?{number}", random.next(), random.below(65_536)), "");
    }
    let after = Metrics::of(&monitor).await;
    assert_eq!(names(&before), names(&after));
    assert_eq!(after.total("http_requests_total") - before.total("http_requests_total"), 10_000.0);
    assert_eq!(after.total("http_request_duration_seconds_count"), after.total("http_requests_total"));
    assert_eq!(after.total("http_requests_in_flight"), 0.0);
}

#[tokio::test]
async fn methods_that_no_standard_knows_are_other() {
    let monitor = monitor();
    for method in (0..1000).map(|number| format!("A{number}")).chain(["get", "Get", "PROPFIND", "_OTHER"].map(str::to_owned)) {
        request(&monitor, &method, "/", "");
    }
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.value(r#"http_requests_total{method="_OTHER",endpoint="unmatched",status="200"}"#), 1004.0);
    assert_eq!(metrics.series("http_requests_total").count(), 1);
}

#[tokio::test]
async fn the_nine_standard_methods_keep_their_names() {
    let monitor = monitor();
    for method in METHODS {
        request(&monitor, method, "/", "");
        let series = format!(r#"http_requests_total{{method="{method}",endpoint="unmatched",status="200"}}"#);
        assert_eq!(Metrics::of(&monitor).await.value(&series), 1.0);
    }
}

#[tokio::test]
async fn the_text_of_an_error_is_no_label() {
    let monitor = monitor();
    for id in 0..100 {
        let failing = service_fn(move |_: Request<()>| std::future::ready(Err::<Response<Full<Bytes>>, _>(format!("row {id}"))));
        let outcome = monitor.layer().layer(failing).oneshot(Request::new(())).now_or_never().unwrap();
        assert_eq!(outcome.err(), Some(format!("row {id}")));
    }
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.value(r#"http_requests_total{method="GET",endpoint="unmatched",status="500"}"#), 100.0);
    assert_eq!(metrics.value(r#"http_errors_total{method="GET",endpoint="unmatched"}"#), 100.0);
    assert_eq!(metrics.series("http_requests_total").count(), 1);
    assert!(!metrics.text.contains("row 7"));
}

#[tokio::test]
async fn a_template_too_long_empty_or_with_control_characters_is_unmatched() {
    let monitor = Monitor::builder()
        .registry(Registry::new())
        .endpoint(|request| request.headers().get("x-template").map(|name| Cow::Owned(unescaped(name.to_str().unwrap()))))
        .build()
        .unwrap();
    let served = |template: &str| {
        let request = Request::get("/").header("x-template", template).body(()).unwrap();
        crate::support::layered::respond(&monitor, request, Response::default());
    };
    for template in ["", "a\\nb", "a\\tb", "a\\0b", &"t".repeat(257)] {
        served(template);
    }
    served(&"t".repeat(256));
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.value(r#"http_requests_total{method="GET",endpoint="unmatched",status="200"}"#), 5.0);
    assert_eq!(metrics.series("http_requests_total").count(), 2);
}

#[tokio::test]
async fn counters_with_closed_labels_stand_at_0_from_the_start() {
    let metrics = Metrics::of(&monitor()).await;
    let reasons = [
        "malformed",
        "origin",
        "timeout",
        "too_large",
        "content_type",
        "range",
        "unknown_name",
        "unknown_kind",
        "rate",
        "privacy",
        "series",
    ];
    for reason in reasons {
        assert_eq!(metrics.value(&format!(r#"rum_rejected_total{{reason="{reason}"}}"#)), 0.0);
    }
    for kind in ["page_load", "interaction", "error"] {
        assert_eq!(metrics.value(&format!(r#"rum_events_total{{kind="{kind}"}}"#)), 0.0);
    }
    for kind in ["exception", "rejection", "resource", "script_error", "reported"] {
        assert_eq!(metrics.value(&format!(r#"user_errors_total{{endpoint="unmatched",kind="{kind}"}}"#)), 0.0);
    }
    for kind in ["click", "submit", "input", "change", "keydown", "scroll"] {
        assert_eq!(metrics.value(&format!(r#"user_interactions_total{{type="{kind}",name=""}}"#)), 0.0);
    }
    assert_eq!(metrics.value("rum_exposition_conflicts_total"), 0.0);
    for reason in ["panic", "timeout", "encoding"] {
        assert_eq!(metrics.value(&format!(r#"rum_exposition_failures_total{{reason="{reason}"}}"#)), 0.0);
    }
    for status in ["500", "503"] {
        assert_eq!(metrics.value(&format!(r#"rum_exposition_requests_total{{status="{status}"}}"#)), 0.0);
    }
    let moved: Vec<_> = metrics.samples().filter(|&(_, value)| value != 0.0).collect();
    assert_eq!(moved, [("rum_exposition_requests_in_flight", 1.0)], "this scrape");
    assert_eq!(metrics.get("up"), None, "that series is Prometheus's own");
}

fn monitor() -> Monitor {
    Monitor::builder().registry(Registry::new()).build().unwrap()
}

fn names(metrics: &Metrics) -> Vec<&str> {
    metrics.samples().map(|(series, _)| series).collect()
}

fn unescaped(text: &str) -> String {
    text.replace("\\n", "\n").replace("\\t", "\t").replace("\\0", "\0")
}

const METHODS: [&str; 9] = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "CONNECT", "TRACE"];
