//! The server half: a [`Layer`](tower::Layer) that counts every request once, however it ends.
//!
//! | a request ends by | `status` | in flight until |
//! |---|---|---|
//! | a response | its own | the end or drop of the body |
//! | an error of the inner service, a panic | `500` | then |
//! | its future being dropped before the head: the client is gone | `499` | then |
//!
//! On the wire nothing changes but one field, `Server-Timing: route;desc="…"`, on HTML documents and on responses to scripts
//! ([`Builder::server_timing`](crate::Builder::server_timing) turns it off): the body keeps its size hint, trailers and end.
//!
//! ## Order of layers
//!
//! The layer measures what is inside it. Put outermost, it sees bytes as they go to the server: compressed if a compression layer is inside, and a
//! timeout layer's 408 as an answer. Put inside those, it sees what the application produced; a timeout outside it then drops the request, which
//! counts as `499`. Applied twice, it counts twice: every layer is on its own.
//!
//! ```
//! use http::{Request, Response};
//! use http_body_util::Full;
//! use bytes::Bytes;
//! use tower::{ServiceBuilder, service_fn};
//!
//! let monitor = tower_rum::Monitor::new();
//! let service = ServiceBuilder::new()
//!     .layer(monitor.layer())
//!     .service(service_fn(async |_: Request<Full<Bytes>>| Ok::<_, std::convert::Infallible>(Response::new(Full::<Bytes>::default()))));
//! # let _ = service;
//! ```

mod body;
mod future;
mod head_rules;
mod layer;
mod request_size;
mod response_head;
mod service;
mod shared;
mod unwind;

pub use body::ResponseBody;
pub use future::ResponseFuture;
pub use layer::HttpMetricsLayer;
pub use request_size::{RequestBody, RequestSize, RequestSizeLayer};
pub use service::HttpMetrics;

#[cfg(feature = "actix")]
pub(crate) use {future::Asked, response_head::ResponseHead, unwind::Watch};

pub(crate) use head_rules::HeadRules;
pub(crate) use shared::Shared;
