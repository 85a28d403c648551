//! `GET /metrics`: everything recorded, and the host's registry, in the Prometheus text format.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! use http_body_util::{BodyExt, Empty};
//! use tower::{Layer, Service, service_fn};
//!
//! let monitor = tower_rum::Monitor::new();
//! let not_ours = service_fn(async |_| Ok::<_, std::convert::Infallible>(http::Response::new(Empty::<bytes::Bytes>::new())));
//! let mut app = monitor.routes_layer().layer(not_ours);
//!
//! let request = http::Request::get("/metrics").body(Empty::<bytes::Bytes>::new()).unwrap();
//! let text = app.call(request).await.unwrap().into_body().collect().await.unwrap().to_bytes();
//! assert!(text.starts_with(b"# HELP "));
//! # });
//! ```

use std::sync::Arc;

use http::{Method, Response};
use prometheus::Registry;

use crate::encode;
use crate::record::Recorder;
use crate::serve::{self, Body};

/// Answers a scrape.
#[derive(Debug)]
pub(crate) struct Exposition {
    recorder: Arc<Recorder>,
    registry: Registry,
}

impl Exposition {
    pub(crate) fn new(recorder: Arc<Recorder>, registry: Registry) -> Self {
        Self { recorder, registry }
    }

    /// The answer to a request; the server leaves the body out where the method is HEAD.
    pub(crate) fn respond(&self, method: &Method) -> Response<Body> {
        if let Some(response) = serve::method_not_allowed(method, &[Method::GET, Method::HEAD]) {
            return response;
        }
        let text = encode::exposition(&self.recorder, &self.registry);
        serve::exposition(text, encode::TEXT_CONTENT_TYPE)
    }
}
