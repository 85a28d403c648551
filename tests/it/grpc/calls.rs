//! Calls of every type through tonic, to their end.

use std::time::Duration;

use futures_util::stream;
use tokio::time::timeout;
use tonic::Code;

use super::greeter::{Client, GrpcServer};
use super::{CHAT, COUNT, GATHER, HELLO, NOBODYS, UNDECLARED, assert_counted, monitor, only_call};
use crate::support::metrics::Metrics;
use crate::support::watch::until;

#[tokio::test]
async fn a_unary_call_counts_by_its_trailers() {
    let monitor = monitor();
    let server = GrpcServer::measured(&monitor);
    let reply = Client::of(&server).await.unary("/test.Greeter/Hello", "you").await.unwrap();
    assert_eq!(reply, "hello you");
    only_call(&monitor, HELLO, "OK").await;
}

#[tokio::test]
async fn a_refusal_in_the_head_counts_by_its_code() {
    let monitor = monitor();
    let server = GrpcServer::measured(&monitor);
    let status = Client::of(&server).await.unary("/test.Greeter/Hello", "no").await.unwrap_err();
    assert_eq!((status.code(), status.message()), (Code::NotFound, "nobody"));
    only_call(&monitor, HELLO, "NotFound").await;
}

#[tokio::test]
async fn a_server_stream_counts_when_it_has_ended() {
    let monitor = monitor();
    let server = GrpcServer::measured(&monitor);
    let mut messages = Client::of(&server).await.count("3").await.unwrap();
    for number in ["1", "2", "3"] {
        assert_eq!(messages.message().await.unwrap().unwrap(), number);
    }
    assert_eq!(messages.message().await.unwrap(), None);
    only_call(&monitor, COUNT, "OK").await;
}

#[tokio::test]
async fn a_stream_that_breaks_off_counts_by_the_code_in_its_trailers() {
    let monitor = monitor();
    let server = GrpcServer::measured(&monitor);
    let mut messages = Client::of(&server).await.count("break").await.unwrap();
    assert_eq!(messages.message().await.unwrap().unwrap(), "1");
    assert_eq!(messages.message().await.unwrap_err().code(), Code::Aborted);
    only_call(&monitor, COUNT, "Aborted").await;
}

#[tokio::test]
async fn a_client_stream_counts_once() {
    let monitor = monitor();
    let server = GrpcServer::measured(&monitor);
    let reply = Client::of(&server).await.gather(stream::iter(["a", "b"].map(str::to_owned))).await.unwrap();
    assert_eq!(reply, "ab");
    only_call(&monitor, GATHER, "OK").await;
}

#[tokio::test]
async fn a_stream_both_ways_is_in_flight_until_both_have_ended() {
    let monitor = monitor();
    let server = GrpcServer::measured(&monitor);
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel::<String>();
    sender.send("first".to_owned()).unwrap();
    let sent = stream::poll_fn(move |cx| receiver.poll_recv(cx));
    let mut echoed = Client::of(&server).await.chat(sent).await.unwrap();
    assert_eq!(echoed.message().await.unwrap().unwrap(), "first");

    let open = Metrics::of(&monitor).await;
    assert_eq!(open.value(&format!("grpc_server_started_total{{{CHAT}}}")), 1.0);
    assert_eq!(open.total("grpc_server_handled_total"), 0.0);
    assert_eq!(open.total("grpc_server_handling_seconds_count"), 0.0);

    sender.send("last".to_owned()).unwrap();
    drop(sender);
    assert_eq!(echoed.message().await.unwrap().unwrap(), "last");
    assert_eq!(echoed.message().await.unwrap(), None);
    only_call(&monitor, CHAT, "OK").await;
}

#[tokio::test]
async fn an_undeclared_method_counts_under_its_service_as_other() {
    let monitor = monitor();
    let server = GrpcServer::measured(&monitor);
    Client::of(&server).await.unary("/test.Greeter/Secret", "you").await.unwrap();
    let metrics = only_call(&monitor, UNDECLARED, "OK").await;
    assert!(!metrics.text.contains("Secret"));
}

#[tokio::test]
async fn an_unknown_service_counts_as_other() {
    let monitor = monitor();
    let server = GrpcServer::measured(&monitor);
    let status = Client::of(&server).await.unary("/nobody.Knows/Me", "you").await.unwrap_err();
    assert_eq!(status.code(), Code::Unimplemented);
    only_call(&monitor, NOBODYS, "Unimplemented").await;
}

#[tokio::test]
async fn a_graceful_shutdown_counts_the_streams_that_it_waits_for() {
    const STREAMS: usize = 10;
    let monitor = monitor();
    let server = GrpcServer::measured(&monitor);
    let (mut open, mut senders) = (Vec::new(), Vec::new());
    for _ in 0..STREAMS {
        let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel::<String>();
        sender.send("first".to_owned()).unwrap();
        let mut echoed = Client::of(&server).await.chat(stream::poll_fn(move |cx| receiver.poll_recv(cx))).await.unwrap();
        assert_eq!(echoed.message().await.unwrap().unwrap(), "first");
        open.push(echoed);
        senders.push(sender);
    }
    let mut down = Box::pin(server.shut_down());
    assert!(timeout(Duration::ZERO, &mut down).await.is_err(), "streams are open");
    drop(senders);
    for mut echoed in open {
        assert_eq!(echoed.message().await.unwrap(), None);
    }
    down.await;
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.value(&format!("grpc_server_started_total{{{CHAT}}}")), STREAMS as f64);
    assert_eq!(metrics.value(&format!("grpc_server_handled_total{{{CHAT},grpc_code=\"OK\"}}")), STREAMS as f64);
    assert_eq!(metrics.total("grpc_server_handled_total"), STREAMS as f64);
}

#[tokio::test]
async fn calls_count_beside_http_requests_on_one_server() {
    let monitor = monitor();
    let layer = tower::ServiceBuilder::new().layer(monitor.layer()).layer(monitor.grpc_layer()).into_inner();
    let server = GrpcServer::start(async move |incoming, stopped| {
        let server = tonic::transport::Server::builder().layer(layer).add_service(super::greeter::Greeter);
        server.serve_with_incoming_shutdown(incoming, stopped).await.unwrap();
    });
    Client::of(&server).await.unary("/test.Greeter/Hello", "no").await.unwrap_err();
    let metrics = until(&monitor, "one request", |metrics| metrics.total("http_requests_total") == 1.0).await;
    assert_counted(&metrics, HELLO, "NotFound");
    assert_eq!(metrics.value(r#"http_requests_total{method="POST",endpoint="/test.Greeter/Hello",status="200"}"#), 1.0);
}
