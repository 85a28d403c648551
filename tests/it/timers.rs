//! Timers of the application's own work: what moves them, under which labels, and where they are exposed.

use std::future::pending;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::thread;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::join;
use prometheus::core::Collector as _;
use prometheus::{HistogramOpts, Registry};
use tower_rum::timer::TimerHandle;
use tower_rum::{Buckets, Builder, ClientCounter, ClientHistogram, Monitor, Timer, Unit};

use crate::support::metrics::Metrics;

const NAME: &str = "db_query_duration_seconds";

#[tokio::test]
async fn every_end_of_a_guard_and_of_a_future_records_once_and_a_discarded_guard_never() {
    let monitor = builder().build().unwrap();
    let timer = select_user(&monitor);
    let mut expected = 0.0;
    let mut recorded = async |more: f64, what: &str| {
        expected += more;
        assert_eq!(count(&monitor, "select_user").await, expected, "{what}");
    };
    drop(timer.start());
    recorded(1.0, "a guard dropped").await;
    timer.start().stop();
    recorded(1.0, "a guard stopped").await;
    timer.start().discard();
    recorded(0.0, "a guard discarded").await;
    assert_eq!(timer.time(async { 7 }).await, 7);
    recorded(1.0, "a future that completes").await;
    drop(timer.time(pending::<()>()));
    recorded(0.0, "a future never polled").await;
    let mut cancelled = Box::pin(timer.time(pending::<()>()));
    assert!(cancelled.as_mut().now_or_never().is_none());
    recorded(0.0, "a future that waits").await;
    drop(cancelled);
    recorded(1.0, "a future cancelled").await;
    let broken = timer.time(async { panic!("a query breaks") });
    assert!(AssertUnwindSafe(broken).catch_unwind().await.is_err());
    recorded(1.0, "a future that panics").await;
    let within = catch_unwind(AssertUnwindSafe(|| {
        let _running = timer.start();
        panic!("work breaks");
    }));
    assert!(within.is_err());
    recorded(1.0, "a guard that a panic drops").await;
    let mut polled_again = pin!(timer.time(std::future::poll_fn(|_| std::task::Poll::Ready(()))));
    (&mut polled_again).await;
    polled_again.await;
    recorded(1.0, "a future polled after its end").await;
}

#[tokio::test]
async fn a_future_takes_from_its_first_poll_to_its_end_with_all_waiting() {
    const WAIT: Duration = Duration::from_millis(40);
    let monitor = builder().build().unwrap();
    let timer = select_user(&monitor);
    let future = timer.time(async { tokio::time::sleep(WAIT).await });
    thread::sleep(5 * WAIT);
    let started = Instant::now();
    future.await;
    let most = started.elapsed();
    let sum = Metrics::of(&monitor).await.value(r#"db_query_duration_seconds_sum{query="select_user"}"#);
    assert!((WAIT.as_secs_f64()..=most.as_secs_f64()).contains(&sum), "{sum} s of at most {most:?}");

    let running = timer.start();
    thread::sleep(WAIT);
    let took = running.stop();
    assert!(took >= WAIT, "{took:?}");
    let more = Metrics::of(&monitor).await.value(r#"db_query_duration_seconds_sum{query="select_user"}"#) - sum;
    assert!((more - took.as_secs_f64()).abs() < 1e-8, "what is told is what is recorded: {more} and {took:?}");
}

#[tokio::test]
async fn observed_durations_fall_into_the_declared_buckets_and_the_longest_wrap_no_sum() {
    let bounds = Buckets::new([0.1, 1.0]).unwrap();
    let monitor = Monitor::builder().timer(Timer::new("mail_seconds", "Mails.").buckets(bounds)).build().unwrap();
    let timer = monitor.timer("mail_seconds").unwrap();
    for milliseconds in [100, 101, 1_000, 1_001] {
        timer.observe(Duration::from_millis(milliseconds));
    }
    let metrics = Metrics::of(&monitor).await;
    let bucket = |le: &str| metrics.value(&format!(r#"mail_seconds_bucket{{le="{le}"}}"#));
    assert_eq!(["0.1", "1.0", "+Inf"].map(bucket), [1.0, 3.0, 4.0]);
    assert_eq!(metrics.series("mail_seconds_bucket").count(), 3);
    assert_eq!(metrics.value("mail_seconds_sum"), 2.202);
    for _ in 0..100 {
        timer.observe(Duration::MAX);
    }
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.value("mail_seconds_sum"), 1e9 + 2.202);
}

#[tokio::test]
async fn every_declared_combination_stands_at_0_and_what_was_not_declared_is_other() {
    let timer = Timer::new("call_seconds", "Calls.").label("peer", ["mail", "maps"]).label("result", ["ok", "x\"y"]);
    let monitor = Monitor::builder().timer(timer).build().unwrap();
    let calls = monitor.timer("call_seconds").unwrap();
    let count = async |peer: &str, result: &str| {
        let series = format!(r#"call_seconds_count{{peer="{peer}",result="{result}"}}"#);
        Metrics::of(&monitor).await.value(&series)
    };
    for peer in ["mail", "maps", "other"] {
        for result in ["ok", r#"x\"y"#, "other"] {
            assert_eq!(count(peer, result).await, 0.0);
        }
    }
    calls.with_label_values(["maps", "ok"]).observe(Duration::ZERO);
    assert_eq!(count("maps", "ok").await, 1.0);
    calls.with_label_values(["maps".to_owned(), "x\"y".to_owned()]).observe(Duration::ZERO);
    assert_eq!(count("maps", r#"x\"y"#).await, 1.0);
    calls.with_label_values(["mail", "refused"]).observe(Duration::ZERO);
    assert_eq!(count("mail", "other").await, 1.0);
    calls.with_label_values(["mail"]).observe(Duration::ZERO);
    assert_eq!(count("mail", "other").await, 2.0);
    calls.observe(Duration::ZERO);
    calls.with_label_values(["", "overflow", "surplus"]).observe(Duration::ZERO);
    assert_eq!(count("other", "other").await, 2.0);
    calls.with_label_values(["mail", "ok"]).with_label_values(["maps", "ok"]).observe(Duration::ZERO);
    assert_eq!(count("maps", "ok").await, 2.0);
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.series("call_seconds_count").count(), 9);
    assert_eq!(metrics.total("call_seconds_count"), 7.0);
}

#[tokio::test]
async fn threads_and_overlapping_work_of_one_thread_all_count() {
    let monitor = builder().build().unwrap();
    let timer = select_user(&monitor);
    let (shared, cloned) = (&timer, timer.clone());
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(move || (0..1_000).for_each(|_| drop(shared.start())));
        }
    });
    let spawned = tokio::spawn(async move { cloned.time(tokio::task::yield_now()).await });
    join(timer.time(tokio::task::yield_now()), timer.time(tokio::task::yield_now())).await;
    spawned.await.unwrap();
    assert_eq!(count(&monitor, "select_user").await, 4_003.0);
}

#[tokio::test]
async fn a_timer_has_the_namespace_and_labels_on_both_ways_out_and_the_hosts_of_its_name_gives_way() {
    let theirs = prometheus::Histogram::with_opts(HistogramOpts::new(format!("shop_{NAME}"), "The host's.")).unwrap();
    let host = Registry::new();
    host.register(Box::new(theirs)).unwrap();
    let monitor = builder().namespace("shop").const_label("region", "eu").registry(host).build().unwrap();
    select_user(&monitor).observe(Duration::from_secs(1));
    let metrics = Metrics::of(&monitor).await;
    let series = r#"shop_db_query_duration_seconds_sum{region="eu",query="select_user"}"#;
    assert_eq!(metrics.value(series), 1.0);
    assert!(metrics.text.contains("# HELP shop_db_query_duration_seconds Queries.\n") && !metrics.text.contains("The host's."));
    let families = monitor.collector().collect();
    let family = families.iter().find(|family| family.name() == "shop_db_query_duration_seconds").unwrap();
    assert_eq!(family.get_metric().iter().map(|metric| metric.get_histogram().get_sample_count()).sum::<u64>(), 1);
    let opts = HistogramOpts::new(format!("shop_{NAME}"), "Queries.").const_label("region", "eu");
    let theirs = prometheus::HistogramVec::new(opts, &["query"]).unwrap();
    let registry = Registry::new();
    registry.register(Box::new(monitor.collector())).unwrap();
    assert!(registry.register(Box::new(theirs)).is_err(), "the name is described");
}

#[cfg(feature = "protobuf")]
#[tokio::test]
async fn with_native_histograms_the_classic_buckets_stay_exact() {
    let monitor = builder().native_histograms(true).build().unwrap();
    select_user(&monitor).observe(Duration::from_millis(30));
    let metrics = Metrics::of(&monitor).await;
    let bucket = |le: &str| metrics.value(&format!(r#"db_query_duration_seconds_bucket{{query="select_user",le="{le}"}}"#));
    assert_eq!([bucket("0.025"), bucket("0.05")], [0.0, 1.0]);
}

#[test]
fn a_timer_that_is_not_declared_is_an_error_that_names_it() {
    let monitor = builder().build().unwrap();
    let error = monitor.timer("db_queries_seconds").unwrap_err().to_string();
    assert_eq!(error, r#"no timer "db_queries_seconds" is declared by Builder::timer"#);
    assert!(Monitor::new().timer(NAME).is_err());
}

#[test]
fn names_labels_and_values_that_cannot_work_are_refused() {
    let timer = |name: &str| Timer::new(name, "Help.");
    let refused = vec![
        (with(timer("")), "ends in _seconds"),
        (with(timer("query_duration")), "ends in _seconds"),
        (with(timer("query_duration_milliseconds")), "ends in _seconds"),
        (with(timer("1_seconds")), "starts with no digit"),
        (with(timer("größe_seconds")), "letters, digits and underscores"),
        (with(timer("http_request_duration_seconds")), "this crate's own"),
        (with(timer("grpc_server_handling_seconds")), "this crate's own"),
        (with(timer("page_load_time_seconds")), "this crate's own"),
        (with(timer("_seconds")), "nor with an underscore"),
        (with(timer("user_engaged_seconds")), "this crate's own"),
        (with(timer("rum_parse_seconds")), "neither with rum_"),
        (with(Timer::new("a_seconds", "")), "help text"),
        (with(Timer::new("a_seconds", "two\nlines")), "help text"),
        (with(timer("a_seconds").label("le", ["x"])), "none of them le"),
        (with(timer("a_seconds").label("a-b", ["x"])), "letters, digits"),
        (with(timer("a_seconds").label("a", ["x"]).label("a", ["y"])), "each once"),
        (with(timer("a_seconds").label("a", [""; 0])), "at least one value"),
        (with(timer("a_seconds").label("a", ["x", "other"])), "not other"),
        (with(timer("a_seconds").label("a", ["overflow"])), "not overflow"),
        (with(timer("a_seconds").label("a", ["two words"])), "printable ASCII"),
        (with(timer("a_seconds").label("a", (0..200).map(|value| value.to_string()))), "201 label sets, above the cap of 200"),
        (with(timer("a_seconds")).timer(timer("a_seconds")), "two declared metrics"),
        (with(timer("a_seconds")).client_histogram(ClientHistogram::new("a_seconds", "Help.", Unit::Seconds)), "two declared"),
        (with(timer("a_seconds")).client_counter(ClientCounter::new("a_seconds_total", "Help.")), "taken for one another"),
        (with(timer("a_seconds")).client_counter(ClientCounter::new("a_seconds_count_total", "Help.")), "taken for one another"),
        (with(timer("a_seconds").label("region", ["x"])).const_label("region", "eu"), "two labels bear the name"),
    ];
    for (builder, reason) in refused {
        let error = builder.build().expect_err(reason).to_string();
        assert!(error.contains(reason), "{error} does not say {reason}");
    }
    with(timer("a_seconds").label("a", (0..199).map(|value| value.to_string()))).build().unwrap();
    for free in ["http_client_request_duration_seconds", "user_lookup_seconds", "page_render_seconds", "memory_scan_seconds"] {
        with(timer(free)).build().unwrap();
    }
}

fn builder() -> Builder {
    with(Timer::new(NAME, "Queries.").label("query", ["select_user", "insert_order"]))
}

fn with(timer: Timer) -> Builder {
    Monitor::builder().registry(Registry::new()).timer(timer)
}

fn select_user(monitor: &Monitor) -> TimerHandle {
    monitor.timer(NAME).unwrap().with_label_values(["select_user"])
}

async fn count(monitor: &Monitor, query: &str) -> f64 {
    Metrics::of(monitor).await.value(&format!(r#"{NAME}_count{{query="{query}"}}"#))
}
