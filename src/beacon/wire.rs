//! Forms and JSON as they arrive, decoded and then validated into [events](super::Event).

use std::borrow::Cow;

use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde::Deserialize;

use crate::config::Vocabulary;

use super::event::{ErrorKind, Event, Interaction, PageLoad, UserError, Vital, ranged, seconds};
use super::rejection::{Reason, Rejection};

/// Which of the single-event forms a body holds: its path says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    PageLoad,
    Interaction,
    UserError,
}

/// How a body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    UrlEncoded,
    Json,
    /// No content type, as a request without a body has.
    Unstated,
}

impl Format {
    /// `text/plain` holds JSON: it is what `sendBeacon` sends without a preflight.
    pub(crate) fn of(headers: &HeaderMap) -> Result<Self, Rejection> {
        let Some(value) = headers.get(CONTENT_TYPE) else {
            return Ok(Self::Unstated);
        };
        let essence = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
        match essence.trim().to_ascii_lowercase().as_str() {
            "application/x-www-form-urlencoded" => Ok(Self::UrlEncoded),
            "application/json" | "text/plain" => Ok(Self::Json),
            _ => Err(UNSUPPORTED),
        }
    }

    fn decode<'a, T: Deserialize<'a>>(self, body: &'a [u8]) -> Result<T, Rejection> {
        match self {
            Self::UrlEncoded => serde_urlencoded::from_bytes(body)
                .map_err(|_| Reason::Malformed.because("the form is malformed or has an unknown or missing field")),
            Self::Json => serde_json::from_slice(body).map_err(|error| malformed_json(&error)),
            Self::Unstated => Err(UNSUPPORTED),
        }
    }
}

impl Form {
    /// The event that a body holds.
    pub(crate) fn decode<'a>(self, format: Format, body: &'a [u8], vocabulary: &'a Vocabulary) -> Result<Event<'a>, Rejection> {
        match self {
            Self::PageLoad => format.decode::<PageLoadForm>(body)?.event().map(Event::PageLoad),
            Self::Interaction => format.decode::<InteractionForm>(body)?.event(vocabulary).map(Event::Interaction),
            Self::UserError if body.is_empty() => UserErrorForm::default().event().map(Event::Error),
            Self::UserError => format.decode::<UserErrorForm>(body)?.event().map(Event::Error),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PageLoadForm<'a> {
    load_time: f64,
    #[serde(borrow)]
    endpoint: Option<Cow<'a, str>>,
    phases: Option<PhasesForm>,
    lcp: Option<f64>,
    inp: Option<f64>,
    fcp: Option<f64>,
    ttfb: Option<f64>,
    cls: Option<f64>,
}

impl<'a> PageLoadForm<'a> {
    fn event(self) -> Result<PageLoad<'a>, Rejection> {
        let vitals = [
            (Vital::LargestContentfulPaint, self.lcp),
            (Vital::InteractionToNextPaint, self.inp),
            (Vital::FirstContentfulPaint, self.fcp),
            (Vital::TimeToFirstByte, self.ttfb),
            (Vital::CumulativeLayoutShift, self.cls),
        ];
        let vital = |(vital, value): (Vital, Option<f64>)| Some(value?).map(|value| Ok((vital, vital.unit(value)?)));
        Ok(PageLoad {
            endpoint: self.endpoint,
            seconds: seconds(self.load_time, MOST_MILLISECONDS, "load_time takes 0 to 600000 milliseconds")?,
            phases: self.phases.unwrap_or_default().seconds()?,
            vitals: vitals.into_iter().filter_map(vital).collect::<Result<_, _>>()?,
        })
    }
}

impl Vital {
    fn unit(self, value: f64) -> Result<f64, Rejection> {
        match self {
            Self::CumulativeLayoutShift => ranged(value, 10.0, "cls takes 0 to 10"),
            Self::InteractionToNextPaint => seconds(value, 60_000.0, "inp takes 0 to 60000 milliseconds"),
            _ => seconds(value, MOST_MILLISECONDS, "a vital takes 0 to 600000 milliseconds"),
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct PhasesForm {
    redirect: Option<f64>,
    dns: Option<f64>,
    connect: Option<f64>,
    request: Option<f64>,
    response: Option<f64>,
    dom: Option<f64>,
    onload: Option<f64>,
    other: Option<f64>,
}

impl PhasesForm {
    fn seconds(self) -> Result<Vec<(&'static str, f64)>, Rejection> {
        let phases = [
            ("redirect", self.redirect),
            ("dns", self.dns),
            ("connect", self.connect),
            ("request", self.request),
            ("response", self.response),
            ("dom", self.dom),
            ("onload", self.onload),
            ("other", self.other),
        ];
        let phase = |(name, value): (&'static str, Option<f64>)| {
            let seconds = |value| seconds(value, MOST_MILLISECONDS, "a phase takes 0 to 600000 milliseconds");
            value.map(|value| Ok((name, seconds(value)?)))
        };
        phases.into_iter().filter_map(phase).collect()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InteractionForm<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    name: Option<Cow<'a, str>>,
}

impl InteractionForm<'_> {
    fn event(self, vocabulary: &Vocabulary) -> Result<Interaction<'_>, Rejection> {
        let kind = vocabulary.interaction_types.get(&*self.kind);
        let name = match self.name.as_deref() {
            None | Some("") => Some(""),
            Some(name) => vocabulary.interaction_names.get(name).map(String::as_str),
        };
        Ok(Interaction {
            kind: kind.ok_or(Reason::UnknownName.because("type takes a DOM event type that the host counts"))?,
            name: name.ok_or(Reason::UnknownName.because("name takes a name that the host has declared"))?,
        })
    }
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct UserErrorForm<'a> {
    #[serde(borrow)]
    endpoint: Option<Cow<'a, str>>,
    #[serde(borrow)]
    kind: Option<Cow<'a, str>>,
}

impl<'a> UserErrorForm<'a> {
    fn event(self) -> Result<UserError<'a>, Rejection> {
        Ok(UserError { kind: ErrorKind::of(self.kind.as_deref())?, endpoint: self.endpoint })
    }
}

/// A number too large for a float is JSON all the same: what is wrong with it is its range.
fn malformed_json(error: &serde_json::Error) -> Rejection {
    if error.to_string().starts_with("number out of range") {
        Reason::Range.because("a number is out of range")
    } else {
        Reason::Malformed.because("the JSON is malformed, of the wrong type, or has an unknown or missing field")
    }
}

const UNSUPPORTED: Rejection = Rejection {
    reason: Reason::ContentType,
    message: "content type takes application/json, text/plain (holding JSON) or application/x-www-form-urlencoded",
};

/// Ten minutes.
const MOST_MILLISECONDS: f64 = 600_000.0;
