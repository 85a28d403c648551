//! What `/dashboard/data` says: the series and samples that the page does not have yet, and a sample of now.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::RawValue;

use crate::encode;
use crate::record::Resolution;

use super::history::{History, Kept};
use super::layout::Series;
use super::query::Query;
use super::ring::Told;

/// All that stands before the samples.
#[derive(Serialize)]
struct Head<'a> {
    generation: &'a str,
    history: &'static str,
    interval_seconds: f64,
    capacity_seconds: f64,
    prometheus: Option<&'a str>,
    names: &'a BTreeMap<String, String>,
    label_names: &'a BTreeMap<&'static str, &'static str>,
    first_series: usize,
    series: &'a [Box<RawValue>],
}

impl History {
    /// A JSON object.
    pub(super) fn answer(&self, query: &Query) -> Vec<u8> {
        let (mut out, told, now) = self.told(query);
        out.extend_from_slice(br#","samples":["#);
        let mut is_first = true;
        told.each(&mut |moment| {
            separate(&mut out, &mut is_first);
            out.extend_from_slice(br#"{"number":"#);
            out.extend_from_slice(itoa::Buffer::new().format(moment.number).as_bytes());
            out.push(b',');
            values(&mut out, moment.time, moment.series, moment.state, moment.told.iter().copied());
        });
        out.extend_from_slice(br#"],"now":{"#);
        out.extend_from_slice(&now);
        out.push(b'}');
        out
    }

    /// The object up to its samples, what these are made of, and the sample of now. The lock is held for no longer: samples may be many.
    fn told(&self, query: &Query) -> (Vec<u8>, Told, Vec<u8>) {
        let kept = &mut *self.kept();
        let (time, state) = self.look(kept);
        let after = query.after(&self.generation).filter(|&number| kept.ring.follows(number));
        let told = kept.ring.after(after, &kept.layout);
        // Relative to the last sample that the page has, or is told.
        let is_relative = after.is_some() || !told.is_empty();
        let (last, known) = if is_relative { kept.ring.last() } else { (&[][..], 0) };
        let series = &kept.layout.series;
        let differs = |number: &usize| *number >= known || last[series[*number].range()] != state[series[*number].range()];
        let mut now = Vec::new();
        values(&mut now, time, series, &state, (0..series.len()).filter(differs));
        (self.head(query, kept), told, now)
    }

    /// The object still open.
    fn head(&self, query: &Query, kept: &Kept) -> Vec<u8> {
        let described = &kept.layout.described;
        // Who claims to know more than there is knows nothing.
        let first = Some(query.series(&self.generation)).filter(|&known| known <= described.len()).unwrap_or_default();
        let head = Head {
            generation: &self.generation,
            history: if self.is_running() { "running" } else { "absent" },
            interval_seconds: self.config.history_interval.as_secs_f64(),
            capacity_seconds: self.config.history_length.as_secs_f64(),
            prometheus: self.config.prometheus_url.as_deref().map(|url| url.trim_end_matches('/')),
            names: &self.shown.names,
            label_names: &self.shown.label_names,
            first_series: first,
            series: &described[first..],
        };
        // Texts, numbers and collections of them always serialize.
        let mut out = serde_json::to_vec(&head).unwrap_or_default();
        out.pop();
        out
    }
}

/// Appends a sample's members and the bracket that closes it.
fn values(out: &mut Vec<u8>, time: u64, series: &[Series], state: &[u64], numbers: impl Iterator<Item = usize>) {
    out.extend_from_slice(br#""time":"#);
    encode::decimal(out, time, Resolution::THOUSANDTHS);
    out.extend_from_slice(br#","values":{"#);
    let mut is_first = true;
    for number in numbers {
        separate(out, &mut is_first);
        out.push(b'"');
        out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
        out.extend_from_slice(br#"":"#);
        series[number].write(out, &state[series[number].range()]);
    }
    out.extend_from_slice(b"}}");
}

fn separate(out: &mut Vec<u8>, is_first: &mut bool) {
    if !std::mem::take(is_first) {
        out.push(b',');
    }
}
