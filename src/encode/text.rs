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
    /// A line of a series up to the value of its own label.
    start: Vec<u8>,
    /// `le` values of the bounds last written, in order, and what closes the labels after them.
    bounds: Vec<String>,
}

impl<'a> FamilyWriter<'a> {
    fn new(out: &'a mut Vec<u8>, family: &'a Family) -> Self {
        Self { out, family, begun: false, start: Vec::new(), bounds: Vec::new() }
    }

    fn sample(&mut self, sample: &Sample<'_>) {
        if !self.begun {
            self.begun = true;
            self.head();
        }
        match sample.value {
            Value::Integer(value) => {
                self.series("", sample);
                integer(self.out, value);
                self.out.push(b'\n');
            }
            Value::Nanoseconds(value) => {
                self.series("", sample);
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
        self.out.extend_from_slice(format!("# HELP {name} {help}\n# TYPE {name} {kind}\n").as_bytes());
    }

    fn histogram(&mut self, sample: &Sample<'_>, bounds: &Bounds, counts: &[u64], total: u64) {
        if self.bounds.is_empty() {
            let infinity = std::iter::once(f64::INFINITY);
            let closed = |bound| canonical(bound) + "\"} ";
            self.bounds = bounds.floats.iter().copied().chain(infinity).map(closed).collect();
        }
        self.start.clear();
        write_start(&mut self.start, &self.family.name, "_bucket", &sample.series.rendered, "le");
        let mut cumulative = 0;
        for (le, count) in self.bounds.iter().zip(counts) {
            cumulative += count;
            self.out.extend_from_slice(&self.start);
            self.out.extend_from_slice(le.as_bytes());
            integer(self.out, cumulative);
            self.out.push(b'\n');
        }
        self.series("_sum", sample);
        sum(self.out, bounds, total);
        self.out.push(b'\n');
        self.series("_count", sample);
        integer(self.out, cumulative);
        self.out.push(b'\n');
    }

    /// Everything of a line up to its value.
    fn series(&mut self, suffix: &str, sample: &Sample<'_>) {
        let labels = &*sample.series.rendered;
        if let Some((name, value)) = sample.extra {
            write_start(self.out, &self.family.name, suffix, labels, name);
            write(self.out, &[value, "\"} "]);
        } else if labels.is_empty() {
            write(self.out, &[&self.family.name, suffix, " "]);
        } else {
            write(self.out, &[&self.family.name, suffix, "{", labels, "} "]);
        }
    }
}

/// A line up to the value of its last label.
fn write_start(out: &mut Vec<u8>, name: &str, suffix: &str, labels: &str, last: &str) {
    let comma = if labels.is_empty() { "" } else { "," };
    write(out, &[name, suffix, "{", labels, comma, last, "=\""]);
}

fn write(out: &mut Vec<u8>, pieces: &[&str]) {
    out.reserve(pieces.iter().map(|piece| piece.len()).sum());
    for piece in pieces {
        out.extend_from_slice(piece.as_bytes());
    }
}
