//! Templates that go by uncounted, and templates that count under another name, for requests and for browsers.

use std::borrow::Cow;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use tower::{Layer, ServiceExt, service_fn};
use tower_rum::{Builder, Monitor};

use crate::support::layered::{raw_paths, request};
use crate::support::metrics::Metrics;
use crate::support::mount::{FORM, Mount};

#[tokio::test]
async fn ignored_templates_leave_no_trace() {
    let monitor = by_path().ignore(["/health", "/internal/*", "unmatched"]).response_duration(true).build().unwrap();
    let before = Metrics::of(&monitor).await;
    for path in ["/health", "/internal/jobs", "/internal/", "/none"] {
        request(&monitor, "GET", path, "hello");
    }
    assert_eq!(Metrics::of(&monitor).await.text, before.text);
    for path in ["/health/live", "/internal", "/internals"] {
        request(&monitor, "GET", path, "hello");
        let series = format!(r#"http_requests_total{{method="GET",endpoint="{path}",status="200"}}"#);
        assert_eq!(Metrics::of(&monitor).await.value(&series), 1.0);
    }
}

#[tokio::test]
async fn aliased_templates_count_under_one_name() {
    let monitor =
        by_path().alias("/v1/users", "/users").alias("/v2/*", "/users").alias("unmatched", "elsewhere").build().unwrap();
    for path in ["/users", "/v1/users", "/v2/users", "/v2/people", "/none"] {
        request(&monitor, "GET", path, "hello");
    }
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.value(r#"http_requests_total{method="GET",endpoint="/users",status="200"}"#), 4.0);
    assert_eq!(metrics.value(r#"http_response_size_bytes_sum{method="GET",endpoint="/users"}"#), 20.0);
    assert_eq!(metrics.value(r#"http_requests_total{method="GET",endpoint="elsewhere",status="200"}"#), 1.0);
    assert_eq!(metrics.series("http_requests_total").count(), 2);
}

#[tokio::test]
async fn an_alias_gives_a_template_that_is_too_long_a_name() {
    let long = format!("/long/{}", "x".repeat(300));
    let monitor = by_path().alias("/long/*", "long").build().unwrap();
    for _ in 0..2 {
        request(&monitor, "GET", &long, "");
    }
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.value(r#"http_requests_total{method="GET",endpoint="long",status="200"}"#), 2.0);
}

#[tokio::test]
async fn browsers_are_told_the_alias_and_count_under_it() {
    let monitor = by_path().alias("/v1/users", "/users").ignore(["/health"]).build().unwrap();
    assert_eq!(announced(&monitor, "/v1/users").await.as_deref(), Some(r#"route;desc="/users""#));
    assert_eq!(announced(&monitor, "/health").await, None);
    let mount = Mount::tower(&monitor);
    for endpoint in ["/users", "/v1/users", "/health", "/v1/other"] {
        let body = format!("load_time=1&endpoint={endpoint}");
        assert_eq!(mount.post("/log-page-load", FORM, body).await.status, 204);
    }
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.value(r#"page_load_time_seconds_count{endpoint="/users"}"#), 2.0);
    assert_eq!(metrics.value(r#"page_load_time_seconds_count{endpoint="unmatched"}"#), 2.0);
}

#[tokio::test]
async fn the_cap_holds_with_rules_and_aliases_keep_their_room() {
    const CAP: usize = 16;
    let monitor = raw_paths().http_series(CAP).alias("/known/*", "known").ignore(["/junk/ignored/*"]).build().unwrap();
    for number in 0..500 {
        request(&monitor, "GET", &format!("/junk/{number}"), "");
        request(&monitor, "GET", &format!("/junk/ignored/{number}"), "");
    }
    for number in 0..500 {
        request(&monitor, "GET", &format!("/known/{number}"), "");
    }
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.value(r#"http_requests_total{method="GET",endpoint="known",status="200"}"#), 500.0);
    assert!(metrics.series("http_requests_total").count() <= CAP + 1);
    assert_eq!(metrics.total("http_requests_total"), 1_000.0);
}

#[test]
fn rules_that_cannot_work_are_refused() {
    let builder = Monitor::builder;
    let refused = [
        builder().ignore([""]),
        builder().ignore(["*"]),
        builder().alias("", "x"),
        builder().alias("*", "x"),
        builder().alias("/a", ""),
        builder().alias("/a", "x".repeat(257)),
        builder().alias("/a", "a\nb"),
        builder().alias("/a", "unmatched"),
        builder().alias("/a", "overflow"),
        builder().alias("/a", "one").alias("/a", "other"),
        (0..20).fold(builder().http_series(16), |builder, number| builder.alias(format!("/{number}"), format!("n{number}"))),
    ];
    for (number, builder) in refused.into_iter().enumerate() {
        assert!(builder.build().is_err(), "{number}");
    }
    assert!(builder().alias("/a", "x".repeat(256)).alias("/b*", "same").alias("/c", "same").alias("/c", "same").build().is_ok());
}

/// Each path its own template, but for one that has none.
fn by_path() -> Builder {
    let builder = Monitor::builder().registry(prometheus::Registry::new());
    builder.endpoint(|head| Some(head.uri().path()).filter(|&path| path != "/none").map(Cow::Borrowed))
}

async fn announced(monitor: &Monitor, path: &str) -> Option<String> {
    let page = service_fn(async |_: Request<()>| {
        let response = Response::builder().header("content-type", "text/html").body(Full::<Bytes>::from("hello"));
        Ok::<_, std::convert::Infallible>(response.unwrap())
    });
    let response = monitor.layer().layer(page).oneshot(Request::get(path).body(()).unwrap()).await.unwrap();
    response.headers().get("server-timing").map(|field| field.to_str().unwrap().to_owned())
}
