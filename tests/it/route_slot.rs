//! A layer around the router counts by the template that a layer inside tells it.

use std::borrow::Cow;
use std::convert::Infallible;
use std::future::pending;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use http::header::{ACCEPT_ENCODING, AUTHORIZATION};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use tower::layer::layer_fn;
use tower::{Layer, Service, ServiceBuilder, ServiceExt, service_fn};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::TimeoutLayer;
use tower_rum::{Builder, Monitor, Prefetch};

use crate::support::body::fed;
use crate::support::metrics::Metrics;

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

#[tokio::test]
async fn two_monitors_tell_their_own_layers_alone_and_one_monitor_all_of_its_own() {
    let (first, second) = (routed().build().unwrap(), routed().build().unwrap());
    let outside = || ServiceBuilder::new().layer(first.outer_layer()).layer(second.outer_layer()).layer(first.outer_layer());
    answer(outside().map_request(route).layer(first.template_layer()).service_fn(hello), "/users/7").await;
    let told = r#"http_requests_total{method="GET",endpoint="/users/{id}",status="200"}"#;
    let untold = r#"http_requests_total{method="GET",endpoint="unmatched",status="200"}"#;
    let (first_metrics, second_metrics) = (Metrics::of(&first).await, Metrics::of(&second).await);
    assert_eq!((first_metrics.get(told), first_metrics.get(untold)), (Some(2.0), None));
    assert_eq!((second_metrics.get(told), second_metrics.get(untold)), (None, Some(1.0)));
    for metrics in [first_metrics, second_metrics] {
        assert_eq!(metrics.total("http_requests_in_flight"), 0.0);
    }
}

#[tokio::test]
async fn rules_labels_and_prefetches_hold_for_what_is_told() {
    let monitor = routed()
        .ignore(["/health"])
        .alias("/users/*", "users")
        .label("plan", ["free", "pro"], |head| head.headers().get("x-plan")?.to_str().ok())
        .prefetch(Prefetch::Ignore)
        .build()
        .unwrap();
    let service = ServiceBuilder::new().layer(monitor.outer_layer()).map_request(route).layer(monitor.template_layer());
    let service = service.service_fn(hello);
    for (path, name, value) in
        [("/users/7", "x-plan", "pro"), ("/health", "x-plan", "pro"), ("/users/7", "sec-purpose", "prefetch")]
    {
        let request = Request::get(path).header(name, value).header("sec-fetch-dest", "empty").body(()).unwrap();
        let response = service.clone().oneshot(request).await.unwrap();
        let told = response.headers().get("server-timing").map(|field| field.to_str().unwrap());
        assert_eq!(told, (path != "/health").then_some(r#"route;desc="users""#), "{path}");
        response.into_body().collect().await.unwrap();
    }
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.value(r#"http_requests_total{method="GET",endpoint="users",status="200",plan="pro"}"#), 1.0);
    assert_eq!(metrics.total("http_requests_total"), 1.0);
    assert_eq!(metrics.total("http_response_size_bytes_count"), 1.0);
    assert_eq!(metrics.total("http_requests_in_flight"), 0.0);
    assert!(!metrics.text.contains("/health"));
}

#[tokio::test]
async fn with_unmatched_requests_ignored_those_whose_template_is_told_count() {
    let monitor = routed().ignore(["unmatched"]).build().unwrap();
    let before = Metrics::of(&monitor).await;
    let service = ServiceBuilder::new().layer(monitor.outer_layer()).map_request(route).layer(monitor.template_layer());
    let service = service.service_fn(hello);
    answer(service.clone(), "/nope").await;
    assert_eq!(Metrics::of(&monitor).await.text, before.text);
    answer(service, "/users/7").await;
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.value(r#"http_requests_total{method="GET",endpoint="/users/{id}",status="200"}"#), 1.0);
    assert_eq!(metrics.total("http_requests_total"), 1.0);
    assert!(!metrics.text.contains(r#"endpoint="unmatched",status"#));
}

#[tokio::test]
async fn no_slot_is_put_where_none_is_needed() {
    let monitor = routed().build().unwrap();
    let empty = service_fn(async |request: Request<()>| {
        let slots = request.extensions().len() - request.extensions().get::<Template>().map_or(0, |_| 1);
        Ok::<_, Infallible>(Response::new(Full::<Bytes>::from(slots.to_string())))
    });
    assert_eq!(answer(monitor.layer().layer(empty), "/users/7").await, "0");
    assert_eq!(answer(monitor.outer_layer().layer(empty), "/users/7").await, "1");
    let known = ServiceBuilder::new().map_request(route).layer(monitor.outer_layer()).service(empty);
    assert_eq!(answer(known, "/users/7").await, "0");
}

#[tokio::test]
async fn the_cap_holds_for_templates_told() {
    const CAP: usize = 16;
    let monitor = routed().http_series(CAP).build().unwrap();
    let service = ServiceBuilder::new().layer(monitor.outer_layer()).map_request(route).layer(monitor.template_layer());
    let service = service.service_fn(hello);
    for number in 0..500 {
        answer(service.clone(), &format!("/junk/{number}")).await;
    }
    let metrics = Metrics::of(&monitor).await;
    assert!(metrics.series("http_requests_total").count() <= CAP + 1);
    assert_eq!(metrics.total("http_requests_total"), 500.0);
    assert_eq!(metrics.total("http_requests_in_flight"), 0.0);
}

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

/// What a router of the tests' own leaves in a request's extensions.
#[derive(Clone)]
struct Template(String);

fn route(mut request: Request<()>) -> Request<()> {
    let path = request.uri().path();
    let template = match path {
        "/nope" => None,
        _ if path.starts_with("/users/") => Some("/users/{id}"),
        path => Some(path),
    };
    if let Some(template) = template.map(str::to_owned) {
        request.extensions_mut().insert(Template(template));
    }
    request
}

fn routed() -> Builder {
    let builder = Monitor::builder().registry(prometheus::Registry::new());
    builder.endpoint(|head| head.extensions().get::<Template>().map(|template| Cow::Borrowed(template.0.as_str())))
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

async fn hello(_: Request<()>) -> Result<Response<Full<Bytes>>, Infallible> {
    Ok(Response::new(Full::from("hello")))
}

async fn answer<S, B>(service: S, path: &str) -> Bytes
where
    S: Service<Request<()>, Response = Response<B>, Error: std::fmt::Debug>,
    B: http_body::Body<Data = Bytes, Error: std::fmt::Debug>,
{
    let response = service.oneshot(Request::get(path).body(()).unwrap()).await.unwrap();
    response.into_body().collect().await.unwrap().to_bytes()
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
