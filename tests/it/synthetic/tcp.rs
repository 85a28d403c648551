//! Probes that connect and send nothing.

use std::time::Duration;

use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tower_rum::synthetic::Probe;

use super::running::{first_run, no_client, phase, result};
use super::target::{Target, nobody};

#[tokio::test]
async fn a_destination_that_takes_connections_has_a_latency() {
    let target = Target::start(|_| async {}).await;
    let port = target.address.port();
    for destination in [format!("127.0.0.1:{port}"), format!("localhost:{port}")] {
        let (metrics, _) = first_run(Probe::tcp("it", &destination), no_client()).await;
        assert_eq!(result(&metrics), "success");
        let latency = metrics.value(&format!(r#"network_latency_ms{{destination="{destination}"}}"#));
        assert_eq!(latency, phase(&metrics, "connect").unwrap() * 1e3);
        assert!((0.001..1000.0).contains(&latency), "milliseconds: {latency}");
        assert_eq!(metrics.series("synthetic_phase_seconds").count(), 2, "no TLS, nothing sent");
        assert!(metrics.value(r#"synthetic_latency_seconds{probe="it"}"#) >= latency / 1e3);
    }
}

#[tokio::test]
async fn one_that_refuses_or_has_no_name_has_none() {
    for (destination, end) in [(nobody().await.to_string(), "connect"), ("nobody.invalid:80".to_owned(), "resolve")] {
        let (metrics, _) = first_run(Probe::tcp("it", destination), no_client()).await;
        assert_eq!(result(&metrics), end);
        assert_eq!(metrics.series("network_latency_ms").count(), 0);
        assert!(metrics.get(r#"synthetic_latency_seconds{probe="it"}"#).is_some());
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn one_that_never_answers_is_over_at_the_timeout() {
    // Linux answers no more to those who connect once the backlog is full.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let full = socket.listen(1).unwrap();
    let address = full.local_addr().unwrap();
    let mut waiting = Vec::new();
    while let Ok(connected) = timeout(Duration::from_millis(300), TcpStream::connect(address)).await {
        waiting.push(connected.unwrap());
    }
    let probe = Probe::tcp("it", address.to_string()).timeout(Duration::from_millis(200));
    let (metrics, failure) = first_run(probe, no_client()).await;
    assert_eq!(result(&metrics), "timeout");
    assert_eq!(failure, "it timeout: not over within 200ms, in phase connect");
    assert!(phase(&metrics, "resolve").unwrap() + phase(&metrics, "connect").unwrap() > 0.15);
    assert_eq!(metrics.series("network_latency_ms").count(), 0);
}
