use std::collections::BTreeSet;
use std::sync::Arc;

use http::Request;
use tower::Layer;

use crate::label::{EndpointSource, RequestHead, Template};
use crate::record::{InFlight, Recorder};

use super::service::HttpMetrics;

/// Puts [`HttpMetrics`] around a service; see the [module](self::super) for what it counts and when.
#[derive(Debug, Clone)]
pub struct HttpMetricsLayer {
    shared: Arc<Shared>,
}

/// What every copy of the layer and of its services shares: axum clones them once per request.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) endpoint: EndpointSource,
    /// Templates that go by uncounted.
    pub(crate) uncounted: BTreeSet<String>,
    pub(crate) response_duration: bool,
    pub(crate) server_timing: bool,
}

impl Shared {
    /// `None` for a route that is not counted.
    pub(super) fn begin<B>(&self, request: &Request<B>) -> Option<InFlight> {
        self.recorder.begin(&self.template(request)?, request.method())
    }

    /// `None` for a route that is not counted.
    pub(super) fn template<'a, B>(&self, request: &'a Request<B>) -> Option<Template<'a>> {
        let template = self.endpoint.template(RequestHead::of(request));
        (!self.uncounted.contains(template.as_str())).then_some(template)
    }
}

impl HttpMetricsLayer {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }
}

impl<S> Layer<S> for HttpMetricsLayer {
    type Service = HttpMetrics<S>;

    fn layer(&self, inner: S) -> Self::Service {
        HttpMetrics::new(inner, Arc::clone(&self.shared))
    }
}
