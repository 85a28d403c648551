use std::convert::Infallible;
#[cfg(feature = "actix")]
use std::time::Duration;

#[cfg(feature = "axum")]
use http::Request;
use http::Response;
#[cfg(feature = "actix")]
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tower::{Layer, service_fn};
use tower_rum::ClientAddress;

use super::{batch, interaction, monitor, numbered, rejected, with};
use crate::support::beacon::fresh_id;
use crate::support::metrics::Metrics;
use crate::support::mount::{Mount, whole};
use crate::support::server::Server;
#[cfg(feature = "actix")]
use crate::support::wire;

/// grafana/alloy reads the declared length alone, which a chunked body has not, and takes 5 MiB.
#[tokio::test]
async fn alloy_a_chunked_body_without_a_length_is_cut_off_and_not_read_to_its_end() {
    let monitor = monitor(|builder| builder);
    let nothing = service_fn(async |_| Ok::<_, Infallible>(Response::new(whole(""))));
    let server = Server::start(monitor.routes_layer().layer(nothing)).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(ENDLESS.as_bytes()).await.unwrap();
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x1_0000));
    let mut written = 0;
    // A body without end: it is the server that has to end it.
    while written < MOST_WRITTEN && stream.write_all(chunk.as_bytes()).await.is_ok() {
        written += chunk.len();
    }
    assert!(written < MOST_WRITTEN, "it reads for ever");
    assert_eq!(rejected(&monitor, "too_large").await, 1.0);
}

/// actix reads what a handler has left, for as long as it comes, and throws it away; the ingest has answered by then.
#[cfg(feature = "actix")]
#[tokio::test]
async fn alloy_in_actix_a_chunked_body_without_an_end_is_answered_at_the_cap() {
    let monitor = monitor(|builder| builder);
    let app = monitor.clone();
    let server = crate::support::actix::ActixServer::bare(move |config| app.actix_routes()(config));
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let chunk = format!("10001\r\n{}\r\n", " ".repeat(0x1_0001));
    stream.write_all((ENDLESS.to_owned() + &chunk).as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    let answered = tokio::time::timeout(Duration::from_secs(20), stream.read_exact(&mut answer)).await;
    answered.expect("it waits for the end").unwrap();
    assert_eq!(wire::status(std::str::from_utf8(&answer).unwrap()), 413);
    assert_eq!(rejected(&monitor, "too_large").await, 1.0);
}

/// grafana/alloy makes a limiter and a label for each `app` and `env` that a payload names.
#[tokio::test]
async fn alloy_nothing_in_a_payload_makes_a_limiter_or_a_label() {
    let monitor = monitor(|builder| builder.client_beacons_per_second(1));
    let mount = Mount::tower(&monitor);
    let send = async |number: u32| {
        let mut request = batch(&format!(
            r#"[{{"event":"page_view","endpoint":"/app-{number}","from":"/env-{number}"}},{{"event":"journey","path":"app-{number}"}}]"#
        ));
        request.extensions_mut().insert(ClientAddress([203, 0, 113, 9].into()));
        mount.ask(with(request, &[("user-agent", &format!("app-{number}"))])).await.status
    };
    send(0).await;
    let series = Metrics::of(&monitor).await.samples().count();
    let mut refused = 0;
    for number in 1..1_000 {
        refused += usize::from(send(number).await == 429);
    }
    assert!(refused > 900, "{refused}: a payload has its own limiter");
    assert_eq!(Metrics::of(&monitor).await.samples().count(), series);
}

/// faro-web-sdk#2247 sends a key against retries, which the receiver does not look at (alloy#7054).
#[tokio::test]
async fn faro_2247_alloy_7054_a_batch_sent_again_counts_once_by_whatever_way_it_comes() {
    let monitor = monitor(|builder| builder);
    let id = fresh_id();
    for mount in Mount::all(&monitor) {
        for _ in 0..2 {
            assert_eq!(mount.ask(numbered(&id, r#"[{"event":"session"}]"#)).await.status, 204, "{}", mount.name);
        }
    }
    assert_eq!(Metrics::of(&monitor).await.value("user_sessions_total"), 1.0);
}

/// langwatch#6071: limits by address and for all, a small body, a strict schema, and when to come back.
#[tokio::test]
async fn langwatch_6071_a_stranger_is_bounded_by_address_size_and_schema_and_told_when_to_come_back() {
    let monitor = monitor(|builder| builder.client_beacons_per_second(1));
    let mount = Mount::tower(&monitor);
    let from = |body: String| {
        let mut request = interaction(body);
        request.extensions_mut().insert(ClientAddress([203, 0, 113, 9].into()));
        request
    };
    assert_eq!(mount.ask(from(" ".repeat(65 * 1024))).await.status, 413);
    assert_eq!(mount.ask(from(r#"{"type":"click","extra":1}"#.to_owned())).await.status, 400);
    for sent in 0.. {
        let answer = mount.ask(from(r#"{"type":"click"}"#.to_owned())).await;
        if answer.status == 429 {
            assert_eq!(answer.header("retry-after"), Some("1"));
            break;
        }
        assert!(sent < 100, "never refused");
    }
}

/// peardeck serves its metrics where the public is.
#[cfg(any(feature = "axum", feature = "actix"))]
#[tokio::test]
async fn peardeck_item_12_the_public_routes_have_no_metrics() {
    let monitor = monitor(|builder| builder);
    #[cfg(feature = "axum")]
    {
        let public = Mount::router("public", monitor.public_routes());
        for (path, status) in [("/metrics", 404), ("/rum.js", 200), ("/log-beacon", 405)] {
            assert_eq!(public.ask(Request::get(path).body(whole("")).unwrap()).await.status, status, "{path}");
        }
        let operators = Mount::router("operators", monitor.operator_routes());
        for (path, status) in [("/metrics", 200), ("/rum.js", 404), ("/log-beacon", 404)] {
            assert_eq!(operators.ask(Request::get(path).body(whole("")).unwrap()).await.status, status, "{path}");
        }
    }
    #[cfg(feature = "actix")]
    {
        let app = monitor.clone();
        let server = crate::support::actix::ActixServer::bare(move |config| app.actix_public_routes()(config));
        for (path, status) in [("/metrics", 404), ("/rum.js", 200), ("/log-beacon", 405)] {
            let asked = format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            assert_eq!(wire::status(&wire::exchange(server.address, asked).await), status, "{path}");
        }
    }
}

/// artifact-keeper#2220 and others: the paths of scanners as labels, ~400 000 series.
#[tokio::test]
async fn artifact_keeper_2220_paths_that_browsers_make_up_are_one_series() {
    let monitor = monitor(|builder| builder);
    let mount = Mount::tower(&monitor);
    for number in 0..100 {
        let views = (0..100).map(|view| format!(r#"{{"event":"page_view","endpoint":"/wp-{number}-{view}"}}"#));
        let views = views.collect::<Vec<_>>().join(",");
        assert_eq!(mount.ask(batch(&format!("[{views}]"))).await.status, 204);
    }
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.value(r#"user_journeys_total{path="unmatched"}"#), 10_000.0);
    assert_eq!(metrics.samples().filter(|(series, _)| series.starts_with("user_journeys_total")).count(), 1);
}

/// web-vitals#162, #137 and umami: times of eleven hours, and negative ones.
#[tokio::test]
async fn web_vitals_162_137_times_that_cannot_be_lose_themselves_alone() {
    let monitor = monitor(|builder| builder.endpoints(["/"]));
    let mount = Mount::tower(&monitor);
    for vital in [r#""ttfb":40000000"#, r#""ttfb":-3"#, r#""inp":60001"#, r#""lcp":600001"#, r#""cls":10.5"#] {
        let sent =
            format!(r#"[{{"event":"web_vitals","endpoint":"/",{vital}}},{{"event":"web_vitals","endpoint":"/","ttfb":80}}]"#);
        assert_eq!(mount.ask(batch(&sent)).await.status, 204, "{vital}");
    }
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.value(r#"web_vitals_ttfb_seconds_count{endpoint="/"}"#), 5.0);
    assert!((metrics.value(r#"web_vitals_ttfb_seconds_sum{endpoint="/"}"#) - 0.4).abs() < 1e-9);
    assert_eq!(metrics.value(r#"rum_rejected_total{reason="range"}"#), 5.0);
}

/// tuist#12959: 47 sessions of a headless browser blew an alert on the p99; web-vitals#182 and others.
#[tokio::test]
async fn tuist_12959_headless_browsers_leave_no_trace_in_what_users_experience() {
    let monitor = monitor(|builder| builder);
    let mount = Mount::tower(&monitor);
    let before = Metrics::of(&monitor).await;
    for _ in 0..47 {
        let agent =
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/131.0.0.0 Safari/537.36";
        let sent = batch(r#"[{"event":"session"},{"event":"page_load","load_time":90000}]"#);
        assert_eq!(mount.ask(with(sent, &[("user-agent", agent)])).await.status, 204);
    }
    let moved = crate::support::change::moved(&before, &Metrics::of(&monitor).await);
    let only = crate::support::change::only([
        (r#"rum_rejected_total{reason="bot"}"#, 47.0),
        (r#"rum_batches_total{result="rejected"}"#, 47.0),
    ]);
    assert_eq!(moved, only);
}

const ENDLESS: &str = "POST /log-beacon HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n";
const MOST_WRITTEN: usize = 1 << 30;
