//! Settings of the route that says whether this instance is ready.

use std::time::Duration;

use crate::uptime::Ready;

use super::Builder;

impl Builder {
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
