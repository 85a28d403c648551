//! The application, served by each framework as its users would write it.

#[cfg(feature = "actix")]
mod actix;
#[cfg(feature = "axum")]
mod axum;
mod tower;

use http::header::CONTENT_TYPE;
use http::{Response, StatusCode};
use http_body_util::Full;
use prometheus::Registry;
use tower_rum::{Builder, Monitor};

use crate::support::server::Served;
use crate::support::site::{AnyBody, any};

use super::app::{Action, Conflict, Reply, ReplyBody, act};

pub struct Mounted {
    pub name: &'static str,
    pub monitor: Monitor,
    pub server: Served,
}

/// The application under each framework, each with a monitor of its own.
pub async fn all() -> Vec<Mounted> {
    vec![
        tower::mounted().await,
        #[cfg(feature = "axum")]
        axum::mounted().await,
        #[cfg(feature = "actix")]
        actix::mounted(),
    ]
}

fn settings() -> Builder {
    Monitor::builder().registry(Registry::new()).interaction_names(["buy"]).response_duration(true)
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
