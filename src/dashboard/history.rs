//! Samples of everything the page shows, taken one interval after another for as long as the host has the future polled.

use std::convert::Infallible;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use prometheus::Registry;
use tokio::sync::Mutex as Turn;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::config::{Config, DashboardConfig};
use crate::encode::HostFamilies;
use crate::record::{Family, Kind, Recorder, Resolution, Sample, Value};

use super::clock::Clock;
use super::layout::{Described, Form, GONE, Key, Layout};
use super::ring::Ring;
use super::shown::Shown;

pub(crate) struct History {
    recorder: Arc<Recorder>,
    /// Of collectors that wait for nothing.
    collected: Registry,
    pub(super) shown: Shown,
    pub(super) config: DashboardConfig,
    /// Another one for each monitor: numbers of samples and series are of one monitor.
    pub(super) generation: String,
    kept: Mutex<Kept>,
    /// Of several futures one takes the samples.
    turn: Turn<()>,
    /// When it last did, while there is one.
    ticked: Mutex<Option<Instant>>,
}

#[derive(Debug)]
pub(super) struct Kept {
    pub(super) layout: Layout,
    pub(super) ring: Ring,
    clock: Clock,
}

impl History {
    pub(super) fn new(recorder: Arc<Recorder>, collected: Registry, config: &Config) -> Self {
        let ring = Ring::new(config.dashboard.samples(), config.dashboard.history_bytes);
        Self {
            shown: Shown::new(&recorder, config),
            recorder,
            collected,
            config: config.dashboard.clone(),
            generation: generation(),
            kept: Mutex::new(Kept { layout: Layout::default(), ring, clock: Clock::new() }),
            turn: Turn::new(()),
            ticked: Mutex::default(),
        }
    }

    /// Takes samples for as long as it is polled. Others wait meanwhile, and one of them goes on when it is dropped.
    pub(crate) async fn run(self: Arc<Self>) -> Infallible {
        let _turn = self.turn.lock().await;
        let _running = Running(&self);
        let mut ticks = interval(self.config.history_interval);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            ticks.tick().await;
            *self.ticked() = Some(Instant::now());
            let history = Arc::clone(&self);
            // A thousand series take a millisecond. One that panics costs one sample.
            let _ = spawn_blocking(move || history.take()).await;
        }
    }

    pub(super) fn take(&self) {
        let kept = &mut *self.kept();
        let (time, state) = self.look(kept);
        kept.ring.push(time, &kept.layout, state);
    }

    /// Whether samples are being taken.
    pub(super) fn is_running(&self) -> bool {
        let patience = self.config.history_interval * MISSED;
        self.ticked().is_some_and(|ticked| ticked.elapsed() <= patience)
    }

    /// Reads what all series stand at now. With the lock held: nobody looks later and is first.
    pub(super) fn look(&self, kept: &mut Kept) -> (u64, Vec<u64>) {
        let snapshot = self.recorder.snapshot();
        let time = kept.clock.now();
        let layout = &mut kept.layout;
        let mut state = vec![0; layout.words()];
        for (&place, family) in self.shown.ours.iter().map(|place| (place, &snapshot.families()[*place])) {
            snapshot.samples(family, &mut |sample| {
                let key = Key::Ours(place, sample.place);
                let number = layout.number(&key).unwrap_or_else(|| {
                    let (form, words) = (form(family.kind, &sample.value), words(&sample.value));
                    layout.add(key, form, words, &self.describe(family, &sample))
                });
                state.resize(layout.words(), 0);
                write(&sample.value, &mut state[layout.series[number].range()]);
            });
        }
        self.look_at_collected(layout, &mut state);
        (time, state)
    }

    fn describe<'a>(&self, family: &'a Family, sample: &'a Sample<'_>) -> Described<'a> {
        let own = family.labels.iter().map(String::as_str).zip(sample.series.values());
        let labels = self.shown.labels(own.chain(sample.extra.map(|(name, value)| (name, value.to_owned()))));
        let (kind, bounds) = match (sample.value, family.kind) {
            // Without the quantiles of a summary its one bucket is left.
            (Value::Histogram { bounds, .. } | Value::Summary { bounds, .. }, _) => ("histogram", Some(&*bounds.floats)),
            (_, Kind::Gauge) => ("gauge", None),
            _ => ("counter", None),
        };
        Described { family: &family.default_name, kind, labels, bounds }
    }

    /// What is not there this time is gone.
    fn look_at_collected(&self, layout: &mut Layout, state: &mut Vec<u64>) {
        for series in layout.series.iter().filter(|series| series.form == Form::Float) {
            state[series.first] = GONE;
        }
        let Ok(families) = HostFamilies::gather(&self.collected) else { return };
        for (place, family) in self.shown.collected.iter().enumerate() {
            families.each_value(&family.name, &mut |labels, value| {
                let labels = self.shown.collected_labels(labels);
                let key = Key::Collected(place, labels.clone());
                let number = layout.number(&key).unwrap_or_else(|| {
                    let described = Described { family: family.default_name, kind: family.kind, labels, bounds: None };
                    layout.add(key, Form::Float, 1, &described)
                });
                state.resize(layout.words(), 0);
                state[layout.series[number].first] = value.to_bits();
            });
        }
    }

    pub(super) fn kept(&self) -> MutexGuard<'_, Kept> {
        // What panics is a collector of the host's, and is caught.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ticked(&self) -> MutexGuard<'_, Option<Instant>> {
        self.ticked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("History").field("generation", &self.generation).finish_non_exhaustive()
    }
}

/// A future that takes samples; once it is dropped, none does.
struct Running<'a>(&'a History);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        *self.0.ticked() = None;
    }
}

fn form(kind: Kind, value: &Value<'_>) -> Form {
    match value {
        Value::Histogram { bounds, .. } | Value::Summary { bounds, .. } => Form::Histogram(bounds.resolution()),
        Value::Nanoseconds(_) => Form::Parts(Resolution::BILLIONTHS),
        Value::Integer(_) if kind == Kind::Gauge => Form::Gauge,
        Value::Integer(_) => Form::Counter,
    }
}

fn words(value: &Value<'_>) -> usize {
    match value {
        Value::Integer(_) | Value::Nanoseconds(_) => 1,
        Value::Histogram { counts, .. } => counts.len() + 1,
        Value::Summary { .. } => 2,
    }
}

fn write(value: &Value<'_>, words: &mut [u64]) {
    match (value, words) {
        (Value::Integer(value) | Value::Nanoseconds(value), [word]) => *word = *value,
        (Value::Histogram { counts, sum, .. }, [buckets @ .., last]) => {
            buckets.copy_from_slice(counts);
            *last = *sum;
        }
        (Value::Summary { count, sum, .. }, [only, last]) => (*only, *last) = (*count, *sum),
        _ => {}
    }
}

/// Sixteen hexadecimal digits, from the keys that std draws for its hash maps.
fn generation() -> String {
    format!("{:016x}", RandomState::new().hash_one(()))
}

/// Intervals after which a future that is not polled counts as gone.
const MISSED: u32 = 3;
