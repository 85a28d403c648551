//! The route of session events: framing, the gate, and that nothing of it is there where replay is off.

use std::time::Duration;

use prometheus::Registry;
use tower_rum::Monitor;
use tower_rum::replay::Replay;

use crate::support::change::{moved, only};
use crate::support::metrics::Metrics;
use crate::support::mount::{FORM, JSON, Mount, TEXT, whole};

use super::{EVENTS, SESSION, ask, batch, builder, click, get, monitor, post, session_path, written};

#[tokio::test]
async fn a_session_goes_from_the_page_to_the_operator_in_every_framework() {
    let monitor = monitor(Replay::new());
    for (number, mount) in (0..).zip(Mount::all(&monitor)) {
        let answer = mount.post(EVENTS, TEXT, batch(SESSION, number, &click(10 + number, 1, 2))).await;
        assert_eq!((answer.status, answer.text.as_str()), (204, ""), "{}", mount.name);
        assert_eq!(ask(&mount, "GET", EVENTS, &[]).await.status, 405, "{}", mount.name);
    }
    written(&monitor).await;
    let operator = Mount::layered("operator", &monitor.operator_routes_layer());
    let events = (0..Mount::all(&monitor).len() as u64).map(|number| click(10 + number, 1, 2)).collect::<Vec<_>>().join(",");
    assert_eq!(
        get(&operator, &session_path(SESSION)).await.text,
        format!(r#"{{"id":"{SESSION}","format":"rum","events":[{events}]}}"#)
    );
}

#[tokio::test]
async fn where_replay_is_off_there_is_nothing_of_it() {
    let monitor = Monitor::builder().registry(Registry::new()).build().unwrap();
    assert!(monitor.replay_script().is_none());
    let mount = Mount::tower(&monitor);
    for path in [EVENTS, "/rum-replay.js", "/replay", "/replay/sessions", "/replay/replay.js", &session_path(SESSION)] {
        assert_eq!(get(&mount, path).await.status, 404, "{path}");
    }
    let metrics = Metrics::of(&monitor).await;
    assert!(!metrics.text.contains("replay") && !metrics.text.contains("session_event"));
    let writer = tokio::time::timeout(Duration::from_millis(10), monitor.replay_writer());
    assert!(writer.await.is_err(), "it waits for nothing");
}

#[tokio::test]
async fn its_series_stand_at_zero_from_the_start_where_it_is_on() {
    let metrics = Metrics::of(&monitor(Replay::new())).await;
    for series in ["rum_rejected_total{reason=\"replay_full\"}", "rum_rejected_total{reason=\"replay_limit\"}"] {
        assert_eq!(metrics.value(series), 0.0);
    }
    assert_eq!(metrics.value(r#"rum_rejected_total{reason="replay_store"}"#), 0.0);
    assert_eq!(metrics.value(r#"rum_events_total{kind="session_event"}"#), 0.0);
}

#[tokio::test]
async fn a_body_that_is_framed_wrongly_is_refused_with_its_reason() {
    let monitor = monitor(Replay::new());
    let mount = Mount::tower(&monitor);
    let good = click(1, 2, 3);
    let framed = |own: &str| format!(r#"{{{own},"events":[{good}]}}"#);
    let named = |session: &str| framed(&format!(r#""version":1,"session":"{session}","number":0"#));
    let cases = [
        (String::new(), JSON, 400, "malformed"),
        ("{".to_owned(), JSON, 400, "malformed"),
        ("\u{feff}{}".to_owned(), JSON, 400, "malformed"),
        ("[]".to_owned(), JSON, 400, "malformed"),
        (format!("{}x", batch(SESSION, 0, &good)), JSON, 400, "malformed"),
        (batch(SESSION, 0, &good), FORM, 415, "content_type"),
        (batch(SESSION, 0, &good), "", 415, "content_type"),
        (batch(SESSION, 0, &good), "image/png", 415, "content_type"),
        (framed(&format!(r#""version":2,"session":"{SESSION}","number":0"#)), JSON, 422, "version"),
        (framed(&format!(r#""version":"1","session":"{SESSION}","number":0"#)), JSON, 400, "malformed"),
        (framed(r#""version":1,"number":0"#), JSON, 400, "malformed"),
        (framed(&format!(r#""version":1,"session":"{SESSION}""#)), JSON, 400, "malformed"),
        (framed(&format!(r#""version":1,"session":"{SESSION}","number":-1"#)), JSON, 400, "malformed"),
        (framed(&format!(r#""version":1,"session":"{SESSION}","number":9007199254740992"#)), JSON, 422, "range"),
        (framed(&format!(r#""version":1,"session":"{SESSION}","number":0,"user":"alice""#)), JSON, 400, "malformed"),
        (framed(&format!(r#""version":1,"session":"{SESSION}","number":0,"format":"mp4""#)), JSON, 422, "unknown_kind"),
        (named("0123456789ABCDEF0123456789ABCDEF"), JSON, 400, "malformed"),
        (named("0123456789abcdef0123456789abcde"), JSON, 400, "malformed"),
        (named("../../../../../../../../../../etc"), JSON, 400, "malformed"),
        (batch(SESSION, 0, ""), JSON, 422, "malformed"),
        (batch(SESSION, 0, &vec!["1"; 10_001].join(",")), JSON, 413, "too_large"),
    ];
    for (body, content_type, status, reason) in cases {
        let before = Metrics::of(&monitor).await;
        let shown = body[..body.len().min(120)].to_owned();
        assert_eq!(mount.post(EVENTS, content_type, body).await.status, status, "{shown}");
        let refused = format!(r#"rum_rejected_total{{reason="{reason}"}}"#);
        assert_eq!(moved(&before, &Metrics::of(&monitor).await), only([(&refused, 1.0)]), "{shown}");
    }
    let before = Metrics::of(&monitor).await;
    let bytes = [b"{\"type\":\"".as_slice(), b"\xff\xfe\"}"].concat();
    assert_eq!(mount.post(EVENTS, JSON, bytes).await.status, 400);
    assert_eq!(moved(&before, &Metrics::of(&monitor).await), only([(r#"rum_rejected_total{reason="malformed"}"#, 1.0)]));
}

#[tokio::test]
async fn the_gate_keeps_out_what_it_keeps_out_elsewhere() {
    let monitor = monitor(Replay::new());
    for (number, mount) in (0..).zip(Mount::all(&monitor)) {
        let sent = async |headers: &[(&str, &str)]| {
            let request = headers.iter().fold(http::Request::post(EVENTS), |request, &(name, value)| request.header(name, value));
            let body = whole(batch(SESSION, number, &click(1, 2, 3)));
            mount.ask(request.header("content-type", TEXT).header("host", "a.example").body(body).unwrap()).await.status
        };
        for (headers, status, reason) in [
            (&[("sec-fetch-site", "cross-site")], 403, "origin"),
            (&[("origin", "https://b.example")], 403, "origin"),
            (&[("sec-gpc", "1")], 204, "privacy"),
            (&[("dnt", "1")], 204, "privacy"),
            (&[("user-agent", "Googlebot/2.1")], 204, "bot"),
        ] {
            let before = Metrics::of(&monitor).await;
            assert_eq!(sent(headers).await, status, "{headers:?}, {}", mount.name);
            let refused = format!(r#"rum_rejected_total{{reason="{reason}"}}"#);
            assert_eq!(moved(&before, &Metrics::of(&monitor).await), only([(&refused, 1.0)]), "{headers:?}, {}", mount.name);
        }
    }
    written(&monitor).await;
    assert!(get(&Mount::tower(&monitor), "/replay/sessions").await.text.starts_with(r#"{"sessions":[],"#));
}

#[tokio::test]
async fn a_browser_that_a_program_drives_is_recorded_only_if_robots_are() {
    for robots in [false, true] {
        let monitor = builder(Replay::new()).robots(robots).build().unwrap();
        let mount = Mount::tower(&monitor);
        let body = batch(SESSION, 0, &click(1, 2, 3)).replacen('{', r#"{"webdriver":true,"#, 1);
        assert_eq!(post(&mount, body).await, 204);
        written(&monitor).await;
        assert_eq!(get(&mount, &session_path(SESSION)).await.status == 200, robots);
        assert_eq!(Metrics::of(&monitor).await.value(r#"rum_rejected_total{reason="bot"}"#), f64::from(!robots));
    }
}

#[tokio::test]
async fn the_rate_of_one_client_holds_here_too() {
    let monitor = builder(Replay::new()).client_beacons_per_second(1).build().unwrap();
    let mount = Mount::tower(&monitor);
    let mut statuses = Vec::new();
    for number in 0..10 {
        let mut request = http::Request::post(EVENTS).header("content-type", JSON);
        request.extensions_mut().unwrap().insert(tower_rum::ClientAddress([203, 0, 113, 9].into()));
        statuses.push(mount.ask(request.body(whole(batch(SESSION, number, &click(1, 2, 3)))).unwrap()).await.status);
    }
    assert_eq!(statuses, [&[204; 5][..], &[429; 5]].concat());
}

#[tokio::test]
async fn the_recorder_is_served_under_two_paths_with_what_it_has_to_know() {
    let replay = Replay::new().event_path("/tell").script_path("/watch.js");
    let monitor = builder(replay).path_prefix("/internal").privacy_signals(false).build().unwrap();
    let mount = Mount::tower(&monitor);
    let script = monitor.replay_script().unwrap();
    assert_eq!(script.path(), "/internal/watch.js");
    let short = get(&mount, script.path()).await;
    let hashed = get(&mount, script.hashed_path()).await;
    assert!(short.text.contains(r#"("/internal/tell",false)"#) && !short.text.contains("__RUM_CONFIG__"), "{}", short.text);
    assert_eq!(
        (short.header("cache-control"), short.header("content-type")),
        (Some("public, max-age=600"), Some("text/javascript; charset=utf-8"))
    );
    assert_eq!((hashed.status, hashed.header("cache-control")), (200, Some("public, max-age=31536000, immutable")));
    assert_eq!(short.text, hashed.text);
    assert!(script.integrity().starts_with("sha384-"));
    assert_eq!(mount.post("/internal/tell", JSON, batch(SESSION, 0, &click(1, 2, 3))).await.status, 204);
}

#[test]
fn what_cannot_work_is_refused_when_the_monitor_is_built() {
    let refused = |replay: Replay| Monitor::builder().replay(replay).build().unwrap_err().to_string();
    for (replay, word) in [
        (Replay::new().body_bytes(10), "body"),
        (Replay::new().body_bytes(1 << 30), "body"),
        (Replay::new().session_bytes(0), "limit"),
        (Replay::new().ttl(Duration::ZERO), "limit"),
        (Replay::new().ttl(Duration::MAX), "366 days"),
        (Replay::new().event_path("log"), "path"),
        (Replay::new().script_path("/rum.js"), "two routes"),
        (Replay::new().event_path("/replay"), "two routes"),
        (Replay::new().event_path("/replay/sessions"), "two routes"),
        (Replay::new().rrweb_player("/a.js", "a; script-src *"), "player"),
    ] {
        let error = refused(replay);
        assert!(error.contains(word), "{error}");
    }
}
