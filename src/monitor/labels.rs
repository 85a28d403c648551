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
}
