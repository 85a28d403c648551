//! Visitors of a fleet's shop: what they ask for, and the batches that the script sends from its pages, counted by the replica that took each.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ureq::http::Response;
use ureq::{Agent, Body};

use super::samples::{Labels, Samples, labels};

/// What visitors see: one address.
pub struct Shop {
    agent: Agent,
    address: String,
}

/// An answer by a replica, or by a proxy that had none.
pub struct Answer {
    pub status: u16,
    /// The template that the script would name.
    pub endpoint: Option<String>,
    pub replica: Option<String>,
}

impl Shop {
    pub fn at(address: &str) -> Self {
        let config =
            Agent::config_builder().http_status_as_error(false).proxy(None).timeout_global(Some(Duration::from_secs(30)));
        Self { agent: config.build().into(), address: address.to_owned() }
    }

    /// From `/` to a purchase; one in three leaves at once, and one in three after a product. Nothing, where a proxy had no answer.
    pub fn visit(&self, number: u64, tally: &mut Tally) -> Option<()> {
        let mut session = Session { shop: self, tally, seen: None, replicas: BTreeSet::new() };
        session.view("/", vec![Event::plain("session", "user_sessions_total")])?;
        if number.is_multiple_of(3) {
            return Some(());
        }
        session.view(&format!("/products/{number}"), vec![Event::plain("engaged", "user_engaged_sessions_total")])?;
        if number % 3 == 1 {
            session.ask("GET", "/fails", "/fails")?;
            return Some(());
        }
        let plan = if number.is_multiple_of(2) { "free" } else { "pro" };
        session.view("/cart", vec![Event::added(plan, number % 5 + 1), Event::journey("checkout"), Event::error("/cart")])?;
        session.ask("POST", "/checkout", "/checkout")?;
        session.report(&[Event::conversion("purchase")]).map(|_| ())
    }

    pub fn get(&self, path: &str) -> Answer {
        Answer::of(self.agent.get(self.url(path)).header("user-agent", BROWSER).call().unwrap())
    }

    /// From a page of this origin, as a browser would.
    pub fn post(&self, origin: &str, path: &str, body: &str) -> Answer {
        let request = self.agent.post(self.url(path)).header("user-agent", BROWSER).header("origin", origin);
        Answer::of(request.header("content-type", "text/plain;charset=UTF-8").send(body).unwrap())
    }

    /// The shop's own origin.
    pub fn origin(&self) -> String {
        self.url("")
    }

    /// Asks for what is counted under this template.
    pub fn ask(&self, method: &'static str, path: &str, template: &str, tally: &mut Tally) -> Option<Answer> {
        let answer = if method == "POST" { self.post(&self.origin(), path, "") } else { self.get(path) };
        let replica = tally.served(method, &answer)?;
        tally.count(&replica, "http_requests_total", labels([("endpoint", template)]), 1.0);
        if answer.status == 500 {
            tally.count(&replica, "http_errors_total", labels([("endpoint", template)]), 1.0);
        }
        Some(answer)
    }

    /// Sends what the script would, in a batch of its own; the replica that took it.
    pub fn report(&self, events: &[Event], tally: &mut Tally) -> Option<String> {
        let answer = self.post(&self.origin(), "/log-beacon", &batch(events));
        let replica = tally.served("POST", &answer)?;
        assert_eq!(answer.status, 204);
        for (family, labels, amount) in events.iter().flat_map(|event| &event.moves) {
            tally.count(&replica, family, labels.clone(), *amount);
        }
        Some(replica)
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

impl Answer {
    fn of(mut response: Response<Body>) -> Self {
        response.body_mut().read_to_vec().unwrap();
        let field = |name: &str| Some(response.headers().get(name)?.to_str().unwrap().to_owned());
        let endpoint = field("server-timing").map(|told| {
            let (_, told) = told.split_once("route;desc=\"").unwrap();
            told.split('"').next().unwrap().replace("%7B", "{").replace("%7D", "}")
        });
        Self { status: response.status().as_u16(), endpoint, replica: field("x-replica") }
    }
}

/// One visitor's tab: it knows what the script keeps in `sessionStorage`, and no server does.
struct Session<'a> {
    shop: &'a Shop,
    tally: &'a mut Tally,
    seen: Option<String>,
    replicas: BTreeSet<String>,
}

impl Session<'_> {
    /// A page, its script, and what the script reports: three requests, so that the batches of a visitor go to either of two replicas by turns.
    fn view(&mut self, path: &str, events: Vec<Event>) -> Option<()> {
        let template = if path.starts_with("/products/") { "/products/{id}" } else { path };
        let endpoint = self.ask("GET", path, template)?.endpoint.expect("a template in Server-Timing");
        assert_eq!(endpoint, template);
        let script = self.shop.get("/rum.js");
        self.tally.served("GET", &script)?;
        let view = Event::page_view(&endpoint, self.seen.as_deref());
        let events: Vec<Event> = [view, Event::page_load(&endpoint)].into_iter().chain(events).collect();
        let replica = self.report(&events)?;
        // The second of the two, the first time.
        if self.replicas.insert(replica) && self.replicas.len() == 2 {
            self.tally.hopped += 1;
        }
        self.seen = Some(endpoint);
        Some(())
    }

    fn ask(&mut self, method: &'static str, path: &str, template: &str) -> Option<Answer> {
        self.shop.ask(method, path, template, self.tally)
    }

    fn report(&mut self, events: &[Event]) -> Option<String> {
        self.shop.report(events, self.tally)
    }
}

/// Something that the script reports, and what it is to move.
pub struct Event {
    text: String,
    moves: Vec<(&'static str, Labels, f64)>,
}

impl Event {
    pub fn page_load(endpoint: &str) -> Self {
        let text = format!(r#"{{"event":"page_load","endpoint":"{endpoint}","load_time":250,"phases":{{"dom":250}}}}"#);
        Self::of(text, "page_load_time_seconds_count", labels([("endpoint", endpoint)]), 1.0)
    }

    fn plain(event: &str, family: &'static str) -> Self {
        Self::of(format!(r#"{{"event":"{event}"}}"#), family, labels([]), 1.0)
    }

    fn page_view(endpoint: &str, from: Option<&str>) -> Self {
        let Some(from) = from else {
            let text = format!(r#"{{"event":"page_view","endpoint":"{endpoint}"}}"#);
            return Self::of(text, "user_journeys_total", labels([("path", endpoint)]), 1.0);
        };
        let text = format!(r#"{{"event":"page_view","endpoint":"{endpoint}","from":"{from}"}}"#);
        let mut view = Self::of(text, "user_journeys_total", labels([("path", endpoint)]), 1.0);
        view.moves.push(("user_page_transitions_total", labels([("from", from), ("to", endpoint)]), 1.0));
        view
    }

    fn journey(path: &str) -> Self {
        Self::of(format!(r#"{{"event":"journey","path":"{path}"}}"#), "user_journeys_total", labels([("path", path)]), 1.0)
    }

    fn conversion(goal: &str) -> Self {
        Self::of(format!(r#"{{"event":"conversion","goal":"{goal}"}}"#), "user_conversions_total", labels([("goal", goal)]), 1.0)
    }

    fn error(endpoint: &str) -> Self {
        let text = format!(r#"{{"event":"error","endpoint":"{endpoint}","kind":"exception","count":2}}"#);
        Self::of(text, "user_errors_total", labels([("endpoint", endpoint), ("kind", "exception")]), 2.0)
    }

    fn added(plan: &str, amount: u64) -> Self {
        let text = format!(r#"{{"event":"counter","name":"added_total","labels":{{"plan":"{plan}"}},"value":{amount}}}"#);
        Self::of(text, "added_total", labels([("plan", plan)]), amount as f64)
    }

    fn of(text: String, family: &'static str, labels: Labels, amount: f64) -> Self {
        Self { text, moves: vec![(family, labels, amount)] }
    }
}

/// A body as the script sends it, under a number that no other has.
pub fn batch(events: &[Event]) -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let texts: Vec<&str> = events.iter().map(|event| event.text.as_str()).collect();
    let id = NEXT.fetch_add(1, Ordering::Relaxed);
    format!(r#"{{"version":1,"id":"{id:032x}","webdriver":false,"events":[{}]}}"#, texts.join(","))
}

const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/// What each replica has taken, by family.
#[derive(Default)]
pub struct Tally {
    taken: BTreeMap<String, BTreeMap<&'static str, Samples>>,
    /// Visits of which each replica took a batch.
    pub hopped: u64,
    /// Method and status of what a proxy answered itself.
    pub unserved: Vec<(&'static str, u16)>,
}

impl Tally {
    /// Of the fleet.
    pub fn of_all(&self, family: &str) -> Samples {
        let mut total = Samples::new();
        for (labels, count) in self.taken.values().filter_map(|families| families.get(family)).flatten() {
            *total.entry(labels.clone()).or_default() += count;
        }
        total
    }

    pub fn of(&self, replica: &str, family: &str) -> Samples {
        self.taken.get(replica).and_then(|families| families.get(family)).cloned().unwrap_or_default()
    }

    pub fn add(&mut self, more: Self) {
        for (replica, families) in more.taken {
            for (family, samples) in families {
                for (labels, amount) in samples {
                    self.count(&replica, family, labels, amount);
                }
            }
        }
        self.hopped += more.hopped;
        self.unserved.extend(more.unserved);
    }

    pub fn count(&mut self, replica: &str, family: &'static str, labels: Labels, amount: f64) {
        *self.taken.entry(replica.to_owned()).or_default().entry(family).or_default().entry(labels).or_default() += amount;
    }

    /// The replica that an answer is of.
    fn served(&mut self, method: &'static str, answer: &Answer) -> Option<String> {
        if answer.replica.is_none() {
            self.unserved.push((method, answer.status));
        }
        answer.replica.clone()
    }
}
