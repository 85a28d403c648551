//! Log events: their targets are declared on a [`Builder`], their layer is a [`Monitor`]'s.

use crate::log_events::LogEventsLayer;

use super::{Builder, Monitor};

/// # Log events
impl Builder {
    /// Targets of log events that count apart, under a label `target` of `log_events_total`: `shop` counts `shop` and `shop::cart`, unless that is
    /// declared as well, and all others count under `other`. Default: none, and no such label.
    ///
    /// Each takes 1 to 64 printable ASCII bytes, and there are 5 series for each and for `other`, at most [`family_series`](Self::family_series).
    /// See [`log_events`](crate::log_events).
    pub fn log_targets<I: IntoIterator<Item: Into<String>>>(mut self, targets: I) -> Self {
        self.config.log_targets.extend(targets.into_iter().map(Into::into));
        self
    }
}

impl Monitor {
    /// A layer for a subscriber of `tracing-subscriber` that counts log events; see [`log_events`](crate::log_events).
    #[must_use]
    pub fn log_events_layer(&self) -> LogEventsLayer {
        self.log_events.layer()
    }
}
