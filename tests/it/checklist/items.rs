use std::convert::Infallible;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use tokio::io::AsyncWriteExt;
use tower::{Layer, ServiceExt, service_fn};
use tower_http::decompression::RequestDecompressionLayer;

use super::{batch, interaction, monitor, numbered, rejected, with};
use crate::support::beacon::fresh_id;
use crate::support::change::{moved, only, server_half};
use crate::support::metrics::Metrics;
use crate::support::mount::{FORM, JSON, Mount, TEXT, post, whole};
use crate::support::server::Server;
use crate::support::watch::PATIENCE;
use crate::support::wire;

#[tokio::test]
async fn item_01_the_cap_is_on_the_bytes_read_after_decompression_too() {
    let monitor = monitor(|builder| builder);
    let not_ours = service_fn(async |_| Ok::<_, Infallible>(Response::new(Full::<Bytes>::default())));
    let app = RequestDecompressionLayer::new().layer(monitor.routes_layer().layer(not_ours));
    let click = br#"{"type":"click"}"#;
    for (spaces, status) in [(60_000, 204), (10_000_000, 413)] {
        let bomb = compressed(spaces, click);
        assert!(bomb.len() < 65_536, "{} bytes", bomb.len());
        let request = post("/log-interaction", JSON, bomb);
        let answer = app.clone().oneshot(with(request, &[("content-encoding", "gzip")])).await.unwrap();
        assert_eq!(answer.status(), status, "{spaces}");
    }
    assert_eq!(rejected(&monitor, "too_large").await, 1.0);
}

#[tokio::test]
async fn item_01_compressed_bytes_that_nobody_decompresses_are_no_beacon() {
    let monitor = monitor(|builder| builder);
    for mount in Mount::all(&monitor) {
        let request = interaction(compressed(10, br#"{"type":"click"}"#));
        assert_eq!(mount.ask(with(request, &[("content-encoding", "gzip")])).await.status, 400, "{}", mount.name);
    }
}

#[tokio::test]
async fn item_01_a_head_that_trickles_never_reaches_the_ingest_and_a_body_that_does_is_cut_off() {
    let monitor = monitor(|builder| builder.body_timeout(Duration::from_millis(200)));
    let not_ours = service_fn(async |_| Ok::<_, Infallible>(Response::new(Full::<Bytes>::default())));
    let server = Server::start(monitor.routes_layer().layer(not_ours)).await;
    let before = Metrics::of(&monitor).await;
    let mut slow_heads = Vec::new();
    for _ in 0..50 {
        let mut stream = tokio::net::TcpStream::connect(server.address).await.unwrap();
        stream.write_all(b"POST /log-interaction HTTP/1.1\r\nHost: a\r\n").await.unwrap();
        slow_heads.push(stream);
    }
    let started = Instant::now();
    let head = format!("POST /log-interaction HTTP/1.1\r\nHost: a\r\nContent-Type: {JSON}\r\nContent-Length: 16\r\n\r\n{{");
    let answers = (0..50).map(|_| wire::exchange(server.address, head.clone()));
    for answer in futures_util::future::join_all(answers).await {
        assert_eq!(wire::status(&answer), 408);
    }
    assert!(started.elapsed() < PATIENCE);
    let moved = moved(&before, &Metrics::of(&monitor).await);
    assert_eq!(moved, only([(r#"rum_rejected_total{reason="timeout"}"#, 50.0)]));
}

#[tokio::test]
async fn item_02_same_origin_by_default_and_without_cors() {
    let monitor = monitor(|builder| builder);
    let own = [("host", "a.example"), ("origin", "https://a.example"), ("sec-fetch-site", "same-origin")];
    let foreign = [("host", "a.example"), ("origin", "https://b.example"), ("sec-fetch-site", "cross-site")];
    for mount in Mount::all(&monitor) {
        for (fields, status) in [(&own[..], 204), (&foreign, 403), (&own[..1], 204), (&[own[0], foreign[2]], 403)] {
            let answer = mount.ask(with(batch(r#"[{"event":"heartbeat"}]"#), fields)).await;
            assert_eq!(answer.status, status, "{fields:?}, {}", mount.name);
            assert!(answer.headers.keys().all(|name| !name.as_str().starts_with("access-control")));
        }
    }
}

#[tokio::test]
async fn item_03_forged_beacons_move_what_browsers_move_and_nothing_of_the_server_half() {
    let monitor = monitor(|builder| builder);
    let mount = Mount::tower(&monitor);
    let before = Metrics::of(&monitor).await;
    for number in 0..1_000 {
        let forged =
            format!(r#"[{{"event":"page_load","endpoint":"/made-up/{number}","load_time":599999}},{{"event":"session"}}]"#);
        assert_eq!(mount.ask(batch(&forged)).await.status, 204);
    }
    let after = Metrics::of(&monitor).await;
    assert_eq!(server_half(&before), server_half(&after));
    let added = after.samples().count() - before.samples().count();
    assert!(added <= 40, "{added} samples: one histogram at most"); // page_load_time_seconds{endpoint="unmatched"}
    assert!(after.samples().all(|(_, value)| value.is_finite()));
}

#[tokio::test]
async fn item_05_the_schema_is_strict_and_what_is_nested_deep_is_refused_cheaply() {
    let monitor = monitor(|builder| builder.goals(["signup"]));
    let deep = |open: &str, close: &str| open.repeat(10_000) + &close.repeat(10_000);
    let deepest = [deep("[", "]"), deep(r#"{"a":"#, "}").replace(":}", ":0}"), "[".repeat(60_000)];
    let name = |bytes: usize| format!(r#"[{{"event":"conversion","goal":"{}"}}]"#, "g".repeat(bytes));
    let event = |field: &str, value: &str| format!(r#"[{{"event":"page_view","{field}":{value}}}]"#);
    let mut cases = vec![
        (r#"[{"event":"session","user":"me"}]"#.to_owned(), 422),
        (r#"[{"event":"teleport"}]"#.to_owned(), 422),
        (name(64), 422),
        (name(60_000), 422),
        (event("endpoint", &format!("\"{}\"", "/".repeat(256))), 204),
        (event("endpoint", &format!("\"{}\"", "/".repeat(60_000))), 204), // unmatched
        (format!("[{}]", vec![r#"{"event":"heartbeat"}"#; 100].join(",")), 204),
        (format!("[{}]", vec![r#"{"event":"heartbeat"}"#; 101].join(",")), 413),
    ];
    for deep in &deepest[..2] {
        cases.push((format!("[{deep}]"), 422));
        cases.push((event("endpoint", deep), 422));
        cases.push((event("unknown", deep), 422));
    }
    cases.push((deepest[2].clone(), 400));
    for mount in Mount::in_process(&monitor) {
        for (events, status) in &cases {
            let answer = mount.ask(batch(events)).await;
            assert_eq!(answer.status, *status, "{} {}", &events[..events.len().min(60)], answer.text);
        }
        for deep in &deepest {
            let started = Instant::now();
            assert_eq!(mount.ask(interaction(deep.clone())).await.status, 400);
            assert_eq!(mount.ask(interaction(format!(r#"{{"type":{deep}}}"#))).await.status, 400);
            assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
        }
    }
    let metrics = Metrics::of(&monitor).await;
    assert!(metrics.samples().all(|(series, _)| series.len() < 400), "something long became a label");
}

#[tokio::test]
async fn item_06_values_not_finite_or_out_of_range_are_dropped_and_counted_and_never_clamped() {
    let monitor = monitor(|builder| builder);
    for mount in Mount::all(&monitor) {
        for (field, number) in [
            ("load_time", "600000.1"),
            ("load_time", "-0.1"),
            ("load_time", "1e400"),
            ("load_time", "-1e400"),
            ("load_time\":1,\"inp", "60000.1"),
            ("load_time\":1,\"cls", "10.1"),
            ("load_time\":1,\"lcp", "-1"),
        ] {
            let before = Metrics::of(&monitor).await;
            let answer = mount.post("/log-page-load", JSON, format!(r#"{{"{field}":{number}}}"#)).await;
            assert_eq!(answer.status, 422, "{field} {number}");
            let moved = moved(&before, &Metrics::of(&monitor).await);
            assert_eq!(moved, only([(r#"rum_rejected_total{reason="range"}"#, 1.0)]), "{field} {number}");
        }
        for count in ["0", "1001", "9007199254740993"] {
            let answer = mount.ask(interaction(format!(r#"{{"type":"click","count":{count}}}"#))).await;
            assert_eq!(answer.status, 422, "{count}");
        }
        for form in ["load_time=NaN", "load_time=inf", "load_time=-inf"] {
            assert_eq!(mount.post("/log-page-load", FORM, form).await.status, 422, "{form}");
        }
    }
    assert!(Metrics::of(&monitor).await.samples().all(|(_, value)| value.is_finite() && value >= 0.0));
}

#[tokio::test]
async fn item_07_no_label_value_that_the_server_did_not_know() {
    let monitor = monitor(|builder| builder.endpoints(["/a\\\"b"]));
    let mount = Mount::tower(&monitor);
    let mark = "zqx\\\"\\n";
    for field in ["endpoint", "from", "path", "goal", "name", "type", "kind", "service"] {
        for kind in
            ["page_view", "journey", "conversion", "interaction", "error", "request", "third_party", "counter", "histogram"]
        {
            mount.ask(batch(&format!(r#"[{{"event":"{kind}","{field}":"{mark}","duration":1,"value":1}}]"#))).await;
            mount.ask(batch(&format!(r#"[{{"event":"{kind}","{field}":"{mark}"}}]"#))).await;
        }
    }
    mount.ask(batch(r#"[{"event":"page_view","endpoint":"/a\\\"b"}]"#)).await;
    let metrics = Metrics::of(&monitor).await;
    assert!(!metrics.text.contains("zqx"));
    assert!(metrics.text.contains(r#"user_journeys_total{path="/a\\\"b"} 1"#));
}

#[tokio::test]
async fn item_08_answers_echo_nothing_and_cookies_are_neither_set_nor_read() {
    let monitor = monitor(|builder| builder);
    for mount in Mount::all(&monitor) {
        let cookie = [("cookie", "zqx=zqx"), ("referer", "https://zqx.example/zqx"), ("user-agent", "zqx")];
        for (body, status) in [(r#"{"type":"click"}"#, 204), (r#"{"type":"zqx"}"#, 422), (r#"{"zqx":1}"#, 400), ("zqx", 400)] {
            let answer = mount.ask(with(interaction(body), &cookie)).await;
            assert_eq!(answer.status, status);
            assert_eq!(answer.header("set-cookie"), None);
            assert!(!answer.text.contains("zqx") && !format!("{:?}", answer.headers).contains("zqx"), "{}", answer.text);
        }
    }
    assert!(!Metrics::of(&monitor).await.text.contains("zqx"));
}

#[tokio::test]
async fn item_09_the_same_batch_twice_counts_once_and_no_more_numbers_than_4096_are_kept() {
    let monitor = monitor(|builder| builder);
    let mount = Mount::tower(&monitor);
    let sent = r#"[{"event":"session"}]"#;
    let first = fresh_id();
    for _ in 0..3 {
        assert_eq!(mount.ask(numbered(&first, sent)).await.status, 204);
    }
    for _ in 0..4_095 {
        mount.ask(batch(sent)).await;
    }
    mount.ask(numbered(&first, sent)).await;
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.value("user_sessions_total"), 4_096.0);
    assert_eq!(metrics.value(r#"rum_rejected_total{reason="duplicate"}"#), 3.0);
    mount.ask(batch(sent)).await;
    mount.ask(numbered(&first, sent)).await; // forgotten by now
    assert_eq!(Metrics::of(&monitor).await.value("user_sessions_total"), 4_098.0);
}

#[tokio::test]
async fn item_09_no_clock_but_the_servers() {
    let monitor = monitor(|builder| builder);
    let mount = Mount::tower(&monitor);
    for field in ["timestamp", "time", "date"] {
        let told = format!(r#"[{{"event":"session","{field}":4102444800000}}]"#);
        assert_eq!(mount.ask(batch(&told)).await.status, 422, "{field}");
    }
    assert_eq!(rejected(&monitor, "malformed").await, 3.0);
}

#[tokio::test]
async fn item_10_programs_are_not_recorded_by_agent_or_by_their_own_word_unless_switched_on() {
    for (on, recorded) in [(false, 0.0), (true, 2.0)] {
        let monitor = monitor(|builder| builder.robots(on));
        for (sent, mount) in (1..).zip(Mount::all(&monitor)) {
            let by_agent = with(batch(r#"[{"event":"session"}]"#), &[("user-agent", "Mozilla/5.0 HeadlessChrome/140.0")]);
            let driven = format!(r#"{{"version":1,"id":"{}","webdriver":true,"events":[{{"event":"session"}}]}}"#, fresh_id());
            for request in [by_agent, post("/log-beacon", TEXT, driven)] {
                assert_eq!(mount.ask(request).await.status, 204);
            }
            assert_eq!(Metrics::of(&monitor).await.value("user_sessions_total"), recorded * f64::from(sent));
            assert_eq!(rejected(&monitor, "bot").await, (2.0 - recorded) * f64::from(sent));
        }
    }
}

#[tokio::test]
async fn item_11_gpc_and_dnt_are_honoured_at_the_server_and_in_the_script_unless_switched_off() {
    for (honoured, recorded) in [(true, 1.0), (false, 3.0)] {
        let monitor = monitor(|builder| builder.privacy_signals(honoured));
        for (sent, mount) in (1..).zip(Mount::all(&monitor)) {
            for signal in [("sec-gpc", "1"), ("dnt", "1"), ("dnt", "0")] {
                assert_eq!(mount.ask(with(batch(r#"[{"event":"session"}]"#), &[signal])).await.status, 204);
            }
            assert_eq!(Metrics::of(&monitor).await.value("user_sessions_total"), recorded * f64::from(sent));
            assert_eq!(rejected(&monitor, "privacy").await, (3.0 - recorded) * f64::from(sent));
            let script = mount.ask(Request::get("/rum.js").body(whole("")).unwrap()).await.text;
            assert!(script.contains(&format!("(\"/log-beacon\",{honoured},")), "{}", mount.name);
        }
    }
}

#[tokio::test]
async fn item_13_the_script_is_tagged_not_sniffed_and_for_ever_under_its_hash() {
    let monitor = monitor(|builder| builder);
    for mount in Mount::all(&monitor) {
        let get = |path: &str| mount.ask(Request::get(path).body(whole("")).unwrap());
        let (script, hashed) = (get("/rum.js").await, get(monitor.script().hashed_path()).await);
        assert_eq!(script.text, hashed.text);
        let tag = script.header("etag").unwrap();
        assert!(tag.starts_with('"') && tag.ends_with('"'), "a strong one: {tag}");
        assert_eq!(hashed.header("cache-control"), Some("public, max-age=31536000, immutable"));
        for answer in [&script, &hashed] {
            assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        }
        assert!(monitor.script().integrity().starts_with("sha384-"));
        for word in ["eval(", "innerHTML", "document.cookie", "new Function", "blob:"] {
            assert!(!script.text.contains(word), "{word}");
        }
    }
}

#[tokio::test]
async fn item_14_the_ingests_own_metrics_are_there_at_0_before_the_first_beacon() {
    let metrics = Metrics::of(&monitor(|builder| builder)).await;
    let at_0 = |name: &str| metrics.samples().filter(|&(series, value)| series.starts_with(name) && value == 0.0).count();
    assert_eq!(at_0("rum_batches_total{result="), 3);
    assert_eq!(at_0("rum_events_total{kind="), 16);
    assert_eq!(at_0("rum_rejected_total{reason="), 14);
}

/// So many spaces and then these bytes, with gzip.
fn compressed(spaces: usize, bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let chunk = [b' '; 10_000];
    for start in (0..spaces).step_by(chunk.len()) {
        encoder.write_all(&chunk[..chunk.len().min(spaces - start)]).unwrap();
    }
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
