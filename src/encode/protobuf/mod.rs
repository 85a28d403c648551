//! The Prometheus protobuf format: families of `io.prometheus.client`, each behind its length.
//!
//! Families and series are those of the text format, under its names: here a counter keeps its `_total`.

mod message;
mod start;

use prost::Message;

use crate::record::{self, Native, QUANTILES, Recorder, Sample, Value, ZERO_THRESHOLD};

use super::head::{Type, openmetrics_family, unit};
use super::host::{HostFamily, HostValue};
use super::names::Names;
use message::{
    Bucket, BucketSpan, Counter, Exemplar, Histogram, LabelPair, Metric, MetricFamily, MetricType, Quantile, Summary, Timestamp,
};

pub(super) use start::Start;

/// Appends the families asked for, of a recorder whose counting began at `start`.
pub(super) fn families(out: &mut Vec<u8>, recorder: &Recorder, names: &Names, start: &Start) {
    let (snapshot, start) = (recorder.snapshot(), start.timestamp());
    for family in snapshot.families().iter().filter(|family| names.select(&family.name, family.kind.into())) {
        let (kind, mut metrics) = (family.kind.into(), Vec::new());
        snapshot.samples(family, &mut |sample| metrics.push(metric(kind, &sample, start)));
        if !metrics.is_empty() {
            append(out, &family.name, &family.help, kind, metrics);
        }
    }
}

/// Appends a family of the host's. When it began is not known.
pub(super) fn host_family(out: &mut Vec<u8>, family: &HostFamily<'_>) {
    let metrics = family.values().map(|(labels, timestamp, value)| {
        let metric = Metric { label: pairs(labels).collect(), timestamp_ms: timestamp, ..Metric::default() };
        match value {
            HostValue::Number(value) => with_number(metric, family.kind(), value, None),
            HostValue::Histogram { buckets, sum, count } => {
                let bucket = buckets.into_iter().map(|(bound, count)| bucket(bound, count)).collect();
                let histogram = Histogram { sample_count: Some(count), sample_sum: Some(sum), bucket, ..Histogram::default() };
                Metric { histogram: Some(histogram), ..metric }
            }
            HostValue::Summary { quantiles, sum, count } => {
                Metric { summary: Some(summary(quantiles, sum, count, None)), ..metric }
            }
        }
    });
    append(out, family.name(), family.help(), family.kind(), metrics.collect());
}

fn append(out: &mut Vec<u8>, name: &str, help: &str, kind: Type, metric: Vec<Metric>) {
    let unit = Some(unit(openmetrics_family(name, kind)).to_owned()).filter(|unit| !unit.is_empty());
    let kind = match kind {
        Type::Counter => MetricType::Counter,
        Type::Gauge => MetricType::Gauge,
        Type::Histogram => MetricType::Histogram,
        Type::Summary => MetricType::Summary,
        Type::Unknown => MetricType::Untyped,
    };
    let (name, help) = (Some(name.to_owned()), Some(help.to_owned()));
    let family = MetricFamily { name, help, r#type: Some(kind.into()), metric, unit };
    // A Vec has room for everything.
    let _ = family.encode_length_delimited(out);
}

fn metric(kind: Type, sample: &Sample<'_>, start: Timestamp) -> Metric {
    let extra = sample.extra.map(|(name, value)| pair(name, value.to_owned()));
    let metric = Metric { label: pairs(&sample.series.rendered).chain(extra).collect(), ..Metric::default() };
    match sample.value {
        Value::Integer(value) => with_number(metric, kind, value as f64, Some(start)),
        Value::Nanoseconds(value) => with_number(metric, kind, value as f64 / 1e9, Some(start)),
        Value::Histogram { bounds, counts, sum, native, exemplars } => {
            let mut cumulative = 0;
            let bounded = bounds.floats.iter().copied().chain([f64::INFINITY]).zip(counts);
            let bucket = bounded.enumerate().map(|(place, (bound, &count))| {
                cumulative += count;
                // One written since the counts were read may be of a bucket that was empty then.
                let taken = exemplars.filter(|_| count > 0).and_then(|exemplars| exemplars.of(place, bounds));
                Bucket { exemplar: taken.map(exemplar), ..bucket(bound, cumulative) }
            });
            let histogram = Histogram {
                bucket: bucket.collect(),
                sample_count: Some(counts.iter().sum()),
                sample_sum: Some(bounds.units(sum)),
                created_timestamp: Some(start),
                ..Histogram::default()
            };
            let histogram = match native {
                Some(native) => with_native(histogram, native),
                None => histogram,
            };
            Metric { histogram: Some(histogram), ..metric }
        }
        Value::Summary { quantiles, bounds, count, sum } => {
            let quantiles = QUANTILES.into_iter().zip(quantiles);
            Metric { summary: Some(summary(quantiles, bounds.units(sum), count, Some(start))), ..metric }
        }
    }
}

fn with_number(metric: Metric, kind: Type, value: f64, start: Option<Timestamp>) -> Metric {
    let number = message::Value { value: Some(value) };
    match kind {
        Type::Counter => {
            let counter = Counter { value: Some(value), created_timestamp: start, exemplar: None };
            Metric { counter: Some(counter), ..metric }
        }
        Type::Gauge => Metric { gauge: Some(number), ..metric },
        Type::Histogram | Type::Summary | Type::Unknown => Metric { untyped: Some(number), ..metric },
    }
}

fn with_native(classic: Histogram, native: &Native) -> Histogram {
    let parts = native.parts();
    let span = |(offset, length)| BucketSpan { offset: Some(offset), length: Some(length) };
    Histogram {
        schema: Some(parts.schema),
        zero_threshold: Some(ZERO_THRESHOLD),
        zero_count: Some(parts.zero_count),
        positive_span: parts.spans.into_iter().map(span).collect(),
        positive_delta: parts.deltas,
        ..classic
    }
}

fn summary(quantiles: impl IntoIterator<Item = (f64, f64)>, sum: f64, count: u64, start: Option<Timestamp>) -> Summary {
    let quantile = |(quantile, value)| Quantile { quantile: Some(quantile), value: Some(value) };
    let quantile = quantiles.into_iter().map(quantile).collect();
    Summary { sample_count: Some(count), sample_sum: Some(sum), quantile, created_timestamp: start }
}

fn bucket(bound: f64, cumulative: u64) -> Bucket {
    Bucket { cumulative_count: Some(cumulative), upper_bound: Some(bound), exemplar: None }
}

fn exemplar(record::Exemplar { trace, value, milliseconds }: record::Exemplar) -> Exemplar {
    let (seconds, rest) = (milliseconds / 1_000, milliseconds % 1_000);
    let timestamp = Timestamp { seconds: seconds.cast_signed(), nanos: rest as i32 * 1_000_000 };
    Exemplar { label: vec![pair("trace_id", trace.to_string())], value: Some(value), timestamp: Some(timestamp) }
}

/// The labels of `name="value",…`, their values as they were before they were escaped.
fn pairs(rendered: &str) -> impl Iterator<Item = LabelPair> {
    let mut rest = rendered;
    std::iter::from_fn(move || {
        let (name, after) = rest.split_once("=\"")?;
        let (mut value, mut characters) = (String::new(), after.chars());
        loop {
            match characters.next()? {
                '"' => break,
                '\\' => value.push(match characters.next()? {
                    'n' => '\n',
                    escaped => escaped,
                }),
                plain => value.push(plain),
            }
        }
        rest = characters.as_str().trim_start_matches(',');
        Some(pair(name, value))
    })
}

fn pair(name: &str, value: String) -> LabelPair {
    LabelPair { name: Some(name.to_owned()), value: Some(value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_come_out_as_they_were_before_they_were_escaped() {
        let labels = |rendered| pairs(rendered).map(|pair| (pair.name.unwrap(), pair.value.unwrap())).collect::<Vec<_>>();
        let of = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<Vec<_>>()
        };
        assert_eq!(labels(""), of(&[]));
        assert_eq!(labels(r#"a="1""#), of(&[("a", "1")]));
        assert_eq!(labels(r#"a="",b=",\",c=\"",d="\\\n\\n""#), of(&[("a", ""), ("b", r#",",c=""#), ("d", "\\\n\\n")]));
    }
}
