//! Journeys told by a cookie.

#[cfg(feature = "actix")]
mod actix;
mod caches;
mod cookie;
mod counted;
mod exclusive;
mod hostile;

use std::convert::Infallible;

use futures_util::FutureExt;
use http::header::SET_COOKIE;
use http::{HeaderMap, Request, Response, request};
use http_body_util::Empty;
use tower::{Layer, ServiceExt, service_fn};
use tower_rum::{Builder, Monitor};

use crate::support::watch::by_path;

type Body = Empty<bytes::Bytes>;
type Fields = &'static [(&'static str, &'static str)];

fn by_cookie() -> Builder {
    by_path().cookie_journeys(true)
}

fn monitor() -> Monitor {
    by_cookie().build().unwrap()
}

/// A browser's request for a document.
fn navigation(path: &str) -> request::Builder {
    Request::get(path).header("sec-fetch-dest", "document")
}

fn page() -> Response<Body> {
    answer(200, &[("content-type", "text/html; charset=utf-8")])
}

fn answer(status: u16, headers: &[(&'static str, &str)]) -> Response<Body> {
    let mut response = Response::new(Empty::new());
    *response.status_mut() = status.try_into().unwrap();
    for &(name, value) in headers {
        response.headers_mut().append(name, value.parse().unwrap());
    }
    response
}

/// What of a response's head comes through the layer.
fn head(monitor: &Monitor, request: request::Builder, response: Response<Body>) -> HeaderMap {
    let mut response = Some(response);
    let service = service_fn(move |_: Request<()>| std::future::ready(Ok::<_, Infallible>(response.take().unwrap())));
    let answered = monitor.journey_layer().layer(service).oneshot(request.body(()).unwrap());
    answered.now_or_never().unwrap().unwrap().into_parts().0.headers
}

/// The fields that set a journey's cookie.
fn set(headers: &HeaderMap) -> Vec<&str> {
    let fields = headers.get_all(SET_COOKIE).iter().map(|field| field.to_str().unwrap());
    fields.filter(|field| field.starts_with("user_journey=")).collect()
}

/// The cookie as the browser sends it back.
fn cookie(headers: &HeaderMap) -> Option<String> {
    let fields = set(headers);
    assert!(fields.len() < 2, "{fields:?}");
    Some(fields.first()?.split_once(';')?.0.to_owned())
}

/// Goes from page to page as a browser does, and gives the cookie that it has in the end.
fn walk(monitor: &Monitor, paths: &[&str]) -> String {
    let mut kept = None;
    for path in paths {
        let request = kept.iter().fold(navigation(path), |request, kept| request.header("cookie", kept));
        kept = cookie(&head(monitor, request, page())).or(kept);
    }
    kept.unwrap()
}
