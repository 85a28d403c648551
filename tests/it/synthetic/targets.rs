//! Targets that are dead, slow, or never done.

use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::sleep;
use tower_rum::synthetic::{Client, Probe, Step};

use super::running::{first_run, phase, result};
use super::target::{answering, nobody, says};
use crate::support::metrics::Metrics;

#[tokio::test]
async fn a_good_one_gives_a_verdict_a_latency_and_five_phases() {
    let target = answering(|mut stream| async move {
        sleep(LONG).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nhe").await.unwrap();
        sleep(LONG).await;
        stream.write_all(b"re").await.unwrap();
    });
    let (metrics, _) = first_run(probe(target.await.uri("/")), Client::new()).await;
    assert_eq!(result(&metrics), "success");
    let latency = metrics.value(LATENCY);
    let phases = ["resolve", "connect", "tls", "processing", "transfer"].map(|name| phase(&metrics, name).unwrap());
    assert!(phases[1] > 0.0 && phases[2] == 0.0, "{phases:?}");
    // A busy machine is late to see where the one ends and the other begins.
    let half = LONG.as_secs_f64() / 2.0;
    assert!(phases[3] > half && phases[4] > half && phases[3] + phases[4] >= 4.0 * half, "{phases:?}");
    let sum: f64 = phases.iter().sum();
    assert!(sum <= latency && latency - sum < half, "{phases:?} of {latency}");
}

#[tokio::test]
async fn a_dead_one_is_told_by_the_phase_it_died_in() {
    let (metrics, failure) = first_run(probe(format!("http://{}/", nobody().await)), Client::new()).await;
    assert_eq!(result(&metrics), "connect");
    assert!(failure.starts_with("it connect: 127.0.0.1:") && failure.contains("refused"), "{failure}");
    assert_eq!(phase(&metrics, "processing"), Some(0.0));

    let (metrics, _) = first_run(probe("http://nobody.invalid/".to_owned()), Client::new()).await;
    assert_eq!(result(&metrics), "resolve");

    for answer in ["", "HTTP/1.1 2"] {
        let target = says(answer);
        let (metrics, _) = first_run(probe(target.await.uri("/")), Client::new()).await;
        assert_eq!(result(&metrics), "request", "{answer:?}");
    }

    let short = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhere";
    let target = says(short);
    let (metrics, _) = first_run(probe(target.await.uri("/")), Client::new()).await;
    assert_eq!(result(&metrics), "transfer");
}

#[tokio::test]
async fn a_slow_one_is_over_at_the_timeout_and_shows_where_it_hung() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n";
    for (answer, hung) in [("", "processing"), (head, "transfer")] {
        let target = answering(move |mut stream| async move {
            stream.write_all(answer.as_bytes()).await.unwrap();
            std::future::pending::<()>().await;
        });
        let (metrics, failure) = first_run(probe(target.await.uri("/")).timeout(LONG), Client::new()).await;
        assert_eq!(result(&metrics), "timeout");
        assert_eq!(failure, format!("it timeout: not over within {LONG:?}, in phase {hung}"));
        let latency = metrics.value(LATENCY);
        assert!((LONG.as_secs_f64()..60.0).contains(&latency), "{latency}");
        assert!(phase(&metrics, hung).unwrap() > LONG.as_secs_f64() / 2.0);
    }
}

#[tokio::test]
async fn a_loop_of_redirects_ends_after_ten() {
    let target = says("HTTP/1.1 302 Found\r\nlocation: /again\r\ncontent-length: 0\r\n\r\n").await;
    let (metrics, failure) = first_run(probe(target.uri("/")), Client::new()).await;
    assert_eq!(result(&metrics), "redirect");
    assert_eq!(failure, format!("it redirect: more than 10 redirects, the last one to {}", target.uri("/again")));
    assert_eq!(target.accepted.load(std::sync::atomic::Ordering::Relaxed), 11);

    let long = format!("HTTP/1.1 302 Found\r\nlocation: /{}\r\ncontent-length: 0\r\n\r\n", "long".repeat(10_000)).leak();
    let (_, failure) = first_run(probe(says(long).await.uri("/")), Client::new()).await;
    assert!(failure.starts_with("it redirect: more than 10 redirects") && failure.len() < 1_100, "{}", failure.len());

    let nowhere = says("HTTP/1.1 302 Found\r\ncontent-length: 0\r\n\r\n");
    let (metrics, _) = first_run(probe(nowhere.await.uri("/")), Client::new()).await;
    assert_eq!(result(&metrics), "redirect");
}

#[tokio::test]
async fn an_endless_body_ends_at_its_limit_or_at_the_timeout() {
    let flood = || answering(|stream| endless(stream, &[b'x'; 8_192], Duration::ZERO));
    let (metrics, failure) = first_run(probe(flood().await.uri("/")).timeout(Duration::from_secs(600)), Client::new()).await;
    assert_eq!(result(&metrics), "too_large");
    assert_eq!(failure, "it too_large: a body of more than 10485760 bytes");

    let target = flood().await;
    let step = Step::get(target.uri("/")).body_limit(10);
    let (metrics, _) = first_run(Probe::http("it", [step]), Client::new()).await;
    assert_eq!(result(&metrics), "too_large");

    let drip = answering(|stream| endless(stream, b"x", Duration::from_millis(5)));
    let (metrics, _) = first_run(probe(drip.await.uri("/")).timeout(SHORT), Client::new()).await;
    assert_eq!(result(&metrics), "timeout");
}

#[tokio::test]
async fn phases_of_a_failed_run_are_its_own_not_the_last_good_ones() {
    let target = answering(|mut stream| async move {
        sleep(Duration::from_millis(20)).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.unwrap();
    });
    let target = target.await;
    let probe = probe(target.uri("/")).interval(Duration::from_millis(100));
    let running = super::running::Running::start([probe], Client::new());
    assert!(phase(&running.after(1.0).await, "processing").unwrap() > 0.0);
    drop(target);
    let failed = async {
        loop {
            let metrics = running.metrics();
            if metrics.get(r#"synthetic_success{probe="it"}"#) == Some(0.0) {
                break metrics;
            }
            sleep(Duration::from_millis(2)).await;
        }
    };
    let metrics: Metrics = tokio::time::timeout(Duration::from_secs(30), failed).await.unwrap();
    assert_eq!(phase(&metrics, "processing"), Some(0.0));
}

fn probe(uri: String) -> Probe {
    Probe::http("it", [Step::get(uri)])
}

async fn endless(mut stream: TcpStream, part: &[u8], pause: Duration) {
    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
    while stream.write_all(part).await.is_ok() {
        sleep(pause).await;
    }
}

const LATENCY: &str = r#"synthetic_latency_seconds{probe="it"}"#;

const SHORT: Duration = Duration::from_millis(200);

/// Beside it what a busy machine adds is little.
const LONG: Duration = Duration::from_secs(1);
