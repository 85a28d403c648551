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
    let (metrics, waited) = stream_for_a_while(&monitor, "text/event-stream").await;
    let head = metrics.total("http_request_duration_seconds_sum");
    assert!(head <= waited, "{head} s, and the client waited {waited} s");
    let lifetime = metrics.total("http_event_stream_duration_seconds_sum");
    assert!(lifetime >= LIFETIME.as_secs_f64(), "{lifetime} s");
    assert_eq!(metrics.total("http_event_stream_duration_seconds_count"), 1.0);
    assert_eq!(metrics.total("http_response_duration_seconds_count"), 0.0);
}

#[tokio::test]
async fn any_other_stream_lasts_in_the_response_duration() {
    let monitor = by_path().response_duration(true).build().unwrap();
    let (metrics, waited) = stream_for_a_while(&monitor, "text/plain").await;
    let head = metrics.total("http_request_duration_seconds_sum");
    assert!(head <= waited, "{head} s, and the client waited {waited} s");
    let lifetime = metrics.total("http_response_duration_seconds_sum");
    assert!(lifetime >= LIFETIME.as_secs_f64(), "{lifetime} s");
    assert_eq!(metrics.total("http_event_stream_duration_seconds_count"), 0.0);
}

#[tokio::test]
async fn lifetimes_are_not_recorded_unless_asked_for() {
    let monitor = monitor();
    let (metrics, _) = stream_for_a_while(&monitor, "text/event-stream").await;
    assert!(!metrics.text.contains("http_response_duration_seconds"));
    assert!(!metrics.text.contains("http_event_stream_duration_seconds"));
}

/// Reads a stream that stays open for at least [`LIFETIME`], and checks that it counts while it does. Besides the metrics: how many seconds the
/// client waited for the first of it.
async fn stream_for_a_while(monitor: &Monitor, content_type: &'static str) -> (Metrics, f64) {
    let (server, mut streams) = serve(monitor, content_type).await;
    let request = "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    let asking = Instant::now();
    let mut connection = send(server.address, request).await;
    let stream = streams.recv().await.unwrap();
    let (start, mut waited) = (Instant::now(), None);
    while start.elapsed() < LIFETIME {
        stream.send(Bytes::from("data: tick\n\n")).unwrap();
        read_to(&mut connection, b"tick").await;
        waited.get_or_insert_with(|| asking.elapsed().as_secs_f64());
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
    (metrics, waited.unwrap())
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

#[cfg(feature = "axum")]
#[tokio::test]
async fn an_event_stream_of_axum_counts_once_at_its_head_and_is_in_flight_until_it_ends() {
    use axum::response::sse::{Event, Sse};
    use axum::{Router, routing::get, serve};

    let monitor = Monitor::builder().registry(prometheus::Registry::new()).response_duration(true).build().unwrap();
    let (sender, mut streams) = unbounded_channel();
    let events = async move || {
        let (events, mut sent) = unbounded_channel::<Event>();
        sender.send(events).unwrap();
        Sse::new(futures_util::stream::poll_fn(move |cx| sent.poll_recv(cx).map(|event| event.map(Ok::<_, Infallible>))))
    };
    let app: Router = Router::new().route("/events", get(events)).layer(monitor.layer());
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async { serve(listener, app).await });

    let mut connection = send(address, "GET /events HTTP/1.1\r\nhost: a\r\n\r\n").await;
    let stream = streams.recv().await.unwrap();
    for tick in 1..=3 {
        stream.send(Event::default().data("tick")).unwrap();
        read_to(&mut connection, b"data: tick\n\n").await;
        let metrics = Metrics::of(&monitor).await;
        let counted = metrics.value(r#"http_requests_total{method="GET",endpoint="/events",status="200"}"#);
        let in_flight = metrics.value(r#"http_requests_in_flight{method="GET",endpoint="/events"}"#);
        assert_eq!((counted, in_flight), (1.0, 1.0), "tick {tick}");
        assert_eq!(metrics.total("http_event_stream_duration_seconds_count"), 0.0);
    }
    drop(stream);
    let metrics = settled(&monitor, 1.0).await;
    assert_eq!(metrics.value(r#"http_response_size_bytes_sum{method="GET",endpoint="/events"}"#), 36.0);
    assert_eq!(metrics.total("http_event_stream_duration_seconds_count"), 1.0);
    assert_eq!(metrics.total("http_responses_incomplete_total"), 0.0);
    assert_eq!(metrics.total("http_requests_total"), 1.0);
    assert!(!metrics.text.contains("http_upgraded"));
}
