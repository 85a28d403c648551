//! An axum application that shuts down with every event stream and WebSocket open loses none of them.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use axum::{Router, serve};
use futures_util::{StreamExt, stream};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_tungstenite::{WebSocketStream, client_async};
use tower_rum::{Monitor, UpgradeGuard};

use crate::support::client::{read_to, send};
use crate::support::metrics::Metrics;
use crate::support::watch::{PATIENCE, until};

const EACH: usize = 10;

#[tokio::test]
async fn a_graceful_shutdown_counts_every_stream_and_every_websocket_as_complete() {
    let app = start().await;
    let (streams, sockets) = app.open_all().await;

    app.shut_down.send_replace(true);
    let mut serving = app.serving;
    assert!(timeout(Duration::from_millis(20), &mut serving).await.is_err(), "streams are open");
    assert_counted(&Metrics::of(&app.monitor).await, EACH);
    app.let_go.send_replace(true);
    timeout(PATIENCE, serving).await.unwrap().unwrap();
    let streams_over = Metrics::of(&app.monitor).await;
    assert_eq!(streams_over.total("http_requests_in_flight"), 0.0);
    // axum waits for its connections; WebSockets are the application's own tasks.
    let over = until(&app.monitor, "the end of WebSockets", |metrics| metrics.total("http_upgraded_connections") == 0.0).await;
    assert_counted(&over, 0);
    assert_eq!(over.total("http_responses_incomplete_total"), 0.0);
    drop((streams, sockets));
}

#[test]
fn a_runtime_that_ends_ends_every_stream_and_every_websocket() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (app, clients) = runtime.block_on(async {
        let app = start().await;
        let clients = app.open_all().await;
        (app, clients)
    });
    drop(runtime);

    let after = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let metrics = after.block_on(Metrics::of(&app.monitor));
    assert_counted(&metrics, 0);
    assert_eq!(
        metrics.value(r#"http_responses_incomplete_total{method="GET",endpoint="/events",reason="client_gone"}"#),
        EACH as f64
    );
    assert_eq!(metrics.total("http_responses_incomplete_total"), EACH as f64);
    drop(clients);
}

struct App {
    monitor: Monitor,
    address: SocketAddr,
    shut_down: watch::Sender<bool>,
    /// Streams and sockets may end.
    let_go: watch::Sender<bool>,
    serving: JoinHandle<()>,
}

impl App {
    async fn open_all(&self) -> (Vec<TcpStream>, Vec<WebSocketStream<TcpStream>>) {
        let (mut streams, mut sockets) = (Vec::new(), Vec::new());
        for _ in 0..EACH {
            let mut stream = send(self.address, "GET /events HTTP/1.1\r\nhost: a\r\n\r\n").await;
            read_to(&mut stream, b"first").await;
            streams.push(stream);
            let stream = TcpStream::connect(self.address).await.unwrap();
            let (mut socket, _) = client_async(format!("ws://{}/chat", self.address), stream).await.unwrap();
            assert_eq!(socket.next().await.unwrap().unwrap().into_text().unwrap(), "first");
            sockets.push(socket);
        }
        assert_counted(&Metrics::of(&self.monitor).await, EACH);
        (streams, sockets)
    }
}

async fn start() -> App {
    let monitor = Monitor::builder().registry(prometheus::Registry::new()).build().unwrap();
    let (shut_down, let_go) = (watch::Sender::new(false), watch::Sender::new(false));
    let app = Router::new()
        .route("/events", get(events))
        .route("/chat", any(chat))
        .layer(monitor.layer())
        .with_state(let_go.subscribe());
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let told = on(shut_down.subscribe());
    let serving = tokio::spawn(async { serve(listener, app).with_graceful_shutdown(told).await.unwrap() });
    App { monitor, address, shut_down, let_go, serving }
}

async fn events(State(let_go): State<watch::Receiver<bool>>) -> impl IntoResponse {
    let first = stream::iter([Ok::<_, Infallible>(Event::default().data("first"))]);
    Sse::new(first.chain(stream::pending()).take_until(Box::pin(on(let_go))))
}

async fn chat(State(let_go): State<watch::Receiver<bool>>, upgrade: WebSocketUpgrade, guard: UpgradeGuard) -> Response {
    upgrade.on_upgrade(async move |mut socket| {
        let _guard = guard;
        socket.send("first".into()).await.unwrap();
        on(let_go).await;
    })
}

async fn on(mut told: watch::Receiver<bool>) {
    let _ = told.wait_for(|&told| told).await;
}

/// All requests at their heads; so many streams and as many sockets are open, and the rest has ended.
#[track_caller]
fn assert_counted(metrics: &Metrics, open: usize) {
    let (open, over, each) = (open as f64, (EACH - open) as f64, EACH as f64);
    assert_eq!(metrics.value(r#"http_requests_total{method="GET",endpoint="/events",status="200"}"#), each);
    assert_eq!(metrics.value(r#"http_requests_total{method="GET",endpoint="/chat",status="101"}"#), each);
    assert_eq!(metrics.total("http_requests_total"), 2.0 * each);
    assert_eq!(metrics.total("http_requests_in_flight"), open);
    assert_eq!(metrics.value(r#"http_response_size_bytes_count{method="GET",endpoint="/events"}"#), over);
    assert_eq!(metrics.value(r#"http_upgraded_connections{endpoint="/chat"}"#), open);
    assert_eq!(metrics.value(r#"http_upgraded_duration_seconds_count{endpoint="/chat"}"#), over);
}
