//! The samples of a family put together again into what was measured, for a format that is not written in lines.

use crate::encode::head::Type;

use super::HostFamily;
use super::line::Line;

pub(in crate::encode) enum HostValue {
    Number(f64),
    Histogram {
        /// Bounds and counts up to them.
        buckets: Vec<(f64, u64)>,
        sum: f64,
        count: u64,
    },
    Summary {
        quantiles: Vec<(f64, f64)>,
        sum: f64,
        count: u64,
    },
}

impl<'a> HostFamily<'a> {
    pub(in crate::encode) fn name(&self) -> &'a str {
        self.name
    }

    pub(in crate::encode) fn help(&self) -> &'a str {
        self.help
    }

    pub(in crate::encode) fn kind(&self) -> Type {
        self.kind
    }

    /// Each label set with its timestamp and value.
    pub(in crate::encode) fn values(&self) -> impl Iterator<Item = (&'a str, Option<i64>, HostValue)> {
        // The count is the last line of a histogram and of a summary.
        let is_last = |line: &Line<'_>| match self.kind {
            Type::Histogram | Type::Summary => line.suffix == "_count",
            Type::Counter | Type::Gauge | Type::Unknown => true,
        };
        self.lines.split_inclusive(is_last).filter_map(|lines| {
            let last = lines.last()?;
            Some((last.labels, last.timestamp, self.value(lines)))
        })
    }

    fn value(&self, lines: &[Line<'_>]) -> HostValue {
        let number = |suffix| lines.iter().find(|line| line.suffix == suffix).map_or(0.0, Line::number);
        let bounded = lines.iter().filter_map(|line| Some((line.bound?.1, line.number())));
        let (sum, count) = (number("_sum"), number("_count") as u64);
        match self.kind {
            Type::Histogram => {
                let buckets = bounded.map(|(bound, count)| (bound, count as u64)).collect();
                HostValue::Histogram { buckets, sum, count }
            }
            Type::Summary => HostValue::Summary { quantiles: bounded.collect(), sum, count },
            Type::Counter | Type::Gauge | Type::Unknown => HostValue::Number(number("")),
        }
    }
}
