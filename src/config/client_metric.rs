//! Counters and histograms that the page itself moves, declared by the host: name, unit, range, buckets and label values.
//!
//! ```
//! use tower_rum::{Buckets, ClientCounter, ClientHistogram, Monitor, Unit};
//!
//! let monitor = Monitor::builder()
//!     .client_counter(ClientCounter::new("cart_additions_total", "Items put into the cart.").label("plan", ["free", "pro"]))
//!     .client_histogram(
//!         ClientHistogram::new("search_duration_seconds", "Search as the user waited for it.", Unit::Seconds)
//!             .buckets(Buckets::new([0.1, 0.3, 1.0, 3.0])?)
//!             .max_value(60.0),
//!     )
//!     .build()?;
//! // In the page: rumClient.makeCounter("cart_additions_total", { plan: "pro" }).increment();
//! //              rumClient.makeHistogram("search_duration_seconds").observe(milliseconds);
//! # Ok::<(), tower_rum::Error>(())
//! ```

use crate::error::Error;

use super::buckets::{Buckets, REQUEST_BUCKETS};
use super::declared_family::DeclaredFamily;

/// What a declared histogram measures, and how the page says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unit {
    /// The page observes milliseconds; the metric is in seconds, and its name ends in `_seconds`.
    Seconds,
    /// Recorded as sent.
    None,
}

/// A counter that the page increments: `rumClient.makeCounter(name, labels).increment(n)`, by whole numbers.
#[derive(Debug, Clone)]
#[must_use]
pub struct ClientCounter {
    pub(crate) family: DeclaredFamily,
}

impl ClientCounter {
    /// `name` is what the page calls it and, behind the [`namespace`](crate::Builder::namespace), the metric's name; it ends in `_total`.
    pub fn new(name: impl Into<String>, help: impl Into<String>) -> Self {
        Self { family: DeclaredFamily::new(name.into(), help.into()) }
    }

    /// A label and the values that it can take. The page says one of them each time; each combination is a series.
    pub fn label<I: IntoIterator<Item: Into<String>>>(mut self, name: impl Into<String>, values: I) -> Self {
        self.family.label(name.into(), values);
        self
    }

    pub(super) fn validate(&self) -> Result<(), Error> {
        if !self.family.name.ends_with("_total") {
            return Err(Error::setting(format!("a counter's name ends in _total, unlike {:?}", self.family.name)));
        }
        self.family.validate(CLIENT_METRIC)
    }
}

/// A histogram that the page observes: `rumClient.makeHistogram(name, labels).observe(value)`.
#[derive(Debug, Clone)]
#[must_use]
pub struct ClientHistogram {
    pub(crate) family: DeclaredFamily,
    pub(crate) unit: Unit,
    pub(crate) buckets: Buckets,
    pub(crate) most: f64,
}

impl ClientHistogram {
    /// `name` is what the page calls it and, behind the [`namespace`](crate::Builder::namespace), the metric's name; with
    /// [`Unit::Seconds`] it ends in `_seconds`.
    pub fn new(name: impl Into<String>, help: impl Into<String>, unit: Unit) -> Self {
        Self { family: DeclaredFamily::new(name.into(), help.into()), unit, buckets: Buckets::of(REQUEST_BUCKETS), most: 600.0 }
    }

    /// A label and the values that it can take. The page says one of them each time; each combination is a series.
    pub fn label<I: IntoIterator<Item: Into<String>>>(mut self, name: impl Into<String>, values: I) -> Self {
        self.family.label(name.into(), values);
        self
    }

    /// The bounds, in the metric's unit. Default: 0.01 to 10.
    pub fn buckets(mut self, buckets: Buckets) -> Self {
        self.buckets = buckets;
        self
    }

    /// The largest value taken, in the metric's unit; the smallest is 0. What lies outside is refused. Default: 600.
    pub fn max_value(mut self, most: f64) -> Self {
        self.most = most;
        self
    }

    pub(super) fn validate(&self) -> Result<(), Error> {
        let name = &self.family.name;
        if self.unit == Unit::Seconds && !name.ends_with("_seconds") {
            return Err(Error::setting(format!("the name of a histogram in seconds ends in _seconds, unlike {name:?}")));
        }
        // A sample of another family would have that name, and a strict parser would refuse the whole scrape.
        if ["_bucket", "_sum", "_count", "_total"].iter().any(|suffix| name.ends_with(suffix)) {
            return Err(Error::setting(format!(
                "a histogram's name does not end in _bucket, _sum, _count or _total, unlike {name:?}"
            )));
        }
        if !(self.most > 0.0 && self.most <= MOST_VALUE) {
            return Err(Error::setting(format!("the most that {name} takes is above 0 and at most {MOST_VALUE:e}")));
        }
        self.family.validate(CLIENT_METRIC)
    }
}

/// What an error calls it.
const CLIENT_METRIC: &str = "client metric";
const MOST_VALUE: f64 = 1e9;
