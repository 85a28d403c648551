//! The application, served by each framework as its users would write it.

#[cfg(feature = "actix")]
mod actix;
#[cfg(feature = "axum")]
mod axum;
mod tower;

use std::time::Duration;

use http::header::CONTENT_TYPE;
use http::{Response, StatusCode};
use http_body_util::Full;
use prometheus::Registry;
use tower_rum::{Buckets, Builder, Monitor};

use crate::support::server::Served;
use crate::support::site::{AnyBody, any};

use super::app::{Action, Conflict, Reply, ReplyBody, act};

pub struct Mounted {
    pub name: &'static str,
    pub monitor: Monitor,
    pub server: Served,
}

/// The endpoint that has bounds of its own.
pub const SIZED: &str = "/users/{id}";

/// The application under each framework, each with a monitor of its own.
pub async fn all() -> Vec<Mounted> {
    vec![
        tower::mounted().await,
        #[cfg(feature = "axum")]
        axum::mounted().await,
        #[cfg(feature = "axum")]
        axum::mounted_by_handlers().await,
        #[cfg(feature = "actix")]
        actix::mounted(),
    ]
}

fn settings() -> Builder {
    let builder = Monitor::builder().registry(Registry::new()).interaction_names(["buy"]).response_duration(true);
    let builder = builder.readiness("passes", async || true).readiness("fails", async || false);
    builder.endpoint_size_buckets(SIZED, Buckets::new([3.0, 4.0]).unwrap()).endpoint_slo(SIZED, Duration::from_millis(1_234))
}

async fn respond(action: Action) -> Response<AnyBody> {
    match act(action).await {
        Ok(Reply { status, content_type, body }) => {
            let body = match body {
                ReplyBody::Whole(bytes) => any(Full::new(bytes)),
                ReplyBody::Stream(body) => any(body),
            };
            response(StatusCode::from_u16(status).unwrap(), content_type, body)
        }
        Err(Conflict) => response(Conflict::STATUS, "text/plain; charset=utf-8", any(Full::from(Conflict::TEXT))),
    }
}

fn response(status: StatusCode, content_type: &'static str, body: AnyBody) -> Response<AnyBody> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    if !content_type.is_empty() {
        response.headers_mut().insert(CONTENT_TYPE, http::HeaderValue::from_static(content_type));
    }
    response
}
