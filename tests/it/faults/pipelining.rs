//! HTTP/1.1 requests sent without waiting for answers.

use crate::faults::server::Faulty;
use crate::support::client::{http1, read_to, send};
use crate::support::metrics::Metrics;
use crate::support::watch::{settled, until};

const ROUNDS: usize = 50;

#[tokio::test]
async fn pipelined_requests_and_beacons_are_each_counted_once() {
    let round = concat!(
        "GET / HTTP/1.1\r\nhost: a\r\n\r\n",
        "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nhello",
        "POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n",
        "POST /log-interaction HTTP/1.1\r\nhost: a\r\ncontent-type: text/plain\r\ncontent-length: 16\r\n\r\n{\"type\":\"click\"}",
    );
    for faulty in Faulty::all().await {
        let last = "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
        let answers = http1(faulty.server.address, &(round.repeat(ROUNDS) + last)).await;
        let answers = String::from_utf8(answers).unwrap();
        assert_eq!(answers.matches("HTTP/1.1 200 ").count(), 3 * ROUNDS + 1, "{}", faulty.name);
        assert_eq!(answers.matches("HTTP/1.1 204 ").count(), ROUNDS, "{}", faulty.name);

        faulty.assert_alive().await;
        let metrics = settled(&faulty.monitor, (4 * ROUNDS + 2) as f64).await;
        let count = |method: &str, path: &str, status: &str| {
            metrics.value(&format!(r#"http_requests_total{{method="{method}",endpoint="{path}",status="{status}"}}"#))
        };
        assert_eq!(count("GET", "/", "200"), (ROUNDS + 2) as f64, "{}", faulty.name);
        assert_eq!(count("POST", "/echo", "200"), (2 * ROUNDS) as f64, "{}", faulty.name);
        assert_eq!(count("POST", "/log-interaction", "204"), ROUNDS as f64, "{}", faulty.name);
        assert_eq!(metrics.total("http_requests_total"), (4 * ROUNDS + 2) as f64, "{}", faulty.name);
        assert_eq!(metrics.total("http_response_size_bytes_sum"), (15 * ROUNDS + 10) as f64, "{}", faulty.name);
        assert_eq!(metrics.total("http_responses_incomplete_total"), 0.0, "{}", faulty.name);
        assert_eq!(metrics.value(r#"user_interactions_total{type="click",name=""}"#), ROUNDS as f64, "{}", faulty.name);
    }
}

#[tokio::test]
async fn requests_behind_one_that_never_ends_are_not_begun_when_the_client_goes() {
    for faulty in Faulty::all().await {
        let behind = "GET / HTTP/1.1\r\nhost: a\r\n\r\n".repeat(5);
        let mut client = send(faulty.server.address, &("GET /ticking HTTP/1.1\r\nhost: a\r\n\r\n".to_owned() + &behind)).await;
        read_to(&mut client, b"first").await;
        assert_eq!(Metrics::of(&faulty.monitor).await.total("http_requests_in_flight"), 1.0, "{}", faulty.name);
        client.set_zero_linger().unwrap();
        drop(client);
        until(&faulty.monitor, "rest", |metrics| metrics.total("http_requests_in_flight") == 0.0).await;
        faulty.assert_alive().await;
        let metrics = settled(&faulty.monitor, 2.0).await;
        assert_eq!(metrics.total("http_requests_total"), 2.0, "{}", faulty.name);
        assert_eq!(metrics.total("http_responses_incomplete_total"), 1.0, "{}", faulty.name);
    }
}
