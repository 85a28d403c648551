//! The Prometheus text format, version 0.0.4 (<https://prometheus.io/docs/instrumenting/exposition_formats/>).

use crate::record::{Bounds, Family, Kind, Recorder, Sample, Value};

use super::host;
use super::number::{canonical, integer, seconds, sum};

/// Appends everything that a scrape gets: our families, then those of the host's registry.
///
/// A family that both have is written once, ours, and counted as a conflict from the next scrape on; so is a registry that could
/// not be read.
pub(crate) fn exposition(out: &mut Vec<u8>, recorder: &Recorder, registry: &prometheus::Registry) {
    let snapshot = recorder.snapshot();
    for family in snapshot.families() {
        let mut writer = FamilyWriter::new(out, family);
        snapshot.samples(family, &mut |sample| writer.sample(&sample));
    }
    host::families(out, recorder, registry);
}

/// Writes one family; its head goes before its first sample, so a family without one leaves no trace.
struct FamilyWriter<'a> {
    out: &'a mut Vec<u8>,
    family: &'a Family,
    begun: bool,
    /// `le` values of the bounds last written, in order.
    bounds: Vec<String>,
}

impl<'a> FamilyWriter<'a> {
    fn new(out: &'a mut Vec<u8>, family: &'a Family) -> Self {
        Self { out, family, begun: false, bounds: Vec::new() }
    }

    fn sample(&mut self, sample: &Sample<'_>) {
        if !self.begun {
            self.begun = true;
            self.head();
        }
        match sample.value {
            Value::Integer(value) => {
                self.series("", sample, sample.extra);
                integer(self.out, value);
                self.out.push(b'\n');
            }
            Value::Nanoseconds(value) => {
                self.series("", sample, sample.extra);
                seconds(self.out, value);
                self.out.push(b'\n');
            }
            Value::Histogram { bounds, counts, sum } => self.histogram(sample, bounds, counts, sum),
        }
    }

    fn head(&mut self) {
        let kind = match self.family.kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        };
        let Family { name, help, .. } = self.family;
        let help = help.replace('\\', r"\\");
        self.put(format!("# HELP {name} {help}\n# TYPE {name} {kind}\n").as_bytes());
    }

    fn histogram(&mut self, sample: &Sample<'_>, bounds: &Bounds, counts: &[u64], total: u64) {
        if self.bounds.is_empty() {
            let infinity = std::iter::once(f64::INFINITY);
            self.bounds = bounds.floats.iter().copied().chain(infinity).map(canonical).collect();
        }
        let mut cumulative = 0;
        let les = std::mem::take(&mut self.bounds);
        for (le, count) in les.iter().zip(counts) {
            cumulative += count;
            self.series("_bucket", sample, Some(("le", le)));
            integer(self.out, cumulative);
            self.out.push(b'\n');
        }
        self.bounds = les;
        self.series("_sum", sample, None);
        sum(self.out, bounds, total);
        self.out.push(b'\n');
        self.series("_count", sample, None);
        integer(self.out, cumulative);
        self.out.push(b'\n');
    }

    /// Everything of a line up to its value.
    fn series(&mut self, suffix: &str, sample: &Sample<'_>, extra: Option<(&str, &str)>) {
        self.put(self.family.name.as_bytes());
        self.put(suffix.as_bytes());
        let labels = &sample.series.rendered;
        if !labels.is_empty() || extra.is_some() {
            self.put(b"{");
            self.put(labels.as_bytes());
            if let Some((name, value)) = extra {
                if !labels.is_empty() {
                    self.put(b",");
                }
                self.put(name.as_bytes());
                self.put(b"=\"");
                self.put(value.as_bytes());
                self.put(b"\"");
            }
            self.put(b"}");
        }
        self.put(b" ");
    }

    fn put(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }
}
