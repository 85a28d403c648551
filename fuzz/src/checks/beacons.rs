use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use http::Request;
use serde_json::Value;
use tower_rum::{Buckets, ClientCounter, ClientHistogram, Monitor, Unit};

use super::{Answer, Families, ask, families, total};

/// A batch as a page sends it: the whole body. Where it bears the number of the corpora it gets one that was not there before.
pub fn batch(body: &[u8]) {
    let body = &numbered(body);
    let (answer, metrics) = post("/log-beacon", "text/plain;charset=UTF-8", body);
    let outcome = sound(&answer, &metrics);
    let result = |result| metrics.value("rum_batches_total", "result", result);
    let (accepted, partial, rejected) = (result("accepted"), result("partial"), result("rejected"));
    assert_eq!(accepted + partial + rejected, 1.0);
    assert_eq!(accepted == 1.0, outcome.events > 0.0 && outcome.rejected == 0.0);
    assert_eq!(partial == 1.0, outcome.events > 0.0 && outcome.rejected > 0.0);
    let silent = ["bot", "privacy", "duplicate"].map(|reason| metrics.value("rum_rejected_total", "reason", reason));
    assert_eq!(answer.status == 204, rejected == 0.0 || silent.contains(&1.0));
    if outcome.events > 0.0 {
        // JSON all the same for another reader, unless it holds a number that this one takes for none.
        if let Ok(Value::Object(batch)) = serde_json::from_slice(body) {
            let sent = batch["events"].as_array().unwrap().len();
            assert_eq!(outcome.events + outcome.rejected, sent as f64, "each event once");
        }
    }
}

/// One event: a digit that says where it goes and how it is written, then the body.
pub fn single(input: &[u8]) {
    let Some((choice, body)) = input.split_first() else { return };
    let (path, content_type) = SINGLE[usize::from(*choice) % SINGLE.len()];
    let (answer, metrics) = post(path, content_type, body);
    let outcome = sound(&answer, &metrics);
    assert_eq!(outcome.events + outcome.rejected, 1.0, "once");
    assert_eq!(answer.status == 204, outcome.events == 1.0);
    assert_eq!(metrics.total("rum_batches_total", "rum_batches_total"), 0.0);
}

struct Outcome {
    events: f64,
    rejected: f64,
}

/// The answer is from the table, and the metrics are what its events make them.
fn sound(answer: &Answer, metrics: &Moved) -> Outcome {
    assert!([204, 400, 413, 415, 422].contains(&answer.status), "{}", answer.status);
    if answer.status == 204 {
        assert!(answer.body.is_empty());
    } else {
        let line = answer.body.strip_suffix(b"\n").expect("a line that ends");
        assert!((1..160).contains(&line.len()) && line.iter().all(|byte| matches!(byte, b' '..=b'~')));
        assert_eq!(answer.headers["content-type"], "text/plain; charset=utf-8");
    }
    for sample in metrics.after.values().flat_map(|family| &family.samples) {
        for (label, value) in &sample.labels {
            assert!(label == "le" || KNOWN.contains(&(label.clone(), value.clone())), "{label}={value:?} in {}", sample.name);
        }
    }
    let kind = |kind| metrics.value("rum_events_total", "kind", kind);
    let counter = |name| metrics.total(name, name);
    let count = |name: &str| metrics.total(name, &format!("{name}_count"));
    for (kind_of, moved) in [
        ("page_load", count("page_load_time_seconds")),
        ("session", counter("user_sessions_total")),
        ("engaged", counter("user_engaged_sessions_total")),
        ("conversion", counter("user_conversions_total")),
        ("request", count("user_request_duration_seconds")),
        ("third_party", count("user_third_party_request_duration_seconds")),
        ("histogram", count("search_duration_seconds") + count("cart_items")),
    ] {
        assert_eq!(kind(kind_of), moved, "{kind_of}");
    }
    assert_eq!(kind("page_view") + kind("journey"), counter("user_journeys_total"));
    for (kind_of, moved) in [
        ("interaction", counter("user_interactions_total")),
        ("error", counter("user_errors_total")),
        ("third_party_failure", counter("user_third_party_failures_total")),
        ("counter", counter("cart_additions_total")),
    ] {
        assert!((kind(kind_of)..=kind(kind_of) * 1_000.0).contains(&moved), "{kind_of}: {moved}");
    }
    for (family, kinds, most) in [
        ("page_load_time_seconds", kind("page_load"), 600.0),
        ("page_load_phase_seconds", kind("page_load"), 8.0 * 600.0),
        ("web_vitals_lcp_seconds", kind("page_load") + kind("web_vitals"), 600.0),
        ("web_vitals_inp_seconds", kind("page_load") + kind("web_vitals"), 60.0),
        ("web_vitals_cls_score", kind("page_load") + kind("web_vitals"), 10.0),
        ("search_duration_seconds", kind("histogram"), 60.0),
        ("cart_items", kind("histogram"), 1_000.0),
    ] {
        assert!(metrics.total(family, &format!("{family}_sum")) <= kinds * most + ROUNDING, "{family}");
    }
    assert!(counter("user_engaged_seconds_total") <= kind("engaged_time") * 4.0 * 3_600.0 + ROUNDING);
    assert!(counter("user_page_transitions_total") <= kind("page_view"));
    assert_eq!(counter("http_requests_total"), 0.0);
    assert_eq!(metrics.value("rum_rejected_total", "reason", "series"), 0.0, "nothing is full");
    Outcome { events: counter("rum_events_total"), rejected: counter("rum_rejected_total") }
}

/// What one beacon has moved.
struct Moved {
    before: Rc<Families>,
    after: Rc<Families>,
}

impl Moved {
    /// The series of a counter with this label; 0 if there is none.
    fn value(&self, family: &str, label: &str, value: &str) -> f64 {
        let at = |families: &Families| {
            let found = families[family].samples.iter().find(|sample| sample.labels[label] == value);
            found.map_or(0.0, |sample| sample.value)
        };
        at(&self.after) - at(&self.before)
    }

    /// All series of a name.
    fn total(&self, family: &str, sample: &str) -> f64 {
        total(&self.after, family, sample) - total(&self.before, family, sample)
    }
}

/// Label values that there are from the start, and those that a browser may name.
static KNOWN: LazyLock<BTreeSet<(String, String)>> = LazyLock::new(|| {
    let metrics = families(&monitor());
    let samples = metrics.into_values().flat_map(|family| family.samples);
    let mut known: BTreeSet<_> = samples.flat_map(|sample| sample.labels).collect();
    let mut add = |label: &str, value: &str| known.insert((label.to_owned(), value.to_owned()));
    for label in ["endpoint", "path", "from", "to"] {
        for endpoint in ENDPOINTS.into_iter().chain(["unmatched"]) {
            add(label, endpoint);
        }
    }
    for phase in ["redirect", "dns", "connect", "request", "response", "dom", "onload", "other"] {
        add("phase", phase);
    }
    add("path", "start");
    add("goal", "signup");
    add("service", "firebase");
    known
});

fn monitor() -> Monitor {
    Monitor::builder()
        .registry(prometheus::Registry::new())
        .endpoints(ENDPOINTS)
        .interaction_names(["buy"])
        .journeys(["start"])
        .goals(["signup"])
        .third_party("firebase", "https://firestore.googleapis.com")
        .client_counter(ClientCounter::new("cart_additions_total", "Cart.").label("plan", ["free", "pro"]))
        .client_histogram(ClientHistogram::new("search_duration_seconds", "Search.", Unit::Seconds).max_value(60.0))
        .client_histogram(
            ClientHistogram::new("cart_items", "Items.", Unit::None)
                .buckets(Buckets::new([1.0, 5.0]).unwrap())
                .max_value(1_000.0),
        )
        .beacons_per_second(u32::MAX)
        .build()
        .unwrap()
}

/// Posts a beacon to a monitor that many have been posted to: it takes far longer to build than to ask.
fn post(path: &str, content_type: &str, body: &[u8]) -> (Answer, Moved) {
    thread_local! {
        static MONITOR: Monitor = monitor();
        static LAST: RefCell<Option<Rc<Families>>> = const { RefCell::new(None) };
    }
    let mut request = Request::post(path);
    if !content_type.is_empty() {
        request = request.header("content-type", content_type);
    }
    MONITOR.with(|monitor| {
        let before = LAST.take().unwrap_or_else(|| Rc::new(families(monitor)));
        let answer = ask(monitor, request.body(body.to_vec().into()).unwrap());
        let after = Rc::new(families(monitor));
        LAST.set(Some(Rc::clone(&after)));
        (answer, Moved { before, after })
    })
}

fn numbered(body: &[u8]) -> Vec<u8> {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let mut body = body.to_vec();
    if let Some(at) = body.windows(NUMBER.len()).position(|window| window == NUMBER) {
        let number = format!("{:032x}", LAST.fetch_add(1, Ordering::Relaxed));
        body[at..at + NUMBER.len()].copy_from_slice(number.as_bytes());
    }
    body
}

/// Of the batches in the corpora.
const NUMBER: &[u8] = b"0123456789abcdef0123456789abcdef";

/// Of sums in seconds.
const ROUNDING: f64 = 1e-3;

const ENDPOINTS: [&str; 2] = ["/", "/users/{id}"];

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

/// By the digit. In another order the corpora would be about something else.
const SINGLE: [(&str, &str); 8] = [
    ("/log-page-load", FORM),
    ("/log-page-load", JSON),
    ("/log-interaction", FORM),
    ("/log-interaction", JSON),
    ("/log-user-error", FORM),
    ("/log-user-error", JSON),
    ("/log-user-error", ""),
    ("/log-page-load", "text/html"),
];
