//! The families that the application has registered with the prometheus crate: the only place that reads its registry.

mod family;
mod line;
#[cfg(feature = "protobuf")]
mod value;

use std::panic::{AssertUnwindSafe, catch_unwind};

use prometheus::Registry;
use prometheus::proto::MetricFamily;

use crate::record::{Counter, Recorder};

use super::claims::Claims;

pub(super) use family::HostFamily;
#[cfg(feature = "protobuf")]
pub(super) use value::HostValue;

/// What one look into a registry found; nothing if a collector panicked.
pub(crate) struct HostFamilies(Option<Vec<MetricFamily>>);

impl HostFamilies {
    /// Asks all collectors of the registry.
    pub(crate) fn gather(registry: &Registry) -> Self {
        // A collector of the host is not our code: what it does must not cost our own families.
        Self(catch_unwind(AssertUnwindSafe(|| registry.gather())).ok())
    }

    /// Calls `visit` with each family that a scrape can show beside ours. Those that clash with one of them, or with one of the host's own
    /// before them, are conflicts; what Prometheus would refuse the whole scrape for is a failure.
    pub(super) fn each(&self, recorder: &Recorder, ours: &Claims, visit: &mut dyn FnMut(&HostFamily<'_>)) {
        let Some(families) = &self.0 else {
            let _ = recorder.increment(Counter::ExpositionFailures, &[], 1);
            return;
        };
        let (mut theirs, mut text) = (Claims::default(), String::new());
        for family in families {
            let left_out = match HostFamily::read(family, &mut text) {
                None => Counter::ExpositionFailures,
                Some(mut family) => {
                    if family.claim(&mut theirs, ours) {
                        visit(&family);
                        continue;
                    }
                    Counter::ExpositionConflicts
                }
            };
            let _ = recorder.increment(left_out, &[], 1);
        }
    }
}
