//! The single write side: what happens becomes integers in cells here, and nowhere else.
//!
//! A label set has a number in a table, and under that number a cell on each thread that counts it. Recording finds the calling
//! thread's cell and adds; nothing is shared with another thread. A scrape adds the threads' cells up. No lock lies
//! between the two: a lock is taken only when a thread meets a label set for the first time.

mod bounds;
mod calls;
mod catalog;
mod cell;
mod closed_sets;
mod collect;
mod endpoints;
mod exemplars;
mod fine;
mod grid;
mod hints;
mod http_series;
mod in_flight;
mod interner;
mod local;
#[cfg(all(test, loom))]
mod models;
#[cfg_attr(not(any(feature = "protobuf", test)), expect(dead_code, reason = "text formats have no native histograms"))]
mod native;
mod own_bounds;
mod pages;
mod progress;
mod request_size;
mod route_slot;
mod rows;
mod scrapes;
mod series;
mod slot;
mod snapshot;
mod spread;
mod summary;
mod sync;
mod tables;
mod template_cache;
mod upgrade;
mod visits;

use std::fmt;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use crate::clock::{Clock, Moment};
use crate::config::{Choice, Config, HttpLabels, Ruling, TemplateRules};
use crate::exemplars::TraceId;
use crate::label::{MethodLabel, OVERFLOW, Template, UNMATCHED};

pub(crate) use bounds::{Bounds, Resolution};
pub(crate) use calls::CallSeries;
pub(crate) use catalog::{Counter, FamilyId, Histogram};
pub use collect::MonitorCollector;
pub(crate) use exemplars::{Exemplar, SeriesExemplars};
pub(crate) use in_flight::InFlight;
#[cfg(feature = "protobuf")]
pub(crate) use native::{Native, ZERO_THRESHOLD};
pub(crate) use progress::{End, Lifetime};
pub(crate) use request_size::RequestSizeMeter;
pub(crate) use route_slot::RouteSlot;
pub(crate) use scrapes::{SCRAPE_STATUSES, ScrapeFailure, Scraping};
pub(crate) use snapshot::{Sample, Value};
pub(crate) use summary::{QUANTILES, Quantiles};
pub(crate) use tables::{Family, Kind};
pub use upgrade::UpgradeGuard;
pub(crate) use upgrade::UpgradeOffer;
pub(crate) use visits::Page;

use endpoints::{Endpoint, Endpoints};
use exemplars::{Candidate, Exemplars};
use own_bounds::{BoundsId, OwnBounds};
use rows::Rows;
use series::Meaning;
use slot::Slots;
use summary::Summaries;
use sync::atomic::AtomicU64;
use tables::{REQUEST_SIZES, Table};

/// All series of one monitor.
pub(crate) struct Recorder {
    /// This recorder, for the threads' places and the guards: neither keeps it alive.
    weak: Weak<Self>,
    template_rules: TemplateRules,
    status_classes: bool,
    names: HttpLabels,
    endpoints: Endpoints,
    rows: Rows,
    tables: Box<[Table]>,
    families: Box<[Family]>,
    /// By their [number](BoundsId).
    bounds: Arc<[Option<Bounds>]>,
    own_bounds: OwnBounds,
    /// None where no family is a summary.
    summaries: Option<Arc<Summaries>>,
    slots: Arc<Slots>,
    exemplars: Option<Box<Exemplars>>,
    clock: Clock,
    /// In flight.
    scrapes: AtomicU64,
}

/// One series of a counter.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counted {
    table: usize,
    series: usize,
}

/// One series of a histogram.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Observed {
    table: usize,
    series: usize,
    bounds: BoundsId,
}

/// Whether a label set had room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub(crate) enum Room {
    Enough,
    /// Counted under the family's overflow series.
    Overflow,
}

impl Room {
    /// Enough for both.
    pub(crate) fn and(self, other: Self) -> Self {
        if self == Self::Enough { other } else { self }
    }
}

impl Recorder {
    pub(crate) fn new(config: &Config) -> Arc<Self> {
        Self::by(if config.time_stamp_counter { Clock::counter() } else { Clock::System }, config)
    }

    fn by(clock: Clock, config: &Config) -> Arc<Self> {
        let mut own_bounds = OwnBounds::new(config);
        let tables = tables::tables(config, &own_bounds).into_boxed_slice();
        let recorder = Arc::new_cyclic(|weak| Self {
            weak: weak.clone(),
            template_rules: config.template_rules.clone(),
            status_classes: config.status_classes,
            names: config.naming.labels(),
            endpoints: Endpoints::new(config.http_series, config.known_endpoints()),
            rows: Rows::new(&config.own_labels),
            families: tables::families(config).into_boxed_slice(),
            bounds: own_bounds.behind(tables.iter().map(|table| table.bounds.clone())).into(),
            own_bounds,
            summaries: tables::summarized(config).then(|| Arc::new(Summaries::new(tables.iter().map(Table::summaries)))),
            slots: Arc::new(Slots::new(tables.iter().map(|table| table.shape).collect())),
            exemplars: config.exemplars.then(|| Box::new(Exemplars::new(&tables))),
            tables,
            clock,
            scrapes: AtomicU64::new(0),
        });
        recorder.expose_closed_sets(config);
        recorder
    }

    /// When a request arrives that is to be counted here.
    #[inline]
    pub(crate) fn now(&self) -> Moment {
        self.clock.now()
    }

    /// A request has arrived; [`InFlight::NONE`] if it is not counted.
    pub(crate) fn begin(&self, arrived: Moment, template: &Template<'_>, choice: Choice, method: MethodLabel) -> InFlight {
        let progress = local::with(&self.weak, |local| {
            let row = local.row(template)?.chosen(choice);
            local.begin(arrived, row, method)
        });
        progress.map_or(InFlight::NONE, InFlight::new)
    }

    /// A request has arrived whose template may be found further inside; until then it is unmatched.
    pub(crate) fn begin_pending(
        &self,
        arrived: Moment,
        choice: Choice,
        method: MethodLabel,
        outer: Option<RouteSlot>,
    ) -> Option<(InFlight, RouteSlot)> {
        let mut progress = local::with(&self.weak, |local| {
            // Where unmatched requests are left out it waits out of sight.
            let first = local.row(&Template::Unmatched);
            let row = first.map_or_else(|| self.rows.unseen(Endpoint::UNMATCHED), |first| first.chosen(choice));
            local.begin_pending(arrived, row, method)
        })?;
        let slot = RouteSlot::new(self.weak.clone(), method, choice, progress.route.row, outer);
        progress.slot = Some(slot.clone());
        Some((InFlight::new(progress), slot))
    }

    /// A request body is about to be read.
    pub(crate) fn request_size(&self, template: &Template<'_>, choice: Choice, method: MethodLabel) -> Option<RequestSizeMeter> {
        let row = local::with(&self.weak, |local| local.row(template))?.chosen(choice);
        let series = self.exchange_series(REQUEST_SIZES, row, method)?;
        let observed = self.observed(REQUEST_SIZES, series);
        Some(RequestSizeMeter::new(self.weak.upgrade()?, observed))
    }

    /// A counter's series for label values out of a closed set, which are there from the start: looked up once, added to often.
    pub(crate) fn counted(&self, counter: impl Into<FamilyId>, values: &[&str]) -> Counted {
        let table = counter.into().table();
        Counted { table, series: self.series(table, values).0 }
    }

    /// The same of a histogram in seconds.
    pub(crate) fn timed(&self, histogram: FamilyId, values: &[&str]) -> Observed {
        let table = histogram.table();
        self.observed(table, self.series(table, values).0)
    }

    /// Observes a duration.
    pub(crate) fn observe_duration(&self, timed: Observed, duration: Duration) {
        let nanoseconds = duration.min(LONGEST).as_nanos() as u64;
        local::with(&self.weak, |local| local.observe(timed, nanoseconds));
    }

    /// Adds to a counter's series.
    pub(crate) fn add(&self, counted: Counted, amount: u64) {
        local::with(&self.weak, |local| {
            local.add(counted.table, counted.series, amount);
            Some(())
        });
    }

    /// Adds to a counter; label values in the order of the family's labels.
    pub(crate) fn increment(&self, counter: impl Into<FamilyId>, values: &[&str], amount: u64) -> Room {
        let table = counter.into().table();
        let (series, room) = self.series(table, values);
        self.add(Counted { table, series }, amount);
        room
    }

    /// Observes a finite value that is not negative, in the family's unit.
    pub(crate) fn observe(&self, histogram: impl Into<FamilyId>, values: &[&str], value: f64) -> Room {
        self.observe_of_trace(histogram, values, value, None)
    }

    /// The same, of what belongs to this trace, or to none.
    pub(crate) fn observe_of_trace(
        &self,
        histogram: impl Into<FamilyId>,
        values: &[&str],
        value: f64,
        trace: Option<TraceId>,
    ) -> Room {
        let table = histogram.into().table();
        let (series, room) = self.series(table, values);
        if let Some(bounds) = &self.bounds[table] {
            local::with(&self.weak, |local| {
                local.observe_units(table, series, bounds, value);
                Some(())
            });
            if let Some(trace) = trace
                && let Some(exemplars) = self.exemplars_of(table, series)
            {
                exemplars.offer(bounds.bucket_of_units(value), Candidate { trace, value, at: Instant::now() });
            }
        }
        room
    }

    /// The exemplars of a series, to write; `None` where there are none.
    fn exemplars_of(&self, table: usize, series: usize) -> Option<&Arc<SeriesExemplars>> {
        self.exemplars.as_ref()?.of(table, series, self.tables[table].shape.words)
    }

    /// The families that a snapshot has, in its order.
    pub(crate) fn families(&self) -> &[Family] {
        &self.families
    }

    /// The bounds of all histograms, by their [number](Bounds::number).
    pub(crate) fn bounds(&self) -> &[Option<Bounds>] {
        &self.bounds
    }

    /// A series of a table of histograms.
    fn observed(&self, table: usize, series: usize) -> Observed {
        let own = self.tables[table].series.get(series).and_then(|series| series.meaning.bounds);
        Observed { table, series, bounds: own.unwrap_or(BoundsId::of_table(table)) }
    }

    /// The label under which a browser's endpoint counts: its alias, or itself if this server has emitted or declared it. What has not fitted is
    /// for the recorder to say, and for no browser.
    pub(crate) fn claimed_endpoint<'a>(&'a self, claimed: Option<&'a str>) -> &'a str {
        let alias = |name: &'a str| match self.template_rules.of(name) {
            Ruling::Alias(alias) => alias,
            Ruling::Ignored | Ruling::Itself => name,
        };
        claimed.filter(|&name| name != OVERFLOW).map(alias).filter(|name| self.endpoints.is_known(name)).unwrap_or(UNMATCHED)
    }

    fn series(&self, table: usize, values: &[&str]) -> (usize, Room) {
        const OVERFLOW_SERIES: usize = 0;
        let table = &self.tables[table];
        if let Some(series) = table.series.find(values) {
            return (series, Room::Enough);
        }
        let labels: Vec<(&str, &str)> = table.labels.iter().map(String::as_str).zip(values.iter().copied()).collect();
        match table.series.number(&labels, Meaning::default(), true) {
            Some(series) => (series, Room::Enough),
            None => (OVERFLOW_SERIES, Room::Overflow),
        }
    }
}

/// Above what any work takes, and so that not even the longest durations wrap a sum before there are a thousand of them.
const LONGEST: Duration = Duration::from_secs(10_000_000);

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").finish_non_exhaustive()
    }
}
