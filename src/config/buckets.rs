//! Bounds of histograms: a checked type, and the defaults.

use crate::error::Error;

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
pub(crate) const MAX_BUCKETS: usize = 160;

/// `http.server.request.duration` as OpenTelemetry's HTTP semantic conventions advise its boundaries.
pub(super) const DURATION_BUCKETS: &[f64] = &[0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];
/// A decade a bucket, 100 B to 100 MB.
pub(super) const SIZE_BUCKETS: &[f64] = &[1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8];
pub(super) const PAGE_LOAD_BUCKETS: &[f64] =
    &[0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 7.5, 10.0, 15.0, 30.0, 60.0];

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
/// Requests that a page makes, as the browser felt them.
pub(crate) const REQUEST_BUCKETS: &[f64] = &[0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
/// The application's own work: from a query that an index answers to a call that should have been given up.
pub(super) const TIMER_BUCKETS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
