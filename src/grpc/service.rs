use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Request, Response};
use tower::{Layer, Service};

use super::body::ResponseBody;
use super::call::{Call, watched};
use super::future::ResponseFuture;
use super::methods::Methods;

/// Puts [`GrpcMetrics`] around a service; see the [module](self::super).
#[derive(Debug, Clone)]
pub struct GrpcMetricsLayer {
    methods: Option<Arc<Methods>>,
}

impl GrpcMetricsLayer {
    pub(crate) fn new(methods: Option<Arc<Methods>>) -> Self {
        Self { methods }
    }
}

impl<S> Layer<S> for GrpcMetricsLayer {
    type Service = GrpcMetrics<S>;

    fn layer(&self, inner: S) -> Self::Service {
        GrpcMetrics { inner, methods: self.methods.clone() }
    }
}

/// Counts the gRPC calls of a service; see the [module](self::super).
#[derive(Debug, Clone)]
pub struct GrpcMetrics<S> {
    inner: S,
    methods: Option<Arc<Methods>>,
}

impl<S> GrpcMetrics<S> {
    crate::inner::accessors!();
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for GrpcMetrics<S>
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

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let mut call = self.methods.as_ref().and_then(|methods| Call::begin(methods, &request));
        let inner = watched(&mut call, || self.inner.call(request));
        ResponseFuture::new(inner, call)
    }
}
