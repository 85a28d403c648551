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

use std::collections::BTreeSet;
use std::time::Duration;

use crate::error::Error;
use crate::label;

/// Upper bounds of a histogram's buckets: inclusive (`le`), ascending, finite; `+Inf` is always there and never listed.
#[derive(Debug, Clone, PartialEq)]
pub struct Buckets(Vec<f64>);

impl Buckets {
    /// Checks and keeps `bounds`; an explicit `+Inf` at the end is accepted and dropped.
    ///
    /// # Errors
    ///
    /// When there is no finite bound, when there are more than 160, or when the bounds are not strictly ascending,
    /// not positive or not a number.
    pub fn new(bounds: impl Into<Vec<f64>>) -> Result<Self, Error> {
        let mut bounds = bounds.into();
        if bounds.last() == Some(&f64::INFINITY) {
            bounds.pop();
        }
        let ascending = bounds.windows(2).all(|pair| pair[0] < pair[1]);
        let usable = |bound: &f64| bound.is_finite() && (LEAST_BOUND..=MOST_BOUND).contains(bound);
        if bounds.is_empty() || bounds.len() > MAX_BUCKETS || !ascending || !bounds.iter().all(usable) {
            return Err(Error::setting(format!(
                "buckets take 1 to {MAX_BUCKETS} ascending numbers from 1e-9 to 1e9, not {bounds:?}"
            )));
        }
        Ok(Self(bounds))
    }

    /// The finite bounds.
    #[must_use]
    pub fn bounds(&self) -> &[f64] {
        &self.0
    }

    pub(crate) fn of(bounds: &[f64]) -> Self {
        Self(bounds.to_vec())
    }
}

/// Sums are kept in billionths of the unit: a bound below one would be zero, one above 1e9 would leave no room to add.
const LEAST_BOUND: f64 = 1e-9;
const MOST_BOUND: f64 = 1e9;
const MAX_BUCKETS: usize = 160;

#[derive(Debug, Clone)]
pub(crate) struct Config {
    pub(crate) namespace: String,
    pub(crate) duration_buckets: Buckets,
    pub(crate) size_buckets: Buckets,
    pub(crate) page_load_buckets: Buckets,
    pub(crate) http_series: usize,
    pub(crate) family_series: usize,
    /// Templates that count as known before a request has shown them.
    pub(crate) endpoints: BTreeSet<String>,
    pub(crate) vocabulary: Vocabulary,
    pub(crate) response_duration: bool,
    pub(crate) own_routes_counted: bool,
    pub(crate) paths: Paths,
    pub(crate) gate: GateConfig,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            namespace: String::new(),
            duration_buckets: Buckets::of(DURATION_BUCKETS),
            size_buckets: Buckets::of(SIZE_BUCKETS),
            page_load_buckets: Buckets::of(PAGE_LOAD_BUCKETS),
            http_series: 2_000,
            family_series: 200,
            endpoints: BTreeSet::new(),
            vocabulary: Vocabulary::default(),
            response_duration: false,
            own_routes_counted: false,
            paths: Paths::default(),
            gate: GateConfig::default(),
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
        self.vocabulary.validate()?;
        for endpoint in &self.endpoints {
            if !label::is_endpoint(endpoint) {
                return Err(Error::setting(format!(
                    "an endpoint takes 1 to {} bytes without control characters, not {endpoint:?}",
                    label::MAX_ENDPOINT_BYTES
                )));
            }
        }
        if self.http_series < LEAST_SERIES || self.family_series < LEAST_SERIES {
            return Err(Error::setting(format!("a cap on series takes {LEAST_SERIES} or more")));
        }
        if self.http_series > MOST_SERIES || self.family_series > MOST_SERIES {
            return Err(Error::setting(format!("a cap on series takes at most {MOST_SERIES}")));
        }
        self.paths.validate()?;
        self.gate.validate()
    }
}

/// What a browser may name.
#[derive(Debug, Clone)]
pub(crate) struct Vocabulary {
    pub(crate) interaction_types: BTreeSet<String>,
    pub(crate) interaction_names: BTreeSet<String>,
}

impl Default for Vocabulary {
    fn default() -> Self {
        Self {
            interaction_types: INTERACTION_TYPES.iter().map(ToString::to_string).collect(),
            interaction_names: BTreeSet::new(),
        }
    }
}

impl Vocabulary {
    fn validate(&self) -> Result<(), Error> {
        for name in self.interaction_types.union(&self.interaction_names) {
            if !is_name(name) {
                return Err(Error::setting(format!("a name takes 1 to {MAX_NAME_BYTES} printable ASCII bytes, not {name:?}")));
            }
        }
        Ok(())
    }
}

/// Where each of our routes lives, prefix included.
#[derive(Debug, Clone)]
pub(crate) struct Paths {
    pub(crate) prefix: String,
    pub(crate) metrics: String,
    pub(crate) page_load: String,
    pub(crate) interaction: String,
    pub(crate) user_error: String,
}

impl Default for Paths {
    fn default() -> Self {
        Self {
            prefix: String::new(),
            metrics: "/metrics".to_owned(),
            page_load: "/log-page-load".to_owned(),
            interaction: "/log-interaction".to_owned(),
            user_error: "/log-user-error".to_owned(),
        }
    }
}

impl Paths {
    fn validate(&self) -> Result<(), Error> {
        let prefix = &self.prefix;
        let plain =
            |path: &str| path.starts_with('/') && path.bytes().all(|b| b.is_ascii_alphanumeric() || b"/-_.~".contains(&b));
        if !prefix.is_empty() && (!plain(prefix) || prefix.ends_with('/')) {
            return Err(Error::setting(format!(
                "a prefix starts with a slash, ends without one, and takes letters, digits and -_.~ between, not {prefix:?}"
            )));
        }
        Ok(())
    }
}

/// What the ingest lets in.
#[derive(Debug, Clone)]
pub(crate) struct GateConfig {
    /// Origins, besides the request's own host, whose pages may send (`https://www.example.com`).
    pub(crate) origins: BTreeSet<String>,
    pub(crate) same_site: bool,
    pub(crate) origin_required: bool,
    pub(crate) privacy_signals: bool,
    pub(crate) body_timeout: Duration,
    pub(crate) beacons_per_second: u32,
}

impl Default for GateConfig {
    fn default() -> Self {
        Self {
            origins: BTreeSet::new(),
            same_site: false,
            origin_required: false,
            privacy_signals: true,
            body_timeout: Duration::from_secs(10),
            beacons_per_second: 1_000,
        }
    }
}

impl GateConfig {
    fn validate(&self) -> Result<(), Error> {
        for origin in &self.origins {
            let authority = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
            if authority.is_none_or(|rest| rest.is_empty() || rest.contains('/')) {
                return Err(Error::setting(format!(
                    "an origin is scheme and host without a path, such as https://www.example.com, not {origin:?}"
                )));
            }
        }
        if self.beacons_per_second == 0 {
            return Err(Error::setting("a rate of 0 beacons a second would refuse every one"));
        }
        Ok(())
    }
}

/// The most that a beacon's body may hold, counted on the bytes read.
pub(crate) const MAX_BODY_BYTES: usize = 64 * 1024;
/// The longest name that a browser may send.
pub(crate) const MAX_NAME_BYTES: usize = 64;

pub(crate) fn is_name(name: &str) -> bool {
    (1..=MAX_NAME_BYTES).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_graphic())
}

fn is_metric_name(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !name.starts_with(|first: char| first.is_ascii_digit())
}

const LEAST_SERIES: usize = 16;
const MOST_SERIES: usize = 1_000_000;

/// `http.server.request.duration` as OpenTelemetry's HTTP semantic conventions advise its boundaries.
const DURATION_BUCKETS: &[f64] = &[0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];
/// A decade a bucket, 100 B to 100 MB.
const SIZE_BUCKETS: &[f64] = &[1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8];
const PAGE_LOAD_BUCKETS: &[f64] = &[0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 7.5, 10.0, 15.0, 30.0, 60.0];

// Both rating thresholds of each vital (https://web.dev/articles/vitals, "good" and "poor") are bounds, so that the shares of
// good and poor page views are exact.
pub(crate) const LCP_BUCKETS: &[f64] = &[0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 7.5, 10.0];
pub(crate) const INP_BUCKETS: &[f64] = &[0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.0];
pub(crate) const FCP_BUCKETS: &[f64] = &[0.25, 0.5, 1.0, 1.5, 1.8, 2.4, 3.0, 4.0, 6.0, 10.0];
pub(crate) const TTFB_BUCKETS: &[f64] = &[0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.2, 1.8, 2.5, 5.0];
pub(crate) const CLS_BUCKETS: &[f64] = &[0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.4, 0.75, 1.0];
pub(crate) const PHASE_BUCKETS: &[f64] = &[0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
/// Open streams and connections: seconds to hours.
pub(crate) const STREAM_BUCKETS: &[f64] = &[1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 14_400.0];

/// DOM event types (UI Events, Pointer Events, HTML) that an interaction may name without being declared.
pub(crate) const INTERACTION_TYPES: &[&str] = &[
    "change",
    "click",
    "contextmenu",
    "copy",
    "dblclick",
    "drop",
    "focus",
    "input",
    "keydown",
    "paste",
    "pointerdown",
    "scroll",
    "submit",
    "touchstart",
];
