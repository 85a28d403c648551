use std::sync::Arc;

use tower::Layer;

use super::service::HttpMetrics;
use super::shared::Shared;

/// Puts [`HttpMetrics`] around a service; see the [module](self::super) for what it counts and when.
#[derive(Debug, Clone)]
pub struct HttpMetricsLayer {
    shared: Arc<Shared>,
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
