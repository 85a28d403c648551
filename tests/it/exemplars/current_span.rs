//! The trace of the span that is current where the layer is called, through the real OpenTelemetry.

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::FutureExt;
use http::{Request, Response};
use http_body_util::Full;
use opentelemetry::trace::{TraceContextExt as _, TracerProvider as _};
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use tower::{Layer, ServiceBuilder, ServiceExt, service_fn};
use tower_http::trace::TraceLayer;
use tower_rum::Monitor;
use tower_rum::exemplars::{Exemplars, TraceContext};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::support::layered::raw_paths;

use super::{REQUESTS, traces};

#[tokio::test]
async fn a_layer_within_the_span_names_its_trace() {
    let monitor = monitor();
    let seen = traced(Sampler::AlwaysOn, || {
        let app = ServiceBuilder::new().layer(TraceLayer::new_for_http()).layer(monitor.layer()).service_fn(current);
        ask(app)
    });
    assert_eq!(traces(&monitor, REQUESTS).await, [seen.unwrap()]);
}

#[tokio::test]
async fn a_layer_around_the_span_sees_none() {
    let monitor = monitor();
    let seen = traced(Sampler::AlwaysOn, || ask(monitor.layer().layer(TraceLayer::new_for_http().layer(service_fn(current)))));
    assert!(seen.is_some());
    assert_eq!(traces(&monitor, REQUESTS).await, [""; 0]);
}

#[tokio::test]
async fn a_span_that_is_not_sampled_is_no_exemplar() {
    let monitor = monitor();
    let seen = traced(Sampler::AlwaysOff, || {
        let app = ServiceBuilder::new().layer(TraceLayer::new_for_http()).layer(monitor.layer()).service_fn(current);
        ask(app)
    });
    assert_eq!(seen, None);
    assert_eq!(traces(&monitor, REQUESTS).await, [""; 0]);
}

/// As the documentation of [`tower_rum::exemplars`] has it.
fn monitor() -> Monitor {
    let current_span = Exemplars::from_fn(|_| {
        let context = tracing::Span::current().context();
        let span = context.span().span_context().clone();
        if !span.is_sampled() {
            return None;
        }
        TraceContext::new(span.trace_id().to_bytes(), span.span_id().to_bytes())
    });
    raw_paths().exemplars(current_span).build().unwrap()
}

/// Runs `action` where spans are real ones.
fn traced<T>(sampler: Sampler, action: impl FnOnce() -> T) -> T {
    let provider = SdkTracerProvider::builder().with_sampler(sampler).build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), action)
}

fn ask<S, B>(app: S) -> Option<String>
where
    S: tower::Service<Request<Full<Bytes>>, Response = Response<B>, Error = Infallible>,
{
    let response = app.oneshot(Request::new(Full::default())).now_or_never().unwrap().unwrap();
    response.headers().get("x-seen").map(|seen| seen.to_str().unwrap().to_owned())
}

/// Answers with the trace that the handler is in.
async fn current(_: Request<Full<Bytes>>) -> Result<Response<Full<Bytes>>, Infallible> {
    let context = tracing::Span::current().context();
    let span = context.span().span_context().clone();
    let mut response = Response::new(Full::default());
    if span.is_sampled() {
        response.headers_mut().insert("x-seen", span.trace_id().to_string().parse().unwrap());
    }
    Ok(response)
}
