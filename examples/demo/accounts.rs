//! Users who log in, or fail to: `login_attempts_total{status}`, a counter of the application's own.

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Form, Router, routing::post};
use prometheus::{IntCounterVec, Registry, register_int_counter_vec_with_registry};
use serde::Deserialize;

pub(crate) fn routes(registry: &Registry) -> Result<Router, prometheus::Error> {
    let help = "Attempts to log in, by whether they succeeded.";
    let attempts = register_int_counter_vec_with_registry!("login_attempts_total", help, &["status"], registry)?;
    for status in [SUCCESS, FAILURE] {
        let _ = attempts.with_label_values(&[status]); // there from the start, so that a rate sees the first attempt
    }
    Ok(Router::new().route("/login", post(log_in)).with_state(attempts))
}

#[derive(Deserialize)]
struct Credentials {
    user: String,
    password: String,
}

async fn log_in(State(attempts): State<IntCounterVec>, Form(given): Form<Credentials>) -> (StatusCode, &'static str) {
    let (status, answer) = match (&*given.user, &*given.password) {
        EVERYBODYS => (SUCCESS, (StatusCode::OK, "welcome, Ada\n")),
        _ => (FAILURE, (StatusCode::UNAUTHORIZED, "user and password do not match\n")),
    };
    attempts.with_label_values(&[status]).inc();
    answer
}

/// The page shows them.
const EVERYBODYS: (&str, &str) = ("ada", "lovelace");
const SUCCESS: &str = "success";
const FAILURE: &str = "failure";
