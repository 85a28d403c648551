//! Middleware that others publish, with the bounds that ours has by default.

use std::sync::OnceLock;

use axum_prometheus::{
    AXUM_HTTP_REQUESTS_DURATION_SECONDS, AXUM_HTTP_RESPONSE_BODY_SIZE, PrometheusMetricLayer, PrometheusMetricLayerBuilder,
};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use super::bounds::{BYTES, SECONDS};

pub fn axum_prometheus(with_body_size: bool) -> PrometheusMetricLayer<'static> {
    metrics_recorder();
    PrometheusMetricLayerBuilder::new().enable_response_body_size(with_body_size).build()
}

/// The recorder of all that goes through the `metrics` crate.
pub fn metrics_recorder() -> &'static PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE.get_or_init(|| {
        let durations = Matcher::Full(AXUM_HTTP_REQUESTS_DURATION_SECONDS.into());
        let sizes = Matcher::Full(AXUM_HTTP_RESPONSE_BODY_SIZE.into());
        let builder = PrometheusBuilder::new().set_buckets_for_metric(durations, &SECONDS);
        let recorder =
            builder.and_then(|builder| builder.set_buckets_for_metric(sizes, &BYTES)).expect("bounds").build_recorder();
        let handle = recorder.handle();
        metrics::set_global_recorder(recorder).expect("no other recorder");
        handle
    })
}

/// What the `metrics` exporter does every five seconds in its own time: it keeps every sample until then.
pub fn upkeep() {
    metrics_recorder().run_upkeep();
}
