//! The last samples: as many as there is room for, in number and in bytes, the oldest out first.

use std::collections::VecDeque;
use std::sync::Arc;

use super::changes::{Changes, Direction};
use super::layout::{Layout, Series};

/// What every series stood at in the last sample, and how it came there: from the last state the ones before it are found. What falls out is
/// part of the oldest that is left.
#[derive(Debug)]
pub(super) struct Ring {
    samples: VecDeque<Arc<Sample>>,
    bytes: usize,
    most_samples: usize,
    most_bytes: usize,
    /// The number of the next sample.
    next: u64,
    /// The words of the last state, and how many series that had.
    state: Arc<[u64]>,
    series: usize,
}

#[derive(Debug)]
struct Sample {
    number: u64,
    /// Milliseconds since 1970.
    time: u64,
    /// How many series there were.
    series: usize,
    changes: Changes,
}

/// Samples to tell of, and all that is needed to: what comes after no longer matters to them.
#[derive(Debug)]
pub(super) struct Told {
    samples: Vec<Arc<Sample>>,
    state: Arc<[u64]>,
    layout: Box<[Series]>,
    /// The first is told whole; else how many series there were before it.
    before: Option<usize>,
}

/// One of them, as it is told.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment<'a> {
    pub(super) number: u64,
    pub(super) time: u64,
    pub(super) series: &'a [Series],
    /// What all series stood at then.
    pub(super) state: &'a [u64],
    /// The numbers of those to be told, which changed or are new.
    pub(super) told: &'a [usize],
}

impl Ring {
    pub(super) fn new(most_samples: usize, most_bytes: usize) -> Self {
        Self { samples: VecDeque::new(), bytes: 0, most_samples, most_bytes, next: 0, state: [].into(), series: 0 }
    }

    /// Takes in what all series of the layout stand at now.
    pub(super) fn push(&mut self, time: u64, layout: &Layout, state: Vec<u64>) {
        let changes = Changes::between(&layout.series, &self.state, &state);
        let sample = Sample { number: self.next, time, series: layout.series.len(), changes };
        self.bytes += sample.bytes();
        self.samples.push_back(Arc::new(sample));
        self.next += 1;
        (self.state, self.series) = (state.into(), layout.series.len());
        while self.samples.len() > self.most_samples || self.bytes > self.most_bytes {
            let Some(oldest) = self.samples.pop_front() else { break };
            self.bytes -= oldest.bytes();
        }
    }

    /// The last state's words, and how many series it had.
    pub(super) fn last(&self) -> (&[u64], usize) {
        (&self.state, self.series)
    }

    /// Whether who has all samples up to this one can be told what followed.
    pub(super) fn follows(&self, number: u64) -> bool {
        let oldest = self.samples.front().map_or(self.next, |sample| sample.number);
        number < self.next && number + 1 >= oldest
    }

    /// The samples behind this one, or all of them.
    pub(super) fn after(&self, number: Option<u64>, layout: &Layout) -> Told {
        let is_new = |sample: &&Arc<Sample>| number.is_none_or(|number| sample.number > number);
        let samples: Vec<_> = self.samples.iter().filter(is_new).cloned().collect();
        let before = number.and(samples.first()).map(|first| self.series_before(first.number));
        let layout = if samples.is_empty() { Box::default() } else { layout.series[..self.series].into() };
        Told { samples, state: Arc::clone(&self.state), layout, before }
    }

    /// How many series there were in the sample before this one; all, where that is gone.
    fn series_before(&self, number: u64) -> usize {
        let before = self.samples.iter().rev().find(|sample| sample.number < number);
        before.map_or(0, |sample| sample.series)
    }
}

impl Sample {
    /// What it takes up: itself, its changes, and what allocations cost.
    fn bytes(&self) -> usize {
        const ALLOCATIONS: usize = 64;
        size_of::<Self>() + self.changes.len() + ALLOCATIONS
    }
}

impl Told {
    pub(super) fn is_empty(&self) -> bool {
        self.samples.is_empty()
    }

    /// Calls `visit` with each sample, oldest first.
    pub(super) fn each(&self, visit: &mut dyn FnMut(Moment<'_>)) {
        let mut state = self.state.to_vec();
        for sample in self.samples.iter().rev() {
            sample.changes.apply(Direction::Back, &self.layout, &mut state, &mut |_| {});
        }
        let (mut told, mut before) = (Vec::new(), self.before);
        for sample in &self.samples {
            told.clear();
            sample.changes.apply(Direction::Forth, &self.layout, &mut state, &mut |number| told.push(number));
            match before {
                None => told = (0..sample.series).collect(),
                Some(before) => {
                    told.retain(|&number| number < before);
                    told.extend(before..sample.series);
                }
            }
            before = Some(sample.series);
            visit(Moment { number: sample.number, time: sample.time, series: &self.layout, state: &state, told: &told });
        }
    }
}

#[cfg(all(test, not(loom)))] // proptest is not among a model's dependencies
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use crate::dashboard::layout::{Described, Form, Key};

    use super::*;

    /// What is told of a sample: what each series stands at, of those told.
    type Values = BTreeMap<usize, u64>;

    fn told(ring: &Ring, after: Option<u64>, layout: &Layout) -> Vec<(u64, Values)> {
        let mut all = Vec::new();
        ring.after(after, layout).each(&mut |moment| {
            let stands = |number: usize| (number, moment.state[moment.series[number].first]);
            all.push((moment.number, moment.told.iter().copied().map(stands).collect()));
        });
        all
    }

    proptest! {
        #[test]
        fn whoever_has_a_sample_has_all_that_followed_once_told(
            words in prop::collection::vec(prop::collection::vec(0_u64..4, 1..4), 1..30),
            most_samples in 1_usize..12,
            most_bytes in prop_oneof![Just(usize::MAX), 200_usize..1_500],
        ) {
            let (mut ring, mut layout) = (Ring::new(most_samples, most_bytes), Layout::default());
            let (mut state, mut states) = (Vec::new(), Vec::new());
            for (number, moves) in words.iter().enumerate() {
                // A new series each second time.
                if number % 2 == 0 {
                    let described = Described { family: "a", kind: "counter", labels: BTreeMap::new(), bounds: None };
                    layout.add(Key::Ours(0, number), Form::Counter, 1, &described);
                    state.push(0);
                }
                let series = state.len();
                moves.iter().enumerate().for_each(|(place, by)| state[place * 7 % series] += by);
                ring.push(number as u64, &layout, state.clone());
                states.push(state.clone());
                prop_assert!(ring.bytes <= most_bytes && ring.samples.len() <= most_samples);
                prop_assert_eq!(ring.bytes, ring.samples.iter().map(|sample| sample.bytes()).sum::<usize>());
            }
            let last = states.len() as u64 - 1;
            for after in (0..=last).map(Some).chain([None]).filter(|after| after.is_none_or(|after| ring.follows(after))) {
                let mut known: Values = after.map_or_else(Values::new, |after| states[after as usize].iter().copied().enumerate().collect());
                let mut next = after.map(|after| after + 1);
                for (number, values) in told(&ring, after, &layout) {
                    prop_assert!(next.is_none_or(|next| next == number));
                    next = Some(number + 1);
                    known.extend(values);
                    prop_assert_eq!(&known, &states[number as usize].iter().copied().enumerate().collect());
                }
                prop_assert!(next.is_none_or(|next| next == last + 1) && (next.is_some() || ring.samples.is_empty()));
            }
            prop_assert!(ring.follows(last) && !ring.follows(last + 1));
        }
    }
}
