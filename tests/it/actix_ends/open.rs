//! Connections that stay open: upgrades, event streams, and what a shutdown finds.

use std::time::{Duration, Instant};

use actix_web::HttpResponse;
use actix_web::web::{self, Bytes, ServiceConfig, get};
use futures_util::{StreamExt, stream};
use tokio::io::AsyncWriteExt;
use tokio::time::{sleep, timeout};
use tower_rum::UpgradeGuard;

use crate::support::actix::ActixServer;
use crate::support::client::{http1, read_to, send};
use crate::support::metrics::Metrics;
use crate::support::watch::{PATIENCE, settled, until};

use super::{monitor, request, serve};

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
