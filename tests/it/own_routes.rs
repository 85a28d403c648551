//! Our own paths go by uncounted unless the host asks, by exact template: `/metrics-foo` is the application's.

use std::convert::Infallible;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use tower::{Service, ServiceBuilder, ServiceExt, service_fn};
use tower_rum::Monitor;

use crate::support::metrics::Metrics;
use crate::support::watch::by_path;

const OURS: [(&str, &str); 5] = [
    ("GET", "/metrics"),
    ("GET", "/healthz"),
    ("POST", "/log-page-load"),
    ("POST", "/log-interaction"),
    ("POST", "/log-user-error"),
];
const APPLICATIONS: [(&str, &str); 6] = [
    ("GET", "/metrics-foo"),
    ("GET", "/healthz-foo"),
    ("GET", "/metrics/foo"),
    ("GET", "/metric"),
    ("POST", "/log-page-load2"),
    ("GET", "/internal/metrics"),
];

#[tokio::test]
async fn inside_the_layer_our_paths_go_by_uncounted_and_their_neighbours_do_not() {
    let monitor = by_path().build().unwrap();
    ask(inside(&monitor)).await;
    assert_counted(&Metrics::of(&monitor).await, &APPLICATIONS);
}

#[tokio::test]
async fn inside_the_layer_our_paths_are_counted_when_asked_for() {
    let monitor = by_path().count_own_routes(true).build().unwrap();
    ask(inside(&monitor)).await;
    assert_counted(&Metrics::of(&monitor).await, &[&OURS[..], &APPLICATIONS].concat());
}

#[tokio::test]
async fn outside_the_layer_our_paths_are_never_counted() {
    for counted in [false, true] {
        let monitor = by_path().count_own_routes(counted).build().unwrap();
        let outside = ServiceBuilder::new().layer(monitor.routes_layer()).layer(monitor.layer()).service(service_fn(application));
        ask(outside).await;
        assert_counted(&Metrics::of(&monitor).await, &APPLICATIONS);
    }
}

#[tokio::test]
async fn under_a_prefix_the_paths_without_it_are_the_applications() {
    let monitor = by_path().path_prefix("/internal").build().unwrap();
    let mut service = inside(&monitor);
    for path in ["/internal/metrics", "/metrics", "/internal/metrics-foo"] {
        answer(&mut service, "GET", path).await;
    }
    let application = [("GET", "/metrics"), ("GET", "/internal/metrics-foo")];
    let text = answer(&mut service, "GET", "/internal/metrics").await;
    assert_counted(&Metrics { text }, &application);
}

#[cfg(feature = "axum")]
#[tokio::test]
async fn in_axum_our_routes_go_by_uncounted_and_their_neighbours_do_not() {
    let monitor = Monitor::new();
    ask_axum(&monitor).await;
    assert_counted(&Metrics::of(&monitor).await, &APPLICATIONS);
}

#[cfg(feature = "axum")]
#[tokio::test]
async fn in_axum_our_routes_are_counted_when_asked_for() {
    let monitor = Monitor::builder().count_own_routes(true).build().unwrap();
    ask_axum(&monitor).await;
    assert_counted(&Metrics::of(&monitor).await, &[&OURS[..], &APPLICATIONS].concat());
}

#[cfg(feature = "axum")]
async fn ask_axum(monitor: &Monitor) {
    let applications =
        APPLICATIONS.iter().fold(axum::Router::new(), |router, (_, path)| router.route(path, axum::routing::any("theirs")));
    let app = applications.merge(monitor.routes()).layer(monitor.layer());
    for (method, path) in OURS.iter().chain(&APPLICATIONS) {
        let request = Request::builder().method(*method).uri(*path);
        let request = request.body(axum::body::Body::empty()).unwrap();
        let response = app.clone().oneshot(request).await.unwrap();
        assert_ne!(response.status(), 404, "{path}");
        response.into_body().collect().await.unwrap();
    }
}

/// Our paths behind the layer, as a router has them.
fn inside(
    monitor: &Monitor,
) -> impl Service<
    Request<Full<Bytes>>,
    Response = Response<impl http_body::Body<Data = Bytes, Error: std::fmt::Debug>>,
    Error = Infallible,
> {
    ServiceBuilder::new().layer(monitor.layer()).layer(monitor.routes_layer()).service(service_fn(application))
}

async fn application(_: Request<Full<Bytes>>) -> Result<Response<Full<Bytes>>, Infallible> {
    Ok(Response::new(Full::from("theirs")))
}

async fn ask<S, B>(mut service: S)
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>, Error = Infallible>,
    B: http_body::Body<Data = Bytes, Error: std::fmt::Debug>,
{
    for (method, path) in OURS {
        assert_ne!(answer(&mut service, method, path).await, "theirs");
    }
    for (method, path) in APPLICATIONS {
        assert_eq!(answer(&mut service, method, path).await, "theirs");
    }
}

async fn answer<S, B>(service: &mut S, method: &str, path: &str) -> String
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>, Error = Infallible>,
    B: http_body::Body<Data = Bytes, Error: std::fmt::Debug>,
{
    let request = Request::builder().method(method).uri(path);
    let request = request.body(Full::default()).unwrap();
    let response = service.ready().await.unwrap().call(request).await.unwrap();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.to_vec()).unwrap()
}

/// Each of these once, and nothing else.
#[track_caller]
fn assert_counted(metrics: &Metrics, requests: &[(&str, &str)]) {
    for (method, path) in requests {
        let labels = format!("{{method=\"{method}\",endpoint=\"{path}\"}}");
        let counted = format!("http_response_size_bytes_count{labels}");
        assert_eq!(metrics.value(&counted), 1.0);
    }
    assert_eq!(metrics.total("http_requests_total"), requests.len() as f64);
    assert_eq!(metrics.total("http_requests_in_flight"), 0.0);
}
