//! The dashboard's settings, and the future that fills its history.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use super::{Builder, Monitor};

impl Monitor {
    /// Keeps the history that the [`dashboard`](crate::dashboard) shows, for as long as this future lives: a sample at once, and then one every
    /// [`history_interval`](Builder::history_interval).
    ///
    /// It never ends, and belongs into a tokio runtime with time turned on: `tokio::spawn(monitor.history())`. Dropping it, or aborting the task that it is
    /// in, ends the sampling; the page says so. Of several, one takes the samples, and the next goes on when that is dropped.
    pub fn history(&self) -> impl Future<Output = Infallible> + Send + use<> {
        Arc::clone(self.routes.dashboard().history()).run()
    }
}

/// # The dashboard
impl Builder {
    /// Where the [`dashboard`](crate::dashboard) is, behind the [`path_prefix`](Self::path_prefix); what it loads lies below. To be set where an application that
    /// has a `/dashboard` of its own asks for [`operator_routes_layer`](Monitor::operator_routes_layer) or the like: requests to it would go by uncounted.
    /// Default: `/dashboard`.
    pub fn dashboard_path(mut self, path: impl Into<String>) -> Self {
        self.config.paths.dashboard = path.into();
        self
    }

    /// Time between two samples of [`Monitor::history`]: 0.1 s to an hour. Default: 10 s.
    pub fn history_interval(mut self, interval: Duration) -> Self {
        self.config.dashboard.history_interval = interval;
        self
    }

    /// How far back [`Monitor::history`] goes: up to 100 000 intervals. Default: 1 h.
    pub fn history_length(mut self, length: Duration) -> Self {
        self.config.dashboard.history_length = length;
        self
    }

    /// The most memory that the samples of [`Monitor::history`] take, at least 65 536 bytes; where they would take more, the oldest goes before its time.
    /// What it takes: see [`dashboard`](crate::dashboard#history). Default: 8 MiB.
    pub fn history_bytes(mut self, most: usize) -> Self {
        self.config.dashboard.history_bytes = most;
        self
    }

    /// The Prometheus that scrapes this application, as the operator's browser reaches it, such as `https://prometheus.example`: the
    /// [`dashboard`](crate::dashboard) links to its graphs. Nothing is asked of it. Default: none, and no links.
    pub fn prometheus_url(mut self, url: impl Into<String>) -> Self {
        self.config.dashboard.prometheus_url = Some(url.into());
        self
    }
}
