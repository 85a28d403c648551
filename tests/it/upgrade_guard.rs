//! What a handler's guard counts of a connection that it takes over, and what leaves no trace.

use std::borrow::Cow;
use std::cell::RefCell;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::{Method, Request, StatusCode, Version};
use tower_rum::{Builder, Monitor, UpgradeGuard};

use crate::support::handler::{ask, ask_through, websocket};
use crate::support::metrics::Metrics;
use crate::support::watch::{by_path, monitor};

#[tokio::test]
async fn a_connection_counts_from_its_head_to_the_drop_of_its_guard() {
    let monitor = monitor();
    let handler = ask(&monitor, websocket()).await;
    let guard = handler.guard();
    assert_no_trace(&monitor).await;
    handler.answers(StatusCode::SWITCHING_PROTOCOLS).await;
    let open = Metrics::of(&monitor).await;
    assert_eq!(open.value(r#"http_upgraded_connections{endpoint="/chat"}"#), 1.0);
    assert_eq!(open.value(r#"http_upgraded_duration_seconds_count{endpoint="/chat"}"#), 0.0);
    assert!(open.text.contains("# TYPE http_upgraded_connections gauge\n"));
    assert_eq!(open.total("http_requests_in_flight"), 0.0);
    tokio::time::sleep(LASTING).await;
    drop(guard);
    let closed = Metrics::of(&monitor).await;
    assert_eq!(closed.value(r#"http_upgraded_connections{endpoint="/chat"}"#), 0.0);
    assert_eq!(closed.value(r#"http_upgraded_duration_seconds_count{endpoint="/chat"}"#), 1.0);
    assert!(closed.total("http_upgraded_duration_seconds_sum") >= LASTING.as_secs_f64());
    assert_eq!(closed.value(r#"http_upgraded_duration_seconds_bucket{endpoint="/chat",le="14400.0"}"#), 1.0);
    assert_eq!(closed.value(r#"http_requests_total{method="GET",endpoint="/chat",status="101"}"#), 1.0);
    assert_eq!(closed.total("http_requests_total"), 1.0);
}

#[tokio::test]
async fn requests_for_an_upgrade_and_for_a_tunnel_carry_a_guard_and_no_others() {
    let upgrade = |method, version| Request::builder().method(method).version(version).header("upgrade", "x");
    let plain = |method, version| Request::builder().method(method).version(version);
    for (request, status, carries) in [
        (upgrade(Method::GET, Version::HTTP_11), 101, true),
        (upgrade(Method::POST, Version::HTTP_11), 101, true),
        (plain(Method::CONNECT, Version::HTTP_11), 200, true),
        (plain(Method::CONNECT, Version::HTTP_2), 204, true),
        (plain(Method::GET, Version::HTTP_11), 101, false),
        (upgrade(Method::GET, Version::HTTP_10), 101, false),
        (upgrade(Method::GET, Version::HTTP_2), 101, false),
    ] {
        let monitor = monitor();
        let request = request.uri("/chat").body(()).unwrap();
        let what = format!("{request:?}");
        let handler = ask(&monitor, request).await;
        let guard = handler.guard();
        handler.answers(StatusCode::from_u16(status).unwrap()).await;
        assert_eq!(Metrics::of(&monitor).await.total("http_upgraded_connections"), f64::from(u8::from(carries)), "{what}");
        drop(guard);
    }
}

#[tokio::test]
async fn a_refused_upgrade_leaves_no_trace_however_long_its_guard_lives() {
    for (method, status) in
        [("GET", 400), ("GET", 426), ("GET", 200), ("GET", 100), ("CONNECT", 403), ("CONNECT", 502), ("CONNECT", 302)]
    {
        let monitor = monitor();
        let mut request = websocket();
        *request.method_mut() = method.parse().unwrap();
        let handler = ask(&monitor, request).await;
        let guard = handler.guard();
        handler.answers(StatusCode::from_u16(status).unwrap()).await;
        assert_no_trace(&monitor).await;
        drop(guard);
        assert_no_trace(&monitor).await;
    }
}

#[tokio::test]
async fn a_refused_guard_does_not_count_for_a_later_request() {
    let monitor = monitor();
    let refused = ask(&monitor, websocket()).await;
    let guard = refused.guard();
    refused.answers(StatusCode::BAD_REQUEST).await;
    let unasked = ask(&monitor, Request::get("/chat").body(()).unwrap()).await;
    unasked.answers(StatusCode::SWITCHING_PROTOCOLS).await;
    assert_no_trace(&monitor).await;
    drop(guard);
}

#[tokio::test]
async fn a_guard_that_is_never_taken_leaves_the_101_alone() {
    let monitor = monitor();
    let handler = ask(&monitor, websocket()).await;
    let kept_by_the_socket_task = handler.request.clone();
    handler.answers(StatusCode::SWITCHING_PROTOCOLS).await;
    assert_no_trace(&monitor).await;
    drop(kept_by_the_socket_task);
    assert_no_trace(&monitor).await;
    assert_eq!(Metrics::of(&monitor).await.total("http_requests_total"), 1.0);
}

#[tokio::test]
async fn a_guard_dropped_before_the_head_leaves_no_trace() {
    let monitor = monitor();
    let handler = ask(&monitor, websocket()).await;
    drop(handler.guard());
    handler.answers(StatusCode::SWITCHING_PROTOCOLS).await;
    assert_no_trace(&monitor).await;
}

#[tokio::test]
async fn a_request_that_gets_no_head_leaves_no_trace() {
    let monitor = monitor();
    let handler = ask(&monitor, websocket()).await;
    let guard = handler.guard();
    drop(handler);
    assert_no_trace(&monitor).await;
    drop(guard);
    assert_no_trace(&monitor).await;
    assert_eq!(Metrics::of(&monitor).await.value(r#"http_requests_total{method="GET",endpoint="/chat",status="499"}"#), 1.0);
}

#[tokio::test]
async fn a_guard_is_taken_once_from_a_request_and_its_clones() {
    let monitor = monitor();
    let handler = ask(&monitor, websocket()).await;
    let clone = handler.request.clone();
    let guards = [UpgradeGuard::take(clone.extensions()), handler.guard(), handler.guard()];
    handler.answers(StatusCode::SWITCHING_PROTOCOLS).await;
    let [first, second, third] = guards;
    drop((second, third));
    assert_eq!(open(&monitor).await, 1.0);
    drop(first);
    assert_eq!((open(&monitor).await, ended(&monitor).await), (0.0, 1.0));
    drop(UpgradeGuard::take(clone.extensions()));
    assert_eq!(ended(&monitor).await, 1.0);
}

#[tokio::test]
async fn a_guard_taken_after_the_head_counts_from_the_head() {
    let monitor = monitor();
    let handler = ask(&monitor, websocket()).await;
    let request = handler.request.clone();
    handler.answers(StatusCode::SWITCHING_PROTOCOLS).await;
    tokio::time::sleep(LASTING).await;
    let guard = UpgradeGuard::take(request.extensions());
    assert_eq!(open(&monitor).await, 1.0);
    drop(guard);
    assert!(Metrics::of(&monitor).await.total("http_upgraded_duration_seconds_sum") >= LASTING.as_secs_f64());
}

#[tokio::test]
async fn each_layer_counts_the_connection_for_itself() {
    let (outer, inner) = (monitor(), monitor());
    let layers = [outer.layer(), outer.layer(), inner.layer()];
    let handler = ask_through(&layers, websocket()).await;
    let guard = handler.guard();
    handler.answers(StatusCode::SWITCHING_PROTOCOLS).await;
    assert_eq!((open(&outer).await, open(&inner).await), (2.0, 1.0));
    drop(guard);
    assert_eq!((open(&outer).await, ended(&outer).await), (0.0, 2.0));
    assert_eq!((open(&inner).await, ended(&inner).await), (0.0, 1.0));
}

#[tokio::test]
async fn a_route_that_is_not_counted_carries_no_guard() {
    let monitor = monitor();
    let mut request = websocket();
    *request.uri_mut() = "/metrics".parse().unwrap();
    let handler = ask(&monitor, request).await;
    let guard = handler.guard();
    handler.answers(StatusCode::SWITCHING_PROTOCOLS).await;
    assert_no_trace(&monitor).await;
    drop(guard);
}

#[tokio::test]
async fn past_the_cap_connections_count_under_overflow() {
    const CONNECTIONS: usize = 40;
    let monitor = claiming().http_series(16).build().unwrap();
    let mut guards = Vec::new();
    for number in 0..CONNECTIONS {
        let mut request = websocket();
        *request.uri_mut() = format!("/chat/{number}").parse().unwrap();
        guards.push(connection(&monitor, request).await);
    }
    let metrics = Metrics::of(&monitor).await;
    let series = metrics.series("http_upgraded_connections").count();
    assert!(series <= 16, "{series}");
    assert_eq!(metrics.total("http_upgraded_connections"), CONNECTIONS as f64);
    let overflow = CONNECTIONS - (series - 1);
    assert_eq!(metrics.value(r#"http_upgraded_connections{endpoint="overflow"}"#), overflow as f64);
    drop(guards);
    assert_eq!((open(&monitor).await, ended(&monitor).await), (0.0, CONNECTIONS as f64));
}

#[tokio::test]
async fn a_guard_may_be_dropped_on_any_thread_one_that_ends_and_one_that_panics_included() {
    thread_local! {
        static LAST: RefCell<Option<UpgradeGuard>> = const { RefCell::new(None) };
    }
    let monitor = monitor();
    let guard = connection(&monitor, websocket()).await;
    std::thread::spawn(move || drop(guard)).join().unwrap();
    assert_eq!((open(&monitor).await, ended(&monitor).await), (0.0, 1.0));

    let guard = connection(&monitor, websocket()).await;
    std::thread::spawn(move || LAST.with(|last| last.replace(Some(guard)))).join().unwrap();
    assert_eq!((open(&monitor).await, ended(&monitor).await), (0.0, 2.0));

    let guard = connection(&monitor, websocket()).await;
    let socket = tokio::spawn(async move {
        let _guard = guard;
        panic!("of the socket task");
    });
    assert!(socket.await.unwrap_err().is_panic());
    assert_eq!((open(&monitor).await, ended(&monitor).await), (0.0, 3.0));
}

#[tokio::test]
async fn a_guard_may_outlive_its_monitor() {
    let monitor = monitor();
    let handler = ask(&monitor, websocket()).await;
    let untaken = handler.request.clone();
    let open = connection(&monitor, websocket()).await;
    handler.answers(StatusCode::SWITCHING_PROTOCOLS).await;
    drop(monitor);
    drop((open, UpgradeGuard::take(untaken.extensions())));
}

/// Connections begin on the first thread and end on the last, so that a scrape that reads one thread after the other, and not all ends before all
/// beginnings, would see ends alone.
#[test]
fn scrapes_beside_connections_that_come_and_go_never_miss_one_that_stays() {
    const BETWEEN: usize = 40;
    const CONNECTIONS: usize = 10_000;
    let (monitor, over) = (monitor(), AtomicBool::new(false));
    let runtime = || tokio::runtime::Builder::new_current_thread().build().unwrap();
    let connect = || runtime().block_on(connection(&monitor, websocket()));
    let staying = connect();
    let (begun, ending) = std::sync::mpsc::channel();
    let between = Barrier::new(BETWEEN + 1);
    std::thread::scope(|scope| {
        for _ in 0..BETWEEN {
            scope.spawn(|| {
                drop(connect());
                between.wait();
                between.wait();
            });
        }
        between.wait();
        scope.spawn(|| {
            ending.into_iter().for_each(drop);
            over.store(true, Ordering::Relaxed);
        });
        scope.spawn(|| {
            let mut last = 0.0;
            while !over.load(Ordering::Relaxed) {
                let metrics = runtime().block_on(Metrics::of(&monitor));
                let (open, ended) =
                    (metrics.total("http_upgraded_connections"), metrics.total("http_upgraded_duration_seconds_count"));
                assert!(open >= 1.0, "{open}");
                assert!(ended >= last, "{ended} after {last}");
                last = ended;
            }
        });
        for _ in 0..CONNECTIONS {
            begun.send(connect()).unwrap();
        }
        drop(begun);
        between.wait();
    });
    let counted = || runtime().block_on(async { (open(&monitor).await, ended(&monitor).await) });
    assert_eq!(counted(), (1.0, (BETWEEN + CONNECTIONS) as f64));
    drop(staying);
    assert_eq!(counted(), (0.0, (BETWEEN + CONNECTIONS + 1) as f64));
}

/// A connection that is handed over, and its guard.
async fn connection(monitor: &Monitor, request: Request<()>) -> UpgradeGuard {
    let handler = ask(monitor, request).await;
    let guard = handler.guard();
    handler.answers(StatusCode::SWITCHING_PROTOCOLS).await;
    guard
}

fn claiming() -> Builder {
    by_path().endpoint(|request| Some(Cow::Owned(request.uri().path().to_owned())))
}

async fn open(monitor: &Monitor) -> f64 {
    Metrics::of(monitor).await.total("http_upgraded_connections")
}

async fn ended(monitor: &Monitor) -> f64 {
    Metrics::of(monitor).await.total("http_upgraded_duration_seconds_count")
}

async fn assert_no_trace(monitor: &Monitor) {
    let metrics = Metrics::of(monitor).await;
    assert!(!metrics.text.contains("http_upgraded"), "{}", metrics.text);
}

const LASTING: Duration = Duration::from_millis(50);
