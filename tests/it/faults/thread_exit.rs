//! Threads that end by a panic, or that end requests while they are being torn down themselves.

use std::cell::RefCell;
use std::thread;

use bytes::Bytes;
use futures_util::FutureExt;
use http::{Request, Response};
use http_body_util::Full;
use tower::{Layer, ServiceExt, service_fn};
use tower_rum::Monitor;
use tower_rum::middleware::ResponseBody;

use crate::support::layered::{raw_paths, request};
use crate::support::metrics::Metrics;

const THREADS: usize = 200;

#[tokio::test]
async fn a_thread_that_dies_in_a_panic_with_a_response_open_loses_nothing() {
    let monitor = raw_paths().build().unwrap();
    for _ in 0..THREADS {
        let ended = thread::scope(|scope| {
            let dying = scope.spawn(|| {
                request(&monitor, "GET", "/", "hello");
                let _open = opened(&monitor);
                panic!("the thread dies");
            });
            dying.join()
        });
        assert!(ended.is_err());
    }
    assert_all_counted(&Metrics::of(&monitor).await);
}

thread_local! {
    static OPEN: RefCell<Option<Response<ResponseBody<Full<Bytes>>>>> = const { RefCell::new(None) };
}

/// Values of a thread end in an order that the platform chooses: one of the two is after what a thread keeps of its monitor.
#[tokio::test]
async fn a_response_that_ends_with_its_thread_is_counted_whichever_of_the_threads_values_ends_first() {
    for value_is_first in [true, false] {
        let monitor = raw_paths().build().unwrap();
        for _ in 0..THREADS {
            thread::scope(|scope| {
                let ending = scope.spawn(|| {
                    if value_is_first {
                        OPEN.with_borrow_mut(|open| *open = None);
                    }
                    request(&monitor, "GET", "/", "hello");
                    let open = opened(&monitor);
                    OPEN.set(Some(open));
                });
                ending.join().unwrap();
            });
        }
        assert_all_counted(&Metrics::of(&monitor).await);
    }
}

fn opened(monitor: &Monitor) -> Response<ResponseBody<Full<Bytes>>> {
    let service = service_fn(async |_: Request<()>| Ok::<_, std::convert::Infallible>(Response::new(Full::from("hello"))));
    let request = Request::get("/open").body(()).unwrap();
    monitor.layer().layer(service).oneshot(request).now_or_never().unwrap().unwrap()
}

/// Of each thread one whole request, and one whose response it did not read.
#[track_caller]
fn assert_all_counted(metrics: &Metrics) {
    let threads = THREADS as f64;
    assert_eq!(metrics.total("http_requests_in_flight"), 0.0);
    assert_eq!(metrics.value(r#"http_requests_total{method="GET",endpoint="/",status="200"}"#), threads);
    assert_eq!(metrics.value(r#"http_requests_total{method="GET",endpoint="/open",status="200"}"#), threads);
    assert_eq!(metrics.total("http_responses_incomplete_total"), threads);
    assert_eq!(metrics.total("http_response_size_bytes_count"), 2.0 * threads);
    assert_eq!(metrics.total("http_response_size_bytes_sum"), 5.0 * threads);
}
