//! A WebSocket of an axum application on a real connection: one request at the head, then a connection for as long as the handler has its guard.

use std::net::SocketAddr;

use axum::extract::ws::{WebSocket, WebSocketUpgrade};
use axum::response::Response;
use axum::routing::any;
use axum::{Router, serve};
use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use http::{Request, StatusCode};
use http_body_util::{Empty, Full};
use hyper::ext::Protocol;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::protocol::Role;
use tokio_tungstenite::{WebSocketStream, client_async};
use tower_rum::{Monitor, UpgradeGuard};

use crate::support::metrics::Metrics;
use crate::support::watch::until;

#[tokio::test]
async fn a_websocket_counts_once_at_its_101_and_then_as_a_connection_until_it_closes() {
    let (monitor, address) = start().await;
    let mut socket = connect(address, "/echo").await.unwrap();
    echo(&mut socket).await;
    let open = open(&monitor, 1.0).await;
    assert_eq!(open.value(r#"http_upgraded_connections{endpoint="/echo"}"#), 1.0);
    assert_counted_at_its_head(&open, "GET", "101");
    echo(&mut socket).await;
    socket.close(None).await.unwrap();
    let closed = ended(&monitor, 1.0).await;
    assert_eq!(closed.value(r#"http_upgraded_duration_seconds_count{endpoint="/echo"}"#), 1.0);
    assert_counted_at_its_head(&closed, "GET", "101");
}

#[tokio::test]
async fn a_websocket_over_http2_counts_as_one_over_http1_does() {
    let (monitor, address) = start().await;
    let io = TokioIo::new(TcpStream::connect(address).await.unwrap());
    let (mut requests, connection) = hyper::client::conn::http2::handshake(TokioExecutor::new(), io).await.unwrap();
    tokio::spawn(connection);
    // The server's settings, without which there are no extended CONNECTs, come with its first response.
    let first = Request::get(format!("http://{address}/nothing")).body(Empty::<Bytes>::new()).unwrap();
    assert_eq!(requests.send_request(first).await.unwrap().status(), StatusCode::NOT_FOUND);
    let request = Request::connect(format!("http://{address}/echo"))
        .extension(Protocol::from_static("websocket"))
        .header("sec-websocket-version", "13")
        .body(Empty::new())
        .unwrap();
    let response = requests.send_request(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let stream = TokioIo::new(hyper::upgrade::on(response).await.unwrap());
    let mut socket = WebSocketStream::from_raw_socket(stream, Role::Client, None).await;
    echo(&mut socket).await;
    let open = open(&monitor, 1.0).await;
    assert_eq!(open.value(r#"http_upgraded_connections{endpoint="/echo"}"#), 1.0);
    assert_eq!(open.value(r#"http_requests_total{method="CONNECT",endpoint="/echo",status="200"}"#), 1.0);
    assert_eq!(open.total("http_requests_in_flight"), 0.0);
    drop(socket);
    ended(&monitor, 1.0).await;
}

#[tokio::test]
async fn a_websocket_whose_client_breaks_off_ends() {
    let (monitor, address) = start().await;
    let mut socket = connect(address, "/echo").await.unwrap();
    echo(&mut socket).await;
    open(&monitor, 1.0).await;
    drop(socket);
    ended(&monitor, 1.0).await;
}

#[tokio::test]
async fn without_a_guard_there_is_the_101_alone() {
    let (monitor, address) = start().await;
    let mut socket = connect(address, "/unguarded").await.unwrap();
    echo(&mut socket).await;
    let metrics = until(&monitor, "a 101", |metrics| metrics.total("http_requests_total") == 1.0).await;
    assert!(!metrics.text.contains("http_upgraded"));
    socket.close(None).await.unwrap();
    while socket.next().await.is_some_and(|message| message.is_ok()) {}
    assert!(!Metrics::of(&monitor).await.text.contains("http_upgraded"));
}

#[tokio::test]
async fn a_websocket_that_the_handler_refuses_is_no_connection() {
    let (monitor, address) = start().await;
    let Err(Error::Http(refusal)) = connect(address, "/refused").await else { panic!("it was to be refused") };
    assert_eq!(refusal.status(), StatusCode::FORBIDDEN);
    let metrics = until(&monitor, "a 403", |metrics| metrics.total("http_requests_total") == 1.0).await;
    assert_eq!(metrics.value(r#"http_requests_total{method="GET",endpoint="/refused",status="403"}"#), 1.0);
    assert!(!metrics.text.contains("http_upgraded"));
}

#[tokio::test]
async fn the_extractor_costs_no_request_where_there_is_no_guard() {
    let address = listen(Router::new().route("/echo", any(guarded))).await;
    echo(&mut connect(address, "/echo").await.unwrap()).await;
    let plain = tower::ServiceExt::oneshot(
        Router::new().route("/", any(async |guard: UpgradeGuard| drop(guard))),
        Request::new(Full::<Bytes>::default()),
    );
    assert_eq!(plain.await.unwrap().status(), StatusCode::OK);
}

async fn start() -> (Monitor, SocketAddr) {
    let monitor = Monitor::builder().registry(prometheus::Registry::new()).build().unwrap();
    let app = Router::new()
        .route("/echo", any(guarded))
        .route("/unguarded", any(async |upgrade: WebSocketUpgrade| upgrade.on_upgrade(answer)))
        .route("/refused", any(async |guard: UpgradeGuard, _: WebSocketUpgrade| (StatusCode::FORBIDDEN, drop(guard)).0))
        .layer(monitor.layer());
    (monitor, listen(app).await)
}

async fn listen(app: Router) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async { serve(listener, app).await });
    address
}

async fn guarded(upgrade: WebSocketUpgrade, guard: UpgradeGuard) -> Response {
    upgrade.on_upgrade(async move |socket| {
        let _guard = guard;
        answer(socket).await;
    })
}

async fn answer(mut socket: WebSocket) {
    while let Some(Ok(message)) = socket.recv().await {
        if socket.send(message).await.is_err() {
            break;
        }
    }
}

async fn connect(address: SocketAddr, path: &str) -> Result<WebSocketStream<TcpStream>, Error> {
    let stream = TcpStream::connect(address).await.unwrap();
    client_async(format!("ws://{address}{path}"), stream).await.map(|(socket, _)| socket)
}

async fn echo<S: AsyncRead + AsyncWrite + Unpin>(socket: &mut WebSocketStream<S>) {
    socket.send("ping".into()).await.unwrap();
    assert_eq!(socket.next().await.unwrap().unwrap().into_text().unwrap(), "ping");
}

async fn open(monitor: &Monitor, connections: f64) -> Metrics {
    until(monitor, "open connections", |metrics| metrics.total("http_upgraded_connections") == connections).await
}

async fn ended(monitor: &Monitor, connections: f64) -> Metrics {
    let all = move |metrics: &Metrics| metrics.total("http_upgraded_duration_seconds_count") == connections;
    let metrics = until(monitor, "the end of connections", all).await;
    assert_eq!(metrics.total("http_upgraded_connections"), 0.0);
    metrics
}

#[track_caller]
fn assert_counted_at_its_head(metrics: &Metrics, method: &str, status: &str) {
    let series = format!(r#"http_requests_total{{method="{method}",endpoint="/echo",status="{status}"}}"#);
    assert_eq!(metrics.value(&series), 1.0);
    assert_eq!(metrics.total("http_requests_total"), 1.0);
    assert_eq!(metrics.total("http_requests_in_flight"), 0.0);
    assert_eq!(metrics.total("http_responses_incomplete_total"), 0.0);
}
