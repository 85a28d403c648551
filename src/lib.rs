//! Server-side HTTP metrics and real-user monitoring in Prometheus, from your application's own process.
//!
//! A tower [`Layer`](tower::Layer) counts every request by route template, method and status, with its latency and response size. Routes beside it take
//! what browsers report, and `/metrics` exposes both under the same `endpoint` label. No agent, no gateway, no third party.
//!
#![cfg_attr(feature = "axum", doc = "```")]
#![cfg_attr(not(feature = "axum"), doc = "```ignore")]
//! use axum::{Router, routing::get};
//!
//! let monitor = tower_rum::Monitor::new();
//! let app: Router = Router::new()
//!     .route("/users/{id}", get(async || "a user"))
//!     .merge(monitor.routes())     // /metrics, /rum.js, /log-beacon, /log-page-load, …
//!     .layer(monitor.layer());     // last: it also sees what no route matched
//! ```
//!
//! With everything on one router that strangers reach, `/metrics` is theirs to read: [`guide::operator`] says how to part the public's routes from
//! the operator's.
//!
//! [`guide::first_alert`] leads from nothing to an alert in ten minutes, [`guide::concepts`] says how the parts fit, and [`guide::troubleshooting`] where to look
//! when nothing shows up.
//!
//! What stands elsewhere is probed by [`synthetic`], from the application or from a program of its own: the example `prober` reads what to probe from a
//! file.
//!
#![cfg_attr(feature = "actix", doc = "For actix-web applications see [`actix`].")]
//!
//! ## Architecture
//!
//! ```text
//! request ─▶ middleware ─▶ label ─▶ record (cells)
//! beacon  ─▶ rum: gate ─▶ beacon: decode, validate ─▶ record (cells)
//! scrape  ─▶ exposition ─▶ encode ─▶ record (snapshot, read only)
//! page    ─▶ dashboard ─▶ record (snapshot, read only), and the samples of the last hour
//! session ─▶ rum: gate ─▶ beacon: decode, validate ─▶ replay: queue ─▶ recordings: writer ─▶ replay: store
//! ```
//!
//! The middleware and the ingest do not know each other: they meet in the recorder. [`Monitor`] puts the parts together and holds no state of its own;
//! nothing in the crate is global.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod address;
mod beacon;
mod collected;
mod config;
pub mod dashboard;
mod encode;
mod error;
pub mod exemplars;
pub mod exposition;
pub mod grpc;
pub mod guide;
pub mod label;
#[cfg(feature = "tracing")]
pub mod log_events;
pub mod middleware;
mod monitor;
mod record;
mod recordings;
pub mod replay;
mod routes;
pub mod rum;
mod serve;
#[cfg(not(loom))] // tokio has no sockets in a model
pub mod synthetic;
#[cfg(feature = "system")]
pub mod system;
pub mod timer;
pub mod uptime;

#[cfg(feature = "actix")]
pub mod actix;
#[cfg(feature = "axum")]
mod axum;

pub use address::ClientAddress;
pub use config::{Buckets, ClientCounter, ClientHistogram, GrpcType, Naming, Prefetch, Sizes, Timer, Unit};
pub use error::Error;
pub use label::RequestHead;
pub use monitor::{Builder, Monitor};
pub use record::{Collector, UpgradeGuard};
pub use routes::{RoutesLayer, WithRoutes, WithRoutesBody, WithRoutesFuture};
pub use rum::Script;

#[cfg(all(doctest, feature = "full"))]
#[doc = include_str!("../README.md")]
struct Readme;
