//! What of a [`Builder`] decides the bounds of the HTTP histograms.

use std::time::Duration;

use crate::config::Buckets;

use super::Builder;

impl Builder {
    /// Bounds of `http_request_duration_seconds` and `http_response_duration_seconds` for one endpoint, in seconds, where those of
    /// [`duration_buckets`](Self::duration_buckets) do not fit: a slow export beside fast pages.
    ///
    /// `endpoint` is the label's value: a route template, or the name that [`alias`](Self::alias) gives it. It is known from the start, as
    /// [`endpoints`](Self::endpoints) are. What is past the cap counts under `overflow` with the bounds of all. At most 1 000 endpoints have bounds of
    /// their own, and the longest of them set the memory of every series of the family: 8 bytes a bound and thread.
    ///
    /// **Histograms add up across endpoints only at the bounds that all of them have.** A quantile over several endpoints,
    /// `histogram_quantile(0.99, sum by (le) (rate(http_request_duration_seconds_bucket[5m])))`, is wrong where they differ: take it
    /// `sum by (endpoint, le)`, or of endpoints with the same bounds (`{endpoint!="/export"}`). `_count` and `_sum` add up always,
    /// and so does a `_bucket` at a bound that all have, such as an [`slo`](Self::slo).
    ///
    /// ```
    /// use tower_rum::{Buckets, Monitor};
    ///
    /// let monitor = Monitor::builder()
    ///     .endpoint_duration_buckets("/export", Buckets::new([1.0, 5.0, 10.0, 30.0, 60.0, 120.0])?)
    ///     .build()?;
    /// # Ok::<(), tower_rum::Error>(())
    /// ```
    pub fn endpoint_duration_buckets(mut self, endpoint: impl Into<String>, buckets: Buckets) -> Self {
        self.config.http_buckets.endpoint_durations(endpoint.into(), buckets);
        self
    }

    /// Bounds of `http_response_size_bytes` and `http_request_size_bytes` for one endpoint, in bytes; else as
    /// [`endpoint_duration_buckets`](Self::endpoint_duration_buckets), with the same warning.
    ///
    /// ```
    /// use tower_rum::{Buckets, Monitor};
    ///
    /// let monitor = Monitor::builder()
    ///     .endpoint_size_buckets("/thumbnails/{id}", Buckets::new([1e3, 2e3, 5e3, 1e4, 2e4, 5e4])?)
    ///     .build()?;
    /// # Ok::<(), tower_rum::Error>(())
    /// ```
    pub fn endpoint_size_buckets(mut self, endpoint: impl Into<String>, buckets: Buckets) -> Self {
        self.config.http_buckets.endpoint_sizes(endpoint.into(), buckets);
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

    /// The same for one endpoint, named as in [`endpoint_duration_buckets`](Self::endpoint_duration_buckets), beside the targets and bounds that it has
    /// already.
    ///
    /// Its series alone have the bound: ask for it by name, `{endpoint="/checkout",le="1.5"}`.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let monitor = tower_rum::Monitor::builder().endpoint_slo("/checkout", Duration::from_millis(1_500)).build()?;
    /// # Ok::<(), tower_rum::Error>(())
    /// ```
    pub fn endpoint_slo(mut self, endpoint: impl Into<String>, target: Duration) -> Self {
        self.config.http_buckets.endpoint_target(endpoint.into(), target);
        self
    }
}
