//! The host's collectors are asked apart from everything else: what one of them does costs the host's families at most.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use futures_util::{FutureExt, poll};
use http::Request;
use prometheus::{IntGauge, Registry};
use tower::{Layer, service_fn};
use tower_rum::Monitor;

use crate::support::acting::{self, Gate};
use crate::support::block_on;
use crate::support::layered;
use crate::support::metrics::Metrics;
use crate::support::mount::{Answer, Mount, whole};
use crate::support::server::Server;
use crate::support::watch::{PATIENCE, until};
use crate::support::wire;

const NOT_THE_DEFAULT: Duration = Duration::from_secs(5);
const TIMEOUTS: &str = r#"rum_exposition_failures_total{reason="timeout"}"#;
const PANICS: &str = r#"rum_exposition_failures_total{reason="panic"}"#;

#[tokio::test]
async fn a_collector_that_blocks_is_left_behind_at_the_deadline_and_nobody_asks_again_beside_it() {
    let gate = Gate::default();
    let monitor = monitor(gate.registry());
    for mount in Mount::all(&monitor) {
        let start = Instant::now();
        let answer = scrape(&mount, "1").await;
        let took = start.elapsed();
        assert_eq!(
            (answer.status, has(&answer, "rum_events_total"), has(&answer, "beside")),
            (200, true, false),
            "{}",
            mount.name
        );
        // Half a second, which is reckoned and tested elsewhere; by default it would be 9.5.
        assert!(took < NOT_THE_DEFAULT, "{} took {took:?}", mount.name);
        assert!(took >= Duration::from_millis(500), "{} did not wait: {took:?}", mount.name);
        assert_eq!(gate.asked(), 1, "{}", mount.name);
    }
    gate.open();
    let metrics = until(&monitor, "the host's families", |metrics| metrics.get("beside").is_some()).await;
    assert_eq!(metrics.value(TIMEOUTS), Mount::all(&monitor).len() as f64);
    assert_eq!(metrics.value(PANICS), 0.0);
}

#[tokio::test]
async fn over_a_connection_a_scrape_is_answered_in_time_while_a_collector_blocks() {
    let gate = Gate::default();
    let monitor = monitor(gate.registry());
    let nothing = service_fn(async |_| Ok::<_, std::convert::Infallible>(http::Response::new(String::new())));
    let server = Server::start(monitor.routes_layer().layer(nothing)).await;
    let scrape = || {
        let head = "GET /metrics HTTP/1.1\r\nHost: x\r\nX-Prometheus-Scrape-Timeout-Seconds: 1\r\nConnection: close\r\n\r\n";
        wire::exchange(server.address, head.to_owned())
    };
    let start = Instant::now();
    let answer = scrape().await;
    assert!(start.elapsed() < NOT_THE_DEFAULT, "{:?}", start.elapsed());
    assert!(answer.contains("\nrum_events_total{") && !answer.contains("\nbeside "), "{answer}");
    gate.open();
    until(&monitor, "the host's families", |metrics| metrics.get("beside").is_some()).await;
    assert!(scrape().await.contains("\nbeside 0\n"));
}

#[tokio::test]
async fn scrapes_that_come_while_one_is_gathering_share_what_it_finds() {
    let gate = Gate::default();
    let monitor = monitor(gate.registry());
    let mut scrapes: Vec<_> = (0..5).map(|_| Box::pin(Metrics::of(&monitor))).collect();
    for scrape in &mut scrapes {
        assert!(poll!(scrape).is_pending());
    }
    wait_until(|| gate.asked() == 1).await;
    gate.open();
    for metrics in join_all(scrapes).await {
        assert_eq!(metrics.value("beside"), 0.0);
    }
    assert_eq!(gate.asked(), 1);
    Metrics::of(&monitor).await;
    assert_eq!(gate.asked(), 2, "nothing is kept for later");
}

#[tokio::test]
async fn what_was_begun_before_the_last_scrape_gave_up_is_too_old_for_the_next() {
    let (gate, value) = (Gate::default(), IntGauge::new("value", "Read first.").unwrap());
    let registry = gate.registry();
    // Collectors are asked in no order that is told, so the value is one that the blocked gather reads either way.
    registry.register(Box::new(value.clone())).unwrap();
    let monitor = monitor(registry);
    let mount = Mount::tower(&monitor);
    assert!(!has(&scrape(&mount, "0.2").await, "value"));
    let mut second = Box::pin(scrape(&mount, "20"));
    assert!(poll!(&mut second).is_pending());
    assert_eq!(gate.asked(), 1);
    value.set(7);
    gate.open();
    assert!(second.await.text.contains("\nvalue 7\n"));
    assert_eq!(gate.asked(), 2, "the old one serves nobody");
}

#[tokio::test]
async fn a_collector_that_panics_fails_all_scrapes_that_wait_for_it_and_none_later() {
    let panicking = Arc::new(AtomicBool::new(true));
    let panics = Arc::clone(&panicking);
    let (gate, entered) = (Arc::new(Gate::default()), Arc::new(AtomicUsize::new(0)));
    let (held, counted) = (gate.registry(), Arc::clone(&entered));
    let monitor = monitor(acting::registry(move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        if panics.load(Ordering::SeqCst) {
            held.gather();
            panic!("as the test wants it");
        }
    }));
    let mut scrapes: Vec<_> = (0..3).map(|_| Box::pin(Metrics::of(&monitor))).collect();
    for scrape in &mut scrapes {
        assert!(poll!(scrape).is_pending());
    }
    wait_until(|| gate.asked() == 1).await;
    gate.open();
    for metrics in join_all(scrapes).await {
        assert_eq!((metrics.get("beside"), metrics.get("rum_sessions_total")), (None, None));
        assert_eq!(metrics.value("user_sessions_total"), 0.0);
    }
    panicking.store(false, Ordering::SeqCst);
    let metrics = Metrics::of(&monitor).await;
    assert_eq!((metrics.value(PANICS), metrics.value("beside")), (3.0, 0.0));
    assert_eq!(entered.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_collector_may_read_the_registry_and_scrape_the_monitor_that_asks_it() {
    let itself: Arc<OnceLock<(Registry, Monitor)>> = Arc::default();
    let seen = Arc::clone(&itself);
    let nested = AtomicBool::new(false);
    let registry = acting::registry(move |_| {
        if !nested.swap(true, Ordering::SeqCst) {
            let (registry, monitor) = seen.get().unwrap();
            assert!(!registry.gather().is_empty());
            let inner = block_on(scrape(&Mount::tower(monitor), "0.2"));
            assert!(has(&inner, "rum_events_total") && !has(&inner, "beside"));
        }
    });
    let monitor = monitor(registry.clone());
    let _ = itself.set((registry, monitor.clone()));
    let metrics = Metrics::of(&monitor).await;
    assert_eq!((metrics.value("beside"), metrics.value(TIMEOUTS)), (0.0, 1.0));
}

#[test]
fn a_blocked_collector_does_not_hold_up_the_end_of_a_runtime() {
    let gate = Gate::default();
    let monitor = monitor(gate.registry());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let scraping = monitor.clone();
    runtime.spawn(async move { Metrics::of(&scraping).await });
    let start = Instant::now();
    while gate.asked() == 0 {
        assert!(start.elapsed() < PATIENCE);
        std::thread::yield_now();
    }
    drop(runtime);
    assert!(start.elapsed() < PATIENCE, "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_runtime_whose_clock_stands_still_or_has_none_changes_no_deadline() {
    let monitor = monitor(acting::registry(|_| std::thread::sleep(Duration::from_millis(20))));
    let metrics = Metrics::of(&monitor).await;
    assert_eq!((metrics.value("beside"), metrics.value(TIMEOUTS)), (0.0, 0.0));
    let gathered = std::thread::spawn(move || {
        let without_a_timer = tokio::runtime::Builder::new_current_thread().build().unwrap();
        without_a_timer.block_on(Metrics::of(&monitor)).value("beside")
    });
    assert_eq!(gathered.join().unwrap(), 0.0);
}

#[test]
fn without_a_runtime_the_registry_is_asked_by_who_scrapes() {
    let asked_by = Arc::new(OnceLock::new());
    let seen = Arc::clone(&asked_by);
    let monitor = monitor(acting::registry(move |_| {
        let _ = seen.set(std::thread::current().id());
    }));
    assert_eq!(Metrics::of(&monitor).now_or_never().unwrap().value("beside"), 0.0);
    assert_eq!(asked_by.get(), Some(&std::thread::current().id()));
}

#[tokio::test]
async fn a_collector_finds_the_runtime_of_the_scrape_that_asks_it() {
    let seen = Arc::new(OnceLock::new());
    let current = Arc::clone(&seen);
    let monitor = monitor(acting::registry(move |_| {
        let _ = current.set(tokio::runtime::Handle::current().id());
    }));
    assert_eq!(Metrics::of(&monitor).await.value("beside"), 0.0);
    assert_eq!(seen.get(), Some(&tokio::runtime::Handle::current().id()));
}

#[tokio::test]
async fn the_threads_end_also_where_the_monitor_goes_in_the_middle_of_a_scrape() {
    let held = Arc::new(());
    let (weak, gate) = (Arc::downgrade(&held), Gate::default());
    let inner = gate.registry();
    let monitor = monitor(acting::registry(move |_| {
        let _ = &held;
        inner.gather();
    }));
    let mut scrape = Box::pin(Metrics::of(&monitor));
    assert!(poll!(&mut scrape).is_pending());
    wait_until(|| gate.asked() == 1).await;
    drop(scrape);
    drop(monitor);
    assert!(weak.upgrade().is_some(), "it is still being asked");
    gate.open();
    wait_until(|| weak.upgrade().is_none()).await;
}

#[tokio::test]
async fn the_threads_that_ask_end_with_the_monitor() {
    let held = Arc::new(());
    let weak = Arc::downgrade(&held);
    let monitor = monitor(acting::registry(move |_| {
        let _ = &held;
    }));
    Metrics::of(&monitor).await;
    assert!(weak.upgrade().is_some());
    drop(monitor);
    wait_until(|| weak.upgrade().is_none()).await;
}

fn monitor(registry: Registry) -> Monitor {
    layered::raw_paths().registry(registry).build().unwrap()
}

async fn scrape(mount: &Mount, timeout: &str) -> Answer {
    let request = Request::get("/metrics").header("x-prometheus-scrape-timeout-seconds", timeout);
    mount.ask(request.body(whole("")).unwrap()).await
}

fn has(answer: &Answer, family: &str) -> bool {
    answer.text.contains(&format!("# TYPE {family} "))
}

async fn wait_until(there: impl Fn() -> bool) {
    let start = Instant::now();
    while !there() {
        assert!(start.elapsed() < PATIENCE, "never came");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}
