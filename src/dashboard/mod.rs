//! `GET /dashboard`: one page that says whether users are well, live and over the last hour, from what `/metrics` counts.
//!
//! It loads nothing from elsewhere, and runs under a Content Security Policy that lets it load and ask nothing else than this. **It is the operator's**: it
//! shows what `/metrics` shows, and asks nobody who they are. [`operator_routes`](crate::Monitor::operator_routes_layer) have it, as has
//! [`routes_layer`](crate::Monitor::routes_layer); `routes()` of axum and `actix_routes()` do not, and a `/dashboard` of the application's own is left to it. See
//! [the guide](crate::guide::operator).
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
//! use http_body_util::{BodyExt, Empty};
//! use tower::{Layer, Service, service_fn};
//!
//! let monitor = tower_rum::Monitor::new();
//! tokio::spawn(monitor.history()); // the last hour; without it the page has no past
//!
//! let not_ours = service_fn(async |_| Ok::<_, std::convert::Infallible>(http::Response::new(Empty::<bytes::Bytes>::new())));
//! let mut operators = monitor.operator_routes_layer().layer(not_ours);
//! let request = http::Request::get("/dashboard").body(Empty::<bytes::Bytes>::new()).unwrap();
//! let page = operators.call(request).await.unwrap().into_body().collect().await.unwrap().to_bytes();
//! assert!(page.starts_with(b"<!doctype html>"));
//! # });
//! ```
//!
//! # What it shows
//!
//! Numbers are `increase`, `rate` and `histogram_quantile` of Prometheus 3 over the chosen range (5 min, 15 min, 1 h; less where less is known), of the samples below and one
//! taken for each answer, every 5 s. A counter that is new stood at 0 before, so that its first event shows. Curves are of windows of a step and a sample,
//! at least four samples, so that no event falls between two.
//!
//! | part | what it says |
//! |---|---|
//! | headline | the worst of: share of 5xx (good up to 1 %, poor above 5 %); p95 of the server's time (0.8 s and 1.8 s, the thresholds of TTFB); p75 of LCP, INP and CLS by [Google's thresholds](https://web.dev/articles/vitals); a probe that is down is poor |
//! | requests, endpoints | rate, 5xx, p50, p95, p99 and requests in flight, of all endpoints and of each |
//! | page load | the mean of each phase over time, one upon the other, in seconds |
//! | Web Vitals | shares of views by both thresholds, which are bounds of the histograms, and p75 |
//! | server and network | means: what browsers waited for an endpoint (`user_request_duration_seconds`; for documents the TTFB), the server's part of it, and what is left |
//! | user flow | page views that followed another one of their session |
//! | sessions | bounce rate, 1 − engaged / sessions; conversion, goals reached / sessions |
//! | probes, ingest | the last run of each and the share of good ones; what was refused, by reason |
//!
//! # History
//!
//! [`Monitor::history`](crate::Monitor::history) is a future that takes a sample at once and then every
//! [`history_interval`](crate::Builder::history_interval) (10 s), on a thread for blocking work: no request waits for it. Samples of the last
//! [`history_length`](crate::Builder::history_length) (1 h) are kept, in at most [`history_bytes`](crate::Builder::history_bytes) (8 MiB): where they
//! take more, the oldest goes first. A sample holds what changed since the one before it. Without the future the page shows what it has seen itself since it was
//! opened, and says so.
//!
//! | endpoints, all busy, with page loads and vitals | 1 | 20 | 200 |
//! |---|---|---|---|
//! | an hour, what its series are called among it | 0.1 MB | 0.8 MB | 5.5 MB |
//! | a sample, time of its thread | 0.3 ms | 0.4 ms | 1.7 ms |
//! | the first answer to a page, all of that hour as JSON, before gzip | 0.2 MB | 3.6 MB | 27 MB |
//!
//! `benches/src/bin/history.rs` measures it; the times are of two busy cores. Later answers hold what changed since.
//!
//! Samples are snapshots of the cells that `/metrics` adds up, of this process and since its start: what the page computes is what Prometheus computes
//! of scrapes at the same moments.

mod answer;
mod changes;
mod clock;
mod history;
mod layout;
mod page;
mod query;
mod ring;
mod shown;

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use flate2::Compression;
use http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY, VARY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::request::Parts;
use http::{HeaderValue, Method, Response, StatusCode};
use prometheus::Registry;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use crate::config::Config;
use crate::record::Recorder;
use crate::serve::{self, Body, Encoding};

pub(crate) use history::History;

use page::{FILES, Page};
use query::Query;

/// Answers whoever opens the dashboard.
#[derive(Debug)]
pub(crate) struct Dashboard {
    path: String,
    /// Made when it is first asked for: building a monitor stays cheap.
    page: OnceLock<Page>,
    history: Arc<History>,
    writing: Arc<Semaphore>,
}

/// What is at one of its paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Page,
    /// By its place among the page's files.
    File(usize),
    Data,
}

/// What stands behind the dashboard's path, and what is there.
pub(crate) fn parts() -> impl Iterator<Item = (String, Part)> {
    let files = FILES.iter().enumerate().map(|(place, (name, ..))| (format!("/{name}"), Part::File(place)));
    [(String::new(), Part::Page), ("/data".to_owned(), Part::Data)].into_iter().chain(files)
}

impl Dashboard {
    pub(crate) fn new(recorder: Arc<Recorder>, collected: Registry, config: &Config) -> Self {
        Self {
            path: config.paths.dashboard.clone(),
            page: OnceLock::new(),
            history: Arc::new(History::new(recorder, collected, config)),
            writing: Arc::new(Semaphore::new(WRITTEN_AT_ONCE)),
        }
    }

    pub(crate) fn history(&self) -> &Arc<History> {
        &self.history
    }

    /// The answer to a request; the server leaves the body out where the method is HEAD.
    pub(crate) async fn respond(&self, part: Part, request: &Parts) -> Response<Body> {
        let page = || self.page.get_or_init(|| Page::new(&self.path));
        let mut response = match part {
            Part::Page => page().respond(&request.method, &request.headers),
            Part::File(place) => page().respond_file(place, &request.method, &request.headers),
            Part::Data => self.data(request).await,
        };
        for (name, value) in GUARDS {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        response
    }

    async fn data(&self, request: &Parts) -> Response<Body> {
        if let Some(response) = serve::method_not_allowed(&request.method, &[Method::GET, Method::HEAD]) {
            return response;
        }
        let Some(query) = Query::parse(request.uri.query()) else {
            return serve::line(
                StatusCode::BAD_REQUEST,
                "a query takes generation, after and series, as this dashboard's page sends them",
            );
        };
        let encoding = Encoding::accepted_fast(&request.headers);
        let Some(body) = self.written(query, encoding).await else {
            return serve::line(StatusCode::INTERNAL_SERVER_ERROR, "the data could not be read");
        };
        let mut response = Response::new(Body::from(body));
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
        if encoding != Encoding::Identity {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding.name()));
        }
        response
    }

    /// Off the async worker, where there is a runtime with threads for that: an hour of many series takes long to write. A few at once, as each takes memory.
    async fn written(&self, query: Query, encoding: Encoding) -> Option<Bytes> {
        let turn = Arc::clone(&self.writing).acquire_owned().await;
        let history = Arc::clone(&self.history);
        let write = move || {
            let _turn = turn;
            let answer = history.answer(&query);
            match encoding {
                Encoding::Identity => Bytes::from(answer),
                _ => serve::gzip(&answer, Compression::fast(), answer.len() / 8),
            }
        };
        match Handle::try_current() {
            Ok(runtime) => runtime.spawn_blocking(write).await.ok(),
            Err(_) => Some(write()),
        }
    }
}

/// For the page alone, and against those who would have it in a frame or its data in a script.
const GUARDS: [(HeaderName, &str); 6] = [
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'",
    ),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    (REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

const WRITTEN_AT_ONCE: usize = 4;
