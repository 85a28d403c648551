//! What changed between two states, in a few bytes a series, and both ways: from either state the other is found.
//!
//! For each series that changed: how many were passed over, and by how much each of its words changed, as LEB128. Where it has several, a byte before each
//! seven of them says which did, and whether more follow. What only grows changes by what it grew; of a gauge a small change is small in both directions.

use super::layout::{Form, Series};

#[derive(Debug)]
pub(super) struct Changes(Box<[u8]>);

/// Which of the two states is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Forth,
    Back,
}

impl Changes {
    /// `before` may be of fewer series: those behind it stood at 0.
    pub(super) fn between(series: &[Series], before: &[u64], after: &[u64]) -> Self {
        let (mut bytes, mut passed) = (Vec::new(), 0);
        let mut changed = Vec::new();
        for series in series {
            changed.clear();
            let words = series.range().map(|word| after[word].wrapping_sub(before.get(word).copied().unwrap_or_default()));
            changed.extend(words);
            if changed.iter().all(|&change| change == 0) {
                passed += 1;
                continue;
            }
            put(&mut bytes, passed);
            passed = 0;
            let end = changed.iter().rposition(|&change| change != 0).map_or(0, |last| last + 1);
            let mut groups = changed[..end].chunks(7).peekable();
            while let Some(group) = groups.next() {
                if series.words > 1 {
                    bytes.push(mask(group) | if groups.peek().is_some() { MORE } else { 0 });
                }
                group.iter().filter(|&&change| change != 0).for_each(|&change| put(&mut bytes, series.form.packed(change)));
            }
        }
        Self(bytes.into())
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Makes one state of the other, and calls `visit` with the number of each series that differs.
    pub(super) fn apply(&self, direction: Direction, series: &[Series], state: &mut [u64], visit: &mut dyn FnMut(usize)) {
        let mut bytes = &*self.0;
        let mut number = 0;
        while let Some(passed) = take(&mut bytes) {
            number += passed as usize;
            // What was packed for these series ends with them.
            let Some(row) = series.get(number) else { return };
            let words = &mut state[row.range()];
            let mut word = 0;
            loop {
                let mask = if row.words > 1 { take_byte(&mut bytes) } else { 1 };
                for place in (0..7).filter(|place| mask >> place & 1 == 1) {
                    let change = row.form.unpacked(take(&mut bytes).unwrap_or_default());
                    if let Some(word) = words.get_mut(word + place) {
                        *word = match direction {
                            Direction::Forth => word.wrapping_add(change),
                            Direction::Back => word.wrapping_sub(change),
                        };
                    }
                }
                if mask & MORE == 0 {
                    break;
                }
                word += 7;
            }
            visit(number);
            number += 1;
        }
    }
}

impl Form {
    fn packed(self, change: u64) -> u64 {
        match self {
            Self::Gauge => (change << 1) ^ (change.cast_signed() >> 63).cast_unsigned(),
            Self::Float => change.swap_bytes(), // the lowest digits of short numbers are zeros
            Self::Counter | Self::Parts(_) | Self::Histogram(_) => change,
        }
    }

    fn unpacked(self, packed: u64) -> u64 {
        match self {
            Self::Gauge => (packed >> 1) ^ (packed & 1).wrapping_neg(),
            Self::Float => packed.swap_bytes(),
            Self::Counter | Self::Parts(_) | Self::Histogram(_) => packed,
        }
    }
}

/// The places of what is not 0.
fn mask(group: &[u64]) -> u8 {
    let bits = group.iter().enumerate().map(|(place, &change)| u8::from(change != 0) << place);
    bits.fold(0, |mask, bit| mask | bit)
}

fn put(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= u64::from(MORE) {
        bytes.push(value as u8 | MORE);
        value >>= 7;
    }
    bytes.push(value as u8);
}

fn take(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for place in 0..10 {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & !MORE) << (7 * place);
        if byte & MORE == 0 {
            break;
        }
    }
    Some(value)
}

fn take_byte(bytes: &mut &[u8]) -> u8 {
    let Some((&byte, rest)) = bytes.split_first() else { return 0 };
    *bytes = rest;
    byte
}

const MORE: u8 = 0x80;

#[cfg(all(test, not(loom)))] // proptest is not among a model's dependencies
mod tests {
    use proptest::prelude::*;

    use crate::record::Resolution;

    use super::*;

    const FORMS: [Form; 5] =
        [Form::Counter, Form::Gauge, Form::Parts(Resolution::BILLIONTHS), Form::Histogram(Resolution::BILLIONTHS), Form::Float];

    fn layout(shapes: &[(usize, usize)]) -> Vec<Series> {
        let mut first = 0;
        let series = shapes.iter().map(|&(form, words)| {
            let words = if FORMS[form] == Form::Histogram(Resolution::BILLIONTHS) { words } else { 1 };
            first += words;
            Series { first: first - words, words, form: FORMS[form] }
        });
        series.collect()
    }

    /// Mostly small, now and then anything.
    fn word() -> impl Strategy<Value = u64> {
        prop_oneof![4 => 0_u64..3, 2 => 0_u64..1_000_000, 1 => any::<u64>(), 1 => any::<f64>().prop_map(f64::to_bits)]
    }

    proptest! {
        #[test]
        fn either_state_is_found_from_the_other(
            shapes in prop::collection::vec((0..FORMS.len(), 2_usize..24), 0..8),
            words in prop::collection::vec((word(), word()), 184),
            known in 0.0..=1.0,
        ) {
            let series = layout(&shapes);
            let len = series.iter().map(|series| series.words).sum();
            let (before, after): (Vec<u64>, Vec<u64>) = words.into_iter().take(len).unzip();
            let known = (known * len as f64) as usize;
            let start: Vec<u64> = before[..known].iter().copied().chain(std::iter::repeat_n(0, len - known)).collect();
            let changes = Changes::between(&series, &before[..known], &after);
            let differ: Vec<usize> = (0..series.len()).filter(|&n| start[series[n].range()] != after[series[n].range()]).collect();
            let (mut state, mut seen) = (start.clone(), Vec::new());
            changes.apply(Direction::Forth, &series, &mut state, &mut |number| seen.push(number));
            prop_assert_eq!(&state, &after);
            prop_assert_eq!(&seen, &differ);
            seen.clear();
            changes.apply(Direction::Back, &series, &mut state, &mut |number| seen.push(number));
            prop_assert_eq!(&state, &start);
            prop_assert_eq!(&seen, &differ);
        }
    }

    #[test]
    fn what_stands_takes_no_bytes_and_what_grows_a_little_takes_few() {
        let series = layout(&[(0, 1), (3, 16), (1, 1)]);
        let before = vec![1_000_000; 18];
        assert_eq!(Changes::between(&series, &before, &before).len(), 0);
        let mut after = before.clone();
        after[2] += 1; // a bucket
        after[16] += 5_000_000; // the sum: 5 ms
        after[17] -= 1;
        // One passed, three of mask, one of a bucket, four of the sum; one passed, one of the gauge.
        assert_eq!(Changes::between(&series, &before, &after).len(), 1 + 3 + 1 + 4 + 1 + 1);
    }
}
