//! Events that cannot be invalid: finite, in range, and named as the host declared.

use std::borrow::Cow;

use super::rejection::{Reason, Rejection};

/// The kinds of event, as `rum_events_total{kind}` names them.
pub(crate) const EVENT_KINDS: [&str; 3] = ["page_load", "interaction", "error"];

/// One thing that a user experienced.
#[derive(Debug, PartialEq)]
pub(crate) enum Event<'a> {
    PageLoad(PageLoad<'a>),
    Interaction(Interaction<'a>),
    Error(UserError<'a>),
}

impl Event<'_> {
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::PageLoad(_) => "page_load",
            Self::Interaction(_) => "interaction",
            Self::Error(_) => "error",
        }
    }
}

/// A page that has loaded. Times are in seconds from here on.
#[derive(Debug, PartialEq)]
pub(crate) struct PageLoad<'a> {
    pub(crate) endpoint: Option<Cow<'a, str>>,
    pub(crate) seconds: f64,
    /// Phase name and seconds.
    pub(crate) phases: Vec<(&'static str, f64)>,
    pub(crate) vitals: Vec<(Vital, f64)>,
}

/// A Web Vital (<https://web.dev/articles/vitals>), in seconds, or for [`Self::CumulativeLayoutShift`] as a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Vital {
    LargestContentfulPaint,
    InteractionToNextPaint,
    FirstContentfulPaint,
    TimeToFirstByte,
    CumulativeLayoutShift,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Interaction<'a> {
    /// Out of the host's vocabulary, as is the name.
    pub(crate) kind: &'a str,
    /// Empty for an element without a declared name.
    pub(crate) name: &'a str,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct UserError<'a> {
    pub(crate) endpoint: Option<Cow<'a, str>>,
    pub(crate) kind: ErrorKind,
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

/// Milliseconds in range, as seconds.
pub(super) fn seconds(milliseconds: f64, most: f64, message: &'static str) -> Result<f64, Rejection> {
    ranged(milliseconds, most, message).map(|milliseconds| milliseconds / 1_000.0)
}

/// A number from 0 to `most`; never NaN, infinite or negative.
pub(super) fn ranged(value: f64, most: f64, message: &'static str) -> Result<f64, Rejection> {
    if (0.0..=most).contains(&value) {
        Ok(value.abs()) // -0.0 is in range and is 0.0
    } else {
        Err(Reason::Range.because(message))
    }
}
