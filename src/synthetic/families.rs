//! The board as families of metrics.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use prometheus::core::{Collector, Desc};
use prometheus::proto::{Metric, MetricFamily, MetricType};

use crate::collected;

use super::board::{Board, Line, State};
use super::outcome::Outcome;
use super::trace::Phase;

/// What [`Probes::collector`](super::Probes::collector) gives. Clones show the same probes.
///
/// For [`Builder::collector`](crate::Builder::collector), and for any [`prometheus::Registry`].
#[derive(Debug, Clone)]
pub struct ProbeCollector {
    board: Arc<Board>,
    descriptions: Arc<[Desc]>,
}

impl ProbeCollector {
    pub(super) fn new(board: Arc<Board>) -> Self {
        let describe = |family: &Family| {
            let labels = family.labels.iter().map(|&label| label.to_owned()).collect();
            // Fails on names that are none; these are constants.
            Desc::new(family.name.to_owned(), family.help.to_owned(), labels, HashMap::new()).ok()
        };
        Self { board, descriptions: FAMILIES.iter().filter_map(describe).collect() }
    }
}

impl Collector for ProbeCollector {
    fn desc(&self) -> Vec<&Desc> {
        self.descriptions.iter().collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let mut families: Vec<Vec<Metric>> = vec![Vec::new(); FAMILIES.len()];
        for line in &self.board.0 {
            // All of one run: a verdict never stands beside another run's latency.
            let state = line.state();
            for (family, metrics) in FAMILIES.iter().zip(&mut families) {
                (family.samples)(line, &state, &mut |labels, value| metrics.push(family.metric(line, labels, value)));
            }
        }
        let proto = |(family, metrics): (&Family, _)| collected::family(family.name, family.help, family.kind, metrics);
        FAMILIES.iter().zip(families).map(proto).collect()
    }
}

struct Family {
    name: &'static str,
    help: &'static str,
    kind: MetricType,
    /// Sorted, as they are exposed.
    labels: &'static [&'static str],
    samples: fn(&Line, &State, Sample<'_>),
}

/// Takes the value of the label that is not `probe`, if there is one, and the sample's.
type Sample<'a> = &'a mut dyn FnMut(Option<&str>, f64);

const FAMILIES: [Family; 6] = [
    Family {
        name: "synthetic_success",
        help: "Whether the last run of a probe gave what it should: 1 or 0.",
        kind: MetricType::GAUGE,
        labels: &["probe"],
        samples: |_, state, sample| {
            if let Some(last) = &state.last {
                sample(None, f64::from(last.outcome == Outcome::Success));
            }
        },
    },
    Family {
        name: "synthetic_latency_seconds",
        help: "How long the last run of a probe took, however it ended.",
        kind: MetricType::GAUGE,
        labels: &["probe"],
        samples: |_, state, sample| {
            if let Some(last) = &state.last {
                sample(None, last.latency.as_secs_f64());
            }
        },
    },
    Family {
        name: "synthetic_phase_seconds",
        help: "How long the last run of a probe spent in each phase, all of its requests together; 0 where it did not come to one.",
        kind: MetricType::GAUGE,
        labels: &["phase", "probe"],
        samples: |_, state, sample| {
            for (phase, spent) in state.last.iter().flat_map(|last| &last.phases) {
                sample(Some(phase.as_str()), spent.as_secs_f64());
            }
        },
    },
    Family {
        name: "synthetic_probes_total",
        help: "Runs of a probe by how they ended.",
        kind: MetricType::COUNTER,
        labels: &["probe", "result"],
        samples: |line, state, sample| {
            for &outcome in line.outcomes {
                sample(Some(outcome.as_str()), state.counts[outcome as usize] as f64);
            }
        },
    },
    Family {
        name: "synthetic_ssl_earliest_cert_expiry_timestamp_seconds",
        help: "When the first of the certificates ends that the last run with TLS was shown.",
        kind: MetricType::GAUGE,
        labels: &["probe"],
        samples: |_, state, sample| {
            if let Some(expiry) = state.expiry {
                sample(None, unix(expiry));
            }
        },
    },
    Family {
        name: "network_latency_ms",
        help: "How many milliseconds a TCP connection to a destination last took to set up, its name aside.",
        kind: MetricType::GAUGE,
        labels: &["destination"],
        samples: |line, state, sample| {
            let connected = state.last.as_ref().filter(|last| last.outcome == Outcome::Success);
            let latency = connected.and_then(|last| last.phase(Phase::Connect));
            if let (Some(destination), Some(latency)) = (&line.destination, latency) {
                sample(Some(destination), latency.as_secs_f64() * 1e3);
            }
        },
    },
];

impl Family {
    fn metric(&self, line: &Line, own: Option<&str>, value: f64) -> Metric {
        let value_of = |name| if name == "probe" { line.probe.clone() } else { own.unwrap_or_default().to_owned() };
        let labels = self.labels.iter().map(|&name| collected::label(name, value_of(name)));
        collected::sample(self.kind, labels.collect(), value)
    }
}

/// Certificates of before 1970 are none.
fn unix(at: SystemTime) -> f64 {
    at.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs_f64()
}
