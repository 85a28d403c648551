//! Exemplars: a bucket of a latency histogram names a request that fell into it, by its trace.
//!
//! From a spike on a graph one click leads to a trace that shows why. Off unless [`Builder::exemplars`](crate::Builder::exemplars) says
//! where a request's trace is to be found:
//!
//! | source | the trace |
//! |---|---|
//! | [`Exemplars::traceparent`] | of the request's W3C `traceparent` field, where it says that the trace is sampled |
//! | [`Exemplars::from_fn`] | whatever the host's closure finds: the current span, another field, an extension |
//!
//! Traces that nobody keeps cannot be looked up, so they become no exemplars; a host whose collector decides late returns
//! [`TraceContext::from_traceparent`] from a closure, sampled or not.
//!
//! ```
//! use tower_rum::exemplars::Exemplars;
//!
//! let monitor = tower_rum::Monitor::builder().exemplars(Exemplars::traceparent()).build()?;
//! # Ok::<(), tower_rum::Error>(())
//! ```
//!
//! ## Where they are, and when they move
//!
//! | family | value | moves |
//! |---|---|---|
//! | `http_request_duration_seconds` | arrival to response head | with the bucket that the request falls into |
//! | `http_response_duration_seconds`, `http_event_stream_duration_seconds` (opt-in) | arrival to the end of the body | likewise |
//! | `page_load_time_seconds`, `web_vitals_lcp_seconds` | what the page measured | with a beacon of the script that names the trace of its document |
//!
//! Each bucket of a series holds one exemplar, its first at once, and takes another when that is a second old: a request pays for finding that out, and
//! one a second for telling the time of day. Nobody waits: a scrape that meets one being written leaves it out. Overflow series have
//! exemplars as well. They are written where a format has them (`OpenMetrics`, protobuf), never in text 0.0.4, and a Prometheus keeps
//! them with `--enable-feature=exemplar-storage`. The label is `trace_id`, 32 digits; the value lies in its bucket; the timestamp is the time of day
//! when the exemplar was taken.
//!
//! ## The current span
//!
//! The closure runs within the layer's `call`: the span that is current there is that of a layer *around* this one. In axum a `TraceLayer` that goes on after
//! this layer is around it; actix calls first what was wrapped last. With `tracing-opentelemetry`:
//!
//! ```
//! use opentelemetry::trace::TraceContextExt;
//! use tower_rum::exemplars::{Exemplars, TraceContext};
//! use tracing_opentelemetry::OpenTelemetrySpanExt;
//!
//! let current_span = Exemplars::from_fn(|_| {
//!     let context = tracing::Span::current().context();
//!     let span = context.span().span_context().clone();
//!     if !span.is_sampled() {
//!         return None;
//!     }
//!     TraceContext::new(span.trace_id().to_bytes(), span.span_id().to_bytes())
//! });
//! let monitor = tower_rum::Monitor::builder().exemplars(current_span).build()?;
//! # Ok::<(), tower_rum::Error>(())
//! ```
//!
//! ## Pages
//!
//! With exemplars on, an HTML document that has a trace tells it to the browser, by `Server-Timing: traceparent;desc="00-…-…-01"` beside the field of its
//! route ([`Builder::server_timing`](crate::Builder::server_timing) turns both off). The script sends the trace's id back with its page load and its LCP.
//!
//! An id names a request, not a person; still it joins what a visitor experienced to what the server's traces know of them. So no id leaves the server, and
//! the script sends none, unless exemplars are on; and where Global Privacy Control or Do Not Track is honoured the script sends nothing at all. What a browser
//! sends back is 32 hexadecimal digits or the event is refused as malformed. It can be *any* such digits: a hostile page can have an exemplar point to nothing, or to
//! another trace. It never becomes a label of a series.

mod trace;

use std::fmt;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::label::RequestHead;

pub use trace::TraceContext;
pub(crate) use trace::TraceId;

/// Where a request's trace is to be found; for [`Builder::exemplars`](crate::Builder::exemplars).
#[derive(Clone)]
pub struct Exemplars(Source);

#[derive(Clone)]
enum Source {
    Traceparent,
    Closure(Arc<Closure>),
}

type Closure = dyn for<'a> Fn(RequestHead<'a>) -> Option<TraceContext> + Send + Sync;

impl Exemplars {
    /// In the request's `traceparent` field, where it is there once, valid and sampled.
    #[must_use]
    pub fn traceparent() -> Self {
        Self(Source::Traceparent)
    }

    /// Where `find` finds it. Like that of [`Builder::endpoint`](crate::Builder::endpoint), the closure runs once per request, when it arrives,
    /// before the inner service, and its panic is the request's. What it returns becomes an exemplar, sampled or not.
    #[must_use]
    pub fn from_fn<F>(find: F) -> Self
    where
        F: for<'a> Fn(RequestHead<'a>) -> Option<TraceContext> + Send + Sync + 'static,
    {
        Self(Source::Closure(Arc::new(find)))
    }

    pub(crate) fn trace(&self, head: RequestHead<'_>) -> Option<TraceContext> {
        match &self.0 {
            Source::Traceparent => sampled(fields(head.headers())),
            Source::Closure(find) => find(head),
        }
    }

    /// Whether the field `traceparent` is all that matters of a request.
    #[cfg(feature = "actix")]
    pub(crate) fn are_in_a_field(&self) -> bool {
        matches!(self.0, Source::Traceparent)
    }
}

impl fmt::Debug for Exemplars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Source::Traceparent => "Traceparent",
            Source::Closure(_) => "Closure",
        })
    }
}

fn fields(headers: &HeaderMap) -> impl Iterator<Item = &[u8]> {
    headers.get_all(&TRACEPARENT).iter().map(HeaderValue::as_bytes)
}

/// The trace of a request with these `traceparent` fields: two would contradict each other.
pub(crate) fn sampled<'a>(mut fields: impl Iterator<Item = &'a [u8]>) -> Option<TraceContext> {
    let field = fields.next()?;
    if fields.next().is_some() {
        return None;
    }
    TraceContext::from_traceparent(field).filter(TraceContext::is_sampled)
}

/// What the timestamp of an exemplar says, in milliseconds since 1970; it enters no duration.
pub(crate) fn time_of_day() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
}

static TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
