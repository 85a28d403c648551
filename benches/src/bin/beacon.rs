//! One JSON beacon through axum to 204, and what is allocated for it, beside an empty handler that answers 204.

use axum::body::Body;
use axum::routing::{Router, post};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Request, StatusCode};
use tower::Service;
use tower_rum::Monitor;
use tower_rum_benches::beds::{drain, now_or_never};
use tower_rum_benches::measure::{BARE, added, on_core};
use tower_rum_benches::report::{figure, rounds};

fn main() {
    // The deadline on a body's arrival needs a timer.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let _entered = runtime.enter();
    let monitor = Monitor::builder().beacons_per_second(u32::MAX).build().expect("good settings");
    let mut router: Router =
        Router::new().route("/empty", post(async || StatusCode::NO_CONTENT)).merge(monitor.routes()).with_state(());
    let paths = ["/empty", "/log-page-load"];
    let costs = added(&[BARE, "one JSON beacon"], rounds(45), |variant| {
        on_core(|| (0..REQUESTS).for_each(|_| send(&mut router, paths[variant]))) / REQUESTS as f64
    });
    let (empty, more) = (costs[0].1, costs[1].1);
    figure("beacon, empty handler", "axum", empty);
    figure("beacon", "tower-rum", empty + more);
    figure("beacon, times the empty handler", "tower-rum", (empty + more) / empty);
}

fn send(router: &mut Router, path: &'static str) {
    let mut request = Request::post(path).body(Body::from(r#"{"load_time":1234.5}"#)).expect("a request");
    request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let Ok(response) = now_or_never(router.call(request));
    assert_eq!(response.status(), StatusCode::NO_CONTENT);
    drain(response.into_body());
}

const REQUESTS: usize = 5_000;
