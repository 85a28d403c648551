//! Every way in which a request ends in actix, on real connections: counted once, and nothing left in flight.

use std::fmt;
use std::future::ready;
use std::time::{Duration, Instant};

use actix_web::body::{MessageBody, SizedStream};
use actix_web::dev::{Service, ServiceResponse};
use actix_web::error::{ErrorTooManyRequests, InternalError};
use actix_web::http::{StatusCode, header};
use actix_web::test::{TestRequest, init_service};
use actix_web::web::{self, Bytes, ServiceConfig, get, resource};
use actix_web::{App, HttpResponse, ResponseError};
use futures_util::{StreamExt, stream};
use prometheus::Registry;
use tokio::io::AsyncWriteExt;
use tokio::time::{sleep, timeout};
use tower_rum::{Builder, Monitor, UpgradeGuard};

use crate::support::actix::ActixServer;
use crate::support::client::{http1, http2, read_to, send};
use crate::support::metrics::Metrics;
use crate::support::watch::{PATIENCE, settled, until};

#[tokio::test]
async fn an_error_of_a_middleware_counts_with_the_status_that_it_turns_into() {
    let fail = |app: &mut ServiceConfig| {
        let failing = |path: &str, fail: fn() -> actix_web::Error| {
            resource(path).to(async || "never").wrap_fn(move |_, _| ready(Err::<ServiceResponse, _>(fail())))
        };
        app.service(failing("/429", || ErrorTooManyRequests("slow down")));
        app.service(failing("/451", || Own.into()));
        // Holds its response ready, and gives it away once: whoever looks must not take it from the client.
        app.service(failing("/402", || InternalError::from_response("pay", HttpResponse::PaymentRequired().body("pay")).into()));
    };
    let (monitor, server) = serve(|builder| builder, fail);
    for (path, status, body) in [("/429", 429, "slow down"), ("/451", 451, "own"), ("/402", 402, "pay")] {
        let response = String::from_utf8(http1(server.address, &request("GET", path)).await).unwrap();
        assert!(response.starts_with(&format!("HTTP/1.1 {status} ")) && response.ends_with(body), "{response}");
    }
    let metrics = settled(&monitor, 3.0).await;
    for status in [429, 451, 402] {
        let series = format!(r#"http_requests_total{{method="GET",endpoint="/{status}",status="{status}"}}"#);
        assert_eq!(metrics.value(&series), 1.0);
    }
    assert_eq!(metrics.total("http_errors_total"), 0.0);
    assert_eq!(metrics.total("http_requests_total"), 3.0);
}

/// As compression does with small bodies.
#[tokio::test]
async fn a_middleware_outside_that_takes_bodies_whole_gets_them_whole() {
    let monitor = monitor(|builder| builder);
    let app = init_service(App::new().configure(shapes).wrap(monitor.actix())).await;
    for (path, whole) in [("/full", Some("hello")), ("/empty", Some("")), ("/streamed", None)] {
        let response = app.call(TestRequest::with_uri(path).to_request()).await.unwrap();
        let body = response.into_body().try_into_bytes().ok();
        assert_eq!(body.as_deref(), whole.map(str::as_bytes), "{path}");
    }
    let metrics = settled(&monitor, 3.0).await;
    assert_eq!(metrics.value(r#"http_response_size_bytes_sum{method="GET",endpoint="/full"}"#), 5.0);
    assert_eq!(metrics.total("http_responses_incomplete_total"), 1.0, "the stream, of which nobody took anything");
}

#[tokio::test]
async fn a_panic_counts_as_500_and_the_worker_serves_on() {
    let (monitor, server) = serve(
        |builder| builder,
        |app| {
            app.service(resource("/panic").to(async || -> &'static str { panic!("as asked") }));
            let body = async || {
                let pieces = stream::iter([Ok::<_, actix_web::Error>(Bytes::from("0123456789"))])
                    .chain(stream::once(async { panic!("as asked") }));
                HttpResponse::Ok().streaming(pieces)
            };
            app.service(resource("/panic-in-body").to(body));
        },
    );
    assert!(http1(server.address, &request("GET", "/panic")).await.is_empty());
    http1(server.address, &request("GET", "/panic-in-body")).await;
    let metrics = settled(&monitor, 2.0).await;
    assert_eq!(metrics.value(r#"http_requests_total{method="GET",endpoint="/panic",status="500"}"#), 1.0);
    assert_eq!(metrics.value(r#"http_requests_total{method="GET",endpoint="/panic-in-body",status="200"}"#), 1.0);
    let reason = r#"http_responses_incomplete_total{method="GET",endpoint="/panic-in-body",reason="body_error"}"#;
    assert_eq!(metrics.value(reason), 1.0);
    assert_eq!(metrics.total("http_responses_incomplete_total"), 1.0);
}

#[tokio::test]
async fn a_connection_whose_handler_takes_the_guard_counts_until_it_is_dropped() {
    let echo = async |guard: UpgradeGuard, body: web::Payload| {
        let held = body.inspect(move |_| {
            let _ = &guard;
        });
        HttpResponse::SwitchingProtocols().upgrade("websocket").streaming(held)
    };
    let (monitor, server) = serve(
        |builder| builder,
        move |app| {
            app.route("/chat/{room}", get().to(echo));
            app.route("/refused", get().to(async |_guard: UpgradeGuard| HttpResponse::BadRequest()));
        },
    );
    let request = |path: &str| format!("GET {path} HTTP/1.1\r\nhost: a\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n");
    assert!(http1(server.address, &request("/refused")).await.starts_with(b"HTTP/1.1 400 "));
    let mut connection = send(server.address, &request("/chat/7")).await;
    read_to(&mut connection, b"\r\n\r\n").await;
    let open = r#"http_upgraded_connections{endpoint="/chat/{room}"}"#;
    until(&monitor, "an open connection", |metrics| metrics.get(open) == Some(1.0)).await;
    drop(connection);
    until(&monitor, "its end", |metrics| metrics.get(open) == Some(0.0)).await;
    let metrics = settled(&monitor, 2.0).await;
    assert_eq!(metrics.total("http_upgraded_duration_seconds_count"), 1.0);
    assert_eq!(metrics.total("http_upgraded_connections"), 0.0);
}

#[tokio::test]
async fn a_connection_that_switches_protocols_is_counted_at_its_101_and_still_echoes() {
    let echo = async |body: web::Payload| HttpResponse::SwitchingProtocols().upgrade("websocket").streaming(body);
    let (monitor, server) = serve(
        |builder| builder,
        move |app| {
            app.route("/", get().to(echo));
        },
    );
    let request = "GET / HTTP/1.1\r\nhost: a\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n";
    let mut connection = send(server.address, request).await;
    assert!(read_to(&mut connection, b"\r\n\r\n").await.starts_with(b"HTTP/1.1 101 "));
    for _ in 0..2 {
        connection.write_all(b"ping").await.unwrap();
        read_to(&mut connection, b"ping").await;
        let metrics = settled(&monitor, 1.0).await;
        assert_eq!(metrics.value(r#"http_requests_total{method="GET",endpoint="/",status="101"}"#), 1.0);
        assert_eq!(metrics.value(r#"http_response_size_bytes_sum{method="GET",endpoint="/"}"#), 0.0);
    }
    drop(connection);
    let metrics = settled(&monitor, 1.0).await;
    assert_eq!(metrics.total("http_responses_incomplete_total"), 0.0);
}

#[tokio::test]
async fn the_time_of_an_event_stream_is_apart_from_that_of_responses() {
    let events = async || {
        let pieces = stream::once(async { Ok::<_, actix_web::Error>(Bytes::from("data: 1\n\n")) }).chain(stream::once(async {
            sleep(Duration::from_millis(150)).await;
            Ok(Bytes::from("data: 2\n\n"))
        }));
        HttpResponse::Ok().content_type("text/event-stream").streaming(pieces)
    };
    let app = move |app: &mut ServiceConfig| {
        app.route("/events", get().to(events)).route("/page", get().to(async || "page"));
    };
    let (monitor, server) = serve(|builder| builder.response_duration(true), app);
    let start = Instant::now();
    let mut events = send(server.address, &request("GET", "/events")).await;
    read_to(&mut events, b"data: 1").await;
    let first = start.elapsed().as_secs_f64();
    read_to(&mut events, b"data: 2").await;
    http1(server.address, &request("GET", "/page")).await;
    let metrics = settled(&monitor, 2.0).await;
    let of = |family: &str, part: &str, path: &str| {
        metrics.get(&format!(r#"{family}_{part}{{method="GET",endpoint="{path}",status="200"}}"#))
    };
    assert!(of("http_event_stream_duration_seconds", "sum", "/events").unwrap() >= 0.15);
    assert!(of("http_request_duration_seconds", "sum", "/events").unwrap() <= first, "within what the client waited");
    assert_eq!(of("http_response_duration_seconds", "count", "/events"), None);
    assert_eq!(of("http_response_duration_seconds", "count", "/page"), Some(1.0));
    assert_eq!(of("http_event_stream_duration_seconds", "count", "/page"), None);
}

#[tokio::test]
async fn http2_responses_end_complete() {
    let (monitor, server) = serve(|builder| builder, shapes);
    for &(path, bytes) in SHAPES {
        let response = http2(server.address, http::Method::GET, path).await;
        assert_eq!((response.data.len(), response.reset), (bytes, None), "{path}");
    }
    let metrics = settled(&monitor, SHAPES.len() as f64).await;
    assert_whole(&metrics);
}

#[tokio::test]
async fn http1_responses_end_complete_and_bodies_change_by_no_byte() {
    let (monitor, server) = serve(|builder| builder, shapes);
    let bare = ActixServer::bare(shapes);
    for (method, path) in SHAPES.iter().flat_map(|(path, _)| [("GET", path), ("HEAD", path)]) {
        let ours = undated(&http1(server.address, &request(method, path)).await);
        assert_eq!(ours, undated(&http1(bare.address, &request(method, path)).await), "{method} {path}");
    }
    let metrics = settled(&monitor, 2.0 * SHAPES.len() as f64).await;
    assert_whole(&metrics);
    for (path, _) in SHAPES {
        let head = format!(r#"http_response_size_bytes_sum{{method="HEAD",endpoint="{path}"}}"#);
        assert_eq!(metrics.value(&head), 0.0);
    }
}

#[tokio::test]
async fn a_client_that_closes_its_half_is_answered_by_default_and_gone_where_the_server_says_so() {
    let slow = |app: &mut ServiceConfig| {
        let answer = async || {
            sleep(Duration::from_millis(100)).await;
            "late"
        };
        app.route("/", get().to(answer));
    };
    for (allowed, status) in [(true, "200"), (false, "499")] {
        let monitor = monitor(|builder| builder);
        let server = ActixServer::with_half_closed(&monitor, slow, allowed);
        let mut connection = send(server.address, &request("GET", "/")).await;
        until(&monitor, "arrival", |metrics| metrics.total("http_requests_in_flight") == 1.0).await;
        connection.shutdown().await.unwrap();
        let metrics = settled(&monitor, 1.0).await;
        assert_eq!(metrics.value(&format!(r#"http_requests_total{{method="GET",endpoint="/",status="{status}"}}"#)), 1.0);
    }
}

#[tokio::test]
async fn a_graceful_shutdown_counts_open_streams_as_complete_and_a_sudden_one_as_incomplete() {
    const STREAMS: usize = 10;
    for (graceful, gone) in [(true, 0.0), (false, STREAMS as f64)] {
        let (end, ended) = tokio::sync::watch::channel(false);
        let open = move |app: &mut ServiceConfig| {
            let ended = ended.clone();
            let answer = move || {
                let mut ended = ended.clone();
                async move {
                    let first = stream::once(async { Ok::<_, actix_web::Error>(Bytes::from("first")) });
                    let last = stream::once(async move {
                        let _ = ended.wait_for(|ended| *ended).await;
                        Ok(Bytes::from("last"))
                    });
                    HttpResponse::Ok().streaming(first.chain(last))
                }
            };
            app.route("/", get().to(answer));
        };
        let (monitor, server) = serve(|builder| builder, open);
        let mut clients = Vec::new();
        for _ in 0..STREAMS {
            let mut client = send(server.address, &request("GET", "/")).await;
            read_to(&mut client, b"first").await;
            clients.push(client);
        }
        assert_eq!(Metrics::of(&monitor).await.total("http_requests_in_flight"), STREAMS as f64);
        let stopped = server.stop(graceful);
        if graceful {
            end.send_replace(true);
        }
        timeout(PATIENCE, stopped).await.unwrap();
        let metrics = settled(&monitor, STREAMS as f64).await;
        assert_eq!(metrics.total("http_requests_total"), STREAMS as f64);
        assert_eq!(metrics.total("http_responses_incomplete_total"), gone, "graceful: {graceful}");
    }
}

/// A path, and the body bytes of its answer to a GET.
const SHAPES: &[(&str, usize)] = &[
    ("/full", 5),
    ("/large", LARGE),
    ("/empty", 0),
    ("/finished", 0),
    ("/no-content", 0),
    ("/not-modified", 0),
    ("/streamed", 30),
    ("/known-length", 30),
    ("/declared-length", 30),
    ("/empty-stream", 0),
    ("/error", 6),
];
/// More than a socket and a buffer of the server's take at once.
const LARGE: usize = 1_000_000;

fn shapes(app: &mut ServiceConfig) {
    fn thirty() -> impl futures_util::Stream<Item = Result<Bytes, actix_web::Error>> {
        stream::iter(["0123456789"; 3].map(|piece| Ok::<_, actix_web::Error>(Bytes::from(piece))))
    }
    let shape = |path, answer: fn() -> HttpResponse| resource(path).to(move || ready(answer()));
    app.service(shape("/full", || HttpResponse::Ok().content_type("text/html").body("hello")));
    app.service(shape("/large", || HttpResponse::Ok().body(vec![b'x'; LARGE])));
    app.service(shape("/empty", || HttpResponse::Ok().body("")));
    app.service(shape("/finished", || HttpResponse::Ok().finish()));
    app.service(shape("/no-content", || HttpResponse::NoContent().finish()));
    app.service(shape("/not-modified", || HttpResponse::NotModified().insert_header((header::ETAG, "\"1\"")).finish()));
    app.service(shape("/streamed", || HttpResponse::Ok().streaming(thirty())));
    app.service(shape("/known-length", || HttpResponse::Ok().body(SizedStream::new(30, thirty()))));
    app.service(shape("/declared-length", || HttpResponse::Ok().no_chunking(30).streaming(thirty())));
    app.service(shape("/empty-stream", || HttpResponse::Ok().streaming(stream::empty::<Result<Bytes, actix_web::Error>>())));
    app.service(shape("/error", || HttpResponse::InternalServerError().body("sorry\n")));
}

#[track_caller]
fn assert_whole(metrics: &Metrics) {
    assert_eq!(metrics.total("http_responses_incomplete_total"), 0.0);
    for (path, bytes) in SHAPES {
        let of = |part| metrics.value(&format!(r#"http_response_size_bytes_{part}{{method="GET",endpoint="{path}"}}"#));
        assert_eq!((of("count"), of("sum")), (1.0, *bytes as f64), "{path}");
    }
}

/// A response without what differs from one second or one monitor to the next.
fn undated(response: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(response);
    let line = |line: &str| !line.starts_with("date: ") && !line.starts_with("server-timing: ");
    let mut lines: Vec<String> = text.split("\r\n").filter(|text| line(text)).map(str::to_owned).collect();
    // actix writes fields in the order of a map's hashes.
    if let Some(end) = lines.iter().position(String::is_empty) {
        lines[..end].sort();
    }
    lines
}

fn request(method: &str, path: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
}

fn serve(
    settings: impl FnOnce(Builder) -> Builder,
    app: impl Fn(&mut ServiceConfig) + Clone + Send + 'static,
) -> (Monitor, ActixServer) {
    let monitor = monitor(settings);
    let server = ActixServer::start(&monitor, app);
    (monitor, server)
}

fn monitor(settings: impl FnOnce(Builder) -> Builder) -> Monitor {
    settings(Monitor::builder().registry(Registry::new())).build().unwrap()
}

#[derive(Debug)]
struct Own;

impl fmt::Display for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("own")
    }
}

impl ResponseError for Own {
    fn status_code(&self) -> StatusCode {
        StatusCode::UNAVAILABLE_FOR_LEGAL_REASONS
    }
}
