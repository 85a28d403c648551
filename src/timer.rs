//! Timers: how long the application's own work takes, queries and calls to others, recorded from async code.
//!
//! Declare a [`Timer`](crate::Timer) with the values of its labels, find it once, and put it where the work is:
//!
//! ```
//! use tower_rum::{Monitor, Timer};
//!
//! let monitor = Monitor::builder()
//!     .timer(Timer::new("db_query_duration_seconds", "Queries, by name.").label("query", ["select_user", "insert_order"]))
//!     .build()?;
//! let select_user = monitor.timer("db_query_duration_seconds")?.with_label_values(["select_user"]);
//!
//! # futures_util::future::FutureExt::now_or_never(async {
//! # async fn query() -> &'static str { "a user" }
//! let user = select_user.time(query()).await; // a future
//!
//! let running = select_user.start(); // all that follows, until the guard is dropped
//! let again = query().await;
//! drop(running);
//! # }).unwrap();
//! # Ok::<(), tower_rum::Error>(())
//! ```
//!
//! ## What is recorded
//!
//! A histogram in seconds, on a monotonic clock, in the cells that requests are counted in: recording waits for nobody, allocates nothing once a thread
//! has met the series, and the family has the [`namespace`](crate::Builder::namespace), the [constant labels](crate::Builder::const_label) and
//! native buckets where those are on. Every combination of declared values stands at 0 from the start.
//!
//! | | moves |
//! |---|---|
//! | [`TimerHandle::time`] | when the future completes; first poll to completion, all waiting included |
//! | [`TimerHandle::start`] | when the guard is dropped, or [stopped](RunningTimer::stop) |
//! | [`TimerHandle::observe`] | at once |
//!
//! **What is cancelled counts too**: a future that is dropped before its end (a client that went away, a timeout, the losing branch of `select!`) and a
//! panic record the time until then, as a query that was given up after 5 s is one that took 5 s. Where that is wrong, take the guard and
//! [`discard`](RunningTimer::discard) it; what is to be told apart gets a label, and [`observe`](TimerHandle::observe) at the end:
//!
//! ```
//! # use std::time::Instant;
//! # use tower_rum::{Monitor, Timer};
//! # let timer = Timer::new("payment_seconds", "Payments, by outcome.").label("outcome", ["ok", "refused"]);
//! # let monitor = Monitor::builder().timer(timer).build()?;
//! # fn pay() -> Result<(), ()> { Ok(()) }
//! let payments = monitor.timer("payment_seconds")?;
//! let (ok, refused) = (payments.with_label_values(["ok"]), payments.with_label_values(["refused"]));
//!
//! let started = Instant::now();
//! let outcome = if pay().is_ok() { &ok } else { &refused };
//! outcome.observe(started.elapsed());
//! # Ok::<(), tower_rum::Error>(())
//! ```
//!
//! A guard and a timed future borrow their handle, so that starting one changes no count that threads share; what is spawned takes a clone along:
//! `spawn(async move { handle.time(work()).await })`.
//!
//! ## Or the prometheus crate's own macros
//!
//! What the application registers with the prometheus crate is exposed as well, without a word
//! ([`Builder::registry`](crate::Builder::registry) picks another registry than the default one):
//!
//! ```
//! let orders = prometheus::register_int_counter_vec!("orders_total", "Orders, by payment.", &["payment"])?;
//! orders.with_label_values(&["card"]).inc();
//! # Ok::<(), prometheus::Error>(())
//! ```
//!
//! | take | for |
//! |---|---|
//! | a timer | durations in seconds, with label values that are known when the monitor is built; hot paths; async code that is cancelled |
//! | `register_int_counter!` and the like | counts, gauges, values that are no durations, labels whose values are known only later (keep them few: nothing caps them), libraries that know of no monitor |
//! | [`Builder::collector`](crate::Builder::collector) | such metrics that are to have the monitor's namespace and constant labels |
//!
//! A `HistogramTimer` of that crate records on drop as well, discards by `stop_and_discard`, and shares its buckets among all threads.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use pin_project_lite::pin_project;

use crate::config::{Config, DeclaredFamily, OTHER};
use crate::record::{FamilyId, Observed, Recorder};

/// One series of a declared timer: what [`Monitor::timer`](crate::Monitor::timer) and [`with_label_values`](Self::with_label_values) give. A clone is the same one.
#[derive(Clone)]
pub struct TimerHandle {
    timer: Arc<Declared>,
    series: Observed,
}

impl TimerHandle {
    /// The series with these label values, in the order in which the labels were declared. What was not declared counts as `other`, and so does
    /// a label without a value here; values without a label are passed over.
    ///
    /// To be looked up once and kept, not each time.
    #[must_use]
    pub fn with_label_values<I: IntoIterator<Item: AsRef<str>>>(&self, values: I) -> Self {
        let values: Vec<_> = values.into_iter().collect();
        Self { timer: Arc::clone(&self.timer), series: self.timer.series(&values) }
    }

    /// Records the time until the guard is dropped: also under cancellation, and by a panic.
    #[must_use = "the time is recorded when the guard is dropped, and that is at once"]
    pub fn start(&self) -> RunningTimer<'_> {
        RunningTimer { handle: Some(self), started: Instant::now() }
    }

    /// The future itself, with its time recorded: from its first poll until it completes, or is dropped before.
    pub fn time<F: Future>(&self, future: F) -> TimedFuture<'_, F> {
        TimedFuture { future, handle: Some(self), running: None }
    }

    /// Records a duration that was measured otherwise. What is above 10 000 000 s counts as that.
    pub fn observe(&self, duration: Duration) {
        self.timer.recorder.observe_duration(self.series, duration);
    }
}

impl fmt::Debug for TimerHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TimerHandle").field("name", &self.timer.family.name).finish_non_exhaustive()
    }
}

/// What [`TimerHandle::start`] gives: records when it is dropped.
#[derive(Debug)]
pub struct RunningTimer<'a> {
    /// None once there is nothing left to record.
    handle: Option<&'a TimerHandle>,
    started: Instant,
}

impl RunningTimer<'_> {
    /// Records now, and says what.
    #[expect(clippy::must_use_candidate, reason = "recording is what it is for")]
    pub fn stop(mut self) -> Duration {
        let took = self.started.elapsed();
        if let Some(handle) = self.handle.take() {
            handle.observe(took);
        }
        took
    }

    /// Records nothing.
    pub fn discard(mut self) {
        self.handle = None;
    }
}

impl Drop for RunningTimer<'_> {
    fn drop(&mut self) {
        if let Some(handle) = self.handle {
            handle.observe(self.started.elapsed());
        }
    }
}

pin_project! {
    /// What [`TimerHandle::time`] gives.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless they are awaited"]
    pub struct TimedFuture<'a, F> {
        #[pin]
        future: F,
        // Until the first poll.
        handle: Option<&'a TimerHandle>,
        // From then on until it completes.
        running: Option<RunningTimer<'a>>,
    }
}

impl<F: Future> Future for TimedFuture<'_, F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        if let Some(handle) = this.handle.take() {
            *this.running = Some(handle.start());
        }
        let output = ready!(this.future.poll(cx));
        *this.running = None;
        Poll::Ready(output)
    }
}

/// All timers of one monitor.
#[derive(Debug, Clone)]
pub(crate) struct Timers(Arc<[Arc<Declared>]>);

impl Timers {
    pub(crate) fn declared(recorder: &Arc<Recorder>, config: &Config) -> Self {
        let timer = |family: &DeclaredFamily| {
            let id = FamilyId::named(config, &family.name)?;
            Some(Arc::new(Declared { recorder: Arc::clone(recorder), id, family: family.clone() }))
        };
        Self(config.timers.iter().filter_map(|declared| timer(&declared.family)).collect())
    }

    /// With all labels `other`.
    pub(crate) fn get(&self, name: &str) -> Option<TimerHandle> {
        let timer = self.0.iter().find(|timer| timer.family.name == name)?;
        Some(TimerHandle { timer: Arc::clone(timer), series: timer.series::<&str>(&[]) })
    }
}

#[derive(Debug)]
struct Declared {
    recorder: Arc<Recorder>,
    id: FamilyId,
    family: DeclaredFamily,
}

impl Declared {
    fn series<V: AsRef<str>>(&self, values: &[V]) -> Observed {
        let value = |(place, (_, declared)): (usize, &(String, Vec<String>))| {
            let wanted = values.get(place).map(AsRef::as_ref);
            wanted.filter(|wanted| declared.iter().any(|known| known == wanted)).unwrap_or(OTHER)
        };
        let values: Vec<&str> = self.family.labels.iter().enumerate().map(value).collect();
        self.recorder.timed(self.id, &values)
    }
}
