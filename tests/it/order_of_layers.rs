//! The layer measures what is inside it: what each order of layers gives, as its module documents it.

use std::convert::Infallible;
use std::future::pending;
use std::time::Duration;

use bytes::Bytes;
use http::header::ACCEPT_ENCODING;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use tower::{ServiceBuilder, ServiceExt, service_fn};
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

use crate::support::metrics::Metrics;
use crate::support::watch::monitor;

const PAGE: usize = 10_000;

#[tokio::test]
async fn compression_inside_shows_compressed_sizes_and_outside_the_applications() {
    let (outer, inner) = (monitor(), monitor());
    let service =
        ServiceBuilder::new().layer(outer.layer()).layer(CompressionLayer::new()).layer(inner.layer()).service(service_fn(
            async |_: Request<()>| Ok::<_, Infallible>(Response::new(Full::<Bytes>::from(vec![b'x'; PAGE]))),
        ));
    let request = Request::get("/").header(ACCEPT_ENCODING, "gzip").body(());
    let response = service.oneshot(request.unwrap()).await.unwrap();
    assert_eq!(response.headers()["content-encoding"], "gzip");
    let sent = response.into_body().collect().await.unwrap().to_bytes().len();
    assert!(sent < PAGE / 10);
    for (monitor, bytes) in [(outer, sent), (inner, PAGE)] {
        let metrics = Metrics::of(&monitor).await;
        assert_eq!(metrics.total("http_response_size_bytes_count"), 1.0);
        assert_eq!(metrics.total("http_response_size_bytes_sum"), bytes as f64);
        assert_eq!(metrics.total("http_responses_incomplete_total"), 0.0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_timeout_inside_is_its_own_answer_and_outside_a_499() {
    let (outer, inner) = (monitor(), monitor());
    let timeout = TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, Duration::from_secs(1));
    let service = ServiceBuilder::new()
        .layer(outer.layer())
        .layer(timeout)
        .layer(inner.layer())
        .service(service_fn(async |_: Request<()>| pending::<Result<Response<Full<Bytes>>, Infallible>>().await));
    let response = service.oneshot(Request::new(())).await.unwrap();
    assert_eq!(response.status(), 408);
    response.into_body().collect().await.unwrap();
    assert_one_status(&Metrics::of(&outer).await, "408");
    assert_one_status(&Metrics::of(&inner).await, "499");
}

#[tokio::test(start_paused = true)]
async fn a_timeout_that_is_an_error_counts_as_500_inside_and_as_499_outside() {
    let (outer, inner) = (monitor(), monitor());
    let service = ServiceBuilder::new()
        .layer(outer.layer())
        .timeout(Duration::from_secs(1))
        .layer(inner.layer())
        .service(service_fn(async |_: Request<()>| pending::<Result<Response<Full<Bytes>>, Infallible>>().await));
    assert!(service.oneshot(Request::new(())).await.is_err());
    assert_one_status(&Metrics::of(&outer).await, "500");
    assert_one_status(&Metrics::of(&inner).await, "499");
}

#[tokio::test]
async fn a_body_limit_inside_is_a_413_and_outside_goes_by_unseen() {
    let (outer, inner) = (monitor(), monitor());
    let service = ServiceBuilder::new()
        .layer(outer.layer())
        .layer(RequestBodyLimitLayer::new(10))
        .layer(inner.layer())
        .service(service_fn(async |_: Request<_>| Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))));
    let request = Request::post("/").header("content-length", 20).body(Full::<Bytes>::from("01234567890123456789")).unwrap();
    let response = service.oneshot(request).await.unwrap();
    assert_eq!(response.status(), 413);
    let sent = response.into_body().collect().await.unwrap().to_bytes().len();
    let metrics = Metrics::of(&outer).await;
    assert_one_status(&metrics, "413");
    assert_eq!(metrics.total("http_response_size_bytes_sum"), sent as f64);
    assert_eq!(Metrics::of(&inner).await.total("http_requests_total"), 0.0);
}

#[track_caller]
fn assert_one_status(metrics: &Metrics, status: &str) {
    let counted: Vec<_> = metrics.series("http_requests_total").collect();
    let [(series, 1.0)] = counted[..] else { panic!("{counted:?}") };
    assert!(series.contains(&format!("status=\"{status}\"")), "{series}");
    assert_eq!(metrics.total("http_requests_in_flight"), 0.0);
}
