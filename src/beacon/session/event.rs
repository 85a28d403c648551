//! Our own recorder's events: where the pointer was, what was clicked, scrolled and filled in; no text, no value, no address.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::beacon::rejection::{Reason, Rejection};

use super::tally::{Click, Tally};
use super::values::{Length, Position, Target, Timestamp};
use super::{append, form};

/// Takes one event in: its figures into `tally`, and the event itself, written anew, behind `events`.
pub(super) fn take(
    text: &str,
    beside: Option<&'static str>,
    endpoint: &dyn Fn(&str) -> String,
    tally: &mut Tally,
    events: &mut String,
) -> Result<(), Rejection> {
    let event = match form::<KindForm>(text, None)?.kind {
        Kind::Viewport => Event::Viewport(form(text, beside)?),
        Kind::Navigation => {
            let claimed: Navigation<'_> = form(text, beside)?;
            Event::Navigation(Navigation { endpoint: endpoint(&claimed.endpoint).into(), ..claimed })
        }
        Kind::Move => Event::Move(form(text, beside)?),
        Kind::Click => Event::Click(form(text, beside)?),
        Kind::Scroll => Event::Scroll(form(text, beside)?),
        Kind::Input => Event::Input(form(text, beside)?),
        Kind::Error => Event::Error(form(text, beside)?),
        Kind::Layout => Event::Layout(form(text, beside)?),
        Kind::Visibility => Event::Visibility(form(text, beside)?),
    };
    event.check()?;
    // Numbers and texts always serialize.
    append(events, &serde_json::to_string(&event).unwrap_or_default());
    event.count(tally);
    Ok(())
}

#[derive(Serialize)]
#[serde(untagged)]
enum Event<'a> {
    Viewport(Viewport),
    Navigation(Navigation<'a>),
    Move(Move),
    Click(Clicked),
    Scroll(Scroll),
    Input(Input),
    Error(Failure),
    Layout(Layout),
    Visibility(Visibility),
}

impl Event<'_> {
    /// What no field alone can say.
    fn check(&self) -> Result<(), Rejection> {
        match self {
            Self::Click(click) if click.x.is_some() != click.y.is_some() => {
                Err(Reason::Malformed.because("a click takes x and y, or neither"))
            }
            Self::Layout(layout) if layout.boxes.len() > MAX_BOXES => {
                Err(Reason::Range.because("a layout takes at most 200 boxes"))
            }
            _ => Ok(()),
        }
    }

    fn count(&self, tally: &mut Tally) {
        let Timestamp(time) = match self {
            Self::Viewport(event) => event.timestamp,
            Self::Navigation(event) => event.timestamp,
            Self::Move(event) => event.timestamp,
            Self::Click(event) => event.timestamp,
            Self::Scroll(event) => event.timestamp,
            Self::Input(event) => event.timestamp,
            Self::Error(event) => event.timestamp,
            Self::Layout(event) => event.timestamp,
            Self::Visibility(event) => event.timestamp,
        };
        tally.event(time);
        match self {
            Self::Navigation(_) => tally.pages += 1,
            Self::Error(_) => tally.errors += 1,
            Self::Click(Clicked { x: Some(Position(x)), y: Some(Position(y)), .. }) => tally.click(Click { time, x: *x, y: *y }),
            _ => {}
        }
    }
}

/// The kind alone; the other fields are its form's.
#[derive(Deserialize)]
struct KindForm {
    #[serde(rename = "type")]
    kind: Kind,
}

#[derive(Deserialize, Serialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Viewport,
    Navigation,
    Move,
    Click,
    Scroll,
    Input,
    Error,
    Layout,
    Visibility,
}

/// What the page is seen through: at the beginning of each page, and when it changes.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Viewport {
    #[serde(rename = "type")]
    kind: Kind,
    timestamp: Timestamp,
    width: Length,
    height: Length,
    document_width: Length,
    document_height: Length,
}

/// A page begins.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Navigation<'a> {
    #[serde(rename = "type")]
    kind: Kind,
    timestamp: Timestamp,
    #[serde(borrow)]
    endpoint: Cow<'a, str>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Move {
    #[serde(rename = "type")]
    kind: Kind,
    timestamp: Timestamp,
    x: Position,
    y: Position,
}

/// Where there is no place, a program has sent it: a recorder knows one.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Clicked {
    #[serde(rename = "type")]
    kind: Kind,
    timestamp: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    x: Option<Position>,
    #[serde(skip_serializing_if = "Option::is_none")]
    y: Option<Position>,
    target: Target,
}

/// How far the document is scrolled, or an element of it.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Scroll {
    #[serde(rename = "type")]
    kind: Kind,
    timestamp: Timestamp,
    x: Position,
    y: Position,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<Target>,
}

/// Something was filled in; not what, nor how long it is.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Input {
    #[serde(rename = "type")]
    kind: Kind,
    timestamp: Timestamp,
    target: Target,
    field: Field,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum Field {
    Text,
    Checkbox,
    Radio,
    Select,
    Password,
    Other,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Failure {
    #[serde(rename = "type")]
    type_: Kind,
    timestamp: Timestamp,
    kind: FailureKind,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum FailureKind {
    Exception,
    Rejection,
    Resource,
    ScriptError,
}

/// Where the elements of the document are: left, top, width, height, and what they are.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Layout {
    #[serde(rename = "type")]
    kind: Kind,
    timestamp: Timestamp,
    boxes: Vec<(Position, Position, Length, Length, Element)>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum Element {
    Link,
    Button,
    Field,
    Image,
    Heading,
    Text,
    Masked,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Visibility {
    #[serde(rename = "type")]
    kind: Kind,
    timestamp: Timestamp,
    state: Sight,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum Sight {
    Visible,
    Hidden,
}

const MAX_BOXES: usize = 200;
