//! The floor of whatever measures a latency: one clock read before, one after.

use std::hint::black_box;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use pin_project_lite::pin_project;
use tower::{Layer, Service};

#[derive(Debug, Clone)]
pub struct ClocksLayer;

#[derive(Debug, Clone)]
pub struct Clocks<S>(S);

impl<S> Layer<S> for ClocksLayer {
    type Service = Clocks<S>;

    fn layer(&self, inner: S) -> Clocks<S> {
        Clocks(inner)
    }
}

impl<S: Service<R>, R> Service<R> for Clocks<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = ClocksFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: R) -> Self::Future {
        let arrived = Instant::now();
        ClocksFuture { inner: self.0.call(request), arrived }
    }
}

pin_project! {
    pub struct ClocksFuture<F> {
        #[pin]
        inner: F,
        arrived: Instant,
    }
}

impl<F: Future> Future for ClocksFuture<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let output = ready!(this.inner.poll(cx));
        black_box(this.arrived.elapsed());
        Poll::Ready(output)
    }
}
