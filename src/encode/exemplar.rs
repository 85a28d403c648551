//! Exemplars as `OpenMetrics` writes them behind a bucket (<https://prometheus.io/docs/specs/om/open_metrics_spec/#exemplars>).

use std::io::Write as _;

use crate::record::Exemplar;

use super::number::{canonical, seconds};

/// Appends it to the line that ends `out`. Its label set has 40 characters, of the 128 that a reader takes.
pub(super) fn append(out: &mut Vec<u8>, exemplar: &Exemplar) {
    let Exemplar { trace, value, milliseconds } = exemplar;
    out.pop_if(|last| *last == b'\n');
    // Writing to a Vec cannot fail.
    let _ = write!(out, " # {{trace_id=\"{trace}\"}} {} ", canonical(*value));
    seconds(out, milliseconds.saturating_mul(1_000_000));
    out.push(b'\n');
}
