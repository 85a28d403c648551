//! The layer applied twice counts twice, as documented, and its gauge stays consistent.

use std::convert::Infallible;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use tower::{ServiceBuilder, ServiceExt, service_fn};

use crate::support::body::Scripted;
use crate::support::metrics::Metrics;
use crate::support::watch::monitor;

#[tokio::test]
async fn one_layer_around_itself_counts_every_request_twice() {
    let monitor = monitor();
    let service = ServiceBuilder::new()
        .layer(monitor.layer())
        .layer(monitor.layer())
        .service(service_fn(async |_: Request<()>| Ok::<_, Infallible>(Response::new(Scripted::new().data("hello")))));
    let response = service.oneshot(Request::new(())).await.unwrap();
    assert_eq!(Metrics::of(&monitor).await.total("http_requests_in_flight"), 2.0);
    response.into_body().collect().await.unwrap();
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.total("http_requests_total"), 2.0);
    assert_eq!(metrics.total("http_response_size_bytes_sum"), 10.0);
    assert_eq!(metrics.total("http_requests_in_flight"), 0.0);
}

#[tokio::test]
async fn layers_of_two_monitors_count_every_request_once_each() {
    let monitors = [monitor(), monitor()];
    let service = ServiceBuilder::new()
        .layer(monitors[0].layer())
        .layer(monitors[1].layer())
        .service(service_fn(async |_: Request<()>| Ok::<_, Infallible>(Response::new(Full::<Bytes>::from("hello")))));
    let response = service.oneshot(Request::new(())).await.unwrap();
    response.into_body().collect().await.unwrap();
    for monitor in &monitors {
        let metrics = Metrics::of(monitor).await;
        assert_eq!(metrics.total("http_requests_total"), 1.0);
        assert_eq!(metrics.total("http_response_size_bytes_sum"), 5.0);
        assert_eq!(metrics.total("http_requests_in_flight"), 0.0);
    }
}

#[cfg(feature = "axum")]
#[tokio::test]
async fn on_a_nested_router_and_on_the_root_it_counts_nested_requests_twice() {
    use axum::body::Body;
    use axum::{Router, routing::get};

    let monitor = tower_rum::Monitor::new();
    let nested = Router::new().route("/{id}", get("an item")).layer(monitor.layer());
    let app = Router::new().route("/", get("home")).nest("/items", nested).layer(monitor.layer());
    for path in ["/", "/items/1"] {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = app.clone().oneshot(request).await.unwrap();
        response.into_body().collect().await.unwrap();
    }

    let metrics = Metrics::of(&monitor).await;
    let counted = |endpoint: &str| {
        let labels = format!("method=\"GET\",endpoint=\"{endpoint}\",status=\"200\"");
        metrics.value(&format!("http_requests_total{{{labels}}}"))
    };
    assert_eq!(counted("/"), 1.0);
    assert_eq!(counted("/items/{id}"), 2.0);
    assert_eq!(metrics.total("http_requests_total"), 3.0);
    assert_eq!(metrics.total("http_requests_in_flight"), 0.0);
}
