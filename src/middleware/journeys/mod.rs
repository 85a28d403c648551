//! Page views and the ways between them, told by a cookie: for pages without the script. Opt-in, by
//! [`Builder::cookie_journeys`](crate::Builder::cookie_journeys).
//!
//! | metric | moves |
//! |---|---|
//! | `user_journeys_total{path}` | with each page view, by route template |
//! | `user_page_transitions_total{from,to}` | with each that follows another one of the same browser |
//!
//! A page view is a `GET` for a document (`Sec-Fetch-Dest: document`, or without that field an `Accept` with `text/html`) that is answered with a `2xx` of
//! `text/html`, or with a `304` where that template has been such a page before. Not among them: frames, what scripts fetch, what browsers prefetch and
//! prerender, also where it is shown later, what they take from their cache, and [robots](crate::Builder::robots). While this is on, the page views that
//! the script reports move neither family, and [`Builder::journeys`](crate::Builder::journeys) cannot be declared.
//!
//! ## The cookie
//!
//! `user_journey=<id>.<template>; Path=/; HttpOnly; SameSite=Lax; Secure`, set with each page view that leaves another page behind. It lasts until the
//! browser is closed; its tabs share it. The id is 128 random bits, the template that of the page viewed: the server keeps nothing. A template that it does
//! not know counts as `unmatched`, and a cookie that is not well formed is none. `Secure` is written where the browser has come over TLS: where the request's
//! own target says `https`, or where there is a `Sec-Fetch-Dest`, which browsers send over TLS alone
//! ([Fetch Metadata](https://www.w3.org/TR/fetch-metadata/)) and to their own machine, where Safari takes no such cookie, or where one of the
//! [`trusted_proxies`](crate::Builder::trusted_proxies) says so (`X-Forwarded-Proto`, or `proto` of `Forwarded`; browsers of before 2023 say nothing
//! themselves). [`Builder::secure_cookie`](crate::Builder::secure_cookie) has it written always.
//!
//! Nothing is counted and no cookie set under `Sec-GPC: 1` and `DNT: 1`, unless [`Builder::privacy_signals`](crate::Builder::privacy_signals) is off. In some
//! countries such a cookie needs consent: a layer around this one that puts `Sec-GPC: 1` into the requests of those who have not given it is enough.
//!
//! ## Caches
//!
//! A cookie is one user's. An answer with it gets `Cache-Control: private` beside what the application says, unless it says `private` or `no-store`: browsers
//! keep it as before, caches between do not. What the application itself gives to shared caches (`public`, `s-maxage`, `CDN-Cache-Control`,
//! `Surrogate-Control`) stays as it is and gets no cookie: it is counted as often as it comes this far, and the page before it stays the last one.
//!
//! ## Where it goes
//!
//! Where the route is known, inside or outside [`layer`](crate::Monitor::layer); around a router every page is `unmatched`.
#![cfg_attr(feature = "actix", doc = "In actix it is a middleware, [`Monitor::actix_journeys`](crate::Monitor::actix_journeys).")]
//!
#![cfg_attr(feature = "axum", doc = "```")]
#![cfg_attr(not(feature = "axum"), doc = "```ignore")]
//! use axum::{Router, response::Html, routing::get};
//!
//! let monitor = tower_rum::Monitor::builder().cookie_journeys(true).build()?;
//! let app: Router = Router::new()
//!     .route("/", get(async || Html("home")))
//!     .route("/users/{id}", get(async || Html("a user")))
//!     .merge(monitor.routes())
//!     .layer(monitor.journey_layer())
//!     .layer(monitor.layer());
//! # Ok::<(), tower_rum::Error>(())
//! ```

mod caching;
mod cookie;
mod navigation;
mod service;

use std::sync::Arc;

use http::HeaderValue;
use http::header::{CACHE_CONTROL, SET_COOKIE};

use crate::address::Addresses;
use crate::config::GateConfig;
use crate::label::RequestHead;
#[cfg(feature = "actix")]
use crate::label::{EndpointSource, Template};
use crate::record::Page;

use super::response_head::ResponseHead;
use super::shared::Shared;
use caching::Owner;
use cookie::Journey;

pub(crate) use navigation::Navigation;
pub use service::{Journeys, JourneysFuture, JourneysLayer};

/// Counts the page views of one monitor, and sets its cookies.
#[derive(Debug)]
pub(crate) struct Guide {
    shared: Arc<Shared>,
    gate: GateConfig,
    addresses: Addresses,
    always_secure: bool,
}

impl Guide {
    pub(crate) fn new(shared: Arc<Shared>, gate: GateConfig, always_secure: bool) -> Self {
        Self { shared, addresses: Addresses::new(gate.proxies()), gate, always_secure }
    }

    /// `None` for a request that is no page view, whatever the answer.
    pub(crate) fn navigation(&self, head: RequestHead<'_>) -> Option<Navigation> {
        Navigation::of(head, &self.gate, &self.addresses)
    }

    /// The page that a request is for; `None` for one that is not counted.
    fn page(&self, head: RequestHead<'_>) -> Option<Page> {
        let shared = &self.shared;
        shared.recorder.page(&shared.template(head, || shared.endpoint.template(head))?)
    }

    /// The same, of a router that does not tell by the request's head.
    #[cfg(feature = "actix")]
    pub(crate) fn routed_page<'a>(&'a self, head: RequestHead<'a>, routed: impl FnOnce() -> Template<'a>) -> Option<Page> {
        let shared = &self.shared;
        let template = shared.template(head, || match shared.endpoint {
            EndpointSource::Router => routed(),
            EndpointSource::Closure(_) => shared.endpoint.template(head),
        });
        shared.recorder.page(&template?)
    }

    /// Counts the answer if it is a page, and has the browser remember it.
    pub(crate) fn answered(&self, navigation: Navigation, page: Page, response: &mut impl ResponseHead) {
        const NOT_MODIFIED: u16 = 304;
        let recorder = &self.shared.recorder;
        match response.status() {
            200..300 if is_html(response) => recorder.serve_as_page(page),
            NOT_MODIFIED if recorder.was_served_as_page(page) => {}
            _ => return,
        }
        let path = recorder.path(page);
        let before = navigation.journey.as_ref().map(|journey| journey.page.as_str());
        // What finds no room counts under the family's overflow, and there is nobody to tell.
        let _ = recorder.page_view(before.map(|before| recorder.claimed_endpoint(Some(before))), path);
        if before != Some(path) {
            self.set_cookie(navigation, path, response);
        }
    }

    fn set_cookie(&self, navigation: Navigation, path: &str, response: &mut impl ResponseHead) {
        let owner = Owner::of(response);
        if owner == Owner::Everybody {
            return;
        }
        let Some(id) = navigation.journey.map(|journey| journey.id).or_else(random) else { return };
        let journey = Journey { id, page: path.to_owned() };
        let Some(cookie) = journey.field(self.always_secure || navigation.secure) else { return };
        response.append(&SET_COOKIE, cookie);
        if owner == Owner::Unsaid {
            response.append(&CACHE_CONTROL, HeaderValue::from_static("private"));
        }
    }
}

fn is_html(response: &impl ResponseHead) -> bool {
    response.content_type().is_some_and(|value| value.starts_with(b"text/html"))
}

/// `None` where the operating system has no random numbers: the page view counts all the same.
fn random() -> Option<u128> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).ok()?;
    Some(u128::from_ne_bytes(bytes))
}
