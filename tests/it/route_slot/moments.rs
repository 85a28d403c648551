//! What a template that is told moves, by the moment at which it is told.

use std::convert::Infallible;
use std::future::pending;
use std::panic::AssertUnwindSafe;

use bytes::Bytes;
use futures_util::FutureExt;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use tower::{Layer, ServiceBuilder, ServiceExt, service_fn};
use tower_rum::Monitor;

use crate::support::body::fed;
use crate::support::metrics::Metrics;

use super::{answer, hello, route, routed};

#[tokio::test]
async fn everything_counts_under_the_template_that_is_told() {
    let monitor = routed().response_duration(true).build().unwrap();
    let service = ServiceBuilder::new().layer(monitor.outer_layer()).map_request(route).layer(monitor.template_layer());
    let service = service.service_fn(async |_| Ok::<_, Infallible>(Response::new(Full::<Bytes>::from("hello"))));
    for path in ["/users/7", "/users/8", "/nope"] {
        answer(service.clone(), path).await;
    }
    let metrics = Metrics::of(&monitor).await;
    for (endpoint, requests) in [("/users/{id}", 2.0), ("unmatched", 1.0)] {
        let with_status = format!(r#"{{method="GET",endpoint="{endpoint}",status="200"}}"#);
        for family in ["http_requests_total", "http_request_duration_seconds_count", "http_response_duration_seconds_count"] {
            assert_eq!(metrics.value(&format!("{family}{with_status}")), requests);
        }
        let labels = format!(r#"{{method="GET",endpoint="{endpoint}"}}"#);
        assert_eq!(metrics.value(&format!("http_response_size_bytes_sum{labels}")), 5.0 * requests);
        assert_eq!(metrics.value(&format!("http_requests_in_flight{labels}")), 0.0);
    }
    assert_eq!(metrics.total("http_requests_total"), 3.0);
}

#[tokio::test]
async fn a_request_is_in_flight_as_unmatched_until_its_template_is_told() {
    let monitor = routed().build().unwrap();
    let (admit, admitted) = tokio::sync::oneshot::channel::<()>();
    let (chunks, body) = fed();
    let (mut admitted, mut body) = (Some(admitted), Some(body));
    let handler = monitor.template_layer().layer(service_fn(move |_: Request<()>| {
        let body = body.take().unwrap();
        async move { Ok::<_, Infallible>(Response::new(body)) }
    }));
    let mut handler = Some(handler);
    let gate = service_fn(move |request: Request<()>| {
        let (admitted, handler) = (admitted.take().unwrap(), handler.take().unwrap());
        async move {
            admitted.await.unwrap();
            handler.oneshot(route(request)).await
        }
    });
    let mut answered = Box::pin(monitor.outer_layer().layer(gate).oneshot(Request::get("/users/7").body(()).unwrap()));
    assert!(answered.as_mut().now_or_never().is_none());
    assert_eq!(in_flight(&monitor).await, [("unmatched".to_owned(), 1.0)]);
    admit.send(()).unwrap();
    let response = answered.as_mut().now_or_never().unwrap().unwrap();
    let told = [("/users/{id}".to_owned(), 1.0), ("unmatched".to_owned(), 0.0)];
    assert_eq!(in_flight(&monitor).await, told);
    drop(chunks);
    response.into_body().collect().await.unwrap();
    assert!(in_flight(&monitor).await.iter().all(|(_, requests)| *requests == 0.0));
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.value(r#"http_requests_total{method="GET",endpoint="/users/{id}",status="200"}"#), 1.0);
    assert_eq!(metrics.total("http_requests_total"), 1.0);
}

#[tokio::test]
async fn a_request_that_breaks_off_counts_where_it_had_got_to() {
    let monitor = routed().build().unwrap();
    let service = |inside: bool| {
        let stuck = service_fn(async |_: Request<()>| pending::<Result<Response<Full<Bytes>>, Infallible>>().await);
        let told = monitor.template_layer().layer(stuck);
        monitor.outer_layer().layer(service_fn(move |request: Request<()>| {
            let told = told.clone();
            async move { if inside { told.oneshot(route(request)).await } else { pending().await } }
        }))
    };
    for inside in [true, false] {
        assert!(service(inside).oneshot(Request::get("/users/7").body(()).unwrap()).now_or_never().is_none());
    }
    let panics = ServiceBuilder::new().layer(monitor.outer_layer()).map_request(route).layer(monitor.template_layer());
    let panics = panics.service_fn(async |_: Request<()>| -> Result<Response<Full<Bytes>>, Infallible> { panic!("inside") });
    let panicked = AssertUnwindSafe(panics.oneshot(Request::get("/users/7").body(()).unwrap())).catch_unwind().await;
    assert!(panicked.is_err());
    let metrics = Metrics::of(&monitor).await;
    for (endpoint, status) in [("/users/{id}", 499), ("unmatched", 499), ("/users/{id}", 500)] {
        let series = format!(r#"http_requests_total{{method="GET",endpoint="{endpoint}",status="{status}"}}"#);
        assert_eq!(metrics.value(&series), 1.0);
    }
    assert_eq!(metrics.total("http_requests_total"), 3.0);
    assert_eq!(metrics.total("http_requests_in_flight"), 0.0);
}

#[tokio::test]
async fn a_template_told_after_the_head_is_too_late_and_leaks_nothing() {
    let monitor = routed().build().unwrap();
    let (late, mut requests) = tokio::sync::mpsc::unbounded_channel();
    let outer = monitor.outer_layer().layer(service_fn(move |request: Request<()>| {
        late.send(request).unwrap();
        async { Ok::<_, Infallible>(Response::new(Full::<Bytes>::from("early"))) }
    }));
    answer(outer, "/users/7").await;
    let told = monitor.template_layer().layer(service_fn(hello));
    told.oneshot(route(requests.recv().await.unwrap())).await.unwrap();
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.value(r#"http_requests_total{method="GET",endpoint="unmatched",status="200"}"#), 1.0);
    assert_eq!(metrics.total("http_requests_total"), 1.0);
    assert_eq!(metrics.total("http_requests_in_flight"), 0.0);
}

/// By endpoint.
async fn in_flight(monitor: &Monitor) -> Vec<(String, f64)> {
    let metrics = Metrics::of(monitor).await;
    let series = metrics.series("http_requests_in_flight");
    let endpoint = |series: &str| series.split("endpoint=\"").nth(1).unwrap().trim_end_matches("\"}").to_owned();
    let mut series: Vec<_> = series.map(|(series, requests)| (endpoint(series), requests)).collect();
    series.sort_by(|a, b| a.0.cmp(&b.0));
    series
}
