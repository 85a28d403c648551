//! Our paths and what answers them: one service per route, or one layer that answers all and passes the rest on.
//!
//! In axum and actix the monitor gives routes to be merged. For a service without a router it gives layers, of which
//! [`public_routes_layer`](crate::Monitor::public_routes_layer) and [`operator_routes_layer`](crate::Monitor::operator_routes_layer) answer a part each:
//!
//! | path | of | answers |
//! |---|---|---|
//! | `/rum.js`, and the same with a hash in its name | the public | the script |
//! | `/log-beacon`, `/log-page-load`, `/log-interaction`, `/log-user-error` | the public | 204, or why not: see [`rum`](crate::rum) |
//! | `/healthz` | the public | whether this instance is ready: see [`uptime`](crate::uptime) |
//! | `/metrics` | the operator | all families: see [`exposition`](crate::exposition) |
//! | `/dashboard`, and what it loads | the operator | see its [module](crate::dashboard) |
//! | `/log-session-event` and `/rum-replay.js` of the public, `/replay` of the operator | | only with [`Builder::replay`](crate::Builder::replay): see [`replay`](crate::replay) |
//!
//! Paths are compared whole. A `HEAD` is answered as its `GET` without the body, any other wrong method with 405 and `Allow`.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
//! use http_body_util::Empty;
//! use tower::{Layer, Service, service_fn};
//!
//! let monitor = tower_rum::Monitor::new();
//! let own = service_fn(async |_| {
//!     Ok::<_, std::convert::Infallible>(http::Response::builder().status(404).body(Empty::<bytes::Bytes>::new()).unwrap())
//! });
//! let mut site = monitor.public_routes_layer().layer(own);
//!
//! let get = |path: &str| http::Request::get(path).body(Empty::<bytes::Bytes>::new()).unwrap();
//! assert_eq!(site.call(get("/rum.js")).await.unwrap().status(), 200);
//! assert_eq!(site.call(get("/metrics")).await.unwrap().status(), 404); // the application's own answer
//! # });
//! ```

mod layer;

use std::ops::ControlFlow;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Request, Response, StatusCode};
use http_body::Body as HttpBody;
use pin_project_lite::pin_project;

use crate::beacon::Form;
use crate::config::{Mounted, Paths};
use crate::dashboard::{self, Dashboard, Part};
use crate::exposition::Exposition;
use crate::recordings::{Recordings, Shown};
use crate::rum::{Ingest, Kind, Reading, Script};
use crate::serve::{self, Body, Freshness};
use crate::uptime::Uptime;

pub use layer::{ResponseBody, ResponseFuture, WithRoutes, WithRoutesLayer};

/// What answers a path of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Route {
    Metrics,
    Uptime,
    Beacon(Kind),
    Script(Freshness),
    Dashboard(Part),
    ReplayScript(Freshness),
    Recordings(Shown),
}

impl Route {
    /// Routes for whoever operates the service; the others are for the browsers of its users.
    pub(crate) fn is_operators(self) -> bool {
        matches!(self, Self::Metrics | Self::Recordings(_)) || self.is_dashboards()
    }

    pub(crate) fn is_dashboards(self) -> bool {
        matches!(self, Self::Dashboard(_))
    }

    pub(crate) fn is_public(self) -> bool {
        !self.is_operators()
    }

    /// The method of what it is for.
    #[cfg(feature = "actix")]
    pub(crate) fn method(self) -> &'static str {
        if matches!(self, Self::Beacon(_)) { "POST" } else { "GET" }
    }

    /// What a router that holds everything has: not what shows users to whoever asks.
    #[cfg(any(feature = "axum", feature = "actix"))]
    pub(crate) fn is_for_any_router(self) -> bool {
        !matches!(self, Self::Recordings(_)) && !self.is_dashboards()
    }
}

/// All routes of one monitor.
#[derive(Debug)]
pub(crate) struct Routes {
    paths: Vec<(String, Route)>,
    /// The place of the dashboard's page; what it loads comes behind it.
    dashboard_from: usize,
    exposition: Exposition,
    uptime: Arc<Uptime>,
    ingest: Arc<Ingest>,
    script: Script,
    dashboard: Arc<Dashboard>,
    dashboard_mounted: Mounted,
    replay: Option<(Recordings, Script)>,
}

/// Where each route of a monitor is.
pub(crate) fn paths(paths: &Paths, script: &Script, replay_script: Option<&Script>) -> Vec<(String, Route)> {
    let path = |path: &str, route| (format!("{}{path}", paths.prefix), route);
    let single = |form| Route::Beacon(Kind::Single(form));
    let dashboard = dashboard::parts().map(|(rest, part)| path(&format!("{}{rest}", paths.dashboard), Route::Dashboard(part)));
    let mut all = vec![
        path(&paths.metrics, Route::Metrics),
        path(&paths.uptime, Route::Uptime),
        path(&paths.page_load, single(Form::PageLoad)),
        path(&paths.interaction, single(Form::Interaction)),
        path(&paths.user_error, single(Form::UserError)),
        path(&paths.beacon, Route::Beacon(Kind::Batch)),
        (script.path().to_owned(), Route::Script(Freshness::Short)),
        (script.hashed_path().to_owned(), Route::Script(Freshness::Immutable)),
    ];
    if let (Some(replay), Some(script)) = (&paths.replay, replay_script) {
        all.push(path(&replay.event, Route::Beacon(Kind::Session)));
        all.push((script.path().to_owned(), Route::ReplayScript(Freshness::Short)));
        all.push((script.hashed_path().to_owned(), Route::ReplayScript(Freshness::Immutable)));
        all.extend(Recordings::paths(&replay.page).iter().map(|(at, shown)| path(at, Route::Recordings(*shown))));
    }
    all.extend(dashboard);
    all
}

impl Routes {
    pub(crate) fn new(
        paths: Vec<(String, Route)>,
        exposition: Exposition,
        uptime: Uptime,
        ingest: Ingest,
        script: Script,
        dashboard: Dashboard,
        dashboard_mounted: Mounted,
    ) -> Self {
        let dashboard_from = paths.iter().position(|(_, route)| route.is_dashboards()).unwrap_or(paths.len());
        Self {
            paths,
            dashboard_from,
            exposition,
            uptime: Arc::new(uptime),
            ingest: Arc::new(ingest),
            script,
            dashboard: Arc::new(dashboard),
            dashboard_mounted,
            replay: None,
        }
    }

    /// The host asks for routes with the dashboard among them: from here on its paths are ours.
    pub(crate) fn mount_dashboard(&self) {
        self.dashboard_mounted.note();
    }

    pub(crate) fn dashboard(&self) -> &Dashboard {
        &self.dashboard
    }

    pub(crate) fn with_replay(mut self, recordings: Recordings, script: Script) -> Self {
        self.replay = Some((recordings, script));
        self
    }

    pub(crate) fn replay_script(&self) -> Option<&Script> {
        self.replay.as_ref().map(|(_, script)| script)
    }

    pub(crate) fn script(&self) -> &Script {
        &self.script
    }

    #[cfg(any(feature = "axum", feature = "actix"))]
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, Route)> {
        self.paths.iter().map(|(path, route)| (path.as_str(), *route))
    }

    fn find(&self, wanted: &str) -> Option<Route> {
        let (others, dashboard) = self.paths.split_at(self.dashboard_from);
        let of = |paths: &[(String, Route)]| paths.iter().find(|(path, _)| path == wanted).map(|&(_, route)| route);
        // Every request that is not ours comes by here: one look for all files of the dashboard.
        let is_below = || dashboard.first().is_some_and(|(page, _)| wanted.starts_with(page));
        of(others).or_else(|| is_below().then(|| of(dashboard))?)
    }

    /// Begins to answer a request to one of our paths.
    pub(crate) fn respond<B: HttpBody>(self: &Arc<Self>, route: Route, request: Request<B>) -> Reply<B> {
        let now = |response| Reply::Now { response: Some(Box::new(response)) };
        match route {
            Route::Beacon(kind) => match self.ingest.receive(kind, request) {
                ControlFlow::Continue(reading) => Reply::Beacon { reading },
                ControlFlow::Break(response) => now(response),
            },
            Route::Script(freshness) => now(self.script.respond(request.method(), request.headers(), freshness)),
            Route::ReplayScript(freshness) => {
                let script = self.replay_script().unwrap_or(&self.script);
                now(script.respond(request.method(), request.headers(), freshness))
            }
            Route::Recordings(shown) => {
                let (routes, (head, _)) = (Arc::clone(self), request.into_parts());
                Reply::Later {
                    response: Box::pin(async move {
                        match &routes.replay {
                            Some((recordings, _)) => recordings.respond(shown, &head).await,
                            None => serve::line(StatusCode::NOT_FOUND, "no sessions are recorded here"),
                        }
                    }),
                }
            }
            Route::Metrics => {
                let (routes, (head, _)) = (Arc::clone(self), request.into_parts());
                Reply::Later { response: Box::pin(async move { routes.exposition.respond(&head).await }) }
            }
            Route::Dashboard(part) => {
                let (dashboard, (head, _)) = (Arc::clone(&self.dashboard), request.into_parts());
                Reply::Later { response: Box::pin(async move { dashboard.respond(part, &head).await }) }
            }
            Route::Uptime => {
                let (uptime, method) = (Arc::clone(&self.uptime), request.method().clone());
                Reply::Later { response: Box::pin(async move { uptime.respond(&method).await }) }
            }
        }
    }
}

pin_project! {
    /// Our answer: there already, or on its way. What is large is in a box: a beacon is moved with the rest, and is to be small.
    #[project = ReplyProjection]
    pub(crate) enum Reply<B> {
        Now { response: Option<Box<Response<Body>>> },
        Beacon { #[pin] reading: Reading<B> },
        Later { response: Pin<Box<dyn Future<Output = Response<Body>> + Send>> },
    }
}

impl<B> Future for Reply<B>
where
    B: HttpBody<Error: Into<Box<dyn std::error::Error + Send + Sync>>>,
{
    type Output = Response<Body>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Response<Body>> {
        match self.project() {
            ReplyProjection::Now { response } => response.take().map_or(Poll::Pending, |response| Poll::Ready(*response)),
            ReplyProjection::Beacon { reading } => reading.poll(cx),
            ReplyProjection::Later { response } => response.as_mut().poll(cx),
        }
    }
}
