//! What pages send back: the trace of their document, with the page load and the LCP.

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use tower_rum::exemplars::Exemplars;
use tower_rum::{Builder, Monitor};

use crate::support::beacon::{batch, send};
use crate::support::layered::raw_paths;
use crate::support::metrics::Metrics;

use super::{Exemplar, exemplars, trace, traces};

const LOAD: &str = "page_load_time_seconds";
const LCP: &str = "web_vitals_lcp_seconds";

#[tokio::test]
async fn the_script_names_its_documents_trace_with_the_page_load_and_with_the_lcp_alone() {
    let monitor = traced().endpoints(["/"]).build().unwrap();
    let load = format!(r#"{{"event":"page_load","endpoint":"/","trace_id":"{}","load_time":1234.5}}"#, trace(1));
    let vitals = format!(
        r#"{{"event":"web_vitals","endpoint":"/","trace_id":"{}","lcp":2500,"cls":0.1,"inp":40,"blocking_time":7}}"#,
        trace(2)
    );
    assert_eq!(batch(&monitor, &format!("[{load},{vitals}]")).await.status(), 204);
    let seen = exemplars(&monitor).await;
    let named: Vec<_> =
        seen.iter().map(|Exemplar { family, labels, trace, value, .. }| (&**family, &**labels, &**trace, *value)).collect();
    let labels = r#"endpoint="/""#;
    // 2.5 s is a bound of the LCP's, and lies in the bucket below it.
    assert_eq!(named, [(LOAD, labels, &*trace(1), 1.2345), (LCP, labels, &*trace(2), 2.5)]);
}

#[tokio::test]
async fn a_page_load_by_itself_may_name_a_trace_as_form_and_as_json() {
    for (content_type, body) in [
        ("application/json", format!(r#"{{"load_time":900,"lcp":700,"trace_id":"{}"}}"#, trace(7))),
        ("application/x-www-form-urlencoded", format!("load_time=900&lcp=700&trace_id={}", trace(7))),
    ] {
        let monitor = traced().build().unwrap();
        assert_eq!(page_load(&monitor, content_type, body, &[]).await, 204);
        assert_eq!((traces(&monitor, LOAD).await, traces(&monitor, LCP).await), (vec![trace(7)], vec![trace(7)]));
    }
}

#[tokio::test]
async fn anything_but_a_traces_digits_loses_the_event_and_is_counted() {
    let monitor = traced().build().unwrap();
    let bad = [
        "0".repeat(32),
        "1".repeat(31),
        "1".repeat(33),
        "A".repeat(32),
        "g".repeat(32),
        format!("{}-", "1".repeat(31)),
        "x".repeat(1_000),
        "\\\"} 1 # {".to_owned(),
        "\\n".repeat(32),
        "ä".repeat(16),
        " ".to_owned(),
    ];
    for (number, bad) in bad.iter().enumerate() {
        let event = format!(r#"[{{"event":"page_load","trace_id":"{bad}","load_time":1}}]"#);
        assert_eq!(batch(&monitor, &event).await.status(), 422, "{bad}");
        let event = format!(r#"[{{"event":"web_vitals","trace_id":"{bad}","lcp":1}},{{"event":"heartbeat"}}]"#);
        assert_eq!(batch(&monitor, &event).await.status(), 204, "the others of its batch stay");
        let refused = Metrics::of(&monitor).await.value(r#"rum_rejected_total{reason="malformed"}"#);
        assert_eq!(refused, 2.0 * (number + 1) as f64, "{bad}");
    }
    for bad in ["7", "null1", "[]", "{}"] {
        let event = format!(r#"[{{"event":"page_load","trace_id":{bad},"load_time":1}}]"#);
        assert!(matches!(batch(&monitor, &event).await.status().as_u16(), 400 | 422), "{bad}");
    }
    assert_eq!(Metrics::of(&monitor).await.total("page_load_time_seconds_count"), 0.0);
    assert_eq!(Metrics::of(&monitor).await.total("web_vitals_lcp_seconds_count"), 0.0);
}

#[tokio::test]
async fn a_document_of_no_trace_says_so_by_nothing_or_by_an_empty_text() {
    let monitor = traced().build().unwrap();
    for event in [r#"{"event":"page_load","load_time":1}"#, r#"{"event":"page_load","trace_id":"","load_time":1}"#] {
        assert_eq!(batch(&monitor, &format!("[{event}]")).await.status(), 204);
    }
    assert_eq!(Metrics::of(&monitor).await.total("page_load_time_seconds_count"), 2.0);
    assert_eq!(exemplars(&monitor).await, []);
}

#[tokio::test]
async fn where_they_are_off_a_trace_is_read_and_forgotten() {
    let monitor = raw_paths().build().unwrap();
    let event = format!(r#"[{{"event":"page_load","trace_id":"{}","load_time":1}}]"#, trace(1));
    assert_eq!(batch(&monitor, &event).await.status(), 204);
    assert_eq!(Metrics::of(&monitor).await.total("page_load_time_seconds_count"), 1.0);
    assert_eq!(exemplars(&monitor).await, []);
}

#[tokio::test]
async fn a_wish_for_privacy_covers_the_trace() {
    let monitor = traced().build().unwrap();
    let body = || format!(r#"{{"load_time":900,"trace_id":"{}"}}"#, trace(7));
    for signal in ["sec-gpc", "dnt"] {
        assert_eq!(page_load(&monitor, "application/json", body(), &[(signal, "1")]).await, 204);
    }
    assert_eq!(exemplars(&monitor).await, []);
}

#[tokio::test]
async fn no_trace_makes_a_series() {
    let monitor = traced().build().unwrap();
    let count = async || Metrics::of(&monitor).await.samples().count();
    let event = |number| format!(r#"[{{"event":"page_load","trace_id":"{}","load_time":1,"lcp":1}}]"#, trace(number));
    batch(&monitor, &event(1)).await;
    let before = count().await;
    for number in 2..500 {
        batch(&monitor, &event(number)).await;
    }
    assert_eq!(count().await, before);
    assert_eq!(traces(&monitor, LOAD).await.len(), 1);
}

async fn page_load(monitor: &Monitor, content_type: &str, body: String, fields: &[(&str, &str)]) -> u16 {
    let request = Request::post("/log-page-load").header("content-type", content_type);
    let request = fields.iter().fold(request, |request, &(name, value)| request.header(name, value));
    send(monitor, request.body(Full::<Bytes>::from(body)).unwrap()).await.status().as_u16()
}

fn traced() -> Builder {
    raw_paths().exemplars(Exemplars::traceparent())
}
