//! What a page's recorder may send of a session: single events, and batches of our own events or of rrweb's.
//!
//! Our own events are decoded into types, and written anew from these: nothing of how they were sent is kept. rrweb's are kept as they are.

mod batch;
mod bounded;
mod event;
mod id;
mod rrweb;
mod tally;
mod values;

use std::hash::{DefaultHasher, Hash, Hasher};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::object::{self, Object};
use super::rejection::{Reason, Rejection};
use super::wire::malformed_json;

use bounded::Bounded;

pub use batch::{Batch, SessionFormat};
pub use id::SessionId;
pub(crate) use tally::Click;
pub(crate) use tally::{MOST_CLICKS, Tally};

/// What of a session's events is taken.
pub(crate) struct Rules<'a> {
    /// Events of rrweb's recorder as well.
    pub(crate) rrweb: bool,
    /// Also what programs send that drive a browser.
    pub(crate) robots: bool,
    /// The template that the server knows by what a browser says.
    pub(crate) endpoint: &'a dyn Fn(&str) -> String,
}

/// What became of a body's events.
#[derive(Debug)]
pub(crate) struct Taken {
    /// How many are good.
    pub(crate) events: u64,
    /// What is wrong with the first that is not.
    pub(crate) refused: Option<Rejection>,
    /// The good ones; `None` where there are none, or a single one of no session.
    pub(crate) batch: Option<Batch>,
}

/// Decodes a body; `refuse` is told of each event that only loses itself.
pub(crate) fn decode(body: &[u8], rules: &Rules<'_>, refuse: impl FnMut(Rejection)) -> Result<Taken, Rejection> {
    let text = std::str::from_utf8(body).map_err(|_| Reason::Malformed.because("the JSON is not UTF-8"))?;
    let shape: Shape = form(text, None)?;
    match shape.version {
        None => single(text, shape.session, rules),
        Some(VERSION) => batch(&form(text, None)?, rules, refuse),
        Some(_) => Err(Reason::Version.because("version takes 1")),
    }
}

fn single(text: &str, session: Option<SessionId>, rules: &Rules<'_>) -> Result<Taken, Rejection> {
    let (mut tally, mut events) = (Tally::default(), String::new());
    event::take(text, Some("session"), rules.endpoint, &mut tally, &mut events)?;
    let number = of_its_own(&events);
    let batch = session.map(|session| Batch::new(session, number, SessionFormat::Rum, events, tally));
    Ok(Taken { events: 1, refused: None, batch })
}

fn batch(form: &BatchForm<'_>, rules: &Rules<'_>, mut refuse: impl FnMut(Rejection)) -> Result<Taken, Rejection> {
    if form.webdriver && !rules.robots {
        return Err(Reason::Bot.because("not recorded: a program drives the browser"));
    }
    if form.format == SessionFormat::Rrweb && !rules.rrweb {
        return Err(Reason::UnknownKind.because("format takes rum: this host takes no events of rrweb"));
    }
    if form.number > MOST_NUMBER {
        return Err(Reason::Range.because("number takes 0 to 9007199254740991"));
    }
    let Bounded(raw_events) = &form.events;
    if raw_events.len() > MAX_SESSION_EVENTS {
        return Err(Reason::TooLarge.because("a batch of session events takes at most 10000"));
    }
    if raw_events.is_empty() {
        return Err(Reason::Malformed.because("a batch of session events takes at least one").of_the_whole_batch());
    }
    let (mut tally, mut events, mut refused) = (Tally::default(), String::new(), None);
    for raw in raw_events {
        let taken = match form.format {
            SessionFormat::Rum => event::take(raw.get(), None, rules.endpoint, &mut tally, &mut events),
            SessionFormat::Rrweb => rrweb::take(raw.get(), &mut tally, &mut events),
        };
        if let Err(rejection) = taken {
            refuse(rejection);
            refused.get_or_insert(rejection);
        }
    }
    let good = tally.events;
    let batch = (good > 0).then(|| Batch::new(form.session, form.number, form.format, events, tally));
    Ok(Taken { events: good, refused, batch })
}

/// The number of a batch that is one event: of what it says, so that it is stored once however often it is sent, and of none that a recorder counts.
fn of_its_own(event: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    event.hash(&mut hasher);
    hasher.finish() | (1 << 63)
}

/// What tells a batch from a single event.
#[derive(Deserialize)]
struct Shape {
    version: Option<u64>,
    session: Option<SessionId>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BatchForm<'a> {
    #[serde(rename = "version")]
    _version: u64,
    session: SessionId,
    number: u64,
    #[serde(default)]
    format: SessionFormat,
    #[serde(default)]
    webdriver: bool,
    #[serde(borrow)]
    events: Bounded<'a>,
}

/// Appends one more event, as JSON, to those that are there.
fn append(events: &mut String, event: &str) {
    if !events.is_empty() {
        events.push(',');
    }
    events.push_str(event);
}

/// What serde says of an event that is not as it should be.
fn refused(error: &serde_json::Error) -> Rejection {
    let said = error.to_string();
    if said.starts_with(values::NO_TARGET) {
        Reason::UnknownName.because("target takes 1 to 128 bytes of tag names, declared names, ids and places")
    } else if said.starts_with("unknown variant") {
        Reason::UnknownKind.because("type, kind, field and state take values that this version knows")
    } else {
        malformed_json(error)
    }
}

/// An object's text, without the field that stands beside the event's own.
fn form<'a, T: Deserialize<'a>>(text: &'a str, beside: Option<&'static str>) -> Result<T, Rejection> {
    let form = match beside {
        Some(key) => object::beside(text, key),
        None => serde_json::from_str(text).map(|Object(form)| form),
    };
    form.map_err(|error| refused(&error))
}

type Raw<'a> = &'a RawValue;

const VERSION: u64 = 1;
const MAX_SESSION_EVENTS: usize = 10_000;
/// The largest that JavaScript counts to.
const MOST_NUMBER: u64 = (1 << 53) - 1;
