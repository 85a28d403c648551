//! Ten thousand connections that die at once.

use std::fs;

use tokio::net::TcpStream;

use crate::faults::server::Faulty;
use crate::support::client::send;
use crate::support::watch::{monitor, settled, until};

const CONNECTIONS: usize = 10_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_connections_that_die_at_once_leave_nothing_behind() {
    let faulty = Faulty::hyper(monitor()).await;
    let (mut died, mut asked) = (0, 0);
    while died < CONNECTIONS {
        let wave = room().min(CONNECTIONS - died);
        let mut clients = Vec::with_capacity(wave);
        for number in 0..wave {
            clients.push(send(faulty.server.address, STAGES[number % STAGES.len()]).await);
        }
        let waiting = clients.len().div_ceil(STAGES.len());
        until(&faulty.monitor, "a crowd that waits", |metrics| metrics.total("http_requests_in_flight") == waiting as f64).await;
        for client in &clients {
            client.set_zero_linger().unwrap();
        }
        drop::<Vec<TcpStream>>(clients);
        (died, asked) = (died + wave, asked + waiting);
        settled(&faulty.monitor, asked as f64).await;
    }
    faulty.assert_alive().await;
    let metrics = settled(&faulty.monitor, (asked + 1) as f64).await;
    assert_eq!(metrics.value(r#"http_requests_total{method="GET",endpoint="/pending",status="499"}"#), asked as f64);
    assert_eq!(metrics.total("http_requests_total"), (asked + 1) as f64);
    assert_eq!(metrics.total("http_responses_incomplete_total"), 0.0);
}

/// How far they have come when they die: only the first has asked for anything.
const STAGES: [&str; 3] = ["GET /pending HTTP/1.1\r\nhost: a\r\n\r\n", "", "GET /pending HTTP/1.1\r\nho"];

/// Connections that this process may hold, both ends of each, beside what else it has open.
fn room() -> usize {
    let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let files = line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(1_024_usize);
    (files / 2).saturating_sub(256).clamp(64, CONNECTIONS)
}
