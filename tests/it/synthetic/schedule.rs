//! When probes run.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt;
use tokio::time::sleep;
use tower_rum::synthetic::{Client, Probe, Step};

use super::running::Running;
use super::target::{answering, says};

#[tokio::test]
async fn a_probe_runs_at_once_and_then_every_interval() {
    let target = says("HTTP/1.1 204 No Content\r\n\r\n").await;
    let client = Client::new();
    let start = Instant::now();
    let running = Running::start([Probe::http("it", [Step::get(target.uri("/"))]).interval(EVERY)], client);
    running.after(1.0).await;
    assert!(start.elapsed() < EVERY, "at once: {:?}", start.elapsed());
    let metrics = running.after(3.0).await;
    assert!(start.elapsed() >= EVERY * 2, "no sooner: {:?}", start.elapsed());
    assert_eq!(metrics.value(r#"synthetic_probes_total{probe="it",result="success"}"#), 3.0);
}

#[tokio::test]
async fn a_probe_never_overlaps_itself_and_holds_no_other_up() {
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let counts = (Arc::clone(&now), Arc::clone(&most));
    let slow = answering(move |mut stream| {
        let (now, most) = counts.clone();
        async move {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            sleep(Duration::from_millis(150)).await;
            now.fetch_sub(1, Ordering::SeqCst);
            stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
        }
    })
    .await;
    let fast = says("HTTP/1.1 204 No Content\r\n\r\n").await;
    let probes = [("slow", &slow), ("fast", &fast)];
    let probes = probes.map(|(name, target)| Probe::http(name, [Step::get(target.uri("/"))]).interval(Duration::from_millis(20)));
    let running = Running::start(probes, Client::new());
    let of = |probe: &str| running.metrics().value(&format!(r#"synthetic_probes_total{{probe="{probe}",result="success"}}"#));
    while of("slow") < 5.0 {
        sleep(Duration::from_millis(2)).await;
    }
    assert_eq!(most.load(Ordering::SeqCst), 1);
    assert!(of("fast") > 2.0 * of("slow"), "{} beside {}", of("fast"), of("slow"));
}

const EVERY: Duration = Duration::from_millis(700);
