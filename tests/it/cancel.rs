//! A request whose client goes away before the head: counted once, as 499, and never left in flight.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::future::pending;

use bytes::Bytes;
use futures_util::FutureExt;
use http::{Request, Response};
use http_body_util::Full;
use tower::{Layer, Service, ServiceBuilder, ServiceExt, service_fn};
use tower_rum::Monitor;

use crate::support::body::Scripted;
use crate::support::client::{http2_connection, send};
use crate::support::metrics::Metrics;
use crate::support::server::Server;
use crate::support::watch::{monitor, settled, until};

#[tokio::test]
async fn a_future_dropped_before_it_was_polled_leaves_nothing_in_flight() {
    let monitor = monitor();
    let mut service = monitor.layer().layer(service_fn(never::<()>));
    let future = service.ready().await.unwrap().call(get());
    assert_eq!(in_flight(&monitor).await, 1.0);
    drop(future);
    assert_counted_once_as_gone(&Metrics::of(&monitor).await);
}

#[tokio::test]
async fn a_future_dropped_half_way_leaves_nothing_in_flight() {
    let monitor = monitor();
    let mut service = monitor.layer().layer(service_fn(never::<()>));
    let mut future = Box::pin(service.ready().await.unwrap().call(get()));
    assert!(future.as_mut().now_or_never().is_none());
    assert_eq!(in_flight(&monitor).await, 1.0);
    drop(future);
    assert_counted_once_as_gone(&Metrics::of(&monitor).await);
}

#[tokio::test]
async fn an_http1_client_that_goes_away_before_the_head_counts_once_as_499() {
    let (monitor, server) = serve().await;
    let connection = send(server.address, "GET / HTTP/1.1\r\nhost: a\r\n\r\n").await;
    arrived(&monitor).await;
    drop(connection);
    assert_counted_once_as_gone(&settled(&monitor, 1.0).await);
}

#[tokio::test]
async fn an_http2_stream_reset_before_the_head_counts_once_as_499() {
    let (monitor, server) = serve().await;
    let mut requests = http2_connection(server.address).await;
    let request = Request::get("http://a/").body(()).unwrap();
    let (_response, mut stream) = requests.send_request(request, false).unwrap();
    arrived(&monitor).await;
    stream.send_reset(h2::Reason::CANCEL);
    assert_counted_once_as_gone(&settled(&monitor, 1.0).await);
}

#[tokio::test]
async fn every_end_of_a_request_has_the_same_label_names() {
    let monitor = monitor();
    let layer = monitor.layer();
    drop(layer.layer(service_fn(never::<()>)).call(get()));
    let failing = service_fn(async |_: Request<()>| Err::<Response<Full<Bytes>>, _>("no"));
    assert!(layer.layer(failing).oneshot(get()).await.is_err());
    for body in [Scripted::new(), Scripted::new().data("half").hang()] {
        let mut body = Some(body);
        let answering = service_fn(move |_: Request<()>| {
            let response = Response::new(body.take().unwrap());
            async { Ok::<_, Infallible>(response) }
        });
        drop(layer.layer(answering).oneshot(get()).await);
    }

    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.total("http_requests_total"), 4.0);
    let statuses = metrics.series("http_requests_total").count();
    assert_eq!(statuses, 3, "499, 500 and 200");
    for family in [
        "http_requests_total",
        "http_request_duration_seconds_count",
        "http_errors_total",
        "http_requests_in_flight",
        "http_response_size_bytes_count",
        "http_responses_incomplete_total",
    ] {
        let names: BTreeSet<Vec<&str>> = metrics.series(family).map(|(series, _)| label_names(series)).collect();
        assert_eq!(names.len(), 1, "{family}: {names:?}");
    }
}

async fn never<B>(_: Request<B>) -> Result<Response<Full<Bytes>>, Infallible> {
    pending().await
}

fn get() -> Request<()> {
    Request::get("/").body(()).unwrap()
}

async fn serve() -> (Monitor, Server) {
    let monitor = monitor();
    let service = ServiceBuilder::new().layer(monitor.layer()).service(service_fn(never));
    (monitor, Server::start(service).await)
}

async fn arrived(monitor: &Monitor) {
    until(monitor, "a request in flight", |metrics| metrics.total("http_requests_in_flight") == 1.0).await;
}

async fn in_flight(monitor: &Monitor) -> f64 {
    Metrics::of(monitor).await.total("http_requests_in_flight")
}

#[track_caller]
fn assert_counted_once_as_gone(metrics: &Metrics) {
    let labels = r#"{method="GET",endpoint="/",status="499"}"#;
    assert_eq!(metrics.value(&format!("http_requests_total{labels}")), 1.0);
    assert_eq!(metrics.value(&format!("http_request_duration_seconds_count{labels}")), 1.0);
    assert_eq!(metrics.total("http_requests_total"), 1.0);
    assert_eq!(metrics.total("http_requests_in_flight"), 0.0);
    assert_eq!(metrics.total("http_errors_total"), 0.0);
    assert_eq!(metrics.total("http_response_size_bytes_count"), 0.0);
    assert_eq!(metrics.total("http_responses_incomplete_total"), 0.0);
}

fn label_names(series: &str) -> Vec<&str> {
    let (_, labels) = series.split_once('{').unwrap();
    labels.split(',').map(|label| label.split('=').next().unwrap()).collect()
}
