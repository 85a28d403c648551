//! How much a sender may ask of the ingest: bytes, time, beacons a second.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::{Buf, Bytes};
use futures_util::stream;
use http::{Request, Response};
use http_body::Frame;
use http_body_util::{BodyExt, Empty, Full, StreamBody};
use prometheus::Registry;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tower::{Layer, ServiceExt, service_fn};
use tower_rum::{Builder, Monitor};

use crate::support::body::Scripted;
use crate::support::change::{moved, only};
use crate::support::metrics::Metrics;
use crate::support::mount::{Answer, Body, FORM, JSON, Mount};
use crate::support::server::{Served, Server};
use crate::support::wire;

const PATHS: [&str; 3] = ["/log-page-load", "/log-interaction", "/log-user-error"];
const MOST: usize = 64 * 1024;

#[tokio::test]
async fn a_body_over_64_kib_is_413_by_the_bytes_read_whatever_is_declared() {
    let monitor = monitor(|builder| builder);
    for mount in Mount::in_process(&monitor) {
        for path in PATHS {
            for body in [|| whole(MOST + 1), || chunked(MOST + 1), || chunked(10 * MOST)] {
                for declared in [None, Some("10"), Some("99999999")] {
                    let mut request = Request::post(path).header("content-type", JSON);
                    if let Some(length) = declared {
                        request = request.header("content-length", length);
                    }
                    let before = Metrics::of(&monitor).await;
                    let answer = mount.ask(request.body(body()).unwrap()).await;
                    refused(&monitor, &before, &answer, 413, "too_large").await;
                }
            }
        }
    }
}

#[tokio::test]
async fn a_body_of_exactly_64_kib_is_taken() {
    let monitor = monitor(|builder| builder);
    for mount in Mount::all(&monitor) {
        for body in [|| whole(MOST), || chunked(MOST)] {
            let request = Request::post("/log-interaction").header("content-type", JSON);
            assert_eq!(mount.ask(request.body(body()).unwrap()).await.status, 204, "{}", mount.name);
        }
    }
}

#[tokio::test]
async fn a_body_in_many_pieces_does_not_keep_each_of_their_buffers() {
    /// A piece of one byte out of a server's much larger read buffer.
    struct Buffer {
        _alive: Arc<()>,
    }
    impl AsRef<[u8]> for Buffer {
        fn as_ref(&self) -> &[u8] {
            b" "
        }
    }
    let monitor = monitor(|builder| builder);
    for mount in Mount::in_process(&monitor) {
        let alive = Arc::new(());
        let most = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&most);
        let pieces = (0..10_000).map(move |_| {
            seen.fetch_max(Arc::strong_count(&alive), Ordering::Relaxed);
            Ok::<_, Infallible>(Frame::data(Bytes::from_owner(Buffer { _alive: Arc::clone(&alive) })))
        });
        let body = BodyExt::boxed(StreamBody::new(stream::iter(pieces)));
        let request = Request::post("/log-interaction").header("content-type", JSON);
        assert_eq!(mount.ask(request.body(body).unwrap()).await.status, 400);
        let most = most.load(Ordering::Relaxed);
        assert!(most < 10, "{most} buffers at one time, {}", mount.name);
    }
}

#[tokio::test]
async fn a_body_of_one_piece_in_two_parts_is_read_to_its_end() {
    let monitor = monitor(|builder| builder);
    let not_ours = service_fn(async |_| Ok::<_, Infallible>(Response::new(Empty::<Bytes>::new())));
    let parts = Buf::chain(Bytes::from(r#"{"type":"#), Bytes::from(r#""click"}"#));
    let request = Request::post("/log-interaction").header("content-type", JSON).body(Full::new(parts)).unwrap();
    let answer = monitor.routes_layer().layer(not_ours).oneshot(request).await.unwrap();
    assert_eq!(answer.status(), 204);
}

#[tokio::test]
async fn a_body_that_pauses_between_its_pieces_is_read_to_its_end() {
    let monitor = monitor(|builder| builder);
    for mount in Mount::all(&monitor) {
        let body = Scripted::new().pause().data(r#"{"type":"#).pause().data(r#""click"}"#).pause();
        let body = BodyExt::boxed(body.map_err(|error| -> Infallible { unreachable!("{error}") }));
        let request = Request::post("/log-interaction").header("content-type", JSON);
        assert_eq!(mount.ask(request.body(body).unwrap()).await.status, 204, "{}", mount.name);
    }
}

#[tokio::test]
async fn a_chunked_body_over_64_kib_is_413_on_a_real_connection() {
    let monitor = monitor(|builder| builder);
    let chunk = format!("1000\r\n{}\r\n", " ".repeat(4096));
    for (server, (chunks, status)) in serve(&monitor).await.iter().flat_map(|server| [(server, (15, 204)), (server, (17, 413))]) {
        let before = Metrics::of(&monitor).await;
        let head = head("/log-interaction", "Transfer-Encoding: chunked");
        let last = "10\r\n{\"type\":\"click\"}\r\n0\r\n\r\n";
        let answer = wire::exchange(server.address, format!("{head}{}{last}", chunk.repeat(chunks))).await;
        assert_eq!(wire::status(&answer), status);
        if status == 413 {
            let moved = moved(&before, &Metrics::of(&monitor).await);
            assert_eq!(moved, only([(r#"rum_rejected_total{reason="too_large"}"#, 1.0)]));
        }
    }
}

#[tokio::test]
async fn a_declared_length_over_64_kib_is_413_before_a_byte_of_it_is_sent() {
    let monitor = monitor(|builder| builder);
    for server in serve(&monitor).await {
        let before = Metrics::of(&monitor).await;
        for path in PATHS {
            let answer = wire::exchange(server.address, head(path, "Content-Length: 65537")).await;
            assert_eq!(wire::status(&answer), 413);
        }
        let moved = moved(&before, &Metrics::of(&monitor).await);
        assert_eq!(moved, only([(r#"rum_rejected_total{reason="too_large"}"#, 3.0)]));
    }
}

#[tokio::test]
async fn a_body_that_does_not_arrive_in_time_is_408() {
    let monitor = monitor(|builder| builder.body_timeout(Duration::from_millis(50)));
    for (server, path) in serve(&monitor).await.iter().flat_map(|server| PATHS.map(|path| (server, path))) {
        let before = Metrics::of(&monitor).await;
        let answer = wire::exchange(server.address, head(path, "Content-Length: 16") + "{\"ty").await;
        assert_eq!(wire::status(&answer), 408, "{path}");
        assert!(answer.ends_with("\r\n\r\nthe body did not arrive in time\n"), "{answer}");
        let moved = moved(&before, &Metrics::of(&monitor).await);
        assert_eq!(moved, only([(r#"rum_rejected_total{reason="timeout"}"#, 1.0)]), "{path}");
    }
}

#[tokio::test]
async fn the_time_is_for_the_whole_body_so_a_byte_now_and_then_does_not_buy_more() {
    let monitor = monitor(|builder| builder.body_timeout(Duration::from_millis(100)));
    for server in serve(&monitor).await {
        let mut stream = tokio::net::TcpStream::connect(server.address).await.unwrap();
        stream.write_all(head("/log-interaction", "Content-Length: 60000").as_bytes()).await.unwrap();
        let mut beat = tokio::time::interval(Duration::from_millis(5));
        let mut answer = [0; 12];
        let mut beats = 0;
        loop {
            tokio::select! {
                read = stream.read_exact(&mut answer) => {
                    read.unwrap();
                    break;
                }
                _ = beat.tick() => beats += 1,
            }
            assert!(beats < 4_000, "still waiting after 20 s");
            let _ = stream.write_all(b" ").await;
        }
        assert_eq!(wire::status(std::str::from_utf8(&answer).unwrap()), 408);
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_is_refused_and_not_recorded() {
    let monitor = monitor(|builder| builder);
    for mount in Mount::all(&monitor) {
        let before = Metrics::of(&monitor).await;
        let answer = mount.post("/log-page-load", FORM, "load_time=").await;
        refused(&monitor, &before, &answer, 400, "malformed").await;
    }
    for server in serve(&monitor).await {
        let mut stream = tokio::net::TcpStream::connect(server.address).await.unwrap();
        let beacon = head("/log-interaction", "Content-Length: 16") + "{\"type\":";
        stream.write_all(beacon.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        wire::read(&mut stream).await;
    }
    assert_eq!(Metrics::of(&monitor).await.total("rum_events_total"), 0.0);
}

#[tokio::test]
async fn past_the_rate_a_beacon_is_429_with_when_to_come_back() {
    for path in PATHS {
        let monitor = monitor(|builder| builder.beacons_per_second(1));
        for mount in Mount::all(&monitor) {
            let (before, answer) = loop {
                let before = Metrics::of(&monitor).await;
                let answer = mount.post(path, FORM, "").await;
                if answer.status == 429 {
                    break (before, answer);
                }
            };
            assert_eq!(answer.header("retry-after"), Some("1"));
            refused(&monitor, &before, &answer, 429, "rate").await;
        }
    }
}

#[tokio::test]
async fn beacons_of_foreign_origins_do_not_use_up_the_rate() {
    let monitor = monitor(|builder| builder.beacons_per_second(1));
    let mount = Mount::tower(&monitor);
    for _ in 0..10 {
        let request = Request::post("/log-user-error").header("sec-fetch-site", "cross-site");
        assert_eq!(mount.ask(request.body(Full::default().boxed()).unwrap()).await.status, 403);
    }
    assert_eq!(mount.post("/log-user-error", "", "").await.status, 204);
}

async fn refused(monitor: &Monitor, before: &Metrics, answer: &Answer, status: u16, reason: &str) {
    assert_eq!((answer.status, answer.text.lines().count()), (status, 1), "{}", answer.text);
    let moved = moved(before, &Metrics::of(monitor).await);
    assert_eq!(moved, only([(&format!(r#"rum_rejected_total{{reason="{reason}"}}"#), 1.0)]));
}

/// A click with spaces before it, up to this many bytes.
fn whole(bytes: usize) -> Body {
    Full::new(click(bytes)).boxed()
}

/// The same in pieces, and without a length known before.
fn chunked(bytes: usize) -> Body {
    let click = click(bytes);
    let frames: Vec<_> =
        click.chunks(1000).map(|piece| Ok::<_, Infallible>(Frame::data(Bytes::copy_from_slice(piece)))).collect();
    BodyExt::boxed(StreamBody::new(stream::iter(frames)))
}

fn click(bytes: usize) -> Bytes {
    let click = r#"{"type":"click"}"#;
    (" ".repeat(bytes - click.len()) + click).into()
}

fn head(path: &str, length: &str) -> String {
    format!("POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {JSON}\r\nConnection: close\r\n{length}\r\n\r\n")
}

/// The monitor's routes, served in every way that reads from connections by itself.
async fn serve(monitor: &Monitor) -> Vec<Served> {
    let nothing = service_fn(async |_| Ok::<_, Infallible>(Response::new(Full::<Bytes>::default())));
    vec![
        Server::start(monitor.routes_layer().layer(nothing)).await.into(),
        #[cfg(feature = "actix")]
        {
            let monitor = monitor.clone();
            crate::support::actix::ActixServer::bare(move |app| monitor.actix_routes()(app)).into()
        },
    ]
}

fn monitor(configure: impl Fn(Builder) -> Builder) -> Monitor {
    configure(Monitor::builder().registry(Registry::new())).build().unwrap()
}

#[tokio::test]
async fn beacons_whose_bodies_are_not_there_yet_are_bounded_in_number() {
    let monitor = Monitor::builder().registry(prometheus::Registry::new()).beacons_per_second(100_000).build().unwrap();
    let open = || {
        let never =
            http_body_util::StreamBody::new(futures_util::stream::pending::<Result<http_body::Frame<Bytes>, Infallible>>());
        let request = http::Request::post("/log-interaction").header("content-type", "application/json").body(never).unwrap();
        let nothing =
            tower::service_fn(async |_| Ok::<_, Infallible>(http::Response::new(http_body_util::Empty::<Bytes>::new())));
        Box::pin(tower::ServiceExt::oneshot(tower::Layer::layer(&monitor.routes_layer(), nothing), request))
    };
    let mut waiting: Vec<_> = (0..1_024).map(|_| open()).collect();
    assert!(waiting.iter_mut().all(|beacon| futures_util::FutureExt::now_or_never(beacon).is_none()));
    let refused = futures_util::FutureExt::now_or_never(open()).unwrap().unwrap();
    assert_eq!((refused.status().as_u16(), refused.headers()["retry-after"].as_bytes()), (429, &b"1"[..]));
    drop(waiting.pop());
    assert!(futures_util::FutureExt::now_or_never(open()).is_none(), "a place is free again");
}
