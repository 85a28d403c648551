//! What each layer measures, by what stands between the two.

use std::convert::Infallible;
use std::future::pending;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, AUTHORIZATION};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use tower::layer::layer_fn;
use tower::{Service, ServiceBuilder, ServiceExt, service_fn};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::TimeoutLayer;
use tower_rum::Monitor;

use crate::support::metrics::Metrics;

use super::{answer, route, routed};

#[tokio::test(start_paused = true)]
async fn each_order_of_layers_measures_what_is_documented() {
    let (outer, inner) = (routed().build().unwrap(), routed().build().unwrap());
    let service = ServiceBuilder::new()
        .layer(outer.outer_layer())
        .layer(CatchPanicLayer::new())
        .layer(CompressionLayer::new())
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, Duration::from_secs(1)))
        .layer(layer_fn(authorized))
        .map_request(route)
        .layer(outer.template_layer())
        .layer(inner.layer())
        .service_fn(async |request: Request<()>| match request.uri().path() {
            "/users/slow" => pending().await,
            "/users/bad" => panic!("a handler panics"),
            _ => Ok::<_, Infallible>(Response::new(Full::<Bytes>::from(vec![b'x'; 10_000]))),
        });
    let mut compressed = 0;
    for path in ["/users/7", "/users/slow", "/users/bad"] {
        let request = Request::get(path).header(ACCEPT_ENCODING, "gzip").header(AUTHORIZATION, "me").body(()).unwrap();
        let response = service.clone().oneshot(request).await.unwrap();
        let bytes = response.into_body().collect().await.map_or(0, |body| body.to_bytes().len());
        compressed += if path == "/users/7" { bytes } else { 0 };
    }
    answer(service, "/users/7").await;
    let statuses = async |monitor: &Monitor| {
        let metrics = Metrics::of(monitor).await;
        assert_eq!(metrics.total("http_requests_in_flight"), 0.0);
        let statuses = metrics.series("http_requests_total").map(|(series, requests)| (series.to_owned(), requests));
        let mut statuses: Vec<_> = statuses.collect();
        statuses.sort_by(|a, b| a.0.cmp(&b.0));
        statuses
    };
    let counted = |endpoint: &str, status: u16| {
        (format!(r#"http_requests_total{{method="GET",endpoint="{endpoint}",status="{status}"}}"#), 1.0)
    };
    let user = |status| counted("/users/{id}", status);
    assert_eq!(statuses(&outer).await, [user(200), user(408), user(500), counted("unmatched", 401)]);
    assert_eq!(statuses(&inner).await, [user(200), user(499), user(500)]);
    let sizes =
        |metrics: Metrics| metrics.value(r#"http_response_size_bytes_bucket{method="GET",endpoint="/users/{id}",le="1000.0"}"#);
    assert!(compressed > 0 && compressed < 1_000);
    assert_eq!(sizes(Metrics::of(&outer).await), 3.0);
    assert_eq!(sizes(Metrics::of(&inner).await), 0.0);
    let seconds = async |monitor: &Monitor| Metrics::of(monitor).await.total("http_request_duration_seconds_count");
    assert_eq!((seconds(&outer).await, seconds(&inner).await), (4.0, 3.0));
}

#[cfg(feature = "axum")]
#[tokio::test]
async fn around_an_axum_router_requests_count_by_its_templates_and_our_own_routes_do_not() {
    use axum::{Router, body::Body, routing::get};
    use tower::Layer;

    let monitor = Monitor::builder().registry(prometheus::Registry::new()).build().unwrap();
    let router: Router = Router::new().route("/users/{id}", get(async || "user")).merge(monitor.routes());
    let service = monitor.outer_layer().layer(router.layer(monitor.template_layer()));
    for (path, status) in [("/users/7", 200), ("/nope", 404), ("/metrics", 200), ("/rum.js", 200)] {
        let response = service.clone().oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), status, "{path}");
        response.into_body().collect().await.unwrap();
    }
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.value(r#"http_requests_total{method="GET",endpoint="/users/{id}",status="200"}"#), 1.0);
    assert_eq!(metrics.value(r#"http_requests_total{method="GET",endpoint="unmatched",status="404"}"#), 1.0);
    assert_eq!(metrics.total("http_requests_total"), 2.0);
    assert_eq!(metrics.total("http_requests_in_flight"), 0.0);
}

/// Turns away whoever does not say who he is.
fn authorized<S, B>(inner: S) -> impl Service<Request<()>, Response = Response<B>, Error = S::Error, Future: Send> + Clone
where
    S: Service<Request<()>, Response = Response<B>, Future: Send> + Clone + Send,
    S::Error: Send,
    B: Default + Send,
{
    service_fn(move |request: Request<()>| {
        let inner = inner.clone();
        async move {
            if request.headers().contains_key(AUTHORIZATION) {
                return inner.oneshot(request).await;
            }
            let mut refusal = Response::new(B::default());
            *refusal.status_mut() = StatusCode::UNAUTHORIZED;
            Ok(refusal)
        }
    })
}
