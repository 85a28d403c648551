//! Plain validated values: names, buckets, caps and declared vocabularies, with their defaults as constants.
//!
//! Nothing here does anything; [`Builder`](crate::Builder) fills a `Config` and the other modules read it.
//!
//! ```
//! use tower_rum::Buckets;
//!
//! let buckets = Buckets::new([0.1, 0.5, 1.0])?;
//! assert_eq!(buckets.bounds(), [0.1, 0.5, 1.0]);
//! assert!(Buckets::new([0.5, 0.1]).is_err());
//! # Ok::<(), tower_rum::Error>(())
//! ```

mod buckets;
mod client_metric;
mod dashboard;
mod declared_family;
mod descriptor_set;
mod gate;
mod grpc;
mod http_buckets;
mod log_targets;
mod name;
mod naming;
mod own_families;
mod own_labels;
mod paths;
mod prefetch;
mod sizes;
mod template_rules;
mod timer;
mod vocabulary;

use std::collections::BTreeSet;
use std::time::Duration;

use crate::error::Error;
use crate::label;

pub use buckets::Buckets;
pub(crate) use buckets::{
    CLS_BUCKETS, FCP_BUCKETS, INP_BUCKETS, LCP_BUCKETS, MAX_BUCKETS, PHASE_BUCKETS, REQUEST_BUCKETS, STREAM_BUCKETS, TTFB_BUCKETS,
};
pub use client_metric::{ClientCounter, ClientHistogram, Unit};
pub(crate) use dashboard::DashboardConfig;
pub(crate) use declared_family::DeclaredFamily;
pub(crate) use gate::{GateConfig, Network};
pub use grpc::GrpcType;
pub(crate) use grpc::{GRPC_CODES, GRPC_OTHER, GRPC_UNKNOWN, GrpcServices};
pub(crate) use http_buckets::HttpBuckets;
pub(crate) use name::{OTHER, check_name};
pub(crate) use naming::HttpLabels;
pub use naming::Naming;
pub(crate) use own_labels::{Choice, OwnLabels};
pub(crate) use paths::{Paths, ReplayPaths};
pub use prefetch::Prefetch;
pub use sizes::Sizes;
pub(crate) use template_rules::{Mounted, Ruling, TemplateRules};
pub use timer::Timer;
pub(crate) use vocabulary::Vocabulary;

use buckets::PAGE_LOAD_BUCKETS;
use name::{is_metric_name, is_reserved};

#[derive(Debug, Clone)]
pub(crate) struct Config {
    pub(crate) namespace: String,
    pub(crate) naming: Naming,
    pub(crate) http_buckets: HttpBuckets,
    pub(crate) sizes: Sizes,
    pub(crate) native_histograms: bool,
    pub(crate) page_load_buckets: Buckets,
    pub(crate) http_series: usize,
    pub(crate) family_series: usize,
    pub(crate) transition_series: usize,
    /// Templates that count as known before a request has shown them.
    pub(crate) endpoints: BTreeSet<String>,
    pub(crate) template_rules: TemplateRules,
    pub(crate) vocabulary: Vocabulary,
    pub(crate) timers: Vec<Timer>,
    pub(crate) log_targets: BTreeSet<String>,
    pub(crate) own_labels: OwnLabels,
    /// `2xx` instead of `204`.
    pub(crate) status_classes: bool,
    pub(crate) grpc: GrpcServices,
    pub(crate) response_duration: bool,
    pub(crate) server_timing: bool,
    pub(crate) exemplars: bool,
    pub(crate) time_stamp_counter: bool,
    pub(crate) own_routes_counted: bool,
    /// Page views and transitions are told by a cookie, not by the script.
    pub(crate) cookie_journeys: bool,
    pub(crate) secure_cookie: bool,
    pub(crate) scrapes_in_flight: usize,
    pub(crate) readiness_timeout: Duration,
    pub(crate) paths: Paths,
    pub(crate) gate: GateConfig,
    pub(crate) dashboard: DashboardConfig,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            namespace: String::new(),
            naming: Naming::default(),
            http_buckets: HttpBuckets::default(),
            sizes: Sizes::default(),
            native_histograms: false,
            page_load_buckets: Buckets::of(PAGE_LOAD_BUCKETS),
            http_series: 2_000,
            family_series: 200,
            transition_series: 500,
            endpoints: BTreeSet::new(),
            template_rules: TemplateRules::default(),
            vocabulary: Vocabulary::default(),
            timers: Vec::new(),
            log_targets: BTreeSet::new(),
            own_labels: OwnLabels::default(),
            status_classes: false,
            grpc: GrpcServices::default(),
            response_duration: false,
            server_timing: true,
            exemplars: false,
            time_stamp_counter: false,
            own_routes_counted: false,
            cookie_journeys: false,
            secure_cookie: false,
            scrapes_in_flight: 8,
            readiness_timeout: Duration::from_secs(1),
            paths: Paths::default(),
            gate: GateConfig::default(),
            dashboard: DashboardConfig::default(),
        }
    }
}

impl Config {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        let namespace = &self.namespace;
        if !namespace.is_empty() && !is_metric_name(namespace) {
            return Err(Error::setting(format!(
                "a namespace takes letters, digits and underscores and starts with no digit, not {namespace:?}"
            )));
        }
        self.vocabulary.validate(self.family_series, &self.timers)?;
        if self.cookie_journeys && !self.vocabulary.journeys.is_empty() {
            return Err(Error::setting(
                "journeys are the script's or the cookie's: with cookie_journeys on, none can be declared",
            ));
        }
        let timers = self.timers.iter().flat_map(|timer| timer.family.label_names());
        self.own_labels.validate(self.naming, self.vocabulary.label_names().chain(timers))?;
        self.grpc.validate()?;
        log_targets::validate(&self.log_targets, self.family_series)?;
        for endpoint in &self.endpoints {
            if !label::is_endpoint(endpoint) {
                return Err(Error::setting(format!(
                    "an endpoint takes 1 to {} bytes without control characters, not {endpoint:?}",
                    label::MAX_ENDPOINT_BYTES
                )));
            }
            if is_reserved(endpoint) {
                return Err(Error::setting(
                    "an endpoint is not overflow or unmatched: these are label values of this crate's own",
                ));
            }
        }
        for cap in [self.http_series, self.family_series, self.transition_series] {
            if !(LEAST_SERIES..=MOST_SERIES).contains(&cap) {
                return Err(Error::setting(format!("a cap on series takes {LEAST_SERIES} to {MOST_SERIES}, not {cap}")));
            }
        }
        if self.scrapes_in_flight == 0 {
            return Err(Error::setting("a limit of 0 scrapes in flight would refuse every one"));
        }
        if self.readiness_timeout.is_zero() || self.readiness_timeout > MOST_READINESS {
            return Err(Error::setting(format!(
                "readiness checks may take up to {MOST_READINESS:?}, and longer than nothing, not {:?}",
                self.readiness_timeout
            )));
        }
        self.template_rules.validate()?;
        self.http_buckets.validate(&self.template_rules)?;
        let (endpoints, room) = (self.known_endpoints().len(), self.http_series - OWN_ENDPOINTS);
        if endpoints > room {
            return Err(Error::setting(format!(
                "of {endpoints} endpoints and aliases, a cap of {} HTTP series has room for {room}",
                self.http_series
            )));
        }
        self.paths.validate()?;
        self.dashboard.validate()?;
        self.gate.validate()
    }

    /// A family's name behind the namespace.
    pub(crate) fn exposed(&self, name: &str) -> String {
        match self.namespace.as_str() {
            "" => name.to_owned(),
            namespace => format!("{namespace}_{name}"),
        }
    }

    /// Values of the `endpoint` label that are known from the start.
    pub(crate) fn known_endpoints(&self) -> BTreeSet<&str> {
        let declared = self.endpoints.iter().map(String::as_str);
        declared.chain(self.template_rules.names()).chain(self.http_buckets.names()).collect()
    }
}

/// The most that a beacon's body may hold, counted on the bytes read.
pub(crate) const MAX_BODY_BYTES: usize = 64 * 1024;

/// A minute: more would outlast whoever asks.
const MOST_READINESS: Duration = Duration::from_secs(60);

/// `unmatched` and `overflow`.
const OWN_ENDPOINTS: usize = 2;
const LEAST_SERIES: usize = 16;
const MOST_SERIES: usize = 1_000_000;
