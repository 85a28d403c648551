//! What users did, and what went wrong for them.

use serde::Deserialize;

use crate::beacon::event::{ErrorKind, Event};
use crate::beacon::rejection::{Reason, Rejection};
use crate::config::Vocabulary;

use super::{Text, counted, ranged};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::beacon) struct InteractionForm<'a> {
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    name: Option<Text<'a>>,
    count: Option<u64>,
}

impl InteractionForm<'_> {
    pub(in crate::beacon) fn event(self, vocabulary: &Vocabulary) -> Result<Event<'_>, Rejection> {
        let kind = vocabulary.interaction_types.get(&*self.kind);
        let name = match self.name.as_deref() {
            None | Some("") => Some(""),
            Some(name) => vocabulary.interaction_names.get(name).map(String::as_str),
        };
        Ok(Event::Interaction {
            kind: kind.ok_or(Reason::UnknownName.because("type takes a DOM event type that the host counts"))?,
            name: name.ok_or(Reason::UnknownName.because("name takes a name that the host has declared"))?,
            count: counted(self.count)?,
        })
    }
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(in crate::beacon) struct UserErrorForm<'a> {
    #[serde(borrow)]
    endpoint: Option<Text<'a>>,
    #[serde(borrow)]
    kind: Option<Text<'a>>,
    count: Option<u64>,
}

impl<'a> UserErrorForm<'a> {
    pub(in crate::beacon) fn event(self) -> Result<Event<'a>, Rejection> {
        let kind = ErrorKind::of(self.kind.as_deref())?;
        Ok(Event::Error { endpoint: self.endpoint, kind, count: counted(self.count)? })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::beacon) struct PageViewForm<'a> {
    #[serde(borrow)]
    endpoint: Option<Text<'a>>,
    #[serde(borrow)]
    from: Option<Text<'a>>,
}

impl<'a> PageViewForm<'a> {
    pub(in crate::beacon) fn event(self) -> Event<'a> {
        Event::PageView { endpoint: self.endpoint, from: self.from }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::beacon) struct JourneyForm<'a> {
    #[serde(borrow)]
    path: Text<'a>,
}

impl JourneyForm<'_> {
    pub(in crate::beacon) fn event(self, vocabulary: &Vocabulary) -> Result<Event<'_>, Rejection> {
        let path = vocabulary.journeys.get(&*self.path);
        Ok(Event::Journey { path: path.ok_or(Reason::UnknownName.because("path takes a journey that the host has declared"))? })
    }
}

/// An event that has nothing but its kind.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::beacon) struct BareForm {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::beacon) struct EngagedTimeForm {
    value: f64,
}

impl EngagedTimeForm {
    pub(in crate::beacon) fn event(self) -> Result<Event<'static>, Rejection> {
        let most = 4.0 * 3_600_000.0; // what a session may last
        Ok(Event::EngagedTime { seconds: ranged(self.value, most, "engaged_time takes 0 to 14400000 milliseconds")? / 1_000.0 })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::beacon) struct ConversionForm<'a> {
    #[serde(borrow)]
    goal: Text<'a>,
}

impl ConversionForm<'_> {
    pub(in crate::beacon) fn event(self, vocabulary: &Vocabulary) -> Result<Event<'_>, Rejection> {
        let goal = vocabulary.goals.get(&*self.goal);
        Ok(Event::Conversion { goal: goal.ok_or(Reason::UnknownName.because("goal takes a goal that the host has declared"))? })
    }
}
