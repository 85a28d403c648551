//! The batch of the browser script: many events in one body, of which a bad one loses only itself.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::config::Vocabulary;

use super::event::Event;
use super::form::{
    BareForm, ConversionForm, CounterForm, EngagedTimeForm, HistogramForm, InteractionForm, JourneyForm, PageLoadForm,
    PageViewForm, RequestForm, ThirdPartyFailureForm, ThirdPartyForm, UserErrorForm, WebVitalsForm,
};
use super::object::Object;
use super::rejection::{Reason, Rejection};
use super::wire::{Format, malformed_json};

/// A batch, its events not yet decoded.
#[derive(Debug)]
pub(crate) struct Batch<'a> {
    pub(crate) id: BatchId,
    /// A program drives the browser (`navigator.webdriver`).
    pub(crate) webdriver: bool,
    events: Vec<&'a RawValue>,
}

/// A random number that the script gives each batch, so that one sent twice counts once: 16 to 40 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct BatchId(Box<str>);

/// What became of a batch, as `rum_batches_total{result}` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BatchResult {
    Accepted,
    /// At least one event was recorded, and at least one was not.
    Partial,
    Rejected,
}

impl BatchResult {
    pub(crate) const ALL: [Self; 3] = [Self::Accepted, Self::Partial, Self::Rejected];

    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Partial => "partial",
            Self::Rejected => "rejected",
        }
    }
}

impl<'a> Batch<'a> {
    pub(crate) fn decode(format: Format, body: &'a [u8]) -> Result<Self, Rejection> {
        if format != Format::Json {
            return Err(Reason::ContentType.because("content type takes application/json or text/plain (holding JSON)"));
        }
        let form: BatchForm<'a> = format.decode(body)?;
        if form.version != VERSION {
            return Err(Reason::Version.because("version takes 1"));
        }
        if form.events.len() > MAX_EVENTS {
            return Err(Reason::TooLarge.because("a batch takes at most 100 events"));
        }
        if !(16..=40).contains(&form.id.len()) || !form.id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(Reason::Malformed.because("id takes 16 to 40 hexadecimal digits"));
        }
        Ok(Self { id: BatchId(form.id.into()), webdriver: form.webdriver, events: form.events })
    }

    pub(crate) fn events(&self, vocabulary: &'a Vocabulary) -> impl Iterator<Item = Result<Event<'a>, Rejection>> {
        self.events.iter().map(|raw| decode(raw.get(), vocabulary))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BatchForm<'a> {
    version: u64,
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(default)]
    webdriver: bool,
    #[serde(borrow)]
    events: Vec<&'a RawValue>,
}

/// `{"event":"kind", …}`, the rest being the fields of that kind.
#[derive(Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum EventForm<'a> {
    #[serde(borrow)]
    PageLoad(PageLoadForm<'a>),
    #[serde(borrow)]
    WebVitals(WebVitalsForm<'a>),
    #[serde(borrow)]
    Interaction(InteractionForm<'a>),
    #[serde(borrow)]
    Error(UserErrorForm<'a>),
    #[serde(borrow)]
    PageView(PageViewForm<'a>),
    #[serde(borrow)]
    Journey(JourneyForm<'a>),
    Session(BareForm),
    Engaged(BareForm),
    EngagedTime(EngagedTimeForm),
    #[serde(borrow)]
    Conversion(ConversionForm<'a>),
    #[serde(borrow)]
    Request(RequestForm<'a>),
    #[serde(borrow)]
    ThirdParty(ThirdPartyForm<'a>),
    #[serde(borrow)]
    ThirdPartyFailure(ThirdPartyFailureForm<'a>),
    #[serde(borrow)]
    Counter(CounterForm<'a>),
    #[serde(borrow)]
    Histogram(HistogramForm<'a>),
    Heartbeat(BareForm),
}

fn decode<'a>(text: &'a str, vocabulary: &'a Vocabulary) -> Result<Event<'a>, Rejection> {
    let Object(form) = serde_json::from_str(text).map_err(|error| undecodable(&error))?;
    match form {
        EventForm::PageLoad(form) => form.event(),
        EventForm::WebVitals(form) => form.event(),
        EventForm::Interaction(form) => form.event(vocabulary),
        EventForm::Error(form) => form.event(),
        EventForm::PageView(form) => Ok(form.event()),
        EventForm::Journey(form) => form.event(vocabulary),
        EventForm::Session(BareForm {}) => Ok(Event::Session),
        EventForm::Engaged(BareForm {}) => Ok(Event::Engaged),
        EventForm::EngagedTime(form) => form.event(),
        EventForm::Conversion(form) => form.event(vocabulary),
        EventForm::Request(form) => form.event(),
        EventForm::ThirdParty(form) => form.event(vocabulary),
        EventForm::ThirdPartyFailure(form) => form.event(vocabulary),
        EventForm::Counter(form) => form.event(vocabulary),
        EventForm::Histogram(form) => form.event(vocabulary),
        EventForm::Heartbeat(BareForm {}) => Ok(Event::Heartbeat),
    }
}

/// No form has a field with variants of its own, so an unknown variant is an unknown kind of event.
fn undecodable(error: &serde_json::Error) -> Rejection {
    if error.to_string().starts_with("unknown variant") {
        Reason::UnknownKind.because("event takes a kind of event that this version knows")
    } else {
        malformed_json(error)
    }
}

const VERSION: u64 = 1;
const MAX_EVENTS: usize = 100;
