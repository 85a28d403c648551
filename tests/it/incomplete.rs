//! A body that is dropped or fails before its end: in flight until then, and counted as incomplete with its reason.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use http::{Request, Response};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use tower::{Layer, ServiceExt, service_fn};
use tower_rum::Monitor;

use crate::support::body::{Scripted, fed};
use crate::support::client::{http1, http2_connection, read_to, send};
use crate::support::metrics::Metrics;
use crate::support::server::Server;
use crate::support::site::any;
use crate::support::watch::{monitor, settled};

#[tokio::test]
async fn a_response_is_in_flight_until_its_body_is_dropped() {
    let monitor = monitor();
    let stream = Scripted::new().data("one").data("two").data("three");
    let response = answer(&monitor, Response::new(stream)).await;
    assert_eq!(in_flight(&monitor).await, 1.0, "the head is not the end");
    let mut body = response.into_body();
    body.frame().await.unwrap().unwrap();
    assert_eq!(in_flight(&monitor).await, 1.0);
    drop(body);
    assert_incomplete(&Metrics::of(&monitor).await, "client_gone", 3.0);
}

#[tokio::test]
async fn a_response_dropped_before_its_body_was_polled_is_incomplete() {
    let monitor = monitor();
    drop(answer(&monitor, Response::new(Scripted::new().data("one"))).await);
    assert_incomplete(&Metrics::of(&monitor).await, "client_gone", 0.0);
}

#[tokio::test]
async fn a_body_that_fails_is_no_longer_in_flight_while_it_is_still_held() {
    let monitor = monitor();
    let response = answer(&monitor, Response::new(Scripted::new().data("one").fail())).await;
    let mut body = response.into_body();
    body.frame().await.unwrap().unwrap();
    assert!(body.frame().await.unwrap().is_err());
    assert_incomplete(&Metrics::of(&monitor).await, "body_error", 3.0);
    drop(body);
    assert_incomplete(&Metrics::of(&monitor).await, "body_error", 3.0);
}

#[tokio::test]
async fn of_ten_declared_megabytes_only_the_bytes_handed_over_are_counted() {
    let monitor = monitor();
    let response = Response::builder()
        .header(CONTENT_LENGTH, TEN_MEGABYTES)
        .body(Scripted::new().data("one").hang().length(TEN_MEGABYTES))
        .unwrap();
    let mut body = answer(&monitor, response).await.into_body();
    body.frame().await.unwrap().unwrap();
    drop(body);
    assert_incomplete(&Metrics::of(&monitor).await, "client_gone", 3.0);
}

#[tokio::test]
async fn an_http1_client_that_leaves_in_the_middle_leaves_the_bytes_handed_over() {
    let (monitor, server, handed_over) = serve_ten_megabytes().await;
    let mut connection = send(server.address, "GET / HTTP/1.1\r\nhost: a\r\n\r\n").await;
    read_to(&mut connection, b"xxx").await;
    drop(connection);
    let metrics = settled(&monitor, 1.0).await;
    assert_incomplete(&metrics, "client_gone", handed_over.load(Ordering::Relaxed) as f64);
    assert!(metrics.total("http_response_size_bytes_sum") < TEN_MEGABYTES as f64);
}

#[tokio::test]
async fn an_http2_stream_reset_in_the_middle_leaves_the_bytes_handed_over() {
    let (monitor, server, handed_over) = serve_ten_megabytes().await;
    let mut requests = http2_connection(server.address).await;
    let request = Request::get("http://a/").body(()).unwrap();
    let (response, mut stream) = requests.send_request(request, true).unwrap();
    let mut body = response.await.unwrap().into_body();
    body.data().await.unwrap().unwrap();
    stream.send_reset(h2::Reason::CANCEL);
    let metrics = settled(&monitor, 1.0).await;
    assert_incomplete(&metrics, "client_gone", handed_over.load(Ordering::Relaxed) as f64);
    assert!(metrics.total("http_response_size_bytes_sum") < TEN_MEGABYTES as f64);
}

#[tokio::test]
async fn a_client_that_leaves_a_silent_stream_is_noticed() {
    let monitor = monitor();
    let service = monitor.layer().layer(service_fn(async |_: Request<_>| {
        let (chunks, body) = fed();
        chunks.send(Bytes::from("first")).unwrap();
        // Held by nobody who would end it: the body stays open as long as the server keeps it.
        tokio::spawn(async move { chunks.closed().await });
        Ok::<_, Infallible>(Response::new(body))
    }));
    let server = Server::start(service).await;
    let mut connection = send(server.address, "GET / HTTP/1.1\r\nhost: a\r\n\r\n").await;
    read_to(&mut connection, b"first").await;
    assert_eq!(in_flight(&monitor).await, 1.0);
    drop(connection);
    assert_incomplete(&settled(&monitor, 1.0).await, "client_gone", 5.0);
}

#[tokio::test]
async fn a_body_that_fails_on_a_real_server_is_a_body_error() {
    let monitor = monitor();
    let service = monitor
        .layer()
        .layer(service_fn(async |_: Request<_>| Ok::<_, Infallible>(Response::new(any(Scripted::new().data("one").fail())))));
    let server = Server::start(service).await;
    http1(server.address, "GET / HTTP/1.1\r\nhost: a\r\n\r\n").await;
    assert_incomplete(&settled(&monitor, 1.0).await, "body_error", 3.0);
}

const TEN_MEGABYTES: u64 = 10_000_000;

/// The response as the layer gives it out.
async fn answer<B: http_body::Body>(
    monitor: &Monitor,
    response: Response<B>,
) -> Response<tower_rum::middleware::ResponseBody<B>> {
    let mut response = Some(response);
    let service = service_fn(move |_: Request<()>| {
        let response = response.take().unwrap();
        async { Ok::<_, Infallible>(response) }
    });
    let request = Request::get("/").body(()).unwrap();
    monitor.layer().layer(service).oneshot(request).await.unwrap()
}

/// A server of ten declared megabytes, and what its body has given out.
async fn serve_ten_megabytes() -> (Monitor, Server, Arc<AtomicU64>) {
    let monitor = monitor();
    let handed_over = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&handed_over);
    let service = monitor.layer().layer(service_fn(move |_: Request<_>| {
        let counter = Arc::clone(&counter);
        let chunks = futures_util::stream::iter((0..TEN_MEGABYTES / CHUNK).map(move |_| {
            counter.fetch_add(CHUNK, Ordering::Relaxed);
            Ok::<_, Infallible>(Frame::data(Bytes::from(vec![b'x'; CHUNK as usize])))
        }));
        let response = Response::builder().header(CONTENT_LENGTH, TEN_MEGABYTES).body(StreamBody::new(chunks));
        async { Ok::<_, Infallible>(response.unwrap()) }
    }));
    (monitor, Server::start(service).await, handed_over)
}

const CHUNK: u64 = 10_000;

async fn in_flight(monitor: &Monitor) -> f64 {
    Metrics::of(monitor).await.total("http_requests_in_flight")
}

#[track_caller]
fn assert_incomplete(metrics: &Metrics, reason: &str, bytes: f64) {
    let labels = r#"method="GET",endpoint="/""#;
    let incomplete = format!("http_responses_incomplete_total{{{labels},reason=\"{reason}\"}}");
    assert_eq!(metrics.value(&incomplete), 1.0);
    assert_eq!(metrics.total("http_responses_incomplete_total"), 1.0);
    let counted = format!("http_requests_total{{{labels},status=\"200\"}}");
    assert_eq!(metrics.value(&counted), 1.0, "its head was sent");
    assert_eq!(metrics.total("http_requests_total"), 1.0);
    assert_eq!(metrics.total("http_requests_in_flight"), 0.0);
    assert_eq!(metrics.total("http_response_size_bytes_count"), 1.0);
    assert_eq!(metrics.total("http_response_size_bytes_sum"), bytes);
}
