//! A table of series that is full while requests are open.

use crate::faults::server::Faulty;
use crate::support::client::{http1, read_to, send};
use crate::support::metrics::Metrics;
use crate::support::watch::{by_path, settled};

#[tokio::test]
async fn open_requests_leave_the_overflow_of_a_full_table_as_they_came() {
    const PATHS: usize = 300;
    const OPEN: usize = 20;
    let faulty = Faulty::hyper(by_path().http_series(16).build().unwrap()).await;
    let mut streams = Vec::new();
    for number in 0..OPEN {
        let mut stream = send(faulty.server.address, &format!("GET /endless/{number} HTTP/1.1\r\nhost: a\r\n\r\n")).await;
        read_to(&mut stream, b"first").await;
        streams.push(stream);
    }
    let junk: Vec<String> = (0..PATHS).map(|number| format!("GET /{number} HTTP/1.1\r\nhost: a\r\n\r\n")).collect();
    let last = "GET /last HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    let answers = String::from_utf8(http1(faulty.server.address, &(junk.concat() + last)).await).unwrap();
    assert_eq!(answers.matches("HTTP/1.1 200 ").count(), PATHS + 1);

    let open = Metrics::of(&faulty.monitor).await;
    assert_eq!(open.total("http_requests_in_flight"), OPEN as f64);
    let overflow = r#"http_requests_in_flight{method="_OTHER",endpoint="overflow"}"#;
    assert!(open.value(overflow) > 0.0, "the table was not full");
    for stream in &streams {
        stream.set_zero_linger().unwrap();
    }
    drop(streams);
    faulty.assert_alive().await;
    let all = (PATHS + OPEN + 2) as f64;
    let metrics = settled(&faulty.monitor, all).await;
    assert_eq!(metrics.value(overflow), 0.0);
    assert_eq!(metrics.total("http_requests_total"), all);
    assert_eq!(metrics.total("http_responses_incomplete_total"), OPEN as f64);
    assert!(metrics.series("http_requests_total").count() <= 16 + 1);
}
