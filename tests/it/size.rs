//! `http_response_size_bytes`: once per response, the bytes handed over.

use std::convert::Infallible;

use http::{Method, Request, Response};
use http_body_util::{BodyExt, Empty, Full};
use tower::{Layer, ServiceExt, service_fn};
use tower_rum::Monitor;

use crate::support::body::Scripted;
use crate::support::metrics::Metrics;
use crate::support::site::{AnyBody, any};
use crate::support::watch::monitor;

#[tokio::test]
async fn a_response_of_three_chunks_is_one_observation_of_their_sum() {
    let ten = "0123456789";
    let body = Scripted::new().data(ten).data(ten).data(ten);
    assert_eq!(sizes(Method::GET, Response::new(any(body))).await, (1.0, 30.0));
}

#[tokio::test]
async fn a_response_without_bytes_is_an_observation_of_zero() {
    let no_content = Response::builder().status(204).body(any(Empty::new()));
    for response in [
        no_content.unwrap(),
        Response::new(any(Empty::new())),
        Response::new(any(Full::default())),
        Response::new(any(Scripted::new())),
        Response::new(any(Scripted::new().trailer("grpc-status", "0"))),
    ] {
        assert_eq!(sizes(Method::GET, response).await, (1.0, 0.0));
    }
}

#[tokio::test]
async fn an_answer_to_head_is_an_observation_of_zero() {
    let kilobyte = || Response::new(any(Full::from(vec![b'x'; 1_000])));
    assert_eq!(sizes(Method::GET, kilobyte()).await, (1.0, 1_000.0));
    assert_eq!(sizes(Method::HEAD, kilobyte()).await, (1.0, 0.0));
}

#[cfg(feature = "axum")]
#[tokio::test]
async fn an_answer_to_head_by_a_get_route_of_axum_is_an_observation_of_zero() {
    use crate::support::client::http1;
    use crate::support::server::Server;
    use crate::support::watch::settled;
    use axum::routing::get;

    let monitor = Monitor::new();
    let app = axum::Router::new().route("/", get(async || vec![b'x'; 1_000])).layer(monitor.layer());
    let server = Server::start(app).await;
    let request = "HEAD / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    let head = String::from_utf8(http1(server.address, request).await).unwrap();
    assert!(head.contains("content-length: 1000\r\n"), "{head}");

    let metrics = settled(&monitor, 1.0).await;
    let labels = r#"{method="HEAD",endpoint="/"}"#;
    assert_eq!(metrics.value(&format!("http_response_size_bytes_count{labels}")), 1.0);
    assert_eq!(metrics.value(&format!("http_response_size_bytes_sum{labels}")), 0.0);
    assert_eq!(metrics.total("http_responses_incomplete_total"), 0.0);
}

/// Count and sum once the response was read to its end.
async fn sizes(method: Method, response: Response<AnyBody>) -> (f64, f64) {
    let monitor: Monitor = monitor();
    let mut response = Some(response);
    let service = service_fn(move |_: Request<()>| {
        let response = response.take().unwrap();
        async { Ok::<_, Infallible>(response) }
    });
    let request = Request::builder().method(method).body(()).unwrap();
    let response = monitor.layer().layer(service).oneshot(request).await.unwrap();
    response.into_body().collect().await.unwrap();
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.total("http_requests_in_flight"), 0.0);
    let total = |name| metrics.total(name);
    (total("http_response_size_bytes_count"), total("http_response_size_bytes_sum"))
}
