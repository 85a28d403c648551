//! Requests that browsers send in advance: counted like others, apart, or not at all.

use bytes::Bytes;
use futures_util::FutureExt;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use tower::{Layer, ServiceExt, service_fn};
use tower_rum::{Monitor, Prefetch};

use crate::support::metrics::Metrics;
use crate::support::watch::by_path;

/// Fields of a request, and its purpose.
const REQUESTS: [(&str, &str, &str); 12] = [
    ("accept", "*/*", ""),
    ("sec-purpose", "prefetch", "prefetch"),
    ("sec-purpose", "prefetch;anonymous-client-ip", "prefetch"),
    ("sec-purpose", "prefetch;prerender", "prerender"),
    ("sec-purpose", "prefetch; prerender", "prerender"),
    ("purpose", "prefetch", "prefetch"),
    ("x-moz", "prefetch", "prefetch"),
    ("sec-purpose", "prefetched", ""),
    ("sec-purpose", "", ""),
    ("sec-purpose", "prerender", ""),
    ("purpose", "preview", ""),
    ("x-moz", "microsummary", ""),
];

#[tokio::test]
async fn they_are_counted_like_others_by_default() {
    let metrics = counted(&by_path().build().unwrap()).await;
    assert_eq!(metrics.value(r#"http_requests_total{method="GET",endpoint="/",status="200"}"#), REQUESTS.len() as f64);
    assert_eq!(metrics.series("http_requests_total").count(), 1);
}

#[tokio::test]
async fn they_are_counted_apart_if_asked_for() {
    let monitor = by_path().label("plan", ["free"], |_| Some("free")).prefetch(Prefetch::Separate).build().unwrap();
    let metrics = counted(&monitor).await;
    for purpose in ["", "prefetch", "prerender"] {
        let requests = REQUESTS.iter().filter(|(_, _, expected)| *expected == purpose).count() as f64;
        let series = |status: &str| format!(r#"{{method="GET",endpoint="/"{status},plan="free",purpose="{purpose}"}}"#);
        assert_eq!(metrics.value(&format!("http_requests_total{}", series(r#",status="200""#))), requests);
        assert_eq!(metrics.value(&format!("http_response_size_bytes_sum{}", series(""))), 5.0 * requests);
    }
    assert_eq!(metrics.series("http_requests_total").count(), 3);
}

#[tokio::test]
async fn they_are_left_out_if_asked_for() {
    let monitor = by_path().response_duration(true).prefetch(Prefetch::Ignore).build().unwrap();
    let metrics = counted(&monitor).await;
    let expected = REQUESTS.iter().filter(|(_, _, purpose)| purpose.is_empty()).count() as f64;
    for family in ["http_requests_total", "http_response_size_bytes_count", "http_response_duration_seconds_count"] {
        assert_eq!(metrics.total(family), expected, "{family}");
    }
    assert_eq!(metrics.total("http_requests_in_flight"), 0.0);
}

#[tokio::test]
async fn a_template_that_is_only_prefetched_leaves_no_trace_however_it_ends() {
    let monitor = by_path().response_duration(true).prefetch(Prefetch::Ignore).build().unwrap();
    let before = Metrics::of(&monitor).await;
    for status in [200, 404, 503] {
        answer(&monitor, prefetch(), status);
    }
    let waiting = monitor
        .layer()
        .layer(service_fn(|_: Request<()>| std::future::pending::<Result<Response<Full<Bytes>>, std::convert::Infallible>>()));
    assert!(waiting.oneshot(prefetch()).now_or_never().is_none());
    let open = page(&monitor, prefetch(), 200);
    assert_eq!(Metrics::of(&monitor).await.text, before.text);
    drop(open);
    assert_eq!(Metrics::of(&monitor).await.text, before.text);
}

#[tokio::test]
async fn a_page_prefetched_and_not_counted_is_still_told_its_template() {
    for prefetching in [Prefetch::Count, Prefetch::Separate, Prefetch::Ignore] {
        let monitor = by_path().prefetch(prefetching).build().unwrap();
        let response = page(&monitor, prefetch(), 200);
        assert_eq!(response.headers()["server-timing"], r#"route;desc="/""#, "{prefetching:?}");
    }
}

#[tokio::test]
async fn request_sizes_are_left_out_as_well() {
    let monitor = by_path().prefetch(Prefetch::Ignore).build().unwrap();
    let service = monitor
        .request_size_layer()
        .layer(service_fn(async |_: Request<_>| Ok::<_, std::convert::Infallible>(Response::new(Full::<Bytes>::default()))));
    for purpose in ["prefetch", "none"] {
        let request = Request::get("/").header("sec-purpose", purpose).body(Full::<Bytes>::default()).unwrap();
        service.clone().oneshot(request).await.unwrap();
    }
    assert_eq!(Metrics::of(&monitor).await.total("http_request_size_bytes_count"), 1.0);
}

#[tokio::test]
async fn the_cap_holds_with_purposes() {
    const CAP: usize = 16;
    let monitor = by_path().http_series(CAP).prefetch(Prefetch::Separate).build().unwrap();
    for number in 0..30 {
        for purpose in ["prefetch", "prefetch;prerender", ""] {
            let request = Request::get(format!("/{number}")).header("sec-purpose", purpose).body(()).unwrap();
            answer(&monitor, request, 200);
        }
    }
    let metrics = Metrics::of(&monitor).await;
    assert!(metrics.series("http_requests_total").count() <= CAP + 1);
    assert_eq!(metrics.total("http_requests_total"), 90.0);
    let overflow = r#"http_requests_total{method="_OTHER",endpoint="overflow",status="2xx",purpose="overflow"}"#;
    assert!(metrics.value(overflow) > 60.0);
}

async fn counted(monitor: &Monitor) -> Metrics {
    for (name, value, _) in REQUESTS {
        answer(monitor, Request::get("/").header(name, value).body(()).unwrap(), 200);
    }
    Metrics::of(monitor).await
}

fn prefetch() -> Request<()> {
    Request::get("/").header("sec-purpose", "prefetch").body(()).unwrap()
}

fn answer(monitor: &Monitor, request: Request<()>, status: u16) {
    page(monitor, request, status).into_body().collect().now_or_never().unwrap().unwrap();
}

fn page(
    monitor: &Monitor,
    request: Request<()>,
    status: u16,
) -> Response<impl http_body::Body<Data = Bytes, Error: std::fmt::Debug>> {
    let service = service_fn(async |_: Request<()>| {
        let response = Response::builder().status(status).header("content-type", "text/html");
        Ok::<_, std::convert::Infallible>(response.body(Full::<Bytes>::from("hello")).unwrap())
    });
    monitor.layer().layer(service).oneshot(request).now_or_never().unwrap().unwrap()
}
