//! The application in axum, and the layers around it.

use std::net::SocketAddr;
use std::panic::catch_unwind;
use std::sync::LazyLock;
use std::sync::mpsc::Receiver;

use axum::body::Body;
use axum::response::{Html, Response};
use axum::routing::{get, post};
use axum::{Router, serve};
use axum_prometheus::PrometheusMetricLayerBuilder;
use bytes::Bytes;
use opentelemetry_instrumentation_tower::http::server::LayerBuilder;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use prometheus::{Registry, TextEncoder};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tower_rum::{GrpcType, Monitor};

use super::application::{CALL, HTML, KILOBYTE, Source, Streams};
use super::subject::{Names, Subject};

pub fn ours() -> Subject {
    let counted = Registry::new();
    let monitor = Monitor::builder()
        .registry(Registry::new())
        .grpc_service("shop.Orders", [("Place", GrpcType::Unary)])
        .build()
        .expect("a monitor");
    counted.register(Box::new(monitor.collector())).expect("one collector");
    let (app, sources) = application();
    let app = app.layer(monitor.grpc_layer()).merge(monitor.routes()).layer(monitor.layer());
    Subject {
        name: "tower-rum, axum",
        address: start(app),
        names: Names::OURS,
        has_trailers: true,
        read: Box::new(move || text(&counted)),
        sources,
        second: || catch_unwind(|| Monitor::builder().registry(Registry::new()).build().expect("another").layer()).is_ok(),
    }
}

pub fn axum_prometheus() -> Subject {
    // It spawns a task of its own.
    let _context = RUNTIME.enter();
    let (layer, handle) = PrometheusMetricLayerBuilder::new().enable_response_body_size(true).with_default_metrics().build_pair();
    let exposed = handle.clone();
    let (app, sources) = application();
    Subject {
        name: "axum-prometheus",
        address: start(app.route("/metrics", get(async move || exposed.render())).layer(layer)),
        names: Names {
            requests: "axum_http_requests_total",
            latency: "axum_http_requests_duration_seconds_count",
            in_flight: Some("axum_http_requests_pending"),
            response_size: Some("axum_http_response_body_size"),
            route: "endpoint",
            status: "status",
        },
        has_trailers: true,
        read: Box::new(move || handle.render()),
        sources,
        second: || {
            let _context = RUNTIME.enter();
            catch_unwind(|| PrometheusMetricLayerBuilder::new().with_default_metrics().build_pair()).is_ok()
        },
    }
}

/// Metrics alone: its spans are turned off.
pub fn otel() -> Subject {
    let registry = Registry::new();
    let exporter = opentelemetry_prometheus::exporter().with_registry(registry.clone()).build().expect("an exporter");
    opentelemetry::global::set_meter_provider(SdkMeterProvider::builder().with_reader(exporter).build());
    let layer = LayerBuilder::builder().with_tracing(false).build().expect("a layer");
    let (app, sources) = application();
    let exposed = registry.clone();
    Subject {
        name: "opentelemetry-instrumentation-tower",
        address: start(app.route("/metrics", get(async move || text(&exposed))).layer(layer)),
        names: Names {
            requests: "http_server_request_duration_seconds_count",
            latency: "http_server_request_duration_seconds_count",
            in_flight: Some("http_server_active_requests"),
            response_size: Some("http_server_response_body_size_bytes"),
            route: "http_route",
            status: "http_response_status_code",
        },
        has_trailers: true,
        read: Box::new(move || text(&registry)),
        sources,
        second: || catch_unwind(|| LayerBuilder::builder().with_tracing(false).build().expect("another")).is_ok(),
    }
}

fn application() -> (Router, Receiver<Source>) {
    let (streams, sources) = Streams::new();
    let (calls, hangs) = (streams.clone(), streams.clone());
    let app = Router::new()
        .route("/", get(async || KILOBYTE))
        .route("/users/{id}", get(async || "a user"))
        .route("/page", get(async || Html(HTML)))
        .route("/echo", post(async |body: Bytes| body))
        .route("/hangs", get(async move || hangs.never().await))
        .route("/panics", get(async || -> &'static str { panic!("as asked") }))
        .route("/streams", get(async move || Body::new(streams.open())))
        .route(
            CALL,
            post(async move || {
                let response = Response::builder().header("content-type", "application/grpc").header("trailer", "grpc-status");
                response.body(Body::new(calls.open())).expect("a response")
            }),
        );
    (app, sources)
}

fn start(app: Router) -> SocketAddr {
    let listener = RUNTIME.block_on(TcpListener::bind("127.0.0.1:0")).expect("a port");
    let address = listener.local_addr().expect("an address");
    RUNTIME.spawn(async move { serve(listener, app).await });
    address
}

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime"));

pub(super) fn text(registry: &Registry) -> String {
    TextEncoder::new().encode_to_string(&registry.gather()).expect("text")
}
