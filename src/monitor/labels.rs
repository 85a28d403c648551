//! What of a [`Builder`] decides what of a request is counted, and under which names.

use crate::config::{Naming, Prefetch};
use crate::label::RequestHead;

use super::Builder;

/// # How requests are counted
impl Builder {
    /// How the families of HTTP requests and their labels are named; see the [table](crate::guide::naming). Default: [`Naming::Default`].
    pub fn naming(mut self, naming: Naming) -> Self {
        self.config.naming = naming;
        self
    }

    /// Also observe the time to the end of the body: `http_response_duration_seconds`, and for `text/event-stream`
    /// `http_event_stream_duration_seconds`. Default: off.
    pub fn response_duration(mut self, on: bool) -> Self {
        self.config.response_duration = on;
        self
    }

    /// Take the times of requests from the processor's time stamp counter, where Linux on x86-64 tells the time by it. Default: off.
    ///
    /// Two readings are half of what the layer costs a request under plain tower, and this makes them cheaper by half or more: of some 90 ns 45 are
    /// left where `benches/README.md` was measured, and of 240 under axum 200. It is for services that answer in microseconds; no other will notice.
    ///
    /// `/sys/devices/system/clocksource/clocksource0/current_clocksource` says whether the counter may be relied on: Linux gives it up where the
    /// processor's cores do not agree on it, or it runs unsteadily. Scrapes ask for that again, once a second at most, and compare the counter with the system's clock:
    /// where they are apart by a thousandth of the time since they did so last, or Linux has given the counter up, times come from the system's monotonic
    /// clock until a later scrape finds it right. They do so as well on virtual machines with another clock, and on other systems. That is
    /// [`Instant`](std::time::Instant), which is the clock by default.
    ///
    /// [`build`](Self::build) finds out how fast the counter runs, once in a process, mostly within 1 ms, and in some 200 where it is interrupted.
    ///
    /// ```
    /// let monitor = tower_rum::Monitor::builder().time_stamp_counter(true).build()?;
    /// # Ok::<(), tower_rum::Error>(())
    /// ```
    #[cfg(feature = "time-stamp-counter")]
    pub fn time_stamp_counter(mut self, on: bool) -> Self {
        self.config.time_stamp_counter = on;
        self
    }

    /// Tell the browser the route template, by `Server-Timing: route;desc="…"` on HTML documents and on responses to the page's own
    /// requests (`Sec-Fetch-Dest: empty`). Without it the script's tag needs `data-endpoint`. Default: on.
    pub fn server_timing(mut self, on: bool) -> Self {
        self.config.server_timing = on;
        self
    }

    /// Count requests to our own routes (`/metrics`, `/healthz`, `/rum.js`, `/log-…`, and `/dashboard` where it was asked for) as well. Default: off.
    pub fn count_own_routes(mut self, on: bool) -> Self {
        self.config.own_routes_counted = on;
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

#[cfg(all(test, feature = "time-stamp-counter"))]
mod tests {
    use crate::clock::{Clock, Moment};

    use super::*;

    #[test]
    fn a_monitor_reads_the_clock_that_it_was_told_to() {
        let reads_counter = |on| {
            let monitor = Builder::default().time_stamp_counter(on).build().unwrap();
            matches!(monitor.shared.recorder.now(), Moment::Counter(_))
        };
        assert!(!reads_counter(false));
        assert_eq!(reads_counter(true), matches!(Clock::counter(), Clock::Counter(_)));
    }
}
