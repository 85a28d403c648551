//! Where every family's words lie: the tables of the server half, then one table per family of the [catalog](super::catalog).

use crate::config::{self, Buckets, Config, Sizes};
use crate::label::{MethodLabel, OVERFLOW};

use super::bounds::{Bounds, Resolution};
use super::catalog::{Description, FamilyId, Measure, described};
use super::grid;
use super::own_bounds::OwnBounds;
use super::series::{self, Prebuilt, SeriesTable};
use super::slot::Shape;

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
/// `{endpoint}`: the word below, then the duration histogram of connections handed over.
pub(super) const UPGRADES: usize = 5;
const FIRST_DESCRIBED: usize = 6;

/// Of incomplete responses, told apart by the words of one exchange.
pub(super) const REASON: &str = "reason";

/// Words of an exchange's cell.
pub(super) const STARTED: usize = 0;
pub(super) const UNANSWERED: usize = 1;
pub(super) const CLIENT_GONE: usize = 2;
pub(super) const BODY_ERROR: usize = 3;
pub(super) const RESPONSE_SIZE: usize = 4;

/// Words of an upgrade's cell.
pub(super) const UPGRADED: usize = 0;
pub(super) const UPGRADE_DURATION: usize = 1;

/// The first word of a table's histogram.
pub(super) fn histogram(table: usize) -> usize {
    match table {
        EXCHANGES => RESPONSE_SIZE,
        UPGRADES => UPGRADE_DURATION,
        _ => 0,
    }
}

/// Numbers of the prebuilt series.
pub(super) const OVERFLOW_EXCHANGE: usize = 0;
pub(super) const OVERFLOW_UPGRADE: usize = 0;
pub(super) fn overflow_request(status: u16) -> usize {
    usize::from((status / 100).clamp(1, 5)) - 1
}

/// A status's class, as overflow and a host that asks for classes have it.
pub(super) fn status_class(status: u16) -> &'static str {
    CLASSES[overflow_request(status)]
}

impl FamilyId {
    pub(super) fn table(self) -> usize {
        FIRST_DESCRIBED + self.0
    }
}

/// A table's fixed properties.
pub(super) struct Table {
    pub(super) series: SeriesTable,
    pub(super) shape: Shape,
    pub(super) bounds: Option<Bounds>,
    /// Shown as a summary: of its buckets there is but `+Inf`.
    summarized: bool,
    pub(super) labels: Box<[String]>,
}

impl Table {
    /// How many summaries it has room for, if it has any.
    pub(super) fn summaries(&self) -> Option<usize> {
        self.summarized.then_some(self.shape.series)
    }
}

/// One family as it is exposed.
#[derive(Debug)]
pub(crate) struct Family {
    pub(crate) name: String,
    /// Its name where the host sets none.
    pub(crate) default_name: String,
    pub(crate) help: String,
    pub(crate) kind: Kind,
    pub(crate) labels: Vec<String>,
    pub(super) view: View,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Counter,
    Gauge,
    Histogram,
    Summary,
}

/// How a family's samples are read out of a table's words.
#[derive(Debug, Clone, Copy)]
pub(super) enum View {
    /// The first word.
    Count(usize),
    /// The first word, in nanoseconds.
    Seconds(usize),
    /// A histogram that starts at a word.
    Histogram(usize, usize),
    /// A histogram without bounds that starts at a word, and the quantiles of what it observed lately.
    Summary(usize, usize),
    /// The count of the request histogram.
    Requests,
    Errors,
    InFlight,
    Incomplete,
    Upgraded,
    /// The scrapes in flight, which are in no cell.
    Scrapes(usize),
}

/// All tables, in the order of their numbers.
pub(super) fn tables(config: &Config, own: &OwnBounds) -> Vec<Table> {
    let seconds = || Bounds::new(&config.http_buckets.durations(), Resolution::BILLIONTHS);
    let sizes = |labels, first| match config.sizes {
        Sizes::Histogram => http(config, labels, Bounds::new(&config.http_buckets.sizes(), Resolution::WHOLE), first),
        Sizes::Summary => {
            Table { summarized: true, ..http(config, labels, Bounds::new(&Buckets::of(&[]), Resolution::WHOLE), first) }
        }
    };
    let streams = || Bounds::new(&Buckets::of(config::STREAM_BUCKETS), Resolution::BILLIONTHS);
    let http = [
        http(config, BY_STATUS, seconds(), 0),
        sizes(BY_ENDPOINT, RESPONSE_SIZE),
        http(config, BY_STATUS, seconds(), 0),
        http(config, BY_STATUS, streams(), 0),
        sizes(BY_ENDPOINT, 0),
        http(config, BY_PLACE, streams(), UPGRADE_DURATION),
    ];
    let roomy = http.into_iter().enumerate().map(|(number, table)| table.with_room(own.words(number)));
    let all = roomy.chain(described(config).into_iter().map(|family| browser(&constant(config), family)));
    all.map(|table| if config.native_histograms { table.with_grid() } else { table }).collect()
}

/// A table of the server half: half of its room is for endpoints that are known; past the cap the status class still shows.
fn http(config: &Config, labels: &[HttpLabel], bounds: Bounds, first: usize) -> Table {
    let cap = config.http_series;
    let labels = with_chosen(config, labels);
    let names = config.naming.labels();
    let overflow = |class| {
        let value = |name: &str| match name {
            name if name == names.method => MethodLabel::OTHER.name(),
            name if name == names.status => class,
            name if Some(name) == names.error && class == FAILED => class,
            name if Some(name) == names.error => "",
            _ => OVERFLOW,
        };
        labels.iter().map(|&name| (name, value(name))).collect()
    };
    let classes = if labels.contains(&names.status) { &CLASSES[..] } else { &CLASSES[..1] };
    let prebuilt: Vec<Vec<(&str, &str)>> = classes.iter().copied().map(overflow).collect();
    let error_of = |labels: &[_]| labels.contains(&(names.status, FAILED)).then_some(OVERFLOW_EXCHANGE);
    let prebuilt: Vec<Prebuilt<'_>> = prebuilt.iter().map(|labels| (&labels[..], error_of(labels))).collect();
    let labels = owned(&labels);
    Table {
        series: SeriesTable::new(&constant(config), &labels, cap, cap / 2, &prebuilt),
        shape: Shape { series: cap + prebuilt.len(), words: first + bounds.words(), fine: 0 },
        bounds: Some(bounds),
        summarized: false,
        labels,
    }
}

impl Table {
    /// Counting in a grid, where it has bounds. Those of single endpoints do so as well.
    fn with_grid(mut self) -> Self {
        if let Some(bounds) = self.bounds.take_if(|_| !self.summarized) {
            self.shape.fine = grid::MOST_CELLS;
            self.bounds = Some(bounds.with_grid());
        }
        self
    }

    /// With room for histograms of as many words: cells of one table are of one shape, whatever the bounds of their endpoints.
    fn with_room(mut self, words: usize) -> Self {
        let bounds = self.bounds.as_ref().map_or(0, Bounds::words);
        self.shape.words += words.saturating_sub(bounds);
        self
    }
}

/// A table of a described family. What browsers fill is theirs alone: each family has a cap of its own.
fn browser(constant: &str, family: Description<'_>) -> Table {
    let overflow: Vec<(&str, &str)> = family.labels.iter().map(|&name| (name, OVERFLOW)).collect();
    let prebuilt: &[Prebuilt<'_>] = if overflow.is_empty() { &[] } else { &[(&overflow, None)] };
    let bounds = match family.measure {
        Measure::Count | Measure::Seconds | Measure::Scrapes => None,
        Measure::Histogram(bounds) => Some(bounds),
    };
    let labels = owned(&family.labels);
    Table {
        series: SeriesTable::new(constant, &labels, family.cap, 0, prebuilt),
        shape: Shape { series: family.cap + 1, words: bounds.as_ref().map_or(1, Bounds::words), fine: 0 },
        bounds,
        summarized: false,
        labels,
    }
}

/// Whether any table is shown as a summary.
pub(super) fn summarized(config: &Config) -> bool {
    config.sizes == Sizes::Summary
}

/// The families in the order in which they are exposed.
pub(super) fn families(config: &Config) -> Vec<Family> {
    let described = described(config);
    let http = HTTP.iter().filter(|(_, _, _, view)| config.response_duration || !view.is_lifetime()).map(
        |&(name, help, labels, view)| {
            let view = view.with_sizes(config.sizes);
            let kind = match view {
                View::Histogram(..) => Kind::Histogram,
                View::Summary(..) => Kind::Summary,
                View::InFlight | View::Upgraded => Kind::Gauge,
                _ => Kind::Counter,
            };
            let labels: Vec<&str> = with_chosen(config, labels).into_iter().chain(view.label()).collect();
            Family {
                name: config.exposed(config.naming.family(name)),
                default_name: name.to_owned(),
                help: help.to_owned(),
                kind,
                labels: with_constant(config, &labels),
                view,
            }
        },
    );
    let browser = described.iter().enumerate().map(|(place, family)| {
        let table = FamilyId(place).table();
        let (kind, view) = match family.measure {
            Measure::Count => (Kind::Counter, View::Count(table)),
            Measure::Seconds => (Kind::Counter, View::Seconds(table)),
            Measure::Scrapes => (Kind::Gauge, View::Scrapes(table)),
            Measure::Histogram(_) => (Kind::Histogram, View::Histogram(table, 0)),
        };
        let (name, labels) = (config.exposed(family.name), with_constant(config, &family.labels));
        Family { name, default_name: family.name.to_owned(), help: family.help.to_owned(), kind, labels, view }
    });
    http.chain(browser).collect()
}

impl View {
    fn with_sizes(self, sizes: Sizes) -> Self {
        match (self, sizes) {
            (Self::Histogram(table @ (EXCHANGES | REQUEST_SIZES), first), Sizes::Summary) => Self::Summary(table, first),
            _ => self,
        }
    }

    /// The label that its samples have beside those of their series.
    fn label(self) -> Option<&'static str> {
        (matches!(self, Self::Incomplete)).then_some(REASON)
    }

    fn is_lifetime(self) -> bool {
        matches!(self, Self::Histogram(RESPONSES | STREAMS, _))
    }
}

/// The host's constant labels as every label set begins with them.
fn constant(config: &Config) -> String {
    let constant: Vec<_> = config.own_labels.constant.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    series::render("", &constant)
}

/// Labels of HTTP requests by their names, with those of the host's that requests choose.
fn with_chosen<'a>(config: &'a Config, labels: &[HttpLabel]) -> Vec<&'a str> {
    let names = config.naming.labels();
    let called = |label: &HttpLabel| match label {
        HttpLabel::Method => [Some(names.method), None],
        HttpLabel::Endpoint => [Some(names.endpoint), None],
        HttpLabel::Status => [Some(names.status), names.error],
    };
    labels.iter().flat_map(called).flatten().chain(config.own_labels.chosen_names()).collect()
}

fn with_constant(config: &Config, labels: &[&str]) -> Vec<String> {
    let constant = config.own_labels.constant.iter().map(|(name, _)| name.as_str());
    constant.chain(labels.iter().copied()).map(str::to_owned).collect()
}

fn owned(labels: &[&str]) -> Box<[String]> {
    labels.iter().map(ToString::to_string).collect()
}

/// A label of HTTP requests, whatever it is called.
#[derive(Debug, Clone, Copy)]
enum HttpLabel {
    Method,
    Endpoint,
    Status,
}

const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", FAILED];
const FAILED: &str = "5xx";
const BY_PLACE: &[HttpLabel] = &[HttpLabel::Endpoint];
const BY_STATUS: &[HttpLabel] = &[HttpLabel::Method, HttpLabel::Endpoint, HttpLabel::Status];
const BY_ENDPOINT: &[HttpLabel] = &[HttpLabel::Method, HttpLabel::Endpoint];

type HttpEntry = (&'static str, &'static str, &'static [HttpLabel], View);

#[rustfmt::skip]
const HTTP: [HttpEntry; 11] = [
    ("http_requests_total", "Requests, counted at their response head, error, panic or cancellation.", BY_STATUS, View::Requests),
    ("http_request_duration_seconds", "Arrival of a request to its response head.", BY_STATUS, View::Histogram(REQUESTS, 0)),
    ("http_errors_total", "Requests answered with a status of 500 or above.", BY_ENDPOINT, View::Errors),
    ("http_requests_in_flight", "Requests that have arrived and whose response has not ended.", BY_ENDPOINT, View::InFlight),
    ("http_response_size_bytes", "Body bytes handed to the server, observed when the body ends or is dropped.", BY_ENDPOINT, View::Histogram(EXCHANGES, RESPONSE_SIZE)),
    ("http_responses_incomplete_total", "Responses whose body did not end, by reason.", BY_ENDPOINT, View::Incomplete),
    ("http_response_duration_seconds", "Arrival of a request to the end of its response body, event streams aside.", BY_STATUS, View::Histogram(RESPONSES, 0)),
    ("http_event_stream_duration_seconds", "Arrival of a request to the end of its event stream.", BY_STATUS, View::Histogram(STREAMS, 0)),
    ("http_request_size_bytes", "Body bytes that the application read of a request.", BY_ENDPOINT, View::Histogram(REQUEST_SIZES, 0)),
    ("http_upgraded_connections", "Upgraded connections and tunnels whose handler holds the guard.", BY_PLACE, View::Upgraded),
    ("http_upgraded_duration_seconds", "Response head of an upgrade or tunnel to the drop of its handler's guard.", BY_PLACE, View::Histogram(UPGRADES, UPGRADE_DURATION)),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::GrpcType;

    #[test]
    fn the_guide_says_type_and_labels_of_each_family() {
        let mut config = Config { response_duration: true, ..Config::default() };
        config.grpc.declare("shop.Cart".to_owned(), [("Add".to_owned(), GrpcType::Unary)].into_iter());
        let rows: Vec<Vec<&str>> = include_str!("../guide/metrics.md")
            .lines()
            .filter_map(|line| Some(line.strip_prefix("| `")?.split('|').map(str::trim).collect()))
            .collect();
        for family in families(&config) {
            let row = rows.iter().find(|row| row[0].trim_end_matches('`') == family.name);
            let row = row.unwrap_or_else(|| panic!("the guide lacks {}", family.name));
            let kind = match family.kind {
                Kind::Counter => "counter",
                Kind::Gauge => "gauge",
                Kind::Histogram => "histogram",
                Kind::Summary => "summary",
            };
            let labels = row[2].split(", ").map(|label| label.trim_matches('`')).filter(|label| !label.is_empty());
            assert!(row[1] == kind && labels.eq(&family.labels), "{row:?} is not {family:?}");
        }
    }
}
