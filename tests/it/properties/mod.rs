//! What holds for every beacon that there can be: it moves what it is about, once, and nothing else, however it is written; and every text
//! that can be a label comes out as it went in.

mod events;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use http::{Request, Response};
use prometheus::{IntGaugeVec, Opts, Registry};
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use tower_rum::{Buckets, ClientCounter, ClientHistogram, Monitor, Unit};

use crate::support::beacon::batch;
use crate::support::change::moved;
use crate::support::layered::respond;
use crate::support::metrics::Metrics;
use crate::support::mount::{FORM, JSON, Mount};
use crate::support::scrape::{OPENMETRICS, text};
use crate::support::{block_on, openmetrics, text_format};

use events::{Event, Move, event, single};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_valid_event_of_a_batch_moves_what_it_is_about_once_and_nothing_else(events in vec(event(), 1..30)) {
        let monitor = monitor();
        let before = block_on(Metrics::of(&monitor));
        let json: Vec<String> = events.iter().map(Event::json).collect();
        prop_assert_eq!(block_on(batch(&monitor, &format!("[{}]", json.join(",")))).status(), 204);
        let mut expected = Expected::default();
        for event in &events {
            expected.add(&format!(r#"rum_events_total{{kind="{}"}}"#, event.kind), 1.0);
            event.moves.iter().for_each(|moved| expected.record(moved));
        }
        expected.add(r#"rum_batches_total{result="accepted"}"#, 1.0);
        expected.check(&before, &block_on(Metrics::of(&monitor)))?;
    }

    #[test]
    fn an_event_is_the_same_as_form_as_json_and_in_a_batch(event in single()) {
        let moved_by = |post: &dyn Fn(&Monitor, &Mount) -> u16| {
            let monitor = monitor();
            let before = block_on(Metrics::of(&monitor));
            let status = post(&monitor, &Mount::tower(&monitor));
            let mut moved = moved(&before, &block_on(Metrics::of(&monitor)));
            moved.remove(r#"rum_batches_total{result="accepted"}"#);
            (status, moved)
        };
        let path = event.path();
        let in_batch = moved_by(&|monitor, _| block_on(batch(monitor, &format!("[{}]", event.json()))).status().as_u16());
        let as_form = moved_by(&|_, mount| block_on(mount.post(path, FORM, event.form())).status);
        let as_json = moved_by(&|_, mount| block_on(mount.post(path, JSON, event.bare_json())).status);
        prop_assert_eq!(in_batch.0, 204);
        prop_assert_eq!(&in_batch, &as_form);
        prop_assert_eq!(&in_batch, &as_json);
    }

    #[test]
    fn every_text_comes_out_of_every_label_as_it_went_in(
        templates in btree_set(".{1,40}", 1..8),
        names in btree_set("[ -~]{1,20}", 1..8),
        host in btree_set("(?s).{0,20}", 1..8),
        constant in "[ -~]{1,20}",
    ) {
        let registry = Registry::new();
        let gauges = IntGaugeVec::new(Opts::new("of_host", "Of the host."), &["text"]).unwrap();
        registry.register(Box::new(gauges.clone())).unwrap();
        for text in &host {
            gauges.with_label_values(&[text]).set(1);
        }
        let monitor = Monitor::builder()
            .registry(registry)
            .endpoint(|request| request.extensions().get::<String>().map(|template| Cow::Owned(template.clone())))
            .interaction_names(&names)
            .const_label("constant", &constant)
            .build();
        // The two texts that are labels of this crate's own are no names.
        prop_assume!(monitor.is_ok());
        let monitor = monitor.unwrap();
        for template in &templates {
            let mut request = Request::new(());
            request.extensions_mut().insert(template.clone());
            respond(&monitor, request, Response::default());
        }
        let fits = |template: &&String| template.len() <= 256 && !template.contains(|c: char| c.is_ascii_control());
        let endpoints = templates.iter().filter(fits).cloned();
        let unmatched = templates.iter().any(|template| !fits(&template)).then(|| "unmatched".to_owned());
        let endpoints: BTreeSet<String> = endpoints.chain(unmatched).collect();

        let plain = text_format::parse(&block_on(Metrics::of(&monitor)).text);
        let openmetrics = openmetrics::parse(&block_on(text(&monitor, OPENMETRICS))).families;
        for (families, suffix) in [(&plain, "_total"), (&openmetrics, "")] {
            let labels = |family: String, label: &str| -> BTreeSet<String> {
                families[&family].samples.iter().map(|sample| sample.labels[label].clone()).collect()
            };
            prop_assert_eq!(&labels(format!("http_requests{suffix}"), "endpoint"), &endpoints);
            prop_assert_eq!(&labels("of_host".to_owned(), "text"), &host);
            prop_assert_eq!(labels(format!("http_requests{suffix}"), "constant"), BTreeSet::from([constant.clone()]));
            let shown = labels(format!("user_interactions{suffix}"), "name");
            prop_assert!(names.iter().all(|name| shown.contains(name)), "{:?} of {:?}", shown, names);
        }
    }
}

/// What is to move: counters by their series, and what histograms hold more.
#[derive(Default)]
struct Expected {
    counters: BTreeMap<String, f64>,
    histograms: BTreeMap<(&'static str, String), Vec<f64>>,
}

impl Expected {
    fn add(&mut self, series: &str, amount: f64) {
        *self.counters.entry(series.to_owned()).or_default() += amount;
    }

    fn record(&mut self, moved: &Move) {
        match moved {
            Move::Counter(series, amount) => self.add(series, *amount),
            Move::Histogram(family, labels, value) => {
                self.histograms.entry((family, labels.clone())).or_default().push(*value);
            }
        }
    }

    /// Every sample there is afterwards is what it was before, and what this adds to it.
    fn check(mut self, before: &Metrics, after: &Metrics) -> Result<(), TestCaseError> {
        let was: BTreeMap<&str, f64> = before.samples().collect();
        for (series, is) in after.samples() {
            let more = is - was.get(series).copied().unwrap_or_default();
            let expected = self.take(series);
            prop_assert!((more - expected).abs() < 1e-6, "{} moved by {}, not {}", series, more, expected);
        }
        prop_assert!(self.counters.is_empty(), "no {:?}", self.counters);
        let there = |(family, labels): &(&str, String)| {
            let labels = if labels.is_empty() { String::new() } else { format!("{{{labels}}}") };
            after.get(&format!("{family}_count{labels}")).is_some()
        };
        prop_assert!(self.histograms.keys().all(there));
        Ok(())
    }

    fn take(&mut self, series: &str) -> f64 {
        if let Some(amount) = self.counters.remove(series) {
            return amount;
        }
        let (name, labels) = series.strip_suffix('}').and_then(|series| series.split_once('{')).unwrap_or((series, ""));
        let of = |suffix: &str, labels: &str| {
            let family = name.strip_suffix(suffix)?;
            let found = self.histograms.iter().find(|((known, of), _)| *known == family && of == labels);
            found.map(|(_, values)| values)
        };
        let (others, bound) = labels.rsplit_once("le=\"").map_or((labels, None), |(others, bound)| (others, Some(bound)));
        match bound {
            Some(bound) => {
                let bound: f64 = bound.trim_end_matches('"').parse().unwrap();
                let values = of("_bucket", others.trim_end_matches(','));
                values.map_or(0.0, |values| values.iter().filter(|&&value| value <= bound).count() as f64)
            }
            None => match (of("_count", labels), of("_sum", labels)) {
                (Some(values), _) => values.len() as f64,
                (_, Some(values)) => values.iter().sum(),
                _ => 0.0,
            },
        }
    }
}

fn monitor() -> Monitor {
    Monitor::builder()
        .registry(Registry::new())
        .endpoints(["/", "/users/{id}"])
        .interaction_names(["buy", "a\"b\\c"])
        .journeys(["start"])
        .goals(["signup"])
        .third_party("firebase", "https://firestore.googleapis.com")
        .client_counter(ClientCounter::new("votes_total", "Votes.").label("choice", ["yes", "no"]).label("plan", ["free", "pro"]))
        .client_histogram(ClientHistogram::new("search_duration_seconds", "Search.", Unit::Seconds).max_value(60.0))
        .client_histogram(
            ClientHistogram::new("cart_items", "Items.", Unit::None)
                .buckets(Buckets::new([1.0, 5.0]).unwrap())
                .max_value(1_000.0),
        )
        .build()
        .unwrap()
}
