//! An inner service that fails or panics: counted once, as 500, at that moment.

use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use tower::{Layer, Service, ServiceBuilder, ServiceExt, service_fn};
use tower_http::catch_panic::CatchPanicLayer;

use crate::support::body::Scripted;
use crate::support::client::{http1, http2_connection};
use crate::support::metrics::Metrics;
use crate::support::panics::{PanicInCall, poll};
use crate::support::server::Server;
use crate::support::watch::{monitor, settled};

#[tokio::test]
async fn an_inner_error_counts_as_500_while_its_future_is_still_held() {
    let monitor = monitor();
    let failing = service_fn(async |_: Request<()>| Err::<Response<Full<Bytes>>, _>("no"));
    let mut future = Box::pin(monitor.layer().layer(failing).call(get()));
    assert_eq!(future.as_mut().await.unwrap_err(), "no");
    assert_failed_once(&Metrics::of(&monitor).await);
    drop(future);
    assert_failed_once(&Metrics::of(&monitor).await);
}

#[tokio::test]
async fn a_panic_in_call_counts_as_500() {
    let monitor = monitor();
    let mut service = monitor.layer().layer(PanicInCall);
    assert!(catch_unwind(AssertUnwindSafe(|| service.call(get()))).is_err());
    assert_failed_once(&Metrics::of(&monitor).await);
}

#[tokio::test]
async fn a_panic_in_poll_counts_as_500_while_its_future_is_still_held() {
    let monitor = monitor();
    let mut future = Box::pin(monitor.layer().layer(service_fn(panicking::<()>)).call(get()));
    assert!(catch_unwind(AssertUnwindSafe(|| poll(future.as_mut()))).is_err());
    assert_failed_once(&Metrics::of(&monitor).await);
    drop(future);
    assert_failed_once(&Metrics::of(&monitor).await);
}

#[tokio::test]
async fn a_panic_in_the_body_is_a_body_error() {
    let monitor = monitor();
    let service = service_fn(async |_: Request<()>| Ok::<_, Infallible>(Response::new(Scripted::new().data("one").panic())));
    let response = monitor.layer().layer(service).oneshot(get()).await.unwrap();
    let mut body = response.into_body();
    body.frame().await.unwrap().unwrap();
    assert!(catch_unwind(AssertUnwindSafe(|| poll(Box::pin(body.frame()).as_mut()))).is_err());

    let metrics = Metrics::of(&monitor).await;
    let reason = r#"http_responses_incomplete_total{method="GET",endpoint="/",reason="body_error"}"#;
    assert_eq!(metrics.value(reason), 1.0);
    assert_eq!(metrics.total("http_responses_incomplete_total"), 1.0);
    assert_eq!(metrics.total("http_requests_total"), 1.0);
    assert_eq!(metrics.total("http_requests_in_flight"), 0.0);
    assert_eq!(metrics.total("http_response_size_bytes_sum"), 3.0);
}

#[tokio::test]
async fn a_panic_counts_once_outside_and_inside_a_layer_that_catches_it() {
    let (outside, inside) = (monitor(), monitor());
    let service = ServiceBuilder::new()
        .layer(outside.layer())
        .layer(CatchPanicLayer::new())
        .layer(inside.layer())
        .service(service_fn(panicking::<()>));
    let response = service.oneshot(get()).await.unwrap();
    assert_eq!(response.status(), 500);
    assert_failed_once(&Metrics::of(&inside).await);
    response.into_body().collect().await.unwrap();
    let metrics = Metrics::of(&outside).await;
    assert_failed_once(&metrics);
    assert_eq!(metrics.total("http_response_size_bytes_count"), 1.0);
}

#[tokio::test]
async fn a_panic_in_call_counts_once_outside_and_inside_a_layer_that_catches_it() {
    let (outside, inside) = (monitor(), monitor());
    let service =
        ServiceBuilder::new().layer(outside.layer()).layer(CatchPanicLayer::new()).layer(inside.layer()).service(PanicInCall);
    drop(service.oneshot(get()).await.unwrap());
    assert_failed_once(&Metrics::of(&inside).await);
    assert_eq!(Metrics::of(&outside).await.total("http_requests_total"), 1.0);
}

#[tokio::test]
async fn an_error_and_a_panic_on_a_real_server_count_as_500() {
    let monitor = monitor();
    let failing = service_fn(async |request: Request<_>| match request.uri().path() {
        "/" => Err::<Response<Full<Bytes>>, _>("no"),
        _ => panicking(request).await.map_err(|never| match never {}),
    });
    let server = Server::start(monitor.layer().layer(failing)).await;
    http1(server.address, "GET / HTTP/1.1\r\nhost: a\r\n\r\n").await;
    assert_failed_once(&settled(&monitor, 1.0).await);

    let mut requests = http2_connection(server.address).await;
    let request = Request::get("http://a/panic").body(()).unwrap();
    let (response, _) = requests.send_request(request, true).unwrap();
    assert!(response.await.is_err());
    let metrics = settled(&monitor, 2.0).await;
    assert_eq!(metrics.total("http_requests_total"), 2.0);
    assert_eq!(metrics.total("http_errors_total"), 2.0);
}

async fn panicking<B>(_: Request<B>) -> Result<Response<Full<Bytes>>, Infallible> {
    panic!("the handler panicked")
}

fn get() -> Request<()> {
    Request::get("/").body(()).unwrap()
}

#[track_caller]
fn assert_failed_once(metrics: &Metrics) {
    let labels = r#"method="GET",endpoint="/""#;
    let counted = format!("http_requests_total{{{labels},status=\"500\"}}");
    assert_eq!(metrics.value(&counted), 1.0);
    assert_eq!(metrics.total("http_requests_total"), 1.0);
    assert_eq!(metrics.value(&format!("http_errors_total{{{labels}}}")), 1.0);
    assert_eq!(metrics.total("http_request_duration_seconds_count"), 1.0);
    assert_eq!(metrics.total("http_requests_in_flight"), 0.0);
}
