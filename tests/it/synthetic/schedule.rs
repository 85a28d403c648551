//! When probes run.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tower_rum::synthetic::{Client, Probe, Step};

use super::running::Running;
use super::target::{answering, says};
use crate::support::watch::PATIENCE;

#[tokio::test]
async fn a_probe_runs_at_once_and_then_every_interval() {
    const EVERY: Duration = Duration::from_millis(500);
    let target = says("HTTP/1.1 204 No Content\r\n\r\n").await;
    let probe = || Probe::http("it", [Step::get(target.uri("/"))]);
    Running::start([probe().interval(Duration::from_secs(3_600))], Client::new()).after(1.0).await;

    let start = Instant::now();
    let metrics = Running::start([probe().interval(EVERY)], Client::new()).after(3.0).await;
    let runs = metrics.value(r#"synthetic_probes_total{probe="it",result="success"}"#);
    assert!(runs >= 3.0 && start.elapsed() >= EVERY.mul_f64(runs - 1.0), "{runs} within {:?}", start.elapsed());
}

#[tokio::test]
async fn a_probe_never_overlaps_itself_and_holds_no_other_up() {
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let counts = (Arc::clone(&now), Arc::clone(&most));
    let gate = Arc::new(Semaphore::new(0));
    let closed = Arc::clone(&gate);
    let slow = answering(move |mut stream| {
        let ((now, most), closed) = (counts.clone(), Arc::clone(&closed));
        async move {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            closed.acquire().await.unwrap().forget();
            now.fetch_sub(1, Ordering::SeqCst);
            stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
        }
    })
    .await;
    let fast = says("HTTP/1.1 204 No Content\r\n\r\n").await;
    let probes = [("slow", &slow), ("fast", &fast)];
    let probes = probes.map(|(name, target)| {
        Probe::http(name, [Step::get(target.uri("/"))]).interval(Duration::from_millis(20)).timeout(Duration::from_secs(600))
    });
    let running = Running::start(probes, Client::new());
    let of = |probe: &str| running.metrics().value(&format!(r#"synthetic_probes_total{{probe="{probe}",result="success"}}"#));
    let until = async |probe: &str, runs: f64| {
        while of(probe) < runs {
            sleep(Duration::from_millis(2)).await;
        }
    };
    for round in 1..=3 {
        timeout(PATIENCE, until("fast", of("fast") + 5.0)).await.expect("it waits for the slow one");
        gate.add_permits(1);
        timeout(PATIENCE, until("slow", f64::from(round))).await.expect("it runs again");
    }
    assert_eq!(most.load(Ordering::SeqCst), 1);
}
