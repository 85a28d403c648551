//! A visitor of the demo who counts everything sent.

use std::collections::BTreeMap;
use std::iter::Sum;
use std::time::Instant;

use super::http::{Client, Reply};
use super::samples::{Labels, Samples, labels};

/// Looks at every page, calls what works and what fails, and reports like a browser; one report is refused.
pub fn visit(client: &Client, tally: &mut Tally) {
    let user = tally.visits;
    tally.visits += 1;
    tally.request("GET", "/", || client.get("/"));
    tally.request("HEAD", "/", || client.head("/"));
    tally.request("GET", "/shop", || client.get("/shop?from=home"));
    tally.request("POST", "/shop", || client.post_empty("/shop"));
    tally.request("GET", "/users/{id}", || client.get(&format!("/users/{user}")));
    tally.request("GET", "/simulate-load", || client.get("/simulate-load"));
    tally.request("GET", "/simulate-error", || client.get("/simulate-error"));
    tally.request("GET", "unmatched", || client.get(&format!("/nowhere/{user}")));

    let (fast, slow) = (100 + user % 7 * 25, 900 + user % 11 * 300);
    accepted(&client.post("/log-page-load", FORM, &format!("load_time={fast}&endpoint=%2F")));
    tally.page_loaded("/", fast);
    accepted(&client.post("/log-page-load", JSON, &format!(r#"{{"load_time":{slow},"endpoint":"/users/{{id}}"}}"#)));
    tally.page_loaded("/users/{id}", slow);
    accepted(&client.post("/log-interaction", FORM, "type=click"));
    accepted(&client.post("/log-interaction", TEXT, r#"{"type":"click"}"#));
    tally.interacted("click", 2);
    accepted(&client.post("/log-interaction", JSON, r#"{"type":"scroll"}"#));
    tally.interacted("scroll", 1);
    accepted(&client.post("/log-user-error", JSON, r#"{"kind":"exception","endpoint":"/shop"}"#));
    tally.user_error("/shop", "exception");
    accepted(&client.post_empty("/log-user-error"));
    tally.user_error("unmatched", "reported");
    assert_eq!(client.post("/log-interaction", FORM, "type=nonsense").status, 422);
    tally.refused("unknown_name");
}

#[track_caller]
fn accepted(reply: &Reply) {
    assert_eq!(reply.status, 204, "{}", reply.body);
}

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";
/// As `sendBeacon` names a string.
const TEXT: &str = "text/plain;charset=UTF-8";

/// What was sent, by the labels under which it should be counted.
#[derive(Default, Clone)]
pub struct Tally {
    visits: u32,
    exchanges: BTreeMap<Labels, Exchanges>,
    /// Milliseconds, by endpoint.
    page_loads: BTreeMap<&'static str, Vec<u32>>,
    interactions: Samples,
    user_errors: Samples,
    rejections: Samples,
}

#[derive(Default, Clone, Copy)]
struct Exchanges {
    count: f64,
    bytes: f64,
    seconds: f64,
}

impl Tally {
    pub fn requests(&self) -> Samples {
        self.by_exchange(|exchanges| exchanges.count)
    }

    /// How long the client waited for whole responses.
    pub fn seconds_waited(&self) -> Samples {
        self.by_exchange(|exchanges| exchanges.seconds)
    }

    pub fn responses(&self) -> Samples {
        without(&["status"], self.requests())
    }

    pub fn response_bytes(&self) -> Samples {
        without(&["status"], self.by_exchange(|exchanges| exchanges.bytes))
    }

    pub fn requests_by_endpoint(&self) -> Samples {
        without(&["method", "status"], self.requests())
    }

    pub fn server_errors(&self) -> Samples {
        without(&["status"], self.requests().into_iter().filter(|(labels, _)| labels["status"].starts_with('5')))
    }

    pub fn page_loads(&self) -> Samples {
        self.by_page(|loads| loads.len() as f64)
    }

    pub fn page_load_seconds(&self) -> Samples {
        self.by_page(|loads| f64::from(loads.iter().sum::<u32>()) / 1000.0)
    }

    pub fn page_loads_within(&self, endpoint: &str, seconds: f64) -> f64 {
        self.page_loads[endpoint].iter().filter(|&&load| f64::from(load) / 1000.0 <= seconds).count() as f64
    }

    pub fn interactions(&self) -> Samples {
        self.interactions.clone()
    }

    pub fn user_errors(&self) -> Samples {
        self.user_errors.clone()
    }

    pub fn rejections(&self) -> Samples {
        self.rejections.clone()
    }

    pub fn events(&self) -> Samples {
        let counts = [("page_load", self.page_loads()), ("interaction", self.interactions()), ("error", self.user_errors())];
        counts.map(|(kind, samples)| (labels([("kind", kind)]), samples.into_values().sum())).into()
    }

    /// Whether `/simulate-error` has both failed and worked.
    pub fn has_seen_both_outcomes(&self) -> bool {
        self.exchanges.keys().filter(|labels| labels["endpoint"] == "/simulate-error").count() == 2
    }

    fn request(&mut self, method: &str, endpoint: &str, send: impl FnOnce() -> Reply) {
        let start = Instant::now();
        let reply = send();
        let labels = labels([("method", method), ("endpoint", endpoint), ("status", &reply.status.to_string())]);
        let seconds = start.elapsed().as_secs_f64();
        *self.exchanges.entry(labels).or_default() += Exchanges { count: 1.0, bytes: reply.body.len() as f64, seconds };
    }

    fn page_loaded(&mut self, endpoint: &'static str, milliseconds: u32) {
        self.page_loads.entry(endpoint).or_default().push(milliseconds);
    }

    fn interacted(&mut self, kind: &str, times: u32) {
        *self.interactions.entry(labels([("type", kind), ("name", "")])).or_default() += f64::from(times);
    }

    fn user_error(&mut self, endpoint: &str, kind: &str) {
        *self.user_errors.entry(labels([("endpoint", endpoint), ("kind", kind)])).or_default() += 1.0;
    }

    fn refused(&mut self, reason: &str) {
        *self.rejections.entry(labels([("reason", reason)])).or_default() += 1.0;
    }

    fn by_exchange(&self, number: impl Fn(&Exchanges) -> f64) -> Samples {
        self.exchanges.iter().map(|(labels, exchanges)| (labels.clone(), number(exchanges))).collect()
    }

    fn by_page(&self, number: impl Fn(&[u32]) -> f64) -> Samples {
        self.page_loads.iter().map(|(endpoint, loads)| (labels([("endpoint", endpoint)]), number(loads))).collect()
    }
}

impl Sum for Tally {
    fn sum<I: Iterator<Item = Self>>(tallies: I) -> Self {
        let mut total = Self::default();
        for tally in tallies {
            total.visits += tally.visits;
            for (labels, exchanges) in tally.exchanges {
                *total.exchanges.entry(labels).or_default() += exchanges;
            }
            for (endpoint, loads) in tally.page_loads {
                total.page_loads.entry(endpoint).or_default().extend(loads);
            }
            add(&mut total.interactions, tally.interactions);
            add(&mut total.user_errors, tally.user_errors);
            add(&mut total.rejections, tally.rejections);
        }
        total
    }
}

impl std::ops::AddAssign for Exchanges {
    fn add_assign(&mut self, more: Self) {
        self.count += more.count;
        self.bytes += more.bytes;
        self.seconds += more.seconds;
    }
}

fn without(dropped: &[&str], samples: impl IntoIterator<Item = (Labels, f64)>) -> Samples {
    let mut kept = Samples::new();
    add(
        &mut kept,
        samples.into_iter().map(|(mut labels, value)| {
            labels.retain(|name, _| !dropped.contains(&name.as_str()));
            (labels, value)
        }),
    );
    kept
}

fn add(total: &mut Samples, more: impl IntoIterator<Item = (Labels, f64)>) {
    for (labels, value) in more {
        *total.entry(labels).or_default() += value;
    }
}
