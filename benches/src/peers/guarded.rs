//! The middleware of the recorders that are written by hand: a guard from the request to the end of its body.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::extract::MatchedPath;
use bytes::Buf;
use http::{Method, Request, Response};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use tower::{Layer, Service};

/// What a peer does at each stage of a request.
pub trait Record: Send + Sync + 'static {
    /// What it keeps from the arrival on, such as the time.
    type Arrived: Send + Sync + 'static;

    /// A request is there: one more in flight.
    fn arrived(&self, endpoint: &str, method: &Method) -> Self::Arrived;
    /// Its response head is there.
    fn answered(&self, arrived: &Self::Arrived, endpoint: &str, method: &Method, status: u16);
    /// Its body has ended: one less in flight.
    fn ended(&self, arrived: &Self::Arrived, endpoint: &str, method: &Method, bytes: u64);
}

/// Records nothing, and reads no clock.
pub struct Nothing;

impl Record for Nothing {
    type Arrived = ();

    fn arrived(&self, _: &str, _: &Method) {}
    fn answered(&self, (): &(), _: &str, _: &Method, _: u16) {}
    fn ended(&self, (): &(), _: &str, _: &Method, _: u64) {}
}

/// Its recorder lives as long as the process: a count on it would be contended.
pub struct GuardedLayer<R: 'static>(&'static R);

impl<R> GuardedLayer<R> {
    pub fn new(record: R) -> Self {
        Self(Box::leak(Box::new(record)))
    }
}

impl<R> Copy for GuardedLayer<R> {}

impl<R> Clone for GuardedLayer<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R, S> Layer<S> for GuardedLayer<R> {
    type Service = Guarded<R, S>;

    fn layer(&self, inner: S) -> Guarded<R, S> {
        Guarded { record: self.0, inner }
    }
}

pub struct Guarded<R: 'static, S> {
    record: &'static R,
    inner: S,
}

impl<R, S: Clone> Clone for Guarded<R, S> {
    fn clone(&self) -> Self {
        Self { record: self.record, inner: self.inner.clone() }
    }
}

impl<R, S, Q, B> Service<Request<Q>> for Guarded<R, S>
where
    R: Record,
    S: Service<Request<Q>, Response = Response<B>>,
    B: Body,
{
    type Response = Response<GuardedBody<R, B>>;
    type Error = S::Error;
    type Future = GuardedFuture<R, S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Q>) -> Self::Future {
        let guard = request.extensions().get::<MatchedPath>().map(|endpoint| {
            let (endpoint, method) = (endpoint.clone(), request.method().clone());
            let arrived = self.record.arrived(endpoint.as_str(), &method);
            Guard { record: self.record, endpoint, method, arrived, bytes: 0 }
        });
        GuardedFuture { inner: self.inner.call(request), guard }
    }
}

struct Guard<R: Record> {
    record: &'static R,
    endpoint: MatchedPath,
    method: Method,
    arrived: R::Arrived,
    bytes: u64,
}

impl<R: Record> Drop for Guard<R> {
    fn drop(&mut self) {
        self.record.ended(&self.arrived, self.endpoint.as_str(), &self.method, self.bytes);
    }
}

pin_project! {
    pub struct GuardedFuture<R: Record, F> {
        #[pin]
        inner: F,
        guard: Option<Guard<R>>,
    }
}

impl<R: Record, F, B, E> Future for GuardedFuture<R, F>
where
    F: Future<Output = Result<Response<B>, E>>,
{
    type Output = Result<Response<GuardedBody<R, B>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let response = ready!(this.inner.poll(cx))?;
        let guard = this.guard.take();
        if let Some(guard) = &guard {
            guard.record.answered(&guard.arrived, guard.endpoint.as_str(), &guard.method, response.status().as_u16());
        }
        Poll::Ready(Ok(response.map(|inner| GuardedBody { inner, guard })))
    }
}

pin_project! {
    pub struct GuardedBody<R: Record, B> {
        #[pin]
        inner: B,
        guard: Option<Guard<R>>,
    }
}

impl<R: Record, B: Body> Body for GuardedBody<R, B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let mut this = self.project();
        let frame = ready!(this.inner.as_mut().poll_frame(cx));
        if let (Some(Ok(frame)), Some(guard)) = (&frame, this.guard.as_mut()) {
            guard.bytes += frame.data_ref().map_or(0, Buf::remaining) as u64;
        }
        if frame.is_none() || this.inner.is_end_stream() {
            drop(this.guard.take());
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
