//! A slow API and one that fails, for the page to call.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::http::StatusCode;
use axum::{Router, routing::get};

pub(crate) fn routes() -> Router {
    Router::new().route("/simulate-load", get(simulate_load)).route("/simulate-error", get(simulate_error))
}

/// Takes as long as a page that waits for somebody else.
async fn simulate_load() -> &'static str {
    tokio::time::sleep(Duration::from_millis(50)).await;
    "loaded\n"
}

/// Fails every second time.
async fn simulate_error() -> (StatusCode, &'static str) {
    static CALLS: AtomicUsize = AtomicUsize::new(0);
    match CALLS.fetch_add(1, Ordering::Relaxed) % 2 {
        0 => (StatusCode::OK, "it worked this time\n"),
        _ => (StatusCode::INTERNAL_SERVER_ERROR, "it failed this time\n"),
    }
}
