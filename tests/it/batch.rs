//! The browser script's batches: every kind of event, and what becomes of bad ones.

use http_body_util::Full;
use tower_rum::{Buckets, ClientCounter, ClientHistogram, Monitor, Unit};

use crate::support::beacon::{batch, batch_with, fresh_id};
use crate::support::metrics::Metrics;

fn monitor() -> Monitor {
    Monitor::builder()
        .endpoints(["/", "/users/{id}", "/api/{x}"])
        .interaction_names(["buy"])
        .journeys(["start"])
        .goals(["signup"])
        .third_party("firebase", "https://firestore.googleapis.com")
        .client_counter(ClientCounter::new("cart_additions_total", "Cart.").label("plan", ["free", "pro"]))
        .client_histogram(ClientHistogram::new("search_duration_seconds", "Search.", Unit::Seconds).max_value(60.0))
        .client_histogram(
            ClientHistogram::new("cart_items", "Items.", Unit::None)
                .buckets(Buckets::new([1.0, 5.0, 10.0]).unwrap())
                .max_value(1_000.0),
        )
        .build()
        .unwrap()
}

#[tokio::test]
async fn every_kind_of_event_moves_its_metric() {
    let monitor = monitor();
    let events = r#"[
        {"event":"page_load","endpoint":"/users/{id}","load_time":1500,"phases":{"dns":100,"request":400,"other":1000}},
        {"event":"web_vitals","endpoint":"/users/{id}","lcp":2500,"inp":200,"fcp":1800,"ttfb":800,"cls":0.1,"blocking_time":50},
        {"event":"error","endpoint":"/users/{id}","kind":"rejection","count":2},
        {"event":"interaction","type":"click","count":3},
        {"event":"interaction","type":"click","name":"buy"},
        {"event":"page_view","endpoint":"/users/{id}","from":"/"},
        {"event":"page_view","endpoint":"/"},
        {"event":"journey","path":"start"},
        {"event":"session"},
        {"event":"engaged"},
        {"event":"engaged_time","value":12345.678},
        {"event":"conversion","goal":"signup"},
        {"event":"request","endpoint":"/api/{x}","duration":34.5},
        {"event":"third_party","service":"firebase","duration":80.25},
        {"event":"third_party_failure","service":"firebase"},
        {"event":"counter","name":"cart_additions_total","labels":{"plan":"pro"},"value":4},
        {"event":"histogram","name":"search_duration_seconds","value":250},
        {"event":"histogram","name":"cart_items","value":5},
        {"event":"heartbeat"}
    ]"#;
    assert_eq!(batch(&monitor, events).await.status(), 204);
    let metrics = Metrics::of(&monitor).await;
    for (series, value) in [
        (r#"page_load_time_seconds_sum{endpoint="/users/{id}"}"#, 1.5),
        (r#"page_load_phase_seconds_sum{phase="dns"}"#, 0.1),
        (r#"page_load_phase_seconds_sum{phase="other"}"#, 1.0),
        (r#"web_vitals_lcp_seconds_bucket{endpoint="/users/{id}",le="2.5"}"#, 1.0),
        (r#"web_vitals_lcp_seconds_bucket{endpoint="/users/{id}",le="2.0"}"#, 0.0),
        (r#"web_vitals_inp_seconds_bucket{endpoint="/users/{id}",le="0.2"}"#, 1.0),
        (r#"web_vitals_fcp_seconds_bucket{endpoint="/users/{id}",le="1.8"}"#, 1.0),
        (r#"web_vitals_ttfb_seconds_bucket{endpoint="/users/{id}",le="0.8"}"#, 1.0),
        (r#"web_vitals_cls_score_bucket{endpoint="/users/{id}",le="0.1"}"#, 1.0),
        (r#"page_blocking_time_seconds_sum{endpoint="/users/{id}"}"#, 0.05),
        (r#"user_errors_total{endpoint="/users/{id}",kind="rejection"}"#, 2.0),
        (r#"user_interactions_total{type="click",name=""}"#, 3.0),
        (r#"user_interactions_total{type="click",name="buy"}"#, 1.0),
        (r#"user_journeys_total{path="/users/{id}"}"#, 1.0),
        (r#"user_journeys_total{path="/"}"#, 1.0),
        (r#"user_journeys_total{path="start"}"#, 1.0),
        (r#"user_page_transitions_total{from="/",to="/users/{id}"}"#, 1.0),
        ("user_sessions_total", 1.0),
        ("user_engaged_sessions_total", 1.0),
        ("user_engaged_seconds_total", 12.345_678),
        (r#"user_conversions_total{goal="signup"}"#, 1.0),
        (r#"user_request_duration_seconds_sum{endpoint="/api/{x}"}"#, 0.0345),
        (r#"user_third_party_request_duration_seconds_sum{service="firebase"}"#, 0.08025),
        (r#"user_third_party_failures_total{service="firebase"}"#, 1.0),
        (r#"cart_additions_total{plan="pro"}"#, 4.0),
        (r#"cart_additions_total{plan="free"}"#, 0.0),
        ("search_duration_seconds_sum", 0.25),
        (r#"cart_items_bucket{le="5.0"}"#, 1.0),
        ("cart_items_sum", 5.0),
        (r#"rum_events_total{kind="heartbeat"}"#, 1.0),
        (r#"rum_batches_total{result="accepted"}"#, 1.0),
    ] {
        assert_eq!(metrics.value(series), value, "{series}");
    }
    assert_eq!(metrics.total("rum_events_total"), 19.0);
    assert_eq!(metrics.total("rum_rejected_total"), 0.0);
    assert_eq!(metrics.total("user_page_transitions_total"), 1.0);
}

#[tokio::test]
async fn a_bad_event_loses_only_itself() {
    let monitor = monitor();
    for &(event, reason) in BAD {
        let before = Metrics::of(&monitor).await;
        let rejected = format!(r#"rum_rejected_total{{reason="{reason}"}}"#);
        let answer = batch(&monitor, &format!(r#"[{event},{{"event":"heartbeat"}}]"#)).await;
        assert_eq!(answer.status(), 204, "{event}");
        let after = Metrics::of(&monitor).await;
        assert_eq!(after.value(&rejected), before.value(&rejected) + 1.0, "{event}");
        assert_eq!(after.total("rum_rejected_total"), before.total("rum_rejected_total") + 1.0, "{event}");
        assert_eq!(after.total("rum_events_total"), before.total("rum_events_total") + 1.0, "{event}");
        assert_eq!(after.samples().count(), before.samples().count(), "{event}");

        let alone = batch(&monitor, &format!("[{event}]")).await;
        assert_eq!(alone.status(), 422, "{event}");
        assert_eq!(Metrics::of(&monitor).await.value(&rejected), after.value(&rejected) + 1.0, "{event}");
    }
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.value(r#"rum_batches_total{result="partial"}"#), BAD.len() as f64);
    assert_eq!(metrics.value(r#"rum_batches_total{result="rejected"}"#), BAD.len() as f64);
}

#[tokio::test]
async fn a_batch_is_refused_whole_for_its_frame() {
    let monitor = monitor();
    let many = vec![r#"{"event":"heartbeat"}"#; 101].join(",");
    for (body, status, reason) in [
        (format!(r#"{{"version":2,"id":"{}","events":[]}}"#, fresh_id()), 422, "version"),
        (format!(r#"{{"version":1,"id":"{}","events":[{many}]}}"#, fresh_id()), 413, "too_large"),
        (r#"{"version":1,"id":"zz","events":[]}"#.to_owned(), 400, "malformed"),
        (format!(r#"{{"version":1,"id":"+{}","events":[]}}"#, &fresh_id()[1..]), 400, "malformed"),
        (r#"{"version":1,"events":[]}"#.to_owned(), 400, "malformed"),
        (format!(r#"{{"version":1,"id":"{}","events":[]}}"#, fresh_id()), 422, "malformed"),
        (format!(r#"{{"version":1,"id":"{}","events":[],"user":"x"}}"#, fresh_id()), 400, "malformed"),
        (format!(r#"{{"version":1,"id":"{}","webdriver":true,"events":[{{"event":"session"}}]}}"#, fresh_id()), 204, "bot"),
        ("{".to_owned(), 400, "malformed"),
    ] {
        let rejected = format!(r#"rum_rejected_total{{reason="{reason}"}}"#);
        let before = Metrics::of(&monitor).await.value(&rejected);
        assert_eq!(batch_with(&monitor, &body).await.status(), status, "{body}");
        assert_eq!(Metrics::of(&monitor).await.value(&rejected), before + 1.0, "{body}");
    }
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.total("rum_events_total"), 0.0);
    assert_eq!(metrics.value(r#"rum_batches_total{result="rejected"}"#), 9.0);
}

#[tokio::test]
async fn a_batch_that_the_gate_refuses_is_a_rejected_batch() {
    let monitor = monitor();
    let request =
        http::Request::post("/log-beacon").header("content-type", "text/plain").header("origin", "https://evil.example");
    let answer = crate::support::beacon::send(&monitor, request.body(Full::default()).unwrap()).await;
    assert_eq!(answer.status(), 403);
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.value(r#"rum_rejected_total{reason="origin"}"#), 1.0);
    assert_eq!(metrics.value(r#"rum_batches_total{result="rejected"}"#), 1.0);
}

#[tokio::test]
async fn a_batch_sent_twice_counts_once() {
    let monitor = monitor();
    let body = format!(r#"{{"version":1,"id":"{}","events":[{{"event":"session"}}]}}"#, fresh_id());
    assert_eq!(batch_with(&monitor, &body).await.status(), 204);
    assert_eq!(batch_with(&monitor, &body).await.status(), 204);
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.value("user_sessions_total"), 1.0);
    assert_eq!(metrics.value(r#"rum_rejected_total{reason="duplicate"}"#), 1.0);
}

#[tokio::test]
async fn programs_are_recorded_where_the_host_asks_for_it() {
    let monitor = Monitor::builder().robots(true).build().unwrap();
    let body = format!(r#"{{"version":1,"id":"{}","webdriver":true,"events":[{{"event":"session"}}]}}"#, fresh_id());
    assert_eq!(batch_with(&monitor, &body).await.status(), 204);
    assert_eq!(Metrics::of(&monitor).await.value("user_sessions_total"), 1.0);
}

#[tokio::test]
async fn an_endpoint_that_the_server_does_not_know_is_unmatched() {
    let monitor = monitor();
    let long = "/".repeat(300);
    let events = format!(
        r#"[{{"event":"page_view","endpoint":"/made-up"}},{{"event":"page_view","endpoint":"{long}"}},{{"event":"page_view","endpoint":"/","from":"/gone"}}]"#
    );
    assert_eq!(batch(&monitor, &events).await.status(), 204);
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.value(r#"user_journeys_total{path="unmatched"}"#), 2.0);
    assert_eq!(metrics.value(r#"user_page_transitions_total{from="unmatched",to="/"}"#), 1.0);
}

#[tokio::test]
async fn a_page_cannot_call_itself_overflow() {
    let monitor = monitor();
    let events = r#"[{"event":"page_view","endpoint":"overflow","from":"overflow"}]"#;
    assert_eq!(batch(&monitor, events).await.status(), 204);
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.value(r#"user_journeys_total{path="unmatched"}"#), 1.0);
    assert_eq!(metrics.value(r#"user_page_transitions_total{from="unmatched",to="unmatched"}"#), 1.0);
    assert!(!metrics.text.contains("overflow"));
}

#[test]
fn origins_as_browsers_write_them_are_taken() {
    for origin in [
        "https://www.example.com",
        "http://localhost:3000",
        "https://[::1]:3000",
        "http://[2001:db8::1]",
        "https://xn--bcher-kva.example",
        "https://a.example:8443",
        "http://a_b.example.",
        "https://a.example:80",
    ] {
        let built = Monitor::builder().origins([origin]).third_party("cdn", origin).build();
        assert!(built.is_ok(), "{origin}");
    }
}

#[test]
fn declarations_that_cannot_work_are_refused_with_a_word_on_what_to_do() {
    let counter = |name: &str| Monitor::builder().client_counter(ClientCounter::new(name, "Help.")).build();
    for (refused, why) in [
        (counter("additions"), "_total"),
        (counter("http_requests_total"), "none of this crate's own families"),
        (counter("rum_mine_total"), "neither with rum_"),
        (counter("a b_total"), "letters"),
        (Monitor::builder().client_counter(ClientCounter::new("a_total", " ")).build(), "help"),
        (Monitor::builder().client_counter(ClientCounter::new("a_total", "A.").label("le", ["x"])).build(), "le or quantile"),
        (Monitor::builder().client_counter(ClientCounter::new("a_total", "A.").label("l", [""])).build(), "label values"),
        (Monitor::builder().client_histogram(ClientHistogram::new("a", "A.", Unit::Seconds)).build(), "_seconds"),
        (Monitor::builder().client_histogram(ClientHistogram::new("a", "A.", Unit::None).max_value(f64::NAN)).build(), "above 0"),
        (Monitor::builder().third_party("cdn", "cdn.example.com").build(), "scheme and host"),
        (Monitor::builder().goals(["with space"]).build(), "printable ASCII"),
        (Monitor::builder().goals(["overflow"]).build(), "not overflow"),
        (Monitor::builder().journeys(["unmatched"]).build(), "not overflow or unmatched"),
        (Monitor::builder().third_party("overflow", "https://cdn.example").build(), "not overflow"),
        (Monitor::builder().client_counter(ClientCounter::new("a_total", "A.").label("l", ["overflow"])).build(), "not overflow"),
        (Monitor::builder().endpoints(["overflow"]).build(), "not overflow"),
        (Monitor::builder().goals((0..201).map(|number| format!("goal{number}"))).build(), "above the cap of 200"),
        (
            Monitor::builder().family_series(16).interaction_types((0..16).map(|number| format!("type{number}"))).build(),
            "above the cap of 16",
        ),
        (Monitor::builder().http_series(16).endpoints((0..16).map(|number| format!("/{number}"))).build(), "room for 14"),
        (
            Monitor::builder().client_histogram(ClientHistogram::new("cart_bucket", "A.", Unit::None)).build(),
            "_bucket, _sum, _count or _total",
        ),
        (
            Monitor::builder().client_histogram(ClientHistogram::new("cart_sum", "A.", Unit::None)).build(),
            "_bucket, _sum, _count or _total",
        ),
        (
            Monitor::builder().client_histogram(ClientHistogram::new("cart_count", "A.", Unit::None)).build(),
            "_bucket, _sum, _count or _total",
        ),
        (
            Monitor::builder().client_histogram(ClientHistogram::new("cart_total", "A.", Unit::None)).build(),
            "_bucket, _sum, _count or _total",
        ),
        (Monitor::builder().origins(["https://www.example.com:443"]).build(), "scheme and host"),
        (Monitor::builder().origins(["http://www.example.com:80"]).build(), "scheme and host"),
        (Monitor::builder().origins(["https://user@www.example.com"]).build(), "scheme and host"),
        (Monitor::builder().origins(["https://*.example.com"]).build(), "scheme and host"),
        (Monitor::builder().origins(["https://bücher.example"]).build(), "scheme and host"),
        (Monitor::builder().origins(["https://www.example.com?x"]).build(), "scheme and host"),
        (Monitor::builder().origins(["https://:3000"]).build(), "scheme and host"),
        (Monitor::builder().origins(["https://www.example.com:99999"]).build(), "scheme and host"),
        (Monitor::builder().origins(["https://www.example.com:"]).build(), "scheme and host"),
        (Monitor::builder().origins(["https://[::1"]).build(), "scheme and host"),
        (Monitor::builder().origins(["https://::1"]).build(), "scheme and host"),
        (Monitor::builder().beacon_path("beacon").build(), "slash"),
        (Monitor::builder().beacon_path("/same").script_path("/same").build(), "two routes"),
    ] {
        let error = refused.unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
}

/// An event, and why it is refused.
const BAD: &[(&str, &str)] = &[
    (r#"{"event":"page_load","load_time":-1}"#, "range"),
    (r#"{"event":"page_load","load_time":1e400}"#, "range"),
    (r#"{"event":"page_load","load_time":"1"}"#, "malformed"),
    (r#"{"event":"page_load","load_time":1,"cookie":"a"}"#, "malformed"),
    (r#"{"event":"web_vitals"}"#, "malformed"),
    (r#"{"event":"web_vitals","cls":11}"#, "range"),
    (r#"{"event":"web_vitals","inp":60001}"#, "range"),
    (r#"{"event":"teleport"}"#, "unknown_kind"),
    (r#"{"type":"click"}"#, "malformed"),
    ("[]", "malformed"),
    (r#"{"event":"error","kind":"text"}"#, "unknown_kind"),
    (r#"{"event":"interaction","type":"wink"}"#, "unknown_name"),
    (r#"{"event":"interaction","type":"click","name":"steal"}"#, "unknown_name"),
    (r#"{"event":"interaction","type":"click","count":0}"#, "range"),
    (r#"{"event":"interaction","type":"click","count":1001}"#, "range"),
    (r#"{"event":"journey","path":"elsewhere"}"#, "unknown_name"),
    (r#"{"event":"conversion","goal":"elsewhere"}"#, "unknown_name"),
    (r#"{"event":"session","count":1}"#, "malformed"),
    (r#"{"event":"engaged_time","value":14400001}"#, "range"),
    (r#"{"event":"third_party","service":"elsewhere","duration":1}"#, "unknown_name"),
    (r#"{"event":"third_party_failure","service":"elsewhere"}"#, "unknown_name"),
    (r#"{"event":"counter","name":"elsewhere_total","value":1}"#, "unknown_name"),
    (r#"{"event":"counter","name":"cart_additions_total","value":1}"#, "unknown_name"),
    (r#"{"event":"counter","name":"cart_additions_total","labels":{"plan":"gold"},"value":1}"#, "unknown_name"),
    (r#"{"event":"counter","name":"cart_additions_total","labels":{"plan":"pro","x":"y"},"value":1}"#, "unknown_name"),
    (r#"{"event":"counter","name":"cart_additions_total","labels":{"plan":"pro"},"value":1.5}"#, "malformed"),
    (r#"{"event":"counter","name":"cart_additions_total","labels":{"plan":"pro"},"value":-1}"#, "malformed"),
    (r#"{"event":"histogram","name":"search_duration_seconds","value":60001}"#, "range"),
    (r#"{"event":"histogram","name":"cart_items","value":-0.5}"#, "range"),
];
