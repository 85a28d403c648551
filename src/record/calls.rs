//! gRPC calls, under the names and labels of go-grpc-middleware's Prometheus provider
//! (<https://github.com/grpc-ecosystem/go-grpc-middleware/blob/main/providers/prometheus/server_metrics.go>).

use std::time::Duration;

use crate::config::{Config, GRPC_CODES};

use super::bounds::{Bounds, Resolution};
use super::catalog::{Description, Measure};
use super::{Counted, Observed, Recorder, local};

/// Where the calls of one method are counted.
#[derive(Debug)]
pub(crate) struct CallSeries {
    started: Counted,
    /// By code.
    handled: Box<[Counted]>,
    handling: Observed,
}

/// The families of gRPC, in the order of their tables; none where nothing is declared.
pub(super) fn described(config: &Config) -> Vec<Description<'_>> {
    if config.grpc.is_empty() {
        return Vec::new();
    }
    let methods = config.grpc.counted();
    let family = |name, help, with_code, measure| Description {
        name,
        help,
        labels: if with_code { LABELS.to_vec() } else { LABELS[..LABELS.len() - 1].to_vec() },
        measure,
        cap: if with_code { methods * GRPC_CODES.len() } else { methods },
    };
    let seconds = Measure::Histogram(Bounds::new(&config.http_buckets.durations(), Resolution::BILLIONTHS));
    vec![
        family("grpc_server_started_total", "Calls that have arrived, by method.", false, Measure::Count),
        family("grpc_server_handled_total", "Calls that have ended, by method and status code.", true, Measure::Count),
        family("grpc_server_handling_seconds", "Arrival of a call to its end: a stream's to its last message.", false, seconds),
    ]
}

impl Recorder {
    /// The series of a declared method. From here on they stand at 0, so that `rate` sees the first call of each code.
    pub(crate) fn call_series(&self, kind: &str, service: &str, method: &str) -> CallSeries {
        let families = self.tables.len() - FAMILIES;
        let series = |family: usize, values: &[&str]| {
            let table = families + family;
            Counted { table, series: self.series(table, values).0 }
        };
        CallSeries {
            started: series(0, &[kind, service, method]),
            handled: GRPC_CODES.iter().map(|code| series(1, &[kind, service, method, code])).collect(),
            handling: {
                let Counted { table, series } = series(2, &[kind, service, method]);
                self.observed(table, series)
            },
        }
    }

    /// A call has arrived.
    pub(crate) fn call_started(&self, series: &CallSeries) {
        self.add(series.started, 1);
    }

    /// A call has ended; `code` is its place among the [names](GRPC_CODES).
    pub(crate) fn call_handled(&self, series: &CallSeries, code: usize, took: Duration) {
        let nanoseconds = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        self.add(series.handled[code], 1);
        local::with(&self.weak, |local| local.observe(series.handling, nanoseconds));
    }
}

const LABELS: [&str; 4] = ["grpc_type", "grpc_service", "grpc_method", "grpc_code"];
/// The last tables of a recorder that has them.
const FAMILIES: usize = 3;
