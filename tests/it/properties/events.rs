//! Valid events, and what each of them is to move.

use std::fmt::Write as _;

use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

#[derive(Debug, Clone)]
pub struct Event {
    pub kind: &'static str,
    /// Name and JSON.
    fields: Vec<(&'static str, String)>,
    pub moves: Vec<Move>,
}

#[derive(Debug, Clone)]
pub enum Move {
    Counter(String, f64),
    /// Family, labels, value.
    Histogram(&'static str, String, f64),
}

impl Event {
    fn new(kind: &'static str) -> Self {
        Self { kind, fields: Vec::new(), moves: Vec::new() }
    }

    fn text(self, name: &'static str, text: &str) -> Self {
        self.json_field(name, serde_json::to_string(text).unwrap())
    }

    fn json_field(mut self, name: &'static str, json: String) -> Self {
        self.fields.push((name, json));
        self
    }

    fn counts(mut self, series: String, amount: f64) -> Self {
        self.moves.push(Move::Counter(series, amount));
        self
    }

    /// A field, where it is there, and the histogram that it moves.
    fn observes(mut self, name: &'static str, sent: Option<Thousandths>, family: &'static str, labels: &str, per: f64) -> Self {
        let Some(Thousandths(sent)) = sent else { return self };
        let value = f64::from(sent) / 1_000.0;
        self.moves.push(Move::Histogram(family, labels.to_owned(), value / per));
        self.json_field(name, format!("{value}"))
    }

    /// Names the endpoint, and says by which label that counts.
    fn at(self, field: &'static str, endpoint: Option<&str>) -> (Self, &'static str) {
        let known = ["/", "/users/{id}"].into_iter().find(|known| endpoint == Some(*known));
        let event = match endpoint {
            Some(endpoint) => self.text(field, endpoint),
            None => self,
        };
        (event, known.unwrap_or("unmatched"))
    }

    fn count(self, count: Option<u16>, series: impl Fn() -> String) -> Self {
        let event = match count {
            Some(count) => self.json_field("count", count.to_string()),
            None => self,
        };
        event.counts(series(), f64::from(count.unwrap_or(1)))
    }

    pub fn json(&self) -> String {
        object([("event", format!("\"{}\"", self.kind))].iter().chain(&self.fields))
    }

    pub fn bare_json(&self) -> String {
        object(self.fields.iter())
    }

    pub fn form(&self) -> String {
        let mut form = String::new();
        for (name, json) in &self.fields {
            let text = serde_json::from_str::<String>(json).unwrap_or_else(|_| json.clone());
            let _ = write!(form, "{}{name}=", if form.is_empty() { "" } else { "&" });
            for byte in text.bytes() {
                let _ = write!(form, "%{byte:02x}");
            }
        }
        form
    }

    /// Where it can be sent alone.
    pub fn path(&self) -> &'static str {
        match self.kind {
            "page_load" => "/log-page-load",
            "interaction" => "/log-interaction",
            _ => "/log-user-error",
        }
    }
}

fn object<'a>(fields: impl Iterator<Item = &'a (&'static str, String)>) -> String {
    let fields: Vec<String> = fields.map(|(name, json)| format!("\"{name}\":{json}")).collect();
    format!("{{{}}}", fields.join(","))
}

/// Sums of these are exact to the microsecond.
#[derive(Debug, Clone, Copy)]
struct Thousandths(u32);

fn milliseconds(most: u32) -> impl Strategy<Value = Thousandths> {
    let bounds = select(vec![0, 1, 100_000, 250_000, 1_000_000, 2_500_000]).prop_map(move |bound: u32| bound.min(most * 1_000));
    prop_oneof![0..=most * 1_000, bounds].prop_map(Thousandths)
}

fn endpoint() -> impl Strategy<Value = Option<String>> {
    let known = select(vec!["/", "/users/{id}", "unmatched", "overflow", ""]).prop_map(str::to_owned);
    of(prop_oneof![2 => known, 1 => "(?s).{0,300}"])
}

fn name() -> impl Strategy<Value = Option<&'static str>> {
    of(select(vec!["buy", "a\"b\\c", ""]))
}

pub fn event() -> impl Strategy<Value = Event> {
    prop_oneof![3 => single(), 1 => web_vitals(), 1 => views(), 1 => requests(), 1 => declared(), 1 => plain()].prop_flat_map(
        |event| {
            let rest = event.clone();
            Just(event.fields).prop_shuffle().prop_map(move |fields| Event { fields, ..rest.clone() })
        },
    )
}

/// One that has an endpoint of its own.
pub fn single() -> impl Strategy<Value = Event> {
    prop_oneof![page_load(), interaction(), error()]
}

fn page_load() -> impl Strategy<Value = Event> {
    let vitals = (of(milliseconds(600_000)), of(milliseconds(60_000)), of(milliseconds(10)));
    (endpoint(), milliseconds(600_000), vitals).prop_map(|(endpoint, load, (lcp, inp, cls))| {
        let (event, label) = Event::new("page_load").at("endpoint", endpoint.as_deref());
        let labels = format!("endpoint=\"{label}\"");
        let event = event.observes("load_time", Some(load), "page_load_time_seconds", &labels, 1_000.0);
        let event = event.observes("lcp", lcp, "web_vitals_lcp_seconds", &labels, 1_000.0);
        let event = event.observes("inp", inp, "web_vitals_inp_seconds", &labels, 1_000.0);
        event.observes("cls", cls, "web_vitals_cls_score", &labels, 1.0)
    })
}

fn interaction() -> impl Strategy<Value = Event> {
    (select(vec!["click", "submit", "scroll"]), name(), of(1..=1_000_u16)).prop_map(|(kind, name, count)| {
        let event = Event::new("interaction").text("type", kind);
        let event = if let Some(name) = name { event.text("name", name) } else { event };
        let escaped = name.unwrap_or_default().replace('\\', r"\\").replace('"', r#"\""#);
        event.count(count, || format!(r#"user_interactions_total{{type="{kind}",name="{escaped}"}}"#))
    })
}

fn error() -> impl Strategy<Value = Event> {
    (endpoint(), of(select(vec!["exception", "resource", "reported"])), of(1..=1_000_u16)).prop_map(|(endpoint, kind, count)| {
        let (event, label) = Event::new("error").at("endpoint", endpoint.as_deref());
        let event = if let Some(kind) = kind { event.text("kind", kind) } else { event };
        let kind = kind.unwrap_or("reported");
        event.count(count, || format!(r#"user_errors_total{{endpoint="{label}",kind="{kind}"}}"#))
    })
}

fn web_vitals() -> impl Strategy<Value = Event> {
    (endpoint(), milliseconds(600_000), of(milliseconds(600_000)), of(milliseconds(600_000))).prop_map(
        |(endpoint, fcp, ttfb, blocking)| {
            let (event, label) = Event::new("web_vitals").at("endpoint", endpoint.as_deref());
            let labels = format!("endpoint=\"{label}\"");
            let event = event.observes("fcp", Some(fcp), "web_vitals_fcp_seconds", &labels, 1_000.0);
            let event = event.observes("ttfb", ttfb, "web_vitals_ttfb_seconds", &labels, 1_000.0);
            event.observes("blocking_time", blocking, "page_blocking_time_seconds", &labels, 1_000.0)
        },
    )
}

fn views() -> impl Strategy<Value = Event> {
    (endpoint(), endpoint()).prop_map(|(endpoint, from)| {
        let came = from.is_some();
        let (event, to) = Event::new("page_view").at("endpoint", endpoint.as_deref());
        let (event, from) = event.at("from", from.as_deref());
        let event = event.counts(format!(r#"user_journeys_total{{path="{to}"}}"#), 1.0);
        if came { event.counts(format!(r#"user_page_transitions_total{{from="{from}",to="{to}"}}"#), 1.0) } else { event }
    })
}

fn requests() -> impl Strategy<Value = Event> {
    let own = (endpoint(), milliseconds(600_000)).prop_map(|(endpoint, duration)| {
        let (event, label) = Event::new("request").at("endpoint", endpoint.as_deref());
        event.observes("duration", Some(duration), "user_request_duration_seconds", &format!("endpoint=\"{label}\""), 1_000.0)
    });
    let others = milliseconds(600_000).prop_map(|duration| {
        let event = Event::new("third_party").text("service", "firebase");
        event.observes("duration", Some(duration), "user_third_party_request_duration_seconds", "service=\"firebase\"", 1_000.0)
    });
    let failed = of(1..=1_000_u16).prop_map(|count| {
        let event = Event::new("third_party_failure").text("service", "firebase");
        event.count(count, || r#"user_third_party_failures_total{service="firebase"}"#.to_owned())
    });
    prop_oneof![own, others, failed]
}

fn declared() -> impl Strategy<Value = Event> {
    let counter = (select(vec!["yes", "no"]), select(vec!["free", "pro"]), 1..=1_000_u16).prop_map(|(choice, plan, value)| {
        let event = Event::new("counter").text("name", "votes_total").json_field("value", value.to_string());
        let event = event.json_field("labels", format!(r#"{{"plan":"{plan}","choice":"{choice}"}}"#));
        event.counts(format!(r#"votes_total{{choice="{choice}",plan="{plan}"}}"#), f64::from(value))
    });
    let search = milliseconds(60_000).prop_map(|value| {
        let event = Event::new("histogram").text("name", "search_duration_seconds");
        event.observes("value", Some(value), "search_duration_seconds", "", 1_000.0)
    });
    let items = milliseconds(1_000).prop_map(|value| {
        Event::new("histogram").text("name", "cart_items").observes("value", Some(value), "cart_items", "", 1.0)
    });
    prop_oneof![counter, search, items]
}

fn plain() -> impl Strategy<Value = Event> {
    let counted = |kind, series: &str| Just(Event::new(kind).counts(series.to_owned(), 1.0));
    let engaged = milliseconds(4_000_000).prop_map(|Thousandths(value)| {
        let value = f64::from(value) / 1_000.0;
        let event = Event::new("engaged_time").json_field("value", format!("{value}"));
        event.counts("user_engaged_seconds_total".to_owned(), value / 1_000.0)
    });
    prop_oneof![
        counted("session", "user_sessions_total"),
        counted("engaged", "user_engaged_sessions_total"),
        Just(Event::new("heartbeat")),
        Just(Event::new("journey").text("path", "start").counts(r#"user_journeys_total{path="start"}"#.to_owned(), 1.0)),
        Just(Event::new("conversion").text("goal", "signup").counts(r#"user_conversions_total{goal="signup"}"#.to_owned(), 1.0)),
        engaged,
    ]
}
