//! Log events, counted by level: a layer for [`tracing_subscriber`], and so for all that is logged by `tracing` or, through `tracing-log`, by `log`.
//!
//! ```
//! use tower_rum::Monitor;
//! use tracing_subscriber::Layer;
//! use tracing_subscriber::filter::LevelFilter;
//! use tracing_subscriber::layer::SubscriberExt;
//!
//! let monitor = Monitor::builder().log_targets(["shop", "sqlx", "tower_http::trace"]).build()?;
//! let subscriber = tracing_subscriber::registry().with(monitor.log_events_layer().with_filter(LevelFilter::INFO));
//! // As .init() would for the whole process:
//! tracing::subscriber::with_default(subscriber, || tracing::warn!(target: "shop::cart", "sold out"));
//! // log_events_total{level="warn",target="shop"} is 1
//! # Ok::<(), tower_rum::Error>(())
//! ```
//!
//! ## What is counted
//!
//! `log_events_total{level}`, a counter; level = `error`, `warn`, `info`, `debug` or `trace`. It moves with each event that reaches the layer. Spans are not
//! events. Where [`Builder::log_targets`](crate::Builder::log_targets) declares targets there is a label `target` as well: the declared target that the
//! event's own is, or lies in (`sqlx` counts `sqlx::query`, not `sqlx_core`), of several the longest; else `other`. A record of the `log` crate's counts under the
//! target that it had there.
//!
//! All label sets stand at 0 from the moment at which the layer is made. Each layer counts what it sees: one for a subscriber is enough.
//!
//! ## Filters
//!
//! Which events reach the layer is up to the subscriber. A filter on the whole of it ([`LevelFilter`](tracing_subscriber::filter::LevelFilter) or `EnvFilter`, added by
//! `with`) holds here too, and one by `with_filter` for this layer alone. **Without either the layer wants everything**, so that each crate's
//! `trace!` is no longer skipped at its callsite, and costs as much as an event does.
//!
//! An event costs a look at the declared targets and one addition in the cells that requests are counted in: nothing is formatted, no field
//! but the target of a `log` record is read, nobody is waited for, and nothing is allocated once a thread has logged. What the crate calls while it
//! records or answers (closures of the host's, collectors) may log.

use std::fmt;
use std::sync::Arc;

use tracing_core::field::{Field, Visit};
use tracing_core::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use crate::config::{Config, OTHER};
use crate::record::{Counted, Counter, Recorder};

/// What [`Monitor::log_events_layer`](crate::Monitor::log_events_layer) gives. A clone counts in the same series.
#[derive(Clone)]
pub struct LogEventsLayer(Arc<Series>);

impl<S: Subscriber> Layer<S> for LogEventsLayer {
    // Spans are not declined where callsites register: that would turn them off for all other layers as well.

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let levels = self.0.levels_of(event);
        self.0.recorder.add(levels[place(*event.metadata().level())], 1);
    }
}

impl fmt::Debug for LogEventsLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogEventsLayer").finish_non_exhaustive()
    }
}

/// What a monitor makes its layers of.
#[derive(Debug, Clone)]
pub(crate) struct LogEvents {
    recorder: Arc<Recorder>,
    targets: Arc<[String]>,
}

impl LogEvents {
    pub(crate) fn new(recorder: &Arc<Recorder>, config: &Config) -> Self {
        Self { recorder: Arc::clone(recorder), targets: config.log_targets.iter().cloned().collect() }
    }

    pub(crate) fn layer(&self) -> LogEventsLayer {
        let counted = |values: &[&str]| self.recorder.counted(Counter::LogEvents, values);
        let levels = |target: Option<&str>| {
            LEVELS.map(|level| match target {
                Some(target) => counted(&[level, target]),
                None => counted(&[level]),
            })
        };
        LogEventsLayer(Arc::new(Series {
            recorder: Arc::clone(&self.recorder),
            // In order, what begins with another one stands behind it.
            targets: self.targets.iter().rev().map(|target| (target.clone(), levels(Some(target)))).collect(),
            other: levels((!self.targets.is_empty()).then_some(OTHER)),
        }))
    }
}

struct Series {
    recorder: Arc<Recorder>,
    /// Those of a target before those of one that it lies in.
    targets: Box<[(String, Levels)]>,
    other: Levels,
}

/// By the place of a level.
type Levels = [Counted; LEVELS.len()];

impl Series {
    fn levels_of(&self, event: &Event<'_>) -> &Levels {
        let target = event.metadata().target();
        // Told by tracing-log in a field.
        if target != "log" || self.targets.is_empty() {
            return self.levels(target);
        }
        let mut logged = Logged { series: self, levels: None };
        event.record(&mut logged);
        logged.levels.unwrap_or_else(|| self.levels(target))
    }

    fn levels(&self, target: &str) -> &Levels {
        let lies_in =
            |declared: &str| target.strip_prefix(declared).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"));
        self.targets.iter().find(|(declared, _)| lies_in(declared)).map_or(&self.other, |(_, levels)| levels)
    }
}

/// Finds the target of a record of the `log` crate's.
struct Logged<'a> {
    series: &'a Series,
    levels: Option<&'a Levels>,
}

impl Visit for Logged<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "log.target" {
            self.levels = Some(self.series.levels(value));
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}

const LEVELS: [&str; 5] = ["error", "warn", "info", "debug", "trace"];

/// A level's place among [`LEVELS`].
fn place(level: Level) -> usize {
    match level {
        Level::ERROR => 0,
        Level::WARN => 1,
        Level::INFO => 2,
        Level::DEBUG => 3,
        Level::TRACE => 4,
    }
}
