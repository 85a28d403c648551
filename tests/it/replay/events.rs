//! Each kind of event: what is good of it is stored as types write it, what is not is refused with its reason.

use serde_json::Value;
use tower_rum::replay::{Batch, Replay};

use crate::support::change::{moved, only};
use crate::support::metrics::Metrics;
use crate::support::mount::Mount;

use super::{SESSION, batch, get, monitor, post, session_path, written};

const GOOD: [(&str, &str); 14] = [
    (
        r#"{"type":"viewport","timestamp":1790000000123,"width":1280,"height":720,"document_width":1280,"document_height":4000}"#,
        r#"{"type":"viewport","timestamp":1790000000123,"width":1280,"height":720,"document_width":1280,"document_height":4000}"#,
    ),
    (r#"{"endpoint":"/cart","timestamp":1,"type":"navigation"}"#, r#"{"type":"navigation","timestamp":1,"endpoint":"/cart"}"#),
    (
        r#"{"type":"navigation","timestamp":1,"endpoint":"/users/alice@example.com"}"#,
        r#"{"type":"navigation","timestamp":1,"endpoint":"unmatched"}"#,
    ),
    (r#"{"type":"move","timestamp":1,"x":1.4,"y":-2.6}"#, r#"{"type":"move","timestamp":1,"x":1,"y":-3}"#),
    (
        r#" { "type" : "click" , "timestamp" : 1 , "x" : 0 , "y" : 100000 , "target" : "form#pay > button:nth-of-type(2)" } "#,
        r#"{"type":"click","timestamp":1,"x":0,"y":100000,"target":"form#pay > button:nth-of-type(2)"}"#,
    ),
    (r#"{"type":"click","timestamp":1,"target":"BUTTON"}"#, r#"{"type":"click","timestamp":1,"target":"BUTTON"}"#),
    (
        r#"{"type":"click","timestamp":1,"target":"[data-rum=\"buy\"]"}"#,
        r#"{"type":"click","timestamp":1,"target":"[data-rum=\"buy\"]"}"#,
    ),
    (r#"{"type":"scroll","timestamp":1,"x":-7,"y":9}"#, r#"{"type":"scroll","timestamp":1,"x":-7,"y":9}"#),
    (
        r#"{"type":"scroll","timestamp":1,"x":0,"y":9,"target":"div.list"}"#,
        r#"{"type":"scroll","timestamp":1,"x":0,"y":9,"target":"div.list"}"#,
    ),
    (
        r#"{"type":"input","timestamp":1,"target":"input","field":"password"}"#,
        r#"{"type":"input","timestamp":1,"target":"input","field":"password"}"#,
    ),
    (r#"{"type":"error","timestamp":1,"kind":"script_error"}"#, r#"{"type":"error","timestamp":1,"kind":"script_error"}"#),
    (r#"{"type":"layout","timestamp":1,"boxes":[]}"#, r#"{"type":"layout","timestamp":1,"boxes":[]}"#),
    (
        r#"{"type":"layout","timestamp":1,"boxes":[[0,-1,2.5,3,"masked"],[1,1,1,1,"heading"]]}"#,
        r#"{"type":"layout","timestamp":1,"boxes":[[0,-1,3,3,"masked"],[1,1,1,1,"heading"]]}"#,
    ),
    (r#"{"type":"visibility","timestamp":0,"state":"hidden"}"#, r#"{"type":"visibility","timestamp":0,"state":"hidden"}"#),
];

#[tokio::test]
async fn every_kind_is_stored_as_its_types_write_it() {
    let monitor = super::builder(Replay::new()).endpoints(["/cart"]).build().unwrap();
    let mount = Mount::tower(&monitor);
    for (number, (sent, stored)) in (0_u64..).zip(GOOD) {
        let session = format!("{number:032x}");
        assert_eq!(post(&mount, batch(&session, number, sent)).await, 204, "{sent}");
        written(&monitor).await;
        let answer = get(&mount, &session_path(&session)).await;
        assert_eq!(answer.text, format!(r#"{{"id":"{session}","format":"rum","events":[{stored}]}}"#));
    }
    let events = r#"rum_events_total{kind="session_event"}"#;
    assert_eq!(Metrics::of(&monitor).await.value(events), GOOD.len() as f64);
}

#[tokio::test]
async fn what_is_not_as_it_should_be_is_refused_with_its_reason_in_a_batch_and_alone() {
    let long = format!(r#"{{"type":"click","timestamp":1,"target":"{}"}}"#, "a".repeat(129));
    let boxes = format!(r#"{{"type":"layout","timestamp":1,"boxes":[{}]}}"#, vec![r#"[0,0,1,1,"text"]"#; 201].join(","));
    let cases: Vec<(&str, &str)> = vec![
        (r#"{"type":"keystroke","timestamp":1}"#, "unknown_kind"),
        (r#"{"type":"Click","timestamp":1,"target":"A"}"#, "unknown_kind"),
        (r#"{"timestamp":1,"target":"A"}"#, "malformed"),
        (r#"{"type":"click","target":"A"}"#, "malformed"),
        (r#"{"type":"click","timestamp":1}"#, "malformed"),
        (r#"{"type":"click","timestamp":1,"target":"A","x":1}"#, "malformed"),
        (r#"{"type":"click","timestamp":1,"target":"A","text":"secret"}"#, "malformed"),
        (r#"{"type":"click","timestamp":1,"timestamp":2,"target":"A"}"#, "malformed"),
        (r#"{"type":"click","type":"click","timestamp":1,"target":"A"}"#, "malformed"),
        (r#"{"type":"click","timestamp":"1","target":"A"}"#, "malformed"),
        (r#"{"type":"click","timestamp":1.5,"target":"A"}"#, "malformed"),
        (r#"{"type":"click","timestamp":-1,"target":"A"}"#, "malformed"),
        (r#"{"type":"click","timestamp":253402300800000,"target":"A"}"#, "range"),
        (r#"{"type":"click","timestamp":1,"target":"<img src=x onerror=alert(1)>"}"#, "unknown_name"),
        (r#"{"type":"click","timestamp":1,"target":"a'b"}"#, "unknown_name"),
        (r#"{"type":"click","timestamp":1,"target":"größe"}"#, "unknown_name"),
        (r#"{"type":"click","timestamp":1,"target":"a\u0000b"}"#, "unknown_name"),
        (r#"{"type":"click","timestamp":1,"target":""}"#, "unknown_name"),
        (&long, "unknown_name"),
        (r#"{"type":"move","timestamp":1,"x":100001,"y":0}"#, "range"),
        (r#"{"type":"move","timestamp":1,"x":0,"y":-100001}"#, "range"),
        (r#"{"type":"move","timestamp":1,"x":1e999,"y":0}"#, "range"),
        (r#"{"type":"move","timestamp":1,"x":null,"y":0}"#, "malformed"),
        (r#"{"type":"viewport","timestamp":1,"width":-1,"height":1,"document_width":1,"document_height":1}"#, "range"),
        (r#"{"type":"viewport","timestamp":1,"width":1,"height":1,"document_width":1,"document_height":100001}"#, "range"),
        (r#"{"type":"input","timestamp":1,"target":"A","field":"text","value":"secret"}"#, "malformed"),
        (r#"{"type":"input","timestamp":1,"target":"A","field":"secret"}"#, "unknown_kind"),
        (r#"{"type":"error","timestamp":1,"kind":"reported"}"#, "unknown_kind"),
        (r#"{"type":"visibility","timestamp":1,"state":"prerender"}"#, "unknown_kind"),
        (r#"{"type":"layout","timestamp":1,"boxes":[[0,0,1,1,"secret"]]}"#, "unknown_kind"),
        (r#"{"type":"layout","timestamp":1,"boxes":[[0,0,1,"text"]]}"#, "malformed"),
        (r#"{"type":"layout","timestamp":1,"boxes":[[0,0,1,1,"text","secret"]]}"#, "malformed"),
        (&boxes, "range"),
        (r#"["click",1,"A"]"#, "malformed"),
    ];
    let monitor = monitor(Replay::new());
    let mount = Mount::tower(&monitor);
    for (event, reason) in cases {
        let refused = format!(r#"rum_rejected_total{{reason="{reason}"}}"#);
        let alone = if reason == "malformed" { 400 } else { 422 };
        for (body, status) in [(batch(SESSION, 0, event), 422), (event.to_owned(), alone)] {
            let before = Metrics::of(&monitor).await;
            let answer = mount.post(super::EVENTS, crate::support::mount::JSON, body).await;
            assert_eq!(answer.status, status, "{event}: {}", answer.text);
            assert!(answer.text.lines().count() == 1 && !answer.text.contains("secret"), "{}", answer.text);
            assert_eq!(moved(&before, &Metrics::of(&monitor).await), only([(&refused, 1.0)]), "{event}");
        }
    }
    written(&monitor).await;
    assert_eq!(get(&mount, &session_path(SESSION)).await.status, 404, "nothing of it is stored");
}

#[tokio::test]
async fn a_bad_event_of_a_batch_loses_itself_alone() {
    let monitor = monitor(Replay::new());
    let mount = Mount::tower(&monitor);
    let bad = r#"{"type":"click","timestamp":1,"target":"<b>"}"#;
    let before = Metrics::of(&monitor).await;
    assert_eq!(post(&mount, batch(SESSION, 0, &[&super::click(5, 1, 2), bad, &super::click(4, 1, 2)].join(","))).await, 204);
    let moves = only([(r#"rum_events_total{kind="session_event"}"#, 2.0), (r#"rum_rejected_total{reason="unknown_name"}"#, 1.0)]);
    assert_eq!(moved(&before, &Metrics::of(&monitor).await), moves);
    written(&monitor).await;
    let events = [4, 5].map(|time| super::click(time, 1, 2)).join(",");
    assert!(get(&mount, &session_path(SESSION)).await.text.ends_with(&format!("[{events}]}}")));
}

#[tokio::test]
async fn a_single_event_is_stored_only_with_a_session_and_once() {
    let monitor = monitor(Replay::new());
    let mount = Mount::tower(&monitor);
    assert_eq!(post(&mount, r#"{"type":"click","target":"BUTTON","timestamp":1790000000123}"#).await, 204);
    written(&monitor).await;
    assert!(get(&mount, "/replay/sessions").await.text.starts_with(r#"{"sessions":[],"#));

    let of_a_session = format!(r#"{{"type":"click","session":"{SESSION}","target":"BUTTON","timestamp":1790000000123}}"#);
    for _ in 0..2 {
        assert_eq!(post(&mount, of_a_session.clone()).await, 204);
    }
    written(&monitor).await;
    let stored = r#"[{"type":"click","timestamp":1790000000123,"target":"BUTTON"}]}"#;
    assert!(get(&mount, &session_path(SESSION)).await.text.ends_with(stored));
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.value(r#"rum_events_total{kind="session_event"}"#), 3.0);
    assert_eq!(metrics.value(r#"rum_rejected_total{reason="duplicate"}"#), 1.0);
}

#[tokio::test]
async fn rrwebs_events_are_taken_only_where_the_host_says_so_and_kept_as_they_are() {
    let meta = r#"{"type":4,"data":{"href":"https://a.example/x","width":800,"height":600},"timestamp":1000}"#;
    let clicked = |time| format!(r#"{{"type":3,"data":{{"source":2,"type":2,"id":7,"x":10,"y":12.5}},"timestamp":{time}}}"#);
    let events =
        [meta, &clicked(1100), &clicked(1200), r#"{"type":3,"data":{"source":0,"texts":[]},"timestamp":1250}"#, &clicked(1300)];
    let body = format!(r#"{{"version":1,"session":"{SESSION}","number":0,"format":"rrweb","events":[{}]}}"#, events.join(","));
    let off = monitor(Replay::new());
    let before = Metrics::of(&off).await;
    assert_eq!(post(&Mount::tower(&off), body.clone()).await, 422);
    assert_eq!(moved(&before, &Metrics::of(&off).await), only([(r#"rum_rejected_total{reason="unknown_kind"}"#, 1.0)]));

    let on = monitor(Replay::new().rrweb(true));
    let mount = Mount::tower(&on);
    assert_eq!(post(&mount, body).await, 204);
    written(&on).await;
    assert!(get(&mount, &session_path(SESSION)).await.text.ends_with(&format!("[{}]}}", events.join(","))));
    let list: Value = serde_json::from_str(&get(&mount, "/replay/sessions").await.text).unwrap();
    let session = &list["sessions"][0];
    assert_eq!([&session["format"], &session["pages"], &session["rage_clicks"]], [&Value::from("rrweb"), &1.into(), &1.into()]);
}

#[tokio::test]
async fn what_is_no_event_of_rrwebs_is_refused() {
    let monitor = monitor(Replay::new().rrweb(true));
    let mount = Mount::tower(&monitor);
    let deep = format!(r#"{{"type":2,"timestamp":1,"data":{}{}}}"#, "[".repeat(1_001), "]".repeat(1_001));
    for event in ["1", "[]", "{}", r#"{"type":2}"#, r#"{"type":"2","timestamp":1}"#, r#"{"type":2,"timestamp":-1}"#, &deep] {
        let body = format!(r#"{{"version":1,"session":"{SESSION}","number":0,"format":"rrweb","events":[{event}]}}"#);
        assert_eq!(post(&mount, body).await, 422, "{}", &event[..event.len().min(40)]);
    }
    let deep = format!(r#"{{"type":2,"timestamp":1,"data":{}{}}}"#, "[".repeat(999), "]".repeat(999));
    let body = format!(r#"{{"version":1,"session":"{SESSION}","number":0,"format":"rrweb","events":[{deep}]}}"#);
    assert_eq!(post(&mount, body).await, 204);
}

#[test]
fn a_batch_for_tests_says_what_is_wrong_with_it() {
    let error = Batch::from_json(batch("short", 0, "").as_bytes()).unwrap_err().to_string();
    assert!(error.contains("malformed"), "{error}");
    let batch = Batch::from_json(batch(SESSION, 7, &super::click(1, 2, 3)).as_bytes()).unwrap();
    assert_eq!((batch.session().to_string().as_str(), batch.number(), batch.events()), (SESSION, 7, &*super::click(1, 2, 3)));
}
