//! Middleware that others publish, with the bounds that ours has by default.

use std::sync::OnceLock;
use std::time::Duration;

use axum_otel_metrics::{HttpMetricsLayer, HttpMetricsLayerBuilder};
use axum_prometheus::{
    AXUM_HTTP_REQUESTS_DURATION_SECONDS, AXUM_HTTP_RESPONSE_BODY_SIZE, PrometheusMetricLayer, PrometheusMetricLayerBuilder,
};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use opentelemetry_instrumentation_tower::http::server::{Layer as OtelLayer, LayerBuilder};
use opentelemetry_sdk::metrics::SdkMeterProvider;
use tower_http::classify::{ServerErrorsAsFailures, SharedClassifier};
use tower_http::trace::TraceLayer;

use super::bounds::{BYTES, SECONDS};

pub fn axum_prometheus(with_body_size: bool) -> PrometheusMetricLayer<'static> {
    metrics_recorder();
    PrometheusMetricLayerBuilder::new().enable_response_body_size(with_body_size).build()
}

/// A provider of its own, read by nobody while it runs.
pub fn axum_otel_metrics() -> HttpMetricsLayer {
    use opentelemetry_sdk_032::metrics::{InMemoryMetricExporter, PeriodicReader, SdkMeterProvider};
    let reader = PeriodicReader::builder(InMemoryMetricExporter::default()).with_interval(NEVER).build();
    HttpMetricsLayerBuilder::new()
        .with_provider(SdkMeterProvider::builder().with_reader(reader).build())
        .with_duration_buckets(SECONDS.to_vec())
        .with_size_buckets(BYTES.to_vec())
        .build()
}

/// Metrics alone: its spans are turned off.
pub fn otel_instrumentation_tower() -> OtelLayer {
    let exporter = opentelemetry_prometheus::exporter().with_registry(prometheus::Registry::new()).build().expect("an exporter");
    opentelemetry::global::set_meter_provider(SdkMeterProvider::builder().with_reader(exporter).build());
    LayerBuilder::builder().with_tracing(false).build().expect("a layer")
}

/// Spans that no subscriber takes: not metrics, but what many servers have already.
pub fn trace() -> TraceLayer<SharedClassifier<ServerErrorsAsFailures>> {
    TraceLayer::new_for_http()
}

const NEVER: Duration = Duration::from_secs(86_400);

/// The recorder of all that goes through the `metrics` crate.
pub fn metrics_recorder() -> &'static PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE.get_or_init(|| {
        let bounds = [
            (AXUM_HTTP_REQUESTS_DURATION_SECONDS, &SECONDS[..]),
            (AXUM_HTTP_RESPONSE_BODY_SIZE, &BYTES),
            ("http_request_duration_seconds", &SECONDS),
            ("http_response_size_bytes", &BYTES),
        ];
        let builder = bounds.into_iter().fold(PrometheusBuilder::new(), |builder, (name, bounds)| {
            builder.set_buckets_for_metric(Matcher::Full(name.into()), bounds).expect("bounds")
        });
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        metrics::set_global_recorder(recorder).expect("no other recorder");
        handle
    })
}

/// What the `metrics` exporter does every five seconds in its own time: it keeps every sample until then.
pub fn upkeep() {
    metrics_recorder().run_upkeep();
}
