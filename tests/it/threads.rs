//! Threads that record while others scrape, come and go, or meet a label set for the first time.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, mpsc};
use std::thread;
use std::time::Duration;

use prometheus::{IntCounter, Registry};

use crate::support::layered::{raw_paths, request};
use crate::support::metrics::Metrics;

#[tokio::test]
async fn scrapes_during_requests_are_monotone_and_consistent_and_the_totals_exact() {
    const THREADS: usize = 8;
    const EACH: usize = 5_000;
    const OPEN: usize = 5;
    let monitor = raw_paths().build().unwrap();
    let running = AtomicUsize::new(THREADS);
    let open: Vec<_> = (0..OPEN).map(|_| opened(&monitor, "/0")).collect();
    let mut scrapes = 0;
    thread::scope(|scope| {
        for number in 0..THREADS {
            let (monitor, running) = (&monitor, &running);
            scope.spawn(move || {
                for round in 0..EACH {
                    request(monitor, "GET", &format!("/{}", (number + round) % 5), "hello");
                }
                running.fetch_sub(1, Ordering::Release);
            });
        }
        let mut before = BTreeMap::<String, f64>::new();
        while running.load(Ordering::Acquire) > 0 {
            let metrics = scrape(&monitor);
            consistent(&metrics);
            let in_flight = metrics.value(r#"http_requests_in_flight{method="GET",endpoint="/0"}"#);
            assert!(in_flight >= OPEN as f64, "{in_flight} in flight, and {OPEN} are open");
            let now: BTreeMap<String, f64> = metrics.samples().map(|(series, value)| (series.to_owned(), value)).collect();
            for (series, was) in &before {
                assert!(series.starts_with("http_requests_in_flight") || now[series] >= *was, "{series} fell");
            }
            before = now;
            scrapes += 1;
        }
    });
    assert!(scrapes > 0);
    drop(open);
    let metrics = scrape(&monitor);
    consistent(&metrics);
    let all = (THREADS * EACH + OPEN) as f64;
    assert_eq!(metrics.total("http_requests_total"), all);
    assert_eq!(metrics.total("http_response_size_bytes_sum"), 5.0 * (THREADS * EACH) as f64);
    assert_eq!(metrics.total("http_requests_in_flight"), 0.0);
}

#[tokio::test]
async fn a_thousand_threads_that_end_lose_nothing() {
    let monitor = raw_paths().build().unwrap();
    for _ in 0..100 {
        thread::scope(|scope| {
            for _ in 0..10 {
                scope.spawn(|| request(&monitor, "GET", "/", "hello"));
            }
        });
    }
    let metrics = scrape(&monitor);
    assert_eq!(metrics.total("http_requests_total"), 1_000.0);
    assert_eq!(metrics.total("http_response_size_bytes_sum"), 5_000.0);
}

#[tokio::test]
async fn more_threads_at_once_than_have_room_of_their_own_lose_nothing() {
    const THREADS: usize = 100;
    const BUSY: usize = 8;
    const EACH: usize = 5_000;
    let monitor = raw_paths().build().unwrap();
    let (all_there, all_done) = (Barrier::new(THREADS), Barrier::new(THREADS));
    thread::scope(|scope| {
        for _ in 0..THREADS - BUSY {
            scope.spawn(|| {
                request(&monitor, "GET", "/", "hello");
                all_there.wait();
                all_done.wait();
            });
        }
        for _ in 0..BUSY {
            scope.spawn(|| {
                all_there.wait();
                for _ in 0..EACH {
                    request(&monitor, "GET", "/", "hello");
                }
                all_done.wait();
            });
        }
    });
    let metrics = scrape(&monitor);
    consistent(&metrics);
    assert_eq!(metrics.total("http_requests_total"), (THREADS - BUSY + BUSY * EACH) as f64);
    assert_eq!(metrics.total("http_response_size_bytes_sum"), (5 * (THREADS - BUSY + BUSY * EACH)) as f64);
}

#[tokio::test]
async fn a_request_that_ends_on_another_thread_than_it_began_on_is_in_flight_nowhere() {
    let monitor = raw_paths().build().unwrap();
    for _ in 0..50 {
        let response = thread::scope(|scope| scope.spawn(|| opened(&monitor, "/")).join().unwrap());
        thread::scope(|scope| scope.spawn(|| drop(response)).join().unwrap());
    }
    let metrics = scrape(&monitor);
    assert_eq!(metrics.total("http_requests_in_flight"), 0.0);
    assert_eq!(metrics.total("http_requests_total"), 50.0);
}

#[test]
fn gathering_from_many_threads_while_series_are_made_comes_to_an_end() {
    let registry = Registry::new();
    let monitor = raw_paths().registry(registry.clone()).build().unwrap();
    registry.register(Box::new(monitor.collector())).unwrap();
    registry.register(Box::new(IntCounter::new("of_the_host_total", "Beside.").unwrap())).unwrap();
    let (done, finished) = mpsc::channel();
    thread::spawn(move || {
        let making = Arc::new(AtomicBool::new(true));
        let scrapers: Vec<_> = (0..4)
            .map(|number| {
                let (making, monitor, registry) = (Arc::clone(&making), monitor.clone(), registry.clone());
                thread::spawn(move || {
                    while making.load(Ordering::Relaxed) {
                        if number % 2 == 0 {
                            drop(registry.gather());
                        } else {
                            consistent(&scrape(&monitor));
                        }
                    }
                })
            })
            .collect();
        for number in 0..500 {
            request(&monitor, "GET", &format!("/{number}"), "");
        }
        making.store(false, Ordering::Relaxed);
        let panicked = scrapers.into_iter().map(thread::JoinHandle::join).filter(Result::is_err).count();
        done.send((panicked, scrape(&monitor).total("http_requests_total"))).unwrap();
    });
    let (panicked, total) = finished.recv_timeout(Duration::from_secs(60)).expect("a deadlock");
    assert_eq!((panicked, total), (0, 500.0));
}

/// A request whose response has not been read.
fn opened(
    monitor: &tower_rum::Monitor,
    uri: &str,
) -> http::Response<tower_rum::middleware::ResponseBody<http_body_util::Full<bytes::Bytes>>> {
    let service = tower::service_fn(async |_: http::Request<()>| {
        Ok::<_, std::convert::Infallible>(http::Response::new(http_body_util::Full::<bytes::Bytes>::from("hello")))
    });
    let service = tower::Layer::layer(&monitor.layer(), service);
    let request = http::Request::get(uri).body(()).unwrap();
    futures_util::FutureExt::now_or_never(tower::ServiceExt::oneshot(service, request)).unwrap().unwrap()
}

/// A scrape from wherever this is called.
fn scrape(monitor: &tower_rum::Monitor) -> Metrics {
    crate::support::block_on(Metrics::of(monitor))
}

/// In each series of each histogram: buckets that do not fall, and a count that is the last of them; and a gauge of what is
/// in flight that is neither below zero nor far above what a few threads can have.
fn consistent(metrics: &Metrics) {
    let mut last = 0.0;
    for (series, value) in metrics.samples() {
        if series.contains("_bucket{") {
            assert!(value >= last, "{series} is below the bucket before it");
            last = value;
        } else if series.contains("_seconds_count") || series.contains("_bytes_count") || series.contains("_score_count") {
            assert_eq!(value, last, "{series} is not its +Inf");
            last = 0.0;
        } else if series.starts_with("http_requests_in_flight") {
            assert!((0.0..=64.0).contains(&value), "{series} {value}");
        }
    }
}
