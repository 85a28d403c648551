//! What of a [`Builder`] is about `/metrics`: what stands there beside the crate's own families, in which formats, and for how many.

use prometheus::core::Collector;

use crate::exemplars::Exemplars;

use super::Builder;

/// # The exposition
impl Builder {
    /// A collector whose families are exposed as ours are: behind [`namespace`](Self::namespace), with every
    /// [`const_label`](Self::const_label), by `/metrics` and by [`Monitor::collector`](super::Monitor::collector). Default: none.
    ///
    /// Each scrape calls it where it is answered, unlike those of the host's [`registry`](Self::registry), which have a thread and a
    /// deadline: it must not wait for anything. One that panics costs that scrape the families of all collectors given here, and is counted in
    /// `rum_exposition_failures_total{reason="panic"}`. A family under a name of ours is left out, and counted in
    /// `rum_exposition_conflicts_total`; two collectors of one name are an error of [`build`](Self::build).
    ///
    /// ```
    /// let orders = prometheus::IntCounter::new("orders_total", "Orders taken.").unwrap();
    /// let monitor = tower_rum::Monitor::builder().namespace("shop").collector(orders.clone()).build()?; // shop_orders_total
    /// orders.inc();
    /// # Ok::<(), tower_rum::Error>(())
    /// ```
    pub fn collector<C: Collector + 'static>(mut self, collector: C) -> Self {
        self.collectors.push(collector);
        self
    }

    /// The most scrapes being answered at one time; one past that is answered with 503 and `Retry-After`. A scrape counts until its text is
    /// written, not while it is being sent. Default: 8.
    pub fn scrapes_in_flight(mut self, most: usize) -> Self {
        self.config.scrapes_in_flight = most;
        self
    }

    /// Name on each bucket of the latency histograms, and of page loads and LCP, the trace of one request that fell into it; see
    /// [`exemplars`](crate::exemplars). Default: off.
    pub fn exemplars(mut self, exemplars: Exemplars) -> Self {
        self.config.exemplars = true;
        self.exemplars = Some(exemplars);
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
    /// - One that asks for text sees none of this, and nothing changes. Nor does [`Monitor::collector`](crate::Monitor::collector).
    ///
    /// A series takes, on each thread that observes, 64 bytes for each power of two that its values span, 0.5 KiB for each 32 of those, and
    /// 200 bytes besides; at most 18 KiB. A request takes some 430 instructions more, of about nine hundred.
    #[cfg(feature = "protobuf")]
    pub fn native_histograms(mut self, on: bool) -> Self {
        self.config.native_histograms = on;
        self.protobuf |= on;
        self
    }
}
