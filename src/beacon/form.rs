//! The fields of each event as they are sent, and the checks that make an [`Event`] of them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;

use crate::config::{ClientFamily, Unit, Vocabulary};

use super::event::{ErrorKind, Event, Vital};
use super::object::Object;
use super::rejection::{Reason, Rejection};

type Text<'a> = Cow<'a, str>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PageLoadForm<'a> {
    load_time: f64,
    #[serde(borrow)]
    endpoint: Option<Text<'a>>,
    phases: Option<Object<PhasesForm>>,
    lcp: Option<f64>,
    inp: Option<f64>,
    fcp: Option<f64>,
    ttfb: Option<f64>,
    cls: Option<f64>,
}

impl<'a> PageLoadForm<'a> {
    pub(super) fn event(self) -> Result<Event<'a>, Rejection> {
        let Self { load_time, endpoint, phases, lcp, inp, fcp, ttfb, cls } = self;
        Ok(Event::PageLoad {
            endpoint,
            seconds: seconds(load_time, "load_time takes 0 to 600000 milliseconds")?,
            phases: phases.map_or(PhasesForm::default(), |Object(phases)| phases).seconds()?,
            vitals: VitalsFields { lcp, inp, fcp, ttfb, cls, blocking_time: None }.values()?,
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WebVitalsForm<'a> {
    #[serde(borrow)]
    endpoint: Option<Text<'a>>,
    lcp: Option<f64>,
    inp: Option<f64>,
    fcp: Option<f64>,
    ttfb: Option<f64>,
    cls: Option<f64>,
    blocking_time: Option<f64>,
}

impl<'a> WebVitalsForm<'a> {
    pub(super) fn event(self) -> Result<Event<'a>, Rejection> {
        let Self { endpoint, lcp, inp, fcp, ttfb, cls, blocking_time } = self;
        let vitals = VitalsFields { lcp, inp, fcp, ttfb, cls, blocking_time }.values()?;
        if vitals.is_empty() {
            return Err(Reason::Malformed.because("web_vitals takes at least one vital"));
        }
        Ok(Event::WebVitals { endpoint, vitals })
    }
}

struct VitalsFields {
    lcp: Option<f64>,
    inp: Option<f64>,
    fcp: Option<f64>,
    ttfb: Option<f64>,
    cls: Option<f64>,
    blocking_time: Option<f64>,
}

impl VitalsFields {
    fn values(self) -> Result<Vec<(Vital, f64)>, Rejection> {
        let fields = [
            (Vital::LargestContentfulPaint, self.lcp),
            (Vital::InteractionToNextPaint, self.inp),
            (Vital::FirstContentfulPaint, self.fcp),
            (Vital::TimeToFirstByte, self.ttfb),
            (Vital::CumulativeLayoutShift, self.cls),
            (Vital::BlockingTime, self.blocking_time),
        ];
        let sent = fields.into_iter().filter_map(|(vital, value)| Some((vital, value?)));
        sent.map(|(vital, value)| Ok((vital, vital.checked(value)?))).collect()
    }
}

impl Vital {
    fn checked(self, value: f64) -> Result<f64, Rejection> {
        match self {
            Self::CumulativeLayoutShift => ranged(value, 10.0, "cls takes 0 to 10"),
            Self::InteractionToNextPaint => Ok(ranged(value, 60_000.0, "inp takes 0 to 60000 milliseconds")? / 1_000.0),
            _ => seconds(value, "a vital takes 0 to 600000 milliseconds"),
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
        let sent = phases.into_iter().filter_map(|(phase, value)| Some((phase, value?)));
        sent.map(|(phase, value)| Ok((phase, seconds(value, "a phase takes 0 to 600000 milliseconds")?))).collect()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct InteractionForm<'a> {
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    name: Option<Text<'a>>,
    count: Option<u64>,
}

impl InteractionForm<'_> {
    pub(super) fn event(self, vocabulary: &Vocabulary) -> Result<Event<'_>, Rejection> {
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
pub(super) struct UserErrorForm<'a> {
    #[serde(borrow)]
    endpoint: Option<Text<'a>>,
    #[serde(borrow)]
    kind: Option<Text<'a>>,
    count: Option<u64>,
}

impl<'a> UserErrorForm<'a> {
    pub(super) fn event(self) -> Result<Event<'a>, Rejection> {
        let kind = ErrorKind::of(self.kind.as_deref())?;
        Ok(Event::Error { endpoint: self.endpoint, kind, count: counted(self.count)? })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PageViewForm<'a> {
    #[serde(borrow)]
    endpoint: Option<Text<'a>>,
    #[serde(borrow)]
    from: Option<Text<'a>>,
}

impl<'a> PageViewForm<'a> {
    pub(super) fn event(self) -> Event<'a> {
        Event::PageView { endpoint: self.endpoint, from: self.from }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct JourneyForm<'a> {
    #[serde(borrow)]
    path: Text<'a>,
}

impl JourneyForm<'_> {
    pub(super) fn event(self, vocabulary: &Vocabulary) -> Result<Event<'_>, Rejection> {
        let path = vocabulary.journeys.get(&*self.path);
        Ok(Event::Journey { path: path.ok_or(Reason::UnknownName.because("path takes a journey that the host has declared"))? })
    }
}

/// An event that has nothing but its kind.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BareForm {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EngagedTimeForm {
    value: f64,
}

impl EngagedTimeForm {
    pub(super) fn event(self) -> Result<Event<'static>, Rejection> {
        let most = 4.0 * 3_600_000.0; // what a session may last
        Ok(Event::EngagedTime { seconds: ranged(self.value, most, "engaged_time takes 0 to 14400000 milliseconds")? / 1_000.0 })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConversionForm<'a> {
    #[serde(borrow)]
    goal: Text<'a>,
}

impl ConversionForm<'_> {
    pub(super) fn event(self, vocabulary: &Vocabulary) -> Result<Event<'_>, Rejection> {
        let goal = vocabulary.goals.get(&*self.goal);
        Ok(Event::Conversion { goal: goal.ok_or(Reason::UnknownName.because("goal takes a goal that the host has declared"))? })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RequestForm<'a> {
    #[serde(borrow)]
    endpoint: Option<Text<'a>>,
    duration: f64,
}

impl<'a> RequestForm<'a> {
    pub(super) fn event(self) -> Result<Event<'a>, Rejection> {
        Ok(Event::Request { endpoint: self.endpoint, seconds: seconds(self.duration, DURATION)? })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ThirdPartyForm<'a> {
    #[serde(borrow)]
    service: Text<'a>,
    duration: f64,
}

impl ThirdPartyForm<'_> {
    pub(super) fn event(self, vocabulary: &Vocabulary) -> Result<Event<'_>, Rejection> {
        Ok(Event::ThirdParty { service: service(&self.service, vocabulary)?, seconds: seconds(self.duration, DURATION)? })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ThirdPartyFailureForm<'a> {
    #[serde(borrow)]
    service: Text<'a>,
    count: Option<u64>,
}

impl ThirdPartyFailureForm<'_> {
    pub(super) fn event(self, vocabulary: &Vocabulary) -> Result<Event<'_>, Rejection> {
        Ok(Event::ThirdPartyFailure { service: service(&self.service, vocabulary)?, count: counted(self.count)? })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CounterForm<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow, default)]
    labels: BTreeMap<Text<'a>, Text<'a>>,
    value: u64,
}

impl CounterForm<'_> {
    pub(super) fn event(self, vocabulary: &Vocabulary) -> Result<Event<'_>, Rejection> {
        let place = vocabulary.counters.iter().position(|counter| counter.family.name == *self.name).ok_or(UNDECLARED)?;
        let labels = labels(&vocabulary.counters[place].family, &self.labels)?;
        Ok(Event::ClientCounter { place, labels, amount: counted(Some(self.value))? })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HistogramForm<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow, default)]
    labels: BTreeMap<Text<'a>, Text<'a>>,
    value: f64,
}

impl HistogramForm<'_> {
    pub(super) fn event(self, vocabulary: &Vocabulary) -> Result<Event<'_>, Rejection> {
        let place = vocabulary.histograms.iter().position(|histogram| histogram.family.name == *self.name).ok_or(UNDECLARED)?;
        let histogram = &vocabulary.histograms[place];
        let labels = labels(&histogram.family, &self.labels)?;
        let value = match histogram.unit {
            Unit::Seconds => self.value / 1_000.0,
            Unit::None => self.value,
        };
        let value = ranged(value, histogram.most, "a histogram takes values in its declared range")?;
        Ok(Event::ClientHistogram { place, labels, value })
    }
}

/// A value for each label of the family, in its order, out of those declared; and no other label.
fn labels<'a>(family: &'a ClientFamily, sent: &BTreeMap<Text<'_>, Text<'_>>) -> Result<Vec<&'a str>, Rejection> {
    let declared = |(name, values): &'a (String, Vec<String>)| {
        let value = sent.get(name.as_str())?;
        values.iter().find(|declared| **declared == **value).map(String::as_str)
    };
    let labels: Option<Vec<&str>> = family.labels.iter().map(declared).collect();
    labels
        .filter(|labels| labels.len() == sent.len())
        .ok_or(Reason::UnknownName.because("labels take the declared names and values, each once"))
}

fn service<'a>(sent: &str, vocabulary: &'a Vocabulary) -> Result<&'a str, Rejection> {
    let service = vocabulary.third_parties.values().find(|service| *service == sent);
    service.map(String::as_str).ok_or(Reason::UnknownName.because("service takes one that the host has declared"))
}

fn counted(count: Option<u64>) -> Result<u64, Rejection> {
    match count.unwrap_or(1) {
        count @ 1..=1_000 => Ok(count),
        _ => Err(Reason::Range.because("a count takes 1 to 1000")),
    }
}

/// Milliseconds of up to ten minutes, as seconds.
fn seconds(milliseconds: f64, message: &'static str) -> Result<f64, Rejection> {
    Ok(ranged(milliseconds, 600_000.0, message)? / 1_000.0)
}

/// A number from 0 to `most`; never NaN, infinite or negative.
fn ranged(value: f64, most: f64, message: &'static str) -> Result<f64, Rejection> {
    if (0.0..=most).contains(&value) {
        Ok(value.abs()) // -0.0 is in range, and is 0.0
    } else {
        Err(Reason::Range.because(message))
    }
}

const DURATION: &str = "duration takes 0 to 600000 milliseconds";

const UNDECLARED: Rejection =
    Rejection { reason: Reason::UnknownName, message: "name takes a metric that the host has declared" };
