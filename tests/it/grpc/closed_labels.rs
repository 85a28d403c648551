//! What a caller sends makes no label, and what is no call is not counted.

use std::convert::Infallible;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Empty;
use prometheus::core::Collector;
use tower::{Layer, Service, ServiceExt, service_fn};
use tower_rum::Monitor;

use super::{HELLO, NOBODYS, UNDECLARED, monitor};
use crate::support::change::moved;
use crate::support::metrics::Metrics;
use crate::support::watch::by_path;

#[tokio::test]
async fn invented_methods_and_services_make_no_series() {
    const CALLS: usize = 500;
    let monitor = monitor();
    let before = Metrics::of(&monitor).await;
    for number in 0..CALLS {
        call(&monitor, &format!("/test.Greeter/Hello{number}")).await;
        call(&monitor, &format!("/test.Greeter{number}/Hello")).await;
    }
    let after = Metrics::of(&monitor).await;
    assert_eq!(after.samples().count(), before.samples().count());
    for method in [UNDECLARED, NOBODYS] {
        assert_eq!(after.value(&format!("grpc_server_started_total{{{method}}}")), CALLS as f64);
    }
}

#[tokio::test]
async fn paths_are_methods_only_to_the_letter() {
    let cases = [
        ("/test.Greeter/Hello", HELLO),
        ("/test.Greeter/Hello?x=1", HELLO),
        ("/test.Greeter/hello", UNDECLARED),
        ("/test.Greeter/Hello/", NOBODYS),
        ("/test.Greeter/", UNDECLARED),
        ("/test.Greeter", NOBODYS),
        ("/test.greeter/Hello", NOBODYS),
        ("//test.Greeter/Hello", NOBODYS),
        ("/a/test.Greeter/Hello", NOBODYS),
        ("/", NOBODYS),
    ];
    for (path, method) in cases {
        let monitor = monitor();
        call(&monitor, path).await;
        let metrics = Metrics::of(&monitor).await;
        assert_eq!(metrics.value(&format!("grpc_server_started_total{{{method}}}")), 1.0, "{path}");
        assert_eq!(metrics.total("grpc_server_started_total"), 1.0, "{path}");
    }
}

#[tokio::test]
async fn only_what_says_that_it_is_grpc_is_a_call() {
    let calls = ["application/grpc", "application/grpc+proto", "application/grpc+json", "application/grpc;charset=utf-8"];
    let others =
        ["application/grpc-web", "application/grpc-web-text", "application/grpcx", "application/json", "application", ""];
    let monitor = monitor();
    for content_type in calls {
        send(&monitor, "/test.Greeter/Hello", Some(content_type)).await;
    }
    let before = Metrics::of(&monitor).await;
    assert_eq!(before.total("grpc_server_handled_total"), calls.len() as f64);
    for content_type in others.map(Some).into_iter().chain([None]) {
        send(&monitor, "/test.Greeter/Hello", content_type).await;
    }
    assert!(moved(&before, &Metrics::of(&monitor).await).is_empty());
}

#[tokio::test]
async fn a_layer_without_declarations_passes_calls_by_uncounted() {
    let monitor = by_path().build().unwrap();
    call(&monitor, "/test.Greeter/Hello").await;
    assert!(!Metrics::of(&monitor).await.text.contains("grpc"));
    assert!(!monitor.collector().desc().iter().any(|family| family.fq_name.contains("grpc")));
}

async fn call(monitor: &Monitor, path: &str) {
    send(monitor, path, Some("application/grpc")).await;
}

async fn send(monitor: &Monitor, path: &str, content_type: Option<&str>) {
    let service = service_fn(async |_: Request<()>| {
        Ok::<_, Infallible>(Response::builder().header("grpc-status", "0").body(Empty::<Bytes>::new()).unwrap())
    });
    let mut request = Request::post(path);
    if let Some(content_type) = content_type {
        request = request.header("content-type", content_type);
    }
    let mut layered = monitor.grpc_layer().layer(service);
    layered.ready().await.unwrap().call(request.body(()).unwrap()).await.unwrap();
}
