//! Which families the page shows, and what they are called there: whatever the host names them, by their default names.

use std::collections::BTreeMap;

use prometheus::proto::LabelPair;

use crate::config::{Config, HttpLabels};
use crate::record::{Family, Recorder};

/// By their default names.
#[derive(Debug)]
pub(super) struct Shown {
    /// Places of those of the recorder, in its order.
    pub(super) ours: Vec<usize>,
    /// Those that collectors given to the builder may have.
    pub(super) collected: Vec<Collected>,
    labels: HttpLabels,
    /// By the default name the one that is exposed, where they differ.
    pub(super) names: BTreeMap<String, String>,
    pub(super) label_names: BTreeMap<&'static str, &'static str>,
}

#[derive(Debug)]
pub(super) struct Collected {
    pub(super) default_name: &'static str,
    pub(super) name: String,
    pub(super) kind: &'static str,
}

impl Shown {
    pub(super) fn new(recorder: &Recorder, config: &Config) -> Self {
        let families = recorder.families();
        let is_shown = |family: &Family| OURS.contains(&family.default_name.as_str());
        let ours: Vec<usize> = (0..families.len()).filter(|&place| is_shown(&families[place])).collect();
        let collected: Vec<Collected> = COLLECTED
            .iter()
            .map(|&(default_name, kind)| Collected { default_name, name: config.exposed(default_name), kind })
            .collect();
        let pairs = ours.iter().map(|&place| (families[place].default_name.as_str(), families[place].name.as_str()));
        let all = pairs.chain(collected.iter().map(|family| (family.default_name, family.name.as_str())));
        let names = all.filter(|(default, name)| default != name).map(|(default, name)| (default.to_owned(), name.to_owned()));
        let names = names.collect();
        let labels = config.naming.labels();
        let label_names = labels.all().filter_map(|name| Some((labels.by_default(name)?, name)));
        let label_names = label_names.filter(|(default, name)| default != name).collect();
        Self { ours, collected, labels, names, label_names }
    }

    /// A label set by its default names.
    pub(super) fn labels<'a>(&self, labels: impl IntoIterator<Item = (&'a str, String)>) -> BTreeMap<String, String> {
        let mut named = BTreeMap::new();
        for (name, value) in labels {
            match self.labels.by_default(name) {
                Some(default) => drop(named.insert(default.to_owned(), value)),
                // A label of the host's own that is called as one of ours is by default stands back.
                None => drop(named.entry(name.to_owned()).or_insert(value)),
            }
        }
        named
    }

    /// The same, of a family that a collector has.
    pub(super) fn collected_labels(&self, labels: &[LabelPair]) -> BTreeMap<String, String> {
        self.labels(labels.iter().map(|pair| (pair.name(), pair.value().to_owned())))
    }
}

const OURS: [&str; 24] = [
    "http_requests_total",
    "http_request_duration_seconds",
    "http_requests_in_flight",
    "http_response_size_bytes",
    "http_responses_incomplete_total",
    "page_load_time_seconds",
    "page_load_phase_seconds",
    "web_vitals_lcp_seconds",
    "web_vitals_inp_seconds",
    "web_vitals_fcp_seconds",
    "web_vitals_ttfb_seconds",
    "web_vitals_cls_score",
    "user_request_duration_seconds",
    "user_interactions_total",
    "user_errors_total",
    "user_journeys_total",
    "user_page_transitions_total",
    "user_sessions_total",
    "user_engaged_sessions_total",
    "user_engaged_seconds_total",
    "user_conversions_total",
    "rum_batches_total",
    "rum_events_total",
    "rum_rejected_total",
];

/// Of [`synthetic`](crate::Builder::collector) probes, with their types.
const COLLECTED: [(&str, &str); 4] = [
    ("synthetic_success", "gauge"),
    ("synthetic_latency_seconds", "gauge"),
    ("synthetic_probes_total", "counter"),
    ("network_latency_ms", "gauge"),
];

#[cfg(test)]
mod tests {
    use crate::config::Naming;

    use super::*;

    fn shown(config: &Config) -> Shown {
        Shown::new(&Recorder::new(config), config)
    }

    #[test]
    fn every_family_of_the_page_is_one_of_the_recorders() {
        let shown = shown(&Config::default());
        assert_eq!(shown.ours.len(), OURS.len());
        assert_eq!((shown.names.len(), shown.label_names.len()), (0, 0));
    }

    #[test]
    fn whatever_the_names_the_page_knows_families_and_labels_by_their_default_ones() {
        let shown = shown(&Config { namespace: "shop".to_owned(), naming: Naming::OpenTelemetry, ..Config::default() });
        assert_eq!(shown.ours.len(), OURS.len());
        assert_eq!(shown.names.len(), OURS.len() + COLLECTED.len());
        let duration = ("http_request_duration_seconds", "shop_http_server_request_duration_seconds");
        assert_eq!(shown.names[duration.0], duration.1);
        let labels = [("method", "mine"), ("http_request_method", "GET"), ("http_route", "/"), ("zone", "\"<")];
        let labels = shown.labels(labels.map(|(name, value)| (name, value.to_owned())));
        let expected = [("endpoint", "/"), ("method", "GET"), ("zone", "\"<")];
        assert_eq!(labels, expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
    }
}
