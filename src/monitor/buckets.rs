//! What of a [`Builder`] decides the bounds of the histograms.

use std::time::Duration;

use crate::config::{Buckets, Sizes};

use super::Builder;

/// # Bounds of histograms
impl Builder {
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

    /// Bounds of `page_load_time_seconds`, in seconds. Default: 0.1 to 60.
    pub fn page_load_buckets(mut self, buckets: Buckets) -> Self {
        self.config.page_load_buckets = buckets;
        self
    }

    /// Whether `http_response_size_bytes` and `http_request_size_bytes` are histograms or summaries, which have no use for
    /// [`size_buckets`](Self::size_buckets) and [`endpoint_size_buckets`](Self::endpoint_size_buckets). A summary costs a request a read of the clock and a lock that nobody else holds.
    /// Default: histograms.
    pub fn sizes(mut self, sizes: Sizes) -> Self {
        self.config.sizes = sizes;
        self
    }

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
