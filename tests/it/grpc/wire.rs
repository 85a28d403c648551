//! What a call's client gets is what it gets without the layer: the same frames, fields and trailers.

use std::net::SocketAddr;

use bytes::Bytes;
use http::Request;
use tower::{Layer, service_fn};

use super::greeter::{GrpcServer, framed};
use super::monitor;
use crate::support::client::{Http2Response, http2_exchange};
use crate::support::server::Server;
use crate::support::site::{PAGES, site};
use crate::support::watch::until;

#[tokio::test]
async fn tonics_responses_are_the_same_frames_with_and_without_the_layer() {
    let calls = [
        ("/test.Greeter/Hello", framed("you")),
        ("/test.Greeter/Hello", framed("no")),
        ("/test.Greeter/Hello", Bytes::from("no frame")),
        ("/test.Greeter/Gather", framed("a")),
        ("/test.Greeter/Count", framed("3")),
        ("/test.Greeter/Count", framed("break")),
        ("/test.Greeter/Chat", framed("first")),
        ("/test.Greeter/Secret", framed("you")),
        ("/test.Greeter/Nothing", framed("")),
        ("/nobody.Knows/Me", framed("")),
    ];
    let monitor = monitor();
    let (plain, measured) = (GrpcServer::plain(), GrpcServer::measured(&monitor));
    for (path, message) in &calls {
        let expected = call(plain.address, path, "application/grpc", message).await;
        let seen = call(measured.address, path, "application/grpc", message).await;
        assert!(expected.status.is_some_and(|status| status == 200), "{path} {expected:?}");
        assert_eq!(expected, seen, "{path} {message:?}");
        assert_eq!(expected, call(plain.address, path, "application/grpc", message).await, "{path} differs by itself");
    }
    let all = calls.len() as f64;
    until(&monitor, "all calls", |metrics| metrics.total("grpc_server_handled_total") == all).await;
}

#[tokio::test]
async fn responses_of_every_shape_are_the_same_frames_with_and_without_the_layer() {
    let monitor = monitor();
    let plain = Server::start(service_fn(site)).await;
    let measured = Server::start(monitor.grpc_layer().layer(service_fn(site))).await;
    for content_type in ["application/grpc", "text/plain"] {
        for path in PAGES.iter().map(|page| page.path).chain(["/broken", "/not-found"]) {
            let mut expected = call(plain.address, path, content_type, &framed("")).await;
            let mut seen = call(measured.address, path, content_type, &framed("")).await;
            if path == "/large" {
                // Where flow control cuts it depends on when the client gives room.
                expected.frames.clear();
                seen.frames.clear();
            }
            assert_eq!(expected, seen, "{path}");
        }
    }
    let calls = PAGES.len() as f64 + 2.0;
    let metrics = until(&monitor, "all calls", |metrics| metrics.total("grpc_server_handled_total") >= calls).await;
    assert_eq!(metrics.total("grpc_server_handled_total"), calls, "only what is gRPC");
}

async fn call(address: SocketAddr, path: &str, content_type: &str, message: &Bytes) -> Http2Response {
    let request = Request::post(format!("http://{address}{path}")).header("content-type", content_type).header("te", "trailers");
    http2_exchange(address, request.body(message.clone()).unwrap()).await
}
