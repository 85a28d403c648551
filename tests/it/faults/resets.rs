//! Clients that reset their connection (RST, not FIN), at every stage of a request.

use tokio::net::TcpStream;

use crate::faults::server::Faulty;
use crate::support::client::{read_to, send};
use crate::support::metrics::Metrics;
use crate::support::watch::{settled, until};

const CLIENTS: usize = 20;

#[tokio::test]
async fn a_reset_before_the_head_or_in_it_is_no_request() {
    for faulty in Faulty::all().await {
        for begun in ["", "G", "GET / HTTP/1.1\r\nhost: a\r\nx: "] {
            reset(clients(&faulty, begun).await);
        }
        faulty.assert_alive().await;
        let metrics = settled(&faulty.monitor, 1.0).await;
        assert_eq!(metrics.total("http_requests_total"), 1.0, "{}", faulty.name);
        assert_eq!(metrics.total("http_responses_incomplete_total"), 0.0, "{}", faulty.name);
    }
}

#[tokio::test]
async fn a_reset_before_the_response_head_counts_once_as_499() {
    for faulty in Faulty::all().await {
        let clients = clients(&faulty, "GET /pending HTTP/1.1\r\nhost: a\r\n\r\n").await;
        arrived(&faulty).await;
        reset(clients);
        let metrics = assert_counted_once_each(&faulty).await;
        assert_eq!(metrics.value(&series("/pending", "499")), CLIENTS as f64, "{}", faulty.name);
        assert_eq!(metrics.total("http_responses_incomplete_total"), 0.0, "{}", faulty.name);
    }
}

#[tokio::test]
async fn a_reset_in_the_request_body_counts_once() {
    for faulty in Faulty::all().await {
        let clients = clients(&faulty, "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nbegun").await;
        arrived(&faulty).await;
        reset(clients);
        let metrics = assert_counted_once_each(&faulty).await;
        let answered = metrics.get(&series("/echo", "200").replace("GET", "POST"));
        assert_eq!(answered, None, "{}: nobody had a whole request", faulty.name);
    }
}

#[tokio::test]
async fn a_reset_in_the_response_body_is_an_incomplete_response() {
    for faulty in Faulty::all().await {
        let mut clients = clients(&faulty, "GET /endless HTTP/1.1\r\nhost: a\r\n\r\n").await;
        for client in &mut clients {
            read_to(client, b"first").await;
        }
        reset(clients);
        let metrics = assert_counted_once_each(&faulty).await;
        assert_eq!(metrics.value(&series("/endless", "200")), CLIENTS as f64, "{}", faulty.name);
        let gone = r#"http_responses_incomplete_total{method="GET",endpoint="/endless",reason="client_gone"}"#;
        assert_eq!(metrics.value(gone), CLIENTS as f64, "{}", faulty.name);
        assert_eq!(metrics.total("http_response_size_bytes_sum"), 5.0 * (CLIENTS + 1) as f64, "{}", faulty.name);
    }
}

#[tokio::test]
async fn a_reset_in_a_beacon_records_nothing_of_it() {
    for faulty in Faulty::all().await {
        let head = "host: a\r\ncontent-type: text/plain\r\ncontent-length: 100\r\n\r\n";
        for path in ["/log-page-load", "/log-interaction", "/log-user-error", "/log-beacon"] {
            let clients = clients(&faulty, &format!("POST {path} HTTP/1.1\r\n{head}{{\"type\":\"click\"}}")).await;
            arrived(&faulty).await;
            reset(clients);
            until(&faulty.monitor, "rest", |metrics| metrics.total("http_requests_in_flight") == 0.0).await;
        }
        faulty.assert_alive().await;
        let beacons = 4 * CLIENTS;
        let metrics = settled(&faulty.monitor, (beacons + 1) as f64).await;
        assert_eq!(metrics.total("http_requests_total"), (beacons + 1) as f64, "{}", faulty.name);
        assert_eq!(metrics.total("rum_events_total"), 0.0, "{}", faulty.name);
        faulty.assert_refused_as_answered(&metrics, beacons);
    }
}

async fn clients(faulty: &Faulty, begun: &str) -> Vec<TcpStream> {
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        clients.push(send(faulty.server.address, begun).await);
    }
    clients
}

async fn arrived(faulty: &Faulty) {
    until(&faulty.monitor, "all requests in flight", |metrics| metrics.total("http_requests_in_flight") == CLIENTS as f64).await;
}

fn reset(clients: Vec<TcpStream>) {
    for client in clients {
        client.set_zero_linger().unwrap();
    }
}

/// The resets and, after them, one whole request.
async fn assert_counted_once_each(faulty: &Faulty) -> Metrics {
    settled(&faulty.monitor, CLIENTS as f64).await;
    faulty.assert_alive().await;
    let metrics = settled(&faulty.monitor, (CLIENTS + 1) as f64).await;
    assert_eq!(metrics.total("http_requests_total"), (CLIENTS + 1) as f64, "{}", faulty.name);
    assert_eq!(metrics.total("http_request_duration_seconds_count"), (CLIENTS + 1) as f64, "{}", faulty.name);
    metrics
}

fn series(path: &str, status: &str) -> String {
    format!(r#"http_requests_total{{method="GET",endpoint="{path}",status="{status}"}}"#)
}
