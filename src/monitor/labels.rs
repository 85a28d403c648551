//! What of a [`Builder`] decides under which labels a request counts.

use crate::config::Prefetch;
use crate::label::RequestHead;

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

    /// A label on the `http_` families whose value `value` reads from each request, as the layer sees it: one of `values`, or `other` where it
    /// finds none of them.
    ///
    /// Label sets multiply: at most 3 such labels, whose values make at most 128 combinations, and all of them share
    /// [`http_series`](Self::http_series); past it requests count under `overflow` here too. Names are as in [`const_label`](Self::const_label),
    /// values 1 to 64 printable ASCII bytes. Like that of [`endpoint`](Self::endpoint), the closure runs once per request, before the inner
    /// service, and its panic is the request's. Default: none.
    ///
    /// ```
    /// #[derive(Clone)]
    /// struct Account { plan: String }
    ///
    /// let monitor = tower_rum::Monitor::builder()
    ///     .label("plan", ["free", "pro"], |request| {
    ///         // Set by an authentication layer around this one.
    ///         request.extensions().get::<Account>().map(|account| account.plan.as_str())
    ///     })
    ///     .label("client", ["app", "web"], |request| request.headers().get("x-client")?.to_str().ok())
    ///     .build()?;
    /// # Ok::<(), tower_rum::Error>(())
    /// ```
    pub fn label<I, F>(mut self, name: impl Into<String>, values: I, value: F) -> Self
    where
        I: IntoIterator<Item: Into<String>>,
        F: for<'a> Fn(RequestHead<'a>) -> Option<&'a str> + Send + Sync + 'static,
    {
        self.config.own_labels.declare(name.into(), values.into_iter().map(Into::into).collect());
        self.head_rules.label(value);
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

    /// Leave requests out for which `ignored` holds, by their head as the layer sees it. Asked once per request. Default: none.
    ///
    /// ```
    /// let monitor = tower_rum::Monitor::builder()
    ///     .ignore_if(|request| request.headers().get("user-agent").is_some_and(|agent| agent == "kube-probe/1.33"))
    ///     .build()?;
    /// # Ok::<(), tower_rum::Error>(())
    /// ```
    pub fn ignore_if<F>(mut self, ignored: F) -> Self
    where
        F: for<'a> Fn(RequestHead<'a>) -> bool + Send + Sync + 'static,
    {
        self.head_rules.ignore(ignored);
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

    /// Count requests for which `aliased` holds as `endpoint="name"`, whatever their template; of several, the first such rule.
    ///
    /// Asked once per request. [`ignore`](Self::ignore) and [`alias`](Self::alias) apply to the name as to a template. Default: none.
    ///
    /// ```
    /// let monitor = tower_rum::Monitor::builder()
    ///     .alias_if("graphql mutation", |request| request.headers().contains_key("x-mutation"))
    ///     .build()?;
    /// # Ok::<(), tower_rum::Error>(())
    /// ```
    pub fn alias_if<F>(mut self, name: impl Into<String>, aliased: F) -> Self
    where
        F: for<'a> Fn(RequestHead<'a>) -> bool + Send + Sync + 'static,
    {
        let name = name.into();
        self.head_rules.alias(name.as_str().into(), aliased);
        self.config.endpoints.insert(name);
        self
    }

    /// What becomes of requests that browsers send in advance. Default: [`Prefetch::Count`].
    ///
    /// With [`Prefetch::Separate`] the `http_` families have one more label, `purpose`, and its 3 values count among the combinations of
    /// [`label`](Self::label). A server whose pages prefetch much may want to know what people waited for: `{purpose=""}`.
    ///
    /// ```
    /// let monitor = tower_rum::Monitor::builder().prefetch(tower_rum::Prefetch::Separate).build()?;
    /// # Ok::<(), tower_rum::Error>(())
    /// ```
    pub fn prefetch(mut self, prefetch: Prefetch) -> Self {
        self.config.own_labels.set_prefetch(prefetch);
        self
    }
}
