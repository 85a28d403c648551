//! Settings of the route that says whether this instance is ready.

use std::time::Duration;

use super::Builder;

/// # Readiness
impl Builder {
    /// How long the [`readiness`](Self::readiness) checks may take, which run at the same time; up to a minute. Default: 1 s.
    pub fn readiness_timeout(mut self, most: Duration) -> Self {
        self.config.readiness_timeout = most;
        self
    }

    /// Where the route that says whether this instance is ready is, behind the [`path_prefix`](Self::path_prefix). To be set where the application has a
    /// `/healthz` of its own. Default: `/healthz`.
    pub fn uptime_path(mut self, path: impl Into<String>) -> Self {
        self.config.paths.uptime = path.into();
        self
    }
}
