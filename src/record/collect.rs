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
use prometheus::proto::MetricType;
use prometheus::{Registry, proto};

use crate::collected;

use super::snapshot::{Sample, Value};
use super::{Family, Kind, QUANTILES, Recorder};

/// What [`Monitor::collector`](crate::Monitor::collector) gives.
///
/// Registering two collectors of one name in one registry is `prometheus::Error::AlreadyReg`.
#[derive(Debug, Clone)]
pub struct MonitorCollector {
    recorder: Arc<Recorder>,
    /// What the host gave beside our families.
    collected: Registry,
    descriptions: Arc<[Desc]>,
}

impl MonitorCollector {
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

impl prometheus::core::Collector for MonitorCollector {
    fn desc(&self) -> Vec<&Desc> {
        self.descriptions.iter().collect()
    }

    fn collect(&self) -> Vec<proto::MetricFamily> {
        let snapshot = self.recorder.snapshot();
        let family = |family: &Family| {
            let mut metrics = Vec::new();
            snapshot.samples(family, &mut |sample| metrics.push(metric(family, &sample)));
            collected::family(&family.name, &family.help, kind(family), metrics)
        };
        self.recorder.families.iter().map(family).chain(self.collected.gather()).collect()
    }
}

fn kind(family: &Family) -> MetricType {
    match family.kind {
        Kind::Counter => MetricType::COUNTER,
        Kind::Gauge => MetricType::GAUGE,
        Kind::Histogram => MetricType::HISTOGRAM,
        Kind::Summary => MetricType::SUMMARY,
    }
}

fn metric(family: &Family, sample: &Sample<'_>) -> proto::Metric {
    let own = family.labels.iter().map(String::as_str).zip(sample.series.values());
    let extra = sample.extra.map(|(name, value)| (name, value.to_owned()));
    let mut labels: Vec<proto::LabelPair> = own.chain(extra).map(|(name, value)| collected::label(name, value)).collect();
    labels.sort_by(|a, b| a.name().cmp(b.name()));
    match sample.value {
        Value::Integer(value) => collected::sample(kind(family), labels, value as f64),
        Value::Nanoseconds(value) => collected::sample(kind(family), labels, value as f64 / 1e9),
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
            let mut metric = proto::Metric::from_label(labels);
            metric.set_histogram(histogram);
            metric
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
            let mut metric = proto::Metric::from_label(labels);
            metric.set_summary(summary);
            metric
        }
    }
}
