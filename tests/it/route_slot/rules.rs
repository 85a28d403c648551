//! What holds for templates that a layer reads itself holds for those that it is told.

use std::convert::Infallible;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use tower::{Layer, ServiceBuilder, ServiceExt, service_fn};
use tower_rum::Prefetch;

use crate::support::metrics::Metrics;

use super::{Template, answer, hello, route, routed};

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
