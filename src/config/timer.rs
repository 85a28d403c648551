//! Timers of the application's own work, declared by the host: name, labels with their values, buckets.

use crate::error::Error;

use super::buckets::{Buckets, TIMER_BUCKETS};
use super::declared_family::DeclaredFamily;
use super::name::OTHER;

/// A histogram of how long some work of the application's took, in seconds; see [`timer`](crate::timer).
///
/// ```
/// use tower_rum::{Buckets, Monitor, Timer};
///
/// let monitor = Monitor::builder()
///     .timer(Timer::new("db_query_duration_seconds", "Queries.").label("query", ["select_user", "insert_order"]))
///     .timer(Timer::new("mail_sending_seconds", "Mails, until the relay took them.").buckets(Buckets::new([0.1, 1.0, 10.0])?))
///     .build()?;
/// # Ok::<(), tower_rum::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct Timer {
    pub(crate) family: DeclaredFamily,
    pub(crate) buckets: Buckets,
}

impl Timer {
    /// `name` is what [`Monitor::timer`](crate::Monitor::timer) takes and, behind the [`namespace`](crate::Builder::namespace), the metric's name:
    /// up to 64 letters, digits and underscores that end in `_seconds` and name no family of this crate's own.
    pub fn new(name: impl Into<String>, help: impl Into<String>) -> Self {
        Self { family: DeclaredFamily::new(name.into(), help.into()), buckets: Buckets::of(TIMER_BUCKETS) }
    }

    /// A label and its values, 1 to 64 printable ASCII bytes each; any other value counts as `other`. Each combination is a series, exposed at 0
    /// from the start, and a timer has at most [`family_series`](crate::Builder::family_series) of them.
    pub fn label<I: IntoIterator<Item: Into<String>>>(mut self, name: impl Into<String>, values: I) -> Self {
        self.family.label(name.into(), values.into_iter().map(Into::into).chain([OTHER.to_owned()]));
        self
    }

    /// The bounds, in seconds. Default: 0.001 to 10.
    pub fn buckets(mut self, buckets: Buckets) -> Self {
        self.buckets = buckets;
        self
    }

    pub(super) fn validate(&self) -> Result<(), Error> {
        let name = &self.family.name;
        if !name.ends_with("_seconds") {
            return Err(Error::setting(format!("a timer's name ends in _seconds, unlike {name:?}")));
        }
        for (label, values) in &self.family.labels {
            let declared = &values[..values.len() - 1];
            if declared.is_empty() || declared.iter().any(|value| value == OTHER) {
                return Err(Error::setting(format!(
                    "the label {label:?} of timer {name:?} takes at least one value, and not other, which is for all else"
                )));
            }
        }
        self.family.validate("timer")
    }
}
