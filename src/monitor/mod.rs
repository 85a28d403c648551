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

mod buckets;
mod collectors;
mod dashboard;
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

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use prometheus::Registry;
use prometheus::core::Desc;

use crate::config::{Buckets, Config, Mounted, Naming, Ruling, Sizes};
use crate::dashboard::Dashboard;
use crate::error::Error;
use crate::exemplars::Exemplars;
use crate::exposition::Exposition;
use crate::grpc::{GrpcMetricsLayer, Methods};
use crate::label::{EndpointSource, RequestHead, UNMATCHED};
#[cfg(feature = "tracing")]
use crate::log_events::LogEvents;
use crate::middleware::journeys::Guide;
use crate::middleware::{ByHead, HeadRules, HttpMetricsLayer, RequestSizeLayer, Shared, TellTemplateLayer};
use crate::record::{MonitorCollector, Recorder};
use crate::replay::Replay;
use crate::routes::{self, Route, Routes, WithRoutesLayer};
use crate::rum::{Ingest, Script};
use crate::timer::Timers;
use crate::uptime::{Checks, Uptime};

use collectors::Collectors;
use replay::Replaying;

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

/// Settings of a [`Monitor`]. Whatever a browser may name is declared here: a built monitor never changes.
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct Builder {
    config: Config,
    endpoint: EndpointSource,
    head_rules: HeadRules,
    exemplars: Option<Exemplars>,
    registry: Option<Registry>,
    collectors: Collectors,
    readiness: Checks,
    replay: Option<Box<Replay>>,
    #[cfg(feature = "protobuf")]
    protobuf: bool,
}

impl Builder {
    /// Checks the settings and builds.
    ///
    /// # Errors
    ///
    /// When a name, path, origin, bound, cap or rate cannot work; the error's text says which and what it takes.
    pub fn build(self) -> Result<Monitor, Error> {
        self.config.validate()?;
        self.readiness.validate(&self.config)?;
        self.replay.as_ref().map_or(Ok(()), |replay| replay.validate())?;
        let (collected, descriptions) = self.collectors.registry(&self.config)?;
        Ok(self.assemble(collected, descriptions))
    }

    /// Puts `namespace_` before the name of every family of ours. Default: none.
    pub fn namespace(mut self, namespace: impl Into<String>) -> Self {
        self.config.namespace = namespace.into();
        self
    }

    /// How the families of HTTP requests and their labels are named; see the [table](crate::guide::naming). Default: [`Naming::Default`].
    pub fn naming(mut self, naming: Naming) -> Self {
        self.config.naming = naming;
        self
    }

    /// How a request's route template is found; `None` counts as `unmatched`. Default: axum's `MatchedPath`,
    /// and actix's `match_pattern`.
    ///
    /// Return templates, never raw paths. The number of values is bounded all the same: templates not declared with
    /// [`endpoints`](Self::endpoints) fill at most half of [`http_series`](Self::http_series), then count as `overflow`.
    pub fn endpoint<F>(mut self, endpoint: F) -> Self
    where
        F: for<'a> Fn(RequestHead<'a>) -> Option<Cow<'a, str>> + Send + Sync + 'static,
    {
        self.endpoint = EndpointSource::Closure(Arc::new(endpoint));
        self
    }

    /// Templates known from the start: room is kept for them, and browsers may name them before a request has shown them.
    pub fn endpoints<I: IntoIterator<Item: Into<String>>>(mut self, templates: I) -> Self {
        self.config.endpoints.extend(templates.into_iter().map(Into::into));
        self
    }

    /// The registry of the host's own metrics, exposed behind ours. Default: [`prometheus::default_registry()`].
    pub fn registry(mut self, registry: Registry) -> Self {
        self.registry = Some(registry);
        self
    }

    /// Serve `/metrics` in protobuf too, to those who ask for it before text. Default: off.
    ///
    /// Prometheus asks for it where it is to ingest native histograms or start timestamps. The series are the same.
    #[cfg(feature = "protobuf")]
    pub fn protobuf(mut self, on: bool) -> Self {
        self.protobuf = on;
        self
    }

    /// Give every histogram native buckets beside the classic ones, in [`protobuf`](Self::protobuf), which this turns on as well. Default: off.
    ///
    /// Buckets are powers of 2^(1/8) (schema 3: each is 9 % wide), as
    /// [Prometheus defines them](https://prometheus.io/docs/specs/native_histograms/), with a zero bucket up to 2^-128. An observation is counted
    /// by its own value, not by the classic bucket it falls in, and both kinds have the same count in each scrape. A series exposes at most 160
    /// buckets; one that has met more exposes schema 2, then 1, and so on.
    ///
    /// Turn it on only for a server that is set up for it, for it changes what others see:
    ///
    /// - A server that ingests native histograms drops the classic buckets, sums and counts (2.42), or needs
    ///   `scrape_classic_histograms` (2.45 to 2.55) or `always_scrape_classic_histograms` (3.0 and later) to keep them. Rules and
    ///   dashboards that read `…_bucket`, `…_sum` or `…_count` find nothing.
    /// - One that asks for protobuf and does not ingest them, such as 3.5 with `created-timestamp-zero-ingestion` alone, drops these histograms whole.
    /// - One that asks for text sees none of this, and nothing changes. Nor does [`Monitor::collector`].
    ///
    /// A series takes, on each thread that observes, 64 bytes for each power of two that its values span, 0.5 KiB for each 32 of those, and
    /// 200 bytes besides; at most 18 KiB. A request takes some 430 instructions more, of about a thousand.
    #[cfg(feature = "protobuf")]
    pub fn native_histograms(mut self, on: bool) -> Self {
        self.config.native_histograms = on;
        self.protobuf |= on;
        self
    }

    /// Bounds of `http_request_duration_seconds` and `http_response_duration_seconds`, in seconds, where an endpoint has no
    /// [others](Self::endpoint_duration_buckets). Default: those of OpenTelemetry, 0.005 to 10.
    pub fn duration_buckets(mut self, buckets: Buckets) -> Self {
        self.config.http_buckets.set_durations(buckets);
        self
    }

    /// Bounds of `http_response_size_bytes` and `http_request_size_bytes`, in bytes, where an endpoint has no
    /// [others](Self::endpoint_size_buckets). Default: 100 to 100 000 000, a decade each.
    pub fn size_buckets(mut self, buckets: Buckets) -> Self {
        self.config.http_buckets.set_sizes(buckets);
        self
    }

    /// Whether `http_response_size_bytes` and `http_request_size_bytes` are histograms or summaries, which have no use for
    /// [`size_buckets`](Self::size_buckets) and [`endpoint_size_buckets`](Self::endpoint_size_buckets). A summary costs a request a read of the clock and a lock that nobody else holds.
    /// Default: histograms.
    pub fn sizes(mut self, sizes: Sizes) -> Self {
        self.config.sizes = sizes;
        self
    }

    /// Bounds of `page_load_time_seconds`, in seconds. Default: 0.1 to 60.
    pub fn page_load_buckets(mut self, buckets: Buckets) -> Self {
        self.config.page_load_buckets = buckets;
        self
    }

    /// Also observe the time to the end of the body: `http_response_duration_seconds`, and for `text/event-stream`
    /// `http_event_stream_duration_seconds`. Default: off.
    pub fn response_duration(mut self, on: bool) -> Self {
        self.config.response_duration = on;
        self
    }

    /// Count requests to our own routes (`/metrics`, `/healthz`, `/rum.js`, `/log-…`, and `/dashboard` where it was asked for) as well. Default: off.
    pub fn count_own_routes(mut self, on: bool) -> Self {
        self.config.own_routes_counted = on;
        self
    }

    /// The most label sets of each HTTP family; past it requests count under `method="_OTHER", endpoint="overflow"` and their
    /// status class. Default: 2 000.
    pub fn http_series(mut self, most: usize) -> Self {
        self.config.http_series = most;
        self
    }

    /// The most label sets of each family that browsers move; past it events count under `overflow`. Default: 200, and 500
    /// for `user_page_transitions_total`.
    pub fn family_series(mut self, most: usize) -> Self {
        self.config.family_series = most;
        self
    }

    /// Tell the browser the route template, by `Server-Timing: route;desc="…"` on HTML documents and on responses to the page's own
    /// requests (`Sec-Fetch-Dest: empty`). Without it the script's tag needs `data-endpoint`. Default: on.
    pub fn server_timing(mut self, on: bool) -> Self {
        self.config.server_timing = on;
        self
    }

    /// Name on each bucket of the latency histograms, and of page loads and LCP, the trace of one request that fell into it; see
    /// [`exemplars`](crate::exemplars). Default: off.
    pub fn exemplars(mut self, exemplars: Exemplars) -> Self {
        self.config.exemplars = true;
        self.exemplars = Some(exemplars);
        self
    }

    /// The most scrapes being answered at one time; one past that is answered with 503 and `Retry-After`. A scrape counts until its text is
    /// written, not while it is being sent. Default: 8.
    pub fn scrapes_in_flight(mut self, most: usize) -> Self {
        self.config.scrapes_in_flight = most;
        self
    }

    fn assemble(self, collected: Registry, descriptions: Vec<Desc>) -> Monitor {
        let mut config = self.config;
        let script = Script::new(&config);
        let replay_script = config.paths.replay.as_ref().map(|paths| Script::replay(&config, paths));
        let paths = routes::paths(&config.paths, &script, replay_script.as_ref());
        let dashboard_mounted = Mounted::default();
        if !config.own_routes_counted {
            for (path, route) in &paths {
                if route.is_dashboards() {
                    config.template_rules.ignore_where_mounted(&dashboard_mounted, path.clone());
                } else {
                    config.template_rules.ignore(path.clone());
                }
            }
        }
        if config.template_rules.of(UNMATCHED) == Ruling::Ignored {
            config.own_labels.ignore_unmatched();
        }
        let by_head = ByHead::new(self.head_rules, config.own_labels.clone(), self.exemplars);
        let recorder = Recorder::new(&config);
        let registry = self.registry.unwrap_or_else(|| prometheus::default_registry().clone());
        let collector = MonitorCollector::new(Arc::clone(&recorder), collected.clone(), descriptions);
        let dashboard = Dashboard::new(Arc::clone(&recorder), collected.clone(), &config);
        let exposition = Exposition::new(Arc::clone(&recorder), collected, registry, config.scrapes_in_flight);
        #[cfg(feature = "protobuf")]
        let exposition = exposition.with_protobuf(self.protobuf);
        let uptime = Uptime::new(self.readiness, &config);
        let mut ingest = Ingest::new(Arc::clone(&recorder), &config);
        let replay = self.replay.map(|settings| Replaying::new(*settings, &recorder));
        if let Some(replay) = &replay {
            ingest = ingest.with_sessions(&replay.settings, Arc::clone(&replay.queue));
        }
        let mut routes = Routes::new(paths, exposition, uptime, ingest, script, dashboard, dashboard_mounted);
        if let (Some(replay), Some(script)) = (&replay, replay_script) {
            routes = routes.with_replay(replay.recordings(), script);
        }
        let methods = Methods::declared(&recorder, &config.grpc);
        let timers = Timers::declared(&recorder, &config);
        #[cfg(feature = "tracing")]
        let log_events = LogEvents::new(&recorder, &config);
        let shared = Arc::new(Shared {
            recorder,
            endpoint: self.endpoint,
            by_head: by_head.matters().then(|| Box::new(by_head)),
            response_duration: config.response_duration,
            server_timing: config.server_timing,
        });
        let guide = config.cookie_journeys.then(|| Arc::new(Guide::new(Arc::clone(&shared), config.gate, config.secure_cookie)));
        Monitor {
            shared,
            methods,
            timers,
            #[cfg(feature = "tracing")]
            log_events,
            routes: Arc::new(routes),
            guide,
            collector,
            replay,
        }
    }
}
