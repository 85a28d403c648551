//! Our routes as an axum [`Router`].
//!
//! ```
//! use axum::{Router, routing::get};
//!
//! let monitor = tower_rum::Monitor::new();
//! let app: Router = Router::new()
//!     .route("/users/{id}", get(async || "a user"))
//!     .merge(monitor.routes())
//!     .layer(monitor.layer()); // last: it also sees what no route matched
//! ```
//!
//! # Around single handlers
//!
//! axum puts whatever a router's layer makes of a route into a box of its own, for each request. Around a handler
//! ([`Handler::layer`](axum::handler::Handler::layer)) the same layer counts the same series without it: for routes that answer in microseconds
//! (`benches/README.md`, *axum by the layer's place* and *end to end*). What axum answers by itself, a `404` where no route is and a `405` where a route has no such
//! method, counts only where handlers with the layer answer it: the router's `fallback`, and the method router's. What a layer of the router answers in a handler's
//! place does not count.
//!
//! ```
//! use axum::{Router, handler::Handler, http::StatusCode, routing::get};
//!
//! async fn user() -> &'static str {
//!     "a user"
//! }
//!
//! async fn not_found() -> StatusCode {
//!     StatusCode::NOT_FOUND
//! }
//!
//! let monitor = tower_rum::Monitor::new();
//! let layer = monitor.layer();
//! let app: Router = Router::new()
//!     .route("/users/{id}", get(user.layer(layer.clone())))
//!     .fallback(not_found.layer(layer))
//!     .merge(monitor.routes());
//! ```

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{FromRequestParts, Request};
use axum::response::Response;
use axum::routing::post_service;
use http::StatusCode;
use http::request::Parts;
use http_body::Frame;
use pin_project_lite::pin_project;
use tower::Service;

use crate::monitor::Monitor;
use crate::record::UpgradeGuard;
use crate::routes::{Reply, Route, Routes};

impl Monitor {
    /// `/metrics`, `/healthz`, the browser script and the ingest: everything but the [`dashboard`](crate::dashboard).
    ///
    /// Merge it before [`layer`](Self::layer) goes on. axum panics where an application has one of these paths itself, as with any two routers:
    /// [`uptime_path`](crate::Builder::uptime_path) puts `/healthz` elsewhere, [`path_prefix`](crate::Builder::path_prefix) all of them.
    ///
    /// **On a router that strangers reach, `/metrics` is theirs to read**: every route template, its traffic and its errors, and whatever the
    /// application has registered. There, merge [`public_routes`](Self::public_routes), and serve [`operator_routes`](Self::operator_routes) on a second
    /// port or behind authentication: see [the guide](crate::guide::operator).
    pub fn routes<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        self.router(Route::is_for_any_router)
    }

    /// What the browsers of users need, the script and the ingest, and `/healthz`.
    pub fn public_routes<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        self.router(Route::is_public)
    }

    /// What whoever operates the service needs: `/metrics` and the [`dashboard`](crate::dashboard). For a second port, or behind authentication: see
    /// [the guide](crate::guide::operator).
    pub fn operator_routes<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        self.own_routes().mount_dashboard();
        self.router(Route::is_operators)
    }

    fn router<S: Clone + Send + Sync + 'static>(&self, wanted: impl Fn(Route) -> bool) -> Router<S> {
        let routes = self.own_routes();
        let wanted = routes.iter().filter(|&(_, route)| wanted(route));
        wanted.fold(Router::new(), |router, (path, route)| {
            let service = RouteService { routes: Arc::clone(routes), route };
            match route {
                // A merge wraps what a router holds as a service once more: two boxes and a copy of the request for each beacon.
                Route::Beacon(_) => router.route(path, post_service(service.clone()).fallback_service(service)),
                // axum declares the length of what such a route answers, also where that is not what a GET would get (304).
                Route::Metrics
                | Route::Uptime
                | Route::Script(_)
                | Route::Dashboard(_)
                | Route::ReplayScript(_)
                | Route::Recordings(_) => router.route_service(path, service),
            }
        })
    }
}

/// One of our routes as a service.
#[derive(Debug, Clone)]
struct RouteService {
    routes: Arc<Routes>,
    route: Route,
}

impl Service<Request> for RouteService {
    type Response = Response;
    type Error = Infallible;
    type Future = RouteFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> RouteFuture {
        RouteFuture { reply: self.routes.respond(self.route, request) }
    }
}

pin_project! {
    struct RouteFuture {
        #[pin]
        reply: Reply<Body>,
    }
}

impl Future for RouteFuture {
    type Output = Result<Response, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.project().reply.poll(cx).map(|response| {
            let is_accepted = response.status() == StatusCode::NO_CONTENT;
            Ok(response.map(|body| if is_accepted { Body::new(NoContent) } else { Body::new(body) }))
        })
    }
}

/// No body, and no word on its length: axum would declare one of 0, which a 204 must not have (RFC 9110, section 8.6).
struct NoContent;

impl HttpBody for NoContent {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        true
    }
}

/// Takes the request's guard, as [`UpgradeGuard::take`] does.
impl<S: Sync> FromRequestParts<S> for UpgradeGuard {
    type Rejection = Infallible;

    fn from_request_parts(parts: &mut Parts, _: &S) -> impl Future<Output = Result<Self, Infallible>> + Send {
        std::future::ready(Ok(Self::take(&parts.extensions)))
    }
}
