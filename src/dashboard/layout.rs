//! What the history knows of series: which there are, and where the words of each lie in a state.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use crate::encode;
use crate::record::Resolution;

/// All series met so far, by their numbers. A state holds the words of each, one after another.
#[derive(Debug, Default)]
pub(super) struct Layout {
    pub(super) series: Vec<Series>,
    /// What the page is told of each, once.
    pub(super) described: Vec<Box<RawValue>>,
    numbers: HashMap<Key, usize>,
    words: usize,
}

#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    /// The family's place among those of the recorder, and the sample's in it.
    Ours(usize, usize),
    /// The family's place among those shown, and its labels.
    Collected(usize, BTreeMap<String, String>),
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Series {
    pub(super) first: usize,
    pub(super) words: usize,
    pub(super) form: Form,
}

/// What the words of a series mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Counter,
    Gauge,
    /// A counter in parts of its unit.
    Parts(Resolution),
    /// Counts by bucket, not cumulative, and the sum in parts of its unit.
    Histogram(Resolution),
    /// The bits of a float; of [`GONE`] where the series is no longer there.
    Float,
}

/// Of a series that is not there: no number.
pub(super) const GONE: u64 = f64::NAN.to_bits();

impl Layout {
    pub(super) fn number(&self, key: &Key) -> Option<usize> {
        self.numbers.get(key).copied()
    }

    /// Adds a series under the next number.
    pub(super) fn add(&mut self, key: Key, form: Form, words: usize, described: &Described<'_>) -> usize {
        let number = self.series.len();
        self.series.push(Series { first: self.words, words, form });
        self.described.push(to_raw_value(described).unwrap_or_default());
        self.numbers.insert(key, number);
        self.words += words;
        number
    }

    pub(super) fn words(&self) -> usize {
        self.words
    }
}

impl Series {
    pub(super) fn range(&self) -> std::ops::Range<usize> {
        self.first..self.first + self.words
    }

    /// Appends its value as JSON.
    pub(super) fn write(&self, out: &mut Vec<u8>, words: &[u64]) {
        let integer = |out: &mut Vec<u8>, value| out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
        match (self.form, words) {
            (Form::Counter | Form::Gauge, &[value]) => integer(out, value),
            (Form::Parts(resolution), &[value]) => encode::decimal(out, value, resolution),
            (Form::Float, &[bits]) => {
                // What is no number becomes null.
                let _ = serde_json::to_writer(out, &f64::from_bits(bits));
            }
            (Form::Histogram(resolution), [counts @ .., sum]) => {
                out.push(b'[');
                for &count in counts {
                    integer(out, count);
                    out.push(b',');
                }
                encode::decimal(out, *sum, resolution);
                out.push(b']');
            }
            _ => out.extend_from_slice(b"null"),
        }
    }
}

/// What the page is told of a series.
#[derive(Debug, Serialize)]
pub(super) struct Described<'a> {
    pub(super) family: &'a str,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) labels: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) bounds: Option<&'a [f64]>,
}
