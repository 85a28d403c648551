//! The composition root: a [`Builder`] gathers what the host declares, a [`Monitor`] hands out layers, routes and collectors.
//!
//! ```
//! let monitor = tower_rum::Monitor::builder()
//!     .namespace("shop")
//!     .interaction_names(["buy", "search"])
//!     .build()?;
//! let registry = prometheus::Registry::new();
//! registry.register(Box::new(monitor.collector())).unwrap();
//! # Ok::<(), tower_rum::Error>(())
//! ```

mod builder; // its settings come first in the documentation

mod buckets;
mod caps;
mod collectors;
mod dashboard;
mod exposition;
mod grpc;
mod ingest;
mod journeys;
mod labels;
#[cfg(feature = "tracing")]
mod log_events;
mod paths;
mod replay;
mod timers;
mod uptime;
mod vocabulary;

use std::fmt;
use std::sync::Arc;

use prometheus::Registry;

use crate::grpc::{GrpcMetricsLayer, Methods};
#[cfg(feature = "tracing")]
use crate::log_events::LogEvents;
use crate::middleware::journeys::Guide;
use crate::middleware::{HttpMetricsLayer, RequestSizeLayer, Shared, TellTemplateLayer};
use crate::record::MonitorCollector;
use crate::routes::{Route, Routes, WithRoutesLayer};
use crate::rum::Script;
use crate::timer::Timers;

use replay::Replaying;

pub use builder::Builder;

/// One set of metrics and the ways into and out of it. A clone is the same monitor.
///
/// Two monitors share nothing, also in one process and under the same names. Building one needs no async runtime.
#[derive(Clone)]
pub struct Monitor {
    shared: Arc<Shared>,
    methods: Option<Arc<Methods>>,
    timers: Timers,
    #[cfg(feature = "tracing")]
    log_events: LogEvents,
    routes: Arc<Routes>,
    guide: Option<Arc<Guide>>,
    collector: MonitorCollector,
    replay: Option<Replaying>,
}

impl Monitor {
    /// A monitor with every default.
    #[must_use]
    pub fn new() -> Self {
        Builder::default().assemble(Registry::new(), Vec::new())
    }

    /// A monitor with settings of the host's own.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// The layer that counts requests; see [`middleware`](crate::middleware).
    ///
    /// In axum it goes on last, after [`routes`](Self::routes) are merged: `merge` keeps the other router's fallback, so a layer put on before it
    /// never sees what no route matched.
    #[must_use]
    pub fn layer(&self) -> HttpMetricsLayer {
        HttpMetricsLayer::new(Arc::clone(&self.shared))
    }

    /// A [`layer`](Self::layer) for a place where the route is not known yet: around a router, or before compression and timeouts.
    ///
    /// Where it sees no template it puts a slot into the request's extensions, at the cost of a few allocations, and
    /// [`template_layer`](Self::template_layer) fills that further inside. Until then the request is in flight as `unmatched`, and stays so if
    /// no one fills it. See [the order of layers](crate::middleware#order-of-layers).
    #[must_use]
    pub fn outer_layer(&self) -> HttpMetricsLayer {
        HttpMetricsLayer::new(Arc::new(self.shared.with_slots()))
    }

    /// A layer that tells [`outer_layer`](Self::outer_layer) the template, for a place where it is known; it counts nothing itself.
    ///
    /// In axum it goes on last, by `Router::layer` or `route_layer`. With an [`endpoint`](Builder::endpoint) closure, that is asked once more
    /// here: it may find what the layers between have left in the extensions. So are the rules for templates,
    /// [`ignore_if`](Builder::ignore_if) and [`alias_if`](Builder::alias_if); the values of [`label`](Builder::label) are those that the outer
    /// layer has seen.
    #[must_use]
    pub fn template_layer(&self) -> TellTemplateLayer {
        TellTemplateLayer::new(Arc::clone(&self.shared))
    }

    /// A layer that observes `http_request_size_bytes`: body bytes that the application reads. Opt-in: it wraps request bodies.
    #[must_use]
    pub fn request_size_layer(&self) -> RequestSizeLayer {
        RequestSizeLayer::new(Arc::clone(&self.shared))
    }

    /// A layer that counts gRPC calls by their declared method and their status; see [`grpc`](crate::grpc). It counts none where no
    /// [`grpc_service`](Builder::grpc_service) is declared.
    #[must_use]
    pub fn grpc_layer(&self) -> GrpcMetricsLayer {
        GrpcMetricsLayer::new(self.methods.clone())
    }

    /// A layer that answers all of our paths and passes everything else on: for a service without a router.
    ///
    /// Put it outside [`layer`](Self::layer), and our own paths are never counted. Inside, they are requests like any other, under the
    /// template that the [`endpoint`](Builder::endpoint) closure gives them; one that is just their path goes by uncounted
    /// unless [`count_own_routes`](Builder::count_own_routes) is on.
    ///
    /// **Where strangers send the requests, `/metrics` and the [`dashboard`](crate::dashboard) are theirs to read.** There, take
    /// [`public_routes_layer`](Self::public_routes_layer), and [`operator_routes_layer`](Self::operator_routes_layer) on a second port or behind
    /// authentication: see [the guide](crate::guide::operator).
    #[must_use]
    pub fn routes_layer(&self) -> WithRoutesLayer {
        self.routes.mount_dashboard();
        WithRoutesLayer::new(Arc::clone(&self.routes), |_| true)
    }

    /// The same for what the browsers of users need, the script and the ingest, and for `/healthz`; everything else is passed on.
    #[must_use]
    pub fn public_routes_layer(&self) -> WithRoutesLayer {
        WithRoutesLayer::new(Arc::clone(&self.routes), Route::is_public)
    }

    /// The same for what whoever operates the service needs, `/metrics` and the [`dashboard`](crate::dashboard); everything else is passed on. For a second port, or behind
    /// authentication.
    #[must_use]
    pub fn operator_routes_layer(&self) -> WithRoutesLayer {
        self.routes.mount_dashboard();
        WithRoutesLayer::new(Arc::clone(&self.routes), Route::is_operators)
    }

    /// Our families for an application that has a `/metrics` of its own; see [`MonitorCollector`].
    #[must_use]
    pub fn collector(&self) -> MonitorCollector {
        self.collector.clone()
    }

    /// What a template needs to write the script's tag with caching for ever and an integrity check.
    #[must_use]
    pub fn script(&self) -> &Script {
        self.routes.script()
    }

    #[cfg(any(feature = "axum", feature = "actix"))]
    pub(crate) fn own_routes(&self) -> &Arc<Routes> {
        &self.routes
    }

    #[cfg(feature = "actix")]
    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }
}

impl Default for Monitor {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Monitor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Monitor").finish_non_exhaustive()
    }
}
