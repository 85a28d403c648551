//! What a response says of its call, in every way that it can.

use std::convert::Infallible;

use bytes::Bytes;
use http::response::Builder;
use http::{Request, Response};
use http_body_util::{BodyExt, Empty, Full};
use tower::{Layer, ServiceExt, service_fn};

use super::{HELLO, assert_counted, monitor};
use crate::support::body::Scripted;
use crate::support::metrics::Metrics;
use crate::support::site::{AnyBody, any};

#[tokio::test]
async fn every_code_has_its_name() {
    let names = [
        "OK",
        "Canceled",
        "Unknown",
        "InvalidArgument",
        "DeadlineExceeded",
        "NotFound",
        "AlreadyExists",
        "PermissionDenied",
        "ResourceExhausted",
        "FailedPrecondition",
        "Aborted",
        "OutOfRange",
        "Unimplemented",
        "Internal",
        "Unavailable",
        "DataLoss",
        "Unauthenticated",
    ];
    for (number, name) in (0..).zip(names) {
        let head = Response::builder().header("grpc-status", number);
        assert_code(head, any(Empty::new()), name).await;
        let trailers = http::HeaderMap::from_iter([(http::HeaderName::from_static("grpc-status"), number.into())]);
        let body = Empty::<Bytes>::new().with_trailers(std::future::ready(Some(Ok(trailers))));
        assert_code(Response::builder(), any(body), name).await;
    }
}

#[tokio::test]
async fn a_code_without_a_name_is_unknown() {
    for code in ["17", "255", "256", "-1", "", "OK", "0x0", "99999999999999999999", "\u{e9}"] {
        let head = Response::builder().header("grpc-status", http::HeaderValue::from_bytes(code.as_bytes()).unwrap());
        assert_code(head, any(Empty::new()), "Unknown").await;
    }
}

#[tokio::test]
async fn a_response_without_a_code_counts_as_clients_take_its_http_status() {
    let codes = [
        (200, "Unknown"),
        (400, "Internal"),
        (401, "Unauthenticated"),
        (403, "PermissionDenied"),
        (404, "Unimplemented"),
        (415, "Unknown"),
        (429, "Unavailable"),
        (431, "Internal"),
        (500, "Unknown"),
        (502, "Unavailable"),
        (503, "Unavailable"),
        (504, "Unavailable"),
    ];
    for (status, name) in codes {
        let head = || Response::builder().status(status);
        assert_code(head(), any(Empty::new()), name).await;
        assert_code(head(), any(Full::from("sorry")), name).await;
        assert_code(head(), any(Scripted::new().data("sorry")), name).await;
        assert_code(head(), any(Scripted::new().data("sorry").trailer("x-checksum", "1")), name).await;
    }
}

#[tokio::test]
async fn trailers_say_more_than_the_head() {
    let body = Scripted::new().data("one").trailer("grpc-status", "10");
    assert_code(Response::builder().header("grpc-status", "0"), any(body), "Aborted").await;
    assert_code(Response::builder().header("grpc-status", "5"), any(Scripted::new().data("one")), "NotFound").await;
    assert_code(Response::builder().status(503), any(Scripted::new().trailer("grpc-status", "0")), "OK").await;
}

#[tokio::test]
async fn a_body_that_says_it_is_done_need_not_be_polled_again() {
    let monitor = monitor();
    let service = service_fn(async |_: Request<()>| Ok::<_, Infallible>(Response::new(Full::new(Bytes::from("one")))));
    let mut body = monitor.grpc_layer().layer(service).oneshot(hello()).await.unwrap().into_body();
    body.frame().await.unwrap().unwrap();
    drop(body);
    assert_counted(&Metrics::of(&monitor).await, HELLO, "Unknown");
}

async fn assert_code(head: Builder, body: AnyBody, name: &str) {
    let monitor = monitor();
    let mut response = Some(head.body(body).unwrap());
    let service = service_fn(move |_: Request<()>| std::future::ready(Ok::<_, Infallible>(response.take().unwrap())));
    let response = monitor.grpc_layer().layer(service).oneshot(hello()).await.unwrap();
    response.into_body().collect().await.unwrap();
    assert_counted(&Metrics::of(&monitor).await, HELLO, name);
}

fn hello() -> Request<()> {
    Request::post("/test.Greeter/Hello").header("content-type", "application/grpc").body(()).unwrap()
}
