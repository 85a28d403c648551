//! What peers expose after a handful of requests, for the guide on moving away from them: `moving axum-prometheus` or `moving actix-web-prom`.
//!
//! The end-to-end tests keep what it prints, and hold the guide's relabelling and rules against it.

use std::env;

use actix_web::dev::Service as _;
use axum::body::{Body, to_bytes};
use axum_prometheus::{Handle, PrometheusMetricLayerBuilder};
use http::{Request, StatusCode};
use tower::ServiceExt as _;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    match env::args().nth(1).as_deref() {
        Some("axum-prometheus") => axum_prometheus().await,
        Some("actix-web-prom") => actix_web_prom().await,
        _ => panic!("moving takes axum-prometheus or actix-web-prom"),
    }
}

async fn axum_prometheus() {
    use axum::routing::get;
    let handle = Handle::default().0;
    let layer: axum_prometheus::PrometheusMetricLayer =
        PrometheusMetricLayerBuilder::new().enable_response_body_size(true).build();
    let app = axum::Router::new()
        .route("/users/{id}", get(async || "a user"))
        .route("/fails", get(async || StatusCode::INTERNAL_SERVER_ERROR))
        .layer(layer);
    for (method, path) in REQUESTS {
        let request = Request::builder().method(method).uri(path).body(Body::empty()).expect("a request");
        let response = app.clone().oneshot(request).await.expect("a response");
        to_bytes(response.into_body(), usize::MAX).await.expect("a body");
    }
    print!("{}", handle.render());
}

async fn actix_web_prom() {
    use actix_web::test::{TestRequest, init_service, read_body};
    use actix_web::{App, HttpResponse, web};
    let metrics = actix_web_prom::PrometheusMetricsBuilder::new("api").endpoint("/metrics").build().expect("metrics");
    let app = App::new()
        .service(web::resource("/users/{id}").route(web::get().to(async || "a user")))
        .service(web::resource("/fails").route(web::get().to(HttpResponse::InternalServerError)))
        .wrap(metrics);
    let service = init_service(app).await;
    for (method, path) in REQUESTS.into_iter().chain([("GET", "/metrics")]) {
        let method = actix_web::http::Method::from_bytes(method.as_bytes()).expect("a method");
        let response = service.call(TestRequest::with_uri(path).method(method).to_request()).await.expect("a response");
        let body = read_body(response).await;
        if path == "/metrics" {
            print!("{}", String::from_utf8_lossy(&body));
        }
    }
}

const REQUESTS: [(&str, &str); 6] = [
    ("GET", "/users/1"),
    ("GET", "/users/2"),
    ("POST", "/users/1"),
    ("PURGE", "/users/1"),
    ("GET", "/fails"),
    ("GET", "/nowhere/1"),
];
