use std::convert::Infallible;

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Empty};
use tower::{Layer, ServiceExt, service_fn};
use tower_rum::Monitor;

use crate::support::metrics::without_scrapes;

pub const OPENMETRICS: &str = "application/openmetrics-text;version=1.0.0";

/// What `/metrics` answers to a scraper that sends these headers.
pub async fn scrape(monitor: &Monitor, headers: &[(&str, &str)]) -> (HeaderMap, Bytes) {
    ask(monitor, "GET", headers).await
}

/// The same by another method, before a server leaves out the body of HEAD.
pub async fn ask(monitor: &Monitor, method: &str, headers: &[(&str, &str)]) -> (HeaderMap, Bytes) {
    let nothing = service_fn(async |_: Request<Empty<Bytes>>| Ok::<_, Infallible>(Response::new(Empty::<Bytes>::new())));
    let mut request = Request::builder().method(method).uri("/metrics");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = monitor.routes_layer().layer(nothing).oneshot(request.body(Empty::new()).unwrap()).await.unwrap();
    assert_eq!(response.status(), 200);
    let (head, body) = response.into_parts();
    (head.headers, body.collect().await.unwrap().to_bytes())
}

/// The same, as text, without the count of such scrapes.
pub async fn text(monitor: &Monitor, accept: &str) -> String {
    let (_, body) = scrape(monitor, &[("accept", accept)]).await;
    without_scrapes(str::from_utf8(&body).unwrap())
}
