//! The future that takes the samples: once an interval, by one of several, for as long as it lives; and how much of it is kept.

use std::time::Duration;

use tokio::time::{advance, sleep};
use tower_rum::{Buckets, Monitor};

use crate::support::layered::{raw_paths, request};
use crate::support::metrics::Metrics;
use crate::support::mount::Mount;

use super::data;
use super::seen::{Seen, scraped};

const INTERVAL: Duration = Duration::from_secs(10);

/// The numbers of the samples that are kept.
async fn numbers(mount: &Mount) -> Vec<u64> {
    let told = data(mount, "").await;
    told["samples"].as_array().unwrap().iter().map(|sample| sample["number"].as_u64().unwrap()).collect()
}

async fn state(mount: &Mount) -> String {
    data(mount, "").await["history"].as_str().unwrap().to_owned()
}

#[tokio::test(start_paused = true)]
async fn samples_are_taken_while_the_future_lives_and_the_page_knows() {
    let monitor = Monitor::new();
    let mount = Mount::tower(&monitor);
    let idle = monitor.history();
    assert_eq!(state(&mount).await, "absent");
    drop(idle);
    let running = tokio::spawn(monitor.history());
    sleep(INTERVAL / 2).await;
    assert_eq!((state(&mount).await.as_str(), numbers(&mount).await), ("running", vec![0]), "one at once");
    sleep(INTERVAL * 3).await;
    assert_eq!((state(&mount).await.as_str(), numbers(&mount).await), ("running", vec![0, 1, 2, 3]));
    running.abort();
    sleep(INTERVAL * 2).await;
    assert_eq!((state(&mount).await.as_str(), numbers(&mount).await), ("absent", vec![0, 1, 2, 3]));
    tokio::spawn(monitor.history());
    sleep(INTERVAL / 2).await;
    assert_eq!((state(&mount).await.as_str(), numbers(&mount).await), ("running", vec![0, 1, 2, 3, 4]), "it goes on");
}

#[tokio::test(start_paused = true)]
async fn a_future_that_nobody_polls_is_absent_after_three_intervals() {
    let monitor = Monitor::new();
    let mount = Mount::tower(&monitor);
    let mut history = Box::pin(monitor.history());
    let polled = tokio::time::timeout(INTERVAL / 2, &mut history).await;
    assert!(polled.is_err());
    advance(INTERVAL * 5 / 2).await;
    assert_eq!(state(&mount).await, "running");
    advance(INTERVAL).await;
    assert_eq!(state(&mount).await, "absent");
    let polled = tokio::time::timeout(INTERVAL * 3 / 2, &mut history).await;
    assert!(polled.is_err());
    assert_eq!(state(&mount).await, "running");
    assert_eq!(numbers(&mount).await, [0, 1, 2], "what was missed is not made up for");
}

#[tokio::test(start_paused = true)]
async fn of_two_futures_one_takes_the_samples_and_the_other_goes_on_after_it() {
    let monitor = Monitor::new();
    let mount = Mount::tower(&monitor);
    let (first, second) = (tokio::spawn(monitor.history()), tokio::spawn(monitor.history()));
    sleep(INTERVAL * 7 / 2).await;
    assert_eq!(numbers(&mount).await, [0, 1, 2, 3]);
    first.abort();
    sleep(INTERVAL / 2).await;
    assert_eq!((state(&mount).await.as_str(), numbers(&mount).await.len()), ("running", 5), "one at once");
    second.abort();
    sleep(INTERVAL).await;
    assert_eq!(state(&mount).await, "absent");
}

#[tokio::test(start_paused = true)]
async fn two_monitors_have_histories_and_generations_of_their_own() {
    let monitors = [Monitor::new(), Monitor::new()];
    tokio::spawn(monitors[0].history());
    sleep(INTERVAL).await;
    let told = [data(&Mount::tower(&monitors[0]), "").await, data(&Mount::tower(&monitors[1]), "").await];
    assert_ne!(told[0]["generation"], told[1]["generation"]);
    assert_eq!((told[0]["history"].as_str(), told[1]["history"].as_str()), (Some("running"), Some("absent")));
}

#[tokio::test(start_paused = true)]
async fn the_last_hour_is_kept_with_both_of_its_ends() {
    let monitor = raw_paths().build().unwrap();
    let mount = Mount::tower(&monitor);
    let told = data(&mount, "").await;
    assert_eq!((told["interval_seconds"].as_f64(), told["capacity_seconds"].as_f64()), (Some(10.0), Some(3_600.0)));
    tokio::spawn(monitor.history());
    sleep(INTERVAL / 2).await;
    for _ in 0..400 {
        request(&monitor, "GET", "/a", "");
        sleep(INTERVAL).await;
    }
    let numbers = numbers(&mount).await;
    assert_eq!((numbers.len(), numbers.last().copied()), (361, numbers.first().map(|first| first + 360)));
    let mut seen = Seen::default();
    seen.take(&data(&mount, "").await);
    let (first, last) = (seen.samples.first_key_value().unwrap(), seen.samples.last_key_value().unwrap());
    assert_eq!((last.1.0 - first.1.0).round(), 3_600.0);
    assert_eq!(seen.now, scraped(&Metrics::of(&monitor).await.text), "what fell out is in what is left");
    let requests = r#"http_requests_total{endpoint="/a",method="GET",status="200"}"#;
    assert_eq!(last.1.1[requests] - first.1.1[requests], 360.0);
}

#[tokio::test(start_paused = true)]
async fn the_budget_in_bytes_holds_and_the_oldest_sample_goes_first() {
    let few = || Buckets::new([0.1, 1.0]).unwrap();
    let monitor = raw_paths().history_bytes(65_536).duration_buckets(few()).size_buckets(few()).build().unwrap();
    let mount = Mount::tower(&monitor);
    let history = tokio::spawn(monitor.history());
    sleep(INTERVAL / 2).await;
    let mut piecewise = Seen::default();
    for round in 0..80 {
        for endpoint in 0..100 {
            request(&monitor, "GET", &format!("/{endpoint}"), vec![b'x'; (round * 37 + endpoint) % 5_000]);
        }
        sleep(INTERVAL).await;
        piecewise.take(&data(&mount, &piecewise.query()).await);
    }
    history.abort();
    piecewise.take(&data(&mount, &piecewise.query()).await);
    let mut whole = Seen::default();
    whole.take(&data(&mount, "").await);
    let kept = whole.samples.len();
    assert!((10..60).contains(&kept), "{kept} of 81 samples in 64 KiB");
    assert_eq!(piecewise.samples.len(), 81, "who asks each time misses nothing");
    let tail = piecewise.samples.split_off(whole.samples.first_key_value().unwrap().0);
    assert!(whole.samples == tail, "what is kept is whole, from the first sample on");
    assert_eq!(whole.now, scraped(&Metrics::of(&monitor).await.text));
}

#[test]
fn building_and_dropping_the_future_needs_no_runtime() {
    drop(Monitor::new().history());
}
