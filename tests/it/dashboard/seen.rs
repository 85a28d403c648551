//! What a page makes of the answers, written anew: every series at every sample.

use std::collections::BTreeMap;

use serde_json::Value;

/// By series, as `/metrics` writes it, but with its labels sorted.
pub(super) type State = BTreeMap<String, f64>;

#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) generation: String,
    series: Vec<Value>,
    state: BTreeMap<usize, Value>,
    /// The number of the last sample, and what everything stood at in each.
    pub(super) last: Option<u64>,
    pub(super) samples: BTreeMap<u64, (f64, State)>,
    pub(super) now: State,
}

impl Seen {
    /// What the next request asks for.
    pub(super) fn query(&self) -> String {
        if self.generation.is_empty() {
            return String::new();
        }
        let after = self.last.map(|last| format!("&after={last}")).unwrap_or_default();
        format!("?generation={}&series={}{after}", self.generation, self.series.len())
    }

    pub(super) fn take(&mut self, answer: &Value) {
        if answer["generation"] != self.generation.as_str() {
            *self = Self { generation: answer["generation"].as_str().unwrap().to_owned(), ..Self::default() };
        }
        assert_eq!(answer["first_series"], self.series.len());
        self.series.extend(answer["series"].as_array().unwrap().iter().cloned());
        for sample in answer["samples"].as_array().unwrap() {
            let number = sample["number"].as_u64().unwrap();
            assert!(self.last.is_none_or(|last| number > last));
            self.last = Some(number);
            put(&mut self.state, &sample["values"]);
            self.samples.insert(number, (sample["time"].as_f64().unwrap(), self.named(&self.state)));
        }
        let mut now = self.state.clone();
        put(&mut now, &answer["now"]["values"]);
        self.now = self.named(&now);
    }

    fn named(&self, state: &BTreeMap<usize, Value>) -> State {
        let mut named = State::new();
        for (number, value) in state {
            let series = &self.series[*number];
            let family = series["family"].as_str().unwrap();
            let labels: BTreeMap<&str, String> = series["labels"]
                .as_object()
                .unwrap()
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str().unwrap().to_owned()))
                .collect();
            let Some(cells) = value.as_array() else {
                named.extend(value.as_f64().map(|value| (name(family, &labels), value)));
                continue;
            };
            let mut bounds: Vec<f64> = series["bounds"].as_array().unwrap().iter().map(|bound| bound.as_f64().unwrap()).collect();
            bounds.push(f64::INFINITY);
            assert_eq!(cells.len(), bounds.len() + 1, "{series}");
            let (sum, counts) = cells.split_last().unwrap();
            let mut total = 0.0;
            for (bound, count) in bounds.iter().zip(counts) {
                total += count.as_f64().unwrap();
                let mut labels = labels.clone();
                labels.insert("le", bound.to_string());
                named.insert(name(&format!("{family}_bucket"), &labels), total);
            }
            named.insert(name(&format!("{family}_count"), &labels), total);
            named.insert(name(&format!("{family}_sum"), &labels), sum.as_f64().unwrap());
        }
        named
    }
}

fn put(state: &mut BTreeMap<usize, Value>, values: &Value) {
    for (number, value) in values.as_object().unwrap() {
        state.insert(number.parse().unwrap(), value.clone());
    }
}

fn name(family: &str, labels: &BTreeMap<&str, String>) -> String {
    let labels: Vec<String> = labels.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
    format!("{family}{{{}}}", labels.join(","))
}

/// The samples of a scrape, in the same spelling; of the families that the page shows. Values of labels here hold no quotes and commas.
pub(super) fn scraped(text: &str) -> State {
    let mut state = State::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (series, value) = line.rsplit_once(' ').unwrap();
        let (family, labels) =
            series.split_once('{').map_or((series, ""), |(family, labels)| (family, labels.trim_end_matches('}')));
        let pairs = labels.split(',').filter_map(|pair| pair.split_once('='));
        let mut labels: BTreeMap<&str, String> = pairs.map(|(name, value)| (name, value.trim_matches('"').to_owned())).collect();
        if let Some(bound) = labels.get_mut("le") {
            *bound = bound.replace("+Inf", "inf").parse::<f64>().unwrap().to_string();
        }
        if SHOWN.iter().any(|shown| {
            family == *shown
                || [format!("{shown}_bucket"), format!("{shown}_count"), format!("{shown}_sum")].contains(&family.to_owned())
        }) {
            state.insert(name(family, &labels), value.parse().unwrap());
        }
    }
    state
}

const SHOWN: [&str; 24] = [
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
