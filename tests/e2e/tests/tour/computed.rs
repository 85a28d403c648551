//! `rate` and `increase`, computed from the samples that a Prometheus has stored.

use std::collections::BTreeMap;

use crate::support::prometheus::{Prometheus, Version};
use crate::support::samples::{Labels, Samples};

/// Their milliseconds since 1970 and values.
pub type Points = Vec<(f64, f64)>;

/// One look at a Prometheus.
pub struct Look<'a> {
    pub prometheus: &'a Prometheus,
    pub version: &'a Version,
    /// In Unix seconds, whole milliseconds.
    pub at: f64,
}

impl Look<'_> {
    pub fn points(&self, metric: &str, window: Window) -> BTreeMap<Labels, Points> {
        self.prometheus.points_at(&format!("{metric}[{}]", window.name()), self.at)
    }

    pub fn increase(&self, metric: &str, window: Window) -> Samples {
        let increase = |(labels, points)| Some((labels, self.extrapolated(&points, window)?));
        self.points(metric, window).into_iter().filter_map(increase).collect()
    }

    pub fn rate(&self, metric: &str, window: Window) -> Samples {
        self.increase(metric, window).into_iter().map(|(labels, growth)| (labels, growth / window.seconds())).collect()
    }

    /// What a counter grew by, stretched to the ends of the window: by half an interval at most where it began or ended inside, and not to before it
    /// was 0. Prometheus 3 looks for where it was 0 only within that half.
    fn extrapolated(&self, points: &Points, window: Window) -> Option<f64> {
        let (&(first, start), &(last, end)) = (points.first()?, points.last()?);
        assert!(points.is_sorted_by(|(_, a), (_, b)| a <= b), "a counter fell: {points:?}");
        let intervals = points.len() - 1;
        if intervals == 0 {
            return None;
        }
        let (growth, sampled) = (end - start, seconds(last - first));
        let average = sampled / intervals as f64;
        let reach = |gap: f64| if gap < average * 1.1 { gap } else { average / 2.0 };
        let now = (self.at * 1e3).round();
        let to_zero = if growth > 0.0 { sampled * (start / growth) } else { f64::INFINITY };
        let gap = seconds(first - (now - window.milliseconds()));
        let before = if self.version.is_two() { reach(gap.min(to_zero)) } else { reach(gap).min(to_zero) };
        Some(growth * ((sampled + before + reach(seconds(now - last))) / sampled))
    }
}

#[derive(Clone, Copy)]
pub enum Window {
    Minute,
    FiveMinutes,
    Hour,
}

impl Window {
    fn name(self) -> &'static str {
        match self {
            Self::Minute => "1m",
            Self::FiveMinutes => "5m",
            Self::Hour => "1h",
        }
    }

    fn seconds(self) -> f64 {
        seconds(self.milliseconds())
    }

    fn milliseconds(self) -> f64 {
        match self {
            Self::Minute => 60_000.0,
            Self::FiveMinutes => 300_000.0,
            Self::Hour => 3_600_000.0,
        }
    }
}

fn seconds(milliseconds: f64) -> f64 {
    milliseconds / 1e3
}
