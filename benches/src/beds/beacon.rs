use axum::body::Body;
use axum::routing::{Router, post};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Request, StatusCode};
use tower::Service;
use tower_rum::Monitor;

use super::{Worker, drain, now_or_never};

/// What a beacon is compared with: an axum handler that reads nothing and answers 204.
pub const EMPTY_HANDLER: &str = "/empty";
/// What takes one JSON beacon to 204.
pub const PAGE_LOAD: &str = "/log-page-load";

/// Posts one beacon after the other to `path` of an axum router.
pub fn beacons(path: &'static str) -> Worker {
    let monitor = Monitor::builder().beacons_per_second(u32::MAX).build().expect("good settings");
    let empty = post(async || StatusCode::NO_CONTENT);
    let mut router: Router = Router::new().route(EMPTY_HANDLER, empty).merge(monitor.routes()).with_state(());
    Box::new(move |requests| (0..requests).for_each(|_| send(&mut router, path)))
}

fn send(router: &mut Router, path: &'static str) {
    let mut request = Request::post(path).body(Body::from(r#"{"load_time":1234.5}"#)).expect("a request");
    request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let Ok(response) = now_or_never(router.call(request));
    assert_eq!(response.status(), StatusCode::NO_CONTENT);
    drain(response.into_body());
}
