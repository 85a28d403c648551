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
//! # Where to go from here
//!
//! | | |
//! |---|---|
//! | begin | [from nothing to an alert](guide::first_alert), [how the parts fit](guide::concepts), [when nothing shows up](guide::troubleshooting) |
//! | the server half | [what it counts and when](guide::server), [the order of layers](middleware#order-of-layers), [own timers](timer), [gRPC](grpc), [traces of slow requests](exemplars) |
//! | the browser half | [the tag and what it measures](guide::measured), [what a beacon is taken from](rum), [journeys and funnels](guide::journeys), [session replay](replay) |
//! | look at it | [queries](guide::recipes), the [dashboard], [`/metrics`](exposition) |
//! | run it | [who may read it](guide::operator), [what it costs](guide::cost), [privacy and consent](guide::privacy), [replicas](guide::replicas), [readiness](uptime), [upgrades](guide::upgrades) |
//! | probe what stands elsewhere | [how to begin](guide::synthetic), [all of it](synthetic) |
//! | another framework, another crate before | [frameworks](guide::frameworks), [moving](guide::moving), [names](guide::naming) |
//!
//! Settings are the [`Builder`]'s: those that most applications come to need stand first.
//!
#![cfg_attr(feature = "actix", doc = "For actix-web applications see [`actix`].")]
//!
//! # Architecture
//!
//! ```text
//! request ─▶ middleware ─▶ label ─▶ record (cells)
//! call    ─▶ grpc ─▶ record (cells)
//! work    ─▶ timer, log_events ─▶ record (cells)
//! beacon  ─▶ rum: gate ─▶ beacon: decode, validate ─▶ record (cells)
//! session ─▶ rum: gate ─▶ beacon: decode, validate ─▶ replay: queue ─▶ recordings: writer ─▶ replay: store
//! probe   ─▶ synthetic: board ─▶ a collector, as system is one
//!
//! scrape  ─▶ exposition ─▶ encode ─▶ record (snapshot, read only), the collectors, the host's registry
//! page    ─▶ dashboard ─▶ record (snapshot, read only), and the samples of the last hour
//! health  ─▶ uptime: the host's checks
//! ```
//!
//! The halves do not know each other: they meet in the recorder. `config` and `label` say what may be told and counted, `serve` how our routes answer, and
//! `routes` which path is whose. [`Monitor`] puts the parts together and holds no state of its own; no two monitors share anything. `axum` and `actix`
//! mount all this in their frameworks; actix has a middleware of its own, over the same recorder.
//!
//! Imports run one way: a module uses only what stands above it, and those of one line do not see each other.
//!
//! ```text
//! error, label, clock, collected, inner
//! exemplars
//! config
//! beacon, address
//! record, replay
//! encode, serve
//! middleware, grpc, rum, recordings, exposition, uptime, system, synthetic, dashboard, timer, log_events
//! routes
//! monitor
//! axum, actix
//! guide
//! ```

#![cfg_attr(docsrs, feature(doc_cfg), doc(auto_cfg(hide(loom))))] // loom is for our models, and no feature

mod address;
mod beacon;
mod clock;
mod collected;
mod config;
pub mod dashboard;
mod encode;
mod error;
pub mod exemplars;
pub mod exposition;
pub mod grpc;
pub mod guide;
mod inner;
pub mod label;
#[cfg(feature = "tracing")]
pub mod log_events;
pub mod middleware;
mod monitor;
mod record;
mod recordings;
pub mod replay;
pub mod routes;
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
pub use monitor::{Builder, Monitor};
pub use record::{MonitorCollector, UpgradeGuard};

#[cfg(all(doctest, feature = "full"))]
#[doc = include_str!("../README.md")]
struct Readme;
