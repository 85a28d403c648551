use std::task::{Context, Poll};

use http::{Request, Response};
use tower::Service;

use super::body::ResponseBody;
use super::future::{Asked, ResponseFuture, destination};
use super::handle::Handle;
use super::unwind::Watch;
use super::upgrade;

/// Counts the requests of a service and measures its responses; see the [module](self::super).
#[derive(Debug, Clone)]
pub struct HttpMetrics<S> {
    inner: S,
    shared: Handle,
}

impl<S> HttpMetrics<S> {
    pub(super) fn new(inner: S, shared: Handle) -> Self {
        Self { inner, shared }
    }

    crate::inner::accessors!();
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for HttpMetrics<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    ResBody: http_body::Body,
{
    type Response = Response<ResponseBody<ResBody>>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<ReqBody>) -> Self::Future {
        // First, because reading the clock waits for whatever was begun before it.
        let arrived = self.shared.recorder.now();
        let mut guard;
        if self.shared.is_told_by_template() {
            guard = self.shared.begin(arrived, &request);
        } else {
            (guard, request) = self.shared.begin_by_head(arrived, request);
        }
        let asked = Asked::by(|| destination(request.headers()), upgrade::is_asked_by(&request), &self.shared);
        if asked.upgrade {
            (guard, request) = upgrade::offer(guard, request);
        }
        let mut watch = Watch::over(guard);
        let inner = self.inner.call(request);
        ResponseFuture::new(inner, watch.goes_on(), asked)
    }
}
