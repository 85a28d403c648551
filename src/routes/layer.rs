//! Our routes in front of a service that has no router.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::Either;
use pin_project_lite::pin_project;
use tower::{Layer, Service};

use crate::serve::Body;

use super::{Route, Routes};

/// What [`Monitor::routes_layer`](crate::Monitor::routes_layer), [`public_routes_layer`](crate::Monitor::public_routes_layer) and
/// [`operator_routes_layer`](crate::Monitor::operator_routes_layer) give.
#[derive(Debug, Clone)]
pub struct WithRoutesLayer {
    routes: Arc<Routes>,
    wanted: fn(Route) -> bool,
}

impl WithRoutesLayer {
    pub(crate) fn new(routes: Arc<Routes>, wanted: fn(Route) -> bool) -> Self {
        Self { routes, wanted }
    }
}

impl<S> Layer<S> for WithRoutesLayer {
    type Service = WithRoutes<S>;

    fn layer(&self, inner: S) -> Self::Service {
        WithRoutes { inner, routes: Arc::clone(&self.routes), wanted: self.wanted }
    }
}

/// A service with our routes in front of it.
#[derive(Debug, Clone)]
pub struct WithRoutes<S> {
    inner: S,
    routes: Arc<Routes>,
    wanted: fn(Route) -> bool,
}

impl<S> WithRoutes<S> {
    crate::inner::accessors!();
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for WithRoutes<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    ReqBody: HttpBody<Data: Send, Error: Into<Box<dyn std::error::Error + Send + Sync>>> + Send + 'static,
{
    type Response = Response<ResponseBody<ResBody>>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let route = self.routes.find(request.uri().path()).filter(|route| (self.wanted)(*route));
        let answer = match route {
            Some(route) => Answer::Ours { reply: Box::pin(self.routes.respond(route, request)) },
            None => Answer::Inner { future: self.inner.call(request) },
        };
        ResponseFuture { answer }
    }
}

pin_project! {
    /// The future of [`WithRoutes`].
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<F> {
        #[pin]
        answer: Answer<F>,
    }
}

pin_project! {
    #[project = AnswerProjection]
    enum Answer<F> {
        Ours { reply: Pin<Box<dyn Future<Output = Response<Body>> + Send>> },
        Inner { #[pin] future: F },
    }
}

impl<F, B, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
{
    type Output = Result<Response<ResponseBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().answer.project() {
            AnswerProjection::Ours { reply } => reply.as_mut().poll(cx).map(|reply| Ok(reply.map(ResponseBody::ours))),
            AnswerProjection::Inner { future } => {
                let response = ready!(future.poll(cx));
                Poll::Ready(response.map(|response| response.map(ResponseBody::inner)))
            }
        }
    }
}

impl<F> fmt::Debug for ResponseFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}

pin_project! {
    /// The body of an answer of ours, or of the service inside.
    #[derive(Debug)]
    pub struct ResponseBody<B> {
        #[pin]
        body: Either<Body, B>,
    }
}

impl<B> ResponseBody<B> {
    fn ours(body: Body) -> Self {
        Self { body: Either::Left(body) }
    }

    fn inner(body: B) -> Self {
        Self { body: Either::Right(body) }
    }
}

/// Layers that answer by themselves ask for an empty body (CORS, timeouts).
impl<B: Default> Default for ResponseBody<B> {
    fn default() -> Self {
        Self::inner(B::default())
    }
}

impl<B> HttpBody for ResponseBody<B>
where
    B: HttpBody<Data = Bytes, Error: Into<Box<dyn std::error::Error + Send + Sync>>>,
{
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        self.project().body.poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
