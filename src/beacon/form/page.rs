//! What loading and looking at a page was like.

use serde::Deserialize;

use crate::beacon::event::{Event, Vital};
use crate::beacon::object::Object;
use crate::beacon::rejection::{Reason, Rejection};
use crate::exemplars::TraceId;

use super::{Text, ranged, seconds};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::beacon) struct PageLoadForm<'a> {
    load_time: f64,
    #[serde(borrow)]
    endpoint: Option<Text<'a>>,
    #[serde(borrow)]
    trace_id: Option<Text<'a>>,
    // Few beacons have them, and all would be moved with their room.
    phases: Option<Box<Object<PhasesForm>>>,
    lcp: Option<f64>,
    inp: Option<f64>,
    fcp: Option<f64>,
    ttfb: Option<f64>,
    cls: Option<f64>,
}

impl<'a> PageLoadForm<'a> {
    pub(in crate::beacon) fn event(self) -> Result<Event<'a>, Rejection> {
        let Self { load_time, endpoint, trace_id, phases, lcp, inp, fcp, ttfb, cls } = self;
        Ok(Event::PageLoad {
            endpoint,
            trace: trace(trace_id.as_deref())?,
            seconds: seconds(load_time, "load_time takes 0 to 600000 milliseconds")?,
            phases: phases.map_or(Ok(Vec::new()), |phases| phases.0.seconds())?,
            vitals: VitalsFields { lcp, inp, fcp, ttfb, cls, blocking_time: None }.values()?,
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::beacon) struct WebVitalsForm<'a> {
    #[serde(borrow)]
    endpoint: Option<Text<'a>>,
    #[serde(borrow)]
    trace_id: Option<Text<'a>>,
    lcp: Option<f64>,
    inp: Option<f64>,
    fcp: Option<f64>,
    ttfb: Option<f64>,
    cls: Option<f64>,
    blocking_time: Option<f64>,
}

impl<'a> WebVitalsForm<'a> {
    pub(in crate::beacon) fn event(self) -> Result<Event<'a>, Rejection> {
        let Self { endpoint, trace_id, lcp, inp, fcp, ttfb, cls, blocking_time } = self;
        let vitals = VitalsFields { lcp, inp, fcp, ttfb, cls, blocking_time }.values()?;
        if vitals.is_empty() {
            return Err(Reason::Malformed.because("web_vitals takes at least one vital"));
        }
        Ok(Event::WebVitals { endpoint, trace: trace(trace_id.as_deref())?, vitals })
    }
}

/// The trace of the document; one that has none may say so by an empty text.
fn trace(digits: Option<&str>) -> Result<Option<TraceId>, Rejection> {
    match digits {
        None | Some("") => Ok(None),
        Some(digits) => match TraceId::of_digits(digits.as_bytes()) {
            None => Err(Reason::Malformed.because("trace_id takes 32 lowercase hexadecimal digits, not all of them 0")),
            trace => Ok(trace),
        },
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

#[derive(Deserialize)]
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
