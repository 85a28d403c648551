//! The families that browsers, gRPC calls, timers and handlers move: names, help, labels, and how each is measured.
//!
//! Names are API. A family's help says what it counts and when it moves, and is what the exposition prints.

use std::borrow::Cow;

use crate::config::{self, Buckets, Config};

use super::bounds::{Bounds, Resolution};
use super::calls;

/// Counters by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counter {
    UserInteractions,
    UserErrors,
    UserJourneys,
    UserPageTransitions,
    UserSessions,
    UserEngagedSessions,
    UserEngagedSeconds,
    UserConversions,
    UserThirdPartyFailures,
    Batches,
    Events,
    Rejected,
    ExpositionRequests,
    ExpositionConflicts,
    ExpositionFailures,
    #[cfg(feature = "tracing")]
    LogEvents,
}

/// Histograms by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Histogram {
    PageLoadTime,
    PageLoadPhase,
    PageBlockingTime,
    LargestContentfulPaint,
    InteractionToNextPaint,
    FirstContentfulPaint,
    TimeToFirstByte,
    CumulativeLayoutShift,
    UserRequestDuration,
    UserThirdPartyRequestDuration,
}

/// A family of this catalog or one that the host has declared, by its place in [`described`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FamilyId(pub(super) usize);

impl FamilyId {
    /// The host's counter at this place of its declarations.
    pub(crate) fn client_counter(place: usize) -> Self {
        Self(COUNTERS.len() + HISTOGRAMS.len() + place)
    }

    /// The host's histogram at this place of its declarations, behind `counters` declared counters.
    pub(crate) fn client_histogram(counters: usize, place: usize) -> Self {
        Self(COUNTERS.len() + HISTOGRAMS.len() + counters + place)
    }

    /// The family that is declared under this name.
    pub(crate) fn named(config: &Config, name: &str) -> Option<Self> {
        described(config).iter().position(|family| family.name == name).map(Self)
    }
}

impl From<Counter> for FamilyId {
    fn from(counter: Counter) -> Self {
        Self(counter as usize)
    }
}

impl From<Histogram> for FamilyId {
    fn from(histogram: Histogram) -> Self {
        Self(COUNTERS.len() + histogram as usize)
    }
}

/// One family of one table.
pub(super) struct Description<'a> {
    pub(super) name: &'a str,
    pub(super) help: &'a str,
    pub(super) labels: Vec<&'a str>,
    pub(super) measure: Measure,
    pub(super) cap: usize,
}

pub(super) enum Measure {
    Count,
    /// A counter of time: kept in nanoseconds, exposed in seconds.
    Seconds,
    /// A gauge: the scrapes in flight.
    Scrapes,
    Histogram(Bounds),
}

/// All families but those of HTTP requests, in the order of their [`FamilyId`].
pub(super) fn described(config: &Config) -> Vec<Description<'_>> {
    let counters = COUNTERS.iter().map(|&(name, help, labels)| Description {
        name,
        help,
        labels: labels.iter().copied().filter(|&label| label != TARGET || !config.log_targets.is_empty()).collect(),
        measure: if name.ends_with("_seconds_total") { Measure::Seconds } else { Measure::Count },
        cap: match labels {
            ["from", "to"] => config.transition_series,
            ["type", "name"] => config.family_series.max(config.vocabulary.interactions()),
            _ => config.family_series,
        },
    });
    let histograms = HISTOGRAMS.iter().map(|&(name, help, labels, bounds)| {
        let host = (bounds.is_empty()).then_some(&config.page_load_buckets);
        let buckets = host.map_or_else(|| Cow::Owned(Buckets::of(bounds)), Cow::Borrowed);
        Description {
            name,
            help,
            labels: labels.to_vec(),
            measure: Measure::Histogram(Bounds::of_units(&buckets, Resolution::BILLIONTHS)),
            cap: config.family_series,
        }
    });
    let vocabulary = &config.vocabulary;
    let client_counters = vocabulary.counters.iter().map(|counter| Description {
        name: &counter.family.name,
        help: &counter.family.help,
        labels: counter.family.label_names(),
        measure: Measure::Count,
        cap: config.family_series,
    });
    let client_histograms = vocabulary.histograms.iter().map(|histogram| Description {
        name: &histogram.family.name,
        help: &histogram.family.help,
        labels: histogram.family.label_names(),
        measure: Measure::Histogram(Bounds::of_units(&histogram.buckets, Resolution::fitting(histogram.most))),
        cap: config.family_series,
    });
    let client = client_counters.chain(client_histograms);
    let own = [scrapes(config)].into_iter().chain(timers(config));
    counters.chain(histograms).chain(client).chain(own).chain(calls::described(config)).collect()
}

/// Those of the application's own work.
fn timers(config: &Config) -> impl Iterator<Item = Description<'_>> {
    config.timers.iter().map(|timer| Description {
        name: &timer.family.name,
        help: &timer.family.help,
        labels: timer.family.label_names(),
        measure: Measure::Histogram(Bounds::new(&timer.buckets, Resolution::BILLIONTHS)),
        cap: config.family_series,
    })
}

fn scrapes(config: &Config) -> Description<'_> {
    Description {
        name: "rum_exposition_requests_in_flight",
        help: "Scrapes being answered, this one included.",
        labels: Vec::new(),
        measure: Measure::Scrapes,
        cap: config.family_series,
    }
}

type CounterEntry = (&'static str, &'static str, &'static [&'static str]);
type HistogramEntry = (&'static str, &'static str, &'static [&'static str], &'static [f64]);

/// In the order of [`Counter`].
#[rustfmt::skip]
const COUNTERS: &[CounterEntry] = &[
    ("user_interactions_total", "Interactions in the page, by DOM event type and declared element name.", &["type", "name"]),
    ("user_errors_total", "Errors that users met, by page and kind.", &["endpoint", "kind"]),
    ("user_journeys_total", "Page views by route template, and steps that the page names itself.", &["path"]),
    ("user_page_transitions_total", "Page views that followed another one of the same session.", &["from", "to"]),
    ("user_sessions_total", "Sessions begun: 30 minutes without activity end one, 4 hours in any case.", &[]),
    ("user_engaged_sessions_total", "Sessions with a second view, a conversion, a named interaction, or 10 visible seconds.", &[]),
    ("user_engaged_seconds_total", "Time during which a page was visible.", &[]),
    ("user_conversions_total", "Goals reached, at most once per session and goal.", &["goal"]),
    ("user_third_party_failures_total", "Requests of the page to a declared service that failed.", &["service"]),
    ("rum_batches_total", "Batches of the browser script, by what became of them.", &["result"]),
    ("rum_events_total", "Browser events recorded, by kind.", &["kind"]),
    ("rum_rejected_total", "Beacons and events not recorded as sent, by reason.", &["reason"]),
    ("rum_exposition_requests_total", "Scrapes answered, by status.", &["status"]),
    ("rum_exposition_conflicts_total", "Families of the host's registry left out of a scrape because a family of this crate, or another of the host's, takes their name.", &[]),
    ("rum_exposition_failures_total", "Scrapes that lack families of the host's registry, by reason.", &["reason"]),
    #[cfg(feature = "tracing")]
    ("log_events_total", "Log events that reached the layer, by level.", &["level", TARGET]),
];

/// Of log events, where the host has declared some.
const TARGET: &str = "target";

/// In the order of [`Histogram`]. No buckets here means that the host sets them.
#[rustfmt::skip]
const HISTOGRAMS: [HistogramEntry; 10] = [
    ("page_load_time_seconds", "Navigation start to the end of the load event.", &["endpoint"], &[]),
    ("page_load_phase_seconds", "The phases of a page load; they do not overlap and add up to it.", &["phase"], config::PHASE_BUCKETS),
    ("page_blocking_time_seconds", "Time in which the main thread was blocked, once per page view.", &["endpoint"], config::PHASE_BUCKETS),
    ("web_vitals_lcp_seconds", "Largest Contentful Paint, once per page view.", &["endpoint"], config::LCP_BUCKETS),
    ("web_vitals_inp_seconds", "Interaction to Next Paint, once per page view with an interaction.", &["endpoint"], config::INP_BUCKETS),
    ("web_vitals_fcp_seconds", "First Contentful Paint, once per page view.", &["endpoint"], config::FCP_BUCKETS),
    ("web_vitals_ttfb_seconds", "Time to First Byte, once per page view.", &["endpoint"], config::TTFB_BUCKETS),
    ("web_vitals_cls_score", "Cumulative Layout Shift, once per page view.", &["endpoint"], config::CLS_BUCKETS),
    ("user_request_duration_seconds", "The page's own requests to this origin as the browser felt them.", &["endpoint"], config::REQUEST_BUCKETS),
    ("user_third_party_request_duration_seconds", "Requests of the page to declared services.", &["service"], config::REQUEST_BUCKETS),
];
