use std::cell::RefCell;
use std::fmt;
use std::future::{Ready, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_web::Error;
use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue};
use pin_project_lite::pin_project;

use crate::middleware::{Asked, ResponseHead, Shared, Watch};
use crate::monitor::Monitor;
use crate::record::InFlight;
use crate::routes::Routes;

use super::body::ResponseBody;
use super::endpoint::{Endpoints, Seeming};
use super::foresight::Foresight;
use super::upgrade;

impl Monitor {
    /// The middleware that counts requests; see [`actix`](crate::actix).
    ///
    /// Put it on last: what is wrapped later is outside, and sees what the rest answers.
    #[must_use]
    pub fn actix(&self) -> HttpMetrics {
        HttpMetrics { shared: Arc::clone(self.shared()), routes: Arc::clone(self.own_routes()) }
    }
}

/// Puts [`HttpMetricsMiddleware`] around an application, scope or resource.
#[derive(Debug, Clone)]
pub struct HttpMetrics {
    shared: Arc<Shared>,
    routes: Arc<Routes>,
}

impl<S, B> Transform<S, ServiceRequest> for HttpMetrics
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    type Response = ServiceResponse<ResponseBody<B>>;
    type Error = Error;
    type Transform = HttpMetricsMiddleware<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        ready(Ok(HttpMetricsMiddleware { inner, endpoints: Endpoints::new(Arc::clone(&self.shared), &self.routes) }))
    }
}

/// Counts the requests of a service and measures its responses; see [`actix`](crate::actix).
#[derive(Debug)]
pub struct HttpMetricsMiddleware<S> {
    inner: S,
    endpoints: Endpoints,
}

impl<S, B> Service<ServiceRequest> for HttpMetricsMiddleware<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    type Response = ServiceResponse<ResponseBody<B>>;
    type Error = Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let (seeming, guard) = self.endpoints.begin(&request);
        let destination = || request.headers().get(&SEC_FETCH_DEST).map(HeaderValue::as_bytes);
        let asked = Asked::by(destination, upgrade::is_asked_by(&request), &self.endpoints.shared);
        let guard = if asked.upgrade { upgrade::offer(guard, &request) } else { guard };
        let mut watch = Watch::over(guard);
        let inner = self.inner.call(request);
        ResponseFuture { inner, guard: watch.goes_on(), asked, seeming, foresight: Rc::clone(&self.endpoints.foresight) }
    }
}

pin_project! {
    /// A request until its response head.
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<F> {
        #[pin]
        inner: F,
        guard: InFlight,
        asked: Asked,
        seeming: Seeming,
        foresight: Rc<RefCell<Foresight>>,
    }
}

impl<F, B> Future for ResponseFuture<F>
where
    F: Future<Output = Result<ServiceResponse<B>, Error>>,
    B: MessageBody,
{
    type Output = Result<ServiceResponse<ResponseBody<B>>, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let mut watch = Watch::over(this.guard.take());
        let mut outcome = this.inner.poll(cx);
        let mut guard = watch.goes_on();
        if let Poll::Ready(Ok(response)) = &mut outcome
            && !guard.is_none()
        {
            this.seeming.settle(this.foresight, &mut guard, response.request());
            (guard, _) = this.asked.answered(guard, response);
        }
        match outcome {
            Poll::Pending => {
                *this.guard = guard;
                Poll::Pending
            }
            Poll::Ready(Ok(response)) => Poll::Ready(Ok(response.map_body(|_, body| ResponseBody::new(body, guard)))),
            Poll::Ready(Err(error)) => {
                // Not of the response that it turns into: some errors hold theirs ready and give it away once.
                guard.fail(error.as_response_error().status_code().as_u16());
                Poll::Ready(Err(error))
            }
        }
    }
}

impl<F> fmt::Debug for ResponseFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").field("asked", &self.asked).finish_non_exhaustive()
    }
}

/// Of a response where it lies: to hand it on by value would copy it each time.
impl<B: MessageBody> ResponseHead for &mut ServiceResponse<B> {
    fn status(&self) -> u16 {
        (**self).status().as_u16()
    }

    fn content_type(&self) -> Option<&[u8]> {
        self.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes)
    }

    fn content_length(&self) -> Option<&[u8]> {
        self.headers().get(CONTENT_LENGTH).map(HeaderValue::as_bytes)
    }

    fn exact_bytes(&self) -> Option<u64> {
        match self.response().body().size() {
            BodySize::None => Some(0),
            BodySize::Sized(bytes) => Some(bytes),
            BodySize::Stream => None,
        }
    }

    /// Only its length says so, or its last poll.
    fn is_ended(&self) -> bool {
        false
    }

    fn fields(&self, name: &'static str) -> impl Iterator<Item = &[u8]> {
        self.headers().get_all(name).map(HeaderValue::as_bytes)
    }

    fn append(&mut self, name: &http::HeaderName, value: http::HeaderValue) {
        let name = HeaderName::from_bytes(name.as_str().as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(value.as_bytes())) {
            self.headers_mut().append(name, value);
        }
    }

    fn announce(&mut self, field: http::HeaderValue) {
        if let Ok(field) = HeaderValue::from_bytes(field.as_bytes()) {
            self.headers_mut().append(SERVER_TIMING.clone(), field);
        }
    }
}

static SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");
static SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");
