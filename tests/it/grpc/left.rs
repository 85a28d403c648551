//! Calls that do not come to their end: the caller goes, the service fails or panics.

use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Empty};
use tower::{Layer, Service, ServiceExt, service_fn};
use tower_rum::Monitor;

use super::greeter::{Client, GrpcServer};
use super::{COUNT, HELLO, assert_counted, monitor, only_call};
use crate::support::body::Scripted;
use crate::support::metrics::Metrics;
use crate::support::panics::{PanicInCall, poll};

#[tokio::test]
async fn a_stream_whose_client_goes_is_canceled() {
    let monitor = monitor();
    let server = GrpcServer::measured(&monitor);
    let mut client = Client::of(&server).await;
    let mut messages = client.count("open").await.unwrap();
    assert_eq!(messages.message().await.unwrap().unwrap(), "1");
    assert_eq!(Metrics::of(&monitor).await.total("grpc_server_handled_total"), 0.0);
    drop(messages);
    only_call(&monitor, COUNT, "Canceled").await;
}

#[tokio::test]
async fn a_call_whose_client_goes_before_the_head_is_canceled() {
    let monitor = monitor();
    let server = GrpcServer::measured(&monitor);
    let mut client = Client::of(&server).await;
    let call = tokio::spawn(async move { client.unary("/test.Greeter/Hello", "hang").await });
    crate::support::watch::until(&monitor, "a call", |metrics| metrics.total("grpc_server_started_total") == 1.0).await;
    call.abort();
    only_call(&monitor, HELLO, "Canceled").await;
}

#[tokio::test]
async fn a_panic_in_a_method_is_unknown() {
    let monitor = monitor();
    let server = GrpcServer::measured(&monitor);
    Client::of(&server).await.unary("/test.Greeter/Hello", "panic").await.unwrap_err();
    only_call(&monitor, HELLO, "Unknown").await;
}

#[tokio::test]
async fn a_panic_counts_while_its_future_is_still_held() {
    let monitor = monitor();
    let panicking =
        service_fn(async |_: Request<()>| -> Result<Response<Empty<Bytes>>, Infallible> { panic!("the service panicked") });
    let mut future = Box::pin(monitor.grpc_layer().layer(panicking).call(hello()));
    assert!(catch_unwind(AssertUnwindSafe(|| poll(future.as_mut()))).is_err());
    assert_counted(&Metrics::of(&monitor).await, HELLO, "Unknown");
    drop(future);
    assert_counted(&Metrics::of(&monitor).await, HELLO, "Unknown");
}

#[tokio::test]
async fn a_panic_before_there_is_a_future_is_unknown() {
    let monitor = monitor();
    let mut service = monitor.grpc_layer().layer(PanicInCall);
    assert!(catch_unwind(AssertUnwindSafe(|| service.call(hello()))).is_err());
    assert_counted(&Metrics::of(&monitor).await, HELLO, "Unknown");
}

#[tokio::test]
async fn a_panic_in_the_body_counts_while_it_is_still_held() {
    let monitor = monitor();
    let mut body = answered(&monitor, Scripted::new().data("one").panic()).await;
    body.frame().await.unwrap().unwrap();
    assert!(catch_unwind(AssertUnwindSafe(|| poll(pin!(body.frame())))).is_err());
    assert_counted(&Metrics::of(&monitor).await, HELLO, "Unknown");
    drop(body);
    assert_counted(&Metrics::of(&monitor).await, HELLO, "Unknown");
}

#[tokio::test]
async fn an_error_of_the_service_is_unknown() {
    let monitor = monitor();
    let failing = service_fn(async |_: Request<()>| Err::<Response<Empty<Bytes>>, _>("no"));
    let mut future = Box::pin(monitor.grpc_layer().layer(failing).call(hello()));
    assert_eq!(future.as_mut().await.unwrap_err(), "no");
    assert_counted(&Metrics::of(&monitor).await, HELLO, "Unknown");
}

#[tokio::test]
async fn an_error_of_the_body_is_unknown() {
    let monitor = monitor();
    let mut body = answered(&monitor, Scripted::new().data("one").fail()).await;
    body.frame().await.unwrap().unwrap();
    body.frame().await.unwrap().unwrap_err();
    assert_counted(&Metrics::of(&monitor).await, HELLO, "Unknown");
}

#[tokio::test]
async fn a_call_that_is_over_is_not_counted_again() {
    let monitor = monitor();
    let mut body = answered(&monitor, Scripted::new().data("one").trailer("grpc-status", "0")).await;
    body.frame().await.unwrap().unwrap();
    assert!(body.frame().await.unwrap().unwrap().is_trailers());
    assert_counted(&Metrics::of(&monitor).await, HELLO, "OK");
    assert!(body.frame().await.is_none());
    drop(body);
    assert_counted(&Metrics::of(&monitor).await, HELLO, "OK");
}

async fn answered(monitor: &Monitor, body: Scripted) -> impl http_body::Body<Data = Bytes, Error: std::fmt::Debug> + Unpin {
    let mut body = Some(body);
    let service = service_fn(move |_: Request<()>| std::future::ready(Ok::<_, Infallible>(Response::new(body.take().unwrap()))));
    monitor.grpc_layer().layer(service).oneshot(hello()).await.unwrap().into_body()
}

fn hello() -> Request<()> {
    Request::post("/test.Greeter/Hello").header("content-type", "application/grpc").body(()).unwrap()
}
