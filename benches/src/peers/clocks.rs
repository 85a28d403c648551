//! The floor of whatever measures a latency: one clock read before, one after.

use std::hint::black_box;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use pin_project_lite::pin_project;
use tower::{Layer, Service};

/// A clock whose readings can be compared.
pub trait Clock: Copy + Send + Sync + 'static {
    fn now() -> Self;
    fn elapsed(self) -> Duration;
}

impl Clock for Instant {
    fn now() -> Self {
        Instant::now()
    }

    fn elapsed(self) -> Duration {
        Instant::elapsed(&self)
    }
}

impl Clock for quanta::Instant {
    fn now() -> Self {
        quanta::Instant::now()
    }

    fn elapsed(self) -> Duration {
        quanta::Instant::elapsed(&self)
    }
}

#[derive(Clone)]
pub struct ClocksLayer<C>(PhantomData<C>);

impl<C: Clock> ClocksLayer<C> {
    pub fn new() -> Self {
        Self(PhantomData)
    }
}

#[derive(Clone)]
pub struct Clocks<C, S>(PhantomData<C>, S);

impl<C: Clock, S> Layer<S> for ClocksLayer<C> {
    type Service = Clocks<C, S>;

    fn layer(&self, inner: S) -> Clocks<C, S> {
        Clocks(PhantomData, inner)
    }
}

impl<C: Clock, S: Service<R>, R> Service<R> for Clocks<C, S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = ClocksFuture<C, S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.1.poll_ready(cx)
    }

    fn call(&mut self, request: R) -> Self::Future {
        let arrived = C::now();
        ClocksFuture { inner: self.1.call(request), arrived }
    }
}

pin_project! {
    pub struct ClocksFuture<C, F> {
        #[pin]
        inner: F,
        arrived: C,
    }
}

impl<C: Clock, F: Future> Future for ClocksFuture<C, F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let output = ready!(this.inner.poll(cx));
        black_box(this.arrived.elapsed());
        Poll::Ready(output)
    }
}
