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
//! ## Upgrades and tunnels
//!
//! A WebSocket, any other upgrade and a tunnel count once, at the `101` or the `2xx` to a `CONNECT` that hands the connection over: from then on it is
//! no request in flight any more, and no layer sees it. A handler that moves the request's [`UpgradeGuard`](crate::UpgradeGuard) into its socket's task
//! has it counted for as long as it is open, in `http_upgraded_connections` and `http_upgraded_duration_seconds`. An event stream is a response
//! like any other: its latency is that of its head, and it is in flight until it ends.
//!
//! ## Order of layers
//!
//! The layer measures what is inside it.
//!
//! | with this layer | around it, the layer measures | inside it, the layer measures |
//! |---|---|---|
//! | compression | bytes as they go to the server | bytes that the application produced |
//! | a timeout | its answer (408, or its error as `500`), after the time that it takes | a request dropped: `499` |
//! | `CatchPanicLayer` | the answer made of the panic, `500`, and its bytes | the panic, `500`, and no body |
//! | authentication | refusals too, and the time to decide | what was let in |
//! | a body limit | its `413` | nothing of what it turns away |
//! | the router | all of it, as `unmatched` unless a [`template_layer`](crate::Monitor::template_layer) is inside | by template, what was routed |
//!
//! Applied twice, it counts twice: every layer is on its own.
//!
//! Around a router no template is known yet. There [`outer_layer`](crate::Monitor::outer_layer) goes, and a
//! [`template_layer`](crate::Monitor::template_layer) inside tells it the template. From that moment on the request is in flight under its
//! endpoint, before it as `unmatched`; requests, durations, sizes and incomplete responses all go to the endpoint. What is answered without
//! coming so far (a refusal, a preflight) stays `unmatched`, and a template told after the response head comes too late.
//!
#![cfg_attr(feature = "axum", doc = "```")]
#![cfg_attr(not(feature = "axum"), doc = "```ignore")]
//! use axum::{Router, routing::get};
//! use tower::ServiceBuilder;
//!
//! let monitor = tower_rum::Monitor::new();
//! let router: Router = Router::new()
//!     .route("/users/{id}", get(async || "a user"))
//!     .merge(monitor.routes())
//!     .layer(monitor.template_layer()); // last inside: our own routes are told, too, and so left out
//! let app = ServiceBuilder::new()
//!     .layer(monitor.outer_layer())
//!     // .layer(CompressionLayer::new()).layer(TimeoutLayer::with_status_code(…)).layer(CatchPanicLayer::new())
//!     .service(router);
//! // axum::serve(listener, tower::make::Shared::new(app))
//! # let _ = app;
//! ```
//!
//! Without a router:
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
mod field;
mod future;
mod handle;
mod head_rules;
pub mod journeys;
mod layer;
mod request_size;
mod response_head;
mod service;
mod shared;
mod template;
mod unwind;
mod upgrade;

pub use body::ResponseBody;
pub use future::ResponseFuture;
pub use layer::HttpMetricsLayer;
pub use request_size::{RequestBody, RequestSize, RequestSizeLayer};
pub use service::HttpMetrics;
pub use template::{TellTemplate, TellTemplateLayer};

#[cfg(feature = "actix")]
pub(crate) use {future::Asked, response_head::ResponseHead, unwind::Watch};

pub(crate) use head_rules::{ByHead, HeadRules};
pub(crate) use shared::Shared;
