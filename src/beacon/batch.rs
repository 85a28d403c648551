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
use super::object::{self, Object};
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
        format.json_alone()?;
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
        if form.events.is_empty() {
            return Err(Reason::Malformed.because("a batch takes at least one event").of_the_whole_batch());
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
///
/// The text is read twice, first for the kind, then straight into its form. An enum tagged by serde would keep the fields aside in between, where numbers are
/// not numbers any more if any crate of the host's turns on `serde_json/arbitrary_precision`.
fn decode<'a>(text: &'a str, vocabulary: &'a Vocabulary) -> Result<Event<'a>, Rejection> {
    match &*kind(text)? {
        "page_load" => form::<PageLoadForm>(text)?.event(),
        "web_vitals" => form::<WebVitalsForm>(text)?.event(),
        "interaction" => form::<InteractionForm>(text)?.event(vocabulary),
        "error" => form::<UserErrorForm>(text)?.event(),
        "page_view" => Ok(form::<PageViewForm>(text)?.event()),
        "journey" => form::<JourneyForm>(text)?.event(vocabulary),
        "session" => form(text).map(|BareForm {}| Event::Session),
        "engaged" => form(text).map(|BareForm {}| Event::Engaged),
        "engaged_time" => form::<EngagedTimeForm>(text)?.event(),
        "conversion" => form::<ConversionForm>(text)?.event(vocabulary),
        "request" => form::<RequestForm>(text)?.event(),
        "third_party" => form::<ThirdPartyForm>(text)?.event(vocabulary),
        "third_party_failure" => form::<ThirdPartyFailureForm>(text)?.event(vocabulary),
        "counter" => form::<CounterForm>(text)?.event(vocabulary),
        "histogram" => form::<HistogramForm>(text)?.event(vocabulary),
        "heartbeat" => form(text).map(|BareForm {}| Event::Heartbeat),
        _ => Err(Reason::UnknownKind.because("event takes a kind of event that this version knows")),
    }
}

fn kind(text: &str) -> Result<Cow<'_, str>, Rejection> {
    let kind: Result<Object<KindForm<'_>>, _> = serde_json::from_str(text);
    kind.map(|Object(form)| form.event).map_err(|error| malformed_json(&error))
}

fn form<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Rejection> {
    object::beside(text, "event").map_err(|error| malformed_json(&error))
}

/// The kind alone; the other fields are its form's.
#[derive(Deserialize)]
struct KindForm<'a> {
    #[serde(borrow)]
    event: Cow<'a, str>,
}

const VERSION: u64 = 1;
const MAX_EVENTS: usize = 100;
