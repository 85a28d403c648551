//! Our families as a [`core::Collector`](prometheus::core::Collector), for an application that has a `/metrics` of its own.
//!
//! ```
//! let monitor = tower_rum::Monitor::new();
//! let registry = prometheus::Registry::new();
//! registry.register(Box::new(monitor.collector()))?;
//! assert!(registry.gather().iter().any(|family| family.name() == "rum_events_total"));
//! # Ok::<(), prometheus::Error>(())
//! ```

use std::collections::HashMap;
use std::sync::Arc;

use prometheus::core::Desc;
use prometheus::{Registry, proto};

use super::snapshot::{Sample, Value};
use super::{Family, Kind, QUANTILES, Recorder};

/// What [`Monitor::collector`](crate::Monitor::collector) gives.
///
/// Registering two collectors of one name in one registry is `prometheus::Error::AlreadyReg`.
#[derive(Debug, Clone)]
pub struct Collector {
    recorder: Arc<Recorder>,
    /// What the host gave beside our families.
    collected: Registry,
    descriptions: Arc<[Desc]>,
}

impl Collector {
    pub(crate) fn new(recorder: Arc<Recorder>, collected: Registry, descriptions: Vec<Desc>) -> Self {
        let describe = |family: &Family| {
            let labels = family.labels.clone();
            // Fails on names that are none; ours are constants behind a checked namespace.
            Desc::new(family.name.clone(), family.help.clone(), labels, HashMap::new()).ok()
        };
        let descriptions = recorder.families.iter().filter_map(describe).chain(descriptions).collect();
        Self { recorder, collected, descriptions }
    }
}

impl prometheus::core::Collector for Collector {
    fn desc(&self) -> Vec<&Desc> {
        self.descriptions.iter().collect()
    }

    fn collect(&self) -> Vec<proto::MetricFamily> {
        let snapshot = self.recorder.snapshot();
        let family = |family: &Family| {
            let mut metrics = Vec::new();
            snapshot.samples(family, &mut |sample| metrics.push(metric(family, &sample)));
            let mut proto = proto::MetricFamily::default();
            proto.set_name(family.name.clone());
            proto.set_help(family.help.clone());
            proto.set_field_type(match family.kind {
                Kind::Counter => proto::MetricType::COUNTER,
                Kind::Gauge => proto::MetricType::GAUGE,
                Kind::Histogram => proto::MetricType::HISTOGRAM,
                Kind::Summary => proto::MetricType::SUMMARY,
            });
            proto.set_metric(metrics);
            proto
        };
        self.recorder.families.iter().map(family).chain(self.collected.gather()).collect()
    }
}

fn metric(family: &Family, sample: &Sample<'_>) -> proto::Metric {
    let own = family.labels.iter().map(String::as_str).zip(sample.series.values());
    let extra = sample.extra.map(|(name, value)| (name, value.to_owned()));
    let mut labels: Vec<proto::LabelPair> = own.chain(extra).map(label).collect();
    labels.sort_by(|a, b| a.name().cmp(b.name()));
    let mut metric = proto::Metric::from_label(labels);
    match sample.value {
        Value::Integer(value) if family.kind == Kind::Counter => metric.set_counter(counter(value as f64)),
        Value::Nanoseconds(value) => metric.set_counter(counter(value as f64 / 1e9)),
        Value::Integer(value) => {
            let mut gauge = proto::Gauge::default();
            gauge.set_value(value as f64);
            metric.set_gauge(gauge);
        }
        Value::Histogram { bounds, counts, sum, .. } => {
            let mut cumulative = 0;
            let buckets = bounds.floats.iter().zip(counts).map(|(&bound, count)| {
                cumulative += count;
                let mut bucket = proto::Bucket::default();
                bucket.set_upper_bound(bound);
                bucket.set_cumulative_count(cumulative);
                bucket
            });
            let mut histogram = proto::Histogram::default();
            histogram.set_bucket(buckets.collect());
            histogram.set_sample_count(counts.iter().sum());
            histogram.set_sample_sum(bounds.units(sum));
            metric.set_histogram(histogram);
        }
        Value::Summary { quantiles, bounds, count, sum } => {
            let quantiles = QUANTILES.into_iter().zip(quantiles).map(|(quantile, value)| {
                let mut proto = proto::Quantile::default();
                proto.set_quantile(quantile);
                proto.set_value(value);
                proto
            });
            let mut summary = proto::Summary::default();
            summary.set_quantile(quantiles.collect());
            summary.set_sample_count(count);
            summary.set_sample_sum(bounds.units(sum));
            metric.set_summary(summary);
        }
    }
    metric
}

fn counter(value: f64) -> proto::Counter {
    let mut counter = proto::Counter::default();
    counter.set_value(value);
    counter
}

fn label((name, value): (&str, String)) -> proto::LabelPair {
    let mut pair = proto::LabelPair::default();
    pair.set_name(name.to_owned());
    pair.set_value(value);
    pair
}
