//! Events that cannot be invalid: finite, in range, and named as the host declared.

use std::borrow::Cow;

use crate::exemplars::TraceId;

use super::rejection::{Reason, Rejection};

/// One thing that a user experienced. Times are in seconds from here on; `&str` values come from the host's vocabulary, only an
/// endpoint is still what the browser says.
#[derive(Debug, PartialEq)]
pub(crate) enum Event<'a> {
    PageLoad {
        endpoint: Endpoint<'a>,
        trace: Option<TraceId>,
        seconds: f64,
        phases: Vec<(&'static str, f64)>,
        vitals: Vec<(Vital, f64)>,
    },
    WebVitals {
        endpoint: Endpoint<'a>,
        trace: Option<TraceId>,
        vitals: Vec<(Vital, f64)>,
    },
    /// `name` is empty for an element without a declared one.
    Interaction {
        kind: &'a str,
        name: &'a str,
        count: u64,
    },
    Error {
        endpoint: Endpoint<'a>,
        kind: ErrorKind,
        count: u64,
    },
    PageView {
        endpoint: Endpoint<'a>,
        from: Endpoint<'a>,
    },
    Journey {
        path: &'a str,
    },
    Session,
    Engaged,
    EngagedTime {
        seconds: f64,
    },
    Conversion {
        goal: &'a str,
    },
    Request {
        endpoint: Endpoint<'a>,
        seconds: f64,
    },
    ThirdParty {
        service: &'a str,
        seconds: f64,
    },
    ThirdPartyFailure {
        service: &'a str,
        count: u64,
    },
    /// A counter or histogram of the host, by its place among the declared ones, with a value for each of its labels.
    ClientCounter {
        place: usize,
        labels: Vec<&'a str>,
        amount: u64,
    },
    ClientHistogram {
        place: usize,
        labels: Vec<&'a str>,
        value: f64,
    },
    Heartbeat,
}

/// A template as the browser names it; not yet known to be one.
pub(crate) type Endpoint<'a> = Option<Cow<'a, str>>;

/// The kinds of event, as `rum_events_total{kind}` names them.
pub(crate) const EVENT_KINDS: [&str; 16] = [
    "page_load",
    "web_vitals",
    "interaction",
    "error",
    "page_view",
    "journey",
    "session",
    "engaged",
    "engaged_time",
    "conversion",
    "request",
    "third_party",
    "third_party_failure",
    "counter",
    "histogram",
    "heartbeat",
];

/// The same for those of a session that is recorded.
pub(crate) const SESSION_EVENT: &str = "session_event";

impl Event<'_> {
    /// The place of its kind in [`EVENT_KINDS`].
    pub(crate) fn kind(&self) -> usize {
        match self {
            Self::PageLoad { .. } => 0,
            Self::WebVitals { .. } => 1,
            Self::Interaction { .. } => 2,
            Self::Error { .. } => 3,
            Self::PageView { .. } => 4,
            Self::Journey { .. } => 5,
            Self::Session => 6,
            Self::Engaged => 7,
            Self::EngagedTime { .. } => 8,
            Self::Conversion { .. } => 9,
            Self::Request { .. } => 10,
            Self::ThirdParty { .. } => 11,
            Self::ThirdPartyFailure { .. } => 12,
            Self::ClientCounter { .. } => 13,
            Self::ClientHistogram { .. } => 14,
            Self::Heartbeat => 15,
        }
    }
}

/// A Web Vital (<https://web.dev/articles/vitals>) or the blocking time beside them, in seconds; a layout shift is a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Vital {
    LargestContentfulPaint,
    InteractionToNextPaint,
    FirstContentfulPaint,
    TimeToFirstByte,
    CumulativeLayoutShift,
    BlockingTime,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ErrorKind {
    /// An exception that nothing caught.
    Exception,
    /// A promise rejection that nothing handled.
    Rejection,
    /// A script, style sheet or image that did not load.
    Resource,
    /// An exception in a script of another origin, of which a browser tells nothing.
    ScriptError,
    /// Said by the page itself.
    Reported,
}

impl ErrorKind {
    pub(crate) const ALL: [Self; 5] = [Self::Exception, Self::Rejection, Self::Resource, Self::ScriptError, Self::Reported];

    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Exception => "exception",
            Self::Rejection => "rejection",
            Self::Resource => "resource",
            Self::ScriptError => "script_error",
            Self::Reported => "reported",
        }
    }

    pub(super) fn of(label: Option<&str>) -> Result<Self, Rejection> {
        let Some(label) = label else {
            return Ok(Self::Reported);
        };
        let known = Self::ALL.into_iter().find(|kind| kind.label() == label);
        known.ok_or(Reason::UnknownKind.because("kind takes exception, rejection, resource, script_error or reported"))
    }
}
