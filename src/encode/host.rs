//! The families that the application has registered with the prometheus crate: the only place that reads its registry.

use std::panic::{AssertUnwindSafe, catch_unwind};

use prometheus::proto::{MetricFamily, MetricType};
use prometheus::{Encoder, Registry, TextEncoder};

use crate::record::{Counter, Kind, Recorder};

use super::number::canonical;

/// What one look into a registry found; nothing if a collector panicked.
pub(crate) struct HostFamilies(Option<Vec<MetricFamily>>);

impl HostFamilies {
    /// Asks all collectors of the registry.
    pub(crate) fn gather(registry: &Registry) -> Self {
        // A collector of the host is not our code: what it does must not cost our own families.
        Self(catch_unwind(AssertUnwindSafe(|| registry.gather())).ok())
    }

    /// Appends them in the text format, those aside whose name is ours.
    pub(super) fn append_text(&self, out: &mut Vec<u8>, recorder: &Recorder) {
        let Some(families) = &self.0 else {
            let _ = recorder.increment(Counter::ExpositionFailures, &[], 1);
            return;
        };
        for family in families {
            if is_ours(recorder, family.name()) {
                let _ = recorder.increment(Counter::ExpositionConflicts, &[], 1);
            } else if append(out, family).is_err() {
                let _ = recorder.increment(Counter::ExpositionFailures, &[], 1);
            }
        }
    }
}

/// Whether one of our families has this name, or samples of this name.
fn is_ours(recorder: &Recorder, name: &str) -> bool {
    recorder.families().iter().any(|family| match name.strip_prefix(&family.name) {
        Some("") => true,
        Some("_bucket" | "_sum" | "_count") => family.kind == Kind::Histogram,
        _ => false,
    })
}

fn append(out: &mut Vec<u8>, family: &MetricFamily) -> prometheus::Result<()> {
    let mut text = Vec::new();
    TextEncoder::new().encode(std::slice::from_ref(family), &mut text)?;
    match family.get_field_type() {
        MetricType::HISTOGRAM => canonical_label(out, &text, "le"),
        MetricType::SUMMARY => canonical_label(out, &text, "quantile"),
        _ => out.extend_from_slice(&text),
    }
    Ok(())
}

/// Copies the lines of a family, the number in their last label written as [`canonical`] does.
///
/// The encoder writes `le` and `quantile` behind all other labels, so the last match is the label itself whatever the others hold.
fn canonical_label(out: &mut Vec<u8>, text: &[u8], label: &str) {
    let opening = format!("{label}=\"");
    for line in String::from_utf8_lossy(text).split_inclusive('\n') {
        let whole_name = |at: &usize| !line.starts_with('#') && line[..*at].ends_with(['{', ',']);
        let number = line.rfind(&opening).filter(whole_name).and_then(|at| {
            let start = at + opening.len();
            let length = line[start..].find("\"} ")?;
            let value: f64 = line[start..start + length].parse().ok()?;
            Some((start, start + length, value))
        });
        match number {
            Some((start, end, value)) => {
                out.extend_from_slice(&line.as_bytes()[..start]);
                out.extend_from_slice(canonical(value).as_bytes());
                out.extend_from_slice(&line.as_bytes()[end..]);
            }
            None => out.extend_from_slice(line.as_bytes()),
        }
    }
}
