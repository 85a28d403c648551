//! The families that the application has registered with the prometheus crate: the only place that reads its registry.

mod family;
mod line;
#[cfg(feature = "protobuf")]
mod value;

use std::panic::{AssertUnwindSafe, catch_unwind};

use prometheus::Registry;
use prometheus::proto::{LabelPair, MetricFamily};

use crate::record::{Counter, Recorder, ScrapeFailure};

use super::claims::Claims;
use super::head::{Dialect, Type};
use super::names::Names;

pub(super) use family::HostFamily;
#[cfg(feature = "protobuf")]
pub(super) use value::HostValue;

/// The text format of families that go to a server by themselves; those without a sample are left out.
///
/// # Errors
///
/// The name of one that the format cannot say.
pub(crate) fn pushed(families: &[MetricFamily]) -> Result<Vec<u8>, &str> {
    let (mut out, mut text) = (Vec::new(), String::new());
    for family in families.iter().filter(|family| !family.get_metric().is_empty()) {
        let read = HostFamily::read(family, &mut text).ok_or_else(|| family.name())?;
        read.write(Dialect::Text, &mut out);
    }
    Ok(out)
}

/// What one look into a registry found.
#[derive(Debug, Default)]
pub(crate) struct HostFamilies(Vec<MetricFamily>);

impl HostFamilies {
    /// Asks all collectors of the registry.
    ///
    /// # Errors
    ///
    /// When one of them panics: a registry has one call for all.
    pub(crate) fn gather(registry: &Registry) -> Result<Self, ScrapeFailure> {
        // A collector of the host is not our code: what it does must not cost our own families.
        catch_unwind(AssertUnwindSafe(|| registry.gather())).map(Self).map_err(|_| ScrapeFailure::Panic)
    }

    /// Calls `visit` with the labels and the value of each sample of a counter or a gauge.
    pub(crate) fn each_value(&self, name: &str, visit: &mut dyn FnMut(&[LabelPair], f64)) {
        let mut text = String::new();
        let Some(family) = self.0.iter().find(|family| family.name() == name) else { return };
        let Some(read) = HostFamily::read(family, &mut text) else { return };
        if matches!(read.kind, Type::Counter | Type::Gauge) {
            // Such a metric has one line.
            for (metric, line) in family.get_metric().iter().zip(&read.lines) {
                visit(metric.get_label(), line.number());
            }
        }
    }

    /// Calls `visit` with each family asked for that a scrape can show beside ours. Those that clash with one of them, or with one of the
    /// host's own before them, are conflicts; what Prometheus would refuse the whole scrape for is a failure.
    pub(super) fn each(all: &[&Self], recorder: &Recorder, ours: &Claims, names: &Names, visit: &mut dyn FnMut(&HostFamily<'_>)) {
        let (mut theirs, mut text) = (Claims::default(), String::new());
        for family in all
            .iter()
            .flat_map(|families| &families.0)
            .filter(|family| names.select(family.name(), family.get_field_type().into()))
        {
            let Some(mut family) = HostFamily::read(family, &mut text) else {
                recorder.scrape_lacked(ScrapeFailure::Encoding);
                continue;
            };
            if family.claim(&mut theirs, ours) {
                visit(&family);
            } else {
                let _ = recorder.increment(Counter::ExpositionConflicts, &[], 1);
            }
        }
    }
}
