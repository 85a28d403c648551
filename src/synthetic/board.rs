//! What the last run of each probe gave, and how often each result came.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use super::outcome::Outcome;
use super::probe::Plan;
use super::trace::Phase;

/// One run, over.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) outcome: Outcome,
    pub(super) latency: Duration,
    pub(super) phases: Vec<(Phase, Duration)>,
    pub(super) expiry: Option<SystemTime>,
}

impl Ended {
    pub(super) fn phase(&self, wanted: Phase) -> Option<Duration> {
        self.phases.iter().find(|(phase, _)| *phase == wanted).map(|(_, spent)| *spent)
    }
}

/// A line a probe.
#[derive(Debug)]
pub(super) struct Board(pub(super) Box<[Line]>);

#[derive(Debug)]
pub(super) struct Line {
    pub(super) probe: String,
    pub(super) destination: Option<String>,
    pub(super) outcomes: &'static [Outcome],
    state: Mutex<State>,
}

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) counts: [u64; Outcome::ALL.len()],
    pub(super) last: Option<Ended>,
    /// The last that was seen: it holds while the server is away.
    pub(super) expiry: Option<SystemTime>,
    over: bool,
}

impl Board {
    pub(super) fn new(plans: &[Plan]) -> Self {
        Self(plans.iter().map(Line::new).collect())
    }
}

impl Line {
    fn new(plan: &Plan) -> Self {
        Self {
            probe: plan.name.clone(),
            destination: plan.task.destination().map(|destination| destination.text.clone()),
            outcomes: plan.task.outcomes(),
            state: Mutex::default(),
        }
    }

    pub(super) fn write(&self, ended: Ended) {
        let mut state = self.state();
        state.counts[ended.outcome as usize] += 1;
        // A task is cancelled when it next waits, which may be after the board was wiped.
        if !state.over {
            state.expiry = ended.expiry.or(state.expiry);
            state.last = Some(ended);
        }
    }

    /// No one probes any more: what the last run gave says nothing about now.
    pub(super) fn wipe(&self) {
        let mut state = self.state();
        state.over = true;
        state.last = None;
        state.expiry = None;
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it is held.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
