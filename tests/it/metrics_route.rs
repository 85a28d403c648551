//! `GET /metrics` over HTTP.

use http::Request;
use prometheus::Registry;
use tower_rum::Monitor;

use crate::support::acting::{self, polled};
use crate::support::change::{moved, only};
use crate::support::layered;
use crate::support::metrics::Metrics;
use crate::support::mount::{Mount, whole};

#[tokio::test]
async fn get_answers_with_the_text_format_and_says_so() {
    let monitor = monitor();
    for mount in Mount::all(&monitor) {
        let answer = ask(&mount, "GET").await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"), "{}", mount.name);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert!(answer.text.starts_with("# HELP ") && answer.text.ends_with('\n'));
    }
}

#[tokio::test]
async fn other_methods_are_405_with_what_is_allowed() {
    let monitor = monitor();
    for mount in Mount::all(&monitor) {
        for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"] {
            let before = Metrics::of(&monitor).await;
            let answer = ask(&mount, method).await;
            assert_eq!((answer.status, answer.header("allow")), (405, Some("GET, HEAD")), "{method}, {}", mount.name);
            assert_eq!(answer.text.lines().count(), 1);
            assert_eq!(moved(&before, &Metrics::of(&monitor).await), only([]));
        }
    }
}

#[tokio::test]
async fn head_answers_with_the_head_of_get_and_no_body_on_the_wire() {
    let monitor = monitor();
    let nothing = tower::service_fn(async |_| {
        Ok::<_, std::convert::Infallible>(http::Response::new(http_body_util::Empty::<bytes::Bytes>::new()))
    });
    let server = crate::support::server::Server::start(tower::Layer::layer(&monitor.routes_layer(), nothing)).await;
    let [get, head] = ["GET", "HEAD"].map(|method| format!("{method} /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
    let get = crate::support::wire::exchange(server.address, get).await;
    let head = crate::support::wire::exchange(server.address, head).await;
    let without_date = |text: &str| -> Vec<String> {
        let (head, _) = text.split_once("\r\n\r\n").unwrap();
        head.lines().filter(|line| !line.starts_with("date:")).map(str::to_owned).collect()
    };
    assert_eq!(without_date(&get), without_date(&head));
    assert!(head.ends_with("\r\n\r\n"));
}

#[tokio::test]
async fn a_query_does_not_hide_the_path_and_a_longer_path_is_not_ours() {
    let monitor = monitor();
    for mount in Mount::all(&monitor) {
        let status = async |uri: &str| mount.ask(Request::get(uri).body(whole("")).unwrap()).await.status;
        assert_eq!(status("/metrics?name[]=x").await, 200);
        assert_eq!(status("/metrics-foo").await, 404);
        assert_eq!(status("/metrics/").await, 404);
        assert_eq!(status("/Metrics").await, 404);
    }
}

#[tokio::test]
async fn a_prefix_goes_before_every_path() {
    let monitor = Monitor::builder().registry(Registry::new()).path_prefix("/internal").build().unwrap();
    for mount in Mount::all(&monitor) {
        let status = async |method: &str, uri: &str| {
            mount.ask(Request::builder().method(method).uri(uri).body(whole("")).unwrap()).await.status
        };
        assert_eq!((status("GET", "/internal/metrics").await, status("GET", "/metrics").await), (200, 404));
        assert_eq!((status("POST", "/internal/log-user-error").await, status("POST", "/log-user-error").await), (204, 404));
    }
}

async fn ask(mount: &Mount, method: &str) -> crate::support::mount::Answer {
    mount.ask(Request::builder().method(method).uri("/metrics").body(whole("")).unwrap()).await
}

fn monitor() -> Monitor {
    Monitor::builder().registry(Registry::new()).build().unwrap()
}

#[tokio::test]
async fn a_long_exposition_is_written_off_the_worker_and_is_whole() {
    let monitor = layered::raw_paths().registry(acting::registry_slower_than_a_poll()).build().unwrap();
    // A short one is written at once.
    polled(2, || Metrics::of(&monitor)).await;
    for number in 0..300 {
        layered::request(&monitor, "GET", &format!("/route/{number}"), "hello");
    }
    let first = Metrics::of(&monitor).await;
    assert!(first.text.len() > 256 * 1024, "{} bytes", first.text.len());
    let filtered = Request::get("/metrics?name[]=carts").body(whole("")).unwrap();
    assert_eq!(Mount::tower(&monitor).ask(filtered).await.text, "", "and is no word on the next");
    // The worker is free while another thread writes.
    let second = polled(3, || Metrics::of(&monitor)).await;
    assert_eq!(second.text, first.text);
}
