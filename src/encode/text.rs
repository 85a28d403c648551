//! Our families in lines, as the Prometheus text format and `OpenMetrics` have them: they share every sample, to the byte.

use crate::record::{Bounds, Family, QUANTILES, Quantiles, Recorder, Sample, SeriesExemplars, Value};

use super::exemplar;
use super::head::Dialect;
use super::names::Names;
use super::number::{canonical, seconds, sum};
use super::short::Short;

/// The text of one recorder's families, of which every scrape shares all but labels and numbers.
#[derive(Debug)]
pub(super) struct TextFormat {
    families: Box<[FamilyText]>,
    /// By the number of the bounds: `le` of each bucket, and what closes the labels after it.
    bounds: Box<[Box<[Short]>]>,
}

impl TextFormat {
    pub(super) fn new(recorder: &Recorder) -> Self {
        let bounds = recorder.bounds().iter().map(|bounds| bounds.as_ref().map_or_else(Box::default, les)).collect();
        Self { families: recorder.families().iter().map(FamilyText::new).collect(), bounds }
    }

    /// Appends the families asked for, of the recorder that this was made for.
    pub(super) fn families(&self, dialect: Dialect, names: &Names, out: &mut Vec<u8>, recorder: &Recorder) {
        let snapshot = recorder.snapshot();
        let texts = snapshot.families().iter().zip(&self.families);
        for (family, text) in texts.filter(|(family, _)| names.select(&family.name, family.kind.into())) {
            let mut writer = FamilyWriter { out, text, bounds: &self.bounds, dialect, begun: false, start: Vec::new() };
            snapshot.samples(family, &mut |sample| writer.sample(&sample));
        }
    }
}

/// What is the same in all of a family's series.
#[derive(Debug)]
struct FamilyText {
    head: String,
    openmetrics_head: String,
    /// Lines up to their labels.
    value: String,
    bucket: String,
    sum: String,
    count: String,
}

impl FamilyText {
    fn new(family: &Family) -> Self {
        let Family { name, help, kind, .. } = family;
        let head = |dialect: Dialect| dialect.head(name, (*kind).into(), help);
        Self {
            head: head(Dialect::Text),
            openmetrics_head: head(Dialect::OpenMetrics),
            value: format!("{name}{{"),
            bucket: format!("{name}_bucket{{"),
            sum: format!("{name}_sum{{"),
            count: format!("{name}_count{{"),
        }
    }
}

fn les(bounds: &Bounds) -> Box<[Short]> {
    let closed = |bound| Short::new(&(canonical(bound) + "\"} "));
    bounds.floats.iter().copied().chain([f64::INFINITY]).map(closed).collect()
}

/// Writes one family; its head goes before its first sample, so a family without one leaves no trace.
struct FamilyWriter<'a> {
    out: &'a mut Vec<u8>,
    text: &'a FamilyText,
    dialect: Dialect,
    bounds: &'a [Box<[Short]>],
    begun: bool,
    /// A series' bucket line up to its bound.
    start: Vec<u8>,
}

impl FamilyWriter<'_> {
    fn sample(&mut self, sample: &Sample<'_>) {
        if !self.begun {
            self.begun = true;
            let head = match self.dialect {
                Dialect::Text => &self.text.head,
                Dialect::OpenMetrics => &self.text.openmetrics_head,
            };
            self.out.extend_from_slice(head.as_bytes());
        }
        match sample.value {
            Value::Integer(value) => {
                write_start(self.out, &self.text.value, sample);
                Short::end_of_line(value).append_to(self.out);
            }
            Value::Nanoseconds(value) => {
                write_start(self.out, &self.text.value, sample);
                seconds(self.out, value);
                self.out.push(b'\n');
            }
            Value::Histogram { bounds, counts, sum, exemplars, .. } => {
                let exemplars = exemplars.filter(|_| self.dialect == Dialect::OpenMetrics);
                self.histogram(sample, bounds, counts, sum, exemplars);
            }
            Value::Summary { quantiles, bounds, count, sum } => self.summary(sample, &quantiles, bounds, (count, sum)),
        }
    }

    fn summary(&mut self, sample: &Sample<'_>, quantiles: &Quantiles, bounds: &Bounds, (count, total): (u64, u64)) {
        let labels = &*sample.series.rendered;
        for (quantile, &value) in QUANTILES.into_iter().zip(quantiles) {
            let separator = if labels.is_empty() { "" } else { "," };
            let (name, quantile, value) = (&*self.text.value, canonical(quantile), canonical(value));
            for piece in [name, labels, separator, "quantile=\"", &quantile, "\"} ", &value, "\n"] {
                self.out.extend_from_slice(piece.as_bytes());
            }
        }
        write_start(self.out, &self.text.sum, sample);
        sum(self.out, bounds, total);
        self.out.push(b'\n');
        write_start(self.out, &self.text.count, sample);
        Short::end_of_line(count).append_to(self.out);
    }

    fn histogram(
        &mut self,
        sample: &Sample<'_>,
        bounds: &Bounds,
        counts: &[u64],
        total: u64,
        exemplars: Option<&SeriesExemplars>,
    ) {
        let labels = &*sample.series.rendered;
        self.start.clear();
        for piece in [&*self.text.bucket, labels, if labels.is_empty() { "le=\"" } else { ",le=\"" }] {
            self.start.extend_from_slice(piece.as_bytes());
        }
        let mut cumulative = 0;
        let mut end = Short::end_of_line(cumulative);
        for (bucket, (le, &count)) in self.bounds[bounds.number()].iter().zip(counts).enumerate() {
            if count > 0 {
                cumulative += count;
                end = Short::end_of_line(cumulative);
            }
            self.out.extend_from_slice(&self.start);
            le.append_to(self.out);
            end.append_to(self.out);
            // One written since the counts were read may be of a bucket that was empty then.
            if let Some(exemplar) = exemplars.filter(|_| count > 0).and_then(|exemplars| exemplars.of(bucket, bounds)) {
                exemplar::append(self.out, &exemplar);
            }
        }
        write_start(self.out, &self.text.sum, sample);
        sum(self.out, bounds, total);
        self.out.push(b'\n');
        write_start(self.out, &self.text.count, sample);
        end.append_to(self.out);
    }
}

/// Everything of a line up to its value.
fn write_start(out: &mut Vec<u8>, name: &str, sample: &Sample<'_>) {
    let labels = &*sample.series.rendered;
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(labels.as_bytes());
    if let Some((extra, value)) = sample.extra {
        if !labels.is_empty() {
            out.push(b',');
        }
        for piece in [extra, "=\"", value, "\"} "] {
            out.extend_from_slice(piece.as_bytes());
        }
    } else if labels.is_empty() {
        out.pop();
        out.push(b' ');
    } else {
        out.extend_from_slice(b"} ");
    }
}
