//! Every metric family that the crate can expose: names, help, labels, and which cells it is read from.
//!
//! Names are API. A family's help says what it counts and when it moves, and is what the exposition prints.

use crate::config::{self, Buckets, Config};
use crate::label::{MethodLabel, OVERFLOW};

use super::bounds::{Bounds, Resolution};
use super::series::{Prebuilt, SeriesTable};
use super::slot::Shape;

/// Counters that an ingest or a handler moves by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counter {
    UserInteractions,
    UserErrors,
    Events,
    Rejected,
    ExpositionConflicts,
    ExpositionFailures,
}

/// Histograms that an ingest observes by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Histogram {
    PageLoadTime,
    PageLoadPhase,
    LargestContentfulPaint,
    InteractionToNextPaint,
    FirstContentfulPaint,
    TimeToFirstByte,
    CumulativeLayoutShift,
}

impl Counter {
    pub(super) fn table(self) -> usize {
        FIRST_COUNTER + self as usize
    }
}

impl Histogram {
    pub(super) fn table(self) -> usize {
        FIRST_COUNTER + COUNTERS.len() + self as usize
    }
}

/// `{method, endpoint, status}`: a duration histogram, whose count is the number of requests.
pub(super) const REQUESTS: usize = 0;
/// `{method, endpoint}`: the words below, then the response size histogram.
pub(super) const EXCHANGES: usize = 1;
/// `{method, endpoint, status}`: arrival to end of body.
pub(super) const RESPONSES: usize = 2;
/// The same for event streams.
pub(super) const STREAMS: usize = 3;
/// `{method, endpoint}`: request body bytes.
pub(super) const REQUEST_SIZES: usize = 4;
const FIRST_COUNTER: usize = 5;

/// Words of an exchange's cell.
pub(super) const STARTED: usize = 0;
pub(super) const UNANSWERED: usize = 1;
pub(super) const CLIENT_GONE: usize = 2;
pub(super) const BODY_ERROR: usize = 3;
pub(super) const RESPONSE_SIZE: usize = 4;

/// Numbers of the prebuilt series.
pub(super) const OVERFLOW_EXCHANGE: usize = 0;
pub(super) fn overflow_request(status: u16) -> usize {
    usize::from((status / 100).clamp(1, 5)) - 1
}

/// One family as it is exposed.
#[derive(Debug)]
pub(crate) struct Family {
    pub(crate) name: String,
    pub(crate) help: &'static str,
    pub(crate) kind: Kind,
    pub(crate) labels: Vec<&'static str>,
    pub(super) view: View,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Counter,
    Gauge,
    Histogram,
}

/// How a family's samples are read out of a table's words.
#[derive(Debug, Clone, Copy)]
pub(super) enum View {
    /// The first word.
    Counter(usize),
    /// A histogram that starts at a word.
    Histogram(usize, usize),
    /// The count of the request histogram.
    Requests,
    Errors,
    InFlight,
    Incomplete,
}

/// A table's fixed properties.
pub(super) struct Table {
    pub(super) series: SeriesTable,
    pub(super) shape: Shape,
    pub(super) bounds: Option<Bounds>,
    pub(super) labels: &'static [&'static str],
}

struct CounterFamily(&'static str, &'static str, &'static [&'static str]);
struct HistogramFamily(&'static str, &'static str, &'static [&'static str], &'static [f64]);

/// In the order of [`Counter`].
const COUNTERS: [CounterFamily; 6] = [
    CounterFamily(
        "user_interactions_total",
        "Interactions in the page, by DOM event type and declared element name.",
        &["type", "name"],
    ),
    CounterFamily("user_errors_total", "Errors that users met, by page and kind.", &["endpoint", "kind"]),
    CounterFamily("rum_events_total", "Browser events recorded, by kind.", &["kind"]),
    CounterFamily("rum_rejected_total", "Beacons and events not recorded as sent, by reason.", &["reason"]),
    CounterFamily(
        "rum_exposition_conflicts_total",
        "Families of the host's registry left out of a scrape because this crate has one of that name.",
        &[],
    ),
    CounterFamily("rum_exposition_failures_total", "Scrapes whose host registry could not be read.", &[]),
];

/// In the order of [`Histogram`]. No buckets here means that the host sets them.
const HISTOGRAMS: [HistogramFamily; 7] = [
    HistogramFamily("page_load_time_seconds", "Navigation start to the end of the load event.", &["endpoint"], &[]),
    HistogramFamily(
        "page_load_phase_seconds",
        "The phases of a page load; they do not overlap and add up to it.",
        &["phase"],
        config::PHASE_BUCKETS,
    ),
    HistogramFamily(
        "web_vitals_lcp_seconds",
        "Largest Contentful Paint, once per page view.",
        &["endpoint"],
        config::LCP_BUCKETS,
    ),
    HistogramFamily(
        "web_vitals_inp_seconds",
        "Interaction to Next Paint, once per page view with an interaction.",
        &["endpoint"],
        config::INP_BUCKETS,
    ),
    HistogramFamily("web_vitals_fcp_seconds", "First Contentful Paint, once per page view.", &["endpoint"], config::FCP_BUCKETS),
    HistogramFamily("web_vitals_ttfb_seconds", "Time to First Byte, once per page view.", &["endpoint"], config::TTFB_BUCKETS),
    HistogramFamily("web_vitals_cls_score", "Cumulative Layout Shift, once per page view.", &["endpoint"], config::CLS_BUCKETS),
];

const BY_STATUS: &[&str] = &["method", "endpoint", "status"];
const BY_ENDPOINT: &[&str] = &["method", "endpoint"];

/// All tables, in the order of their numbers.
pub(super) fn tables(config: &Config) -> Vec<Table> {
    let seconds = |buckets: &Buckets| Bounds::new(buckets, Resolution::Billionth);
    let bytes = || Bounds::new(&config.size_buckets, Resolution::Whole);
    let streams = Buckets::of(config::STREAM_BUCKETS);
    let mut tables = vec![
        http(config, BY_STATUS, seconds(&config.duration_buckets), 0),
        http(config, BY_ENDPOINT, bytes(), RESPONSE_SIZE),
        http(config, BY_STATUS, seconds(&config.duration_buckets), 0),
        http(config, BY_STATUS, seconds(&streams), 0),
        http(config, BY_ENDPOINT, bytes(), 0),
    ];
    for CounterFamily(_, _, labels) in &COUNTERS {
        tables.push(plain(config, labels, None));
    }
    for HistogramFamily(_, _, labels, buckets) in &HISTOGRAMS {
        let bounds = if buckets.is_empty() { seconds(&config.page_load_buckets) } else { seconds(&Buckets::of(buckets)) };
        tables.push(plain(config, labels, Some(bounds)));
    }
    tables
}

/// A table of the server half: half of its room is for endpoints that are known; past the cap the status class still shows.
fn http(config: &Config, labels: &'static [&'static str], bounds: Bounds, first: usize) -> Table {
    const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];
    let cap = config.http_series;
    let base = [("method", MethodLabel::OTHER.name()), ("endpoint", OVERFLOW)];
    let prebuilt: Vec<Vec<(&str, &str)>> = if labels == BY_STATUS {
        CLASSES.iter().map(|class| [&base[..], &[("status", class)]].concat()).collect()
    } else {
        vec![base.to_vec()]
    };
    let prebuilt: Vec<Prebuilt<'_>> =
        prebuilt.iter().map(|labels| (&labels[..], labels.contains(&("status", "5xx")).then_some(OVERFLOW_EXCHANGE))).collect();
    Table {
        series: SeriesTable::new(cap, cap / 2, &prebuilt),
        shape: Shape { series: cap + prebuilt.len(), words: first + bounds.words() },
        bounds: Some(bounds),
        labels,
    }
}

/// A table of the browser half. What browsers fill is theirs alone: each family has a cap of its own.
fn plain(config: &Config, labels: &'static [&'static str], bounds: Option<Bounds>) -> Table {
    let overflow: Vec<(&str, &str)> = labels.iter().map(|&name| (name, OVERFLOW)).collect();
    let prebuilt: &[Prebuilt<'_>] = if labels.is_empty() { &[] } else { &[(&overflow, None)] };
    Table {
        series: SeriesTable::new(config.family_series, 0, prebuilt),
        shape: Shape { series: config.family_series + 1, words: bounds.as_ref().map_or(1, Bounds::words) },
        bounds,
        labels,
    }
}

/// The families in the order in which they are exposed.
pub(super) fn families(config: &Config) -> Vec<Family> {
    let mut families = Vec::new();
    let mut family = |name: &str, help, kind, labels: Vec<&'static str>, view| {
        let name = match config.namespace.as_str() {
            "" => name.to_owned(),
            namespace => format!("{namespace}_{name}"),
        };
        families.push(Family { name, help, kind, labels, view });
    };
    let (by_status, by_endpoint) = (|| BY_STATUS.to_vec(), || BY_ENDPOINT.to_vec());
    family(
        "http_requests_total",
        "Requests, counted at their response head, error, panic or cancellation.",
        Kind::Counter,
        by_status(),
        View::Requests,
    );
    family(
        "http_request_duration_seconds",
        "Arrival of a request to its response head.",
        Kind::Histogram,
        by_status(),
        View::Histogram(REQUESTS, 0),
    );
    family("http_errors_total", "Requests answered with a status of 500 or above.", Kind::Counter, by_endpoint(), View::Errors);
    family(
        "http_requests_in_flight",
        "Requests that have arrived and whose response has not ended.",
        Kind::Gauge,
        by_endpoint(),
        View::InFlight,
    );
    family(
        "http_response_size_bytes",
        "Body bytes handed to the server, observed when the body ends or is dropped.",
        Kind::Histogram,
        by_endpoint(),
        View::Histogram(EXCHANGES, RESPONSE_SIZE),
    );
    family(
        "http_responses_incomplete_total",
        "Responses whose body did not end, by reason.",
        Kind::Counter,
        [BY_ENDPOINT, &["reason"]].concat(),
        View::Incomplete,
    );
    if config.response_duration {
        family(
            "http_response_duration_seconds",
            "Arrival of a request to the end of its response body, event streams aside.",
            Kind::Histogram,
            by_status(),
            View::Histogram(RESPONSES, 0),
        );
        family(
            "http_event_stream_duration_seconds",
            "Arrival of a request to the end of its event stream.",
            Kind::Histogram,
            by_status(),
            View::Histogram(STREAMS, 0),
        );
    }
    family(
        "http_request_size_bytes",
        "Body bytes that the application read of a request.",
        Kind::Histogram,
        by_endpoint(),
        View::Histogram(REQUEST_SIZES, 0),
    );
    for (number, CounterFamily(name, help, labels)) in COUNTERS.iter().enumerate() {
        family(name, help, Kind::Counter, labels.to_vec(), View::Counter(FIRST_COUNTER + number));
    }
    for (number, HistogramFamily(name, help, labels, _)) in HISTOGRAMS.iter().enumerate() {
        family(name, help, Kind::Histogram, labels.to_vec(), View::Histogram(FIRST_COUNTER + COUNTERS.len() + number, 0));
    }
    families
}
