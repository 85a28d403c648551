//! Request bodies measured by a layer of their own: wrapping them changes a type, so whoever does not ask does not pay.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Buf;
use http::Request;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use tower::{Layer, Service};

use crate::record::RequestSizeMeter;

use super::handle::Handle;
use super::shared::Shared;

/// Puts [`RequestSize`] around a service.
#[derive(Debug, Clone)]
pub struct RequestSizeLayer {
    shared: Handle,
}

impl RequestSizeLayer {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared: Handle::new(shared) }
    }
}

impl<S> Layer<S> for RequestSizeLayer {
    type Service = RequestSize<S>;

    fn layer(&self, inner: S) -> Self::Service {
        RequestSize { inner, shared: self.shared.clone() }
    }
}

/// Observes `http_request_size_bytes` once per request: the body bytes that the service read before it was done with the body.
#[derive(Debug, Clone)]
pub struct RequestSize<S> {
    inner: S,
    shared: Handle,
}

impl<S> RequestSize<S> {
    crate::inner::accessors!();
}

impl<S, B> Service<Request<B>> for RequestSize<S>
where
    S: Service<Request<RequestBody<B>>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let meter = self.shared.request_size(&request);
        self.inner.call(request.map(|inner| RequestBody { inner, meter }))
    }
}

pin_project! {
    /// A request body whose bytes are counted as they are read.
    pub struct RequestBody<B> {
        #[pin]
        inner: B,
        meter: Option<RequestSizeMeter>,
    }
}

impl<B: Body> Body for RequestBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let this = self.project();
        let frame = ready!(this.inner.poll_frame(cx));
        match (&frame, this.meter.as_mut()) {
            (Some(Ok(frame)), Some(meter)) => meter.read(frame.data_ref().map_or(0, Buf::remaining)),
            _ => drop(this.meter.take()),
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl<B> fmt::Debug for RequestBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestBody").finish_non_exhaustive()
    }
}
