use std::sync::Arc;

use tower::Layer;

use super::handle::Handle;
use super::service::HttpMetrics;
use super::shared::Shared;

/// Puts [`HttpMetrics`] around a service; see the [module](self::super) for what it counts and when.
///
/// A thread that has dropped a service of a monitor keeps that monitor's memory until it drops one of another, or ends: a router's services are
/// cloned for each request, and so the next clone costs no atomic count.
#[derive(Debug, Clone)]
pub struct HttpMetricsLayer {
    shared: Handle,
}

impl HttpMetricsLayer {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared: Handle::new(shared) }
    }
}

impl<S> Layer<S> for HttpMetricsLayer {
    type Service = HttpMetrics<S>;

    fn layer(&self, inner: S) -> Self::Service {
        HttpMetrics::new(inner, self.shared.clone())
    }
}
