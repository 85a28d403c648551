//! `/metrics` under `Accept-Encoding`: gzip for those who take it, the same bytes for all.

use std::io::Read;

use flate2::read::GzDecoder;
use prometheus::Registry;
use tower_rum::Monitor;

use crate::support::acting::{self, polled};
use crate::support::layered::{raw_paths, request};
use crate::support::metrics::{Metrics, without_scrapes};
use crate::support::scrape::{OPENMETRICS, ask, scrape};

#[tokio::test]
async fn gzip_is_served_to_who_takes_it_and_holds_the_same_text() {
    let monitor = Monitor::builder().registry(Registry::new()).build().unwrap();
    for accept in ["text/plain", OPENMETRICS] {
        let (plain_headers, plain) = scrape(&monitor, &[("accept", accept)]).await;
        assert!(!plain_headers.contains_key("content-encoding"));
        let (headers, compressed) = scrape(&monitor, &[("accept", accept), ("accept-encoding", "gzip")]).await;
        assert_eq!(headers["content-encoding"], "gzip");
        assert_eq!(headers["vary"], "accept, accept-encoding");
        assert_eq!(headers["content-type"], plain_headers["content-type"]);
        assert!(compressed.len() * 3 < plain.len(), "{} of {}", compressed.len(), plain.len());
        assert_eq!(unpacked(&compressed), without_scrapes(str::from_utf8(&plain).unwrap()));
    }
}

#[tokio::test]
async fn who_takes_no_gzip_gets_none() {
    let monitor = Monitor::builder().registry(Registry::new()).build().unwrap();
    for accepted in ["br", "zstd, deflate", "identity", "gzip;q=0", "identity, gzip;q=0.5"] {
        let (headers, body) = scrape(&monitor, &[("accept-encoding", accepted)]).await;
        assert!(!headers.contains_key("content-encoding"), "{accepted}");
        assert!(body.starts_with(b"# HELP "));
    }
}

#[tokio::test]
async fn a_long_exposition_is_compressed_off_the_worker() {
    let monitor = raw_paths().registry(acting::registry_slower_than_a_poll()).build().unwrap();
    for number in 0..30 {
        request(&monitor, "GET", &format!("/route/{number}"), "hello");
    }
    let plain = Metrics::of(&monitor).await.text;
    assert!((32 * 1024..256 * 1024).contains(&plain.len()), "{} bytes", plain.len());
    // Short enough to be written at once; compressed, while the worker is free.
    polled(2, || scrape(&monitor, &[])).await;
    let (_, compressed) = polled(3, || scrape(&monitor, &[("accept-encoding", "gzip")])).await;
    assert_eq!(unpacked(&compressed), plain);
}

#[tokio::test]
async fn head_says_what_get_would() {
    let monitor = Monitor::builder().registry(Registry::new()).build().unwrap();
    let headers = [("accept", OPENMETRICS), ("accept-encoding", "gzip")];
    let ((get, _), (head, _)) = (ask(&monitor, "GET", &headers).await, ask(&monitor, "HEAD", &headers).await);
    assert_eq!(get, head);
    assert_eq!(head["content-encoding"], "gzip");
}

/// The text, without the count of such scrapes.
fn unpacked(compressed: &[u8]) -> String {
    let mut text = String::new();
    GzDecoder::new(compressed).read_to_string(&mut text).unwrap();
    without_scrapes(&text)
}
