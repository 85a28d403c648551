//! A response that lasts: its latency is that of its head, and its lifetime goes where the host asked for it.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Request, Response};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tower::{Layer, service_fn};
use tower_rum::Monitor;

use crate::support::body::fed;
use crate::support::client::{read_to, send};
use crate::support::metrics::Metrics;
use crate::support::server::Server;
use crate::support::watch::{by_path, monitor, settled};

const LIFETIME: Duration = Duration::from_millis(500);

#[tokio::test]
async fn an_event_stream_has_the_latency_of_its_head_and_a_lifetime_of_its_own() {
    let monitor = by_path().response_duration(true).build().unwrap();
    let metrics = stream_for_a_while(&monitor, "text/event-stream").await;
    let head = metrics.total("http_request_duration_seconds_sum");
    assert!(head < 0.1, "{head} s");
    let lifetime = metrics.total("http_event_stream_duration_seconds_sum");
    assert!(lifetime >= LIFETIME.as_secs_f64(), "{lifetime} s");
    assert_eq!(metrics.total("http_event_stream_duration_seconds_count"), 1.0);
    assert_eq!(metrics.total("http_response_duration_seconds_count"), 0.0);
}

#[tokio::test]
async fn any_other_stream_lasts_in_the_response_duration() {
    let monitor = by_path().response_duration(true).build().unwrap();
    let metrics = stream_for_a_while(&monitor, "text/plain").await;
    let head = metrics.total("http_request_duration_seconds_sum");
    assert!(head < 0.1, "{head} s");
    let lifetime = metrics.total("http_response_duration_seconds_sum");
    assert!(lifetime >= LIFETIME.as_secs_f64(), "{lifetime} s");
    assert_eq!(metrics.total("http_event_stream_duration_seconds_count"), 0.0);
}

#[tokio::test]
async fn lifetimes_are_not_recorded_unless_asked_for() {
    let monitor = monitor();
    let metrics = stream_for_a_while(&monitor, "text/event-stream").await;
    assert!(!metrics.text.contains("http_response_duration_seconds"));
    assert!(!metrics.text.contains("http_event_stream_duration_seconds"));
}

/// Reads a stream that stays open for at least [`LIFETIME`], and checks that it counts while it does.
async fn stream_for_a_while(monitor: &Monitor, content_type: &'static str) -> Metrics {
    let (server, mut streams) = serve(monitor, content_type).await;
    let request = "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    let mut connection = send(server.address, request).await;
    let stream = streams.recv().await.unwrap();
    let start = Instant::now();
    while start.elapsed() < LIFETIME {
        stream.send(Bytes::from("data: tick\n\n")).unwrap();
        read_to(&mut connection, b"tick").await;
        let metrics = Metrics::of(monitor).await;
        assert_eq!(metrics.total("http_requests_total"), 1.0, "while it is open");
        assert_eq!(metrics.total("http_request_duration_seconds_count"), 1.0);
        assert_eq!(metrics.total("http_requests_in_flight"), 1.0);
        assert_eq!(metrics.total("http_response_size_bytes_count"), 0.0);
        tokio::time::sleep(LIFETIME / 10).await;
    }
    drop(stream);
    let metrics = settled(monitor, 1.0).await;
    assert_eq!(metrics.total("http_requests_total"), 1.0);
    assert_eq!(metrics.total("http_responses_incomplete_total"), 0.0);
    metrics
}

/// A server of streams, and the way to feed each of them.
async fn serve(monitor: &Monitor, content_type: &'static str) -> (Server, UnboundedReceiver<UnboundedSender<Bytes>>) {
    let (sender, streams) = unbounded_channel();
    let service = monitor.layer().layer(service_fn(move |_: Request<_>| {
        let (chunks, body) = fed();
        sender.send(chunks).unwrap();
        let response = Response::builder().header(CONTENT_TYPE, content_type).body(body);
        async { Ok::<_, Infallible>(response.unwrap()) }
    }));
    (Server::start(service).await, streams)
}
