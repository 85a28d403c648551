//! What a browser is told before a page of another origin may send to us and read the answer: the CORS protocol of Fetch
//! (<https://fetch.spec.whatwg.org/#http-cors-protocol>), for listed origins and without credentials.

use std::collections::BTreeSet;

use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
    ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, RETRY_AFTER, VARY,
};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Response};

use crate::serve::{self, Body};

/// The listed origins; where there are none, no answer says a word of them.
#[derive(Debug)]
pub(super) struct Cors {
    origins: Vec<HeaderValue>,
}

/// A listed origin, by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Listed(usize);

impl Cors {
    pub(super) fn new(origins: &BTreeSet<String>) -> Self {
        // Built monitors have checked that an origin is ASCII.
        Self { origins: origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok()).collect() }
    }

    pub(super) fn find(&self, origin: Option<&str>) -> Option<Listed> {
        let origin = origin?.as_bytes();
        self.origins.iter().position(|listed| listed.as_bytes().eq_ignore_ascii_case(origin)).map(Listed)
    }

    /// The listed origin whose page asks with these headers; a field that stands twice is nobody's.
    pub(super) fn of(&self, headers: &HeaderMap) -> Option<Listed> {
        let mut origins = headers.get_all(ORIGIN).iter();
        let origin = origins.next().filter(|_| origins.next().is_none());
        self.find(origin.and_then(|origin| origin.to_str().ok()))
    }

    /// Lets the page read the answer, if it is a listed origin's.
    pub(super) fn expose(&self, listed: Option<Listed>, response: &mut Response<Body>) {
        if self.origins.is_empty() {
            return;
        }
        let headers = response.headers_mut();
        headers.append(VARY, HeaderValue::from_static("origin"));
        if let Some(origin) = listed.and_then(|Listed(place)| self.origins.get(place)) {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            if headers.contains_key(RETRY_AFTER) {
                headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("retry-after"));
            }
        }
    }
}

/// Whether a browser asks if the page may send at all.
pub(super) fn is_preflight(head: &Parts) -> bool {
    head.method == Method::OPTIONS
        && head.headers.contains_key(ORIGIN)
        && head.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// It may.
pub(super) fn preflight() -> Response<Body> {
    let mut response = serve::no_content();
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST"));
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("content-type"));
    // The longest that Chromium remembers.
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("7200"));
    response
}
