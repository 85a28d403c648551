//! Probes end with the future that runs them.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tower_rum::synthetic::{Client, Probe, Step};

use super::running::Running;
use super::target::{Target, answering, head, says};
use crate::support::watch::PATIENCE;

#[tokio::test]
async fn dropping_it_closes_the_connections_that_are_open() {
    let (asked, closed) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let signals = (Arc::clone(&asked), Arc::clone(&closed));
    let silent = Target::start(move |mut stream| {
        let (asked, closed) = signals.clone();
        async move {
            head(&mut stream).await;
            asked.add_permits(1);
            let ended = stream.read(&mut [0]).await;
            assert!(matches!(ended, Ok(0) | Err(_)), "nothing more is sent: {ended:?}");
            closed.add_permits(1);
        }
    })
    .await;
    let probe = |name: &str| Probe::http(name, [Step::get(silent.uri("/"))]).timeout(Duration::from_secs(600));
    let running = Running::start([probe("a"), probe("b")], Client::new());
    asked.acquire_many(2).await.unwrap().forget();
    assert_eq!(closed.available_permits(), 0);
    running.task.abort();
    let both = timeout(PATIENCE, closed.acquire_many(2));
    both.await.expect("the connections are closed").unwrap().forget();
}

#[tokio::test]
async fn a_run_that_times_out_closes_its_connection_too() {
    let closed = Arc::new(Semaphore::new(0));
    let signal = Arc::clone(&closed);
    let silent = answering(move |mut stream| {
        let closed = Arc::clone(&signal);
        async move {
            let _ = stream.read(&mut [0]).await;
            closed.add_permits(1);
        }
    })
    .await;
    let probe = Probe::http("it", [Step::get(silent.uri("/"))]).timeout(Duration::from_millis(50));
    let _running = Running::start([probe], Client::new());
    let once = timeout(PATIENCE, closed.acquire());
    once.await.expect("the connection is closed").unwrap().forget();
}

#[tokio::test]
async fn a_request_that_the_target_does_not_read_is_not_sent_on() {
    const LENGTH: usize = 32 * 1024 * 1024;
    let (over, read) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let signals = (Arc::clone(&over), Arc::clone(&read));
    let stalling = Target::start(move |mut stream| {
        let (over, read) = signals.clone();
        async move {
            over.acquire().await.unwrap().forget();
            let mut part = vec![0; 1024 * 1024];
            while let Ok(length @ 1..) = stream.read(&mut part).await {
                read.add_permits(length);
            }
            read.add_permits(LENGTH);
        }
    })
    .await;
    let step = Step::post(stalling.uri("/"), vec![b'x'; LENGTH]);
    let running = Running::start([Probe::http("it", [step]).timeout(Duration::from_millis(300))], Client::new());
    running.after(1.0).await;
    over.add_permits(1);
    let all = timeout(PATIENCE, read.acquire_many(LENGTH as u32));
    all.await.expect("the connection is closed").unwrap().forget();
    assert!(read.available_permits() < LENGTH, "the rest was sent after the timeout");
}

#[tokio::test]
async fn what_the_last_run_gave_is_shown_while_the_probes_run_and_the_counters_stay() {
    let target = says("HTTP/1.1 204 No Content\r\n\r\n").await;
    let probes = [Probe::http("it", [Step::get(target.uri("/"))]), Probe::tcp("port", target.address.to_string())];
    let running = Running::start(probes, Client::new());
    let gauges = ["synthetic_success", "synthetic_latency_seconds", "synthetic_phase_seconds", "network_latency_ms"];
    let shown = |metrics: &crate::support::metrics::Metrics| gauges.map(|family| metrics.series(family).count());
    assert_eq!(shown(&running.after(2.0).await), [2, 2, 7, 1]);
    running.task.abort();
    let gone = async {
        while shown(&running.metrics()) != [0; 4] {
            sleep(Duration::from_millis(2)).await;
        }
    };
    timeout(PATIENCE, gone).await.expect("they are shown no longer");
    assert_eq!(running.metrics().value(r#"synthetic_probes_total{probe="it",result="success"}"#), 1.0);
}
