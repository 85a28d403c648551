use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use http::{Request, Response};
use pin_project_lite::pin_project;
use tower::{Layer, Service};

use crate::label::RequestHead;
use crate::record::Page;

use super::{Guide, Navigation};

/// Puts [`Journeys`] around a service; see the [module](self::super) for what it counts and when.
#[derive(Debug, Clone)]
pub struct JourneysLayer {
    guide: Option<Arc<Guide>>,
}

impl JourneysLayer {
    pub(crate) fn new(guide: Option<Arc<Guide>>) -> Self {
        Self { guide }
    }
}

impl<S> Layer<S> for JourneysLayer {
    type Service = Journeys<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Journeys { inner, guide: self.guide.clone() }
    }
}

/// Counts page views and the ways between them by a cookie; see the [module](self::super).
#[derive(Debug, Clone)]
pub struct Journeys<S> {
    inner: S,
    guide: Option<Arc<Guide>>,
}

impl<S> Journeys<S> {
    crate::inner::accessors!();
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for Journeys<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    ResBody: http_body::Body,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = JourneysFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let underway = self.guide.as_ref().and_then(|guide| underway(guide, RequestHead::of(&request)));
        JourneysFuture { inner: self.inner.call(request), underway }
    }
}

/// To a page, if the answer is one. In a box: few requests have one, and all have its place.
type Underway = Box<(Arc<Guide>, Navigation, Page)>;

fn underway(guide: &Arc<Guide>, head: RequestHead<'_>) -> Option<Underway> {
    let navigation = guide.navigation(head)?;
    Some(Box::new((Arc::clone(guide), navigation, guide.page(head)?)))
}

pin_project! {
    /// A request until its response head.
    #[must_use = "futures do nothing unless polled"]
    pub struct JourneysFuture<F> {
        #[pin]
        inner: F,
        underway: Option<Underway>,
    }
}

impl<F, B, E> Future for JourneysFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: http_body::Body,
{
    type Output = Result<Response<B>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let mut outcome = ready!(this.inner.poll(cx));
        if let (Ok(response), Some(underway)) = (&mut outcome, this.underway.take()) {
            let (guide, navigation, page) = *underway;
            guide.answered(navigation, page, response);
        }
        Poll::Ready(outcome)
    }
}

impl<F> fmt::Debug for JourneysFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JourneysFuture").finish_non_exhaustive()
    }
}
