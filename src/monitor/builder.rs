//! The settings of a monitor that most applications come to need, and how a monitor is put together.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use prometheus::Registry;
use prometheus::core::Desc;

use crate::config::{Config, Mounted, Ruling};
use crate::dashboard::Dashboard;
use crate::error::Error;
use crate::exemplars::Exemplars;
use crate::exposition::Exposition;
use crate::grpc::Methods;
use crate::label::{EndpointSource, RequestHead, UNMATCHED};
#[cfg(feature = "tracing")]
use crate::log_events::LogEvents;
use crate::middleware::journeys::Guide;
use crate::middleware::{ByHead, HeadRules, Shared};
use crate::record::{MonitorCollector, Recorder};
use crate::replay::Replay;
use crate::routes::{self, Routes};
use crate::rum::{Ingest, Script};
use crate::timer::Timers;
use crate::uptime::{Checks, Ready, Uptime};

use super::Monitor;
use super::collectors::Collectors;
use super::replay::Replaying;

/// Settings of a [`Monitor`]. Whatever a browser may name is declared here: a built monitor never changes.
///
/// Every one has a default that works. The first block below is the paved path, the eleven that most applications come to need; the blocks after it are for
/// special cases, by topic:
///
/// | to | take |
/// |---|---|
/// | tell routes where there is no router of axum's or actix's | [`endpoint`](Self::endpoint) |
/// | leave out health checks and the like | [`ignore`](Self::ignore) |
/// | know exactly which share of requests meets a target | [`slo`](Self::slo) |
/// | tell this application's families from another's | [`namespace`](Self::namespace), [`const_label`](Self::const_label) |
/// | expose a registry that is not prometheus's default one | [`registry`](Self::registry) |
/// | have `/healthz` know what the application needs | [`readiness`](Self::readiness) |
/// | count clicks on what is named, and conversions | [`interaction_names`](Self::interaction_names), [`goals`](Self::goals) |
/// | serve pages from another origin | [`origins`](Self::origins) |
/// | stand behind proxies | [`trusted_proxies`](Self::trusted_proxies) |
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct Builder {
    pub(super) config: Config,
    pub(super) endpoint: EndpointSource,
    pub(super) head_rules: HeadRules,
    pub(super) exemplars: Option<Exemplars>,
    pub(super) registry: Option<Registry>,
    pub(super) collectors: Collectors,
    pub(super) readiness: Checks,
    pub(super) replay: Option<Box<Replay>>,
    #[cfg(feature = "protobuf")]
    pub(super) protobuf: bool,
}

/// # The paved path
impl Builder {
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

    /// Leave requests of these route templates out of all that is counted, without a trace.
    ///
    /// A pattern is a template (`/health`, `/users/{id}`) or, with a star at its end, how templates begin: `/internal/*` is `/internal/jobs`
    /// and `/internal/{task}`, not `/internal` itself. `unmatched` stands for what no route matched. Our own routes are left out in the same
    /// way, unless [`count_own_routes`](Self::count_own_routes) is on. It costs a request nothing. Default: none.
    ///
    /// ```
    /// let monitor = tower_rum::Monitor::builder().ignore(["/health", "/internal/*"]).build()?;
    /// # Ok::<(), tower_rum::Error>(())
    /// ```
    pub fn ignore<I: IntoIterator<Item: Into<String>>>(mut self, patterns: I) -> Self {
        patterns.into_iter().for_each(|pattern| self.config.template_rules.ignore(pattern.into()));
        self
    }

    /// A target for how long requests take: one more bound of `http_request_duration_seconds` and `http_response_duration_seconds` on every
    /// endpoint, and of `grpc_server_handling_seconds`, so that the share of requests within it is exact. There may be several. Default: none.
    ///
    /// A target is a bound whatever the endpoint's other bounds are, so its share can be taken over all endpoints. For a target of 300 ms
    /// that 99 % of requests are to meet, over an hour:
    ///
    /// ```promql
    /// # the share within the target
    ///   sum(rate(http_request_duration_seconds_bucket{le="0.3"}[1h])) / sum(rate(http_request_duration_seconds_count[1h]))
    /// # the burn rate: 1 uses the error budget up exactly in the objective's period
    /// (1 - sum(rate(http_request_duration_seconds_bucket{le="0.3"}[1h])) / sum(rate(http_request_duration_seconds_count[1h]))) / (1 - 0.99)
    /// ```
    ///
    /// Failures are often fast: to have only good answers count as within the target, add `status!~"5.."` above the line, not below it.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let monitor = tower_rum::Monitor::builder().slo(Duration::from_millis(300)).build()?;
    /// # Ok::<(), tower_rum::Error>(())
    /// ```
    pub fn slo(mut self, target: Duration) -> Self {
        self.config.http_buckets.target(target);
        self
    }

    /// Puts `namespace_` before the name of every family of ours. Default: none.
    pub fn namespace(mut self, namespace: impl Into<String>) -> Self {
        self.config.namespace = namespace.into();
        self
    }

    /// A label with one value on every family of this crate's, as the prometheus crate's `const_label`: `region="eu"`.
    ///
    /// At most 8. `name` takes letters, digits and underscores, and is no label that a family of this crate or a client metric has; `value`
    /// takes up to 256 bytes. What tells instances of one program apart, Prometheus adds itself (`instance`, `job`). Default: none.
    ///
    /// ```
    /// let monitor = tower_rum::Monitor::builder().const_label("region", "eu").build()?;
    /// # Ok::<(), tower_rum::Error>(())
    /// ```
    pub fn const_label(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.config.own_labels.constant.push((name.into(), value.into()));
        self
    }

    /// The registry of the host's own metrics, exposed behind ours. Default: [`prometheus::default_registry()`].
    pub fn registry(mut self, registry: Registry) -> Self {
        self.registry = Some(registry);
        self
    }

    /// Something that this instance needs to serve: while it fails, `/healthz` answers 503. See [`uptime`](crate::uptime). Default: none.
    ///
    /// Names are those of labels, and public. The check gives `bool` or a `Result`; a panic fails it, and so does taking longer than
    /// [`readiness_timeout`](Self::readiness_timeout).
    pub fn readiness<C, F>(mut self, name: impl Into<String>, check: C) -> Self
    where
        C: Fn() -> F + Send + Sync + 'static,
        F: Future<Output: Ready> + Send + 'static,
    {
        self.readiness.declare(name.into(), check);
        self
    }

    /// The names that elements may carry (`data-rum="buy"`), for `user_interactions_total{name}`. Default: none.
    pub fn interaction_names<I: IntoIterator<Item: Into<String>>>(mut self, names: I) -> Self {
        self.config.vocabulary.interaction_names.extend(names.into_iter().map(Into::into));
        self
    }

    /// Goals that the page says are reached: `rumClient.conversion("signup")`. Default: none.
    pub fn goals<I: IntoIterator<Item: Into<String>>>(mut self, names: I) -> Self {
        self.config.vocabulary.goals.extend(names.into_iter().map(Into::into));
        self
    }

    /// Origins, besides the host that a beacon is sent to, whose pages may load the script with an integrity check, send, and read what is
    /// answered: `https://www.example.com`. See [pages of another origin](crate::rum#pages-of-another-origin).
    ///
    /// Also what to set where a proxy changes the `Host` header.
    pub fn origins<I: IntoIterator<Item: Into<String>>>(mut self, origins: I) -> Self {
        let lowercase = |origin: I::Item| origin.into().to_ascii_lowercase();
        self.config.gate.origins.extend(origins.into_iter().map(lowercase));
        self
    }

    /// Addresses (`192.0.2.1`) and networks (`10.0.0.0/8`) whose `Forwarded` or `X-Forwarded-For` tells who the client is. Name only proxies that
    /// write one of the two. They also tell whether a browser came over TLS, for the cookie of [journeys](crate::middleware::journeys). None are trusted by default; see [rates](crate::rum#rates) for what is then made of internal addresses, and of none (`[]`).
    pub fn trusted_proxies<I: IntoIterator<Item: Into<String>>>(mut self, proxies: I) -> Self {
        self.config.gate.proxies.get_or_insert_default().extend(proxies.into_iter().map(Into::into));
        self
    }

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
}

impl Builder {
    pub(super) fn assemble(self, collected: Registry, descriptions: Vec<Desc>) -> Monitor {
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
