//! The other end of [`outer_layer`](crate::Monitor::outer_layer): tells it the route template from where that is known.

use std::sync::Arc;
use std::task::{Context, Poll};

use http::Request;
use tower::{Layer, Service};

use super::handle::Handle;
use super::shared::Shared;

/// Puts [`TellTemplate`] around a service.
#[derive(Debug, Clone)]
pub struct TellTemplateLayer {
    shared: Handle,
}

impl TellTemplateLayer {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared: Handle::new(shared) }
    }
}

impl<S> Layer<S> for TellTemplateLayer {
    type Service = TellTemplate<S>;

    fn layer(&self, inner: S) -> Self::Service {
        TellTemplate { inner, shared: self.shared.clone() }
    }
}

/// Tells the layers of [`outer_layer`](crate::Monitor::outer_layer) around it each request's route template, and changes nothing.
#[derive(Debug, Clone)]
pub struct TellTemplate<S> {
    inner: S,
    shared: Handle,
}

impl<S> TellTemplate<S> {
    crate::inner::accessors!();
}

impl<S, B> Service<Request<B>> for TellTemplate<S>
where
    S: Service<Request<B>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        self.shared.tell(&request);
        self.inner.call(request)
    }
}
