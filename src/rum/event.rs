//! From an event to the metrics that it moves.

use crate::beacon::{Endpoint, Event, Vital};
use crate::exemplars::TraceId;
use crate::record::{Counter, FamilyId, Histogram, Recorder, Room};

/// Moves every metric that `event` is about. What found no room in its family is counted under the family's overflow.
pub(super) fn record(recorder: &Recorder, client_counters: usize, event: &Event<'_>) -> Room {
    let vitals = |endpoint: &str, trace: Option<TraceId>, vitals: &[(Vital, f64)]| {
        let observe = |&(vital, value)| recorder.observe_of_trace(histogram(vital), &[endpoint], value, trace);
        vitals.iter().map(observe).fold(Room::Enough, Room::and)
    };
    match event {
        Event::PageLoad { endpoint: claimed, trace, seconds, phases, vitals: measured } => {
            let endpoint = endpoint(recorder, claimed);
            for (phase, seconds) in phases {
                let _ = recorder.observe(Histogram::PageLoadPhase, &[phase], *seconds);
            }
            let load = recorder.observe_of_trace(Histogram::PageLoadTime, &[endpoint], *seconds, *trace);
            load.and(vitals(endpoint, *trace, measured))
        }
        Event::WebVitals { endpoint: claimed, trace, vitals: measured } => vitals(endpoint(recorder, claimed), *trace, measured),
        Event::Interaction { kind, name, count } => recorder.increment(Counter::UserInteractions, &[kind, name], *count),
        Event::Error { endpoint: claimed, kind, count } => {
            recorder.increment(Counter::UserErrors, &[endpoint(recorder, claimed), kind.label()], *count)
        }
        Event::PageView { endpoint: claimed, from } => {
            let from = from.as_ref().map(|_| endpoint(recorder, from));
            recorder.page_view(from, endpoint(recorder, claimed))
        }
        Event::Journey { path } => recorder.increment(Counter::UserJourneys, &[path], 1),
        Event::Session => recorder.increment(Counter::UserSessions, &[], 1),
        Event::Engaged => recorder.increment(Counter::UserEngagedSessions, &[], 1),
        Event::EngagedTime { seconds } => recorder.increment(Counter::UserEngagedSeconds, &[], (seconds * 1e9).round() as u64),
        Event::Conversion { goal } => recorder.increment(Counter::UserConversions, &[goal], 1),
        Event::Request { endpoint: claimed, seconds } => {
            recorder.observe(Histogram::UserRequestDuration, &[endpoint(recorder, claimed)], *seconds)
        }
        Event::ThirdParty { service, seconds } => {
            recorder.observe(Histogram::UserThirdPartyRequestDuration, &[service], *seconds)
        }
        Event::ThirdPartyFailure { service, count } => recorder.increment(Counter::UserThirdPartyFailures, &[service], *count),
        Event::ClientCounter { place, labels, amount } => recorder.increment(FamilyId::client_counter(*place), labels, *amount),
        Event::ClientHistogram { place, labels, value } => {
            recorder.observe(FamilyId::client_histogram(client_counters, *place), labels, *value)
        }
        Event::Heartbeat => Room::Enough,
    }
}

fn endpoint<'a>(recorder: &'a Recorder, claimed: &'a Endpoint<'_>) -> &'a str {
    recorder.claimed_endpoint(claimed.as_deref())
}

fn histogram(vital: Vital) -> Histogram {
    match vital {
        Vital::LargestContentfulPaint => Histogram::LargestContentfulPaint,
        Vital::InteractionToNextPaint => Histogram::InteractionToNextPaint,
        Vital::FirstContentfulPaint => Histogram::FirstContentfulPaint,
        Vital::TimeToFirstByte => Histogram::TimeToFirstByte,
        Vital::CumulativeLayoutShift => Histogram::CumulativeLayoutShift,
        Vital::BlockingTime => Histogram::PageBlockingTime,
    }
}
