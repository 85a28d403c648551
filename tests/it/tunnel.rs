//! A proxy that answers `CONNECT` with a tunnel: one request at the head, then a connection for as long as the tunnel lasts.

use std::convert::Infallible;
use std::net::SocketAddr;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tower::{Layer, service_fn};
use tower_rum::{Monitor, UpgradeGuard};

use crate::support::client::{http2_connection, read_to, send};
use crate::support::metrics::Metrics;
use crate::support::server::Server;
use crate::support::watch::{by_path, settled, until};

#[tokio::test]
async fn an_http1_tunnel_counts_until_it_is_closed() {
    let (monitor, proxy, backend) = start().await;
    let mut connection = send(proxy.address, &format!("CONNECT {backend} HTTP/1.1\r\nhost: {backend}\r\n\r\n")).await;
    assert!(read_to(&mut connection, b"\r\n\r\n").await.starts_with(b"HTTP/1.1 200 "));
    connection.write_all(b"ping").await.unwrap();
    let mut answer = [0; 4];
    connection.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"ping");
    assert_open(&monitor).await;
    drop(connection);
    assert_ended(&monitor).await;
}

#[tokio::test]
async fn an_http2_tunnel_counts_until_it_is_closed() {
    let (monitor, proxy, backend) = start().await;
    let mut requests = http2_connection(proxy.address).await;
    let request = Request::connect(backend.to_string()).body(()).unwrap();
    let (response, mut stream) = requests.send_request(request, false).unwrap();
    let mut body = response.await.unwrap().into_body();
    stream.send_data(Bytes::from("ping"), false).unwrap();
    assert_eq!(body.data().await.unwrap().unwrap(), "ping");
    assert_open(&monitor).await;
    stream.send_data(Bytes::new(), true).unwrap();
    assert_ended(&monitor).await;
}

#[tokio::test]
async fn a_tunnel_to_nowhere_is_a_refused_request_and_no_connection() {
    let (monitor, proxy, _) = start().await;
    let mut connection = send(proxy.address, "CONNECT nowhere HTTP/1.1\r\nhost: nowhere\r\n\r\n").await;
    assert!(read_to(&mut connection, b"\r\n\r\n").await.starts_with(b"HTTP/1.1 502 "));
    let metrics = settled(&monitor, 1.0).await;
    assert_eq!(metrics.value(r#"http_requests_total{method="CONNECT",endpoint="tunnel",status="502"}"#), 1.0);
    assert!(!metrics.text.contains("http_upgraded"));
}

/// A proxy, and a server that sends back what it gets.
async fn start() -> (Monitor, Server, SocketAddr) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let backend = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (mut from, mut to) = stream.split();
            let _ = tokio::io::copy(&mut from, &mut to).await;
        }
    });
    let monitor = by_path().endpoint(|_| Some("tunnel".into())).build().unwrap();
    let proxy = Server::start(monitor.layer().layer(service_fn(tunnel))).await;
    (monitor, proxy, backend)
}

async fn tunnel(request: Request<Incoming>) -> Result<Response<Empty<Bytes>>, Infallible> {
    let guard = UpgradeGuard::take(request.extensions());
    let mut response = Response::new(Empty::new());
    let backend = request.uri().authority().and_then(|authority| authority.as_str().parse::<SocketAddr>().ok());
    let Some(backend) = backend else {
        *response.status_mut() = StatusCode::BAD_GATEWAY;
        return Ok(response);
    };
    tokio::spawn(async move {
        let _guard = guard;
        let mut client = TokioIo::new(hyper::upgrade::on(request).await.unwrap());
        let mut server = TcpStream::connect(backend).await.unwrap();
        let _ = copy_bidirectional(&mut client, &mut server).await;
    });
    Ok(response)
}

async fn assert_open(monitor: &Monitor) {
    let metrics = until(monitor, "an open tunnel", |metrics| metrics.total("http_upgraded_connections") == 1.0).await;
    assert_eq!(metrics.value(r#"http_upgraded_connections{endpoint="tunnel"}"#), 1.0);
    assert_counted_at_its_head(&metrics);
}

async fn assert_ended(monitor: &Monitor) {
    let ended = |metrics: &Metrics| metrics.total("http_upgraded_duration_seconds_count") == 1.0;
    let metrics = until(monitor, "the end of the tunnel", ended).await;
    assert_eq!(metrics.value(r#"http_upgraded_connections{endpoint="tunnel"}"#), 0.0);
    assert_counted_at_its_head(&metrics);
}

#[track_caller]
fn assert_counted_at_its_head(metrics: &Metrics) {
    assert_eq!(metrics.value(r#"http_requests_total{method="CONNECT",endpoint="tunnel",status="200"}"#), 1.0);
    assert_eq!(metrics.total("http_requests_total"), 1.0);
    assert_eq!(metrics.total("http_requests_in_flight"), 0.0);
}
