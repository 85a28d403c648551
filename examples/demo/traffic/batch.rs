//! What a page would report, and which metrics that moves.

use axum::body::Bytes;
use serde_json::{Value, json};

use super::tally::Tally;

#[derive(Default)]
pub(crate) struct Batch {
    events: Vec<Value>,
    pub(crate) moves: Tally,
}

impl Batch {
    /// With its phases, which add up to the load, and what is known of the vitals by then.
    pub(crate) fn page_load(&mut self, endpoint: &str, milliseconds: f64) {
        let share = |part: f64| milliseconds * part;
        let phases = json!({
            "dns": share(0.02), "connect": share(0.05), "request": share(0.25), "response": share(0.08),
            "dom": share(0.45), "onload": share(0.05), "other": share(0.1),
        });
        let vitals = [
            ("ttfb", "web_vitals_ttfb_seconds_count", 0.32),
            ("fcp", "web_vitals_fcp_seconds_count", 0.6),
            ("lcp", "web_vitals_lcp_seconds_count", 0.9),
        ];
        let mut event = json!({"endpoint": endpoint, "load_time": milliseconds, "phases": phases});
        for (name, metric, part) in vitals {
            event[name] = share(part).into();
            self.moves.count(metric, &[("endpoint", endpoint)]);
        }
        self.push("page_load", event);
        self.moves.count("page_load_time_seconds_count", &[("endpoint", endpoint)]);
        self.moves.add("page_load_time_seconds_sum", &[("endpoint", endpoint)], milliseconds / 1_000.0);
    }

    /// What is known once the view is over.
    pub(crate) fn vitals(&mut self, endpoint: &str, shift: f64, interaction: f64, blocked: f64) {
        self.push("web_vitals", json!({"endpoint": endpoint, "cls": shift, "inp": interaction, "blocking_time": blocked}));
        for metric in ["web_vitals_cls_score_count", "web_vitals_inp_seconds_count", "page_blocking_time_seconds_count"] {
            self.moves.count(metric, &[("endpoint", endpoint)]);
        }
    }

    pub(crate) fn page_view(&mut self, endpoint: &str, from: Option<&str>) {
        self.push("page_view", json!({"endpoint": endpoint, "from": from}));
        self.moves.count("user_journeys_total", &[("path", endpoint)]);
        if let Some(from) = from {
            self.moves.count("user_page_transitions_total", &[("from", from), ("to", endpoint)]);
        }
    }

    pub(crate) fn journey(&mut self, step: &str) {
        self.push("journey", json!({"path": step}));
        self.moves.count("user_journeys_total", &[("path", step)]);
    }

    pub(crate) fn session(&mut self) {
        self.push("session", json!({}));
        self.moves.count("user_sessions_total", &[]);
    }

    pub(crate) fn engaged(&mut self, milliseconds: u32) {
        self.push("engaged", json!({}));
        self.moves.count("user_engaged_sessions_total", &[]);
        self.push("engaged_time", json!({"value": milliseconds}));
        self.moves.add("user_engaged_seconds_total", &[], f64::from(milliseconds) / 1_000.0);
    }

    pub(crate) fn conversion(&mut self, goal: &str) {
        self.push("conversion", json!({"goal": goal}));
        self.moves.count("user_conversions_total", &[("goal", goal)]);
    }

    pub(crate) fn interactions(&mut self, kind: &str, name: &str, count: u32) {
        self.push("interaction", json!({"type": kind, "name": name, "count": count}));
        self.moves.add("user_interactions_total", &[("type", kind), ("name", name)], count.into());
    }

    pub(crate) fn error(&mut self, endpoint: &str, kind: &str) {
        self.push("error", json!({"endpoint": endpoint, "kind": kind}));
        self.moves.count("user_errors_total", &[("endpoint", endpoint), ("kind", kind)]);
    }

    /// What the page's own call took as the browser felt it.
    pub(crate) fn request(&mut self, endpoint: &str, milliseconds: f64) {
        self.push("request", json!({"endpoint": endpoint, "duration": milliseconds}));
        self.moves.count("user_request_duration_seconds_count", &[("endpoint", endpoint)]);
    }

    pub(crate) fn third_party(&mut self, service: &str, milliseconds: f64, failed: bool) {
        self.push("third_party", json!({"service": service, "duration": milliseconds}));
        self.moves.count("user_third_party_request_duration_seconds_count", &[("service", service)]);
        if failed {
            self.push("third_party_failure", json!({"service": service}));
            self.moves.count("user_third_party_failures_total", &[("service", service)]);
        }
    }

    pub(crate) fn vote(&mut self, choice: &str) {
        self.push("counter", json!({"name": "votes_total", "labels": {"choice": choice}, "value": 1}));
        self.moves.count("votes_total", &[("choice", choice)]);
    }

    pub(crate) fn search(&mut self, milliseconds: f64) {
        self.push("histogram", json!({"name": "search_duration_seconds", "value": milliseconds}));
        self.moves.count("search_duration_seconds_count", &[]);
    }

    pub(crate) fn heartbeat(&mut self) {
        self.push("heartbeat", json!({}));
    }

    /// As the script writes it; a batch of an id that is known already would count once.
    pub(crate) fn body(&self) -> Bytes {
        let id = format!("{:016x}", std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), ()));
        json!({"version": 1, "id": id, "events": self.events}).to_string().into()
    }

    fn push(&mut self, kind: &'static str, mut event: Value) {
        event["event"] = kind.into();
        self.events.push(event);
        self.moves.count("rum_events_total", &[("kind", kind)]);
    }
}
