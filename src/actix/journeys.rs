//! Journeys by a cookie, as tower's layer tells them.

use std::fmt;
use std::future::{Ready, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Context, Poll};

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::http::Method;
use http::Request;
use pin_project_lite::pin_project;

use crate::label::RequestHead;
use crate::middleware::journeys::{Guide, Navigation};
use crate::monitor::Monitor;

use super::endpoint::template;
use super::head;
use super::routes::client;

impl Monitor {
    /// The middleware that counts journeys without the script, where [`cookie_journeys`](crate::Builder::cookie_journeys) are on, and nothing
    /// otherwise; see [`journeys`](crate::middleware::journeys).
    ///
    /// ```
    /// use actix_web::{App, web::{Html, get}};
    ///
    /// let monitor = tower_rum::Monitor::builder().cookie_journeys(true).build()?;
    /// let app = App::new()
    ///     .route("/users/{id}", get().to(async || Html::new("a user")))
    ///     .configure(monitor.actix_routes())
    ///     .wrap(monitor.actix_journeys())
    ///     .wrap(monitor.actix());
    /// # Ok::<(), tower_rum::Error>(())
    /// ```
    #[must_use]
    pub fn actix_journeys(&self) -> Journeys {
        Journeys { guide: self.guide().cloned() }
    }
}

/// Puts [`JourneysMiddleware`] around an application, scope or resource.
#[derive(Debug, Clone)]
pub struct Journeys {
    guide: Option<Arc<Guide>>,
}

impl<S, B> Transform<S, ServiceRequest> for Journeys
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    type Response = ServiceResponse<B>;
    type Error = Error;
    type Transform = JourneysMiddleware<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        ready(Ok(JourneysMiddleware { inner, guide: self.guide.clone() }))
    }
}

/// Counts page views and the ways between them by a cookie; see [`journeys`](crate::middleware::journeys).
#[derive(Debug)]
pub struct JourneysMiddleware<S> {
    inner: S,
    guide: Option<Arc<Guide>>,
}

impl<S, B> Service<ServiceRequest> for JourneysMiddleware<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    type Response = ServiceResponse<B>;
    type Error = Error;
    type Future = JourneysFuture<S::Future>;

    fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let underway = self.guide.as_ref().and_then(|guide| underway(guide, &request));
        JourneysFuture { inner: self.inner.call(request), underway }
    }
}

/// To a page, if the answer is one; with the request's head, by which the host may have its say once the route is known.
type Underway = Box<(Arc<Guide>, Navigation, Request<()>)>;

fn underway(guide: &Arc<Guide>, request: &ServiceRequest) -> Option<Underway> {
    // Others are spared the copy.
    if request.method() != Method::GET {
        return None;
    }
    let mut head = head::request(request.head());
    if let Some(address) = client(request.request()) {
        head.extensions_mut().insert(address);
    }
    let navigation = guide.navigation(RequestHead::of(&head))?;
    Some(Box::new((Arc::clone(guide), navigation, head)))
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

impl<F, B> Future for JourneysFuture<F>
where
    F: Future<Output = Result<ServiceResponse<B>, Error>>,
    B: MessageBody,
{
    type Output = Result<ServiceResponse<B>, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let mut outcome = task::ready!(this.inner.poll(cx));
        if let (Ok(mut response), Some(underway)) = (outcome.as_mut(), this.underway.take()) {
            let (guide, navigation, head) = *underway;
            let pattern = response.request().match_pattern();
            if let Some(page) = guide.routed_page(RequestHead::of(&head), || template(pattern.as_deref())) {
                guide.answered(navigation, page, &mut response);
            }
        }
        Poll::Ready(outcome)
    }
}

impl<F> fmt::Debug for JourneysFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JourneysFuture").finish_non_exhaustive()
    }
}
