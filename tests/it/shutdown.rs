//! A server that shuts down with streams and upgraded connections open leaves nothing in flight and none of them uncounted.

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::time::timeout;
use tower::{Layer, Service, service_fn};
use tower_rum::middleware::ResponseBody;
use tower_rum::{Monitor, UpgradeGuard};

use crate::support::body::{Fed, fed};
use crate::support::client::{read_to, send};
use crate::support::metrics::Metrics;
use crate::support::server::Server;
use crate::support::watch::{PATIENCE, monitor, until};

const STREAMS: usize = 10;

#[tokio::test]
async fn a_graceful_shutdown_lets_open_streams_end_and_counts_them_as_complete() {
    let monitor = monitor();
    let (sender, mut opened) = unbounded_channel();
    let service = streaming(&monitor, sender);
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let shutdown = GracefulShutdown::new();
    let (mut clients, mut streams) = (Vec::new(), Vec::new());
    for _ in 0..STREAMS {
        let client = tokio::spawn(send(address, REQUEST));
        let (stream, _) = listener.accept().await.unwrap();
        let builder = auto::Builder::new(TokioExecutor::new());
        let service = TowerToHyperService::new(service.clone());
        let connection = builder.serve_connection(TokioIo::new(stream), service);
        tokio::spawn(shutdown.watch(connection.into_owned()));
        clients.push(client.await.unwrap());
        streams.push(opened.recv().await.unwrap());
    }
    read_first_chunks(&mut clients).await;
    assert_eq!(in_flight(&monitor).await, STREAMS as f64);

    let mut ended = Box::pin(shutdown.shutdown());
    assert!(timeout(Duration::ZERO, &mut ended).await.is_err(), "streams are open");
    drop(streams);
    timeout(PATIENCE, ended).await.unwrap();
    let metrics = Metrics::of(&monitor).await;
    assert_all_counted(&metrics);
    assert_eq!(metrics.total("http_responses_incomplete_total"), 0.0);
}

#[test]
fn a_runtime_that_ends_with_streams_open_counts_them_as_incomplete() {
    let monitor = monitor();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (clients, streams) = runtime.block_on(async {
        let (sender, mut opened) = unbounded_channel();
        let service = streaming(&monitor, sender);
        // Its connections are tasks that nobody waits for.
        let server = Server::start(service).await;
        let (mut clients, mut streams) = (Vec::new(), Vec::new());
        for _ in 0..STREAMS {
            clients.push(send(server.address, REQUEST).await);
            streams.push(opened.recv().await.unwrap());
        }
        read_first_chunks(&mut clients).await;
        assert_eq!(in_flight(&monitor).await, STREAMS as f64);
        (clients, streams)
    });
    drop(runtime);

    let after = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let metrics = after.block_on(Metrics::of(&monitor));
    assert_all_counted(&metrics);
    assert_eq!(metrics.total("http_responses_incomplete_total"), STREAMS as f64);
    drop((clients, streams));
}

#[tokio::test]
async fn a_graceful_shutdown_leaves_upgraded_connections_to_their_guards() {
    let monitor = monitor();
    let service = monitor.layer().layer(service_fn(switch));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let shutdown = GracefulShutdown::new();
    let mut clients = Vec::new();
    for _ in 0..STREAMS {
        let request = "GET / HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n";
        let client = tokio::spawn(send(address, request));
        let (stream, _) = listener.accept().await.unwrap();
        let builder = auto::Builder::new(TokioExecutor::new());
        let service = TowerToHyperService::new(service.clone());
        let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service);
        tokio::spawn(shutdown.watch(connection.into_owned()));
        clients.push(client.await.unwrap());
    }
    read_first_chunks(&mut clients).await;
    timeout(PATIENCE, shutdown.shutdown()).await.unwrap();
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.total("http_requests_in_flight"), 0.0);
    assert_eq!(metrics.total("http_upgraded_connections"), STREAMS as f64);

    drop(clients);
    let ended = |metrics: &Metrics| metrics.total("http_upgraded_duration_seconds_count") == STREAMS as f64;
    let metrics = until(&monitor, "the end of connections", ended).await;
    assert_eq!(metrics.total("http_upgraded_connections"), 0.0);
    assert_eq!(metrics.total("http_requests_total"), STREAMS as f64);
}

/// Switches protocols, says `first` and waits for the client to go.
async fn switch(request: Request<Incoming>) -> Result<Response<Empty<Bytes>>, Infallible> {
    let guard = UpgradeGuard::take(request.extensions());
    tokio::spawn(async {
        let _guard = guard;
        let mut connection = TokioIo::new(hyper::upgrade::on(request).await.unwrap());
        connection.write_all(b"first").await.unwrap();
        let _ = connection.read_to_end(&mut Vec::new()).await;
    });
    let head = Response::builder().status(StatusCode::SWITCHING_PROTOCOLS).header("connection", "upgrade").header("upgrade", "x");
    Ok(head.body(Empty::new()).unwrap())
}

const REQUEST: &str = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";

/// A service of open streams, each of which can be fed through `opened`.
fn streaming(
    monitor: &Monitor,
    opened: UnboundedSender<UnboundedSender<Bytes>>,
) -> impl Service<Request<Incoming>, Response = Response<ResponseBody<Fed>>, Error = Infallible, Future: Send> + Clone + Send + 'static
{
    monitor.layer().layer(service_fn(move |_| {
        let (chunks, body) = fed();
        chunks.send(Bytes::from("first")).unwrap();
        opened.send(chunks).unwrap();
        async { Ok(Response::new(body)) }
    }))
}

async fn read_first_chunks(clients: &mut [TcpStream]) {
    for client in clients {
        read_to(client, b"first").await;
    }
}

async fn in_flight(monitor: &Monitor) -> f64 {
    Metrics::of(monitor).await.total("http_requests_in_flight")
}

#[track_caller]
fn assert_all_counted(metrics: &Metrics) {
    let streams = STREAMS as f64;
    assert_eq!(metrics.total("http_requests_in_flight"), 0.0);
    assert_eq!(metrics.total("http_requests_total"), streams);
    assert_eq!(metrics.total("http_response_size_bytes_count"), streams);
    assert_eq!(metrics.total("http_response_size_bytes_sum"), streams * 5.0);
}
