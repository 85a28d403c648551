//! What of a [`Builder`] decides under which labels a request counts.

use super::Builder;

impl Builder {
    /// A label with one value on every family of this crate's, as the prometheus crate's `const_label`: `region="eu"`.
    ///
    /// At most 8. `name` takes letters, digits and underscores, and is no label that a family of this crate or a client metric has; `value`
    /// takes up to 256 bytes. What tells instances of one program apart, Prometheus adds itself (`instance`, `job`). Default: none.
    ///
    /// ```
    /// let monitor = tower_rum::Monitor::builder().const_label("region", "eu").build()?;
    /// # Ok::<(), tower_rum::Error>(())
    /// ```
    pub fn const_label(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.config.own_labels.constant.push((name.into(), value.into()));
        self
    }

    /// Count by class of status, `status="2xx"` instead of `status="204"`: fewer series.
    ///
    /// A client gone before the head (499) is then among `4xx`; `http_errors_total` counts as before. Default: off.
    ///
    /// ```
    /// let monitor = tower_rum::Monitor::builder().status_classes(true).build()?;
    /// # Ok::<(), tower_rum::Error>(())
    /// ```
    pub fn status_classes(mut self, on: bool) -> Self {
        self.config.status_classes = on;
        self
    }

    /// Leave requests of these route templates out of all that is counted, without a trace.
    ///
    /// A pattern is a template (`/health`, `/users/{id}`) or, with a star at its end, how templates begin: `/internal/*` is `/internal/jobs`
    /// and `/internal/{task}`, not `/internal` itself. `unmatched` stands for what no route matched. Our own routes are left out in the same
    /// way, unless [`count_own_routes`](Self::count_own_routes) is on. It costs a request nothing. Default: none.
    ///
    /// ```
    /// let monitor = tower_rum::Monitor::builder().ignore(["/health", "/internal/*"]).build()?;
    /// # Ok::<(), tower_rum::Error>(())
    /// ```
    pub fn ignore<I: IntoIterator<Item: Into<String>>>(mut self, patterns: I) -> Self {
        patterns.into_iter().for_each(|pattern| self.config.template_rules.ignore(pattern.into()));
        self
    }

    /// Count requests of a route template, or of all that a pattern as in [`ignore`](Self::ignore) matches, as `endpoint="name"`.
    ///
    /// A template's own rule goes before one for how it begins, the longer beginning before the shorter, and `ignore` before both. Browsers
    /// are told the name, and may report under the template or the name. Names take up to 256 bytes, are known from the start, as
    /// [`endpoints`](Self::endpoints) are, and are renamed by no rule. It costs a request nothing. Default: none.
    ///
    /// ```
    /// let monitor = tower_rum::Monitor::builder()
    ///     .alias("/v1/users/{id}", "/users/{id}")
    ///     .alias("/static/*", "static files")
    ///     .build()?;
    /// # Ok::<(), tower_rum::Error>(())
    /// ```
    pub fn alias(mut self, pattern: impl Into<String>, name: impl Into<String>) -> Self {
        self.config.template_rules.alias(pattern.into(), name.into());
        self
    }
}
