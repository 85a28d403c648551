//! A connection that is handed over: counted at its head, no longer in flight, and still an upgrade that works.

use std::convert::Infallible;

use bytes::Bytes;
use http::header::{CONNECTION, UPGRADE};
use http::{Method, Request, Response, StatusCode};
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy, split};
use tokio::net::TcpStream;
use tower::{Layer, service_fn};
use tower_rum::Monitor;

use crate::support::client::{http2_connection, read_to, send};
use crate::support::metrics::Metrics;
use crate::support::server::Server;
use crate::support::watch::{by_path, settled};

#[tokio::test]
async fn a_switched_connection_is_counted_at_its_101_and_still_echoes() {
    let (monitor, server) = serve().await;
    let request = "GET / HTTP/1.1\r\nhost: a\r\nupgrade: echo\r\nconnection: upgrade\r\n\r\n";
    let mut connection = send(server.address, request).await;
    let head = read_to(&mut connection, b"\r\n\r\n").await;
    assert!(head.starts_with(b"HTTP/1.1 101 "));
    echo(&mut connection).await;
    assert_handed_over(&settled(&monitor, 1.0).await, "GET", "101");
    echo(&mut connection).await;
    drop(connection);
    assert_handed_over(&settled(&monitor, 1.0).await, "GET", "101");
}

#[tokio::test]
async fn an_http1_tunnel_is_counted_at_its_head_and_still_echoes() {
    let (monitor, server) = serve().await;
    let request = "CONNECT a:1 HTTP/1.1\r\nhost: a:1\r\n\r\n";
    let mut connection = send(server.address, request).await;
    let head = read_to(&mut connection, b"\r\n\r\n").await;
    assert!(head.starts_with(b"HTTP/1.1 200 "));
    echo(&mut connection).await;
    assert_handed_over(&settled(&monitor, 1.0).await, "CONNECT", "200");
}

#[tokio::test]
async fn an_http2_tunnel_is_counted_at_its_head_and_still_echoes() {
    let (monitor, server) = serve().await;
    let mut requests = http2_connection(server.address).await;
    let request = Request::connect("a:1").body(()).unwrap();
    let (response, mut stream) = requests.send_request(request, false).unwrap();
    let mut body = response.await.unwrap().into_body();
    for _ in 0..2 {
        stream.send_data(Bytes::from("ping"), false).unwrap();
        assert_eq!(body.data().await.unwrap().unwrap(), "ping");
        assert_handed_over(&settled(&monitor, 1.0).await, "CONNECT", "200");
    }
}

async fn serve() -> (Monitor, Server) {
    let monitor = by_path().endpoint(|_| Some("/echo".into())).response_duration(true).build().unwrap();
    let server = Server::start(monitor.layer().layer(service_fn(hand_over))).await;
    (monitor, server)
}

async fn hand_over(request: Request<Incoming>) -> Result<Response<Empty<Bytes>>, Infallible> {
    let mut response = Response::new(Empty::new());
    if request.method() != Method::CONNECT {
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        response.headers_mut().insert(UPGRADE, "echo".parse().unwrap());
        response.headers_mut().insert(CONNECTION, "upgrade".parse().unwrap());
    }
    tokio::spawn(async {
        let connection = hyper::upgrade::on(request).await.unwrap();
        let (mut from, mut to) = split(TokioIo::new(connection));
        let _ = copy(&mut from, &mut to).await;
    });
    Ok(response)
}

async fn echo(connection: &mut TcpStream) {
    connection.write_all(b"ping").await.unwrap();
    let mut answer = [0; 4];
    connection.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"ping");
}

#[track_caller]
fn assert_handed_over(metrics: &Metrics, method: &str, status: &str) {
    let labels = format!("{{method=\"{method}\",endpoint=\"/echo\",status=\"{status}\"}}");
    assert_eq!(metrics.value(&format!("http_requests_total{labels}")), 1.0);
    assert_eq!(metrics.total("http_requests_total"), 1.0);
    assert_eq!(metrics.total("http_requests_in_flight"), 0.0);
    assert_eq!(metrics.total("http_response_size_bytes_sum"), 0.0);
    assert_eq!(metrics.total("http_responses_incomplete_total"), 0.0);
    assert_eq!(metrics.total("http_response_duration_seconds_count"), 0.0);
    assert!(!metrics.text.contains("http_upgraded"), "its handler took no guard");
}
